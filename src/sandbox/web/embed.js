// Embeds: author, title, description, fields, pictures, footer.

import { picture } from './attachments.js';
import { h } from './dom.js';
import { hex } from './colours.js';
import { messageTime } from './format.js';
import { inlineMarkdown, markdown } from './markdown.js';

function link(url, content) {
  return /^https?:/.test(url ?? '') ? h('a', { href: url, target: '_blank', rel: 'noreferrer noopener' }, content) : content;
}

/** Inline fields share a row, three at most; a field that is not inline ends it (Discord's client). */
function fieldRows(fields) {
  const rows = [];

  for (const field of fields) {
    const row = rows.at(-1);
    if (field.inline && row?.[0].inline && row.length < 3)
      row.push(field);
    else
      rows.push([field]);
  }
  return rows;
}

function drawFields(fields, names) {
  return h('div', { class: 'embed-fields' }, fieldRows(fields).map((row) => h('div', { class: `embed-row embed-row-${row.length}` },
    row.map((f) => h('div', { class: f.inline ? 'embed-field inline' : 'embed-field' },
      h('div', { class: 'embed-field-name' }, inlineMarkdown(f.name, names)),
      h('div', { class: 'embed-field-value' }, markdown(f.value, names)))))));
}

/**
 * @param {object} embed        Discord's embed object
 * @param {object[]} attached   the message's attachments, which "attachment://…" names
 * @param {Names} names
 */
export function drawEmbed(embed, attached, names) {
  const title = embed.title ? inlineMarkdown(embed.title, names) : null;
  const footer = [
    embed.footer?.text ? h('span', null, embed.footer.text) : null,
    embed.timestamp ? h('time', { datetime: embed.timestamp }, messageTime(new Date(embed.timestamp))) : null,
  ].filter(Boolean);

  return h('div', { class: `embed${embed.thumbnail?.url ? ' has-thumbnail' : ''}`, css: { '--bar': embed.color ? hex(embed.color) : 'var(--embed-bar)' } },
    embed.thumbnail?.url ? h('div', { class: 'embed-thumbnail' }, picture(embed.thumbnail, attached)) : null,
    embed.provider?.name ? h('div', { class: 'embed-provider' }, link(embed.provider.url, embed.provider.name)) : null,
    embed.author?.name ? h('div', { class: 'embed-author' }, link(embed.author.url, embed.author.name)) : null,
    title ? h('div', { class: 'embed-title' }, link(embed.url, title)) : null,
    embed.description ? h('div', { class: 'embed-description' }, markdown(embed.description, names)) : null,
    embed.fields?.length ? drawFields(embed.fields, names) : null,
    embed.image?.url ? h('div', { class: 'embed-image' }, picture(embed.image, attached)) : null,
    footer.length ? h('div', { class: 'embed-footer' }, footer.flatMap((f, i) => (i ? [' • ', f] : [f]))) : null);
}

/** Addresses of the pictures an embed shows itself: their files do not stand below the message as well. */
export function embedPictures(embeds) {
  return (embeds ?? []).flatMap((e) => [e.image?.url, e.thumbnail?.url, e.author?.icon_url, e.footer?.icon_url]).filter(Boolean);
}
