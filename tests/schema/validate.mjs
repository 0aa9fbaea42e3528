#!/usr/bin/env node
// validate.mjs [--allow-more] TRAFFIC.jsonl…: every exchange the sandbox wrote down, judged by Discord's description of its API.
// --allow-more: the requests are not ours, and may have members that Discord ignores (discord.js sends some).
// Exit status: 0 all well, 1 a mismatch or an unreadable file, 77 when the packages of package.json are not installed.

import { readFileSync } from 'node:fs';

async function load() {
  try {
    return (await import('./judge.mjs')).judge;
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND')
      throw error;
    console.log(`SKIP ${error.message.split('\n')[0]}; run "npm ci" in tests/schema first`);
    process.exit(77);
  }
}

function nameOf(exchange) {
  return `${exchange.method} ${exchange.route ?? exchange.path}`;
}

const judge = await load();
const allowsMore = process.argv[2] === '--allow-more';
const files = process.argv.slice(allowsMore ? 3 : 2);
const without = new Map();
let n = 0;
let nValidated = 0;
let nMismatches = 0;

if (files.length === 0) {
  console.error('usage: validate.mjs [--allow-more] TRAFFIC.jsonl…');
  process.exit(1);
}

for (const file of files) {
  for (const [i, line] of readFileSync(file, 'utf8').split('\n').entries()) {
    if (line.trim() === '')
      continue;
    let exchange;
    try {
      exchange = JSON.parse(line);
    } catch (error) {
      console.log(`${file}:${i + 1}: ${error.message}`);
      nMismatches++;
      continue;
    }

    const mismatches = judge(exchange, allowsMore);
    n++;
    if (mismatches === null) {
      const key = exchange.status >= 500 ? `${nameOf(exchange)} → ${exchange.status}` : nameOf(exchange);
      without.set(key, (without.get(key) ?? 0) + 1);
      continue;
    }
    nValidated++;
    nMismatches += mismatches.length;
    for (const m of mismatches)
      console.log(`${file}:${i + 1}: ${nameOf(exchange)} → ${exchange.status}: ${m.side} ${m.path}: ${m.reason}`);
  }
}

const list = [...without].map(([key, times]) => (times > 1 ? `${key} ×${times}` : key)).join(', ');
console.log(`${n} exchanges, ${nValidated} validated, ${n - nValidated} without schema${list ? ` (${list})` : ''}`);
process.exit(nMismatches ? 1 : 0);
