// A select as Discord draws it: a field that opens a list in the top layer. Used by messages, by modals, and to choose who one is.

import { h, icon, replace, uniqueId } from './dom.js';
import { CHANNEL, MENTIONABLE, mayHavePeople, optionsOf, ROLE, search as find, STRING, USER } from './options.js';

const PLACEHOLDERS = {
  [STRING]: 'Make a selection', [USER]: 'Select a user', [ROLE]: 'Select a role',
  [MENTIONABLE]: 'Select a user or role', [CHANNEL]: 'Select a channel',
};
// More are found by typing; a guild may have many thousands of people.
const DRAWN_MAX = 100;
const SEARCH_FROM = 9;

/**
 * Makes the field. `picked(values)` is called when the person has decided: at once for a single choice, when the list closes
 * for several. `waits`: an earlier choice has not been answered yet. Returns { element, field, values() }.
 */
export function selectField({ component, world, label, disabled, waits, picked }) {
  const max = component.max_values ?? 1;
  const min = component.min_values ?? 1;
  const several = max > 1;
  // Entities are looked up when the list opens: the guild may have changed since the message was drawn.
  let options = component.type === STRING || component.default_values?.length ? optionsOf(component, world) : [];
  const chosen = new Map([
    ...options.filter((o) => o.chosen).map((o) => [o.value, o.label]),
    ...(component.default_values ?? []).map((d) => [d.id, options.find((o) => o.value === d.id)?.label ?? d.id]),
  ]);
  const listId = uniqueId('options');
  const field = h('button', {
    type: 'button', class: 'select-field', disabled: disabled === true, 'aria-haspopup': 'listbox',
    'aria-expanded': 'false', 'aria-controls': listId, 'aria-disabled': waits ? 'true' : null, data: { customId: component.custom_id ?? '' },
  });
  const search = h('input', {
    class: 'select-search', type: 'text', placeholder: 'Search', role: 'combobox', 'aria-expanded': 'true', 'aria-label': 'Search options',
    'aria-controls': listId, 'aria-autocomplete': 'list', autocomplete: 'off', spellcheck: 'false',
  });
  const listbox = h('div', {
    id: listId, role: 'listbox', class: 'select-list', 'aria-multiselectable': String(several), 'aria-label': label ?? PLACEHOLDERS[component.type], tabIndex: -1,
  });
  const rest = h('p', { class: 'select-rest', role: 'status' });
  const popup = h('div', { class: 'select-popup', popover: 'manual' }, search, listbox, rest);
  const element = h('div', { class: 'select' }, field, popup);
  let shown = [];
  let rows = [];
  let active = -1;
  let before = '';

  const show = () => {
    const names = [...chosen.values()];

    replace(field,
      names.length ? h('span', { class: 'select-value' }, several
        ? names.map((n) => h('span', { class: 'select-chip' }, n)) : names[0])
        : h('span', { class: 'select-placeholder' }, component.placeholder ?? PLACEHOLDERS[component.type] ?? 'Select'),
      icon('chevron'));
    field.setAttribute('aria-label', label && label !== field.textContent ? `${label}: ${names.join(', ') || field.textContent}` : field.textContent);
  };

  const row = (option, i) => h('div', {
    role: 'option', id: `${listId}-${i}`, class: 'select-option', 'aria-selected': String(chosen.has(option.value)),
    data: { value: option.value },
    on: { click: () => pick(option), pointermove: () => activate(i) },
  }, option.mark ? h('span', { class: 'select-mark' }, option.mark()) : null,
  h('span', { class: 'select-text' }, h('span', null, option.label),
    option.description ? h('small', null, option.description) : null),
  h('span', { class: several ? 'tick tick-box' : 'tick' }));

  const fill = () => {
    const { found, nMore } = find(options, search.value, DRAWN_MAX);

    shown = found;
    rows = found.map(row);
    replace(listbox, rows);
    replace(rest, rows.length === 0 ? 'Nothing found' : nMore ? `and ${nMore.toLocaleString('en-GB')} more: type to find them` : '');
    rest.hidden = rest.textContent === '';
    activate(Math.min(Math.max(active, 0), rows.length - 1));
  };

  const activate = (i) => {
    rows[active]?.classList.remove('is-active');
    active = i;
    rows[i]?.classList.add('is-active');
    rows[i]?.scrollIntoView({ block: 'nearest' });
    for (const owner of [listbox, search])
      if (rows[i])
        owner.setAttribute('aria-activedescendant', rows[i].id);
      else
        owner.removeAttribute('aria-activedescendant');
  };

  const pick = ({ value, label: name }) => {
    if (!several) {
      const same = chosen.has(value);
      chosen.clear();
      // A single choice that may be empty can be taken back by choosing it again.
      if (!same || min > 0)
        chosen.set(value, name);
      close(true);
      return;
    }
    if (chosen.has(value))
      chosen.delete(value);
    else if (chosen.size < max)
      chosen.set(value, name);
    fill();
    show();
  };

  const place = () => {
    const box = field.getBoundingClientRect();
    const below = innerHeight - box.bottom - 12;
    const above = box.top - 12;
    const up = below < 220 && above > below;
    const width = Math.min(Math.max(box.width, 220), innerWidth - 16);

    popup.style.setProperty('left', `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`);
    popup.style.setProperty('width', `${width}px`);
    popup.style.setProperty('max-height', `${Math.min(320, up ? above : below)}px`);
    popup.style.setProperty('top', up ? 'auto' : `${box.bottom + 4}px`);
    popup.style.setProperty('bottom', up ? `${innerHeight - box.top + 4}px` : 'auto');
  };

  const outside = (event) => {
    if (!element.contains(event.target))
      close(false);
  };

  const open = () => {
    if (waits)
      return;
    options = optionsOf(component, world);
    before = [...chosen.keys()].join();
    search.value = '';
    search.hidden = options.length < SEARCH_FROM && !(mayHavePeople(component) && world.guild.isPartial());
    active = options.findIndex((o) => chosen.has(o.value));
    popup.showPopover();
    place();
    fill();
    field.setAttribute('aria-expanded', 'true');
    (search.hidden ? listbox : search).focus();
    document.addEventListener('pointerdown', outside, true);
    addEventListener('resize', place);
    addEventListener('scroll', place, true);
  };

  const isOpen = () => field.getAttribute('aria-expanded') === 'true';

  const close = (focusField) => {
    if (!isOpen())
      return;
    document.removeEventListener('pointerdown', outside, true);
    removeEventListener('resize', place);
    removeEventListener('scroll', place, true);
    field.setAttribute('aria-expanded', 'false');
    if (popup.matches(':popover-open'))
      popup.hidePopover();
    show();
    if (focusField)
      field.focus();
    if ([...chosen.keys()].join() !== before && chosen.size >= (several ? min : 0))
      picked?.([...chosen.keys()]);
  };

  field.addEventListener('click', () => (isOpen() ? close(true) : open()));
  field.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      open();
    }
  });
  // Of a large guild the page knows only some people; the sandbox knows the others.
  search.addEventListener('input', async () => {
    const typed = search.value;

    fill();
    if (!mayHavePeople(component) || !typed || !world.guild.isPartial() || !await world.findPeople({ query: typed, limit: DRAWN_MAX }))
      return;
    options = optionsOf(component, world);
    if (isOpen() && search.value === typed)
      fill();
  });
  popup.addEventListener('keydown', (event) => {
    const pickActive = () => rows[active] && pick(shown[active]);
    const keys = {
      ArrowDown: () => activate((active + 1) % Math.max(rows.length, 1)),
      ArrowUp: () => activate((active - 1 + rows.length) % Math.max(rows.length, 1)),
      Home: () => activate(0),
      End: () => activate(rows.length - 1),
      Enter: pickActive,
      Escape: () => close(true),
      Tab: () => close(true),
      ...(search.hidden ? { ' ': pickActive } : {}),
    };

    if (!keys[event.key])
      return;
    event.preventDefault();
    // A dialog around us would take Escape for itself.
    event.stopPropagation();
    keys[event.key]();
  });

  show();
  return { element, field, values: () => [...chosen.keys()] };
}
