// The running daemon as its operator sees it, and the deaths that nobody on the page can bring about.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { program, until } from './sandbox.mjs';

const run = promisify(execFile);

/** What "magikalctl status --json" says, or null while nobody answers it. */
export async function status() {
  try {
    return JSON.parse((await run(program('magikalctl'), ['--config', process.env.MAGIKAL_CONFIG, 'status', '--json'])).stdout);
  } catch (error) {
    // not being ready is a status of its own, and tells as much
    return error.stdout ? JSON.parse(error.stdout) : null;
  }
}

/** The children of a role that drive at least `flows` flows, once there are any. */
export async function childrenOf(role, flows = 0) {
  return until(async () => {
    const found = (await status())?.children.filter((c) => c.role === role && c.flows >= flows) ?? [];
    return found.length ? found : null;
  });
}

/** Kills without a warning; gives what was killed. */
export function kill(processes) {
  for (const { pid } of processes)
    process.kill(pid, 'SIGKILL');
  return processes;
}

/** Kills the supervisor; who started the daemon starts it again, as a service manager would. */
export async function killSupervisor() {
  const { pid } = await until(status);

  process.kill(pid, 'SIGKILL');
  return pid;
}

/** Until nothing is left to do: no flow waits or runs, no dispatch is unsettled, and the daemon is ready. */
export async function settled(ms = 60000) {
  const last = await until(async () => {
    const now = await status();
    return now?.ready && now.database.ready === 0 && now.database.running === 0 && now.dispatch.jobs === 0 ? now : null;
  }, ms);

  if (!last)
    throw new Error(`the daemon has not settled: ${JSON.stringify(await status())}`);
  return last;
}
