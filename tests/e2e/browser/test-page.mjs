// The page in Chromium against the sandbox, with a bot made of discord.js: every part of Discord that the page shows is
// looked at and used as a person would. Speaks TAP. Screenshots of failures go to $MAGIKAL_SCREENSHOTS when that is set.

import { Bot } from './bot.mjs';
import { barriers, Browser, sticksOut } from './browser.mjs';
import { CHANNELS, PEOPLE, ROLES, Sandbox, until } from './sandbox.mjs';

const HOSTILE = '<img src=x onerror="document.title=\'broken\'"><script>document.title="broken"</script>';

const sandbox = await Sandbox.start();
const bot = await Bot.start(sandbox.url);
const browser = await Browser.start(sandbox.url);

const message = (page, text) => page.locator('.message', { hasText: text }).last();
const present = async (locator) => (await locator.waitFor(), true);
const gone = async (locator) => (await locator.waitFor({ state: 'detached' }), true);
const focused = (page) => page.evaluate(() => document.activeElement?.dataset.customId ?? document.activeElement?.id ?? '');

/** True when everything named is; says what is not. */
function told(all) {
  const wrong = Object.keys(all).filter((k) => !all[k]);

  if (wrong.length)
    console.log(`# not so: ${wrong.join(', ')}`);
  return wrong.length === 0;
}

let page;

async function type(text) {
  await page.locator('.composer-text').click();
  await page.keyboard.type(text);
}

const tests = {
  async 'one click makes another person, who sees other channels'() {
    page = await browser.open(PEOPLE.applicant);
    const before = await page.locator('.channel-name').allTextContents();
    await page.locator('.person', { hasText: 'staff' }).click();
    await page.locator('.channel', { hasText: 'ticket-log' }).waitFor();
    return !before.includes('ticket-log') && before.includes('open-a-ticket');
  },

  async 'the address keeps person and channel'() {
    await page.locator('.channel', { hasText: 'ticket-log' }).click();
    return page.url().endsWith(`#as=${PEOPLE.staff}&channel=${CHANNELS.ticketLog}`);
  },

  async 'text of others stays text'() {
    page = await browser.open(PEOPLE.applicant, CHANNELS.general);
    await bot.post(CHANNELS.general, {
      content: HOSTILE, embeds: [{ title: HOSTILE, description: HOSTILE, fields: [{ name: HOSTILE, value: HOSTILE }], footer: { text: HOSTILE } }],
    });
    await message(page, 'onerror').waitFor();
    return await page.locator('.message img, .message script').count() === 0 && await page.title() !== 'broken';
  },

  async 'reactions are counted, given and taken back'() {
    await bot.post(CHANNELS.general, { content: 'React to this' }).then((posted) => bot.react(CHANNELS.general, posted.id, '✅'));
    const chip = message(page, 'React to this').locator('.reaction');
    const counts = (n) => present(chip.filter({ hasText: `✅${n}` }));
    const one = await counts(1);
    await chip.click();
    const two = await counts(2);
    await chip.focus();
    await page.keyboard.press('Enter');
    return told({ one, two, again: await counts(1) });
  },

  async 'markdown, mentions and times'() {
    await bot.post(CHANNELS.general, {
      content: `**bold** *it* \`code\` [a link](https://example.invalid/x) <@${PEOPLE.applicant}> <@&${ROLES.support}> <#${CHANNELS.openATicket}> <t:1790000000:R>`,
    });
    const last = message(page, 'bold');
    await last.waitFor();
    return await last.locator('strong').textContent() === 'bold' && await last.locator('em').textContent() === 'it'
      && await last.locator('code').textContent() === 'code' && await last.locator('a[href="https://example.invalid/x"]').count() === 1
      && (await last.locator('.mention').allTextContents()).join() === '@Applicant,@Support,open-a-ticket'
      && await last.locator('time[data-relative]').count() === 1 && await page.locator('.for-me').count() > 0;
  },

  async 'every style of button, one of them disabled, one a link'() {
    await bot.postControls();
    const last = message(page, 'Every control');
    await last.waitFor();
    return await last.locator('button.button:disabled').textContent() === 'Disabled' && await last.locator('a.button-link').count() === 1
      && await last.locator('.button').count() === 9;
  },

  async 'an ephemeral answer, seen by one, dismissed'() {
    const other = await browser.open(PEOPLE.outsider, CHANNELS.general);
    await page.getByRole('button', { name: 'Now' }).click();
    const answer = message(page, 'Only for you');
    await answer.locator('text=Only you can see this').waitFor();
    const unseen = await other.locator('.message', { hasText: 'Only for you' }).count() === 0;
    await answer.getByRole('button', { name: 'Dismiss message' }).click();
    return unseen && gone(answer);
  },

  async 'a question with buttons to one person, whose press replaces it'() {
    await page.getByRole('button', { name: 'Ask' }).click();
    const question = message(page, 'Are you sure?');
    await question.getByRole('button', { name: 'Confirm' }).click();
    const done = message(page, 'It is done.');
    await done.waitFor();
    return told({ gone: await message(page, 'Are you sure?').count() === 0, buttons: await done.locator('.button').count() === 0,
      alone: await done.locator('text=Only you can see this').count() === 1 });
  },

  async 'a form that is filled already, from such a button'() {
    await page.getByRole('button', { name: 'Ask' }).click();
    await message(page, 'Are you sure?').getByRole('button', { name: 'Mend' }).click();
    const dialog = page.getByRole('dialog', { name: 'Mend what you wrote' });
    await dialog.waitFor();
    const zone = dialog.locator('[data-custom-id=kind]');
    const shown = told({ name: await dialog.locator('[data-custom-id=name]').inputValue() === 'Kim',
      notes: await dialog.locator('[data-custom-id=notes]').inputValue() === 'two\nlines', zone: await zone.textContent() === 'Europe/London' });
    await zone.click();
    await dialog.getByRole('option', { name: 'Asia/Tokyo' }).click();
    await dialog.getByRole('button', { name: 'Submit' }).click();
    return shown && await present(message(page, 'Form: Kim, Asia/Tokyo')) && gone(dialog);
  },

  async 'a deferred answer thinks until it is edited'() {
    await page.getByRole('button', { name: 'Later' }).click();
    await page.locator('.thinking', { hasText: 'is thinking' }).waitFor();
    await bot.finishDeferred('Thought about it');
    return await present(message(page, 'Thought about it')) && await page.locator('.thinking').count() === 0;
  },

  async 'three seconds without an answer fail, and the focus stays'() {
    await page.getByRole('button', { name: 'Never' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('[aria-busy=true]').waitFor();
    await page.locator('.failed', { hasText: 'This interaction failed' }).waitFor();
    return await focused(page) === 'never';
  },

  async 'a modal: focus inside, required and short inputs refused, Escape closes'() {
    await page.getByRole('button', { name: 'Form', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Every kind of input' });
    await dialog.waitFor();
    const inside = await focused(page) === 'name';
    await page.keyboard.type('ab');
    await dialog.getByRole('button', { name: 'Submit' }).click();
    const errors = await dialog.locator('.field-error:visible').allTextContents();
    await dialog.locator('[data-custom-id=name]').fill('abc');
    const mended = await dialog.locator('.field-error:visible').allTextContents();
    await dialog.locator('[data-custom-id=kind]').click();
    await dialog.getByRole('option', { name: 'A wish' }).click();
    const chosen = await dialog.locator('.field-error:visible').count() === 0;
    for (let i = 0; i < 12; i++)
      await page.keyboard.press('Tab');
    const trapped = await page.evaluate(() => document.activeElement === document.body || document.activeElement.closest('dialog') !== null);
    await page.keyboard.press('Escape');
    await gone(dialog);
    return told({ inside, trapped, chosen, mended: mended.join() === 'This is required.', errors: errors.join() === 'Must be at least 3 characters long.,This is required.',
      back: await focused(page) === 'form' });
  },

  async 'a modal by keyboard, with a counter and a select'() {
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    await page.keyboard.type('Kim');
    const counted = await dialog.locator('.counter').first().textContent() === '3/20';
    await dialog.locator('[data-custom-id=kind]').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Escape');
    const still = await dialog.count() === 1;
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+Enter');
    return counted && still && await present(message(page, 'Form: Kim, wish')) && gone(dialog);
  },

  async 'a select of several sends when its list closes'() {
    await page.locator('[data-custom-id=several]').last().click();
    await page.getByRole('option', { name: 'red' }).click();
    await page.getByRole('option', { name: 'blue' }).click();
    await page.keyboard.press('Escape');
    return present(message(page, 'Chosen: red and blue'));
  },

  async 'an answer that changes the message'() {
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    return present(message(page, 'Every control').locator('button:disabled', { hasText: 'Changed' }));
  },

  async 'a plain message is sent with Enter and seen by others'() {
    const other = await browser.open(PEOPLE.second, CHANNELS.general);
    await type('hello from a person');
    await page.keyboard.press('Enter');
    return present(message(other, 'hello from a person'));
  },

  async 'a command that only administrators see'() {
    await type('/set');
    const hidden = await page.locator('.suggestion').count() === 0;
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    await page.locator('.person', { hasText: 'admin' }).click();
    await page.locator('.channel', { hasText: 'ticket-log' }).waitFor();
    await page.locator('.channel', { hasText: 'general' }).click();
    await type('/set');
    return hidden && present(page.locator('.suggestion', { hasText: '/settings targets' }));
  },

  async 'its options: category, role, boolean, number, autocomplete'() {
    await page.keyboard.press('Enter');
    await page.locator('.option-input').waitFor();
    await page.keyboard.type('supp');
    await page.keyboard.press('Enter');
    for (const [option, text] of [['ping_role', 'Recruit'], ['dm', 'true']]) {
      await page.getByRole('button', { name: `+ ${option}` }).click();
      await page.keyboard.type(text);
      await page.keyboard.press('Tab');
    }
    await page.getByRole('button', { name: '+ limit' }).click();
    await page.keyboard.type('77');
    await page.keyboard.press('Enter');
    await page.locator('.composer-error', { hasText: 'at most 9' }).waitFor();
    await page.keyboard.press('Backspace');
    await page.getByRole('button', { name: '+ zone' }).click();
    await page.keyboard.type('seoul');
    await page.locator('.suggestion', { hasText: 'Asia/Seoul' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    return present(message(page, 'category Support role Recruitment dm true limit 7 zone Asia/Seoul'));
  },

  async 'a command in the language of the person'() {
    await sandbox.call('POST', 'world', { do: 'set_locale', user: PEOPLE.second, locale: 'de' });
    const german = await browser.open(PEOPLE.second, CHANNELS.general);
    await german.locator('.composer-text').click();
    await german.keyboard.type('/klo');
    return present(german.locator('.suggestion', { hasText: '/klopfen' }));
  },

  async 'a command that nobody answers'() {
    await type('/hang');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.locator('.note', { hasText: 'Sending command' }).waitFor();
    return present(page.locator('.note', { hasText: 'The application did not respond' }));
  },

  async 'a private channel comes to two people, with a mark, and goes'() {
    const staff = await browser.open(PEOPLE.staff, CHANNELS.general);
    const outsider = await browser.open(PEOPLE.outsider, CHANNELS.general);
    const channel = await bot.privateChannel('private-1', PEOPLE.applicant);
    await bot.post(channel.id, { content: 'for two' });
    await staff.locator('.channel.is-unread', { hasText: 'private-1' }).waitFor();
    const unseen = await outsider.locator('.channel', { hasText: 'private-1' }).count() === 0;
    await staff.locator('.channel', { hasText: 'private-1' }).click();
    const topic = await staff.locator('#channel-topic').textContent();
    await bot.deleteChannel(channel.id);
    await gone(staff.locator('.channel', { hasText: 'private-1' }));
    return unseen && topic === 'For two people' && await staff.locator('#channel-title').textContent() !== 'private-1';
  },

  async 'a direct message'() {
    page = await browser.open(PEOPLE.second, CHANNELS.general);
    await bot.dm(PEOPLE.second, 'psst');
    await page.locator('.channel.is-unread', { hasText: 'magikal' }).click();
    return present(message(page, 'psst'));
  },

  async 'roles and nicknames of members follow'() {
    page = await browser.open(PEOPLE.staff, CHANNELS.general);
    await page.locator('.member', { hasText: 'Applicant' }).waitFor();
    await bot.promote(PEOPLE.applicant, ROLES.member, 'Asterin');
    const member = page.locator('.member', { hasText: 'Asterin' });
    await member.waitFor();
    return told({ role: (await member.locator('.role-chip').allTextContents()).join() === 'Member', account: await member.locator('.member-account').textContent() === 'applicant',
      group: await page.locator('#members section', { hasText: 'Asterin' }).locator('h3').textContent() === 'Member — 1' });
  },

  async 'pictures of other places are not loaded, and an embed keeps its shape'() {
    const fields = ['Status', 'Applicant', 'Requested role', 'Area/focus'].map((name) => ({ name, value: 'a value', inline: true }));
    await bot.post(CHANNELS.general, { embeds: [{ title: 'A record', description: 'Notes', thumbnail: { url: 'https://example.invalid/face.png' }, fields }] });
    const embed = page.locator('.embed', { hasText: 'A record' });
    await embed.waitFor();
    const [picture, title, values] = await Promise.all(['.picture', '.embed-title', '.embed-fields'].map((s) => embed.locator(s).boundingBox()));
    return told({ beside: picture.x > title.x + title.width - 1 && picture.x > values.x + values.width - 1, top: Math.abs(picture.y - title.y) < 4 });
  },

  async 'faults are set, listed and cleared'() {
    await page.locator('#open-faults').click();
    await page.getByRole('button', { name: 'Drop after apply' }).click();
    await page.locator('.fault-list', { hasText: 'drop after' }).waitFor();
    const { rules } = await sandbox.call('GET', 'fault');
    await page.getByRole('button', { name: 'Clear faults' }).click();
    await page.locator('.fault-list', { hasText: 'No faults set' }).waitFor();
    await page.keyboard.press('Escape');
    return rules.length === 1 && rules[0].do === 'drop_after' && await focused(page) === 'open-faults';
  },

  async 'the log of effects follows'() {
    await page.locator('#open-effects').click();
    await bot.post(CHANNELS.general, { content: 'logged' });
    await page.locator('.effects li', { hasText: 'message.create' }).last().waitFor();
    return await until(async () => (await page.locator('.effects pre', { hasText: 'logged' }).count()) > 0) === true;
  },

  async 'nothing sticks out at 380 px, and the channels slide in'() {
    const narrow = await browser.open(PEOPLE.applicant, CHANNELS.general, { width: 380, height: 760, scheme: 'light' });
    await message(narrow, 'Every control').waitFor();
    const fits = !await sticksOut(narrow);
    await narrow.getByRole('button', { name: 'Channels' }).click();
    await narrow.locator('.channel', { hasText: 'welcome' }).click();
    await narrow.locator('#channel-title', { hasText: 'welcome' }).waitFor();
    return told({ fits, gone: !await narrow.locator('#sidebar').isVisible(), still: !await sticksOut(narrow) });
  },

  async 'axe-core finds no barrier, dark and light, with every panel and with a modal'() {
    const found = [];
    for (const scheme of ['dark', 'light']) {
      const window = await browser.open(PEOPLE.applicant, CHANNELS.general, { scheme });
      await bot.postControls();
      await message(window, 'Every control').waitFor();
      await window.locator('#open-faults').click();
      await window.locator('#open-effects').click();
      found.push(...await barriers(window));
      await window.getByRole('button', { name: 'Form', exact: true }).last().click();
      await window.getByRole('dialog').getByRole('button', { name: 'Submit' }).click();
      found.push(...await barriers(window));
    }
    found.forEach((f) => console.log(`# ${f}`));
    return found.length === 0;
  },

  async 'a bot that leaves is told, and its buttons fail'() {
    page = await browser.open(PEOPLE.applicant, CHANNELS.general);
    await page.locator('.bot-state', { hasText: 'online' }).waitFor();
    await bot.stop();
    return await present(page.locator('.banner-bot', { hasText: 'offline' })) && present(page.locator('.bot-state', { hasText: 'offline' }));
  },

  async 'a sandbox that stops is told'() {
    await sandbox.stop();
    return present(page.locator('.banner-line', { hasText: 'does not answer' }));
  },

  async 'no error in the console, no request to another place, no error of the bot'() {
    const complaints = [...browser.complaints.filter((c) => !/ERR_CONNECTION_REFUSED|WebSocket|net::ERR/.test(c)), ...bot.errors];
    complaints.forEach((c) => console.log(`# ${c}`));
    return complaints.length === 0;
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
  if (!ok) {
    process.exitCode = 1;
    if (process.env.MAGIKAL_SCREENSHOTS)
      await page?.screenshot({ path: `${process.env.MAGIKAL_SCREENSHOTS}/failed-${n}.png` }).catch(() => {});
  }
}
await browser.stop();
await bot.stop();
await sandbox.stop();
