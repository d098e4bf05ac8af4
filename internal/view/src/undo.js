// What was changed here, to be taken back and done again.

/** turns remembers the calls that changed something. tell is told how it went, drawn is called after. */
export function turns(host, { reload, tell, drawn }) {
  let done = [], undone = [];

  async function turn(from, to, words) {
    const call = from.pop();
    if (!call) return;
    try {
      const r = await host.call('undo', { call });
      if (r.call) to.push(r.call);
      await reload();
      tell(words);
    } catch (err) {
      if (!err.code) from.push(call); // it was not refused, only not heard
      tell(err.message);
    }
    drawn();
  }

  return {
    get any() { return done.length > 0; },
    did(call) { done.push(call); undone = []; },
    forget() { done = []; undone = []; },
    back: () => turn(done, undone, 'Taken back'),
    forth: () => turn(undone, done, 'Done again'),
  };
}
