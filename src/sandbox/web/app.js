// The page: puts the parts together, and keeps who one is and which channel is open in the address.

import { Composer } from './composer.js';
import { h, icon, replace } from './dom.js';
import { inlineMarkdown, refreshRelativeTimes } from './markdown.js';
import { MessageList } from './messages.js';
import { showModal } from './modal.js';
import { drawChannels, drawMembers, drawPeople } from './sidebar.js';
import { effectLog, faultPanel } from './tools.js';
import { displayName, World } from './world.js';

// Who one is before having chosen: the ready-made guild's applicant.
const FIRST_PERSON = '700000000000000001';
const NARROW = matchMedia('(max-width: 820px)');

const at = (id) => document.getElementById(id);
const world = new World();

// ---- panels that slide in ----

const panels = {
  sidebar: { element: at('sidebar'), button: at('open-sidebar') },
  members: { element: at('members'), button: at('open-members') },
  faults: { element: at('faults'), button: at('open-faults') },
  effects: { element: at('effects'), button: at('open-effects') },
};

function setPanel(name, open) {
  const { element, button } = panels[name];

  element.classList.toggle('is-open', open);
  button.setAttribute('aria-expanded', String(open));
  // On a narrow page one panel covers the messages; a second one would cover the first.
  if (open && NARROW.matches)
    for (const other of Object.keys(panels))
      if (other !== name)
        setPanel(other, false);
  document.body.classList.toggle('is-covered', NARROW.matches && ['sidebar', 'members'].some(isOpen));
  if (name === 'faults' && open)
    faults.update();
  if (name === 'effects' && open)
    effects.showEnd();
}

function isOpen(name) {
  return panels[name].element.classList.contains('is-open');
}

function closeCovering() {
  if (NARROW.matches)
    for (const name of ['sidebar', 'members'])
      setPanel(name, false);
}

const faults = faultPanel(at('faults-body'), world);
const effects = effectLog(at('effects-body'), world);

for (const [name, { element, button }] of Object.entries(panels)) {
  button.addEventListener('click', () => setPanel(name, !isOpen(name)));
  element.querySelector('.panel-close')?.addEventListener('click', () => {
    setPanel(name, false);
    button.focus();
  });
  element.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || (!NARROW.matches && (name === 'sidebar' || name === 'members')))
      return;
    setPanel(name, false);
    button.focus();
  });
}
at('cover').addEventListener('click', closeCovering);
// What stood beside the messages on a wide page would cover them on a narrow one.
NARROW.addEventListener('change', () => {
  setPanel('sidebar', false);
  setPanel('members', !NARROW.matches);
});
at('faults-body').addEventListener('faults', ({ detail }) => {
  at('fault-count-badge').hidden = detail === 0;
  at('fault-count-badge').textContent = String(detail);
});

// ---- views ----

const bot = () => world.guild.members.find((m) => m.user.bot);

function drawHeader() {
  const channel = world.channelById(world.channel);
  const direct = channel?.type === 1;
  const name = !channel ? 'No channel' : direct ? channel.recipient?.username ?? 'Direct message' : channel.name;

  replace(at('channel-title'), icon(direct ? 'at' : 'hash'), h('span', null, name));
  replace(at('channel-topic'), channel?.topic ? inlineMarkdown(channel.topic, world) : '');
  at('channel-topic').title = channel?.topic ?? '';
  document.title = `${direct ? '@' : '#'}${name} · ${world.nameOf(world.me)}`;
}

function drawBot() {
  const name = bot() ? displayName(bot()) : 'The bot';

  at('bot-state').className = `bot-state ${world.botConnected ? 'is-on' : 'is-off'}`;
  replace(at('bot-state'), h('span', { class: 'bot-dot' }), h('span', null, world.botConnected ? `${name} is online` : `${name} is offline`));
  at('bot-banner').hidden = world.botConnected !== false;
  replace(at('bot-banner'), h('strong', null, `${name} is offline.`), ' Buttons and commands will fail until it connects to this sandbox.');
}

function drawLine() {
  at('line-banner').hidden = world.lineUp;
}

function drawSides() {
  drawChannels(at('channels'), world, closeCovering);
  drawMembers(at('members-body'), world);
  drawHeader();
}

world.on('people', () => drawPeople(at('people'), world));
world.on('channels', drawSides);
world.on('open', () => {
  drawSides();
  history.replaceState(null, '', `#as=${world.me}&channel=${world.channel}`);
  // Another channel's messages are not news: nobody wants them read aloud.
  at('messages').setAttribute('aria-live', 'off');
  setTimeout(() => at('messages').setAttribute('aria-live', 'polite'), 800);
});
world.on('bot', drawBot);
world.on('line', drawLine);
world.on('modal', (modal) => showModal(modal, world, bot() ? displayName(bot()) : 'the bot'));
world.on('reset', () => effects.fetchAll());
world.on('line', () => world.lineUp && effects.fetchAll());

new MessageList(at('messages'), at('message-scroll'), world);
new Composer(at('composer'), world);

setInterval(() => refreshRelativeTimes(document), 10000);
document.addEventListener('visibilitychange', () => !document.hidden && world.markRead(world.channel));

// ---- begin ----

function wanted() {
  const hash = new URLSearchParams(location.hash.slice(1));

  return { as: hash.get('as') ?? FIRST_PERSON, channel: hash.get('channel') };
}

async function begin() {
  const { as, channel } = wanted();

  setPanel('members', !NARROW.matches);
  try {
    await world.become(as, channel);
  } catch (error) {
    // The sandbox may still be starting, or the address may name somebody who is not there.
    replace(at('line-banner'), h('strong', null, error.message), ' Trying again…');
    drawLine();
    if (error.status)
      history.replaceState(null, '', location.pathname);
    setTimeout(begin, 1000);
    return;
  }
  replace(at('line-banner'), h('strong', null, 'The sandbox does not answer.'), ' Trying to reach it again…');
  effects.fetchAll();
  faults.update();
}

addEventListener('hashchange', () => {
  const { as, channel } = wanted();

  if (as !== world.me)
    world.become(as, channel).catch(() => {});
  else if (channel && channel !== world.channel)
    world.open(channel);
});

begin();
