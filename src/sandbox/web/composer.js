// Where one writes: plain messages, and slash commands with completion of names and options.

import { command, say } from './acting.js';
import { CommandLine } from './command-line.js';
import { matching, runnable } from './commands.js';
import { h, icon, replace } from './dom.js';
import { channelName, DIRECT } from './guild.js';
import { has, SEND_MESSAGES } from './permissions.js';
import { avatar } from './person.js';
import { Suggestions } from './suggestions.js';

const HEIGHT_MAX = 180;
const CONTENT_MAX = 2000;       // Discord reference, "Create Message"
const COUNT_FROM = 1800;

export class Composer {
  #drafts = new Map();
  #where = null;

  constructor(root, world) {
    this.world = world;
    this.suggestions = new Suggestions();
    this.command = new CommandLine(world, this.suggestions, (sentence, isHint) => this.#say(sentence, isHint));
    this.error = h('p', { class: 'composer-error', role: 'alert', hidden: true });
    this.text = h('textarea', {
      class: 'composer-text', rows: 1, maxlength: CONTENT_MAX, 'aria-controls': this.suggestions.id, 'aria-autocomplete': 'list', autocomplete: 'off', spellcheck: 'false',
    });
    this.counter = h('span', { class: 'composer-counter', hidden: true });
    this.sendButton = h('button', { type: 'submit', class: 'icon-button composer-send', 'aria-label': 'Send' }, icon('send'));
    this.form = h('form', { class: 'composer-box' }, this.text, this.command.element, this.counter, this.sendButton);
    root.append(this.suggestions.element, this.error, this.form);

    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send();
    });
    this.text.addEventListener('input', () => this.#typed());
    this.form.addEventListener('keydown', (event) => this.#key(event));
    this.form.addEventListener('focusout', (event) => {
      if (!root.contains(event.relatedTarget))
        this.suggestions.close();
    });
    world.on('open', () => this.#moved());
    world.on('channels', () => this.#describe());
  }

  /** The draft stays with the person and the channel it was written for. */
  #moved() {
    const where = `${this.world.me}/${this.world.channel}`;

    if (where === this.#where)
      return;
    if (this.#where)
      this.#drafts.set(this.#where, this.text.value);
    this.#where = where;
    this.#leaveCommand();
    this.text.value = this.#drafts.get(where) ?? '';
    this.#grow();
    this.#say(null);
    this.suggestions.close();
    this.#describe();
  }

  #describe() {
    const channel = this.world.guild.channel(this.world.channel);
    const direct = channel?.type === DIRECT;
    const may = channel && (direct || has(channel.permissions, SEND_MESSAGES));
    const prompt = !channel ? 'No channel is open.' : may ? `Message ${direct ? '@' : '#'}${channelName(channel)}`
      : 'You do not have permission to send messages in this channel.';

    this.text.placeholder = prompt;
    this.text.setAttribute('aria-label', prompt);
    this.text.disabled = !may;
    this.sendButton.disabled = !may;
  }

  #grow() {
    const left = CONTENT_MAX - this.text.value.length;

    this.text.style.setProperty('height', 'auto');
    this.text.style.setProperty('height', `${Math.min(this.text.scrollHeight, HEIGHT_MAX)}px`);
    this.counter.hidden = this.text.value.length < COUNT_FROM;
    this.counter.textContent = String(left);
  }

  #typed() {
    const { value } = this.text;
    const bot = this.world.guild.bot();

    this.#grow();
    this.#say(null);
    if (!value.startsWith('/') || value.includes('\n')) {
      this.suggestions.close();
      return;
    }
    const channel = this.world.guild.channel(this.world.channel);
    const found = matching(runnable(this.world.commands, channel), value);
    this.suggestions.offer(found.map((entry) => ({
      title: entry.title,
      description: [entry.description, ...entry.options.filter((o) => o.required).map((o) => `‹${o.name}›`)].filter(Boolean).join(' '),
      mark: () => (bot ? avatar(bot.user.id, this.world.nameOf(bot.user.id), 'avatar-tiny') : icon('slash')),
      pick: () => this.#enterCommand(entry),
    })), found.length ? 'Commands' : 'You may use no command of this name here. Enter sends it as a message.');
  }

  #enterCommand(entry) {
    this.text.value = '';
    this.text.hidden = true;
    this.counter.hidden = true;
    this.#say(null);
    this.command.enter(entry);
  }

  #leaveCommand() {
    this.command.leave();
    this.text.hidden = false;
  }

  async #send() {
    if (this.command.entry) {
      await this.#run();
      return;
    }
    if (this.suggestions.n) {
      this.suggestions.pick();
      return;
    }
    const content = this.text.value.trim();
    if (!content)
      return;
    this.suggestions.close();
    this.text.value = '';
    this.#grow();
    try {
      await say(this.world, content);
    } catch (error) {
      this.text.value = content;
      this.#grow();
      this.#say(error.message);
    }
  }

  async #run() {
    const wanted = this.command.read();

    if (!wanted)
      return;
    try {
      const sent = command(this.world, wanted.name, wanted.title, wanted.options);
      this.#leaveCommand();
      this.suggestions.close();
      this.text.focus();
      await sent;
    } catch (error) {
      this.#say(error.message);
    }
  }

  #key(event) {
    const { target } = event;
    const n = this.suggestions.n;

    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && target.tagName !== 'BUTTON') {
      event.preventDefault();
      if (n && (!this.command.entry || this.command.enterPicks(target)))
        this.suggestions.pick();
      else
        this.#send();
    } else if (n && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      this.suggestions.move(event.key === 'ArrowDown' ? 1 : -1);
    } else if (n && event.key === 'Tab' && !event.shiftKey) {
      event.preventDefault();
      this.suggestions.pick();
    } else if (event.key === 'Escape') {
      event.stopPropagation();
      this.#escape();
    } else if (event.key === 'Backspace' && this.command.entry && target.value === '') {
      event.preventDefault();
      this.#backspace(target);
    }
  }

  #escape() {
    if (this.suggestions.isOpen) {
      this.suggestions.close();
    } else if (this.command.entry) {
      this.#leaveCommand();
      this.#say(null);
      this.text.focus();
    }
  }

  /** Out of a command, its name stands there as text again. */
  #backspace(input) {
    const { title } = this.command.entry;

    if (this.command.backspace(input))
      return;
    this.#leaveCommand();
    this.text.value = title;
    this.text.focus();
    this.#typed();
  }

  #say(sentence, isHint) {
    replace(this.error, sentence ?? '');
    this.error.hidden = !sentence;
    this.error.classList.toggle('composer-hint', isHint === true);
  }
}
