// Message components: action rows with buttons and selects, and the layout kinds of the newer messages.
// Numbers are component types (Discord reference, "Component Types").

import { h, icon, uniqueId } from './dom.js';
import { markdown } from './markdown.js';
import { colour } from './format.js';
import { selectField } from './select.js';

const BUTTON_STYLES = { 1: 'primary', 2: 'secondary', 3: 'success', 4: 'danger', 5: 'link', 6: 'secondary' };

/**
 * context: { world, pressed: {customId, state} or undefined, press(customId), select(customId, values) }
 */
export function components(list, context) {
  return (list ?? []).map((component) => one(component, context));
}

function one(component, context) {
  switch (component.type) {
  case 1:
    return h('div', { class: 'action-row' }, components(component.components, context));
  case 2:
    return button(component, context);
  case 3:
  case 5:
  case 6:
  case 7:
  case 8:
    return selectField({
      component, world: context.world, label: component.placeholder,
      disabled: component.disabled, waits: context.pressed?.state === 'pending',
      picked: (values) => context.select(component.custom_id, values),
    }).element;
  case 9:
    return h('div', { class: 'section' }, h('div', null, components(component.components, context)),
      component.accessory ? one(component.accessory, context) : null);
  case 10:
    return h('div', { class: 'text-display' }, markdown(component.content, context.world));
  case 11:
  case 12:
  case 13:
    return h('p', { class: 'subtext' }, 'An image or file that this page does not load');
  case 14:
    return component.divider === false ? h('div', { class: 'gap' }) : h('hr', null);
  case 17:
    return h('div', { class: 'container', css: { '--bar': colour(component.accent_color) ?? 'var(--line)' } },
      components(component.components, context));
  default:
    return h('p', { class: 'subtext' }, `A component of type ${component.type} that this page does not know`);
  }
}

function button(component, context) {
  const style = BUTTON_STYLES[component.style] ?? 'secondary';
  const content = [
    component.emoji?.name ? h('span', { class: 'button-emoji' }, component.emoji.id ? `:${component.emoji.name}:` : component.emoji.name) : null,
    component.label ? h('span', null, component.label) : null,
  ];

  if (component.style === 5 && /^https?:/.test(component.url ?? '') && !component.disabled)
    return h('a', { class: `button button-${style}`, href: component.url, target: '_blank', rel: 'noreferrer noopener' },
      content, icon('out'));

  const waits = context.pressed?.state === 'pending';
  const mine = waits && context.pressed.customId === component.custom_id;
  return h('button', {
    type: 'button',
    class: `button button-${style}${mine ? ' button-waits' : ''}`,
    disabled: component.disabled === true || component.style === 5,
    // Not `disabled` while it waits: a disabled button would lose the focus of who pressed it by keyboard.
    'aria-disabled': waits ? 'true' : null,
    'aria-busy': mine ? 'true' : null,
    'aria-label': component.label ? null : component.emoji?.name ?? 'Button',
    data: { customId: component.custom_id ?? '' },
    on: { click: () => waits || context.press(component.custom_id) },
  }, content, mine ? dots() : null);
}

export function dots() {
  return h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i', null), h('i', null), h('i', null));
}

/** A group of radio buttons or checkboxes (types 21, 22), or one checkbox (23), for modals. */
export function choices(component) {
  const single = component.type === 21;
  const group = uniqueId('choice');
  const options = component.type === 23
    ? [{ value: 'true', label: component.label ?? 'Yes', default: component.default }] : component.options ?? [];
  const inputs = options.map((o) =>
    h('input', { type: single ? 'radio' : 'checkbox', name: group, value: o.value, checked: o.default === true }));
  const element = h('div', { class: 'choices', role: single ? 'radiogroup' : 'group' }, options.map((o, i) =>
    h('label', { class: 'choice' }, inputs[i],
      h('span', null, o.label, o.description ? h('small', null, o.description) : null))));

  return { element, values: () => inputs.filter((i) => i.checked).map((i) => i.value) };
}
