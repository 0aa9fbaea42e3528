// Stories as people live them, through the page in Chromium, against a running daemon at MAGIKAL_SANDBOX. Speaks TAP. With
// MAGIKAL_SCREENSHOTS set, pictures of their scenes go there.

import { browser } from './stage.mjs';
import { tests as recruitment } from './story-recruit.mjs';
import { tests as support } from './story-support.mjs';
import { run } from './tap.mjs';

const tests = {
  ...support,
  ...recruitment,

  async 'no error in the console, no request to another place'() {
    browser.complaints.forEach((c) => console.log(`# ${c}`));
    return browser.complaints.length === 0;
  },
};

await run(tests);
await browser.stop();
