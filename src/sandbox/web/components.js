// Message components: action rows with buttons and selects, and the layout kinds of the newer messages.
// Numbers are component types (Discord reference, "Component Types").

import { attachmentNamed, fileCard, picture } from './attachments.js';
import { hex } from './colours.js';
import { h, icon } from './dom.js';
import { markdown, spoiler } from './markdown.js';
import { selectField } from './select.js';

const BUTTON_STYLES = { 1: 'primary', 2: 'secondary', 3: 'success', 4: 'danger', 5: 'link', 6: 'premium' };
const LINK = 5;
const PREMIUM = 6;

/**
 * @typedef {object} Context   what components of one message need to know
 * @property {Names} names
 * @property {{customId: string, state: string}} [pressed]   what of this message was pressed and waits
 * @property {object[]} attachments   the message's files, which "attachment://…" names
 * @property {(customId: string) => void} press
 * @property {(customId: string, values: string[]) => void} select
 */

const DRAW = {
  1: (c, context) => h('div', { class: 'action-row' }, components(c.components, context)),
  2: button,
  3: select, 5: select, 6: select, 7: select, 8: select,
  9: (c, context) => h('div', { class: 'section' }, h('div', { class: 'section-text' }, components(c.components, context)),
    c.accessory ? one(c.accessory, context) : null),
  10: (c, { names }) => h('div', { class: 'text-display' }, markdown(c.content, names)),
  11: (c, context) => perhapsHidden(c, h('div', { class: 'thumbnail' }, media(c, context))),
  12: (c, context) => h('div', { class: `gallery gallery-${Math.min(c.items.length, 3)}` },
    c.items.map((item) => perhapsHidden(item, media(item, context)))),
  13: (c, context) => perhapsHidden(c, file(c, context)),
  14: (c) => (c.divider === false ? h('div', { class: `gap gap-${c.spacing ?? 1}` }) : h('hr', { class: `gap-${c.spacing ?? 1}` })),
  17: (c, context) => perhapsHidden(c, h('div', {
    class: `container${c.accent_color ? ' has-bar' : ''}`, css: c.accent_color ? { '--bar': hex(c.accent_color) } : {},
  }, components(c.components, context))),
};

export function components(list, context) {
  return (list ?? []).map((component) => one(component, context));
}

function one(component, context) {
  return DRAW[component.type]?.(component, context)
    ?? h('p', { class: 'subtext' }, `A component of type ${component.type} that this page does not know`);
}

function perhapsHidden(component, content) {
  return component.spoiler ? spoiler(content, { class: 'spoiler spoiler-block' }) : content;
}

function media(item, context) {
  return picture({ url: item.media.url, description: item.description }, context.attachments);
}

function file(component, context) {
  const attachment = attachmentNamed(component.file.url, context.attachments);

  return attachment ? fileCard(attachment) : h('p', { class: 'subtext' }, `A file at ${component.file.url}, which this page does not load`);
}

/** Addresses of the files that components show themselves. */
export function mediaOf(list) {
  return (list ?? []).flatMap((c) => [c.media?.url, c.file?.url, ...(c.items ?? []).map((i) => i.media.url),
    ...mediaOf(c.components), ...(c.accessory ? mediaOf([c.accessory]) : [])]).filter(Boolean);
}

function select(component, context) {
  return selectField({
    component, world: context.names.world, label: component.placeholder,
    disabled: component.disabled, waits: context.pressed?.state === 'pending',
    picked: (values) => context.select(component.custom_id, values),
  }).element;
}

function emoji({ id, name }) {
  return h('span', { class: 'button-emoji', 'aria-hidden': 'true' }, id ? `:${name}:` : name);
}

function button(component, context) {
  const style = BUTTON_STYLES[component.style] ?? 'secondary';
  const label = component.style === PREMIUM ? 'Upgrade' : component.label;
  const content = [component.emoji?.name ? emoji(component.emoji) : null, label ? h('span', null, label) : null];
  const name = label ? null : component.emoji?.name ?? 'Button';

  if (component.style === LINK && /^https?:/.test(component.url ?? '') && !component.disabled)
    return h('a', { class: `button button-${style}`, href: component.url, title: component.url, target: '_blank', rel: 'noreferrer noopener', 'aria-label': name },
      content, icon('out'));

  const waits = context.pressed?.state === 'pending';
  const mine = waits && context.pressed.customId === component.custom_id;
  return h('button', {
    type: 'button',
    class: `button button-${style}${mine ? ' button-waits' : ''}`,
    disabled: component.disabled === true || component.style >= LINK,
    // Not `disabled` while it waits: a disabled button would lose the focus of who pressed it by keyboard.
    'aria-disabled': waits ? 'true' : null,
    'aria-busy': mine ? 'true' : null,
    'aria-label': name,
    data: { customId: component.custom_id ?? '' },
    on: { click: () => waits || context.press(component.custom_id) },
  }, content, mine ? dots() : null);
}

export function dots() {
  return h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i', null), h('i', null), h('i', null));
}
