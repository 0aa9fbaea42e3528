// The sandbox's own controls, which Discord does not have: faults, things done by hand, and the log of effects.

import { api } from './api.js';
import { h, oncePerFrame, replace } from './dom.js';
import { plural, preciseTime } from './format.js';

const ROUTES = [
  ['', 'any request of the bot'],
  ['POST /interactions/{interaction_id}/{interaction_token}/callback', 'answer to a press (callback)'],
  ['PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original', 'edit of its answer'],
  ['POST /guilds/{guild_id}/channels', 'create a channel'],
  ['PATCH /channels/{channel_id}', 'edit a channel'],
  ['DELETE /channels/{channel_id}', 'delete a channel'],
  ['POST /channels/{channel_id}/messages', 'post a message'],
  ['PATCH /channels/{channel_id}/messages/{message_id}', 'edit a message'],
  ['POST /users/@me/channels', 'open a direct channel'],
  ['PUT /guilds/{guild_id}/members/{user_id}/roles/{role_id}', 'give a role'],
  ['PATCH /guilds/{guild_id}/members/{user_id}', 'change a nickname'],
  ['GET /gateway/bot', 'ask for the gateway'],
];

const FAULTS = [
  { label: 'Slow', hint: 'waits for the given time, then is done', rule: (ms) => ({ do: 'slow', ms }) },
  { label: 'Hold', hint: 'done at once, answered after the given time', rule: (ms) => ({ do: 'hold', ms }) },
  { label: '500', hint: 'refused with a server error', rule: () => ({ do: 'status', status: 500 }) },
  { label: '503', hint: 'refused as overloaded', rule: () => ({ do: 'status', status: 503 }) },
  { label: 'Forbidden', hint: 'refused for a missing permission', rule: () => ({ do: 'status', code: 50013 }) },
  { label: '429', hint: 'rate limited for the given time', rule: (ms) => ({ do: 'ratelimit', retry_after: ms / 1000, scope: 'user' }) },
  { label: '429 global', hint: 'every route rate limited so long', rule: (ms) => ({ do: 'ratelimit', retry_after: ms / 1000, scope: 'global' }) },
  { label: 'Drop after apply', hint: 'done, but the answer is lost', rule: () => ({ do: 'drop_after' }) },
  { label: 'Drop before', hint: 'lost on the way, not done', rule: () => ({ do: 'drop_before' }) },
  { label: 'Late', hint: 'the answer is lost, done after the given time', rule: (ms) => ({ do: 'late', ms }) },
];

// Rules are used up by the bot's requests, of which nobody tells the page.
const FAULTS_REFRESH_MS = 1000;

// Each order is made from the time that the panel shows.
const GATEWAY = [
  ['Cut gateway', () => ({ do: 'cut' }), 'The connection ends without a word'],
  ['Cut in a frame', () => ({ do: 'cut', half: true }), 'The connection ends in the middle of a frame'],
  ['Close', () => ({ do: 'close', code: 4000 }), 'Close code 4000, after which one resumes'],
  ['Refuse', (ms) => ({ do: 'refuse', ms }), 'No new connections for the given time'],
  ['Ask to reconnect', () => ({ do: 'reconnect' }), 'Op 7'],
  ['Ask to resume', () => ({ do: 'invalid_session', resumable: true }), 'Op 9, resumable'],
  ['Expire session', () => ({ do: 'invalid_session', resumable: false }), 'Op 9, not resumable'],
  ['Forget sessions', () => ({ do: 'expire' }), 'Sessions that are not connected can no longer be resumed'],
  ['Ask for a heartbeat', () => ({ do: 'heartbeat' }), 'Op 1'],
  ['No heartbeat ACKs', () => ({ do: 'silence' }), 'The connection goes silent'],
  ['Replay events', () => ({ do: 'replay', n: 5 }), 'The last five dispatches come again'],
];

/** The fault panel. Returns { update } which reads the active rules again. */
export function faultPanel(root, world) {
  const route = h('select', { class: 'plain-select', id: 'fault-route' }, ROUTES.map(([value, text]) => h('option', { value }, text)));
  const count = h('select', { class: 'plain-select', id: 'fault-count' },
    [['1', 'once'], ['2', 'twice'], ['5', '5 times'], ['-1', 'until cleared']].map(([value, text]) => h('option', { value }, text)));
  const ms = h('input', { class: 'plain-input', id: 'fault-ms', type: 'number', min: '0', max: '600000', step: '500', value: '2000' });
  const active = h('ul', { class: 'fault-list' });
  const status = h('p', { class: 'panel-status', role: 'status' });
  let timer = null;

  const attempt = async (f, done) => {
    try {
      await f();
      replace(status, done);
    } catch (error) {
      replace(status, error.message);
    }
    await update();
  };
  const action = (label, title, f, done, kind) => h('button', {
    type: 'button', class: `button button-small button-${kind ?? 'secondary'}`, title, on: { click: () => attempt(f, done ?? `${label}: done.`) },
  }, label);

  const add = (fault) => {
    const [method, path] = route.value ? route.value.split(' ') : [];
    return api.addFault({
      match: path ? { method, route: path } : {}, count: Number(count.value), ...fault.rule(Number(ms.value) || 0),
    });
  };

  async function update() {
    let rules;

    try {
      rules = await api.faults();
    } catch {
      rules = [];
    }
    replace(active, rules.length ? rules.map((r) => h('li', null, describe(r))) : h('li', { class: 'quiet' }, 'No faults set.'));
    const n = rules.filter((r) => r.count !== 0).length;
    root.dispatchEvent(new CustomEvent('faults', { detail: n }));
    clearTimeout(timer);
    timer = n ? setTimeout(update, FAULTS_REFRESH_MS) : null;
  }

  append(root, 'Next requests of the bot',
    h('div', { class: 'panel-grid' },
      h('label', { htmlFor: 'fault-route' }, 'Which'), route,
      h('label', { htmlFor: 'fault-count' }, 'How often'), count,
      h('label', { htmlFor: 'fault-ms' }, 'Time, ms'), ms),
    h('div', { class: 'panel-buttons' }, FAULTS.map((f) => action(f.label, f.hint, () => add(f), `${f.label}: set.`))),
    active,
    h('div', { class: 'panel-buttons' }, action('Clear faults', 'Remove every rule', () => api.clearFaults(), 'Faults cleared.', 'success')));
  append(root, 'Gateway', h('div', { class: 'panel-buttons' },
    GATEWAY.map(([label, order, title]) => action(label, title, () => api.gateway(order(Number(ms.value) || 0))))));
  append(root, 'By hand', h('div', { class: 'panel-buttons' },
    action('Close my DMs', 'Direct messages to this person are refused', () => api.world({ do: 'set_dms', user: world.me, open: false })),
    action('Open my DMs', 'Direct messages to this person arrive', () => api.world({ do: 'set_dms', user: world.me, open: true })),
    action('Delete this channel', 'As staff would in Discord\'s client', () => api.world({ do: 'delete_channel', channel: world.channel }),
      'Channel deleted.', 'danger'),
    action('Reset everything', 'Back to the ready-made guild', () => api.reset(), 'Back to the beginning.', 'danger')));
  root.append(status);
  return { update };
}

function append(root, title, ...children) {
  root.append(h('section', { class: 'panel-section' }, h('h3', null, title), children));
}

function describe(rule) {
  const where = rule.match?.route ? `${rule.match.method ?? ''} ${rule.match.route}`.trim() : rule.match?.path ?? 'any request';
  const what = {
    slow: `slow, ${rule.ms} ms`, hold: `hold, ${rule.ms} ms`, late: `late, ${rule.ms} ms`,
    status: `status ${rule.status}${rule.code ? `, code ${rule.code}` : ''}`,
    ratelimit: `429${rule.scope === 'global' ? ' global' : ''}, ${rule.retry_after} s`,
  }[rule.do] ?? rule.do;
  const left = rule.count === 0 ? 'used up' : rule.count < 0 ? 'until cleared' : plural(rule.count, 'time', 'times');

  return [h('strong', null, what.replaceAll('_', ' ')), ` on ${where}, ${left}`, rule.hits ? `, hit ${rule.hits}×` : ''];
}

/** The log of effects: one row per thing the bot or somebody did, newest last. Returns { fetchAll, showEnd }. */
export function effectLog(root, world) {
  const filter = h('input', { class: 'plain-input', type: 'search', placeholder: 'Filter', 'aria-label': 'Filter the effect log' });
  const rows = h('ol', { class: 'effects' });
  const body = h('div', { class: 'effects-scroll', tabIndex: 0, 'aria-label': 'Effects', role: 'region' }, rows);

  const draw = oncePerFrame(() => {
    const wanted = filter.value.trim().toLowerCase();
    const shown = world.effects.filter((e) => !wanted || JSON.stringify(e).toLowerCase().includes(wanted)).slice(-300);
    const end = body.scrollHeight - body.scrollTop - body.clientHeight < 40;
    const open = new Set([...rows.querySelectorAll('details[open]')].map((d) => d.dataset.n));

    replace(rows, shown.length ? shown.map((e) => drawEffect(e, world, open.has(String(e.n)))) : h('li', { class: 'quiet' }, 'Nothing has happened yet.'));
    if (end)
      body.scrollTop = body.scrollHeight;
  });
  const fetchAll = async () => {
    try {
      world.effects = await api.effects(0);
    } catch {
      world.effects = [];
    }
    draw();
  };

  filter.addEventListener('input', draw);
  world.on('effect', draw);
  world.on('reset', draw);
  root.append(h('div', { class: 'panel-tools' }, filter), body);
  const showEnd = () => {
    body.scrollTop = body.scrollHeight;
  };
  return { fetchAll, showEnd };
}

function drawEffect(effect, world, open) {
  const channel = effect.channel ? world.channelById(effect.channel) : null;
  const by = effect.by === 'bot' ? 'bot' : world.nameOf(effect.by);
  const where = effect.channel ? `#${channel?.name ?? effect.channel}` : '';

  return h('li', null, h('details', { data: { n: String(effect.n) }, ...(open ? { open: true } : {}) },
    h('summary', null,
      h('span', { class: 'effect-time' }, preciseTime(new Date(effect.at_us / 1000))),
      h('span', { class: `effect-name effect-${String(effect.effect).split('.').at(-1)}` }, effect.effect),
      h('span', { class: 'effect-by' }, by),
      h('span', { class: 'effect-where' }, where),
      effect.deduplicated ? h('span', { class: 'tag tag-quiet' }, 'deduplicated') : null,
      effect.reason ? h('span', { class: 'effect-reason' }, effect.reason) : null),
    h('pre', null, JSON.stringify(effect, null, 2))));
}
