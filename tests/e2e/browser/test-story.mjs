// Stories as people live them, through the page in Chromium, against a running daemon at MAGIKAL_SANDBOX. Speaks TAP. With
// MAGIKAL_SCREENSHOTS set, pictures of their scenes go there.

import { browser } from './stage.mjs';
import { tests as recruitment } from './story-recruit.mjs';
import { tests as support } from './story-support.mjs';

const tests = {
  ...support,
  ...recruitment,

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
