// What the page knows of the guild as one person sees it, and the only place that changes it. Views listen to topics:
//   people   who one can be, and who one is          channels  the sidebar, commands, roles, members
//   messages {channel}                               open      another channel is shown
//   bot      the bot's gateway came or went          line      the page lost or found the sandbox
//   effect   one more entry of the effect log        modal     a modal is to be shown
//   reset    everything begins again

import { api, ApiError, listen } from './api.js';
import { compareIds, snowflakeMs } from './format.js';
import { permissionsIn } from './permissions.js';

// Message flags (Discord reference, "Message Flags").
export const EPHEMERAL = 64;
export const LOADING = 128;

// Longer than Discord's three seconds, so that the verdict is the sandbox's and not ours.
const ACKNOWLEDGE_WAIT_MS = 10000;

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
  guild = { id: '0', name: '', roles: [], members: [] };
  channels = [];
  dms = [];
  people = [];
  commands = [];
  botConnected = null;
  lineUp = false;
  effects = [];
  dismissed = new Set();
  notes = [];
  pressed = new Map();
  typed = new Map();    // interaction id → the command as this page's person typed it

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

  open(channel) {
    if (!this.channelById(channel))
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

    this.guild = { roles: [], members: [], ...state.guild };
    this.channels = state.channels ?? [];
    this.dms = (state.dms ?? []).map((d) => directChannel(d, me, this.guild.members));
    this.people = state.people ?? [];
    this.commands = state.commands ?? [];
    this.emit('people');
    this.emit('channels');
    this.#setBot(state.gateway?.connected === true);

    if (!this.channelById(this.channel))
      this.open(this.#firstChannel()?.id);
    else if (messages)
      this.open(this.channel);
  }

  /** Many events come at once when a ticket opens; one fetch of the state serves them all. */
  #refreshSoon() {
    clearTimeout(this.#refreshTimer);
    this.#refreshTimer = setTimeout(() => this.refresh({ messages: false }).catch(() => {}), 40);
  }

  /** Where to begin: the first channel in which something is written, else the first. */
  #firstChannel() {
    const all = this.orderedChannels().flatMap((g) => g.channels);

    return all.find((c) => c.last_message_id) ?? all[0] ?? this.dms[0];
  }

  // ---- messages ----

  messagesOf(channel) {
    const all = this.#messages.get(channel);

    return all ? [...all.values()].filter((m) => !this.dismissed.has(m.id)).sort((a, b) => compareIds(a.id, b.id)) : [];
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
    this.dismissed.add(id);
    this.emit('messages', channel);
  }

  dismissNote(note) {
    this.notes = this.notes.filter((n) => n !== note);
    this.emit('messages', note.channel);
  }

  // ---- unread ----

  markRead(channel) {
    const last = this.channelById(channel)?.last_message_id;

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
    case 'message_update': {
      const all = this.#messages.get(data.channel_id);
      if (all)
        all.set(data.id, { ...(type === 'message_update' ? all.get(data.id) : {}), ...data });
      this.#newest(data);
      this.emit('messages', data.channel_id);
      break;
    }
    case 'message_delete':
      this.#messages.get(data.channel_id)?.delete(data.id);
      this.emit('messages', data.channel_id);
      break;
    case 'channel_create':
    case 'channel_update':
      this.#putChannel(data);
      this.#refreshSoon();
      break;
    case 'channel_delete':
      this.channels = this.channels.filter((c) => c.id !== data.id);
      this.#refreshSoon();
      break;
    case 'member_update':
    case 'role_update':
      this.#refreshSoon();
      break;
    case 'gateway':
      this.#setBot(data.connected === true);
      // A bot that has just come may have registered other commands.
      this.#refreshSoon();
      break;
    case 'effect':
      this.effects.push(data);
      if (data.effect === 'commands.put')
        this.#refreshSoon();
      this.emit('effect', data);
      break;
    case 'reset':
      this.#messages.clear();
      this.effects = [];
      this.emit('reset');
      this.refresh().catch(() => {});
      break;
    }
  }

  /** A message may link a channel as soon as it is made; waiting for the next state would show it as one without access. */
  #putChannel(channel) {
    const old = this.channelById(channel.id);
    const member = this.member(this.me);

    if (old)
      Object.assign(old, channel);
    else if (member)
      this.channels.push({ ...channel, permissions: String(permissionsIn(this.guild, member, channel)) });
    this.emit('channels');
  }

  #newest(message) {
    const channel = this.channelById(message.channel_id);

    if (!channel) {
      // The first message of a direct channel tells of the channel itself.
      this.#refreshSoon();
      return;
    }
    if ((message.flags & EPHEMERAL) === 0 && compareIds(message.id, channel.last_message_id ?? '0') > 0)
      channel.last_message_id = message.id;
    if (channel.id === this.channel && !document.hidden)
      this.markRead(channel.id);
    this.emit('channels');
  }

  // ---- acting ----

  say(content) {
    return api.act(this.me, { action: 'say', channel: this.channel, content });
  }

  /** Presses a button or sends a select's values; the message shows that it waits until the bot acknowledges. */
  async press(message, customId, values) {
    const key = message.id;

    this.pressed.set(key, { customId, state: 'pending' });
    this.emit('messages', message.channel_id);
    try {
      const seen = await this.#actAndWait(values
        ? { action: 'select', channel: message.channel_id, message: message.id, custom_id: customId, values }
        : { action: 'press', channel: message.channel_id, message: message.id, custom_id: customId });
      if (seen.state === 'failed')
        this.pressed.set(key, { customId, state: 'failed', text: 'This interaction failed' });
      else
        this.pressed.delete(key);
    } catch (error) {
      this.pressed.set(key, { customId, state: 'failed', text: error.message });
    }
    this.emit('messages', message.channel_id);
  }

  /** Runs a slash command. Throws when Discord's client would not have sent it. */
  async command(name, title, options) {
    const note = { channel: this.channel, title, state: 'pending', text: 'Sending command…' };
    const { interaction } = await api.act(this.me, { action: 'command', channel: note.channel, name, options });

    this.typed.set(interaction, title);
    this.notes.push(note);
    this.emit('messages', note.channel);
    try {
      const seen = await this.#acknowledged(interaction);
      if (seen.state === 'failed')
        Object.assign(note, { state: 'failed', text: 'The application did not respond' });
      else
        this.notes = this.notes.filter((n) => n !== note);
    } catch (error) {
      Object.assign(note, { state: 'failed', text: error.message });
    }
    this.emit('messages', note.channel);
  }

  async autocomplete(name, options, focused) {
    const { interaction } = await api.act(this.me,
      { action: 'autocomplete', channel: this.channel, name, options, focused });
    const seen = await api.interaction(interaction, 3500, 'final');

    return seen.choices ?? [];
  }

  /** Sends a modal; true when the bot took it, else the sentence for the person. */
  async submit(modalInteraction, values) {
    try {
      const seen = await this.#actAndWait({ action: 'submit', modal: modalInteraction, values });
      return seen.state === 'failed' ? 'Something went wrong. Try again.' : true;
    } catch (error) {
      return error.message;
    }
  }

  async #actAndWait(action) {
    const { interaction } = await api.act(this.me, action);

    return this.#acknowledged(interaction);
  }

  async #acknowledged(id) {
    const me = this.me;
    const until = Date.now() + ACKNOWLEDGE_WAIT_MS;
    let seen;

    do {
      seen = await api.interaction(id, 4000, 'acknowledged');
      if (seen.state === 'modal' && me === this.me)
        this.emit('modal', { interaction: id, modal: seen.modal });
    } while (seen.state === 'pending' && Date.now() < until);
    if (seen.state === 'pending')
      throw new ApiError(0, 'The sandbox gave no verdict on this interaction.');
    return seen;
  }

  // ---- names ----

  channelById(id) {
    return this.channels.find((c) => c.id === id) ?? this.dms.find((c) => c.id === id);
  }

  member(user) {
    return this.guild.members.find((m) => m.user.id === user);
  }

  nameOf(user) {
    const member = this.member(user);

    return member ? displayName(member) : 'unknown-user';
  }

  role(id) {
    return this.guild.roles.find((r) => r.id === id);
  }

  hasRole(user, role) {
    return role === this.guild.id || (this.member(user)?.roles.includes(role) ?? false);
  }

  rolesOf(user) {
    return (this.member(user)?.roles ?? []).map((id) => this.role(id)).filter(Boolean)
      .sort((a, b) => b.position - a.position);
  }

  /** The sidebar's order: channels without category first, then categories by position with their channels by position. */
  orderedChannels() {
    const byPosition = (a, b) => a.position - b.position || compareIds(a.id, b.id);
    const plain = this.channels.filter((c) => c.type !== 4).sort(byPosition);
    const known = new Set(this.channels.filter((c) => c.type === 4).map((c) => c.id));
    const groups = this.channels.filter((c) => c.type === 4).sort(byPosition)
      .map((category) => ({ category, channels: plain.filter((c) => c.parent_id === category.id) }));

    return [{ category: null, channels: plain.filter((c) => !known.has(c.parent_id)) }, ...groups]
      .filter((g) => g.category || g.channels.length);
  }
}

export function displayName(member) {
  return member.nick ?? member.user.global_name ?? member.user.username;
}

/** A DM is listed as the bot sees it: its recipient is the person. The person's client shows the other end. */
function directChannel(dm, me, members) {
  const channel = typeof dm.channel === 'object' && dm.channel ? dm.channel : dm;
  const other = (channel.recipients ?? []).find((u) => u.id !== me) ?? members.find((m) => m.user.bot)?.user ?? null;

  return { ...channel, type: 1, recipient: other };
}
