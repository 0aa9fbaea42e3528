// The log of effects: what the bot or somebody did, one row each, the newest last.

import { api } from './api.js';
import { h, oncePerFrame, replace } from './dom.js';
import { preciseTime } from './format.js';

const SHOWN_MAX = 300;
const KEPT_MAX = 2000;
// Far beyond any entry: the answer then only tells which is the last.
const BEYOND = Number.MAX_SAFE_INTEGER;

/** Draws the log while `isShown()`; `worldNow()` is whose names it uses. Returns { show, listen(world) }. */
export function effectLog(root, worldNow, isShown) {
  const filter = h('input', { class: 'plain-input', type: 'search', placeholder: 'Filter', 'aria-label': 'Filter the effect log' });
  const rows = h('ol', { class: 'effects' });
  const body = h('div', { class: 'effects-scroll', tabIndex: 0, 'aria-label': 'Effects', role: 'region' }, rows);
  let effects = [];
  let texts = [];

  const add = (list) => {
    effects = [...effects, ...list].slice(-KEPT_MAX);
    texts = [...texts, ...list.map((e) => JSON.stringify(e).toLowerCase())].slice(-KEPT_MAX);
    draw();
  };

  const draw = oncePerFrame(() => {
    if (!isShown())
      return;
    const wanted = filter.value.trim().toLowerCase();
    const shown = effects.filter((e, i) => !wanted || texts[i].includes(wanted)).slice(-SHOWN_MAX);
    const end = body.scrollHeight - body.scrollTop - body.clientHeight < 40;
    const open = new Set([...rows.querySelectorAll('details[open]')].map((d) => d.dataset.n));

    replace(rows, shown.length ? shown.map((e) => drawEffect(e, worldNow(), open.has(String(e.n))))
      : h('li', { class: 'quiet' }, wanted ? 'Nothing that happened has this in it.' : 'Nothing has happened yet.'));
    if (end)
      body.scrollTop = body.scrollHeight;
  });

  const fetchAll = async () => {
    try {
      const { last } = await api.effects(BEYOND);
      const { effects: all } = await api.effects(Math.max(last - KEPT_MAX, 0));
      effects = [];
      texts = [];
      add(all);
    } catch {
      // The line is down, which the pane says; what is known stays.
    }
  };

  const show = async () => {
    await fetchAll();
    body.scrollTop = body.scrollHeight;
  };

  filter.addEventListener('input', draw);
  root.append(h('div', { class: 'panel-tools' }, filter), body);
  return {
    show,
    listen(world) {
      world.on('effect', (effect) => effect.n > (effects.at(-1)?.n ?? 0) && add([effect]));
      world.on('reset', fetchAll);
      world.on('line', () => world.lineUp && isShown() && fetchAll());
    },
  };
}

function drawEffect(effect, world, open) {
  const channel = effect.channel ? world.guild.channel(effect.channel) : null;
  const by = effect.by === 'bot' ? 'bot' : world.nameOf(effect.by);
  const where = effect.channel ? `#${channel?.name ?? effect.channel}` : '';
  const details = h('details', { data: { n: String(effect.n) }, ...(open ? { open: true } : {}) },
    h('summary', null,
      h('span', { class: 'effect-time' }, preciseTime(new Date(effect.at_us / 1000))),
      h('span', { class: `effect-name effect-${String(effect.effect).split('.').at(-1)}` }, effect.effect),
      h('span', { class: 'effect-by' }, by),
      h('span', { class: 'effect-where' }, where),
      effect.deduplicated ? h('span', { class: 'tag tag-quiet' }, 'deduplicated') : null,
      effect.reason ? h('span', { class: 'effect-reason' }, effect.reason) : null),
    h('pre', { tabIndex: 0 }, JSON.stringify(effect, null, 2)));

  return h('li', null, details);
}
