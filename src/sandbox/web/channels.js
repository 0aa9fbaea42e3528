// The sidebar: categories that fold, channels in their order, direct messages. Long lists are cut, and searched.

import { h, icon, oncePerFrame, replace } from './dom.js';
import { plural } from './format.js';
import { channelName, DIRECT } from './guild.js';
import { channelIcon } from './options.js';
import { avatar } from './person.js';

const SHOWN_MAX = 150;          // of one category: three times what Discord allows in it
const SEARCH_FROM = 40;

/** Draws into `root` whenever it changes; `opened()` is called after a click on a channel. */
export function channelList(root, world, opened) {
  const search = h('input', { class: 'plain-input', type: 'search', placeholder: 'Find a channel', 'aria-label': 'Find a channel', on: { input: () => draw() } });
  const searchBox = h('div', { class: 'list-search', hidden: true }, search);
  const list = h('div', { class: 'channels' });
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

  const group = (id, title, all, wanted) => {
    const found = wanted ? all.filter((c) => channelName(c).toLowerCase().includes(wanted)) : all;
    // Folded away or cut off, what is open or new still shows.
    const always = (c) => c.id === world.channel || world.isUnread(c);
    const shown = found.filter((c, i) => always(c) || (i < SHOWN_MAX && (wanted || !folded.has(id))));
    const nMore = folded.has(id) && !wanted ? 0 : found.length - shown.length;

    if (wanted && !found.length)
      return null;
    return h('section', { class: 'channel-group' }, title ? heading(id, title) : null,
      shown.length ? h('ul', null, shown.map(entry)) : null,
      nMore ? h('p', { class: 'list-more' }, `and ${plural(nMore, 'channel', 'channels')} more: find them by name`) : null);
  };

  const draw = oncePerFrame(() => {
    const wanted = search.value.trim().toLowerCase().replace(/^#/, '');
    const groups = world.guild.orderedChannels();
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.channel : null;
    const drawn = [
      ...groups.map((g) => group(g.category?.id ?? 'none', g.category?.name, g.channels, wanted)),
      world.guild.dms.length ? group('direct', 'Direct messages', world.guild.dms, wanted) : null,
    ].filter(Boolean);

    searchBox.hidden = world.guild.channels.size < SEARCH_FROM;
    replace(list, drawn.length ? drawn : h('p', { class: 'list-more', role: 'status' }, wanted ? 'No channel goes by this name.' : 'This person sees no channel.'));
    if (focused)
      list.querySelector(`[data-channel="${CSS.escape(focused)}"]`)?.focus();
  });

  root.append(searchBox, list);
  world.on('channels', draw);
  world.on('open', draw);
}
