// What a person does, and waiting for what comes of it. Discord's words for what goes wrong, and in plain ones why.

import { api, ApiError } from './api.js';

// Longer than Discord's three seconds, so that the verdict is the sandbox's and not ours.
const ACKNOWLEDGE_WAIT_MS = 10000;

function whyNothing(world) {
  return world.botConnected ? 'the bot did not answer within three seconds' : 'the bot is offline';
}

export function say(world, content) {
  return api.act(world.me, { action: 'say', channel: world.channel, content });
}

/** Presses a button or sends a select's values; the message shows that it waits until the bot acknowledges. */
export async function press(world, message, customId, values) {
  const settle = (state) => {
    if (state)
      world.pressed.set(message.id, { customId, ...state });
    else
      world.pressed.delete(message.id);
    world.emit('messages', message.channel_id);
  };

  settle({ state: 'pending' });
  try {
    const seen = await actAndWait(world, {
      action: values ? 'select' : 'press', channel: message.channel_id, message: message.id, custom_id: customId, ...(values ? { values } : {}),
    });
    settle(seen.state === 'failed' ? { state: 'failed', text: `This interaction failed: ${whyNothing(world)}.` } : null);
  } catch (error) {
    settle({ state: 'failed', text: error.message });
  }
}

/** Runs a slash command. Throws when Discord's client would not have sent it. */
export async function command(world, name, title, options) {
  const note = { channel: world.channel, title, state: 'pending', text: 'Sending command…' };
  const { interaction } = await api.act(world.me, { action: 'command', channel: note.channel, name, options });

  world.typed.set(interaction, title);
  world.notes.push(note);
  world.emit('messages', note.channel);
  try {
    const seen = await acknowledged(world, interaction);
    if (seen.state === 'failed')
      Object.assign(note, { state: 'failed', text: `The application did not respond: ${whyNothing(world)}.` });
    else
      world.notes = world.notes.filter((n) => n !== note);
  } catch (error) {
    Object.assign(note, { state: 'failed', text: error.message });
  }
  world.emit('messages', note.channel);
}

/** What the bot offers for an option being typed: [{name, value}]. */
export async function autocomplete(world, name, options, focused) {
  const { interaction } = await api.act(world.me, { action: 'autocomplete', channel: world.channel, name, options, focused });
  const seen = await api.interaction(interaction, 3500, 'final');

  if (seen.state === 'failed')
    throw new ApiError(0, `Loading options failed: ${whyNothing(world)}.`);
  return seen.choices ?? [];
}

/** Sends a modal; null when the bot took it, else the sentence for the person. */
export async function submit(world, modal, values) {
  try {
    const seen = await actAndWait(world, { action: 'submit', modal, values });
    return seen.state === 'failed' ? `Something went wrong: ${whyNothing(world)}. Nothing is lost; try again.` : null;
  } catch (error) {
    return error.message;
  }
}

async function actAndWait(world, action) {
  const { interaction } = await api.act(world.me, action);

  return acknowledged(world, interaction);
}

async function acknowledged(world, id) {
  const { me } = world;
  const until = Date.now() + ACKNOWLEDGE_WAIT_MS;
  let seen;

  do {
    seen = await api.interaction(id, 4000, 'acknowledged');
    if (seen.state === 'modal' && me === world.me)
      world.emit('modal', { interaction: id, modal: seen.modal });
  } while (seen.state === 'pending' && Date.now() < until);
  if (seen.state === 'pending')
    throw new ApiError(0, 'The sandbox gave no verdict on this interaction.');
  return seen;
}
