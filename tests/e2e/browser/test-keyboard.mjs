// The stories of a support ticket and of an application up to its approval, by keyboard alone: nothing is ever pointed at, wherever the
// focus is can be seen, and after each form it is where one goes on. Against a running daemon at MAGIKAL_SANDBOX; speaks TAP.

import { Keys } from './keys.mjs';
import { PEOPLE } from './sandbox.mjs';
import { browser, gone, message, picture, present } from './stage.mjs';
import { run, told } from './tap.mjs';

const QUESTION = 'How do I write without a mouse?';

const page = await browser.open(PEOPLE.owner);
const keys = await Keys.at(page);
const composer = page.locator('.composer-text');

/** Becomes somebody with the arrow keys: the people are one group of radio buttons. */
async function become(name) {
  const all = page.getByRole('group', { name: 'You are' }).getByRole('radio');
  const wanted = page.getByRole('radio', { name });

  await keys.to(page.getByRole('radio', { checked: true }), { back: true });
  for (let i = await all.count(); i && !await wanted.isChecked(); i--) {
    await keys.press('ArrowRight');
    await keys.focus();
  }
  await page.locator('.member.is-me', { hasText: name }).waitFor();
  return keys.has(wanted);
}

async function openChannel(name) {
  await keys.to(page.locator('.channel').filter({ hasText: name }));
  await keys.press('Enter');
  await page.locator('#channel-title', { hasText: name }).waitFor();
}

/** A command with its options, as name → text; each takes the first that is offered. */
async function command(name, options, answer) {
  await keys.to(composer);
  await keys.type(name);
  await page.getByRole('option', { name }).first().waitFor();
  await keys.press('Enter');
  for (const [option, text] of Object.entries(options)) {
    const input = page.locator(`.option-input[data-option=${option}]`);
    if (await input.count()) {
      await keys.to(input, { back: true });
    } else {
      await keys.to(page.getByRole('button', { name: `+ ${option}` }), { back: true });
      await keys.press('Enter');
    }
    await keys.focus();
    await keys.type(text);
    await page.getByRole('option', { name: text }).first().waitFor();
    await keys.press('Tab');
  }
  await keys.press('Enter');
  await message(page, answer).waitFor();
  return keys.has(composer);
}

/** Chooses in a select of the open form: the list opens and moves with the arrows, and closes with Enter. */
async function choose(label, option) {
  const field = keys.dialog().locator('.field', { hasText: label }).locator('.select-field');

  await keys.to(field);
  await keys.press('ArrowDown');
  const wanted = keys.dialog().getByRole('option', { name: option }).first();
  for (let i = 0; i < 30 && !await wanted.evaluate((e) => e.classList.contains('is-active')); i++) {
    await keys.focus();
    await keys.press('ArrowDown');
  }
  await keys.press('Enter');
  return keys.has(field);
}

/** The answer to a form links the ticket; following the link must not lose the focus. */
async function follow(answer) {
  await keys.to(message(page, answer).locator('.mention-channel'));
  await keys.press('Enter');
  return present(page.locator('#channel-title', { hasText: /^(support|recruit)-\d+-/ }));
}

const somewhere = async () => await keys.focus() !== 'nothing';

const tests = {
  async 'the first stop leads past everything to the messages'() {
    await keys.press('Tab');
    const skip = await keys.focus();
    await keys.press('Enter');
    await keys.press('Tab');
    return told({ skip: skip.includes('Skip to the messages'), past: !await page.locator('header.topbar :focus, nav :focus').count() });
  },

  async 'an administrator sets the guild up with the slash command box'() {
    const is = await become('Admin');
    await openChannel('general');
    return told({ is,
      targets: await command('/tickets set-targets', {
        support_panel: 'open-a-ticket', support_category: 'Support', recruitment_panel: 'apply', recruitment_category: 'Recruitment', log_channel: 'ticket-log',
      }, 'Support panel'),
      ping: await command('/tickets set-ping', { support_role: 'Support', recruitment_role: 'Recruitment' }, 'ping role'),
      records: await command('/recruit-config set-log-channel', { channel: 'records' }, 'records'),
      roles: await command('/autoroles set', { member: 'Member', affiliate: 'Affiliate' }, 'Affiliate'),
    });
  },

  async 'the support form opens with Enter, closes with Escape, and the focus is back at its button'() {
    const is = await become('Applicant');
    await openChannel('open-a-ticket');
    await keys.to(keys.button('Open Support Ticket'));
    await keys.press('Enter');
    await keys.dialog().waitFor();
    const inside = await keys.has(keys.dialog().getByRole('textbox'));
    await keys.focus();
    await keys.press('Escape');
    await gone(keys.dialog());
    return told({ is, inside, back: await keys.has(keys.button('Open Support Ticket')) });
  },

  async 'a ticket is written, sent and followed'() {
    await keys.press('Enter');
    await keys.dialog().waitFor();
    await keys.type(QUESTION);
    await keys.to(keys.dialog().getByRole('button', { name: 'Submit' }));
    await keys.press('Enter');
    await gone(keys.dialog());
    const back = await keys.has(keys.button('Open Support Ticket'));
    const followed = await follow('Your ticket');
    await message(page, QUESTION).waitFor();
    return told({ back, followed, somewhere: await somewhere() });
  },

  async 'who may not resolve is told, and stays at the button'() {
    await keys.to(keys.button('Resolve (Staff)'));
    await keys.press('Enter');
    await message(page, 'Manage Channels').waitFor();
    const stays = await keys.has(keys.button('Resolve (Staff)'));
    await keys.to(keys.button('Dismiss message'));
    await keys.press('Enter');
    await gone(page.locator('.ephemeral'));
    return told({ stays, somewhere: await somewhere() });
  },

  async 'staff resolve with Ctrl+Enter; the channel goes, and the focus does not go with it'() {
    const is = await become('Staff');
    await openChannel('support-1');
    await keys.to(keys.button('Resolve (Staff)'));
    await keys.press('Enter');
    await keys.dialog().waitFor();
    await keys.type('With Tab, Enter and the arrows.');
    await keys.press('Control+Enter');
    await gone(keys.dialog());
    await gone(page.locator('.channel', { hasText: 'support-1' }));
    return told({ is, somewhere: await somewhere() });
  },

  async 'an application is begun'() {
    const is = await become('Applicant');
    await openChannel('apply');
    await keys.to(keys.button('Apply'));
    await keys.press('Enter');
    const followed = await follow('Your ticket');
    await keys.to(keys.button('Start application (Step 1)'));
    await keys.press('Enter');
    await keys.dialog().waitFor();
    return told({ is, followed, somewhere: await somewhere(), first: await keys.has(keys.dialog().locator('.select-field').first()) });
  },

  async 'Step 1: three lists, and a name that is refused first'() {
    const chosen = [await choose('Member or Affiliate', 'Affiliate'), await choose('Main area/focus', 'salvage'), await choose('Time zone', 'Central Europe')];
    const handle = keys.dialog().locator('input.text-input');
    await keys.press('Control+Enter');
    await keys.dialog().locator('.field-error:visible').waitFor();
    const atFault = await keys.has(handle);
    await keys.type('Corvid-7');
    await keys.press('Control+Enter');
    await gone(keys.dialog());
    await keys.button('Answer Q&A').waitFor();
    return told({ lists: chosen.every(Boolean), atFault, somewhere: await somewhere() });
  },

  async 'the questions, with an answer that is mended'() {
    await keys.to(keys.button('Answer Q&A'));
    await keys.press('Enter');
    await keys.dialog().waitFor();
    await keys.type('salvage, hauling');
    await keys.press('Tab');
    await keys.type('whenever');
    const chosen = await choose('Voice comms', 'Yes');
    await keys.press('Control+Enter');
    await gone(keys.dialog());
    await keys.to(keys.button('Fix answers'));
    await keys.press('Enter');
    await keys.dialog().waitFor();
    await keys.to(keys.dialog().locator('.field', { hasText: 'Availability' }).locator('.text-input'));
    await keys.press('Control+A');
    await keys.type('18:00-22:30');
    await keys.press('Control+Enter');
    await gone(keys.dialog());
    await message(page, /Application #\d+/).locator('text=completed').waitFor();
    return told({ chosen, somewhere: await somewhere() });
  },

  async 'staff approve, and the applicant has the role'() {
    const is = await become('Staff');
    await openChannel('recruit-2');
    await keys.to(keys.button('Approve'));
    await keys.press('Enter');
    await keys.button('Finalize — RSI accepted').waitFor();
    await page.locator('.member', { hasText: 'Applicant' }).locator('.role-chip', { hasText: 'Affiliate' }).waitFor();
    return told({ is, somewhere: await somewhere() });
  },

  async 'the panels open, and close with Escape'() {
    const closed = {};
    for (const name of ['Effects', 'Faults']) {
      const button = page.locator('header.topbar').getByRole('button', { name });
      const panel = page.locator(`section[aria-label*="ffects"], aside[aria-label="${name}"]`).filter({ visible: true });
      await keys.to(button, { back: true });
      await keys.press('Enter');
      await panel.first().waitFor();
      await keys.to(panel.first().locator('button, input, select').first());
      await keys.press('Escape');
      closed[name] = await keys.has(button);
    }
    return told(closed);
  },

  async 'wherever the focus was, it could be seen; nothing was pointed at'() {
    keys.unseen.forEach((name) => console.log(`# not seen: ${name}`));
    return told({ seen: keys.unseen.size === 0, pointed: await keys.nPointed() === 0 });
  },

  async 'no error in the console, no request to another place'() {
    browser.complaints.forEach((c) => console.log(`# ${c}`));
    return browser.complaints.length === 0;
  },
};

await run(tests, { failed: (n) => picture(page, `failed-keyboard-${n}`) });
await browser.stop();
