// The sidebar: categories that fold, channels in their order, direct messages. Long lists are cut, and searched.

import { h, icon, oncePerFrame, replace } from './dom.js';
import { plural } from './format.js';
import { channelName, DIRECT } from './guild.js';
import { channelIcon } from './options.js';
import { avatar } from './person.js';

const SHOWN_MAX = 200;          // of all; more are found by name
const SEARCH_FROM = 40;

/** Draws into `root` whenever it changes; `opened()` is called after a click on a channel. */
export function channelList(root, world, opened) {
  const search = h('input', { class: 'plain-input', type: 'search', placeholder: 'Find a channel', 'aria-label': 'Find a channel', on: { input: () => draw() } });
  const searchBox = h('div', { class: 'list-search', hidden: true }, search);
  const list = h('div', { class: 'channels' });
  const rest = h('p', { class: 'list-more', role: 'status' });
  const folded = new Set();

  const entry = (channel) => {
    const direct = channel.type === DIRECT;
    const unread = world.isUnread(channel);
    const current = channel.id === world.channel;
    const name = channelName(channel);
    const hidden = !direct && world.guild.isPrivate(channel);

    return h('li', null, h('button', {
      type: 'button', class: `channel${current ? ' is-current' : ''}${unread ? ' is-unread' : ''}`,
      'aria-current': current ? 'page' : null, title: hidden ? `${name}, private` : name, data: { channel: channel.id },
      on: {
        click: () => {
          world.open(channel.id);
          opened();
        },
      },
    }, direct ? avatar(channel.recipient?.id ?? channel.id, name, 'avatar-tiny') : icon(hidden ? 'lock' : channelIcon(channel)),
    h('span', { class: 'channel-name' }, name),
    hidden ? h('span', { class: 'sr-only' }, ', private') : null,
    unread ? h('span', { class: 'unread-dot' }, h('span', { class: 'sr-only' }, ', unread')) : null));
  };

  const heading = (id, title) => h('h2', { class: 'category' }, h('button', {
    type: 'button', 'aria-expanded': String(!folded.has(id)), data: { channel: id },
    on: {
      click: () => {
        if (!folded.delete(id))
          folded.add(id);
        draw();
      },
    },
  }, icon('chevron'), h('span', null, title)));

  // Folded away or beyond what is shown, what is open or new still stands there.
  const stays = (c) => c.id === world.channel || world.isUnread(c);

  /** One category with at most `room` of its channels, and how many of them there are. */
  const group = ({ id, title, channels }, wanted, room) => {
    const found = wanted ? channels.filter((c) => channelName(c).toLowerCase().includes(wanted)) : channels;
    const isFolded = folded.has(id) && !wanted;
    const shown = found.filter((c, i) => (i < room && !isFolded) || stays(c));

    return {
      n: shown.length,
      nLeft: isFolded ? 0 : found.length - shown.length,
      element: shown.length || (!wanted && room > 0) ? h('section', { class: 'channel-group' }, title ? heading(id, title) : null,
        shown.length ? h('ul', null, shown.map(entry)) : null) : null,
    };
  };

  const draw = oncePerFrame(() => {
    const wanted = search.value.trim().toLowerCase().replace(/^#/, '');
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.channel : null;
    const groups = world.guild.orderedChannels().map((g) => ({ id: g.category?.id ?? 'none', title: g.category?.name, channels: g.channels }));
    const drawn = [];
    let room = SHOWN_MAX;
    let nLeft = 0;

    if (world.guild.dms.length)
      groups.push({ id: 'direct', title: 'Direct messages', channels: world.guild.dms });
    for (const g of groups) {
      // Direct messages stand last, and are few.
      const made = group(g, wanted, g.id === 'direct' ? SHOWN_MAX : room);
      drawn.push(made.element);
      room = Math.max(room - made.n, 0);
      nLeft += made.nLeft;
    }

    searchBox.hidden = world.guild.channels.size < SEARCH_FROM;
    replace(list, drawn);
    replace(rest, nLeft ? `and ${plural(nLeft, 'channel', 'channels')} more: find them by name`
      : drawn.some(Boolean) ? '' : wanted ? 'No channel goes by this name.' : 'This person sees no channel.');
    if (focused)
      list.querySelector(`[data-channel="${CSS.escape(focused)}"]`)?.focus();
  });

  root.append(searchBox, list, rest);
  world.on('channels', draw);
  world.on('open', draw);
}
