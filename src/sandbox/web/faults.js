// The fault panel: the sandbox's own controls, which Discord does not have. What each does stands beside it in words.

import { api } from './api.js';
import { h, replace } from './dom.js';
import { plural } from './format.js';
import { channelName } from './guild.js';

const ROUTES = [
  ['', 'any request of the bot'],
  ['POST /interactions/{interaction_id}/{interaction_token}/callback', 'answer to a press (callback)'],
  ['PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original', 'edit of its answer'],
  ['POST /guilds/{guild_id}/channels', 'create a channel'],
  ['PATCH /channels/{channel_id}', 'edit a channel'],
  ['DELETE /channels/{channel_id}', 'delete a channel'],
  ['POST /channels/{channel_id}/messages', 'post a message'],
  ['PATCH /channels/{channel_id}/messages/{message_id}', 'edit a message'],
  ['PUT /guilds/{guild_id}/members/{user_id}/roles/{role_id}', 'give a role'],
  ['PATCH /guilds/{guild_id}/members/{user_id}', 'change a nickname'],
  ['POST /users/@me/channels', 'open a direct channel'],
  ['GET /gateway/bot', 'ask for the gateway'],
];

const COUNTS = [['1', 'once'], ['2', 'twice'], ['5', '5 times'], ['-1', 'until cleared']];

const FAULTS = [
  { label: 'Slow', hint: 'waits for that time, then is done', rule: (ms) => ({ do: 'slow', ms }) },
  { label: 'Hold', hint: 'done at once, answered after that time', rule: (ms) => ({ do: 'hold', ms }) },
  { label: '500', hint: 'refused with a server error', rule: () => ({ do: 'status', status: 500 }) },
  { label: '503', hint: 'refused as overloaded', rule: () => ({ do: 'status', status: 503 }) },
  { label: 'Forbidden', hint: 'refused for a missing permission', rule: () => ({ do: 'status', code: 50013 }) },
  { label: '429', hint: 'rate limited for that time', rule: (ms) => ({ do: 'ratelimit', retry_after: ms / 1000, scope: 'user' }) },
  { label: '429 global', hint: 'every route rate limited so long', rule: (ms) => ({ do: 'ratelimit', retry_after: ms / 1000, scope: 'global' }) },
  { label: 'Drop after apply', hint: 'done, but the answer is lost', rule: () => ({ do: 'drop_after' }) },
  { label: 'Drop before', hint: 'lost on the way, not done', rule: () => ({ do: 'drop_before' }) },
  { label: 'Late', hint: 'the answer is lost, done after that time', rule: (ms) => ({ do: 'late', ms }) },
];

// Rules are used up by the bot's requests, of which nobody tells the page.
const REFRESH_MS = 1000;

// Each order is made from the time that the panel shows.
const GATEWAY = [
  ['Cut gateway', () => ({ do: 'cut' }), 'the connection ends without a word'],
  ['Cut in a frame', () => ({ do: 'cut', half: true }), 'it ends in the middle of a frame'],
  ['Close', () => ({ do: 'close', code: 4000 }), 'close code 4000, after which one resumes'],
  ['Refuse', (ms) => ({ do: 'refuse', ms }), 'no new connections for that time'],
  ['Ask to reconnect', () => ({ do: 'reconnect' }), 'op 7, as when a server of Discord goes'],
  ['Ask to resume', () => ({ do: 'invalid_session', resumable: true }), 'op 9, resumable'],
  ['Expire session', () => ({ do: 'invalid_session', resumable: false }), 'op 9, the bot must begin anew'],
  ['Forget sessions', () => ({ do: 'expire' }), 'those not connected can no longer be resumed'],
  ['Ask for a heartbeat', () => ({ do: 'heartbeat' }), 'op 1'],
  ['No heartbeat ACKs', () => ({ do: 'silence' }), 'the connection goes silent'],
  ['Replay events', () => ({ do: 'replay', n: 5 }), 'the last five come once more'],
];

/**
 * Draws the panel into `root`.
 *
 * @param {HTMLElement} root
 * @param {() => World} worldNow      in whose place things are done by hand
 * @param {(n: number) => void} counted   how many rules are active
 * @returns {{update: () => Promise<void>, who: () => void}}   reads the active rules again; says again who acts
 */
export function faultPanel(root, worldNow, counted) {
  const choice = (id, options) => h('select', { class: 'plain-select', id }, options.map(([value, text]) => h('option', { value }, text)));
  const route = choice('fault-route', ROUTES);
  const count = choice('fault-count', COUNTS);
  const ms = h('input', { class: 'plain-input', id: 'fault-ms', type: 'number', min: '0', max: '600000', step: '500', value: '2000' });
  const active = h('ul', { class: 'fault-list' });
  const status = h('p', { class: 'panel-status', role: 'status' });
  const acting = h('h3', null);
  const milliseconds = () => Number(ms.value) || 0;
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
  const action = (label, hint, f, done, kind) => h('div', { class: 'panel-action' },
    h('button', { type: 'button', class: `button button-small button-${kind ?? 'secondary'}`, on: { click: () => attempt(f, done ?? `${label}: done.`) } }, label),
    h('span', null, hint));
  const section = (heading, ...children) => h('section', { class: 'panel-section' }, heading, children);

  const add = (fault) => {
    const [method, path] = route.value ? route.value.split(' ') : [];
    return api.addFault({
      match: path ? { method, route: path } : {}, count: Number(count.value), ...fault.rule(milliseconds()),
    });
  };

  async function update() {
    let rules;

    try {
      rules = await api.faults();
    } catch {
      rules = [];
    }
    const drawn = rules.length ? rules.map((r) => h('li', null, describe(r))) : [h('li', { class: 'quiet' }, 'No faults set.')];
    // Read every second; only what changed is news.
    if (active.textContent !== drawn.map((li) => li.textContent).join(''))
      replace(active, drawn);
    const n = rules.filter((r) => r.count !== 0).length;
    counted(n);
    clearTimeout(timer);
    timer = n ? setTimeout(update, REFRESH_MS) : null;
  }

  function who() {
    const world = worldNow();
    const channel = world.guild.channel(world.channel);

    replace(acting, `By hand, as ${world.nameOf(world.me)}${channel ? ` in ${channelName(channel)}` : ''}`);
  }

  const speak = async (locale) => {
    await api.world({ do: 'set_locale', user: worldNow().me, locale });
    await worldNow().refresh({ messages: false });      // the names of commands
  };

  root.append(
    section(h('h3', null, 'Next requests of the bot'),
      h('div', { class: 'panel-grid' },
        h('label', { htmlFor: 'fault-route' }, 'Which'), route,
        h('label', { htmlFor: 'fault-count' }, 'How often'), count,
        h('label', { htmlFor: 'fault-ms' }, 'Time, ms'), ms),
      FAULTS.map((f) => action(f.label, f.hint, () => add(f), `${f.label}: set.`)),
      active,
      action('Clear faults', 'all goes well again', () => api.clearFaults(), 'Faults cleared.', 'success')),
    section(h('h3', null, 'Gateway'), GATEWAY.map(([label, order, hint]) => action(label, hint, () => api.gateway(order(milliseconds()))))),
    section(acting,
      action('Close my DMs', 'direct messages to this person are refused', () => api.world({ do: 'set_dms', user: worldNow().me, open: false })),
      action('Open my DMs', 'they arrive again', () => api.world({ do: 'set_dms', user: worldNow().me, open: true })),
      action('Speak German', 'their client is set to it: commands and answers follow', () => speak('de')),
      action('Speak English', 'as everybody does at first', () => speak('en-US')),
      action('Delete this channel', 'as staff would in Discord’s client', () => api.world({ do: 'delete_channel', channel: worldNow().channel }),
        'Channel deleted.', 'danger'),
      action('Reset everything', 'back to the ready-made guild', () => api.reset(), 'Back to the beginning.', 'danger')),
    status);
  return { update, who };
}

function describe(rule) {
  const where = ROUTES.find(([r]) => r && r === `${rule.match?.method} ${rule.match?.route}`)?.[1]
    ?? (rule.match?.route ? `${rule.match.method ?? ''} ${rule.match.route}`.trim() : rule.match?.path ?? 'any request');
  const what = {
    slow: `slow, ${rule.ms} ms`, hold: `hold, ${rule.ms} ms`, late: `late, ${rule.ms} ms`,
    status: `status ${rule.status}${rule.code ? `, code ${rule.code}` : ''}`,
    ratelimit: `429${rule.scope === 'global' ? ' global' : ''}, ${rule.retry_after} s`,
  }[rule.do] ?? rule.do;
  const left = rule.count === 0 ? 'used up' : rule.count < 0 ? 'until cleared' : `${plural(rule.count, 'time', 'times')} more`;

  return [h('strong', null, what.replaceAll('_', ' ')), ` on “${where}”, ${left}`, rule.hits ? `, hit ${rule.hits}×` : ''];
}
