// The list of messages of the open channel. Each message is drawn again only when what it shows has changed.

import { components, dots } from './components.js';
import { h, icon, oncePerFrame, refinder } from './dom.js';
import { clockTime, colour, dayName, fullTime, hue, initials, messageTime, snowflakeMs } from './format.js';
import { inlineMarkdown, markdown } from './markdown.js';
import { displayName, EPHEMERAL, LOADING } from './world.js';

const GROUP_MS = 7 * 60 * 1000;
const NEAR_END_PX = 80;

export class MessageList {
  #drawn = new Map();
  #channel = null;
  #atEnd = true;

  constructor(element, scroller, world) {
    this.element = element;
    this.scroller = scroller;
    this.world = world;

    const draw = oncePerFrame(() => this.#draw());
    world.on('messages', (channel) => channel === world.channel && draw());
    world.on('channels', draw);
    world.on('open', draw);
    scroller.addEventListener('scroll', () => {
      this.#atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END_PX;
    }, { passive: true });
    new ResizeObserver(() => this.#keepEnd()).observe(scroller);
  }

  #keepEnd() {
    if (this.#atEnd)
      this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  #draw() {
    const { world } = this;
    const messages = world.messagesOf(world.channel);
    const kept = new Map();
    const wanted = [];
    let previous = null;

    if (this.#channel !== world.channel) {
      this.#channel = world.channel;
      this.#drawn.clear();
      this.#atEnd = true;
    }

    for (const message of messages) {
      const at = new Date(message.timestamp ?? snowflakeMs(message.id));
      if (!previous || dayName(previous.at) !== dayName(at))
        wanted.push(this.#divider(dayName(at), kept));
      const grouped = isGrouped(previous, message, at);
      wanted.push(this.#message(message, at, grouped, kept));
      previous = { message, at };
    }
    for (const note of world.notes)
      if (note.channel === world.channel)
        wanted.push(this.#note(note));

    const focused = this.element.contains(document.activeElement) ? document.activeElement : null;
    const again = refinder(focused);
    const intro = this.#intro(kept);
    this.#put([intro, ...wanted]);
    this.#drawn = kept;
    if (focused && !focused.isConnected)
      again()?.focus({ preventScroll: true });
    this.#keepEnd();
  }

  /** Puts the elements in order, leaving alone those that already stand where they belong: they keep focus and open lists. */
  #put(wanted) {
    const stay = new Set(wanted);
    for (const element of [...this.element.children])
      if (!stay.has(element))
        element.remove();
    wanted.forEach((element, i) => {
      if (this.element.children[i] !== element)
        this.element.insertBefore(element, this.element.children[i] ?? null);
    });
  }

  #keep(key, content, kept, make) {
    const old = this.#drawn.get(key);
    const entry = old?.content === content ? old : { content, element: make() };

    kept.set(key, entry);
    return entry.element;
  }

  #divider(day, kept) {
    return this.#keep(`day ${day}`, day, kept, () =>
      h('div', { class: 'day', role: 'separator', 'aria-label': day }, h('span', null, day)));
  }

  #intro(kept) {
    const channel = this.world.channelById(this.world.channel);
    const direct = channel?.type === 1;
    const name = !channel ? '' : direct ? channel.recipient?.username ?? 'direct messages' : channel.name;

    return this.#keep('intro', `${this.world.channel} ${name}`, kept, () => h('div', { class: 'intro' },
      h('div', { class: 'intro-mark' }, icon(direct ? 'at' : 'hash')),
      h('h2', null, direct ? name : `Welcome to #${name}!`),
      h('p', null, direct ? `This is the beginning of your direct messages with ${name}.`
        : `This is the start of the #${name} channel.`)));
  }

  #message(message, at, grouped, kept) {
    const { world } = this;
    const pressed = world.pressed.get(message.id);
    // Names, roles and visible channels show in mentions; a change of them must reach what is drawn.
    const content = JSON.stringify([message, pressed, grouped, world.typed.get(message.interaction_metadata?.id), world.me,
      world.guild.roles, world.guild.members, world.channels.map((c) => [c.id, c.name])]);

    return this.#keep(message.id, content, kept, () => drawMessage(message, at, grouped, pressed, world));
  }

  #note(note) {
    const dismiss = () => this.world.dismissNote(note);

    return h('div', { role: 'article', class: `message note note-${note.state}` },
      h('div', { class: 'message-body' },
        h('div', { class: 'used' }, icon('slash'), `You used `, h('span', { class: 'mention' }, note.title)),
        h('div', { class: note.state === 'failed' ? 'failed' : 'thinking', role: 'status' }, note.text,
          note.state === 'pending' ? dots() : null),
        note.state === 'failed' ? onlyYou(dismiss) : null));
  }
}

function isGrouped(previous, message, at) {
  return previous !== null && previous.message.author?.id === message.author?.id
    && at - previous.at < GROUP_MS && dayName(previous.at) === dayName(at)
    && (previous.message.flags & EPHEMERAL) === (message.flags & EPHEMERAL)
    && !message.interaction_metadata && !message.referenced_message;
}

export function authorName(author, world) {
  const member = world.member(author?.id);

  return member ? displayName(member) : author?.global_name ?? author?.username ?? 'somebody';
}

export function avatar(id, name, size) {
  return h('span', { class: `avatar ${size ?? ''}`, css: { '--hue': hue(id) }, 'aria-hidden': 'true' }, initials(name));
}

function isForMe(message, world) {
  return message.mention_everyone === true
    || (message.mentions ?? []).some((m) => m.id === world.me)
    || (message.mention_roles ?? []).some((r) => world.hasRole(world.me, r));
}

function drawMessage(message, at, grouped, pressed, world) {
  const author = message.author ?? {};
  const name = authorName(author, world);
  const ephemeral = (message.flags & EPHEMERAL) !== 0;
  const loading = (message.flags & LOADING) !== 0;
  const nameColour = world.rolesOf(author.id).map((r) => colour(r.color)).find(Boolean);
  const context = {
    world,
    pressed,
    press: (customId) => world.press(message, customId),
    select: (customId, values) => world.press(message, customId, values),
  };
  const classes = ['message', grouped ? 'grouped' : '', ephemeral ? 'ephemeral' : '', isForMe(message, world) ? 'for-me' : ''];

  return h('div', { role: 'article', class: classes.filter(Boolean).join(' '), data: { message: message.id }, 'aria-label': `${name}, ${messageTime(at)}` },
    grouped ? h('time', { class: 'aside-time', datetime: at.toISOString(), title: fullTime(at) }, clockTime(at))
      : avatar(author.id, name),
    h('div', { class: 'message-body' },
      usedCommand(message, world),
      grouped ? null : h('div', { class: 'message-head' },
        h('span', { class: 'author', css: nameColour ? { color: nameColour } : {} }, name),
        author.bot ? h('span', { class: 'tag' }, 'APP') : null,
        h('time', { datetime: at.toISOString(), title: fullTime(at) }, messageTime(at))),
      loading ? h('div', { class: 'thinking', role: 'status' }, dots(), ` ${name} is thinking…`) : null,
      message.content ? h('div', { class: 'content' }, markdown(message.content, world),
        message.edited_timestamp ? h('span', { class: 'edited', title: fullTime(new Date(message.edited_timestamp)) }, ' (edited)') : null)
        : null,
      (message.embeds ?? []).map((e) => drawEmbed(e, world)),
      message.components?.length ? h('div', { class: 'components' }, components(message.components, context)) : null,
      (message.attachments ?? []).map((a) => h('div', { class: 'attachment' }, a.filename)),
      pressed?.state === 'failed' ? h('div', { class: 'failed', role: 'alert' }, pressed.text) : null,
      ephemeral ? onlyYou(() => world.dismiss(message.id, message.channel_id)) : null));
}

/** A message does not carry the name of the command it answers; this page knows only what was typed here. */
function usedCommand(message, world) {
  const used = message.interaction_metadata;
  const typed = world.typed.get(used?.id);

  if (used?.type !== 2)
    return null;
  return h('div', { class: 'used' }, icon('slash'), `${world.nameOf(used.user?.id)} used `,
    typed ? h('span', { class: 'mention' }, typed) : 'a command');
}

function onlyYou(dismiss) {
  return h('div', { class: 'only-you' }, icon('eye'), 'Only you can see this · ',
    h('button', { type: 'button', class: 'link', on: { click: dismiss } }, 'Dismiss message'));
}

function drawEmbed(embed, world) {
  const title = embed.title ? inlineMarkdown(embed.title, world) : null;
  const footer = [
    embed.footer?.text ? h('span', null, embed.footer.text) : null,
    embed.timestamp ? h('time', { datetime: embed.timestamp }, messageTime(new Date(embed.timestamp))) : null,
  ].filter(Boolean);

  return h('div', { class: `embed${embed.thumbnail?.url ? ' has-thumbnail' : ''}`, css: { '--bar': colour(embed.color) ?? 'var(--embed-bar)' } },
    embed.thumbnail?.url ? h('div', { class: 'embed-thumbnail' }, picture(embed.thumbnail)) : null,
    embed.author?.name ? h('div', { class: 'embed-author' }, embed.author.name) : null,
    title ? h('div', { class: 'embed-title' }, /^https?:/.test(embed.url ?? '')
      ? h('a', { href: embed.url, target: '_blank', rel: 'noreferrer noopener' }, title) : title) : null,
    embed.description ? h('div', { class: 'embed-description' }, markdown(embed.description, world)) : null,
    embed.fields?.length ? h('div', { class: 'embed-fields' }, embed.fields.map((f) =>
      h('div', { class: f.inline ? 'embed-field inline' : 'embed-field' },
        h('div', { class: 'embed-field-name' }, inlineMarkdown(f.name, world)),
        h('div', { class: 'embed-field-value' }, markdown(f.value, world))))) : null,
    embed.image?.url ? h('div', { class: 'embed-image' }, picture(embed.image)) : null,
    footer.length ? h('div', { class: 'embed-footer' }, footer.flatMap((f, i) => (i ? [' • ', f] : [f]))) : null);
}

/** Stands for a picture of another place, from which this page loads nothing. */
function picture({ url }) {
  return h('span', { class: 'picture', role: 'img', title: url, 'aria-label': `A picture at ${url}, which this page does not load` }, icon('picture'));
}
