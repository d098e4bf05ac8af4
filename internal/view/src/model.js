// What the map says, arranged for asking.

export const TYPES = ['Touchpoint', 'Insight', 'Opportunity', 'Solution', 'Metric'];
export const GROUP = { Touchpoint: 'Touchpoints', Insight: 'Insights', Opportunity: 'Opportunities', Solution: 'Solutions', Metric: 'Metrics', nested: 'Nested journeys' };
export const LANES = [...TYPES, 'nested'];

// The quadrants as the product names them; their cut-offs are those of the server.
export const QUADRANTS = [
  { key: 'wins', name: 'Quick wins', reading: 'early candidates', scores: 'impact 4–5, effort 1–2' },
  { key: 'bets', name: 'Expensive bets', reading: 'need commitment', scores: 'impact 4–5, effort 3–5' },
  { key: 'fill', name: 'Fill-ins', reading: 'only in support of a larger goal', scores: 'impact 1–3, effort 1–2' },
  { key: 'defer', name: 'Defer', reading: 'not now', scores: 'impact 1–3, effort 3–5' },
];

export function quadrant(item) {
  if (!item.impact || !item.effort) return -1;
  return (item.impact >= 4 ? 0 : 2) + (item.effort <= 2 ? 0 : 1);
}

/** model indexes a map. */
export function model(map) {
  const m = { map, items: new Map(), steps: [], on: new Map(), from: new Map(), to: new Map(), names: new Map() };
  for (const n of [...(map.personas ?? []), ...(map.people ?? [])]) m.names.set(n.id, n.name || n.id);
  for (const i of map.items ?? []) m.items.set(i.id, i);
  for (const stage of map.stages ?? []) {
    for (const step of stage.steps ?? []) {
      m.steps.push({ ...step, stage });
      for (const id of step.items ?? []) push(m.on, id, m.steps.length - 1);
    }
  }
  for (const l of map.links ?? []) {
    push(m.to, l.from, l.to);
    push(m.from, l.to, l.from);
  }
  m.texts = new Map((map.items ?? []).map((i) => [i.id, haystack(m, i)]));
  m.role = map.you?.role ?? 'Viewer';
  return m;
}

const push = (map, key, value) => map.has(key) ? map.get(key).push(value) : map.set(key, [value]);

function haystack(m, i) {
  const at = (m.on.get(i.id) ?? []).flatMap((n) => [m.steps[n].name, m.steps[n].stage.name]);
  const words = [i.title, i.description, i.status, i.type, i.channel, i.insight_type, i.solution_type, i.priority, i.confidence, i.evidence, i.target_date,
    i.metric?.type, i.metric?.unit, m.names.get(i.owner), ...(i.personas ?? []).map((p) => m.names.get(p)), ...at, i.draft && 'draft', i.id];
  return words.filter(Boolean).join('\n').toLowerCase();
}

export const NO_FILTERS = { q: '', group: '', status: '', owner: '', persona: '', show: '' };

export const SHOWS = {
  drafts: ['Drafts to review', (i) => i.draft],
  assumptions: ['Assumptions not validated', (i) => i.type === 'Insight' && (i.status === 'Assumption' || i.evidence === 'none')],
  metrics: ['Metrics broken or without a value', (i) => i.type === 'Metric' && (i.status === 'Broken' || i.metric?.current === undefined)],
  quoted: ['With customers’ words', (i) => i.quotes > 0],
};

/** choose returns the items that every filter lets through, and those found by meaning alone. */
export function choose(m, f, meant) {
  const words = f.q.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = new Set();
  const byMeaning = new Set();
  for (const i of m.items.values()) {
    if (f.group && i.type !== f.group || f.status && i.status !== f.status) continue;
    if (f.owner && (f.owner === '-' ? i.owner : i.owner !== f.owner)) continue;
    if (f.show && !SHOWS[f.show][1](i)) continue;
    if (f.persona && !concerns(m, i, f.persona)) continue;
    if (words.length) {
      const text = m.texts.get(i.id);
      if (!words.every((w) => text.includes(w))) {
        if (!meant?.has(i.id)) continue;
        byMeaning.add(i.id);
      }
    }
    shown.add(i.id);
  }
  return { shown, byMeaning, active: Object.values(f).some(Boolean) };
}

// An item that names no persona concerns everybody on its steps.
function concerns(m, i, persona) {
  if (i.personas?.length) return i.personas.includes(persona);
  return (m.on.get(i.id) ?? []).some((n) => stepConcerns(m.steps[n], persona));
}

export const stepConcerns = (step, persona) => !persona || !step.personas?.length || step.personas.includes(persona);

/** feeling is what the curve draws for each step: emotion where anybody judged it, or else how severe its insights are. */
export function feeling(m) {
  if (m.steps.some((s) => s.emotion)) return { kind: 'emotion', values: m.steps.map((s) => s.emotion || 0) };
  const values = m.steps.map((s) => {
    const known = (s.items ?? []).map((id) => m.items.get(id)).filter((i) => i?.severity && !i.draft);
    return known.length ? Math.max(...known.map((i) => i.severity)) : 0;
  });
  return { kind: values.some(Boolean) ? 'severity' : '', values };
}

/** outOf turns what get_journey tells into a map, for hosts that let the view read nothing more. */
export function outOf(j) {
  const map = { ...j, you: { role: 'Viewer' }, items: [], people: [], personas: [...(j.personas ?? [])] };
  const seen = new Set();
  const name = (list, n) => n && !list.some((x) => x.id === n.id) && list.push(n);
  map.stages = (j.stages ?? []).map((stage) => ({
    ...stage,
    steps: (stage.steps ?? []).map((step) => {
      const ids = [];
      for (const p of step.personas ?? []) name(map.personas, p);
      for (const lane of step.lanes ?? []) {
        for (const line of lane.items ?? []) {
          ids.push(line.id);
          if (seen.has(line.id)) continue;
          seen.add(line.id);
          name(map.people, line.owner);
          const item = { ...line, type: lane.type, owner: line.owner?.id };
          if (lane.type === 'Metric') item.metric = { current: line.current, target: line.target, unit: line.unit };
          map.items.push(item);
        }
      }
      return { ...step, personas: (step.personas ?? []).map((p) => p.id), items: ids };
    }),
  }));
  return map;
}
