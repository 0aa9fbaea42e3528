// One sandbox process of our own on a free port, and calls of its control API.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const BUILD = process.env.MAGIKAL_BUILD_DIR ?? new URL('../../../build', import.meta.url).pathname;
const SOURCE = process.env.MAGIKAL_SOURCE_DIR ?? new URL('../../..', import.meta.url).pathname;

// The ready-made guild; the ids are the sandbox's contract.
export const GUILD = '800000000000000001';
export const BOT = '900000000000000001';
export const PEOPLE = {
  applicant: '700000000000000001', staff: '700000000000000002', admin: '700000000000000003', outsider: '700000000000000004',
  second: '700000000000000005', owner: '700000000000000009',
};
export const CHANNELS = {
  general: '820000000000000012', support: '820000000000000002', openATicket: '820000000000000021', apply: '820000000000000031',
  ticketLog: '820000000000000041', records: '820000000000000042',
};
export const ROLES = { support: '810000000000000002', member: '810000000000000005' };

export function program(name) {
  const found = [join(BUILD, name), join(BUILD, 'src/sandbox', name)].find((p) => existsSync(p));

  if (!found)
    throw new Error(`${name} is not built in ${BUILD}`);
  return found;
}

/** Waits for `f` to give something true, looking again every 20 ms; null after `ms`. */
export async function until(f, ms = 10000) {
  const end = Date.now() + ms;

  for (;;) {
    const value = await f();
    if (value)
      return value;
    if (Date.now() > end)
      return null;
    await delay(20);
  }
}

export class Sandbox {
  static async start(options = []) {
    const sandbox = new Sandbox();

    sandbox.dir = mkdtempSync(join(tmpdir(), 'magikal-page-'));
    sandbox.traffic = process.env.MAGIKAL_TRAFFIC ?? join(sandbox.dir, 'traffic.jsonl');
    const addressFile = join(sandbox.dir, 'address');
    sandbox.process = spawn(program('magikal-sandbox'), ['--listen', '127.0.0.1:0', '--address-file', addressFile, '--token', 'page-test',
      '--traffic', sandbox.traffic, '--web', join(SOURCE, 'src/sandbox/web'), ...options], { stdio: ['ignore', 'ignore', 'inherit'] });
    const address = await until(() => existsSync(addressFile) && readFileSync(addressFile, 'utf8').trim());
    if (!address) {
      await sandbox.stop();
      throw new Error('the sandbox did not start within 10 s');
    }
    sandbox.url = `http://${address}`;
    return sandbox;
  }

  async call(method, path, body) {
    const response = await fetch(`${this.url}/sandbox/${path}`, {
      method, headers: { 'Content-Type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body),
    });
    const json = await response.json();

    if (!response.ok)
      throw new Error(`${method} /sandbox/${path}: ${json.error ?? response.status}`);
    return json;
  }

  /** The first effect after `after` whose JSON text has `match` in it. */
  async effect(match, after = 0, ms = 10000) {
    const { effects } = await this.call('GET', `effects?${new URLSearchParams({ after, match, wait: ms })}`);

    return effects[0];
  }

  async stop() {
    if (this.process.exitCode === null) {
      const gone = new Promise((resolve) => this.process.once('exit', resolve));
      this.process.kill();
      await gone;
    }
    rmSync(this.dir, { recursive: true, force: true });
  }
}
