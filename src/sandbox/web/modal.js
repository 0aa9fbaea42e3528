// Modals of the bot. The dialog element keeps the focus inside and closes on Escape; closing tells nobody, as in Discord.

import { choices, dots } from './components.js';
import { h, icon, refinder, replace, uniqueId } from './dom.js';
import { plural } from './format.js';
import { markdown } from './markdown.js';
import { selectField } from './select.js';

const PARAGRAPH = 2;

/** Shows the modal {custom_id, title, components} that interaction `interaction` was answered with. */
export function showModal({ interaction, modal }, world, botName) {
  const back = refinder(document.activeElement);
  const titleId = uniqueId('modal');
  const inputs = [];
  const error = h('p', { class: 'modal-error', role: 'alert', hidden: true });
  const send = h('button', { type: 'submit', class: 'button button-primary' }, 'Submit');
  const cancel = h('button', { type: 'button', class: 'button button-quiet' }, 'Cancel');
  const close = h('button', { type: 'button', class: 'icon-button', 'aria-label': 'Close' }, icon('close'));
  const body = h('div', { class: 'modal-body' }, (modal.components ?? []).map((c) => part(c, world, inputs)), error);
  const form = h('form', { class: 'modal-form', novalidate: true },
    h('header', { class: 'modal-head' }, h('h2', { id: titleId }, modal.title ?? ''), close),
    h('p', { class: 'modal-notice' }, 'This form goes to ', h('strong', null, botName), '. Do not share passwords here.'),
    body,
    h('footer', { class: 'modal-foot' }, cancel, send));
  const dialog = h('dialog', { class: 'modal', 'aria-labelledby': titleId, data: { interaction } }, form);

  const shut = () => {
    if (!dialog.isConnected)
      return;
    dialog.close();
    dialog.remove();
    back()?.focus();
  };
  const say = (sentence) => {
    replace(error, sentence ?? '');
    error.hidden = !sentence;
  };

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const bad = inputs.filter((i) => !i.check());
    if (bad.length) {
      bad[0].focus();
      return;
    }
    say(null);
    replace(send, dots());
    send.disabled = true;
    send.setAttribute('aria-busy', 'true');
    const result = await world.submit(interaction, Object.fromEntries(inputs.map((i) => [i.customId, i.value()])));
    if (result === true) {
      shut();
      return;
    }
    replace(send, 'Submit');
    send.disabled = false;
    send.removeAttribute('aria-busy');
    say(result);
  });
  // Enter in a paragraph is a new line; Ctrl+Enter sends from anywhere.
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey))
      form.requestSubmit();
  });
  for (const button of [cancel, close])
    button.addEventListener('click', shut);
  dialog.addEventListener('pointerdown', (event) => {
    if (event.target === dialog)
      shut();
  });
  // Escape. Browsers that skip "cancel" for a second Escape still tell of "close".
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault();
    shut();
  });
  dialog.addEventListener('close', shut);

  document.body.append(dialog);
  dialog.showModal();
  inputs[0]?.focus();
}

function part(component, world, inputs) {
  switch (component.type) {
  case 1:
    // The older shape: a row around a text input that carries its own label.
    return (component.components ?? []).map((c) => field({ label: c.label, component: c }, world, inputs));
  case 10:
    return h('div', { class: 'text-display' }, markdown(component.content, world));
  case 18:
    return field(component, world, inputs);
  default:
    return h('p', { class: 'subtext' }, `A component of type ${component.type} that this page does not know`);
  }
}

/** One labelled input: draws it and adds {customId, value(), check(), focus()} to `inputs`. */
function field(label, world, inputs) {
  const component = label.component ?? {};
  const required = component.required !== false && component.type !== 23;
  const id = uniqueId('input');
  const error = h('p', { class: 'field-error', id: `${id}-error`, hidden: true });
  const make = { 4: textInput, 21: group, 22: group, 23: group }[component.type];
  const input = make ? make(component, id)
    : component.type >= 3 && component.type <= 8 ? selection(component, world, label.label) : null;

  if (!input)
    return h('p', { class: 'subtext' }, `An input of type ${component.type} that this page does not know`);

  const check = () => {
    const wrong = (required && input.isEmpty() ? 'This is required.' : null) ?? input.wrong?.() ?? null;

    error.hidden = !wrong;
    replace(error, wrong ?? '');
    input.target?.setAttribute('aria-invalid', String(wrong !== null));
    return wrong === null;
  };

  inputs.push({ customId: component.custom_id, value: input.value, focus: input.focus, check });
  // What was mended is no longer complained about.
  for (const event of ['input', 'change'])
    input.element.addEventListener(event, () => error.hidden || check());
  input.target?.setAttribute('aria-describedby', `${id}-error ${id}-hint`);
  return h('div', { class: 'field' },
    h(input.labelled ? 'label' : 'div', { class: 'field-label', htmlFor: input.labelled ? id : undefined }, label.label ?? '',
      required ? h('span', { class: 'required', title: 'required' }, ' *') : null),
    label.description ? h('p', { class: 'field-hint', id: `${id}-hint` }, label.description) : null,
    input.element, error);
}

function textInput(component, id) {
  const paragraph = component.style === PARAGRAPH;
  const max = component.max_length ?? 4000;
  const min = component.min_length ?? 0;
  const target = h(paragraph ? 'textarea' : 'input', {
    id, class: 'text-input', ...(paragraph ? { rows: 4 } : { type: 'text' }), placeholder: component.placeholder,
    maxlength: max, value: component.value ?? '', autocomplete: 'off', data: { customId: component.custom_id },
    'aria-required': String(component.required !== false),
  });
  const counter = h('span', { class: 'counter', 'aria-hidden': 'true' });
  const count = () => replace(counter, `${[...target.value].length}/${max}`);

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

function selection(component, world, label) {
  // In a modal an optional select may stay empty (Discord reference, "required" of selects in modals).
  const min = component.required === false ? 0 : component.min_values ?? 1;
  const select = selectField({
    component: { ...component, min_values: min }, world, label, picked: () => select.element.dispatchEvent(new Event('change')),
  });
  const target = select.element.querySelector('.select-field');

  return {
    element: select.element,
    target,
    focus: () => target.focus(),
    value: () => select.values(),
    isEmpty: () => select.values().length === 0,
    wrong: () => (select.values().length > 0 && select.values().length < min
      ? `Choose at least ${min}.` : null),
  };
}

function group(component) {
  const made = choices(component);
  const values = {
    21: () => made.values()[0] ?? '',
    22: () => made.values(),
    23: () => String(made.values().length > 0),
  };

  return {
    element: made.element,
    focus: () => made.element.querySelector('input')?.focus(),
    value: values[component.type],
    isEmpty: () => made.values().length === 0,
    wrong: () => (component.type === 22 && made.values().length > (component.max_values ?? 10)
      ? `Choose at most ${component.max_values}.` : null),
  };
}
