// Small conversions from Discord's values to what a person reads.

const DISCORD_EPOCH_MS = 1420070400000n;

/** When a snowflake was made, in ms since 1970 (Discord reference, "Snowflakes"). */
export function snowflakeMs(id) {
  try {
    return Number((BigInt(id) >> 22n) + DISCORD_EPOCH_MS);
  } catch {
    return 0;
  }
}

/** Snowflakes are decimal strings: the longer one is the newer one. */
export function compareIds(a, b) {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

export function initials(name) {
  const words = String(name ?? '?').split(/[\s_-]+/).filter(Boolean);
  const letters = words.length > 1 ? words[0][0] + words[1][0] : (words[0] ?? '?').slice(0, 2);

  return letters.toUpperCase();
}

/** A steady hue per id, so that a person keeps one colour everywhere. */
export function hue(id) {
  let sum = 7;

  for (const c of String(id))
    sum = (sum * 31 + c.charCodeAt(0)) % 3600;
  return (sum * 47) % 360;
}

const formats = new Map();

function format(date, options) {
  const key = JSON.stringify(options);

  if (!formats.has(key))
    formats.set(key, new Intl.DateTimeFormat('en-GB', options));
  return formats.get(key).format(date);
}

export const clockTime = (date) => format(date, { hour: '2-digit', minute: '2-digit' });
export const fullTime = (date) => format(date, { dateStyle: 'full', timeStyle: 'medium' });
export const dayName = (date) => format(date, { day: 'numeric', month: 'long', year: 'numeric' });
export const preciseTime = (date) =>
  format(date, { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 });

export function messageTime(date) {
  const days = Math.round((startOfDay(new Date()) - startOfDay(date)) / 86400000);

  if (days === 0)
    return `Today at ${clockTime(date)}`;
  if (days === 1)
    return `Yesterday at ${clockTime(date)}`;
  return format(date, { day: '2-digit', month: '2-digit', year: 'numeric', hour: '2-digit', minute: '2-digit' });
}

function startOfDay(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

const UNITS = [
  ['year', 31536000], ['month', 2592000], ['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1],
];
const relative = new Intl.RelativeTimeFormat('en-GB', { numeric: 'auto' });

export function relativeTime(date) {
  const seconds = (date.getTime() - Date.now()) / 1000;

  for (const [unit, length] of UNITS)
    if (Math.abs(seconds) >= length || unit === 'second')
      return relative.format(Math.round(seconds / length), unit);
  return '';
}

// <t:UNIX:style> (Discord reference, "Timestamp Styles"); f is the default.
const STYLES = {
  t: { hour: '2-digit', minute: '2-digit' },
  T: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
  d: { day: '2-digit', month: '2-digit', year: 'numeric' },
  D: { day: 'numeric', month: 'long', year: 'numeric' },
  f: { day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit' },
  F: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit' },
  s: { day: '2-digit', month: '2-digit', year: 'numeric', hour: '2-digit', minute: '2-digit' },
  S: { day: '2-digit', month: '2-digit', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' },
};

export function timestamp(date, style) {
  return style === 'R' ? relativeTime(date) : format(date, STYLES[style] ?? STYLES.f);
}

export function plural(n, one, many) {
  return `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`;
}

/** A size of bytes as a person reads it. */
export function fileSize(bytes) {
  const units = ['bytes', 'KB', 'MB'];
  let size = Number(bytes) || 0;
  let unit = 0;

  for (; size >= 1024 && unit < units.length - 1; unit++)
    size /= 1024;
  return `${unit ? size.toFixed(1) : size} ${units[unit]}`;
}
