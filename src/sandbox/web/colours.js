// Colours that guilds choose for roles, made readable on the page's dark and light backgrounds.

// Worse than anything that names stand on in either scheme: messages for oneself, below the pointer, with a mention's own tint.
const BACKGROUNDS = { dark: [0x48, 0x48, 0x48], light: [0xe6, 0xe6, 0xe6] };
// WCAG 2.2, success criterion 1.4.3.
const CONTRAST_MIN = 4.5;
const STEPS = 20;

const known = new Map();

export function hex(number) {
  return `#${Number(number).toString(16).padStart(6, '0')}`;
}

/** WCAG 2.2, "relative luminance". */
function luminance(rgb) {
  const [r, g, b] = rgb.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));

  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);

  return (light + 0.05) / (dark + 0.05);
}

/** The colour, drawn towards white or black as little as makes it readable. */
function readable(rgb, background, towards) {
  for (let i = 0; i <= STEPS; i++) {
    const mixed = rgb.map((c) => Math.round(c + (towards - c) * i / STEPS));
    if (contrast(mixed, background) >= CONTRAST_MIN)
      return `rgb(${mixed.join(' ')})`;
  }
  return `rgb(${towards} ${towards} ${towards})`;
}

/** Custom properties for an element of class "is-coloured"; none for colour 0, which means none. */
export function nameColours(number) {
  if (!number)
    return {};
  if (!known.has(number)) {
    const rgb = [number >> 16 & 255, number >> 8 & 255, number & 255];
    known.set(number, {
      '--colour': hex(number),
      '--on-dark': readable(rgb, BACKGROUNDS.dark, 255),
      '--on-light': readable(rgb, BACKGROUNDS.light, 0),
    });
  }
  return known.get(number);
}
