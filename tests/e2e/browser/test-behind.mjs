// The panel "Behind the scenes" against a running daemon at MAGIKAL_SANDBOX that tells of its insides (behind.py), and against a bot that tells
// nothing. Speaks TAP. With MAGIKAL_SCREENSHOTS set, pictures go there.

import { Bot } from './bot.mjs';
import { barriers, Browser, sticksOut } from './browser.mjs';
import { CHANNELS, PEOPLE, Sandbox } from './sandbox.mjs';
import { browser, message, picture, present } from './stage.mjs';

const WIDE = { width: 1600, height: 900 };
const NARROW = { width: 380, height: 800, scheme: 'light' };

const press = (page, title) => page.locator('.behind-press', { has: page.locator('.behind-title', { hasText: title }) }).first();
const row = (item, what, text = '') => item.locator(`.behind-row[data-what=${what}]`, { hasText: text });
const words = async (locator) => (await locator.allTextContents()).map((t) => t.replace(/\s+/g, ' ').trim());

/** True when everything named is; says what is not. */
function told(all) {
  const wrong = Object.keys(all).filter((k) => !all[k]);

  if (wrong.length)
    console.log(`# not so: ${wrong.join(', ')}`);
  return wrong.length === 0;
}

/** Whether these stand in this order, others between them or not. */
function inOrder(list, wanted) {
  let from = 0;

  for (const w of wanted) {
    const found = list.findIndex((text, i) => i >= from && text.includes(w));
    if (found < 0) {
      console.log(`# "${w}" does not come in its place: ${list.join(' | ')}`);
      return false;
    }
    from = found + 1;
  }
  return true;
}

async function openTicket(page, question) {
  await page.getByRole('button', { name: 'Open Support Ticket' }).last().click();
  const dialog = page.getByRole('dialog');
  await dialog.locator('textarea').fill(question);
  await dialog.getByRole('button', { name: 'Submit' }).click();
  await message(page, 'Your ticket').waitFor({ timeout: 20000 });
}

let page;
let item;

const tests = {
  async 'nothing was pressed yet, and it says so'() {
    page = await browser.open(PEOPLE.staff, CHANNELS.openATicket, WIDE);
    await page.locator('#open-behind').click();
    return await page.locator('#open-behind').getAttribute('aria-expanded') === 'true'
      && present(page.locator('.behind-press, .behind-hint').first());
  },

  async 'a press is drawn while it happens, from the frame to its answer'() {
    await page.getByRole('button', { name: 'Open Support Ticket' }).last().click();
    await page.getByRole('dialog').waitFor();
    item = press(page, 'Open Support Ticket');
    await row(item, 'acknowledged').waitFor();
    await page.keyboard.press('Escape');
    return inOrder(await words(item.locator('.behind-row')), ['Gateway frame', 'Frame read by the bot', 'Given to worker', 'Read: component so',
      'Acknowledged: form']) && /Press by Staff/.test(await item.locator('summary').textContent())
      && present(item.locator('.behind-tag', { hasText: /answered in \d/ }));
  },

  async 'a worker dies on the way: its death and who goes on are told'() {
    await openTicket(page, 'Where do I find the manual?');
    item = page.locator('.behind-press', { has: row(page, 'done') }).first();
    await row(item, 'done').waitFor();
    const rows = await words(item.locator('.behind-row'));

    await picture(page, 'behind');
    return inOrder(rows, ['Gateway frame', 'Accepted: support.open', 'Taken by worker', 'Step reserve', 'POST /guilds/{guild_id}/channels 201 not told', 'died: SIGKILL', 'Taken over by worker', 'Done'])
      && rows.some((t) => t.includes('Step channel')) && rows.some((t) => /POST \/channels\/\{channel\}\/messages 200/.test(t))
      && present(item.locator('summary .behind-tag', { hasText: '1 death' }));
  },

  async 'times are those of the press, and bars stand where they belong'() {
    const times = await item.locator('.behind-row').evaluateAll((rows) => rows.map((r) => {
      const bar = r.querySelector('.behind-bar').getBoundingClientRect();
      const track = r.querySelector('.behind-track').getBoundingClientRect();
      return { what: r.dataset.what, text: r.querySelector('.behind-time').textContent, from: (bar.left - track.left) / track.width,
        to: (bar.right - track.left) / track.width };
    }));
    const look = times.find((t) => t.what === 'step' && /2\.\d+ s/.test(t.text));

    return told({ 'within the track': times.every((t) => t.from >= 0 && t.to <= 1.02), 'the first at the left': times[0].from < 0.02,
      'the wait after the death is long': look && look.to - look.from > 0.13, 'and marked as not to scale': await item.locator('.behind-scale .is-gap').count() === 1, 'in order of their beginning': times.every((t, i) => i === 0 || t.from >= times[i - 1].from - 0.02) });
  },

  async 'what the sandbox did to a request is told with it'() {
    await fetch(`${browser.url}/sandbox/fault`, { method: 'POST', body: JSON.stringify({
      match: { method: 'POST', route: '/channels/{channel_id}/messages' }, do: 'status', status: 503 }) });
    await page.locator('.person', { hasText: 'Applicant' }).click();
    await page.locator('.channel', { hasText: 'open-a-ticket' }).click();
    await openTicket(page, 'And does it still work when Discord stumbles?');
    item = page.locator('.behind-press', { has: row(page, 'done') }).first();
    await row(item, 'done').waitFor({ timeout: 20000 });
    const rows = await words(item.locator('.behind-row'));

    return told({ 'the refusal': rows.some((t) => /POST \/channels\/\{channel\}\/messages 503 .*fault: status/.test(t)),
      'the step is tried again': rows.some((t) => /Step opening (retry|unclear)/.test(t)), 'and done': rows.some((t) => /Step opening/.test(t) && !/retry|unclear/.test(t)),
      'in the summary': /1 fault/.test(await item.locator('summary').textContent()) });
  },

  async 'it opens with what happened before, also for somebody else'() {
    const other = await browser.open(PEOPLE.outsider, CHANNELS.general, { width: 1280, height: 800 });
    await other.locator('#open-behind').click();
    await other.locator('.behind-press').nth(2).waitFor();
    const found = await words(other.locator('.behind-title'));
    await other.locator('.behind-press summary').nth(1).click();
    await row(other.locator('.behind-press').nth(1), 'frame').waitFor();
    const clear = await barriers(other);
    clear.forEach((b) => console.log(`# ${b}`));
    await other.locator('#behind .panel-close').click();
    const gone = await other.locator('#behind').isHidden();
    return told({ presses: found.length >= 4, closed: gone, focus: await other.evaluate(() => document.activeElement.id) === 'open-behind', axe: clear.length === 0 });
  },

  async 'a narrow page in light colours, by keyboard alone'() {
    const narrow = await browser.open(PEOPLE.applicant, CHANNELS.openATicket, NARROW);
    await narrow.locator('#open-behind').focus();
    await narrow.keyboard.press('Enter');
    const first = narrow.locator('.behind-press').first();
    await row(first, 'done').waitFor();
    await picture(narrow, 'behind-narrow');
    await first.locator('summary').focus();
    await narrow.keyboard.press('Enter');
    const closed = await first.evaluate((d) => !d.open);
    await narrow.keyboard.press('Enter');
    const open = await first.evaluate((d) => d.open);
    const clear = await barriers(narrow);
    clear.forEach((b) => console.log(`# ${b}`));
    const fits = !await sticksOut(narrow)
      && await narrow.locator('#behind-body').evaluate((b) => b.scrollWidth <= b.clientWidth);
    await narrow.keyboard.press('Escape');
    return told({ closed, open, fits, axe: clear.length === 0, escape: await narrow.locator('#behind').isHidden() });
  },

  async 'an edit is told with the press that wanted it last, whoever makes it'() {
    // Told as a bot would; times are in microseconds behind the first.
    const first = Date.now() * 1000;
    const lines = [
      { at: 0, what: 'job', interaction: '1', pid: 11, role: 'worker' }, { at: 900, what: 'accepted', interaction: '1', flow: 'a', name: 'decide' },
      { at: 2000, took_us: 1000, what: 'step', flow: 'a', name: 'write', outcome: 'ok' }, { at: 2100, what: 'wanted', flow: 'a', channel: '5', message: '6' },
      { at: 3000, what: 'done', flow: 'a', name: 'decide', outcome: 'ok' }, { at: 5000, what: 'job', interaction: '2', pid: 12 },
      { at: 9000, took_us: 2500, what: 'edit', channel: '5', message: '6', status: 200, method: 'PATCH', route: '/channels/{c}/messages/{m}', outcome: 'ok' },
      { at: 9500, what: 'edit', channel: '5', message: '7' }, { at: 9900, what: 'whatever', interaction: '1', name: 'else' },
    ].map(({ at, ...more }) => JSON.stringify({ at_us: first + at, ...more }));
    const answer = await (await fetch(`${browser.url}/sandbox/scenes`, { method: 'POST', body: lines.join('\n') })).json();
    const whatever = page.locator('.behind-press', { has: row(page, 'whatever') });
    await whatever.waitFor({ state: 'attached' });
    const rows = await words(whatever.locator('.behind-row'));

    return told({ taken: answer.taken === lines.length, one: rows.filter((t) => t.includes('Message edited 200')).length === 1,
      order: inOrder(rows, ['Given to worker 11', 'Accepted: decide', 'Step write', 'Edit of a message wanted', 'Done: decide', 'Message edited', 'whatever else']) });
  },

  async 'forgetting empties it, and the next press fills it again'() {
    await page.getByRole('button', { name: 'Forget these' }).click();
    await page.locator('.behind-press').first().waitFor({ state: 'detached' });
    await page.locator('.channel', { hasText: 'open-a-ticket' }).click();
    await page.getByRole('button', { name: 'Open Support Ticket' }).last().click();
    item = press(page, 'Open Support Ticket');
    return present(row(item, 'acknowledged', 'Acknowledged: message'));
  },

  async 'of a bot that tells nothing it shows what the sandbox saw'() {
    const sandbox = await Sandbox.start();
    const bot = await Bot.start(sandbox.url);
    const stranger = await Browser.start(sandbox.url);
    try {
      page = await stranger.open(PEOPLE.applicant, CHANNELS.general);
      await bot.postControls();
      await page.locator('#open-behind').click();
      await page.getByRole('button', { name: 'Now' }).click();
      await message(page, 'Only for you').waitFor();
      item = press(page, 'Now');
      await row(item, 'call', '/callback').waitFor();
      await page.getByRole('button', { name: 'Never' }).click();
      await row(press(page, 'Never'), 'failed').waitFor();
      return told({ order: inOrder(await words(item.locator('.behind-row')), ['Gateway frame', 'POST /interactions/']),
        answered: /answered in \d/.test(await item.locator('summary').textContent()),
        hint: await page.locator('.behind-hint', { hasText: 'tells nothing' }).isVisible(),
        failed: /no answer in 3 s/.test(await press(page, 'Never').locator('summary').textContent()),
        quiet: stranger.complaints.length === 0 });
    } finally {
      await stranger.stop();
      await bot.stop();
      await sandbox.stop();
    }
  },

  async 'no error in the console, no request to another place'() {
    browser.complaints.forEach((c) => console.log(`# ${c}`));
    return browser.complaints.length === 0;
  },
};

console.log(`1..${Object.keys(tests).length}`);
let n = 0;
for (const [name, test] of Object.entries(tests)) {
  let ok = false;
  try {
    ok = await test();
  } catch (error) {
    console.log(`# ${String(error.message).split('\n').slice(0, 3).join(' ')}`);
  }
  console.log(`${ok ? 'ok' : 'not ok'} ${++n} - ${name}`);
  process.exitCode ||= ok ? 0 : 1;
}
await browser.stop();
