// How people appear: a disc with initials, a name in the colour of their role.

import { nameColours } from './colours.js';
import { h } from './dom.js';
import { hue, initials } from './format.js';

export function avatar(id, name, size) {
  return h('span', { class: `avatar ${size ?? ''}`, css: { '--hue': hue(id) }, 'aria-hidden': 'true' }, initials(name));
}

/** What the author of a message is called, also when they left. */
export function authorName(author, names) {
  return names.userName(author?.id) ?? author?.global_name ?? author?.username ?? 'somebody';
}

/** A name in the colour of its owner's highest role that has one. */
export function colouredName(kind, id, name, names) {
  const colour = names.userColour(id);

  return h('span', { class: `${kind}${colour ? ' is-coloured' : ''}`, css: nameColours(colour) }, name);
}
