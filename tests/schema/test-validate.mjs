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

const list = { method: 'GET', route: '/channels/{channel_id}/messages', path: `/channels/${CHANNEL}/messages`, request: null, response: [], status: 200 };
const entitlements = { method: 'GET', route: '/applications/{application_id}/entitlements', path: '', request: null, response: [], status: 200 };
const followup = { method: 'POST', route: '/webhooks/{application_id}/{token}', path: '', request: { content: 'x' }, response: message, status: 200 };
const channelObject = { id: CHANNEL, type: 0, guild_id: GUILD, name: 'x', position: 1, flags: 0 };
const member = {
  user: BOT, nick: null, avatar: null, banner: null, roles: [], joined_at: '2026-01-05T00:00:00.000000+00:00', premium_since: null, deaf: false,
  mute: false, flags: 0, pending: false, communication_disabled_until: null,
};
const press = {
  id: '840000000000000001', application_id: BOT.id, type: 3, token: 'x', version: 1, guild_id: GUILD, channel_id: CHANNEL,
  channel: { ...channelObject, permissions: '1024' }, member: { ...member, permissions: '1024' }, app_permissions: '1024', locale: 'en-US',
  entitlements: [], authorizing_integration_owners: { 0: GUILD }, context: 0, attachment_size_limit: 10485760, message,
  data: { component_type: 2, id: 2, custom_id: 'o' },
};

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
  ['new overwrites', channel({ permission_overwrites: [{ id: GUILD, type: 1, allow: '1024', deny: '0' }] })],
  ['commands', commands([{ name: 'config', type: 1, description: 'Settings', default_member_permissions: 32, options: [] }])],
  ['a refusal', post({ content: '' }, { message: 'Cannot send an empty message', code: 50006 }, 400)],
  ['a rate limit', post({ content: 'x' }, { message: 'You are being rate limited.', retry_after: 1.5, global: false, code: 0 }, 429)],
  ['a route found by its path', { ...post({ content: 'x' }), route: null }],
  ['a path of ours', { method: 'GET', route: '/nowhere', path: '/nowhere', request: null, response: {}, status: 200 }, null],
  ['a path that nobody has', { method: 'GET', route: null, path: '/nowhere', request: null, response: { message: '404: Not Found', code: 0 }, status: 404 }],
  ['a server error of a fault rule', { ...post({ content: 'x' }, null, 503), fault: 'status' }],
  ['a refusal without reason of a fault rule', { ...post({ content: 'x' }, { message: 'x', code: 0 }, 500), fault: 'status' }],
  ['a reply that was lost before anything was done', { ...post({ content: 'x' }, null, 0), dropped: true, fault: 'drop_before' }],
  ['a file', { ...post({ content: 'x', attachments: [{ id: '0', filename: 'x.txt' }] }), files: 1, content_type: 'multipart/form-data; boundary=x' }],
  ['a file with a follow-up', { ...followup, files: 1, content_type: 'multipart/form-data; boundary=x' }],
  ['a file with an answer', { ...callback({ type: 4, data: { content: 'x' } }), files: 1, content_type: 'multipart/form-data; boundary=x' }],
  ['a query', { ...list, query: 'limit=50&after=860000000000000001' }],
  ['a query that repeats its key', { ...entitlements, query: 'sku_ids=860000000000000001&sku_ids=860000000000000002&exclude_ended=true' }],
  ['an answer whose reply is wanted', { ...callback({ type: 6 }), query: 'with_response=false' }],
  ['a tree of errors', post({ content: '' }, {
    message: 'Invalid Form Body', code: 50035,
    errors: { content: { _errors: [{ code: 'BASE_TYPE_BAD_LENGTH', message: 'Must be 2000 or fewer in length.' }] } },
  }, 400)],
  ['a message of the gateway', { event: 'MESSAGE_CREATE', d: { ...message, guild_id: GUILD, channel_type: 0 } }],
  ['a button, pressed', { event: 'INTERACTION_CREATE', d: press }],

  ['a server error with half an explanation', post({ content: 'x' }, { message: 'no' }, 500), 'response code'],
  ['a reply with more than is described', post({ content: 'x' }, { ...message, something_new: 1 }), 'response something_new'],
  ['a reply with more than is described, deep inside', post({ content: 'x' }, { ...message, author: { ...BOT, rank: 1 } }), 'response author.rank'],
  ['a path with something that is no id', { ...list, path: '/channels/general/messages' }, 'request (path) {channel_id}'],
  ['a query that nobody knows', { ...list, query: 'count=5' }, 'request (query) count'],
  ['a query with a number that is none', { ...list, query: 'limit=many' }, 'request (query) limit'],
  ['a query with an id that is none', { ...list, query: 'after=yesterday' }, 'request (query) after'],
  ['a query with a boolean that is none', { ...callback({ type: 6 }), query: 'with_response=yes' }, 'request (query) with_response'],
  ['a query without what it needs', { ...list, route: '/guilds/{guild_id}/members/search', path: `/guilds/${GUILD}/members/search`, response: [] }, 'request (query) query'],
  ['a body of an unknown type', { ...post({ content: 'x' }), content_type: 'text/plain' }, 'request (content type)'],
  ['a file where none is taken', { ...channel({ topic: 'x' }), status: 403, files: 1, content_type: 'multipart/form-data; boundary=x' }, 'request (files)'],
  ['a success without the body that is needed', { ...create(null), status: 201, response: channelObject }, 'request name'],
  ['a success without a token', { ...list, auth: 'none' }, 'response (authorization)'],
  ['a tree of errors with numbers', post({ content: '' }, {
    message: 'Invalid Form Body', code: 50035, errors: { content: { _errors: [{ code: 12, message: 'x' }] } },
  }, 400), 'response errors.content._errors.0.code'],
  ['an error of an unknown path without code', { method: 'GET', route: null, path: '/nowhere', request: null, response: { message: 'x' }, status: 404 }, 'response code'],
  ['an event that nobody knows', { event: 'MESSAGE_EXPLODE', d: {} }, 'event (event)'],
  ['a message of the gateway without author', { event: 'MESSAGE_CREATE', d: { ...message, author: null } }, 'event author'],
  ['a role that says too much', { event: 'GUILD_ROLE_DELETE', d: { guild_id: GUILD, role_id: GUILD, name: 'x' } }, 'event name'],
  ['a button pressed by nobody', { event: 'INTERACTION_CREATE', d: { ...press, member: undefined } }, 'event member'],
  ['a button pressed by a user and a member', { event: 'INTERACTION_CREATE', d: { ...press, user: BOT } }, 'event user'],
  ['a button on no message', { event: 'INTERACTION_CREATE', d: { ...press, message: undefined } }, 'event message'],
  ['a button whose permissions are no bit set', { event: 'INTERACTION_CREATE', d: { ...press, app_permissions: 'all' } }, 'event app_permissions'],

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
  const { request, reply, mismatches } = judge(JSON.parse(JSON.stringify(exchange)));
  const told = mismatches.map((m) => `${m.side} ${m.path}: ${m.reason}`);
  const ok = wanted === null ? !request && !reply
    : wanted === undefined ? mismatches.length === 0 : told.some((t) => t.startsWith(`${wanted}:`));

  console.log(`${ok ? 'ok' : 'not ok'} ${i + 1} - ${what}`);
  if (!ok)
    console.log(`# wanted ${wanted === null ? 'no judgement' : wanted ?? 'no mismatch'}, found ${told.join('; ') || 'none'}`);
  process.exitCode ||= ok ? 0 : 1;
});
