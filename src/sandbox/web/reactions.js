// The reactions below a message: each a button that gives one of one's own, or takes it back.

import { api } from './api.js';
import { h } from './dom.js';

/** A message does not tell which reactions are whose: who has given this one already takes it back. */
async function toggle(world, message, emoji) {
  const what = { channel: message.channel_id, message: message.id, emoji };
  const { changed } = await api.act(world.me, { action: 'react', ...what });

  if (!changed)
    await api.act(world.me, { action: 'unreact', ...what });
}

export function drawReactions(message, world) {
  if (!message.reactions?.length)
    return null;
  const list = h('div', { class: 'reactions', role: 'group', 'aria-label': 'Reactions' });

  for (const { emoji, count } of message.reactions)
    list.append(h('button', {
      type: 'button', class: 'reaction', 'aria-label': `${emoji.name}, ${count === 1 ? 'one reaction' : `${count} reactions`}`,
      on: {
        click: () => toggle(world, message, emoji.name).catch((error) => list.append(h('span', { class: 'failed', role: 'alert' }, error.message))),
      },
    }, emoji.name, h('span', { class: 'reaction-count' }, count)));
  return list;
}
