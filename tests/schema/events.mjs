// Events of the gateway. Discord's description has no events, but it has the objects that they are made of: each row below is the frame
// that Discord's documentation gives an event ("Gateway Events", "Receiving and Responding"), filled with the description's own shapes.

import * as z from 'zod/mini';

import { check } from './check.mjs';
import { shape } from './description.mjs';

const id = shape('SnowflakeType');
const { array, boolean, extend, int32: int, literal, nullable, object, omit, optional, partial, record, string, union, unknown } = z;

const user = shape('UserResponse');
const role = shape('GuildRoleResponse');
const channel = shape('GuildChannelResponse');
const dmChannel = shape('PrivateChannelResponse');
const message = shape('MessageResponse');
const member = shape('GuildMemberResponse');
const guild = shape('GuildResponse');

/** Members of a guild's voice and age settings that events carry and the description lacks (documented: "Guild Object"). */
const guildOfEvents = extend(partial(guild, { home_header: true, widget_enabled: true, widget_channel_id: true }), {
  incidents_data: optional(nullable(unknown())), nsfw_level: int(),
});

/** "channel" and "resolved" of an interaction: a partial channel with the permissions of whoever acts. */
const partialChannel = union([
  extend(omit(channel, { permission_overwrites: true }), { permissions: string(), app_permissions: optional(string()) }),
  dmChannel,
]);

/** A message's author as a member: the member without its user. */
const memberOfMessage = omit(member, { user: true });

const messageOfEvents = extend(message, {
  guild_id: optional(id), member: optional(memberOfMessage), channel_type: optional(shape('ChannelTypes')),
  mentions: array(extend(user, { member: optional(memberOfMessage) })),
});

/** Who reacted with what, or which of them are gone ("Message Reaction Add" and its like). */
const reactions = object({ channel_id: id, message_id: id, guild_id: optional(id) });
const emoji = object({ id: nullable(id), name: nullable(string()), animated: optional(boolean()) });
const reaction = extend(reactions, { user_id: id, emoji, burst: boolean(), type: literal([0, 1]) });

const permissions = string().check(z.regex(/^\d+$/));
const resolved = object({
  users: optional(record(id, user)),
  members: optional(record(id, extend(shape('BasicGuildMemberResponse'), { permissions }))),
  roles: optional(record(id, role)),
  channels: optional(record(id, partialChannel)),
  messages: optional(record(id, message)),
  attachments: optional(record(id, shape('MessageAttachmentResponse'))),
});

const optionValue = union([string(), z.number(), boolean()]);
const option = object({
  name: string(), type: shape('ApplicationCommandOptionType'), value: optional(optionValue), focused: optional(boolean()),
  get options() { return optional(array(option)); },
});
const commandData = object({
  id, name: string(), type: shape('ApplicationCommandType'), options: optional(array(option)), guild_id: optional(id), target_id: optional(id),
  resolved: optional(resolved),
});
const componentData = object({
  component_type: shape('MessageComponentTypes'), id: optional(int()), custom_id: string(), values: optional(array(string())), resolved: optional(resolved),
});

/** What was entered in one component of a form: a value, several, or none. */
const entered = object({
  type: shape('MessageComponentTypes'), id: int(), custom_id: string(),
  value: optional(nullable(union([string(), boolean()]))), values: optional(array(string())),
});
const modalData = object({
  custom_id: string(), resolved: optional(resolved),
  components: array(union([
    object({ type: literal(18), id: int(), component: entered }),
    object({ type: literal(1), id: int(), components: array(entered) }),
    object({ type: literal(10), id: int() }),
  ])),
});

const interaction = object({
  id, application_id: id, token: string(), version: literal(1),
  guild_id: optional(id), guild: optional(object({ id, locale: shape('AvailableLocalesEnum'), features: array(string()) })),
  guild_locale: optional(shape('AvailableLocalesEnum')), channel_id: id, channel: partialChannel,
  member: optional(extend(member, { permissions })), user: optional(user), app_permissions: permissions,
  locale: shape('AvailableLocalesEnum'), entitlements: array(shape('EntitlementResponse')),
  authorizing_integration_owners: record(string(), id), context: shape('InteractionContextType'),
  attachment_size_limit: int(), message: optional(message),
});

const EVENTS = {
  READY: object({
    v: literal(10), user: shape('UserPIIResponse'), guilds: array(object({ id, unavailable: literal(true) })),
    session_id: string(), resume_gateway_url: z.url(), shard: optional(z.tuple([int(), int()])),
    application: object({ id, flags: int(), flags_new: optional(string()) }), _trace: optional(array(string())),
    // undocumented members that Discord sends and no bot may rely on; some libraries stumbled over their coming and going
    session_type: optional(string()), private_channels: optional(array(unknown())), presences: optional(array(unknown())),
    relationships: optional(array(unknown())), user_settings: optional(object({})),
  }),
  RESUMED: object({ _trace: optional(array(string())) }),
  GUILD_CREATE: extend(guildOfEvents, {
    joined_at: z.iso.datetime(), large: boolean(), unavailable: optional(boolean()), member_count: int(), voice_states: array(unknown()),
    members: array(member), channels: array(omit(channel, { guild_id: true })), threads: array(shape('ThreadResponse')),
    presences: array(unknown()), stage_instances: array(shape('StageInstanceResponse')),
    guild_scheduled_events: array(unknown()), soundboard_sounds: array(shape('SoundboardSoundResponse')),
  }),
  GUILD_UPDATE: guildOfEvents,
  GUILD_DELETE: object({ id, unavailable: optional(boolean()) }),
  CHANNEL_CREATE: union([channel, dmChannel]),
  CHANNEL_UPDATE: channel,
  CHANNEL_DELETE: channel,
  GUILD_ROLE_CREATE: object({ guild_id: id, role }),
  GUILD_ROLE_UPDATE: object({ guild_id: id, role }),
  GUILD_ROLE_DELETE: object({ guild_id: id, role_id: id }),
  GUILD_MEMBER_ADD: extend(member, { guild_id: id }),
  GUILD_MEMBER_UPDATE: extend(member, { guild_id: id }),
  GUILD_MEMBER_REMOVE: object({ guild_id: id, user }),
  GUILD_MEMBERS_CHUNK: object({
    guild_id: id, members: array(member), chunk_index: int(), chunk_count: int(), not_found: optional(array(unknown())), nonce: optional(string()),
  }),
  GUILD_BAN_ADD: object({ guild_id: id, user }),
  GUILD_BAN_REMOVE: object({ guild_id: id, user }),
  WEBHOOKS_UPDATE: object({ guild_id: id, channel_id: id }),
  MESSAGE_CREATE: messageOfEvents,
  MESSAGE_UPDATE: messageOfEvents,
  MESSAGE_DELETE: object({ id, channel_id: id, guild_id: optional(id) }),
  MESSAGE_DELETE_BULK: object({ ids: array(id), channel_id: id, guild_id: optional(id) }),
  CHANNEL_PINS_UPDATE: object({ channel_id: id, guild_id: optional(id), last_pin_timestamp: optional(nullable(z.iso.datetime())) }),
  MESSAGE_REACTION_ADD: extend(reaction, { member: optional(member), message_author_id: optional(id), burst_colors: optional(array(string())) }),
  MESSAGE_REACTION_REMOVE: reaction,
  MESSAGE_REACTION_REMOVE_ALL: reactions,
  MESSAGE_REACTION_REMOVE_EMOJI: extend(reactions, { emoji }),
  TYPING_START: object({ channel_id: id, guild_id: optional(id), user_id: id, timestamp: int(), member: optional(member) }),
  INTERACTION_CREATE: union([
    extend(interaction, { type: union([literal(2), literal(4)]), data: commandData }),
    extend(interaction, { type: literal(3), data: componentData, message }),
    extend(interaction, { type: literal(5), data: modalData }),
  ]),
};

/** Whoever acted is told as a member in a guild, as a user elsewhere (Discord reference, "Interaction Object"). */
function* whoActed(d) {
  const [isThere, isNot] = d.guild_id ? ['member', 'user'] : ['user', 'member'];

  if (!d[isThere])
    yield { path: isThere, reason: 'missing' };
  if (d[isNot])
    yield { path: isNot, reason: 'has no place here' };
}

/** Mismatches as check() gives them. An event that no row has is one. */
export function judgeEvent(event, d) {
  const schema = EVENTS[event];

  if (!schema)
    return [{ path: '(event)', reason: 'this event has no row in events.mjs' }];
  return [...check(schema, d), ...(event === 'INTERACTION_CREATE' ? whoActed(d) : [])];
}

export function eventNames() {
  return Object.keys(EVENTS);
}
