// One message: who wrote it and when, its text, embeds, components, files, reactions, and what only this person sees.

import { attachmentNamed, attachments } from './attachments.js';
import { press } from './acting.js';
import { components, dots, mediaOf } from './components.js';
import { h, icon } from './dom.js';
import { drawEmbed, embedPictures } from './embed.js';
import { clockTime, fullTime, messageTime } from './format.js';
import { isOnlyEmoji, markdown } from './markdown.js';
import { authorName, avatar, colouredName } from './person.js';
import { drawReactions } from './reactions.js';
import { EPHEMERAL, LOADING, SUPPRESS_EMBEDS } from './world.js';

const REPLY = 19;               // Discord reference, "Message Types"
const USED_COMMAND = 2;         // the type of interaction

function isForMe(message, names) {
  return message.mention_everyone === true
    || (message.mentions ?? []).some((m) => names.isMe(m.id))
    || (message.mention_roles ?? []).some((r) => names.isMyRole(r));
}

/**
 * @param {object} message    Discord's message object
 * @param {object} how        {at: Date, grouped: below one of the same author, pressed: {customId, state, text} or undefined}
 * @param {Names} names
 */
export function drawMessage(message, { at, grouped, pressed }, names) {
  const { world } = names;
  const author = message.author ?? {};
  const name = authorName(author, names);
  const ephemeral = (message.flags & EPHEMERAL) !== 0;
  const classes = ['message', grouped ? 'grouped' : '', ephemeral ? 'ephemeral' : '', isForMe(message, names) ? 'for-me' : ''];

  return h('div', {
    role: 'article', tabIndex: -1, class: classes.filter(Boolean).join(' '), data: { message: message.id }, 'aria-label': `${name}, ${messageTime(at)}`,
  },
    grouped ? h('time', { class: 'aside-time', datetime: at.toISOString(), title: fullTime(at) }, clockTime(at)) : avatar(author.id, name),
    h('div', { class: 'message-body' },
      usedCommand(message, names),
      repliedTo(message, names),
      grouped ? null : h('div', { class: 'message-head' },
        colouredName('author', author.id, name, names),
        author.bot ? h('span', { class: 'tag' }, 'APP') : null,
        h('time', { datetime: at.toISOString(), title: fullTime(at) }, messageTime(at)),
        message.pinned ? h('span', { class: 'pinned' }, icon('pin'), 'pinned') : null),
      body(message, name, pressed, names),
      drawReactions(message, world),
      pressed?.state === 'failed' ? h('div', { class: 'failed', role: 'alert' }, pressed.text) : null,
      ephemeral ? onlyYou(() => world.dismiss(message.id, message.channel_id)) : null));
}

function body(message, name, pressed, names) {
  const list = message.attachments ?? [];
  const shown = [...embedPictures(message.embeds), ...mediaOf(message.components)].map((url) => attachmentNamed(url, list));
  const context = {
    names, pressed, attachments: list,
    press: (customId) => press(names.world, message, customId),
    select: (customId, values) => press(names.world, message, customId, values),
  };

  return [
    message.flags & LOADING ? h('div', { class: 'thinking', role: 'status' }, dots(), ` ${name} is thinking…`) : null,
    message.content ? h('div', { class: `content${isOnlyEmoji(message.content) ? ' only-emoji' : ''}` }, markdown(message.content, names), edited(message)) : null,
    message.flags & SUPPRESS_EMBEDS ? null : (message.embeds ?? []).map((e) => drawEmbed(e, list, names)),
    attachments(list.filter((a) => !shown.includes(a))),
    message.components?.length ? h('div', { class: 'components' }, components(message.components, context)) : null,
    message.content ? null : edited(message),
  ];
}

function edited(message) {
  return message.edited_timestamp
    ? h('span', { class: 'edited', title: fullTime(new Date(message.edited_timestamp)) }, ' (edited)') : null;
}

/** Typed here it stands with its options; of others' commands a message tells the name alone. */
function usedCommand(message, names) {
  const used = message.interaction_metadata;
  const typed = names.world.typed.get(used?.id) ?? (message.interaction?.name ? `/${message.interaction.name}` : null);

  if (used?.type !== USED_COMMAND)
    return null;
  return h('div', { class: 'used' }, icon('slash'), `${authorName(used.user, names)} used `,
    h('span', { class: 'mention' }, typed ?? 'a command'));
}

/** Answers to presses are replies too; what was pressed stands just above them, so that only others are worth a line. */
function repliedTo(message, names) {
  const to = message.referenced_message;

  if (message.type !== REPLY || message.interaction_metadata)
    return null;
  return h('div', { class: 'used' }, icon('reply'), to
    ? ['Reply to ', h('strong', null, authorName(to.author, names)), h('span', { class: 'reply-text' }, to.content || 'a message without text')]
    : 'Reply to a message that was deleted');
}

export function onlyYou(dismiss) {
  return h('div', { class: 'only-you' }, icon('eye'), 'Only you can see this · ',
    h('button', { type: 'button', class: 'link', on: { click: dismiss } }, 'Dismiss message'));
}
