// What the page knows of the guild as one person sees it, and the only place that changes it. Views listen to topics:
//   people    who one can be, and who one is         channels  the sidebar: channels, order, unread
//   members   members, their roles and names         messages  {channel}: its messages changed
//   open      another channel is shown               bot       the bot's gateway came or went
//   line      the page lost or found the sandbox     effect    one more entry of the effect log
//   modal     {interaction, modal} is to be shown    reset     everything begins again

import { api, listen } from './api.js';
import { compareIds, snowflakeMs } from './format.js';
import { inLocale } from './commands.js';
import { Guild } from './guild.js';

// Message flags (Discord reference, "Message Flags").
export const SUPPRESS_EMBEDS = 4;
export const EPHEMERAL = 64;
export const LOADING = 128;

// Many events come at once when a ticket opens; one fetch of the state serves them all.
const REFRESH_DELAY_MS = 40;
const IDS_MAX = 200;      // the sandbox answers so many at once unasked

export class World {
  #listeners = new Map();
  #stopListening = null;
  #messages = new Map();
  #nEvents = new Map();
  #read = new Map();
  #refreshTimer = null;
  #startedMs = Date.now();

  me = null;
  channel = null;
  guild = new Guild();
  people = [];
  commands = [];
  botConnected = null;
  lineUp = false;
  notes = [];           // what stands in place of an answer: {channel, title, state, text}
  pressed = new Map();  // message id → {customId, state, text}
  typed = new Map();    // interaction id → the command as this page's person typed it
  #dismissed = new Set();
  #asked = new Set();
  #toAsk = [];

  on(topic, listener) {
    const all = this.#listeners.get(topic) ?? [];

    all.push(listener);
    this.#listeners.set(topic, all);
  }

  emit(topic, data) {
    for (const listener of this.#listeners.get(topic) ?? [])
      listener(data);
  }

  // ---- who and where ----

  async become(user, channel) {
    this.#stopListening?.();
    this.me = user;
    this.channel = channel ?? null;
    this.#messages.clear();
    this.notes = [];
    this.pressed.clear();
    await this.refresh();
    if (this.me !== user)
      return;
    this.#stopListening = listen(user, {
      up: () => this.#lineUp(),
      down: () => this.#lineDown(),
      event: (type, data) => this.#event(type, data),
    });
  }

  /** Ends the line; the world is of no more use. */
  leave() {
    this.me = null;
    this.#stopListening?.();
    clearTimeout(this.#refreshTimer);
  }

  open(channel) {
    if (!this.guild.channel(channel))
      return;
    this.channel = channel;
    this.markRead(channel);
    this.emit('open', channel);
    this.fetchMessages(channel);
  }

  /** Reads the state again; with `messages` also those of the open channel, which events may have missed. */
  async refresh({ messages = true } = {}) {
    const me = this.me;
    let state;

    try {
      state = await api.state(me);
    } catch (error) {
      if (error.status === 0)
        this.#lineDown();
      throw error;
    }
    if (me !== this.me)
      return;

    this.guild.read(state, me);
    this.people = state.people;
    this.commands = state.commands.map((command) => inLocale(command, state.locale));
    this.emit('people');
    this.emit('channels');
    this.emit('members');
    this.#setBot(state.gateway.connected === true);

    if (!this.guild.channel(this.channel))
      this.#openFirst();
    else if (messages)
      this.open(this.channel);
  }

  #refreshSoon() {
    clearTimeout(this.#refreshTimer);
    this.#refreshTimer = setTimeout(() => this.refresh({ messages: false }).catch(() => {}), REFRESH_DELAY_MS);
  }

  /** Where to begin: the first channel in which something is written, else the first. Nobody may see none. */
  #openFirst() {
    const all = this.guild.orderedChannels().flatMap((g) => g.channels);
    const first = all.find((c) => c.last_message_id) ?? all[0] ?? this.guild.dms[0];

    this.channel = null;
    if (first)
      this.open(first.id);
    else
      this.emit('open', null);
  }

  // ---- messages ----

  messagesOf(channel) {
    const all = this.#messages.get(channel);

    return all ? [...all.values()].filter((m) => !this.#dismissed.has(m.id)).sort((a, b) => compareIds(a.id, b.id)) : [];
  }

  async fetchMessages(channel) {
    const me = this.me;

    // An event that came while the answer was on its way may be newer than the answer: ask again until none did.
    for (let i = 0; i < 5; i++) {
      const n = this.#nEvents.get(channel);
      let messages;
      try {
        messages = await api.messages(me, channel);
      } catch {
        return;
      }
      if (me !== this.me)
        return;
      this.#messages.set(channel, new Map(messages.map((m) => [m.id, m])));
      this.emit('messages', channel);
      if (n === this.#nEvents.get(channel))
        return;
    }
  }

  dismiss(id, channel) {
    this.#dismissed.add(id);
    this.emit('messages', channel);
  }

  dismissNote(note) {
    this.notes = this.notes.filter((n) => n !== note);
    this.emit('messages', note.channel);
  }

  // ---- unread ----

  markRead(channel) {
    const last = this.guild.channel(channel)?.last_message_id;

    if (last)
      this.#read.set(`${this.me}/${channel}`, last);
  }

  isUnread(channel) {
    const last = channel.last_message_id;
    const read = this.#read.get(`${this.me}/${channel.id}`);

    if (!last || channel.id === this.channel)
      return false;
    return read ? compareIds(last, read) > 0 : snowflakeMs(last) > this.#startedMs;
  }

  // ---- events ----

  #lineUp() {
    this.lineUp = true;
    this.emit('line');
    // Between the last fetch and the opened line something may have happened.
    this.refresh().catch(() => {});
  }

  #lineDown() {
    this.lineUp = false;
    this.emit('line');
  }

  #setBot(connected) {
    if (this.botConnected === connected)
      return;
    this.botConnected = connected;
    this.emit('bot');
  }

  #event(type, data) {
    if (type.startsWith('message_'))
      this.#nEvents.set(data.channel_id, (this.#nEvents.get(data.channel_id) ?? 0) + 1);

    switch (type) {
    case 'message_create':
    case 'message_update':
      this.#putMessage(type, data);
      break;
    case 'message_delete':
      this.#messages.get(data.channel_id)?.delete(data.id);
      this.emit('messages', data.channel_id);
      break;
    case 'channel_create':
    case 'channel_update':
      // A message may link a channel as soon as it is made; waiting for the next state would show it as one without access.
      this.guild.putChannel(data, this.me);
      this.emit('channels');
      break;
    case 'channel_delete':
      if (this.guild.removeChannel(data.id))
        this.emit('channels');
      if (data.id === this.channel)
        this.#openFirst();
      break;
    case 'member_update':
      this.#putMember(data);
      break;
    case 'role_update':
      this.#refreshSoon();
      break;
    case 'gateway':
      this.#setBot(data.connected === true);
      // A bot that has just come may have registered other commands.
      this.#refreshSoon();
      break;
    case 'effect':
      if (data.effect.startsWith('commands.'))
        this.#refreshSoon();
      this.emit('effect', data);
      break;
    case 'reset':
      this.#messages.clear();
      this.emit('reset');
      this.refresh().catch(() => {});
      break;
    }
  }

  #putMember(member) {
    const { guild } = this;
    const wasThere = guild.members.has(member.user.id);

    // Of a large guild most members are nobody the page has heard of.
    if (!wasThere && guild.isPartial())
      return;
    guild.putMember(member);
    this.emit('members');
    // Other roles of one's own show other channels; who comes is somebody one can be.
    if (member.user.id === this.me || wasThere !== guild.members.has(member.user.id))
      this.#refreshSoon();
  }

  #putMessage(type, message) {
    const all = this.#messages.get(message.channel_id);
    const channel = this.guild.channel(message.channel_id);

    all?.set(message.id, { ...(type === 'message_update' ? all.get(message.id) : {}), ...message });
    this.emit('messages', message.channel_id);
    if (!channel) {
      // The first message of a direct channel tells of the channel itself.
      this.#refreshSoon();
      return;
    }
    if ((message.flags & EPHEMERAL) === 0 && compareIds(message.id, channel.last_message_id ?? '0') > 0)
      channel.last_message_id = message.id;
    if (channel.id === this.channel && !document.hidden)
      this.markRead(channel.id);
    if (type === 'message_create')
      this.emit('channels');
  }

  // ---- names ----

  nameOf(user) {
    return this.guild.nameOf(user) ?? 'unknown-user';
  }

  /** Somebody is to be shown whom the page does not know: a large guild's state names only some. Asked for once each. */
  meet(user) {
    if (this.#asked.has(user) || !this.guild.isPartial())
      return;
    this.#asked.add(user);
    this.#toAsk.push(user);
    if (this.#toAsk.length === 1)
      setTimeout(() => this.findPeople({ ids: this.#toAsk.splice(0, IDS_MAX).join() }), REFRESH_DELAY_MS);
  }

  /** Makes the page know the people that api.people() finds; resolves to {members, total}, or null while the line is down. */
  async findPeople(what) {
    try {
      const { members, total } = await api.people(what);
      const nBefore = this.guild.members.size;
      for (const member of members)
        this.guild.members.set(member.user.id, member);
      if (this.guild.members.size !== nBefore)
        this.emit('members');
      return { members, total };
    } catch {
      return null;
    }
  }
}
