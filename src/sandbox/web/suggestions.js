// The list above the box: commands, or what an option offers. The focus stays in the input; arrows move a mark in the list.

import { announce, h, replace, uniqueId } from './dom.js';
import { plural } from './format.js';

/** @typedef {{title: string, description?: string, mark?: () => Node, pick: () => void}} Suggestion */

export class Suggestions {
  /** @type {Suggestion[]} */ #offered = [];
  #rows = [];
  #active = 0;

  constructor() {
    this.id = uniqueId('suggestions');
    this.head = h('div', { class: 'suggestions-head' });
    this.list = h('div', { id: this.id, role: 'listbox', 'aria-label': 'Suggestions' });
    this.element = h('div', { class: 'suggestions', hidden: true }, this.head, this.list);
  }

  get n() {
    return this.#offered.length;
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /** Shows what is offered to the input that has the focus; nothing and no heading closes the list. */
  offer(offered, heading) {
    const nBefore = this.n;

    this.#offered = offered;
    this.element.hidden = offered.length === 0 && !heading;
    this.list.hidden = offered.length === 0;
    replace(this.head, heading ?? '');
    this.head.hidden = !heading;
    this.#rows = offered.map((o, i) => h('div', {
      role: 'option', id: `${this.id}-${i}`, class: 'suggestion', 'aria-selected': 'false',
      // pointerdown, not click: the input must not lose the focus first.
      on: {
        pointerdown: (event) => {
          event.preventDefault();
          o.pick();
        },
        pointermove: () => this.#activate(i),
      },
    }, o.mark ? h('span', { class: 'select-mark' }, o.mark()) : null,
    h('span', { class: 'suggestion-title' }, o.title), o.description ? h('span', { class: 'suggestion-text' }, o.description) : null));
    replace(this.list, this.#rows);
    this.#activate(0);
    if (offered.length && offered.length !== nBefore)
      announce(plural(offered.length, 'suggestion', 'suggestions'));
  }

  close() {
    this.offer([]);
  }

  move(by) {
    this.#activate((this.#active + by + this.n) % this.n);
  }

  pick() {
    this.#offered[this.#active].pick();
  }

  #activate(i) {
    this.#rows[this.#active]?.classList.remove('is-active');
    this.#active = i;
    this.#rows.forEach((row, k) => row.setAttribute('aria-selected', String(k === i)));
    this.#rows[i]?.classList.add('is-active');
    this.#rows[i]?.scrollIntoView({ block: 'nearest' });
    for (const input of document.querySelectorAll(`[aria-controls="${this.id}"]`)) {
      if (this.#rows[i] && input === document.activeElement)
        input.setAttribute('aria-activedescendant', this.#rows[i].id);
      else
        input.removeAttribute('aria-activedescendant');
      if (input.getAttribute('role') === 'combobox')
        input.setAttribute('aria-expanded', String(this.n > 0 && input === document.activeElement));
    }
  }
}
