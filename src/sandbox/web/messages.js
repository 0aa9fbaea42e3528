// The list of messages of the open channel. Each message is drawn again only when what it shows has changed.

import { arrange, h, icon, oncePerFrame, refinder } from './dom.js';
import { dots } from './components.js';
import { dayName, snowflakeMs } from './format.js';
import { channelName, DIRECT } from './guild.js';
import { drawMessage, onlyYou } from './message.js';
import { Names } from './names.js';
import { EPHEMERAL } from './world.js';

const GROUP_MS = 7 * 60 * 1000;
const NEAR_END_PX = 80;
// As many as Discord's client loads at a time, and then more on request.
const PAGE = 100;
// Another channel's messages are not news: they are not read aloud until they stand.
const QUIET_MS = 800;

export class MessageList {
  #drawn = new Map();
  #channel = null;
  #nShown = PAGE;
  #atEnd = true;
  #quietTimer = null;

  /**
   * @param {HTMLElement} element    the log
   * @param {HTMLElement} scroller   what scrolls it
   * @param {World} world
   */
  constructor(element, scroller, world) {
    this.element = element;
    this.scroller = scroller;
    this.world = world;
    this.earlier = h('button', { type: 'button', class: 'button button-small button-secondary', on: { click: () => this.#showMore() } }, 'Show earlier messages');
    this.draw = oncePerFrame(() => this.#draw());

    world.on('messages', (channel) => channel === world.channel && this.draw());
    for (const topic of ['channels', 'members', 'open', 'people'])
      world.on(topic, this.draw);
    world.on('open', () => this.#hush());
    scroller.addEventListener('scroll', () => {
      this.#atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END_PX;
    }, { passive: true });
    const follow = new ResizeObserver(() => this.#keepEnd());
    follow.observe(scroller);
    // Pictures arrive later than the messages around them.
    follow.observe(element);
  }

  #hush() {
    clearTimeout(this.#quietTimer);
    this.element.setAttribute('aria-live', 'off');
    this.#quietTimer = setTimeout(() => this.element.setAttribute('aria-live', 'polite'), QUIET_MS);
  }

  #keepEnd() {
    if (this.#atEnd)
      this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  #showMore() {
    const before = this.scroller.scrollHeight;

    this.#nShown += PAGE;
    this.#hush();
    this.#draw();
    // What was looked at stays where it was.
    this.scroller.scrollTop += this.scroller.scrollHeight - before;
    (this.earlier.isConnected ? this.earlier : this.scroller).focus({ preventScroll: true });
  }

  #draw() {
    const { world } = this;

    if (this.#channel !== `${world.me}/${world.channel}`) {
      this.#channel = `${world.me}/${world.channel}`;
      this.#drawn.clear();
      this.#atEnd = true;
      this.#nShown = PAGE;
    }

    const all = world.messagesOf(world.channel);
    const shown = all.slice(-this.#nShown);
    const kept = new Map();
    const wanted = [all.length > shown.length ? this.earlier : this.#intro(kept)];
    let previous = null;

    for (const message of shown) {
      const at = new Date(message.timestamp ?? snowflakeMs(message.id));
      if (!previous || dayName(previous.at) !== dayName(at))
        wanted.push(this.#divider(dayName(at), kept));
      wanted.push(this.#message(message, { at, grouped: isGrouped(previous, message, at), pressed: world.pressed.get(message.id) }, kept));
      previous = { message, at };
    }
    for (const note of world.notes)
      if (note.channel === world.channel)
        wanted.push(this.#note(note, kept));

    const focused = this.element.contains(document.activeElement) ? document.activeElement : null;
    const again = refinder(focused, this.element);
    const place = [...this.element.children].findIndex((e) => e.contains(focused));
    arrange(this.element, wanted);
    this.#drawn = kept;
    if (focused && !focused.isConnected)
      (again() ?? this.#nearest(place)).focus({ preventScroll: true });
    this.#keepEnd();
  }

  /** Where to go on when what had the focus is gone: the message that took its place, the last one, or the list as a whole. */
  #nearest(place) {
    const { children } = this.element;

    return [children[place], children[children.length - 1]].find((e) => e?.matches('.message')) ?? this.scroller;
  }

  /** The element drawn before under this key, when its content is the same and the names in it still are. */
  #keep(key, content, kept, make) {
    const old = this.#drawn.get(key);
    let entry = old?.content === content && !old.names.areStale() ? old : null;

    if (!entry) {
      const names = new Names(this.world);
      entry = { content, names, element: make(names) };
    }
    kept.set(key, entry);
    return entry.element;
  }

  #divider(day, kept) {
    return this.#keep(`day ${day}`, day, kept, () =>
      h('div', { class: 'day', role: 'separator', 'aria-label': day }, h('span', null, day)));
  }

  #intro(kept) {
    const channel = this.world.guild.channel(this.world.channel);
    const direct = channel?.type === DIRECT;
    const name = channel ? channelName(channel) : '';

    if (!channel)
      return this.#keep('intro', 'none', kept, () => h('div', { class: 'intro' }, h('h3', null, 'No channel is open'),
        h('p', null, 'This person sees no channel, or the one that was open is gone.')));
    return this.#keep('intro', `${channel.id} ${name}`, kept, () => h('div', { class: 'intro' },
      h('div', { class: 'intro-mark' }, icon(direct ? 'at' : 'hash')),
      h('h3', null, direct ? name : `Welcome to #${name}!`),
      h('p', null, direct ? `This is the beginning of your direct messages with ${name}.`
        : `This is the start of the #${name} channel.`)));
  }

  #message(message, how, kept) {
    const content = JSON.stringify([message, how, this.world.typed.get(message.interaction_metadata?.id)]);

    return this.#keep(message.id, content, kept, (names) => drawMessage(message, how, names));
  }

  #note(note, kept) {
    const dismiss = () => this.world.dismissNote(note);

    return this.#keep(note, note.state, kept, () => h('div', { role: 'article', tabIndex: -1, class: `message note note-${note.state}`, 'aria-label': note.title },
      h('div', { class: 'message-body' },
        h('div', { class: 'used' }, icon('slash'), 'You used ', h('span', { class: 'mention' }, note.title)),
        h('div', { class: note.state === 'failed' ? 'failed' : 'thinking', role: 'status' }, note.text,
          note.state === 'pending' ? dots() : null),
        note.state === 'failed' ? onlyYou(dismiss) : null)));
  }
}

function isGrouped(previous, message, at) {
  return previous !== null && previous.message.author?.id === message.author?.id
    && at - previous.at < GROUP_MS && dayName(previous.at) === dayName(at)
    && (previous.message.flags & EPHEMERAL) === (message.flags & EPHEMERAL)
    && !message.interaction_metadata && !message.message_reference;
}
