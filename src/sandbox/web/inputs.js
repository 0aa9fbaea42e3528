// The inputs of a modal: texts with counters, selects, groups of choices. Each is {element, target, value(), isEmpty(), wrong(),
// focus(), labelled}: `target` is what carries the name and the error for screen readers, `labelled` tells that a <label> can
// point at it.

import { h, replace, uniqueId } from './dom.js';
import { plural } from './format.js';
import { selectField } from './select.js';

const TEXT = 4;
const RADIO_GROUP = 21;
const CHECKBOX_GROUP = 22;
const CHECKBOX = 23;
const PARAGRAPH = 2;
const TEXT_MAX = 4000;          // Discord reference, "Text Input": max_length

function textInput(component, id) {
  const paragraph = component.style === PARAGRAPH;
  const max = component.max_length ?? TEXT_MAX;
  const min = component.min_length ?? 0;
  const target = h(paragraph ? 'textarea' : 'input', {
    id, class: 'text-input', ...(paragraph ? { rows: 4 } : { type: 'text' }), placeholder: component.placeholder,
    maxlength: max, value: component.value ?? '', autocomplete: 'off', data: { customId: component.custom_id },
    'aria-required': String(component.required !== false),
  });
  const counter = h('span', { class: 'counter', 'aria-hidden': 'true' });
  const count = () => {
    const n = [...target.value].length;

    replace(counter, `${n}/${max}`);
    counter.classList.toggle('is-near', n > max * 0.9 || (n > 0 && n < min));
  };

  target.addEventListener('input', count);
  count();
  return {
    element: h('div', { class: 'text-input-box' }, target, counter),
    target,
    labelled: true,
    focus: () => target.focus(),
    value: () => target.value,
    isEmpty: () => target.value.trim() === '',
    wrong: () => (target.value !== '' && [...target.value].length < min
      ? `Must be at least ${plural(min, 'character', 'characters')} long.` : null),
  };
}

function selection(component, id, world, label) {
  // In a modal an optional select may stay empty (Discord reference, "required" of selects in modals).
  const min = component.required === false ? 0 : component.min_values ?? 1;
  const select = selectField({
    component: { ...component, min_values: min }, world, label, picked: () => select.element.dispatchEvent(new Event('change')),
  });

  return {
    element: select.element,
    target: select.field,
    focus: () => select.field.focus(),
    value: () => select.values(),
    isEmpty: () => select.values().length === 0,
    wrong: () => (select.values().length > 0 && select.values().length < min ? `Choose at least ${min}.` : null),
  };
}

/** Radio buttons, checkboxes, or one checkbox. */
function group(component, id, world, label) {
  const single = component.type === RADIO_GROUP;
  const name = uniqueId('choice');
  const options = component.type === CHECKBOX
    ? [{ value: 'true', label: component.label ?? 'Yes', default: component.default }] : component.options ?? [];
  const inputs = options.map((o) => h('input', { type: single ? 'radio' : 'checkbox', name, value: o.value, checked: o.default === true }));
  const element = h('div', { class: 'choices', role: single ? 'radiogroup' : 'group', 'aria-label': label }, options.map((o, i) =>
    h('label', { class: 'choice' }, inputs[i], h('span', null, o.label, o.description ? h('small', null, o.description) : null))));
  const chosen = () => inputs.filter((i) => i.checked).map((i) => i.value);
  const values = { [RADIO_GROUP]: () => chosen()[0] ?? '', [CHECKBOX_GROUP]: chosen, [CHECKBOX]: () => String(chosen().length > 0) };

  return {
    element,
    target: element,
    focus: () => inputs[0]?.focus(),
    value: values[component.type],
    isEmpty: () => chosen().length === 0,
    wrong: () => {
      if (component.type !== CHECKBOX_GROUP || chosen().length === 0)
        return null;
      if (chosen().length < (component.min_values ?? 1))
        return `Choose at least ${component.min_values}.`;
      return chosen().length > (component.max_values ?? options.length) ? `Choose at most ${component.max_values}.` : null;
    },
  };
}

const MAKE = {
  3: selection, [TEXT]: textInput, 5: selection, 6: selection, 7: selection, 8: selection,
  [RADIO_GROUP]: group, [CHECKBOX_GROUP]: group, [CHECKBOX]: group,
};

/**
 * One labelled input of a modal.
 *
 * @param {{label: string, description?: string, component: object}} label   a label component
 * @returns {{element: HTMLElement, customId?: string, value?: Function, check?: () => boolean, focus?: Function}}
 *   check() says what is wrong below the input and tells whether nothing is; without a customId it is no input at all
 */
export function field(label, world) {
  const component = label.component ?? {};
  const required = component.required !== false && component.type !== CHECKBOX;
  const id = uniqueId('input');
  const make = MAKE[component.type];

  if (!make)
    return { element: h('p', { class: 'subtext' }, `An input of type ${component.type} that this page does not know`) };

  const input = make(component, id, world, label.label);
  const error = h('p', { class: 'field-error', id: `${id}-error`, hidden: true });
  const check = () => {
    const wrong = (required && input.isEmpty() ? 'This is required.' : null) ?? input.wrong();

    error.hidden = !wrong;
    replace(error, wrong ?? '');
    input.target.classList.toggle('is-wrong', wrong !== null);
    if (input.labelled)
      input.target.setAttribute('aria-invalid', String(wrong !== null));
    return wrong === null;
  };

  // What was mended is no longer complained about.
  for (const event of ['input', 'change'])
    input.element.addEventListener(event, () => error.hidden || check());
  input.target.setAttribute('aria-describedby', label.description ? `${id}-hint ${id}-error` : `${id}-error`);
  return {
    customId: component.custom_id,
    value: input.value,
    focus: input.focus,
    check,
    element: h('div', { class: 'field' },
      h(input.labelled ? 'label' : 'div', { class: 'field-label', htmlFor: input.labelled ? id : undefined }, label.label ?? '',
        required ? h('span', { class: 'required', title: 'required' }, ' *') : null),
      label.description ? h('p', { class: 'field-hint', id: `${id}-hint` }, label.description) : null,
      input.element, error),
  };
}
