// Discord's markdown, from text to nodes. `names` (names.js) answers who and what is mentioned.

import { fullTime, relativeTime, timestamp } from './format.js';
import { h, icon } from './dom.js';
import { nameColours } from './colours.js';

// Inline marks, tried in this order at every place of the text. Each gets its match and makes a node; the third member tells
// after which text the mark does not count.
const INLINE = [
  [/^\\([\\*_~`|>[\]()#<:-])/, (m) => m[1]],
  [/^``(.+?)``(?!`)/s, (m) => h('code', null, m[1].trim())],
  [/^`([^`]+)`/, (m) => h('code', null, m[1])],
  [/^\*\*\*(?=\S)(.+?)\*\*\*/s, (m, n) => h('strong', null, h('em', null, inline(m[1], n)))],
  [/^\*\*(?=\S)(.+?)\*\*(?!\*)/s, (m, n) => h('strong', null, inline(m[1], n))],
  [/^___(?=\S)(.+?)___(?!_)/s, (m, n) => h('u', null, h('em', null, inline(m[1], n)))],
  [/^__(?=\S)(.+?)__(?!_)/s, (m, n) => h('u', null, inline(m[1], n))],
  [/^~~(?=\S)(.+?)~~/s, (m, n) => h('s', null, inline(m[1], n))],
  [/^\|\|(.+?)\|\|/s, (m, n) => spoiler(inline(m[1], n))],
  [/^\*(?=\S)((?:\*\*[^*]+\*\*|[^*])+?)\*(?!\*)/s, (m, n) => h('em', null, inline(m[1], n))],
  [/^_(?=\S)([^_]+?)_(?![\w_])/s, (m, n) => h('em', null, inline(m[1], n)), /\w$/],
  [/^\[([^\]\n]+)\]\(<?(https?:\/\/[^\s)>]+)>?(?: +"([^"\n]*)")?\)/, (m, n) => link(m[2], inline(m[1], n), m[3])],
  [/^<(https?:\/\/[^\s>]+)>/, (m) => link(m[1], m[1])],
  [/^https?:\/\/[^\s<>]*[^\s<>.,:;"')\]]/, (m) => link(m[0], m[0])],
  [/^<@!?(\d+)>/, (m, n) => chip('user', `@${n.userName(m[1]) ?? 'unknown-user'}`, n.isMe(m[1]))],
  [/^<@&(\d+)>/, (m, n) => chip('role', `@${n.roleName(m[1])}`, n.isMyRole(m[1]), n.roleColour(m[1]))],
  [/^<#(\d+)>/, (m, n) => channelChip(m[1], n)],
  [/^<\/([^:>]+):(\d+)>/, (m) => chip('command', `/${m[1]}`, false)],
  [/^<id:(customize|browse|guide|linked-roles)>/, (m) => chip('channel', m[1], false)],
  [/^<a?:(\w+):\d+>/, (m) => h('span', { class: 'emoji', title: `The guild's emoji :${m[1]}:, which this page does not load` }, `:${m[1]}:`)],
  [/^<t:(-?\d{1,13})(?::([tTdDfFsSR]))?>/, (m) => time(Number(m[1]), m[2] ?? 'f')],
  [/^@(everyone|here)\b/, (m) => chip('role', m[0], true)],
];

// Only these begin something; skipping to the next keeps long texts quick.
const CANDIDATE = /[\\`*_~|[<@h]/;

function link(href, text, title) {
  return h('a', { href, title: title ?? (text === href ? null : href), target: '_blank', rel: 'noreferrer noopener' }, text);
}

function chip(kind, text, isMine, colour) {
  return h('span', { class: `mention mention-${kind}${isMine ? ' mention-me' : ''}${colour ? ' is-coloured' : ''}`, css: nameColours(colour) }, text);
}

function channelChip(id, names) {
  const name = names.channelName(id);

  if (name === null)
    return h('span', { class: 'mention mention-channel mention-gone' }, icon('hash'), 'no access');
  return h('button', { type: 'button', class: 'mention mention-channel', on: { click: () => names.world.open(id) } }, icon('hash'), name);
}

function time(seconds, style) {
  const date = new Date(seconds * 1000);

  if (Number.isNaN(date.getTime()))
    return `<t:${seconds}>`;
  return h('time', {
    class: 'stamp',
    datetime: date.toISOString(),
    title: fullTime(date),
    data: style === 'R' ? { relative: String(date.getTime()) } : {},
  }, timestamp(date, style));
}

/** Hidden until pressed; what reads aloud says that there is one, not what is in it. */
export function spoiler(content, attributes) {
  const inside = h('span', { 'aria-hidden': 'true', inert: true }, content);
  const element = h('span', {
    class: 'spoiler', role: 'button', tabIndex: 0, 'aria-label': 'Spoiler, press to show', ...attributes,
    on: {
      click: () => show(),
      keydown: (event) => {
        if (event.key !== 'Enter' && event.key !== ' ')
          return;
        event.preventDefault();
        show();
      },
    },
  }, inside);
  const show = () => {
    element.classList.add('spoiler-open');
    for (const name of ['role', 'tabindex', 'aria-label'])
      element.removeAttribute(name);
    inside.removeAttribute('aria-hidden');
    inside.inert = false;
  };

  return element;
}

function inline(text, names) {
  const nodes = [];
  let plain = '';
  let at = 0;

  while (at < text.length) {
    const rest = text.slice(at);
    const skip = rest.search(CANDIDATE);
    if (skip !== 0) {
      plain += skip < 0 ? rest : rest.slice(0, skip);
      at += skip < 0 ? rest.length : skip;
      continue;
    }

    let matched = null;
    for (const [pattern, make, notAfter] of INLINE) {
      const m = pattern.exec(rest);
      if (!m || (notAfter && notAfter.test(plain)))
        continue;
      matched = [m[0].length, make(m, names)];
      break;
    }
    if (!matched) {
      plain += rest[0];
      at += 1;
      continue;
    }
    if (plain)
      nodes.push(plain);
    plain = '';
    nodes.push(matched[1]);
    at += matched[0];
  }
  if (plain)
    nodes.push(plain);
  return nodes;
}

/** One line of markdown without blocks, for titles and field names. */
export function inlineMarkdown(text, names) {
  return inline(String(text ?? ''), names);
}

const ITEM = /^(\s*)(?:[-*]|(\d+)\.) +(.*)$/;
const QUOTE = /^> ?(.*)$/;

/** Takes lines from rows[i] on while `of` accepts them. */
function takeWhile(rows, i, of) {
  let n = i;

  while (n < rows.length && of(rows[n]))
    n++;
  return rows.slice(i, n);
}

/** Lists by indent: deeper lines belong to the item above them. */
function list(rows, names) {
  const [, indent, number] = ITEM.exec(rows[0]);
  const items = [];

  for (let i = 0; i < rows.length;) {
    const below = takeWhile(rows, i + 1, (row) => ITEM.exec(row)[1].length > indent.length);
    items.push(h('li', null, inline(ITEM.exec(rows[i])[3], names), below.length ? list(below, names) : null));
    i += 1 + below.length;
  }
  return number ? h('ol', { start: number }, items) : h('ul', null, items);
}

// Blocks, tried at the beginning of each line: [how many rows it takes, the node] or null.
const BLOCKS = [
  (rows, i, names) => {
    const m = /^(#{1,3}) +(.*)$/.exec(rows[i]);
    // One level for screen readers: a message may begin with any of them.
    return m && [1, h('h3', { class: `heading heading-${m[1].length}` }, inline(m[2], names))];
  },
  (rows, i, names) => {
    const m = /^-# +(.*)$/.exec(rows[i]);
    return m && [1, h('p', { class: 'subtext' }, inline(m[1], names))];
  },
  (rows, i, names) => rows[i].startsWith('>>> ')
    && [rows.length - i, h('blockquote', null, blocks([rows[i].slice(4), ...rows.slice(i + 1)], names))],
  (rows, i, names) => {
    const quoted = takeWhile(rows, i, (row) => QUOTE.test(row));
    return quoted.length > 0 && [quoted.length, h('blockquote', null, blocks(quoted.map((row) => QUOTE.exec(row)[1]), names))];
  },
  (rows, i, names) => {
    const items = sameKind(takeWhile(rows, i, (row) => ITEM.test(row)));
    return items.length > 0 && [items.length, list(items, names)];
  },
];

/** A bulleted list that follows a numbered one on the same level is a list of its own. */
function sameKind(items) {
  if (items.length === 0)
    return items;

  const isNumbered = (row) => ITEM.exec(row)[2] !== undefined;
  const [, indent] = ITEM.exec(items[0]);
  const other = items.findIndex((row) => ITEM.exec(row)[1].length <= indent.length && isNumbered(row) !== isNumbered(items[0]));

  return other < 0 ? items : items.slice(0, other);
}

function blocks(rows, names) {
  const nodes = [];
  let plain = [];

  const flush = () => {
    if (plain.length)
      nodes.push(h('span', null, inline(plain.join('\n'), names)));
    plain = [];
  };

  for (let i = 0; i < rows.length;) {
    let made = null;
    for (const block of BLOCKS) {
      made = block(rows, i, names);
      if (made)
        break;
    }
    if (!made) {
      plain.push(rows[i++]);
      continue;
    }
    flush();
    nodes.push(made[1]);
    i += made[0];
  }
  flush();
  return nodes;
}

/** Nodes for a whole text. */
export function markdown(text, names) {
  const nodes = [];

  // Code blocks first: nothing inside them is markdown. Parts come in threes: text, language, code.
  const parts = String(text ?? '').split(/```(?:([a-z0-9+-]+)\n)?([\s\S]*?)```\n?/i);
  for (let i = 0; i < parts.length; i += 3) {
    if (parts[i])
      nodes.push(blocks(parts[i].replace(/\n$/, '').split('\n'), names));
    if (parts[i + 2] !== undefined)
      nodes.push(h('pre', { tabIndex: 0, title: parts[i + 1] ?? null }, h('code', null, parts[i + 2].replace(/^\n|\n$/g, ''))));
  }
  return nodes;
}

// A pair of regional letters is a flag; a keycap begins with its digit; skin tones and joiners belong to what is before them.
const ONLY_EMOJI = /^(?:\s*(?:\p{RI}\p{RI}|[0-9#*]\uFE0F?\u20E3|\p{Extended_Pictographic}[\uFE0F\u{1F3FB}-\u{1F3FF}]*(?:\u200D\p{Extended_Pictographic}[\uFE0F\u{1F3FB}-\u{1F3FF}]*)*|<a?:\w+:\d+>)\s*){1,30}$/u;

/** Whether a text is nothing but emoji, which Discord's client shows larger (up to 30 of them). */
export function isOnlyEmoji(text) {
  return ONLY_EMOJI.test(text);
}

/** Relative times go stale while they are looked at. */
export function refreshRelativeTimes(root) {
  for (const element of root.querySelectorAll('time[data-relative]'))
    element.textContent = relativeTime(new Date(Number(element.dataset.relative)));
}
