// The page: one pane or two beside each other, the sandbox's own panels, and an address that keeps who and where one is.

import { behindPanel } from './behind.js';
import { h, icon, replace } from './dom.js';
import { effectLog } from './effects.js';
import { faultPanel } from './faults.js';
import { refreshRelativeTimes } from './markdown.js';
import { Pane } from './pane.js';

// Who one is before having chosen: the ready-made guild's applicant, and beside them its staff.
const FIRST_PERSON = '700000000000000001';
const SECOND_PERSON = '700000000000000002';
const RELATIVE_TIMES_MS = 10000;
// At this width of the window (as style.css has it) a panel covers what is beside it on a wider one.
const NARROW = matchMedia('(max-width: 820px)');

const at = (id) => document.getElementById(id);

/** @type {Pane[]} */ const panes = [];
let active = 0;
const world = () => (panes[active] ?? panes[0]).world;

// ---- panels ----

const isOpen = (name) => at(name).classList.contains('is-open');
const faults = faultPanel(at('faults-body'), world, (n) => {
  at('fault-count-badge').hidden = n === 0;
  at('fault-count-badge').textContent = String(n);
});
const effects = effectLog(at('effects-body'), world, () => isOpen('effects'));
const behind = behindPanel(at('behind-body'), world, () => isOpen('behind'));
const SHOWN = {
  behind: () => behind.show(),
  faults: () => {
    faults.who();
    faults.update();
  },
  effects: () => effects.show(),
};

function setPanel(name, open) {
  const button = at(`open-${name}`);

  at(name).classList.toggle('is-open', open);
  button.setAttribute('aria-expanded', String(open));
  if (!open)
    return;
  if (NARROW.matches)
    for (const other of Object.keys(SHOWN))
      if (other !== name)
        setPanel(other, false);
  SHOWN[name]();
}

for (const name of Object.keys(SHOWN)) {
  const closeIt = () => {
    setPanel(name, false);
    at(`open-${name}`).focus();
  };

  at(`open-${name}`).addEventListener('click', () => setPanel(name, !isOpen(name)));
  at(name).querySelector('.panel-close').addEventListener('click', closeIt);
  at(name).addEventListener('keydown', (event) => event.key === 'Escape' && closeIt());
}

// ---- panes ----

function keepAddress() {
  const parts = panes.map(({ world: w }, i) => `as${i || ''}=${w.me}${w.channel ? `&channel${i || ''}=${w.channel}` : ''}`);

  history.replaceState(null, '', `#${parts.join('&')}`);
}

function drawTop() {
  const w = world();
  const { guild } = w;
  const bot = w.nameOf(guild.bot()?.user.id);
  const channel = guild.channel(w.channel);

  at('guild-name').textContent = guild.name;
  at('bot-state').className = `bot-state ${w.botConnected ? 'is-on' : 'is-off'}`;
  replace(at('bot-state'), h('span', { class: 'bot-dot' }), h('span', null, w.botConnected ? `${bot} is online` : `${bot} is offline`));
  document.title = `${channel?.name ? `#${channel.name} · ` : ''}${panes.map((p) => p.world.nameOf(p.world.me)).join(' and ')}`;
  panes.forEach((p, i) => p.element.classList.toggle('is-active', i === active));
  faults.who();
}

function addPane(as, channel) {
  const index = panes.length;
  const pane = new Pane({
    prefix: index ? 'right-' : '',
    used: () => {
      if (active === panes.indexOf(pane))
        return;
      active = panes.indexOf(pane);
      drawTop();
    },
    moved: () => {
      keepAddress();
      drawTop();
    },
  });

  panes.push(pane);
  at('panes').append(pane.element);
  for (const topic of ['people', 'bot'])
    pane.world.on(topic, drawTop);
  effects.listen(pane.world);
  return pane.become(as, channel);
}

function removePane() {
  panes.pop().close();
  active = 0;
  keepAddress();
  drawTop();
}

function drawSplit() {
  const split = panes.length > 1;

  document.body.classList.toggle('is-split', split);
  at('open-split').setAttribute('aria-pressed', String(split));
}

at('open-split').addEventListener('click', () => {
  if (panes.length > 1) {
    removePane();
  } else {
    const { me, people, channel } = world();
    const other = me === SECOND_PERSON ? FIRST_PERSON : SECOND_PERSON;
    addPane(people.includes(other) ? other : people.find((p) => p !== me) ?? me, channel).catch(() => {});
  }
  drawSplit();
});

at('skip').addEventListener('click', (event) => {
  // The address tells who and where one is; the link's own would replace that.
  event.preventDefault();
  panes[active].focus();
});

setInterval(() => refreshRelativeTimes(document), RELATIVE_TIMES_MS);
document.addEventListener('visibilitychange', () => !document.hidden && panes.forEach((p) => p.world.markRead(p.world.channel)));

// ---- begin ----

/** Who and where, one for each pane that the address names. */
function wanted() {
  const hash = new URLSearchParams(location.hash.slice(1));
  const both = [{ as: hash.get('as') ?? FIRST_PERSON, channel: hash.get('channel') }];

  if (hash.get('as1'))
    both.push({ as: hash.get('as1'), channel: hash.get('channel1') });
  return both;
}

function follow() {
  const both = wanted();

  while (panes.length > both.length)
    removePane();
  both.forEach(({ as, channel }, i) => {
    const pane = panes[i];
    const shown = () => (!pane ? addPane(as, channel) : as !== pane.world.me ? pane.become(as, channel)
      : channel && channel !== pane.world.channel ? pane.world.open(channel) : null);

    // An address may name somebody who is not there.
    Promise.resolve(shown()).catch(() => panes[i].become(FIRST_PERSON).catch(() => {}));
  });
  drawSplit();
}

addEventListener('hashchange', follow);
follow();
faults.update();
