// The part of Discord's markdown that messages of bots use, from text to nodes.

import { fullTime, relativeTime, timestamp } from './format.js';
import { h, icon } from './dom.js';

// Inline marks, tried in this order at every place of the text. Each gets its match and makes a node.
const INLINE = [
  [/^\\([\\*_~`|>[\]()#<-])/, (m) => m[1]],
  [/^``(.+?)``(?!`)/s, (m) => h('code', null, m[1].trim())],
  [/^`([^`]+)`/, (m) => h('code', null, m[1])],
  [/^\*\*\*(?=\S)(.+?)\*\*\*/s, (m, w) => h('strong', null, h('em', null, inline(m[1], w)))],
  [/^\*\*(?=\S)(.+?)\*\*(?!\*)/s, (m, w) => h('strong', null, inline(m[1], w))],
  [/^__(?=\S)(.+?)__(?!_)/s, (m, w) => h('u', null, inline(m[1], w))],
  [/^~~(?=\S)(.+?)~~/s, (m, w) => h('s', null, inline(m[1], w))],
  [/^\|\|(.+?)\|\|/s, (m, w) => spoiler(inline(m[1], w))],
  [/^\*(?=\S)([^*]+?)\*(?!\*)/s, (m, w) => h('em', null, inline(m[1], w))],
  [/^_(?=\S)([^_]+?)_(?![\w_])/s, (m, w) => h('em', null, inline(m[1], w)), /\w$/],
  [/^\[([^\]\n]+)\]\(<?(https?:\/\/[^\s)>]+)>?\)/, (m, w) => link(m[2], inline(m[1], w))],
  [/^<(https?:\/\/[^\s>]+)>/, (m) => link(m[1], m[1])],
  [/^https?:\/\/[^\s<>]*[^\s<>.,:;"')\]]/, (m) => link(m[0], m[0])],
  [/^<@!?(\d+)>/, (m, w) => chip('user', `@${w.nameOf(m[1])}`, m[1] === w.me)],
  [/^<@&(\d+)>/, (m, w) => chip('role', `@${w.role(m[1])?.name ?? 'deleted-role'}`, w.hasRole(w.me, m[1]))],
  [/^<#(\d+)>/, (m, w) => channelChip(m[1], w)],
  [/^<\/([^:>]+):(\d+)>/, (m) => chip('command', `/${m[1]}`, false)],
  [/^<a?:(\w+):\d+>/, (m) => h('span', { class: 'emoji' }, `:${m[1]}:`)],
  [/^<t:(-?\d{1,13})(?::([tTdDfFsSR]))?>/, (m) => time(Number(m[1]), m[2] ?? 'f')],
  [/^@(everyone|here)\b/, (m) => chip('role', m[0], true)],
];

function link(href, text) {
  return h('a', { href, target: '_blank', rel: 'noreferrer noopener' }, text);
}

function chip(kind, text, isMine) {
  return h('span', { class: `mention mention-${kind}${isMine ? ' mention-me' : ''}` }, text);
}

function channelChip(id, world) {
  const channel = world.channelById(id);

  if (!channel)
    return h('span', { class: 'mention mention-channel mention-gone' }, icon('hash'), 'no access');
  return h('button', { type: 'button', class: 'mention mention-channel', on: { click: () => world.open(id) } },
    icon('hash'), channel.name ?? 'direct message');
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

function spoiler(content) {
  const show = (event) => event.currentTarget.classList.add('spoiler-open');

  return h('button', { type: 'button', class: 'spoiler', title: 'Spoiler, press to show', on: { click: show } },
    h('span', null, content));
}

function inline(text, world) {
  const nodes = [];
  let plain = '';
  let at = 0;

  while (at < text.length) {
    const rest = text.slice(at);
    // Most characters start nothing; skipping to the next candidate keeps long texts quick.
    const skip = rest.search(/[\\`*_~|[<@h]/);
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
      matched = [m[0].length, make(m, world)];
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
export function inlineMarkdown(text, world) {
  return inline(String(text ?? ''), world);
}

// Blocks, tried at the beginning of each line: lines that belong together are taken while `pattern` matches.
const BLOCKS = [
  { pattern: /^(#{1,3}) (.*)$/, single: true, make: (m, w) => h(`h${m[0][1].length + 3}`, null, inline(m[0][2], w)) },
  { pattern: /^-# (.*)$/, single: true, make: (m, w) => h('p', { class: 'subtext' }, inline(m[0][1], w)) },
  { pattern: /^> ?(.*)$/, make: (m, w) => h('blockquote', null, inline(m.map((x) => x[1]).join('\n'), w)) },
  { pattern: /^\s*[-*] (.*)$/, make: (m, w) => h('ul', null, m.map((x) => h('li', null, inline(x[1], w)))) },
  {
    pattern: /^\s*(\d+)\. (.*)$/,
    make: (m, w) => h('ol', { start: m[0][1] }, m.map((x) => h('li', null, inline(x[2], w)))),
  },
];

function lines(text, world) {
  const nodes = [];
  const rows = text.split('\n');
  let plain = [];

  const flush = () => {
    if (plain.length)
      nodes.push(h('span', null, inline(plain.join('\n'), world)));
    plain = [];
  };

  for (let i = 0; i < rows.length; i++) {
    const block = BLOCKS.find((b) => b.pattern.test(rows[i]));
    if (!block) {
      plain.push(rows[i]);
      continue;
    }
    flush();
    const matches = [block.pattern.exec(rows[i])];
    while (!block.single && i + 1 < rows.length && block.pattern.test(rows[i + 1]))
      matches.push(block.pattern.exec(rows[++i]));
    nodes.push(block.make(matches, world));
  }
  flush();
  return nodes;
}

/** Nodes for a whole text. `world` answers names: me, nameOf(id), role(id), hasRole(user, role), channelById(id), open(id). */
export function markdown(text, world) {
  const nodes = [];

  // Code blocks first: nothing inside them is markdown.
  for (const [i, part] of String(text ?? '').split(/```(?:[a-z0-9+-]+\n)?([\s\S]*?)```\n?/i).entries()) {
    if (i % 2)
      nodes.push(h('pre', null, h('code', null, part.replace(/^\n|\n$/g, ''))));
    else if (part)
      nodes.push(lines(part, world));
  }
  return nodes;
}

/** Relative times go stale while they are looked at. */
export function refreshRelativeTimes(root) {
  for (const element of root.querySelectorAll('time[data-relative]'))
    element.textContent = relativeTime(new Date(Number(element.dataset.relative)));
}
