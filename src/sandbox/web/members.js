// Who sees the open channel, under their highest roles, as Discord's client lists them. One click makes one of them.

import { nameColours } from './colours.js';
import { h, icon, oncePerFrame, replace } from './dom.js';
import { plural } from './format.js';
import { DIRECT, displayName } from './guild.js';
import { Names } from './names.js';
import { avatar, colouredName } from './person.js';

const SHOWN_MAX = 100;          // of one role
const SEARCH_FROM = 40;
const ASK_DELAY_MS = 100;

/** Draws into `root` whenever it changes and while `isShown()`; `become(id)` is called for who was clicked. */
export function memberList(root, world, isShown, become) {
  const search = h('input', { class: 'plain-input', type: 'search', placeholder: 'Find a member', 'aria-label': 'Find a member', on: { input: () => draw() } });
  const searchBox = h('div', { class: 'list-search', hidden: true }, search);
  const count = h('p', { class: 'members-count', role: 'status' });
  const list = h('div', null);

  const member = (m, names) => {
    const { id } = m.user;
    const name = displayName(m);
    const roles = world.guild.rolesOf(id);
    const content = [avatar(id, name, 'avatar-small'),
      h('span', { class: 'member-text' },
        h('span', { class: 'member-name' }, colouredName('member-shown', id, name, names),
          id === world.guild.ownerId ? h('span', { class: 'crown', title: 'Owner of the guild' }, icon('crown'), h('span', { class: 'sr-only' }, 'owner of the guild')) : null,
          m.user.bot ? h('span', { class: 'tag' }, 'APP') : null,
          id === world.me ? h('span', { class: 'you' }, 'you') : null),
        // A nickname hides who it is: below it stands the name of the account.
        m.nick ? h('span', { class: 'member-account' }, m.user.username) : null,
        roles.length ? h('span', { class: 'member-roles' }, roles.map((r) =>
          h('span', { class: 'role-chip', css: nameColours(r.color) }, r.name))) : null)];

    return h('li', null, m.user.bot || id === world.me ? h('div', { class: `member${id === world.me ? ' is-me' : ''}` }, content)
      : h('button', { type: 'button', class: 'member', title: `Act as ${name}`, data: { member: id }, on: { click: () => become(id) } }, content));
  };

  const draw = oncePerFrame(() => {
    if (!isShown())
      return;

    const names = new Names(world);
    const channel = world.guild.channel(world.channel);
    const all = channel ? world.guild.whoSees(channel) : [];
    const wanted = search.value.trim().toLowerCase().replace(/^@/, '');
    const found = wanted ? all.filter((m) => [displayName(m), m.user.username].some((n) => n.toLowerCase().includes(wanted))) : all;
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.member : null;
    const say = (n) => replace(count, wanted ? `${plural(n, 'member is', 'members are')} called so` : `${plural(n, 'member sees', 'members see')} this channel`);

    searchBox.hidden = world.guild.memberCount < SEARCH_FROM;
    if (world.guild.isPartial() && channel && channel.type !== DIRECT)
      askForMore(wanted, say);
    else
      say(found.length);
    replace(list, byRole(found, world.guild).map(({ role, members }) => h('section', null,
      h('h3', { class: 'category' }, `${role?.name ?? 'No role'} — ${members.length.toLocaleString('en-GB')}`),
      h('ul', null, members.slice(0, SHOWN_MAX).map((m) => member(m, names))),
      members.length > SHOWN_MAX || (world.guild.isPartial() && !role && !wanted) ? h('p', { class: 'list-more' }, 'and others: find them by name') : null)));
    if (focused)
      list.querySelector(`[data-member="${CSS.escape(focused)}"]`)?.focus();
  });

  /** Of a large guild the page knows some members, those with roles first; the sandbox counts all and finds the others. */
  let asked = '';
  let timer = null;
  const askForMore = (query, say) => {
    const { channel } = world;
    const question = `${world.me} ${channel} ${query}`;

    if (question === asked)
      return;
    asked = question;
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const found = await world.findPeople({ channel, query, limit: query ? SHOWN_MAX : 1 });
      if (found && question === asked)
        say(found.total);
    }, ASK_DELAY_MS);
  };

  root.append(searchBox, count, list);
  for (const topic of ['members', 'open'])
    world.on(topic, draw);
  return { draw };
}

/** [{role, members}], the highest role first and those without one last; within a role by name. */
function byRole(members, guild) {
  const position = (id) => guild.roles.get(id)?.position ?? -1;
  const groups = new Map();

  for (const m of members) {
    const top = m.roles.reduce((a, b) => (position(b) > position(a) ? b : a), '');
    if (!groups.has(top))
      groups.set(top, []);
    groups.get(top).push(m);
  }
  return [...groups].sort(([a], [b]) => position(b) - position(a)).map(([id, list]) => ({
    role: guild.roles.get(id),
    members: list.sort((x, y) => displayName(x).localeCompare(displayName(y))),
  }));
}
