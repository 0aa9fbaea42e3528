// The story of applications as people live them: approved and finalised, and declined.

import { sticksOut } from './browser.mjs';
import { CHANNELS, PEOPLE } from './sandbox.mjs';
import { browser, choose, command, gone, message, picture, present, send } from './stage.mjs';

const NOTES = 'I have flown rescue for two years and would like to do it in company.';
const REASON = 'The references did not hold.';

const button = (page, name) => page.getByRole('button', { name, exact: true }).last();
const application = (page) => message(page, /Application #\d+/);
const recruitOf = (page) => page.locator('.channel-name', { hasText: /^recruit-\d+-/ });
const field = (where, name) => where.locator('.embed-field').filter({ has: where.page().locator('.embed-field-name', { hasText: new RegExp(`^${name}$`) }) });

let applicant;
let staff;
let admin;
let owner;
let second;
let channelName;

async function openApplication(page) {
  await page.locator('.channel', { hasText: 'apply' }).click();
  await button(page, 'Apply').click();
  const link = message(page, 'Your ticket').locator('.mention-channel');
  await link.waitFor();
  const name = (await link.textContent()).trim();
  await link.click();
  await button(page, 'Start application (Step 1)').waitFor();
  return name;
}

async function fillStep1(page, { role, area, zone, handle, notes }) {
  await button(page, 'Start application (Step 1)').click();
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await choose(page, 'Member or Affiliate', role);
  await choose(page, 'Main area/focus', area);
  await choose(page, 'Time zone', zone);
  await dialog.locator('input.text-input').fill(handle);
  await dialog.locator('textarea').fill(notes);
}

async function fillQna(page, availability) {
  await button(page, 'Answer Q&A').click();
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await dialog.locator('.field', { hasText: 'Strengths' }).locator('.text-input').fill('medical, piloting, navigation');
  await dialog.locator('.field', { hasText: 'Availability' }).locator('.text-input').fill(availability);
  await choose(page, 'Voice comms', 'Yes');
}

export const tests = {
  async 'an administrator sets recruitment up'() {
    admin = await browser.open(PEOPLE.admin, CHANNELS.general);
    await admin.locator('.bot-state.is-on').waitFor();
    await command(admin, '/tickets set-targets', { recruitment_panel: 'apply', recruitment_category: 'Recruitment' });
    await admin.keyboard.press('Enter');
    await message(admin, 'Recruitment panel').waitFor();
    await command(admin, '/tickets set-ping', { recruitment_role: 'Recruitment' });
    await admin.keyboard.press('Enter');
    await message(admin, 'Recruitment ping role').waitFor();
    await command(admin, '/recruit-config set-log-channel', { channel: 'records' });
    await admin.keyboard.press('Enter');
    await message(admin, 'records').waitFor();
    await command(admin, '/autoroles set', { member: 'Member', affiliate: 'Affiliate' });
    await admin.keyboard.press('Enter');
    await message(admin, 'Affiliate').waitFor();
    await command(admin, '/tickets set-org', { url: ['https://robertsspaceindustries.com/orgs/LANTERN'] });
    await admin.keyboard.press('Enter');
    await message(admin, 'LANTERN').waitFor();
    await command(admin, '/tickets set-nick-sync', { enabled: 'True' });
    await admin.keyboard.press('Enter');
    return present(message(admin, 'on'));
  },

  async 'Apply opens a channel for the applicant and the recruiters'() {
    applicant = await browser.open(PEOPLE.applicant, CHANNELS.apply, { height: 900 });
    await applicant.getByRole('link', { name: 'Apply on RSI' }).waitFor();
    await picture(applicant, 'recruit-panel');
    channelName = await openApplication(applicant);
    const outsider = await browser.open(PEOPLE.outsider, CHANNELS.general);
    return /^recruit-\d+-applicant$/.test(channelName) && await recruitOf(outsider).count() === 0;
  },

  async 'Step 1 with selects; a zone that is not listed is typed'() {
    await fillStep1(applicant, { role: 'Member', area: 'medical', zone: 'Not listed', handle: 'Asterin-Vale', notes: NOTES });
    await picture(applicant, 'recruit-step1');
    await send(applicant);
    await button(applicant, 'Type time zone').click();
    await applicant.getByRole('dialog').locator('.text-input').fill('seoul');
    await send(applicant);
    await button(applicant, 'Answer Q&A').waitFor();
    await present(field(application(applicant), 'Time zone').locator('text=Asia/Seoul'));
    // what the site says of the handle comes when it comes
    await application(applicant).locator('text=Asterin of the Vale').waitFor();
    await applicant.getByRole('button', { name: 'Dismiss message' }).evaluateAll((all) => all.forEach((b) => b.click()));
    await gone(applicant.locator('.ephemeral'));
    await picture(applicant, 'recruit-ticket');
    return (await applicant.locator('#channel-topic').textContent()).includes('TZ:Asia/Seoul');
  },

  async 'Edit Step 1 opens filled'() {
    await button(applicant, 'Edit Step 1').click();
    const dialog = applicant.getByRole('dialog');
    await dialog.waitFor();
    const filled = await dialog.locator('textarea').inputValue() === NOTES && await dialog.locator('input.text-input').inputValue() === 'Asterin-Vale'
      && (await dialog.locator('.select-field').allTextContents()).join() === 'Member,medical,Not listed';
    await applicant.keyboard.press('Escape');
    return filled;
  },

  async 'an answer that does not parse is named, and nobody types twice'() {
    await fillQna(applicant, 'whenever');
    await picture(applicant, 'recruit-qna');
    await send(applicant);
    await message(applicant, 'whenever').waitFor();
    await picture(applicant, 'recruit-fix');
    await button(applicant, 'Fix answers').click();
    const dialog = applicant.getByRole('dialog');
    await dialog.waitFor();
    const strengths = await dialog.locator('.field', { hasText: 'Strengths' }).locator('.text-input').inputValue();
    await dialog.locator('.field', { hasText: 'Availability' }).locator('.text-input').fill('18:00-22:30');
    await send(applicant);
    await field(application(applicant), 'Q&A').locator('text=completed').waitFor();
    return strengths === 'medical, piloting, navigation';
  },

  async 'staff approve; the record, the role and the nickname follow'() {
    staff = await browser.open(PEOPLE.staff, CHANNELS.general, { height: 900 });
    await staff.locator('.channel', { hasText: channelName }).click();
    await button(staff, 'Approve').click();
    await button(staff, 'Finalize — RSI accepted').waitFor();
    const member = staff.locator('.member', { hasText: 'applicant' });
    await member.locator('.role-chip', { hasText: 'Member' }).waitFor();
    const nick = await member.locator('.member-name').textContent();
    await picture(staff, 'recruit-approved');
    await message(applicant, 'apply on RSI').waitFor();
    await staff.locator('.channel', { hasText: 'records' }).click();
    await field(application(staff), 'Status').locator('text=Approved').waitFor();
    await picture(staff, 'record');
    return nick === 'Asterin-Vale';
  },

  async 'who may manage the guild finalises; the channel goes'() {
    owner = await browser.open(PEOPLE.owner, CHANNELS.general);
    await owner.locator('.channel', { hasText: channelName }).click();
    await button(owner, 'Finalize — RSI accepted').click();
    await button(owner, 'Confirm').waitFor();
    await picture(owner, 'recruit-finalise');
    await button(owner, 'Confirm').click();
    await gone(recruitOf(applicant));
    return present(field(application(staff), 'Status').locator('text=Finalised'));
  },

  async 'declining needs a reason, which the applicant never reads'() {
    second = await browser.open(PEOPLE.second, CHANNELS.apply, { width: 380, height: 760, scheme: 'light' });
    await button(second, 'Apply').click();
    await message(second, 'Your ticket').locator('.mention-channel').click();
    await fillStep1(second, { role: 'Affiliate', area: 'salvage', zone: 'Central Europe', handle: 'Corvid-7', notes: '' });
    await send(second);
    await fillQna(second, '6pm–11pm');
    const fits = !await sticksOut(second);
    await send(second);
    await field(application(second), 'Q&A').locator('text=completed').waitFor();
    await picture(second, 'recruit-ticket-narrow');

    await recruitOf(staff).last().click();
    await button(staff, 'Reject').click();
    const dialog = staff.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Submit' }).click();
    const required = await dialog.locator('.field-error:visible').count() === 1;
    await dialog.locator('textarea').fill(REASON);
    await picture(staff, 'recruit-reject');
    await send(staff);
    await gone(recruitOf(second));
    await second.getByRole('button', { name: 'Channels' }).click();
    await second.locator('.channel', { hasText: 'magikal' }).click();
    await message(second, 'About your application').waitFor();
    await picture(second, 'recruit-dm-narrow');
    return fits && required && await second.locator('.message', { hasText: REASON }).count() === 0;
  },

  async 'a member is removed; the records tell all of it'() {
    await command(admin, '/recruit-config remove-member', { member: 'applicant', reason: ['Inactive for a year.'] });
    await admin.keyboard.press('Enter');
    await message(admin, 'emoved').waitFor();
    const reader = await browser.open(PEOPLE.staff, CHANNELS.records, { width: 1600, height: 1100, scheme: 'light' });
    await present(reader.locator('.message', { hasText: 'Removed' }).first());
    await picture(reader, 'records');
    await reader.locator('.channel', { hasText: 'ticket-log' }).click();
    await message(reader, /Member of application #\d+ removed/).waitFor();
    return await reader.locator('.member', { hasText: 'applicant' }).locator('.role-chip').count() === 0;
  },
};
