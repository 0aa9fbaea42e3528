// The judge judged: right exchanges pass, and each wrong one is found where it is wrong. Speaks TAP.

import { judge } from './judge.mjs';

const GUILD = '800000000000000001';
const CHANNEL = '820000000000000021';
const BOT = {
  id: '900000000000000001', username: 'magikal', discriminator: '0000', global_name: null, avatar: null, public_flags: 0, flags: 0, primary_guild: null,
  bot: true,
};
const message = {
  id: '860000000000000001', channel_id: CHANNEL, type: 0, content: 'hello', author: BOT, mentions: [], mention_roles: [],
  mention_everyone: false, attachments: [], embeds: [], components: [], timestamp: '2026-02-03T04:05:06.789000+00:00',
  edited_timestamp: null, flags: 0, pinned: false, tts: false,
};
const button = { type: 2, style: 1, label: 'Open', custom_id: 'o' };
const modal = {
  type: 9,
  data: {
    custom_id: 'm', title: 'Open a support ticket',
    components: [{ type: 18, label: 'What happened?', component: { type: 4, style: 2, custom_id: 'q', max_length: 1000, required: true } }],
  },
};

const post = (request, response = message, status = 200) =>
  ({ method: 'POST', route: '/channels/{channel_id}/messages', path: `/channels/${CHANNEL}/messages`, request, response, status });
const callback = (request) =>
  ({ method: 'POST', route: '/interactions/{interaction_id}/{interaction_token}/callback', path: '', request, response: null, status: 204 });
const original = (request, response = message) =>
  ({ method: 'PATCH', route: '/webhooks/{application_id}/{token}/messages/@original', path: '', request, response, status: 200 });
const create = (request) => ({ method: 'POST', route: '/guilds/{guild_id}/channels', path: '', request, response: { message: 'x', code: 30013 }, status: 403 });
const channel = (request) =>
  ({ method: 'PATCH', route: '/channels/{channel_id}', path: '', request, response: { message: 'x', code: 50013 }, status: 403 });
const commands = (request) => ({
  method: 'PUT', route: '/applications/{application_id}/guilds/{guild_id}/commands', path: '', request, response: [], status: 200,
});

// [what, exchange, part of the mismatch that must be found, or nothing when all is well; null: not judged]
const cases = [
  ['a message is posted', post({ content: 'hello', allowed_mentions: { parse: [] }, nonce: '1', enforce_nonce: true })],
  ['a message with a button', post({ components: [{ type: 1, components: [button] }] })],
  ['a modal as an answer', callback(modal)],
  ['a deferred answer', callback({ type: 5, data: { flags: 64 } })],
  ['an edit of the original answer', original({ content: 'your ticket' })],
  ['a private channel', create({
    name: 'support-1-kim', type: 0, topic: 'TID:1', parent_id: GUILD,
    permission_overwrites: [{ id: GUILD, type: 0, allow: '0', deny: '1024' }],
  })],
  ['a new topic', channel({ topic: 'TID:1 REQ:member' })],
  ['commands', commands([{ name: 'config', type: 1, description: 'Settings', default_member_permissions: 32, options: [] }])],
  ['a reply with more than is described', post({ content: 'x' }, { ...message, something_new: 1 })],
  ['a refusal', post({ content: '' }, { message: 'Cannot send an empty message', code: 50006 }, 400)],
  ['a rate limit', post({ content: 'x' }, { message: 'You are being rate limited.', retry_after: 1.5, global: false, code: 0 }, 429)],
  ['a route found by its path', { ...post({ content: 'x' }), route: null }],
  ['a path of ours', { method: 'GET', route: '/nowhere', path: '/nowhere', request: null, response: {}, status: 200 }, null],
  ['a server error', post({ content: 'x' }, null, 503), null],

  ['content that is a number', post({ content: 7 }), 'request content'],
  ['content that is too long', post({ content: 'x'.repeat(4001) }), 'request content'],
  ['a member nobody knows', post({ contents: 'x' }), 'request contents'],
  ['a member nobody knows, deep inside', post({ components: [{ type: 1, components: [{ ...button, text: 'x' }] }] }), 'request components.0.components.0.text'],
  ['a label that is too long', post({ components: [{ type: 1, components: [{ ...button, label: 'x'.repeat(81) }] }] }), 'request components.0.components.0.label'],
  ['a title of a modal that is too long', callback({ ...modal, data: { ...modal.data, title: 'x'.repeat(46) } }), 'request data.title'],
  ['an answer of a type that does not exist', callback({ type: 77 }), 'request type'],
  ['a topic by another name', channel({ topics: 'TID:1' }), 'request topics'],
  ['a channel without name', create({ type: 0 }), 'request name'],
  ['an id that is not one', create({ name: 'x', parent_id: 'abc' }), 'request parent_id'],
  ['a bit set that is no number', create({ name: 'x', permission_overwrites: [{ id: GUILD, allow: 'all' }] }), 'request permission_overwrites.0.allow'],
  ['a command without name', commands([{ type: 1, description: 'x' }]), 'request 0.name'],
  ['a body where there is none', { method: 'GET', route: '/users/@me', path: '', request: { a: 1 }, response: null, status: 401 }, 'request (body)'],
  ['a reply without its id', post({ content: 'x' }, { ...message, id: undefined }), 'response id'],
  ['a reply with a numeric id', original({ content: 'x' }, { ...message, id: 5 }), 'response id'],
  ['a reply with a wrong time', original({ content: 'x' }, { ...message, timestamp: 'yesterday' }), 'response timestamp'],
  ['an error without code', post({ content: 'x' }, { message: 'no' }, 403), 'response code'],
  ['a status that is not described', post({ content: 'x' }, message, 201), 'response (status)'],
  ['a body with a 204', { ...callback({ type: 6 }), response: {} }, 'response (body)'],
];

console.log(`1..${cases.length}`);
cases.forEach(([what, exchange, wanted], i) => {
  const found = judge(JSON.parse(JSON.stringify(exchange)));
  const told = found?.map((m) => `${m.side} ${m.path}: ${m.reason}`) ?? [];
  const ok = wanted === null ? found === null
    : wanted === undefined ? found?.length === 0 : told.some((t) => t.startsWith(`${wanted}:`));

  console.log(`${ok ? 'ok' : 'not ok'} ${i + 1} - ${what}`);
  if (!ok)
    console.log(`# wanted ${wanted === null ? 'no judgement' : wanted ?? 'no mismatch'}, found ${found === null ? 'no judgement' : told.join('; ') || 'none'}`);
  process.exitCode ||= ok ? 0 : 1;
});
