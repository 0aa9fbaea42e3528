// Chromium, and what makes a page of the sandbox suspicious: errors, requests to other places, things wider than the window.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

// A system browser; nothing is downloaded. Background services of the browser would ask for addresses that are not ours.
const ARGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
const PLACES = [process.env.MAGIKAL_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export function chromiumPath() {
  return PLACES.find((p) => p && existsSync(p)) ?? null;
}

export class Browser {
  static async start(url) {
    const browser = new Browser();

    browser.url = url;
    browser.complaints = [];
    browser.process = await chromium.launch({ executablePath: chromiumPath(), args: ARGS });
    return browser;
  }

  /** A window of one person at one channel. */
  async open(person, channel, { width = 1280, height = 800, scheme = 'dark' } = {}) {
    const context = await this.process.newContext({ viewport: { width, height }, colorScheme: scheme, reducedMotion: 'reduce' });
    const page = await context.newPage();

    page.setDefaultTimeout(10000);
    page.on('pageerror', (error) => this.complaints.push(String(error.stack)));
    page.on('console', (m) => m.type() === 'error' && !/40[0-9]/.test(m.text()) && this.complaints.push(m.text()));
    page.on('request', (r) => !r.url().startsWith(this.url) && !r.url().startsWith('data:') && this.complaints.push(`asked for ${r.url()}`));
    await page.goto(`${this.url}/#as=${person}${channel ? `&channel=${channel}` : ''}`);
    await page.waitForSelector('.channel', { state: 'attached' });
    return page;
  }

  stop() {
    return this.process.close();
  }
}

/** Whether anything sticks out of the window to the right. */
export function sticksOut(page) {
  return page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
}

const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** What axe-core finds wrong for people who do not use eyes or a mouse: one line per rule broken. */
export async function barriers(page) {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] });

    return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(' … ')}`);
  });
}
