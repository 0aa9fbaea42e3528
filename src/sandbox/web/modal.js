// Modals of the bot. The dialog element keeps the focus inside and closes on Escape; closing tells nobody, as in Discord.

import { submit } from './acting.js';
import { dots } from './components.js';
import { h, icon, refinder, replace, uniqueId } from './dom.js';
import { field } from './inputs.js';
import { markdown } from './markdown.js';
import { Names } from './names.js';

const ACTION_ROW = 1;
const TEXT_DISPLAY = 10;
const LABEL = 18;

/**
 * Shows a modal.
 *
 * @param {{interaction: string, modal: {title: string, components: object[]}}} what   the modal, and what it answers
 * @param {World} world
 * @param {HTMLElement} root   the pane of who opened it; the focus returns there
 */
export function showModal({ interaction, modal }, world, root) {
  const back = refinder(document.activeElement, root);
  const titleId = uniqueId('modal');
  const botName = world.nameOf(world.guild.bot()?.user.id);
  const error = h('p', { class: 'modal-error', role: 'alert', hidden: true });
  const send = h('button', { type: 'submit', class: 'button button-primary' }, 'Submit');
  const cancel = h('button', { type: 'button', class: 'button button-quiet' }, 'Cancel');
  const close = h('button', { type: 'button', class: 'icon-button', 'aria-label': 'Close' }, icon('close'));
  const parts = (modal.components ?? []).flatMap((c) => part(c, world));
  const inputs = parts.filter((p) => p.customId !== undefined);
  const form = h('form', { class: 'modal-form', novalidate: true },
    h('header', { class: 'modal-head' }, h('h2', { id: titleId }, modal.title ?? ''), close),
    h('p', { class: 'modal-notice' }, 'This form goes to ', h('strong', null, botName), `, filled in by ${world.nameOf(world.me)}. Do not share passwords here.`),
    h('div', { class: 'modal-body' }, parts.map((p) => p.element), error),
    h('footer', { class: 'modal-foot' }, cancel, send));
  const dialog = h('dialog', { class: 'modal', 'aria-labelledby': titleId, data: { interaction } }, form);

  const shut = () => {
    if (!dialog.isConnected)
      return;
    dialog.close();
    dialog.remove();
    // Where its button was, there may be nothing any more: its channel is gone.
    (back() ?? root.querySelector('.message-scroll')).focus();
  };
  const say = (sentence) => {
    replace(error, sentence ?? '');
    error.hidden = !sentence;
    if (sentence)
      error.scrollIntoView({ block: 'nearest' });
  };

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (send.getAttribute('aria-busy'))
      return;
    const bad = inputs.filter((i) => !i.check());
    if (bad.length) {
      bad[0].focus();
      return;
    }
    say(null);
    replace(send, dots());
    send.setAttribute('aria-busy', 'true');
    send.setAttribute('aria-label', 'Submitting');
    const wrong = await submit(world, interaction, Object.fromEntries(inputs.map((i) => [i.customId, i.value()])));
    if (wrong === null) {
      shut();
      return;
    }
    replace(send, 'Submit');
    send.removeAttribute('aria-busy');
    send.removeAttribute('aria-label');
    say(wrong);
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
  (inputs[0] ?? { focus: () => send.focus() }).focus();
}

/** Fields, or elements that ask nothing. */
function part(component, world) {
  switch (component.type) {
  case ACTION_ROW:
    // The older shape: a row around a text input that carries its own label.
    return (component.components ?? []).map((c) => field({ label: c.label, component: c }, world));
  case TEXT_DISPLAY:
    return { element: h('div', { class: 'text-display' }, markdown(component.content, new Names(world))) };
  case LABEL:
    return field(component, world);
  default:
    return { element: h('p', { class: 'subtext' }, `A component of type ${component.type} that this page does not know`) };
  }
}
