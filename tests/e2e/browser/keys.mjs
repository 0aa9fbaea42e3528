// One person with a keyboard and no mouse, and what such a person needs to know: where the focus is, and that it can be seen.

// The longest way through a page of this guild has not half as many stops.
const STOPS_MAX = 150;

/** What has the focus, as one line, and whether that can be seen: an outline, the frame of its box, or the chosen line of its list. */
function focusOf() {
  const element = document.activeElement;
  const line = document.getElementById(element.getAttribute('aria-activedescendant') ?? '');
  const probe = document.createElement('span');

  probe.style.color = 'var(--focus)';
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();

  const marked = [];
  for (let e = element, i = 0; e && e !== document.body && i < 4; e = e.parentElement, i++)
    marked.push(getComputedStyle(e));
  const box = element.getBoundingClientRect();
  const visible = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight
    && (marked.some((s) => (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 1 && s.outlineColor === colour) || s.borderTopColor === colour)
      || (line !== null && getComputedStyle(line).backgroundColor !== 'rgba(0, 0, 0, 0)'));
  const name = element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent.trim().slice(0, 60);

  return { name: element === document.body ? 'nothing' : `${element.getAttribute('role') ?? element.localName} "${name}"`, visible };
}

export class Keys {
  /** Every stop at which nobody could see where they are. */
  unseen = new Set();

  static async at(page) {
    const keys = new Keys();

    keys.page = page;
    await page.evaluate(() => {
      globalThis.nPointed = 0;
      addEventListener('pointerdown', () => globalThis.nPointed++, true);
    });
    return keys;
  }

  /** How often something was pointed at; never, if this is to prove anything. */
  nPointed() {
    return this.page.evaluate(() => globalThis.nPointed);
  }

  async focus() {
    const { name, visible } = await this.page.evaluate(focusOf);

    // Between the last stop and the first one the focus is in the browser's own bar.
    if (!visible && name !== 'nothing')
      this.unseen.add(name);
    return name;
  }

  /** In one look, for what is drawn anew between two would be another element. */
  async has(locator) {
    return await locator.and(this.page.locator(':focus')).count() > 0;
  }

  /** Tab, or Shift+Tab, until `locator` has the focus. */
  async to(locator, { back = false } = {}) {
    await locator.waitFor();
    for (let i = 0; i < STOPS_MAX; i++) {
      if (await this.has(locator)) {
        await this.focus();
        return this;
      }
      await this.press(back ? 'Shift+Tab' : 'Tab');
      await this.focus();
    }
    throw new Error(`no way there by Tab: ${locator}; the focus is at ${await this.focus()}`);
  }

  async press(...keys) {
    for (const key of keys)
      await this.page.keyboard.press(key);
    return this;
  }

  async type(text) {
    await this.page.keyboard.type(text);
    return this;
  }

  button(name) {
    return this.page.getByRole('button', { name, exact: true }).last();
  }

  dialog() {
    return this.page.getByRole('dialog');
  }
}
