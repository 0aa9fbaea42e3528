// Whatever goes wrong while somebody presses: each fault of the page's panel, each break of the gateway, and each death of a process.
// One person opens a ticket, another resolves it; both are answered, nothing is lost and nothing happens twice, as the sandbox's log of
// effects tells. Against a running daemon at MAGIKAL_SANDBOX; speaks TAP.

import { childrenOf, kill, killSupervisor, settled, status } from './daemon.mjs';
import { CHANNELS, PEOPLE, until } from './sandbox.mjs';
import { browser, command, gone, message, present, url } from './stage.mjs';
import { run, told } from './tap.mjs';

// An answer may have to wait for the retries of what failed, and for a connection that is made anew.
const PATIENT_MS = 45000;

const ROUTES = {
  callback: 'answer to a press (callback)', answer: 'edit of its answer', create: 'create a channel', remove: 'delete a channel',
  post: 'post a message', dm: 'open a direct channel',
};
// Orders to the gateway after which the connection goes on.
const HARMLESS = ['Ask for a heartbeat', 'Replay events'];
const WHEN_OPENING = ['callback', 'create', 'post', 'answer'];
const WHEN_RESOLVING = ['callback', 'post', 'dm', 'remove', 'answer'];

const applicant = await browser.open(PEOPLE.applicant, CHANNELS.openATicket);
const staff = await browser.open(PEOPLE.staff, CHANNELS.general);
const breaker = await browser.open(PEOPLE.owner, CHANNELS.general, { width: 1600, height: 1100 });
const panel = breaker.getByRole('complementary', { name: 'Faults' });
let n = 0;

async function effects(after = 0) {
  return (await (await fetch(`${url}/sandbox/effects?after=${after}`)).json()).effects;
}

// ---- the panel ----

async function panelPress(name) {
  await panel.getByRole('button', { name, exact: true }).click();
  await panel.getByRole('status').filter({ hasText: `${name}:` }).waitFor();
}

/** Sets a fault for the next request of each of the routes. */
async function set(fault, ms, routes) {
  await panel.getByLabel('Time, ms').fill(String(ms));
  for (const route of routes) {
    await panel.getByLabel('Which').selectOption({ label: ROUTES[route] });
    await panelPress(fault);
  }
}

async function order(name, ms = 0) {
  await panel.getByLabel('Time, ms').fill(String(ms));
  await panelPress(name);
}

async function clear() {
  await panel.getByRole('button', { name: 'Clear faults' }).click();
  await panel.locator('.fault-list', { hasText: 'No faults set' }).waitFor();
}

// ---- two people ----

/** Which of the named conditions comes true first. */
async function first(conditions) {
  const came = await until(async () => {
    for (const [name, is] of Object.entries(conditions))
      if (await is())
        return name;
    return null;
  }, PATIENT_MS);

  if (!came)
    throw new Error(`none of this came in ${PATIENT_MS / 1000} s: ${Object.keys(conditions).join(', ')}`);
  return came;
}

/** Presses a button that opens a form; again when the interaction failed, as a person would. */
async function openForm(page, name) {
  const dialog = page.getByRole('dialog');
  const button = page.getByRole('button', { name, exact: true }).last();

  await button.click();
  while (await first({ form: () => dialog.count(), failed: () => page.locator('.failed').count() }) === 'failed') {
    console.log(`# ${name}: the interaction failed, and is tried again`);
    await button.click();
    await gone(page.locator('.failed'));
  }
  return dialog;
}

/** Sends the open form; again when it was not taken. */
async function send(page) {
  const dialog = page.getByRole('dialog');
  const refused = dialog.locator('.modal-error:visible');

  await dialog.getByRole('button', { name: 'Submit' }).click();
  while (await first({ taken: async () => !await dialog.count(), refused: () => refused.count() }) === 'refused') {
    console.log('# the form was not taken, and is sent again');
    await dialog.getByRole('button', { name: 'Submit' }).click();
  }
}

/** Opens a ticket; `pressing` comes before the button is pressed, `trouble` between writing and sending. Gives the name of the channel that the answer links. */
async function open(question, trouble, pressing) {
  await pressing?.();
  const dialog = await openForm(applicant, 'Open Support Ticket');
  const link = applicant.locator('.ephemeral .mention-channel').last();

  await dialog.getByRole('textbox').fill(question);
  const after = await trouble?.();
  await send(applicant);
  await after?.();
  await link.waitFor({ timeout: PATIENT_MS });
  return (await link.textContent()).trim();
}

async function resolve(name, resolution, trouble, pressing) {
  await staff.locator('.channel', { hasText: name }).click();
  await pressing?.();
  const dialog = await openForm(staff, 'Resolve (Staff)');
  await dialog.getByRole('textbox').fill(resolution);
  const after = await trouble?.();
  await send(staff);
  await after?.();
  for (const page of [applicant, staff])
    await page.locator('.channel', { hasText: name }).waitFor({ state: 'detached', timeout: PATIENT_MS });
}

/**
 * A ticket from its opening to its end, with trouble before each of the two buttons is pressed and before each of the two forms is sent; what
 * the latter return is called when the form is sent. Everything that belongs to a ticket happened, and once.
 */
async function once({ pressing, opening, resolving }) {
  const before = (await effects()).at(-1)?.n ?? 0;
  const question = `Question ${++n} of this day?`;
  const resolution = `Resolution ${n} of this day.`;
  const name = await open(question, opening, pressing);

  await resolve(name, resolution, resolving, pressing);
  await settled();
  await clear();
  for (const dismiss of await applicant.getByRole('button', { name: 'Dismiss message' }).all())
    await dismiss.click();

  const seen = await effects(before);
  const made = seen.filter((e) => e.effect === 'channel.create');
  const posted = (text, where) => seen.filter((e) =>
    e.effect === 'message.create' && e.by === 'bot' && !e.deduplicated && where(e.channel) && JSON.stringify(e.body).includes(text)).length;
  const ticket = made[0]?.id;
  const counted = {
    'one channel': made.length === 1,
    'one opening': posted(question, (c) => c === ticket) === 1,
    'one entry of the log': posted(resolution, (c) => c === CHANNELS.ticketLog) === 1,
    'one direct message': posted(resolution, (c) => c !== CHANNELS.ticketLog) === 1,
    'one end of the channel': seen.filter((e) => e.effect === 'channel.delete' && e.channel === ticket).length === 1,
  };
  if (!told(counted))
    seen.forEach((e) => console.log(`#   ${e.n} ${e.effect} ${e.by} ${e.channel ?? ''} ${JSON.stringify(e.body ?? null).slice(0, 200)}`));
  return Object.values(counted).every(Boolean);
}

/** The same fault at every request of a ticket's opening, and of its end. */
const everywhere = (fault, ms) => () => once({
  pressing: () => set(fault, ms, ['callback']),
  opening: () => set(fault, ms, WHEN_OPENING),
  resolving: () => set(fault, ms, WHEN_RESOLVING),
});

/** The gateway breaks while a ticket is being opened: making its channel and posting into it are held meanwhile. */
const breaking = (...orders) => async () => {
  const reconnects = async () => (await status())?.shards[0].reconnects;
  const before = await reconnects();
  const ok = await once({
    opening: async () => {
      await set('Hold', 500, ['create', 'post']);
      return async () => {
        for (const [name, ms] of orders)
          await order(name, ms);
      };
    },
  });

  const broken = HARMLESS.includes(orders[0][0]) || await until(async () => await reconnects() > before);
  await breaker.locator('.bot-state.is-on').waitFor({ timeout: PATIENT_MS });
  return ok && told({ broken });
};

/** A reply is held, so that whoever dies once the form is sent dies while it works for it. */
async function dying(route, death) {
  await set('Hold', 1000, [route]);
  return death;
}

const deaths = {
  worker: async () => kill(await childrenOf('worker', 1)),
  workers: async () => kill(await childrenOf('worker')),
  editor: async () => kill(await childrenOf('editor')),
  supervisor: killSupervisor,
};

const dies = (who) => async () => {
  const before = await settled();
  const ok = await once({ opening: () => dying('create', deaths[who]), resolving: () => dying('post', deaths[who]) });
  const now = await settled();

  return ok && told({ died: who === 'supervisor' ? now.pid !== before.pid : now.deaths >= before.deaths + 2 });
};

const requests = {
  'every request is slow': everywhere('Slow', 500),
  'every reply is late': everywhere('Hold', 500),
  'every request meets a 500': everywhere('500', 0),
  'every request meets a 503': everywhere('503', 0),
  'every request meets a rate limit': everywhere('429', 500),
  'every request meets the global rate limit': everywhere('429 global', 500),
  'every request is lost on its way': everywhere('Drop before', 0),
  'every reply is lost': everywhere('Drop after apply', 0),
  'every request is lost, and arrives late': everywhere('Late', 300),
};

const breaks = {
  'the connection is cut': breaking(['Cut gateway']),
  'the connection is cut within a frame': breaking(['Cut in a frame']),
  'the connection is closed': breaking(['Close']),
  'the gateway asks to reconnect': breaking(['Ask to reconnect']),
  'the session is invalid, and can be resumed': breaking(['Ask to resume']),
  'the session is invalid': breaking(['Expire session']),
  'the session is forgotten while nobody is connected': breaking(['Refuse', 1000], ['Cut gateway'], ['Forget sessions']),
  'the gateway refuses connections for a while': breaking(['Refuse', 2000], ['Cut gateway']),
  'the gateway is silent': breaking(['No heartbeat ACKs']),
  'the gateway asks for a heartbeat': breaking(['Ask for a heartbeat']),
  'events come once more': breaking(['Replay events']),
};

/** One of these, one of those. A connection that breaks before it has held for five seconds is made again after a pause that grows. */
function inTurn(some, others) {
  const [a, b] = [Object.entries(some), Object.entries(others)];

  return Object.fromEntries(b.flatMap((entry, i) => (i < a.length ? [a[i], entry] : [entry])));
}

const beginning = {
  async 'the guild is set up, and the panel of faults is open'() {
    const admin = await browser.open(PEOPLE.admin, CHANNELS.general);
    await admin.locator('.bot-state.is-on').waitFor();
    for (const [name, options, answer] of [
      ['/tickets set-targets', { support_panel: 'open-a-ticket', support_category: 'Support', log_channel: 'ticket-log' }, 'Support panel'],
      ['/tickets set-ping', { support_role: 'Support' }, 'ping role'],
      ['/tickets set-dm-on-close', { enabled: 'True' }, 'DM on close'],
    ]) {
      await command(admin, name, options);
      await admin.keyboard.press('Enter');
      await message(admin, answer).waitFor();
    }
    await breaker.getByRole('button', { name: 'Faults' }).click();
    return present(panel);
  },

};

const tests = {
  ...beginning,
  'nothing is wrong': () => once({}),
  ...inTurn(requests, breaks),
  'the worker dies that works for the press': dies('worker'),
  'all workers die': dies('workers'),
  'the editor dies': dies('editor'),
  'the supervisor dies': dies('supervisor'),

  async 'no error in the console, no request to another place'() {
    browser.complaints.forEach((c) => console.log(`# ${c}`));
    return browser.complaints.length === 0;
  },
};

/** What a failed test has left open is not the next one's trouble. */
async function failed() {
  await clear();
  for (const page of [applicant, staff])
    await page.reload();
}

await run(tests, { failed });
await browser.stop();
