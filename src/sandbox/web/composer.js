// Where one writes: plain messages, and slash commands with completion of names and options.

import { kindOf, matching, offers, optionTree, read, runnable } from './commands.js';
import { h, icon, replace, uniqueId } from './dom.js';
import { has, SEND_MESSAGES } from './permissions.js';
import { goesBy } from './select.js';

const AUTOCOMPLETE_DELAY_MS = 200;

export class Composer {
  #entry = null;        // the slash command being filled in, or null while plain text is written
  #chips = new Map();   // option name → { option, input, element, picked }
  #offered = [];        // what the list above the box shows
  #active = 0;
  #drafts = new Map();
  #where = null;
  #autocompleteTimer = null;

  constructor(root, world) {
    this.world = world;
    this.listId = uniqueId('suggestions');
    this.list = h('div', { id: this.listId, class: 'suggestions', role: 'listbox', 'aria-label': 'Suggestions', hidden: true });
    this.error = h('p', { class: 'composer-error', role: 'alert', hidden: true });
    this.text = h('textarea', {
      class: 'composer-text', rows: 1, maxlength: 2000, 'aria-controls': this.listId, 'aria-autocomplete': 'list', autocomplete: 'off', spellcheck: 'false',
    });
    this.line = h('div', { class: 'command-line', hidden: true });
    this.sendButton = h('button', { type: 'submit', class: 'icon-button composer-send', 'aria-label': 'Send' }, icon('send'));
    this.form = h('form', { class: 'composer-box' }, this.text, this.line, this.sendButton);
    root.append(this.list, this.error, this.form);

    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send();
    });
    this.text.addEventListener('input', () => this.#typed());
    this.form.addEventListener('keydown', (event) => this.#key(event));
    this.form.addEventListener('focusout', (event) => {
      if (!root.contains(event.relatedTarget))
        this.#offer([]);
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
    this.#offer([]);
    this.#describe();
  }

  #describe() {
    const channel = this.world.channelById(this.world.channel);
    const may = channel && (channel.type === 1 || has(channel.permissions, SEND_MESSAGES));
    const name = channel?.type === 1 ? `@${channel.recipient?.username ?? 'direct message'}` : `#${channel?.name ?? ''}`;
    const prompt = !channel ? '' : may ? `Message ${name}` : 'You do not have permission to send messages in this channel.';

    this.text.placeholder = prompt;
    this.text.setAttribute('aria-label', prompt || 'Message');
    this.text.disabled = !may;
    this.sendButton.disabled = !may;
  }

  // ---- plain text ----

  #grow() {
    this.text.style.setProperty('height', 'auto');
    this.text.style.setProperty('height', `${Math.min(this.text.scrollHeight, 180)}px`);
  }

  #typed() {
    const { value } = this.text;

    this.#grow();
    this.#say(null);
    if (!value.startsWith('/') || value.includes('\n')) {
      this.#offer([]);
      return;
    }
    const channel = this.world.channelById(this.world.channel);
    const found = matching(runnable(this.world.commands, channel), value);
    this.#offer(found.map((entry) => ({
      title: entry.title, description: entry.description, mark: icon('slash'), pick: () => this.#enterCommand(entry),
    })), found.length ? 'Commands' : null);
  }

  async #send() {
    if (this.#entry) {
      await this.#run();
      return;
    }
    const content = this.text.value.trim();
    if (!content)
      return;
    if (this.#offered.length) {
      this.#offered[this.#active].pick();
      return;
    }
    this.text.value = '';
    this.#grow();
    try {
      await this.world.say(content);
    } catch (error) {
      this.text.value = content;
      this.#grow();
      this.#say(error.message);
    }
  }

  // ---- a command ----

  #enterCommand(entry) {
    this.#entry = entry;
    this.#chips.clear();
    this.text.value = '';
    this.text.hidden = true;
    this.line.hidden = false;
    const required = entry.options.filter((o) => o.required);
    this.optional = entry.options.filter((o) => !o.required);
    this.more = h('span', { class: 'command-more' });
    this.runner = h('input', {
      class: 'command-end', 'aria-label': `${entry.title}, Enter sends, Backspace leaves`, readOnly: true, size: '1',
      on: { focus: () => this.#offer([]) },
    });
    replace(this.line, h('span', { class: 'command-name' }, entry.title), this.more, this.runner);
    for (const option of required)
      this.#addChip(option);
    this.#drawMore();
    this.#offer([]);
    (this.#firstEmpty()?.input ?? this.runner).focus();
    this.#hint(entry.options.length && !required.length ? 'Add an option, or press Enter to send.' : null);
  }

  #leaveCommand() {
    this.#entry = null;
    this.#chips.clear();
    this.line.hidden = true;
    this.text.hidden = false;
    replace(this.line);
  }

  #drawMore() {
    const left = this.optional.filter((o) => !this.#chips.has(o.name));

    replace(this.more, left.map((option) => h('button', {
      type: 'button', class: 'option-add', title: option.description,
      on: { click: () => this.#addChip(option, true) },
    }, `+ ${option.name}`)));
  }

  #addChip(option, focus) {
    const input = h('input', {
      class: 'option-input', size: '6', autocomplete: 'off', spellcheck: 'false', role: 'combobox', 'aria-expanded': 'false',
      'aria-controls': this.listId, 'aria-label': `${option.name}: ${option.description ?? ''}`,
      inputmode: option.type === 4 ? 'numeric' : option.type === 10 ? 'decimal' : null, data: { option: option.name },
    });
    const element = h('label', { class: `option${option.required ? ' option-required' : ''}` },
      h('span', { class: 'option-name' }, option.name), input);
    const chip = { option, input, element, picked: null };

    this.#chips.set(option.name, chip);
    this.line.insertBefore(element, this.more);
    input.addEventListener('focus', () => this.#offerFor(chip));
    input.addEventListener('input', () => {
      chip.picked = null;
      input.size = Math.max(6, input.value.length + 1);
      element.classList.remove('option-wrong');
      this.#say(null);
      this.#offerFor(chip);
    });
    this.#drawMore();
    if (focus)
      input.focus();
  }

  #firstEmpty() {
    return [...this.#chips.values()].find((c) => c.option.required && c.input.value === '');
  }

  #offerFor(chip) {
    const { option, input } = chip;
    const heading = `${option.name} · ${option.description ?? kindOf(option)}`;

    clearTimeout(this.#autocompleteTimer);
    if (option.autocomplete) {
      this.#autocompleteTimer = setTimeout(() => this.#askBot(chip, heading), AUTOCOMPLETE_DELAY_MS);
      return;
    }
    const wanted = chip.picked === null ? input.value.trim().toLowerCase().replace(/^[#@]/, '') : '';
    this.#offerChoices(chip, (offers(option, this.world) ?? []).filter((o) =>
      !wanted || goesBy(o, (name) => name.includes(wanted)) || String(o.value) === wanted), heading);
  }

  async #askBot(chip, heading) {
    try {
      const choices = await this.world.autocomplete(this.#entry.name, this.#tree(), chip.option.name);
      if (document.activeElement === chip.input)
        this.#offerChoices(chip, choices.map((c) => ({ value: c.value, label: c.name })), heading);
    } catch (error) {
      this.#offer([], `${heading} · ${error.message}`);
    }
  }

  #offerChoices(chip, choices, heading) {
    this.#offer(choices.map((o) => ({
      title: o.label, description: o.description, mark: o.mark,
      pick: () => {
        chip.input.value = o.label;
        chip.picked = o.value;
        chip.input.size = Math.max(6, o.label.length + 1);
        chip.element.classList.remove('option-wrong');
        this.#offer([]);
        (this.#firstEmpty()?.input ?? this.runner).focus();
      },
    })), heading);
  }

  /** Options filled so far; what cannot be read is sent as typed, which only autocomplete does. */
  #tree() {
    const filled = [];

    for (const { option, input, picked } of this.#chips.values())
      if (input.value !== '')
        filled.push({ name: option.name, type: option.type, value: picked ?? input.value });
    return optionTree(this.#entry, filled);
  }

  async #run() {
    const entry = this.#entry;
    const filled = [];

    for (const { option, input, element, picked } of this.#chips.values()) {
      if (input.value === '' && !option.required) {
        continue;
      }
      const { value, wrong } = input.value === '' ? { wrong: `${option.name} is required.` }
        : picked !== null ? { value: picked } : read(option, input.value, this.world);
      if (wrong) {
        element.classList.add('option-wrong');
        input.focus();
        this.#say(wrong);
        return;
      }
      filled.push({ name: option.name, type: option.type, value });
    }

    const shown = filled.map((o) => `${o.name}:${this.#chips.get(o.name).input.value}`).join(' ');
    try {
      const sent = this.world.command(entry.name, `${entry.title} ${shown}`.trim(), optionTree(entry, filled));
      this.#leaveCommand();
      this.#offer([]);
      this.text.focus();
      await sent;
    } catch (error) {
      this.#say(error.message);
    }
  }

  // ---- the list above the box ----

  #offer(offered, heading) {
    this.#offered = offered;
    this.#active = 0;
    this.list.hidden = offered.length === 0 && !heading;
    replace(this.list, heading ? h('div', { class: 'suggestions-head' }, heading) : null,
      offered.map((o, i) => h('div', {
        role: 'option', id: `${this.listId}-${i}`, class: 'suggestion', 'aria-selected': 'false',
        // pointerdown, not click: the input must not lose the focus first.
        on: {
          pointerdown: (event) => {
            event.preventDefault();
            o.pick();
          },
          pointermove: () => this.#activate(i),
        },
      }, o.mark ? h('span', { class: 'select-mark' }, o.mark instanceof Node ? o.mark.cloneNode(true) : o.mark) : null,
      h('span', { class: 'suggestion-title' }, o.title), o.description ? h('span', { class: 'suggestion-text' }, o.description) : null)));
    this.#activate(0);
    for (const input of this.form.querySelectorAll('[role=combobox]'))
      input.setAttribute('aria-expanded', String(!this.list.hidden));
  }

  #activate(i) {
    const rows = this.list.querySelectorAll('[role=option]');

    this.#active = i;
    rows.forEach((row, k) => {
      row.classList.toggle('is-active', k === i);
      row.setAttribute('aria-selected', String(k === i));
    });
    rows[i]?.scrollIntoView({ block: 'nearest' });
    for (const input of this.form.querySelectorAll('[aria-controls]'))
      if (rows[i] && input === document.activeElement)
        input.setAttribute('aria-activedescendant', rows[i].id);
      else
        input.removeAttribute('aria-activedescendant');
  }

  #key(event) {
    const n = this.#offered.length;
    const { target } = event;

    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && target.tagName !== 'BUTTON') {
      event.preventDefault();
      // In an option, Enter first takes what the list shows; once a choice stands, it sends.
      const chip = this.#chips.get(target.dataset.option);
      if (n && (!chip || (chip.picked === null && chip.input.value !== '') || chip.option.required && chip.input.value === ''))
        this.#offered[this.#active].pick();
      else
        this.#send();
    } else if (n && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      this.#activate((this.#active + (event.key === 'ArrowDown' ? 1 : n - 1)) % n);
    } else if (n && event.key === 'Tab' && !event.shiftKey) {
      event.preventDefault();
      this.#offered[this.#active].pick();
    } else if (event.key === 'Escape') {
      event.stopPropagation();
      if (!this.list.hidden) {
        this.#offer([]);
      } else if (this.#entry) {
        this.#leaveCommand();
        this.text.focus();
      }
    } else if (event.key === 'Backspace' && this.#entry && target.value === '') {
      event.preventDefault();
      this.#backspace(this.#chips.get(target.dataset.option));
    }
  }

  /** Backspace in an empty optional option removes it; anywhere else it steps back, at last out of the command. */
  #backspace(chip) {
    if (chip && !chip.option.required) {
      chip.element.remove();
      this.#chips.delete(chip.option.name);
      this.#drawMore();
    } else if (!chip && this.#chips.size) {
      [...this.#chips.values()].at(-1).input.focus();
      return;
    } else {
      const { title } = this.#entry;
      this.#leaveCommand();
      this.text.value = title;
      this.text.focus();
      this.#typed();
      return;
    }
    ([...this.#chips.values()].at(-1)?.input ?? this.runner).focus();
  }

  #say(sentence) {
    replace(this.error, sentence ?? '');
    this.error.hidden = !sentence;
    this.error.classList.remove('composer-hint');
  }

  #hint(sentence) {
    this.#say(sentence);
    this.error.classList.toggle('composer-hint', sentence !== null);
  }
}
