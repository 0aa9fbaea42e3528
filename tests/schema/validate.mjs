#!/usr/bin/env node
// validate.mjs [--allow-more] [--report FILE] TRAFFIC.jsonl…: all that the sandbox wrote down, REST exchanges and events of the gateway,
// judged by Discord's description of its API.
// --allow-more: the requests are not ours, and may have members that Discord ignores (discord.js sends some).
// --report FILE: gets, as JSON, how often each side of each route was judged, and each event, and what of Discord's interface there is.
// Exit status: 0 all well, 1 a mismatch or an unreadable file, 77 when the packages of package.json are not installed.

import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

async function load() {
  try {
    return await import('./judge.mjs');
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND')
      throw error;
    console.log(`SKIP ${error.message.split('\n')[0]}; run "npm ci" in tests/schema first`);
    process.exit(77);
  }
}

function nameOf(line) {
  return line.event ?? `${line.method} ${line.route ?? line.path}`;
}

function outcomeOf(line) {
  return line.event ? '' : ` → ${line.status || 'no reply'}`;
}

const { judge, allOperations, operationOf } = await load();
const { values: options, positionals: files } = parseArgs({
  allowPositionals: true, options: { 'allow-more': { type: 'boolean' }, report: { type: 'string' } },
});
const count = { exchanges: 0, events: 0, validated: 0, mismatches: 0 };
const without = new Map();
const judged = { routes: {}, events: {} };

function note(line, { request, reply, mismatches }) {
  count[line.event ? 'events' : 'exchanges']++;
  count.validated += request || reply;
  count.mismatches += mismatches.length;
  if (!request && !reply)
    without.set(nameOf(line) + outcomeOf(line), (without.get(nameOf(line) + outcomeOf(line)) ?? 0) + 1);
  if (line.event) {
    judged.events[line.event] = (judged.events[line.event] ?? 0) + 1;
    return;
  }
  const route = judged.routes[nameOf(line)] ??= { request: 0, success: 0, refusal: 0 };

  // a fault's refusal is not the route's own
  route.request += request;
  route.success += reply && line.status < 300;
  route.refusal += reply && line.status >= 400 && !line.fault;
}

if (files.length === 0) {
  console.error('usage: validate.mjs [--allow-more] [--report FILE] TRAFFIC.jsonl…');
  process.exit(1);
}

for (const file of files) {
  for (const [i, text] of readFileSync(file, 'utf8').split('\n').entries()) {
    if (text.trim() === '')
      continue;
    let line;
    try {
      line = JSON.parse(text);
    } catch (error) {
      console.log(`${file}:${i + 1}: ${error.message}`);
      count.mismatches++;
      continue;
    }

    const verdict = judge(line, options['allow-more']);
    note(line, verdict);
    for (const m of verdict.mismatches)
      console.log(`${file}:${i + 1}: ${nameOf(line)}${outcomeOf(line)}: ${m.side} ${m.path}: ${m.reason}`);
  }
}

if (options.report) {
  const described = [...allOperations()].map(([key, operation]) => ({ method: key.split(' ')[0], path: operation.path, hasBody: operation.request !== null }));

  for (const name of Object.keys(judged.routes)) {
    const [method, route] = name.split(' ');
    judged.routes[name].described = operationOf({ method, route })?.path ?? null;
  }
  writeFileSync(options.report, JSON.stringify({ ...judged, described }));
}

const total = count.exchanges + count.events;
const list = [...without].map(([key, times]) => (times > 1 ? `${key} ×${times}` : key)).join(', ');
console.log(`${count.exchanges} exchanges and ${count.events} events, ${count.validated} validated, ${total - count.validated} without schema${list ? ` (${list})` : ''}`);
process.exit(count.mismatches ? 1 : 0);
