// What stands around the messages: who one is, the channels, the members.

import { h, icon, replace } from './dom.js';
import { colour, plural } from './format.js';
import { avatar } from './messages.js';
import { permissionsIn, VIEW_CHANNEL } from './permissions.js';
import { displayName } from './world.js';

/** Who one can be, as a group of radio buttons: one click, or the arrow keys. */
export function drawPeople(root, world) {
  const known = new Map(world.guild.members.map((m) => [m.user.id, m]));

  replace(root, world.people.map((entry) => {
    const id = typeof entry === 'string' ? entry : entry.id;
    const member = known.get(id);
    const name = member ? displayName(member) : entry.username ?? id;
    const roles = world.rolesOf(id).map((r) => r.name);
    const title = [name, id === world.guild.owner_id ? 'owner of the guild' : null, ...roles].filter(Boolean).join(', ');

    return h('label', { class: 'person', title },
      h('input', {
        type: 'radio', name: 'person', value: id, checked: id === world.me,
        on: { change: () => world.become(id, world.channel).catch(() => {}) },
      }),
      avatar(id, name, 'avatar-small'), h('span', { class: 'person-name' }, name));
  }));
}

export function drawChannels(root, world, opened) {
  const entry = (channel) => {
    const direct = channel.type === 1;
    const unread = world.isUnread(channel);
    const current = channel.id === world.channel;
    const name = direct ? channel.recipient?.global_name ?? channel.recipient?.username ?? 'Direct message' : channel.name;

    return h('li', null, h('button', {
      type: 'button', class: `channel${current ? ' is-current' : ''}${unread ? ' is-unread' : ''}`,
      'aria-current': current ? 'page' : null, title: name, data: { channel: channel.id },
      on: {
        click: () => {
          world.open(channel.id);
          opened();
        },
      },
    }, direct ? avatar(channel.recipient?.id ?? channel.id, name, 'avatar-tiny') : icon(isPrivate(channel, world) ? 'lock' : 'hash'),
    h('span', { class: 'channel-name' }, name),
    unread ? h('span', { class: 'unread-dot', role: 'img', 'aria-label': 'unread' }) : null));
  };
  const focused = root.contains(document.activeElement) ? document.activeElement.dataset.channel : null;
  const group = (title, channels) => h('section', { class: 'channel-group' },
    title ? h('h2', { class: 'category' }, title) : null, h('ul', null, channels.map(entry)));

  replace(root,
    world.orderedChannels().map((g) => group(g.category?.name, g.channels)),
    world.dms.length ? group('Direct messages', world.dms) : null);
  if (focused)
    root.querySelector(`[data-channel="${CSS.escape(focused)}"]`)?.focus();
}

function isPrivate(channel, world) {
  const everyone = (channel.permission_overwrites ?? []).find((o) => o.id === world.guild.id);

  try {
    return everyone !== undefined && (BigInt(everyone.deny ?? 0) & VIEW_CHANNEL) !== 0n;
  } catch {
    return false;
  }
}

/** Everybody who can see the open channel, under their highest role. */
export function drawMembers(root, world) {
  const channel = world.channelById(world.channel);
  const direct = channel?.type === 1;
  const members = world.guild.members.filter((m) => (direct
    ? m.user.id === world.me || m.user.id === channel.recipient?.id
    : channel && (permissionsIn(world.guild, m, channel) & VIEW_CHANNEL) !== 0n));
  const groups = new Map();

  for (const member of members) {
    const top = world.rolesOf(member.user.id)[0];
    const key = top?.id ?? '';
    if (!groups.has(key))
      groups.set(key, { role: top, members: [] });
    groups.get(key).members.push(member);
  }
  const ordered = [...groups.values()].sort((a, b) => (b.role?.position ?? -1) - (a.role?.position ?? -1));

  replace(root, h('p', { class: 'members-count' }, `${plural(members.length, 'member sees', 'members see')} this channel`),
    ordered.map((g) => h('section', null,
      h('h2', { class: 'category' }, `${g.role?.name ?? 'No role'} — ${g.members.length}`),
      h('ul', null, g.members.map((m) => drawMember(m, world))))));
}

function drawMember(member, world) {
  const name = displayName(member);
  const roles = world.rolesOf(member.user.id);
  const nameColour = roles.map((r) => colour(r.color)).find(Boolean);

  return h('li', { class: `member${member.user.id === world.me ? ' is-me' : ''}` },
    avatar(member.user.id, name, 'avatar-small'),
    h('div', { class: 'member-text' },
      h('div', { class: 'member-name', css: nameColour ? { color: nameColour } : {} }, name,
        member.user.id === world.guild.owner_id ? h('span', { class: 'crown', title: 'Owner of the guild' }, icon('crown')) : null,
        member.user.bot ? h('span', { class: 'tag' }, 'APP') : null,
        member.user.id === world.me ? h('span', { class: 'you' }, 'you') : null),
      // A nickname hides who it is: below it stands the name of the account.
      member.nick ? h('div', { class: 'member-account' }, member.user.username) : null,
      roles.length ? h('div', { class: 'member-roles' }, roles.map((r) =>
        h('span', { class: 'role-chip', css: { '--role': colour(r.color) ?? 'var(--muted)' } }, r.name))) : null));
}
