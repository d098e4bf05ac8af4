// The file: what it shows is in it, and it speaks to nobody.
export function exportHost() {
  const { map, items } = JSON.parse(document.getElementById('data').textContent);
  return {
    kind: 'export',
    editable: false,
    map,
    read: async (uri) => {
      const item = items[uri.replace(/^custory:\/\/item\/|\?.*$/g, '')];
      if (!item) throw new Error('not in this file');
      return item;
    },
    call: async () => { throw new Error('This is a copy; nothing can be changed in it.'); },
    watch: () => () => {},
  };
}
