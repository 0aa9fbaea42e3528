// The guild as one person sees it, and what follows from it: names, roles, order of channels, who sees what.

import { compareIds } from './format.js';
import { permissionsIn, VIEW_CHANNEL } from './permissions.js';

export const CATEGORY = 4;
export const DIRECT = 1;

/**
 * @typedef {object} User     {id, username, global_name, bot}
 * @typedef {object} Member   {user: User, nick, roles: string[]}
 * @typedef {object} Role     {id, name, position, color, permissions}
 * @typedef {object} Channel  Discord's channel object; direct ones have `recipient`, the other end as the person's client shows it
 */

export class Guild {
  id = '0';
  name = '';
  ownerId = null;
  memberCount = 0;
  /** @type {Map<string, Role>} */ roles = new Map();
  /** @type {Map<string, Member>} */ members = new Map();
  /** @type {Map<string, Channel>} */ channels = new Map();
  /** @type {Channel[]} */ dms = [];
  #ordered = null;
  #botId = null;

  /** Takes a state of the sandbox. Of a large guild it names only some members; others that were asked for stay known. */
  read(state, me) {
    const { id, name, owner_id: ownerId, roles, members, member_count: memberCount } = state.guild;

    Object.assign(this, { id, name, ownerId, memberCount });
    this.roles = new Map(roles.map((r) => [r.id, r]));
    if (members.length === memberCount)
      this.members.clear();
    for (const member of members)
      this.members.set(member.user.id, member);
    this.channels = new Map(state.channels.map((c) => [c.id, c]));
    this.dms = state.dms.map((d) => directChannel(d, me, this.bot()?.user));
    this.#ordered = null;
  }

  // ---- changes ----

  putChannel(channel, me) {
    const old = this.channel(channel.id);
    const member = this.members.get(me);

    this.#ordered = null;
    if (old)
      Object.assign(old, channel, member && { permissions: String(permissionsIn(this, member, { ...old, ...channel })) });
    else if (member)
      this.channels.set(channel.id, { ...channel, permissions: String(permissionsIn(this, member, channel)) });
  }

  removeChannel(id) {
    this.#ordered = null;
    return this.channels.delete(id);
  }

  /** A member who left is told of without roles. */
  putMember(member) {
    if (member.roles)
      this.members.set(member.user.id, member);
    else
      this.members.delete(member.user.id);
  }

  /** Whether there are members that the page has not heard of: a search must ask the sandbox. */
  isPartial() {
    return this.members.size < this.memberCount;
  }

  // ---- questions ----

  bot() {
    // Looked for once: a guild may have many thousands of members, and the page asks often.
    if (!this.#botId || !this.members.has(this.#botId))
      this.#botId = [...this.members.values()].find((m) => m.user.bot)?.user.id;
    return this.members.get(this.#botId);
  }

  channel(id) {
    return this.channels.get(id) ?? this.dms.find((c) => c.id === id);
  }

  /** What a member is called, or null for somebody who is none. */
  nameOf(user) {
    const member = this.members.get(user);

    return member ? displayName(member) : null;
  }

  /** A user's roles, the highest first. */
  rolesOf(user) {
    return (this.members.get(user)?.roles ?? []).map((id) => this.roles.get(id)).filter(Boolean)
      .sort((a, b) => b.position - a.position || compareIds(a.id, b.id));
  }

  hasRole(user, role) {
    return role === this.id || (this.members.get(user)?.roles.includes(role) ?? false);
  }

  /** The sidebar's order: channels without category first, then categories by position with their channels by position. */
  orderedChannels() {
    if (this.#ordered)
      return this.#ordered;

    const byPosition = (a, b) => a.position - b.position || compareIds(a.id, b.id);
    const all = [...this.channels.values()].sort(byPosition);
    const groups = new Map([[null, { category: null, channels: [] }]]);
    for (const category of all)
      if (category.type === CATEGORY)
        groups.set(category.id, { category, channels: [] });
    for (const channel of all)
      if (channel.type !== CATEGORY)
        (groups.get(channel.parent_id) ?? groups.get(null)).channels.push(channel);
    this.#ordered = [...groups.values()].filter((g) => g.category || g.channels.length);
    return this.#ordered;
  }

  /** Known members who see a channel. */
  whoSees(channel) {
    return [...this.members.values()].filter((m) => (channel.type === DIRECT
      ? m.user.id === channel.recipient?.id || m.user.id === channel.person
      : (permissionsIn(this, m, channel) & VIEW_CHANNEL) !== 0n));
  }

  /** Whether a channel is shown with a lock: not everybody sees it. */
  isPrivate(channel) {
    const everyone = { user: { id: '' }, roles: [] };

    return channel.type !== DIRECT && (permissionsIn(this, everyone, channel) & VIEW_CHANNEL) === 0n;
  }
}

export function displayName(member) {
  return member.nick ?? member.user.global_name ?? member.user.username;
}

export function channelName(channel) {
  return channel.type === DIRECT ? channel.recipient?.global_name ?? channel.recipient?.username ?? 'Direct message' : channel.name;
}

/** A DM is listed as the bot sees it: its recipient is the person. The person's client shows the other end. */
function directChannel(dm, me, bot) {
  const other = (dm.channel.recipients ?? []).find((u) => u.id !== me) ?? bot ?? dm.user ?? null;

  return { ...dm.channel, type: DIRECT, recipient: other, person: me };
}
