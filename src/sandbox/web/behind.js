// The panel "Behind the scenes": each press as a time line, from the gateway's frame to the last edit, the newest press first. What is
// known and how it is joined is behind-story.js's.

import { scaleOf, STATIONS, Stories, summaryOf } from './behind-story.js';
import { api, listen } from './api.js';
import { arrange, h, oncePerFrame, replace } from './dom.js';
import { plural, preciseTime } from './format.js';

// So many of the newest entries are read when the panel opens: some dozen presses.
const READ_MAX = 3000;
// Far beyond any entry: the answer then only tells which is the last.
const BEYOND = Number.MAX_SAFE_INTEGER;

const KINDS = { 2: 'Command', 3: 'Press', 4: 'Autocomplete', 5: 'Form' };

// ---- words ----

/** A time as it is read at a glance: "0.4 ms", "23 ms", "2.1 s". */
export function duration(us) {
  const ms = us / 1000;

  if (ms < 10)
    return `${ms.toFixed(1)} ms`;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10000 ? 2 : 1)} s`;
}

const who = (scene) => [scene.role ?? 'process', scene.pid].filter(Boolean).join(' ');

const LABELS = {
  frame: (s) => (s.sessions === 0 ? 'Gateway frame, to nobody: the bot is not connected' : 'Gateway frame'),
  failed: () => 'Three seconds without an answer',
  dispatch: () => 'Frame read by the bot',
  job: (s) => (s.attempt > 1 ? `Given to ${who(s)}, the ${s.attempt}. time` : `Given to ${who(s)}`),
  press: (s) => `Read: ${s.name ?? ''}`,
  accepted: (s) => (s.outcome === 'again' ? `Accepted before: ${s.name ?? ''}` : `Accepted: ${s.name ?? ''}`),
  acknowledged: (s) => (s.outcome === 'late' ? 'Too late to acknowledge' : `Acknowledged: ${s.name ?? 'answered'}`),
  taken: (s) => (s.outcome === 'again' ? `Taken over by ${who(s)}` : `Taken by ${who(s)}`),
  step: (s) => `Step ${s.name ?? ''}`,
  call: (s) => `${s.method ?? ''} ${s.route ?? s.path ?? ''}`.trim(),
  wait: () => 'Waits for the edit',
  wanted: (s) => (s.message ? 'Edit of a message wanted' : 'Edit of the topic wanted'),
  edit: (s) => (s.message ? 'Message edited' : 'Topic edited'),
  words: () => 'Last words',
  done: (s) => (s.outcome === 'undone' ? `Taken back: ${s.name ?? ''}` : `Done: ${s.name ?? ''}`),
  turned: () => 'Cannot be; taken back from here',
  later: () => 'Put off',
  left: () => 'Left to another process',
  died: (s) => `${who(s)} died: ${s.name ?? ''}`,
  released: () => 'Free for another process',
  given_up: () => 'Given up',
  away: () => 'The bot does not answer',
  restarted: () => 'The bot was started anew',
};

function labelOf(row) {
  const { scene } = row;

  return LABELS[row.what]?.(scene) ?? [row.what, scene.name].filter(Boolean).join(' ');
}

/** What stands behind the label: how it ended, where that is not just "ok". */
function tagsOf(row) {
  const tags = [];
  const tag = (words, kind = '') => tags.push(h('span', { class: `behind-tag ${kind}` }, words), ' ');

  if (row.status)
    tag(String(row.status), row.isBad ? 'is-bad' : row.status < 400 ? 'is-good' : '');
  if (row.outcome && row.outcome !== 'ok' && !['acknowledged', 'taken', 'job', 'done', 'died', 'given_up', 'released'].includes(row.what))
    tag(row.outcome, row.isBad ? 'is-bad' : '');
  if (row.scene.why)
    tag(row.scene.why, row.isBad ? 'is-bad' : '');
  if (row.request?.fault)
    tag(`fault: ${row.request.fault}`, 'is-bad');
  if (row.request?.dropped)
    tag('answer lost', 'is-bad');
  if (row.isGuess)
    tag(row.isUntold ? 'not told' : 'meanwhile');
  return tags;
}

// ---- drawing ----

const percent = (share) => `${(100 * share).toFixed(2)}%`;
const between = (left, right) => ({ '--left': percent(left), '--width': percent(Math.max(right - left, 0)) });

function drawBar(row, press, scale) {
  const place = (at) => scale.place(at - press.at);
  const track = h('span', { class: 'behind-track', 'aria-hidden': 'true' },
    h('span', { class: 'behind-bar', css: between(place(row.from), place(row.to)) }), scale.gaps.map((g) => h('b', { css: between(g.left, g.right) })));

  // Within the bot's own time, what the sandbox needed: the rest is the way, and waiting in the bot.
  if (row.request && row.to > row.from)
    track.append(h('i', { css: between(Math.max(place(row.request.from), place(row.from)), Math.min(place(row.request.at), place(row.to))) }));
  return track;
}

function drawAxis(scale) {
  const mark = (share, words, kind = '') => h('span', { class: kind, css: { '--left': percent(share) } }, words);
  const middle = scale.gaps.length ? scale.gaps.map((g) => mark((g.left + g.right) / 2, duration(g.tookUs), 'is-gap'))
    : mark(0.5, duration(scale.spanUs / 2), 'is-middle');

  // The whole is told above; here it must not stand in the way of a gap.
  return h('span', { class: 'behind-scale' }, mark(0, '0'), middle, scale.gaps.at(-1)?.right > 0.7 ? null : mark(1, duration(scale.spanUs), 'is-end'));
}

function drawRow(row, press, scale) {
  const took = row.to - row.from;
  const classes = ['behind-row', `is-${row.station}`, row.isBad ? 'is-bad' : '', row.isInside ? 'is-inside' : '', row.isGuess ? 'is-guess' : ''];

  return h('li', { class: classes.filter(Boolean).join(' '), data: { what: row.what, ...(row.scene.name ? { name: row.scene.name } : {}) } },
    h('span', { class: 'behind-label' },
      h('span', { class: 'behind-dot', 'aria-hidden': 'true' }), h('span', { class: 'sr-only' }, `${STATIONS[row.station]}: `),
      h('span', { class: 'behind-words' }, labelOf(row), ' ', tagsOf(row))),
    h('span', { class: 'behind-time' },
      h('span', null, `+${duration(row.from - press.at)}`), took > 0 ? h('small', null, h('span', { class: 'sr-only' }, ', took '), duration(took)) : null),
    drawBar(row, press, scale));
}

function drawSummary(press, rows, nameOf) {
  const s = summaryOf(press, rows);
  const badge = (n, one, many) => (n ? h('span', { class: 'behind-tag is-bad' }, plural(n, one, many)) : null);

  return [
    h('span', { class: 'behind-title' }, press.title || 'A press'),
    h('span', { class: 'behind-kind' }, [KINDS[press.type], press.user ? `by ${nameOf(press.user)}` : ''].filter(Boolean).join(' ')),
    h('span', { class: 'behind-facts' },
      h('time', null, preciseTime(new Date(press.at / 1000))),
      s.hasFailed && s.answeredUs === null ? h('span', { class: 'behind-tag is-bad' }, 'no answer in 3 s')
        : s.answeredUs === null ? h('span', { class: 'behind-tag' }, 'not answered yet')
          : h('span', { class: 'behind-tag is-good' }, `answered in ${duration(s.answeredUs)}`),
      s.tookUs > (s.answeredUs ?? 0) ? h('span', null, `${duration(s.tookUs)} in all`) : null,
      badge(s.nDeaths, 'death', 'deaths'), badge(s.nRetries, 'retry', 'retries'), badge(s.nFaults, 'fault', 'faults'),
      s.isUndone ? h('span', { class: 'behind-tag is-bad' }, 'taken back') : null),
  ];
}

/** The panel. `worldNow()` is whose names it uses; it listens only while `isShown()`. Returns { show }. */
export function behindPanel(root, worldNow, isShown) {
  const stories = new Stories();
  const items = new Map();      // press id → {details, summary, rows}
  const chosen = new Map();     // press id → whether somebody opened or closed it
  const stale = new Set();
  const list = h('ol', { class: 'behind-presses' });
  const hint = h('p', { class: 'quiet behind-hint' });
  let stop = null;

  const legend = h('ul', { class: 'behind-legend', 'aria-label': 'Stations' }, Object.entries(STATIONS).filter(([key]) => key !== 'other')
    .map(([key, name]) => h('li', { class: `is-${key}` }, h('span', { class: 'behind-dot', 'aria-hidden': 'true' }), name)));
  const forget = h('button', { type: 'button', class: 'button button-small button-secondary', on: {
    click: () => {
      stories.clear();
      stale.clear();
      draw();
    },
  } }, 'Forget these');

  function itemOf(press) {
    if (!items.has(press.id)) {
      const summary = h('summary');
      const rows = h('ol', { class: 'behind-rows' });
      const axis = h('div', { class: 'behind-axis', 'aria-hidden': 'true' });
      const details = h('details', { class: 'behind-press', data: { press: press.id } }, summary, axis, rows);

      // A click, or Enter: what the panel opens by itself is no choice.
      summary.addEventListener('click', () => chosen.set(press.id, !details.open));
      items.set(press.id, { element: h('li', null, details), details, summary, axis, rows });
      stale.add(press.id);
    }
    return items.get(press.id);
  }

  function drawPress(press) {
    const item = itemOf(press);
    const rows = stories.rowsOf(press);
    const scale = scaleOf(press, rows);

    replace(item.summary, drawSummary(press, rows, (user) => worldNow().nameOf(user)));
    replace(item.axis, drawAxis(scale));
    replace(item.rows, rows.map((row) => drawRow(row, press, scale)));
  }

  const draw = oncePerFrame(() => {
    if (!isShown())
      return;
    const presses = stories.presses;
    const known = new Set(presses.map((p) => p.id));

    for (const id of [...items.keys()].filter((k) => !known.has(k)))
      items.delete(id);
    arrange(list, presses.map((p) => itemOf(p).element));
    for (const press of presses.filter((p) => stale.has(p.id)))
      drawPress(press);
    stale.clear();
    presses.forEach((press, i) => {
      itemOf(press).details.open = chosen.get(press.id) ?? i === 0;
    });
    hint.hidden = presses.some((p) => p.tellsOfItself);
    hint.textContent = presses.length === 0 ? 'Nothing was pressed yet. Press a button or send a command, and its way is drawn here while it happens.'
      : 'The bot tells nothing of its insides, so this is only what the sandbox saw. docs/sandbox.md says how a bot can show more.';
    forget.hidden = presses.length === 0;
  });

  const taken = (presses) => {
    for (const press of presses)
      stale.add(press.id);
    if (presses.length)
      draw();
  };

  async function readAll() {
    try {
      const newest = async (what) => {
        const { last } = await api[what](BEYOND);

        return (await api[what](Math.max(last - READ_MAX, 0)))[what];
      };
      const [scenes, requests] = [await newest('scenes'), await newest('requests')];

      scenes.forEach((entry) => taken(stories.takeScene(entry)));
      requests.forEach((entry) => taken(stories.takeRequest(entry)));
    } catch {
      // The line is down, which the pane says; what is known stays.
    }
    draw();
  }

  function event(type, data) {
    if (!isShown()) {
      stop?.();
      stop = null;
    } else if (type === 'scene')
      taken(stories.takeScene(data));
    else if (type === 'request')
      taken(stories.takeRequest(data));
    else if (type === 'reset') {
      stories.clear();
      draw();
    }
  }

  root.append(h('div', { class: 'behind-tools' }, legend, forget), hint, list);
  return {
    show() {
      // Scenes are for everybody, so it does not matter whose line brings them.
      stop ??= listen(worldNow().me, { event, up: readAll, down: () => {} });
      draw();
    },
  };
}
