// Files of messages. The sandbox keeps them and gives them back itself; of other places this page loads nothing.

import { h, icon } from './dom.js';
import { fileSize } from './format.js';
import { spoiler } from './markdown.js';

const PATH = /^\/attachments\/\d+\/\d+\/[^/]+$/;
const PICTURES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']);

/** The address on this very sandbox, whatever name its host goes by; null for an address elsewhere. */
function localPath(url) {
  try {
    const { pathname } = new URL(url);
    return PATH.test(pathname) ? pathname : null;
  } catch {
    return null;
  }
}

function isPicture(attachment) {
  return PICTURES.has(attachment.content_type?.split(';')[0]);
}

/** The attachment that an embed or a component means by "attachment://name" or by the address of one. */
export function attachmentNamed(url, attachments) {
  const name = url?.startsWith('attachment://') ? url.slice('attachment://'.length) : null;

  return (attachments ?? []).find((a) => (name ? a.filename === name : a.url === url)) ?? null;
}

function bigPicture(path, text) {
  const image = h('img', { src: path, alt: text, loading: 'lazy', decoding: 'async' });
  const link = h('a', { class: 'picture-link', href: path, target: '_blank', title: text }, image);

  // Kept in memory only: after a restart of the sandbox the file is gone.
  image.addEventListener('error', () => link.replaceWith(placeholder(text, 'this picture is no longer kept')));
  return link;
}

function placeholder(text, why) {
  return h('div', { class: 'picture', role: 'img', 'aria-label': `${text}: ${why}`, title: `${text}: ${why}` }, icon('picture'),
    h('span', { class: 'picture-text' }, text));
}

/** A picture by its address: an attachment's is shown, for one of another place stands its address. */
export function picture({ url, description }, attachments) {
  const attachment = attachmentNamed(url, attachments);
  const path = localPath(attachment?.url ?? url);

  if (path)
    return bigPicture(path, description ?? attachment?.description ?? attachment?.filename ?? decodeURIComponent(path.split('/').at(-1)));
  return placeholder(description ?? hostOf(url), `a picture at ${url}, which this page does not load`);
}

function hostOf(url) {
  try {
    return new URL(url).hostname;
  } catch {
    return url;
  }
}

/** A file by name and size, to be downloaded. */
export function fileCard(attachment) {
  const path = localPath(attachment.url);
  const name = path ? h('a', { href: path, download: attachment.filename }, attachment.filename) : h('span', null, attachment.filename);

  return h('div', { class: 'file' }, icon('file'), h('div', { class: 'file-text' },
    h('div', { class: 'file-name' }, name),
    attachment.description ? h('div', { class: 'file-description' }, attachment.description) : null,
    h('div', { class: 'file-size' }, fileSize(attachment.size))));
}

/** What is hidden until pressed: files named so, as Discord's client does. */
function perhapsHidden(attachment, content) {
  return attachment.filename.startsWith('SPOILER_') ? spoiler(content, { 'aria-label': 'Spoiler: a file, press to show' }) : content;
}

/** The attachments below a message: pictures side by side, other files one below the other. */
export function attachments(list) {
  const pictures = list.filter((a) => isPicture(a) && localPath(a.url));
  const files = list.filter((a) => !pictures.includes(a));

  return [
    pictures.length ? h('div', { class: `gallery gallery-${Math.min(pictures.length, 3)}` }, pictures.map((a) =>
      perhapsHidden(a, bigPicture(localPath(a.url), a.description ?? a.filename)))) : null,
    files.map((a) => perhapsHidden(a, fileCard(a))),
  ];
}
