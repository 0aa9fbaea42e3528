// A slash command being filled in: its name, a chip per option, buttons for the options left out.

import { autocomplete } from './acting.js';
import { kindOf, namesPeople, offers, optionTree, read } from './commands.js';
import { h, replace } from './dom.js';
import { search } from './options.js';

const AUTOCOMPLETE_DELAY_MS = 200;
// As many choices as a bot may offer (Discord reference, "Application Command Option Choice").
const OFFERED_MAX = 25;

/** @typedef {{option: object, input: HTMLInputElement, element: HTMLElement, picked: any}} Chip   picked: null while it is typed freely */

export class CommandLine {
  #entry = null;
  /** @type {Map<string, Chip>} */ #chips = new Map();
  #timer = null;

  /** `say(sentence, isHint)` shows a sentence, or none, above the box. */
  constructor(world, suggestions, say) {
    this.world = world;
    this.suggestions = suggestions;
    this.say = say;
    this.element = h('div', { class: 'command-line', role: 'group', hidden: true });
  }

  /** The command being filled in (an entry of commands.js), or null. */
  get entry() {
    return this.#entry;
  }

  enter(entry) {
    const required = entry.options.filter((o) => o.required);

    this.#entry = entry;
    this.#chips.clear();
    this.element.hidden = false;
    this.element.setAttribute('aria-label', entry.title);
    this.more = h('span', { class: 'command-more' });
    this.runner = h('input', {
      class: 'command-end', 'aria-label': `${entry.title}, Enter sends, Backspace leaves`, readOnly: true, size: '1',
      on: { focus: () => this.suggestions.close() },
    });
    replace(this.element, h('span', { class: 'command-name', title: entry.description }, entry.title), this.more, this.runner);
    for (const option of required)
      this.#addChip(option);
    this.#drawMore();
    this.suggestions.close();
    (this.#firstEmpty()?.input ?? this.runner).focus();
    if (entry.options.length && !required.length)
      this.say('Add an option, or press Enter to send.', true);
  }

  leave() {
    clearTimeout(this.#timer);
    this.#entry = null;
    this.#chips.clear();
    this.element.hidden = true;
    replace(this.element);
  }

  #drawMore() {
    const left = this.#entry.options.filter((o) => !o.required && !this.#chips.has(o.name));

    replace(this.more, left.map((option) => h('button', {
      type: 'button', class: 'option-add', title: option.description,
      on: { click: () => this.#addChip(option).focus() },
    }, `+ ${option.shown ?? option.name}`)));
  }

  #addChip(option) {
    const input = h('input', {
      class: 'option-input', size: '6', autocomplete: 'off', spellcheck: 'false', role: 'combobox', 'aria-expanded': 'false',
      'aria-controls': this.suggestions.id, 'aria-autocomplete': 'list', 'aria-required': String(option.required === true),
      'aria-label': `${option.shown ?? option.name}: ${option.description ?? ''}`,
      inputmode: option.type === 4 ? 'numeric' : option.type === 10 ? 'decimal' : null, data: { option: option.name },
    });
    const element = h('label', { class: `option${option.required ? ' option-required' : ''}` },
      h('span', { class: 'option-name' }, option.shown ?? option.name), input);
    const chip = { option, input, element, picked: null };

    this.#chips.set(option.name, chip);
    this.element.insertBefore(element, this.more);
    input.addEventListener('focus', () => this.#offerFor(chip));
    input.addEventListener('input', () => {
      chip.picked = null;
      input.size = Math.max(6, input.value.length + 1);
      this.#mark(chip, null);
      this.#offerFor(chip);
    });
    this.#drawMore();
    return input;
  }

  #firstEmpty() {
    return [...this.#chips.values()].find((c) => c.option.required && c.input.value === '');
  }

  #mark(chip, wrong) {
    chip.element.classList.toggle('option-wrong', wrong !== null);
    chip.input.setAttribute('aria-invalid', String(wrong !== null));
    this.say(wrong);
  }

  #offerFor(chip) {
    const { option, input } = chip;
    const heading = `${option.shown ?? option.name} · ${option.description ?? kindOf(option)}`;

    clearTimeout(this.#timer);
    if (option.autocomplete) {
      this.#timer = setTimeout(() => this.#askBot(chip, heading), AUTOCOMPLETE_DELAY_MS);
      return;
    }
    const typed = chip.picked === null ? input.value : '';
    const offer = () => {
      const { found, nMore } = search(offers(option, this.world) ?? [], typed, OFFERED_MAX);
      this.#offerChoices(chip, found, nMore ? `${heading} · and ${nMore.toLocaleString('en-GB')} more: type to find them` : heading);
    };

    offer();
    if (namesPeople(option) && typed && this.world.guild.isPartial())
      this.#timer = setTimeout(async () => {
        if (await this.world.findPeople({ query: typed.replace(/^@/, ''), limit: OFFERED_MAX }) && document.activeElement === input && input.value === typed)
          offer();
      }, AUTOCOMPLETE_DELAY_MS);
  }

  async #askBot(chip, heading) {
    try {
      const choices = await autocomplete(this.world, this.#entry.name, this.#tree(), chip.option.name);
      if (document.activeElement === chip.input)
        this.#offerChoices(chip, choices.map((c) => ({ value: c.value, label: c.name })), choices.length ? heading : `${heading} · no options match`);
    } catch (error) {
      if (document.activeElement === chip.input)
        this.suggestions.offer([], `${heading} · ${error.message}`);
    }
  }

  #offerChoices(chip, choices, heading) {
    this.suggestions.offer(choices.map((o) => ({
      title: o.label, description: o.description, mark: o.mark,
      pick: () => {
        chip.input.value = o.label;
        chip.picked = o.value;
        chip.input.size = Math.max(6, o.label.length + 1);
        this.#mark(chip, null);
        this.suggestions.close();
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

  /** What is to be sent: {name, title, options}, or null when an option is wrong, which is then said and has the focus. */
  read() {
    const entry = this.#entry;
    const filled = [];

    for (const chip of this.#chips.values()) {
      const { option, input, picked } = chip;
      if (input.value === '' && !option.required)
        continue;
      const { value, wrong } = input.value === '' ? { wrong: `${option.name} is required.` }
        : picked !== null ? { value: picked } : read(option, input.value, this.world);
      if (wrong) {
        input.focus();
        this.#mark(chip, wrong);
        return null;
      }
      filled.push({ name: option.name, type: option.type, value });
    }

    const shown = filled.map((o) => `${o.name}:${this.#chips.get(o.name).input.value}`).join(' ');
    return { name: entry.name, title: `${entry.title} ${shown}`.trim(), options: optionTree(entry, filled) };
  }

  /** Whether Enter in this input takes what the list shows, rather than sending: while no choice stands in it. */
  enterPicks(input) {
    const chip = this.#chips.get(input.dataset.option);

    return chip !== undefined && chip.picked === null && (chip.input.value !== '' || chip.option.required === true);
  }

  /** Backspace in an empty optional option removes it; anywhere else it steps back. False: out of the command. */
  backspace(input) {
    const chip = this.#chips.get(input.dataset.option);

    if (chip && !chip.option.required) {
      chip.element.remove();
      this.#chips.delete(chip.option.name);
      this.#drawMore();
    } else if (chip || !this.#chips.size) {
      return false;
    }
    ([...this.#chips.values()].at(-1)?.input ?? this.runner).focus();
    return true;
  }
}
