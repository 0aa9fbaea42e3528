// What stories on the page have in common: a browser at the running daemon's sandbox, commands typed as people do, pictures.

import { Browser } from './browser.mjs';

export const url = `http://${process.env.MAGIKAL_SANDBOX}`;
export const browser = await Browser.start(url);
const pictures = process.env.MAGIKAL_SCREENSHOTS;

export const message = (page, text) => page.locator('.message', { hasText: text }).last();
export const present = async (locator) => (await locator.waitFor(), true);
export const gone = async (locator) => (await locator.waitFor({ state: 'detached' }), true);

export async function picture(page, name) {
  if (!pictures)
    return;
  // The pointer where the last click left it would light up whatever is below it.
  await page.mouse.move(0, 0);
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  await page.screenshot({ path: `${pictures}/${name}.png` });
}

/** Types a command and its options as name → text, taking for each the first suggestion; [text] is free text, which has none. */
export async function command(page, name, options) {
  await page.locator('.composer-text').click();
  await page.keyboard.type(name);
  await page.locator('.suggestion', { hasText: name }).first().waitFor();
  await page.keyboard.press('Enter');
  for (const [option, text] of Object.entries(options)) {
    const input = page.locator(`.option-input[data-option=${option}]`);
    if (!await input.count())
      await page.getByRole('button', { name: `+ ${option}`, exact: true }).click();
    await input.focus();
    await page.keyboard.type(String(text));
    if (Array.isArray(text))
      continue;
    await page.locator('.suggestion', { hasText: text }).first().waitFor();
    await page.keyboard.press('Tab');
  }
}

/** Chooses in a select of the open form, by the form's label. */
export async function choose(page, label, option) {
  const field = page.getByRole('dialog').locator('.field', { hasText: label }).first();

  await field.locator('.select-field').click();
  await field.getByRole('option', { name: option }).first().click();
}

/** Sends the open form and waits until it is gone. */
export async function send(page) {
  const dialog = page.getByRole('dialog');

  await dialog.getByRole('button', { name: 'Submit' }).click();
  return gone(dialog);
}
