// What one person sees: who they are, their channels, the messages of the open one, and who else sees it. The page shows one
// pane or two, each of which lives for itself.

import { channelList } from './channels.js';
import { Composer } from './composer.js';
import { announce, h, icon, replace } from './dom.js';
import { channelName, DIRECT } from './guild.js';
import { inlineMarkdown } from './markdown.js';
import { memberList } from './members.js';
import { MessageList } from './messages.js';
import { showModal } from './modal.js';
import { Names } from './names.js';
import { peopleRail } from './people.js';
import { World } from './world.js';

// Below this width of the pane (as style.css has it) channels and members slide over the messages.
const NARROW_PX = 700;
// At this width there is room for the members beside the messages.
const ROOMY_PX = 1000;
const RETRY_MS = 1000;

export class Pane {
  #narrow = null;
  #roomy = null;
  #open = { sidebar: false, members: false };

  /**
   * @param {object} how
   * @param {string} how.prefix      of ids, so that two panes have none in common
   * @param {() => void} how.used    somebody works in this pane
   * @param {() => void} how.moved   the pane shows another person or channel
   */
  constructor({ prefix, used, moved }) {
    this.prefix = prefix;
    this.world = new World();
    this.moved = moved;
    this.#build();
    this.#wire();
    for (const event of ['pointerdown', 'focusin'])
      this.element.addEventListener(event, used);
    this.resize = new ResizeObserver(([{ contentRect }]) => this.#resized(contentRect.width));
    this.resize.observe(this.element);
  }

  #id(name) {
    return `${this.prefix}${name}`;
  }

  #build() {
    const toggle = (name, label, mark) => h('button', {
      type: 'button', class: `icon-button open-${name}`, 'aria-expanded': 'false', 'aria-controls': this.#id(name), 'aria-label': label,
      on: { click: () => this.show(name, !this.#open[name]) },
    }, icon(mark));

    this.parts = {
      people: h('div', { class: 'people-list' }),
      sidebar: h('nav', { id: this.#id('sidebar'), class: 'sidebar' }),
      openSidebar: toggle('sidebar', 'Channels', 'menu'),
      openMembers: toggle('members', 'Members', 'people'),
      title: h('h2', { id: this.#id('channel-title'), class: 'channel-title' }),
      topic: h('div', { id: this.#id('channel-topic'), class: 'channel-topic' }),
      line: h('div', { class: 'banner banner-line', role: 'alert', hidden: true }),
      bot: h('div', { class: 'banner banner-bot', role: 'status', hidden: true }),
      scroller: h('div', { class: 'message-scroll', tabIndex: -1 }),
      messages: h('div', { class: 'messages', role: 'log', 'aria-label': 'Messages', 'aria-live': 'polite' }),
      composer: h('div', { class: 'composer' }),
      members: h('section', { id: this.#id('members'), class: 'members', tabIndex: -1 }),
    };
    const { people, sidebar, openSidebar, openMembers, title, topic, line, bot, scroller, messages, composer, members } = this.parts;

    scroller.append(messages);
    this.element = h('section', { class: 'pane' },
      h('fieldset', { class: 'people' }, h('legend', null, 'You are'), people),
      h('div', { class: 'columns' },
        sidebar,
        h('div', { class: 'chat' },
          h('div', { class: 'chat-head' }, openSidebar, title, topic, openMembers),
          line, bot, scroller, composer),
        members,
        h('div', { class: 'cover', on: { click: () => this.#uncover() } })));
  }

  #wire() {
    const { world, parts } = this;
    const become = (id) => this.become(id, world.channel);

    peopleRail(parts.people, world, become);
    channelList(parts.sidebar, world, () => this.#uncover());
    this.list = memberList(parts.members, world, () => this.#open.members, become);
    new MessageList(parts.messages, parts.scroller, world);
    new Composer(parts.composer, world);

    world.on('open', () => this.#drawHead());
    world.on('channels', () => this.#drawHead());
    world.on('people', () => this.#name());
    world.on('open', () => this.moved());
    world.on('bot', () => this.#drawBot());
    world.on('line', () => this.#drawLine());
    world.on('modal', (modal) => showModal(modal, world, this.element));
    for (const name of ['sidebar', 'members'])
      parts[name].addEventListener('keydown', (event) => {
        if (event.key === 'Escape' && this.#narrow)
          this.show(name, false, true);
      });
  }

  // ---- who ----

  /** Shows the guild as somebody sees it; tries again until the sandbox answers. */
  async become(id, channel) {
    clearTimeout(this.retry);
    try {
      await this.world.become(id, channel);
      announce(`You are ${this.world.nameOf(id)}.`);
    } catch (error) {
      // The sandbox may still be starting, or the address may name somebody who is not there.
      this.#sayLine(error.message);
      if (error.status)
        throw error;
      this.retry = setTimeout(() => this.become(id, channel).catch(() => {}), RETRY_MS);
    }
  }

  close() {
    clearTimeout(this.retry);
    this.resize.disconnect();
    this.world.leave();
    this.element.remove();
  }

  // ---- what slides in ----

  #uncover() {
    if (this.#narrow)
      for (const name of ['sidebar', 'members'])
        this.show(name, false);
  }

  show(name, open, focusButton) {
    const element = this.parts[name];
    const button = name === 'sidebar' ? this.parts.openSidebar : this.parts.openMembers;

    this.#open[name] = open;
    element.classList.toggle('is-open', open);
    button.setAttribute('aria-expanded', String(open));
    // One covers the messages; a second one would cover the first.
    if (open && this.#narrow) {
      this.show(name === 'sidebar' ? 'members' : 'sidebar', false);
      element.querySelector('input:not([hidden]), button')?.focus();
    }
    this.element.classList.toggle('is-covered', this.#narrow === true && (this.#open.sidebar || this.#open.members));
    if (focusButton)
      button.focus();
    if (name === 'members' && open)
      this.list.draw();
  }

  #resized(width) {
    const narrow = width <= NARROW_PX;
    const roomy = width >= ROOMY_PX;

    if (narrow !== this.#narrow) {
      this.#narrow = narrow;
      this.show('sidebar', false);
    }
    if (roomy !== this.#roomy) {
      this.#roomy = roomy;
      this.show('members', roomy);
    }
  }

  // ---- what stands around the messages ----

  #name() {
    const name = this.world.nameOf(this.world.me);

    this.element.setAttribute('aria-label', `${name}'s view`);
    this.parts.sidebar.setAttribute('aria-label', `${name}'s channels`);
    this.parts.members.setAttribute('aria-label', `Members, as ${name} sees them`);
  }

  #drawHead() {
    const { world, parts } = this;
    const channel = world.guild.channel(world.channel);
    const names = new Names(world);

    replace(parts.title, icon(channel?.type === DIRECT ? 'at' : channel && world.guild.isPrivate(channel) ? 'lock' : 'hash'),
      h('span', null, channel ? channelName(channel) : 'No channel'));
    replace(parts.topic, channel?.topic ? inlineMarkdown(channel.topic, names) : '');
    parts.topic.title = channel?.topic ?? '';
  }

  #drawBot() {
    const { bot } = this.parts;
    const name = this.world.nameOf(this.world.guild.bot()?.user.id);

    bot.hidden = this.world.botConnected !== false;
    replace(bot, h('strong', null, `${name} is offline.`), ' Buttons and commands fail until it connects to this sandbox.');
  }

  #sayLine(sentence) {
    replace(this.parts.line, h('strong', null, sentence), ' What you see may be out of date. Trying again…');
    this.parts.line.hidden = false;
  }

  #drawLine() {
    if (this.world.lineUp)
      this.parts.line.hidden = true;
    else
      this.#sayLine('The sandbox does not answer.');
  }

  focus() {
    this.parts.scroller.focus();
  }
}
