// The story of a support ticket as people live it.

import { sticksOut } from './browser.mjs';
import { CHANNELS, PEOPLE, until } from './sandbox.mjs';
import { browser, command, gone, message, picture, present, url } from './stage.mjs';

const QUESTION = 'My account was renamed and the new name is not on the member list. What can I do?';
const RESOLUTION = 'The list is renewed every night. Yours shows the new name now.';

const ticketsOf = (page) => page.locator('.channel-name', { hasText: /^support-\d+-/ });

async function openTicket(page, question) {
  await page.getByRole('button', { name: 'Open Support Ticket' }).last().click();
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await dialog.locator('textarea').fill(question);
  return dialog;
}

let applicant;
let staff;
let admin;
let channelName;

export const tests = {
  async 'an administrator names panel, category and log'() {
    admin = await browser.open(PEOPLE.admin, CHANNELS.general);
    await admin.locator('.bot-state.is-on').waitFor();
    await command(admin, '/tickets set-targets', { support_panel: 'open-a-ticket', support_category: 'Support', log_channel: 'ticket-log' });
    await picture(admin, 'command');
    await admin.keyboard.press('Enter');
    await message(admin, 'Support panel').waitFor();
    await command(admin, '/tickets set-ping', { support_role: 'Support' });
    await admin.keyboard.press('Enter');
    await message(admin, 'ping role').waitFor();
    await command(admin, '/tickets set-dm-on-close', { enabled: 'True' });
    await admin.keyboard.press('Enter');
    return present(message(admin, 'DM on close'));
  },

  async 'the panel stands in its channel'() {
    applicant = await browser.open(PEOPLE.applicant, CHANNELS.openATicket);
    await applicant.getByRole('button', { name: 'Open Support Ticket' }).waitFor();
    await picture(applicant, 'panel');
    return true;
  },

  async 'the form opens, is filled in and answered with a channel'() {
    const dialog = await openTicket(applicant, QUESTION);
    await picture(applicant, 'form');
    await dialog.getByRole('button', { name: 'Submit' }).click();
    const answer = message(applicant, 'Your ticket');
    await answer.locator('.mention-channel').waitFor();
    await picture(applicant, 'answer');
    channelName = (await answer.locator('.mention-channel').textContent()).trim();
    await answer.locator('.mention-channel').click();
    await message(applicant, QUESTION).waitFor();
    await picture(applicant, 'ticket');
    return /^support-\d+-applicant$/.test(channelName);
  },

  async 'only opener and staff see it'() {
    const outsider = await browser.open(PEOPLE.outsider, CHANNELS.general);
    staff = await browser.open(PEOPLE.staff, CHANNELS.general, { width: 380, height: 760, scheme: 'light' });
    await staff.getByRole('button', { name: 'Channels' }).click();
    await staff.locator('.channel', { hasText: channelName }).waitFor();
    return await ticketsOf(outsider).count() === 0;
  },

  async 'a second press answers with the same channel'() {
    await applicant.locator('.channel', { hasText: 'open-a-ticket' }).click();
    await applicant.getByRole('button', { name: 'Open Support Ticket' }).click();
    const answer = message(applicant, 'already have an open support ticket');
    await answer.waitFor();
    return (await answer.locator('.mention-channel').textContent()).trim() === channelName && await ticketsOf(applicant).count() === 1;
  },

  async 'the opener may not resolve'() {
    await applicant.locator('.channel', { hasText: channelName }).click();
    await applicant.getByRole('button', { name: 'Resolve (Staff)' }).click();
    return present(message(applicant, 'Manage Channels'));
  },

  async 'staff resolve on a narrow screen; the channel goes'() {
    await staff.locator('.channel', { hasText: channelName }).click();
    await staff.getByRole('button', { name: 'Resolve (Staff)' }).waitFor();
    await picture(staff, 'ticket-narrow');
    const fits = !await sticksOut(staff);
    await staff.getByRole('button', { name: 'Resolve (Staff)' }).click();
    const dialog = staff.getByRole('dialog');
    await dialog.locator('textarea').fill(RESOLUTION);
    await picture(staff, 'resolve-narrow');
    await dialog.getByRole('button', { name: 'Submit' }).click();
    await gone(ticketsOf(applicant));
    return fits && gone(ticketsOf(staff));
  },

  async 'the log names who, what and how long'() {
    const reader = await browser.open(PEOPLE.staff, CHANNELS.ticketLog, { width: 1600, height: 900, scheme: 'light' });
    const entry = message(reader, RESOLUTION);
    await entry.waitFor();
    await picture(reader, 'log');
    const mentions = await entry.locator('.mention-user').allTextContents();
    return (await entry.textContent()).includes(QUESTION) && mentions.includes('@Applicant') && mentions.includes('@Staff');
  },

  async 'the opener is told by DM'() {
    await applicant.locator('.channel', { hasText: 'magikal' }).click();
    await message(applicant, RESOLUTION).waitFor();
    await picture(applicant, 'dm');
    return true;
  },

  async 'an answer that is lost after the channel was made makes no second channel'() {
    const second = await browser.open(PEOPLE.second, CHANNELS.openATicket, { width: 1600, height: 900 });
    await second.locator('#open-faults').click();
    await second.locator('#fault-route').selectOption({ label: 'create a channel' });
    await second.getByRole('button', { name: 'Drop after apply' }).click();
    await second.locator('.fault-list', { hasText: 'drop after' }).waitFor();
    await second.locator('#open-effects').click();
    const dialog = await openTicket(second, 'Does this still work when the line breaks?');
    await dialog.getByRole('button', { name: 'Submit' }).click();
    await message(second, 'Your ticket').waitFor({ timeout: 45000 });
    await second.locator('.effect-name', { hasText: 'original.edit' }).last().waitFor();
    await picture(second, 'fault');
    const { effects } = await (await fetch(`${url}/sandbox/effects?match=channel.create`)).json();
    return await ticketsOf(second).count() === 1 && effects.length === 2;
  },

  async 'a killed gateway connection is taken up again'() {
    await admin.locator('#open-faults').click();
    await admin.getByRole('button', { name: 'Cut gateway' }).click();
    await until(async () => (await (await fetch(`${url}/sandbox/state?as=${PEOPLE.admin}`)).json()).gateway.connected);
    await admin.locator('.bot-state.is-on').waitFor({ timeout: 20000 });
    await command(admin, '/tickets show-targets', {});
    await admin.keyboard.press('Enter');
    return present(message(admin, 'Log channel'));
  },
};
