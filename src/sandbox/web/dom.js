// Elements from plain values. Strings always become text nodes, so nothing that came over the wire can turn into markup.

const PROPERTIES = new Set(['value', 'checked', 'disabled', 'hidden', 'inert', 'open', 'tabIndex', 'htmlFor', 'readOnly', 'required']);

/**
 * h('button', { class: 'x', on: { click } , 'aria-label': '…' }, child, [children], 'text')
 * null, undefined and false are left out among attributes and children alike.
 */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);

  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || (value === false && !name.startsWith('aria-')))
      continue;
    if (name === 'class')
      element.className = value;
    else if (name === 'on')
      for (const [event, listener] of Object.entries(value))
        element.addEventListener(event, listener);
    else if (name === 'data')
      Object.assign(element.dataset, value);
    else if (name === 'css')
      for (const [property, v] of Object.entries(value))
        element.style.setProperty(property, v);
    else if (PROPERTIES.has(name))
      element[name] = value;
    else
      element.setAttribute(name, value === true ? '' : String(value));
  }
  append(element, children);
  return element;
}

export function append(parent, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false)
      continue;
    parent.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return parent;
}

export function replace(parent, ...children) {
  parent.replaceChildren();
  return append(parent, children);
}

// Paths for a 24×24 box, stroked with the current colour.
const ICONS = {
  hash: 'M9 4 7 20M17 4l-2 16M4 9h17M3 15h17',
  lock: 'M6 11h12v9H6zM8 11V8a4 4 0 0 1 8 0v3',
  chevron: 'm6 9 6 6 6-6',
  menu: 'M4 6h16M4 12h16M4 18h16',
  people: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c.4-4 3-6 6.5-6s6.1 2 6.5 6M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14.5c2 .8 3.2 2.7 3.5 5.5',
  bolt: 'M13 2 5 14h6l-1 8 8-12h-6z',
  list: 'M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01',
  close: 'M6 6l12 12M18 6 6 18',
  send: 'M3 12 21 4l-6 17-4-7zM11 14l4-4',
  picture: 'M4 5h16v14H4zM4 16l5-5 4 4 2.5-2.5L20 17M15.5 9.5h.01',
  out: 'M14 4h6v6M20 4l-9 9M18 14v6H4V6h6',
  at: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM16 8v5.5a2.5 2.5 0 0 0 5 0V12a9 9 0 1 0-4 7.5',
  eye: 'M2 12s3.6-7 10-7 10 7 10 7-3.6 7-10 7S2 12 2 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
  slash: 'M5 3h14a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zM14 7l-4 10',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6',
  folder: 'M3 6h6l2 3h10v10H3z',
  pin: 'M9 4h6l-1 6 4 3v2H6v-2l4-3zM12 15v6',
  reply: 'M9 5 3 10l6 5M3 10h11a6 6 0 0 1 6 6v3',
  split: 'M4 5h16v14H4zM12 5v14',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5',
  volume: 'M4 9v6h4l5 4V5L8 9zM16 9a4 4 0 0 1 0 6',
  megaphone: 'M4 10v4h3l10 5V5L7 10zM7 14v5h3v-3.5',
  crown: 'M3 18h18M3 7l4.5 4L12 4l4.5 7L21 7l-2 8H5z',
};

export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');

  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', `icon icon-${name}`);
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

let lastId = 0;

/** An id no other element of the page has, for aria-labelledby and its like. */
export function uniqueId(prefix) {
  return `${prefix}-${++lastId}`;
}

/** Calls `f` once per frame however often it is asked for. */
export function oncePerFrame(f) {
  let asked = false;

  return () => {
    if (asked)
      return;
    asked = true;
    // A hidden tab gets no frames; its list must still follow.
    const run = () => {
      asked = false;
      f();
    };
    if (document.hidden)
      setTimeout(run);
    else
      requestAnimationFrame(run);
  };
}

/**
 * A function that finds the element again, also after the message around it was drawn anew: controls are told apart by their
 * message and custom_id. A control that its message has lost is replaced by the message. `root`: where to look, as two panes may
 * show the same message.
 */
export function refinder(element, root) {
  const item = element?.closest?.('[data-message]');
  const { customId } = element?.dataset ?? {};

  return () => {
    if (!element || element.isConnected || !item)
      return element?.isConnected ? element : null;
    const now = root.querySelector(`[data-message="${CSS.escape(item.dataset.message)}"]`);
    return (customId && now?.querySelector(`[data-custom-id="${CSS.escape(customId)}"]`)) || now;
  };
}

/** Puts the children in order, leaving alone those that already stand where they belong: they keep focus and open lists. */
export function arrange(parent, wanted) {
  const stay = new Set(wanted);

  for (const element of [...parent.children])
    if (!stay.has(element))
      element.remove();
  wanted.forEach((element, i) => {
    if (parent.children[i] !== element)
      parent.insertBefore(element, parent.children[i] ?? null);
  });
}

/** Has a sentence read aloud that is not to be seen: what changed is visible already. */
export function announce(sentence) {
  document.getElementById('announcer').textContent = sentence;
}
