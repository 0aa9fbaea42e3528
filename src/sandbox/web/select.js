// A select as Discord draws it: a field that opens a list in the top layer. Used by messages and by modals.

import { h, icon, replace, uniqueId } from './dom.js';
import { colour, initials, hue } from './format.js';
import { displayName } from './world.js';

const STRING = 3;
const USER = 5;
const ROLE = 6;
const MENTIONABLE = 7;
const CHANNEL = 8;

const PLACEHOLDERS = {
  [STRING]: 'Make a selection', [USER]: 'Select a user', [ROLE]: 'Select a role',
  [MENTIONABLE]: 'Select a user or role', [CHANNEL]: 'Select a channel',
};

/** What a select component offers: [{value, label, also, description, mark}]. Entity selects offer what the guild has, people by both names. */
export function optionsOf(component, world) {
  const users = () => world.guild.members.map((m) =>
    ({ value: m.user.id, label: displayName(m), also: m.user.username, description: m.user.username, mark: avatarMark(m) }));
  const roles = () => world.guild.roles.filter((r) => r.id !== world.guild.id)
    .sort((a, b) => b.position - a.position)
    .map((r) => ({ value: r.id, label: r.name, mark: roleMark(r) }));

  switch (component.type) {
  case USER:
    return users();
  case ROLE:
    return roles();
  case MENTIONABLE:
    return [...users(), ...roles()];
  case CHANNEL:
    return channelOptions(world, component.channel_types);
  default:
    return (component.options ?? []).map((o) =>
      ({ value: o.value, label: o.label, description: o.description, mark: o.emoji?.name, chosen: o.default === true }));
  }
}

/** Whether one of an option's names, in small letters, is as wanted. */
export function goesBy(option, isWanted) {
  return [option.label, option.also].some((name) => name !== undefined && isWanted(name.toLowerCase()));
}

export function channelOptions(world, types) {
  const wanted = types?.length ? types : null;

  return world.orderedChannels().flatMap(({ category, channels }) => [
    ...(category ? [{ channel: category }] : []),
    ...channels.map((channel) => ({ channel, parent: category?.name })),
  ]).filter(({ channel }) => !wanted || wanted.includes(channel.type))
    .map(({ channel, parent }) => ({
      value: channel.id, label: channel.name, description: channel.type === 4 ? 'Category' : parent,
      mark: icon(channel.type === 4 ? 'chevron' : 'hash'),
    }));
}

export function roleMark(role) {
  return h('span', { class: 'role-dot', css: { background: colour(role.color) ?? 'var(--muted)' } });
}

function avatarMark(member) {
  return h('span', { class: 'avatar avatar-tiny', css: { '--hue': hue(member.user.id) } }, initials(displayName(member)));
}

/**
 * Makes the field. `picked(values)` is called when the person has decided: at once for a single choice, when the list
 * closes for several. Returns { element, values() }.
 */
export function selectField({ component, world, label, disabled, waits, picked }) {
  const options = optionsOf(component, world);
  const max = component.max_values ?? 1;
  const min = component.min_values ?? 1;
  const several = max > 1;
  const chosen = new Set([
    ...options.filter((o) => o.chosen).map((o) => o.value),
    ...(component.default_values ?? []).map((d) => d.id),
  ]);
  const listId = uniqueId('options');
  const field = h('button', {
    type: 'button', class: 'select-field', disabled: disabled === true, 'aria-haspopup': 'listbox',
    'aria-expanded': 'false', 'aria-controls': listId, 'aria-disabled': waits ? 'true' : null, data: { customId: component.custom_id },
  });
  const search = h('input', {
    class: 'select-search', type: 'text', placeholder: 'Search', 'aria-label': 'Search options', 'aria-controls': listId,
    hidden: options.length <= 8, autocomplete: 'off',
  });
  const listbox = h('div', {
    id: listId, role: 'listbox', class: 'select-list', 'aria-multiselectable': String(several), 'aria-label': label, tabIndex: -1,
  });
  const popup = h('div', { class: 'select-popup', popover: 'manual' }, search, listbox);
  const element = h('div', { class: 'select' }, field, popup);
  let rows = [];
  let active = -1;
  let before = '';

  const show = () => {
    const names = [...chosen].map((v) => options.find((o) => o.value === v)?.label ?? v);

    replace(field,
      names.length ? h('span', { class: 'select-value' }, several
        ? names.map((n) => h('span', { class: 'select-chip' }, n)) : names[0])
        : h('span', { class: 'select-placeholder' }, component.placeholder ?? PLACEHOLDERS[component.type] ?? 'Select'),
      icon('chevron'));
    field.setAttribute('aria-label', [label, field.textContent].filter(Boolean).join(': '));
  };

  const fill = () => {
    const wanted = search.value.trim().toLowerCase();

    rows = options.filter((o) => !wanted || goesBy(o, (name) => name.includes(wanted))).map((option, i) => h('div', {
      role: 'option', id: `${listId}-${i}`, class: 'select-option', 'aria-selected': String(chosen.has(option.value)),
      data: { value: option.value },
      on: { click: () => pick(option.value), pointermove: () => activate(i) },
    }, option.mark ? h('span', { class: 'select-mark' }, option.mark instanceof Node ? option.mark.cloneNode(true) : option.mark) : null,
    h('span', { class: 'select-text' }, h('span', null, option.label),
      option.description ? h('small', null, option.description) : null),
    h('span', { class: several ? 'tick tick-box' : 'tick' })));
    replace(listbox, rows.length ? rows : h('p', { class: 'select-empty' }, 'Nothing found'));
    activate(Math.min(Math.max(active, 0), rows.length - 1));
  };

  const activate = (i) => {
    rows[active]?.classList.remove('is-active');
    active = i;
    rows[i]?.classList.add('is-active');
    rows[i]?.scrollIntoView({ block: 'nearest' });
    for (const owner of [listbox, search])
      owner.setAttribute('aria-activedescendant', rows[i]?.id ?? '');
  };

  const pick = (value) => {
    if (!several) {
      const same = chosen.has(value);
      chosen.clear();
      // A single choice that may be empty can be taken back by choosing it again.
      if (!same || min > 0)
        chosen.add(value);
      close(true);
      return;
    }
    if (chosen.has(value))
      chosen.delete(value);
    else if (chosen.size < max)
      chosen.add(value);
    fill();
    show();
  };

  const place = () => {
    const box = field.getBoundingClientRect();
    const below = innerHeight - box.bottom - 12;
    const above = box.top - 12;
    const up = below < 220 && above > below;

    popup.style.setProperty('left', `${Math.max(8, Math.min(box.left, innerWidth - box.width - 8))}px`);
    popup.style.setProperty('width', `${box.width}px`);
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
    before = [...chosen].join();
    search.value = '';
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
    if ([...chosen].join() !== before && chosen.size >= (several ? min : 0))
      picked?.([...chosen]);
  };

  field.addEventListener('click', () => (isOpen() ? close(true) : open()));
  field.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      open();
    }
  });
  search.addEventListener('input', fill);
  popup.addEventListener('keydown', (event) => {
    const keys = {
      ArrowDown: () => activate((active + 1) % Math.max(rows.length, 1)),
      ArrowUp: () => activate((active - 1 + rows.length) % Math.max(rows.length, 1)),
      Home: () => activate(0),
      End: () => activate(rows.length - 1),
      Enter: () => rows[active] && pick(rows[active].dataset.value),
      Escape: () => close(true),
      Tab: () => close(true),
      ...(search.hidden ? { ' ': () => rows[active] && pick(rows[active].dataset.value) } : {}),
    };

    if (!keys[event.key])
      return;
    event.preventDefault();
    // A dialog around us would take Escape for itself.
    event.stopPropagation();
    keys[event.key]();
  });

  show();
  return { element, values: () => [...chosen] };
}
