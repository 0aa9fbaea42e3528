// What selects and command options offer: [{value, label, also, description, mark}]. Entities are what the guild has, people
// by both names. `mark` is a function that makes what stands before the label, as only few of many are ever drawn.

import { hex } from './colours.js';
import { h, icon } from './dom.js';
import { CATEGORY, displayName } from './guild.js';
import { avatar } from './person.js';

// Component types (Discord reference, "Component Types").
export const STRING = 3;
export const USER = 5;
export const ROLE = 6;
export const MENTIONABLE = 7;
export const CHANNEL = 8;

const CHANNEL_ICONS = { 2: 'volume', [CATEGORY]: 'folder', 5: 'megaphone', 13: 'volume' };

export function channelIcon(channel) {
  return CHANNEL_ICONS[channel.type] ?? 'hash';
}

function users(world) {
  return [...world.guild.members.values()].map((m) => ({
    value: m.user.id, label: displayName(m), also: m.user.username, description: m.user.username,
    mark: () => avatar(m.user.id, displayName(m), 'avatar-tiny'),
  }));
}

function roles(world) {
  return [...world.guild.roles.values()].filter((r) => r.id !== world.guild.id)
    .sort((a, b) => b.position - a.position)
    .map((r) => ({ value: r.id, label: r.name, mark: () => roleMark(r) }));
}

export function roleMark(role) {
  return h('span', { class: 'role-dot', css: role.color ? { background: hex(role.color) } : {} });
}

function channels(world, types) {
  const wanted = types?.length ? types : null;

  return world.guild.orderedChannels().flatMap(({ category, channels: below }) => [
    ...(category ? [{ channel: category }] : []),
    ...below.map((channel) => ({ channel, parent: category?.name })),
  ]).filter(({ channel }) => !wanted || wanted.includes(channel.type)).map(({ channel, parent }) => ({
    value: channel.id, label: channel.name, description: channel.type === CATEGORY ? 'Category' : parent,
    mark: () => icon(channelIcon(channel)),
  }));
}

/** What a select component offers. */
export function optionsOf(component, world) {
  switch (component.type) {
  case USER:
    return users(world);
  case ROLE:
    return roles(world);
  case MENTIONABLE:
    return [...users(world), ...roles(world)];
  case CHANNEL:
    return channels(world, component.channel_types);
  default:
    return (component.options ?? []).map((o) => ({
      value: o.value, label: o.label, description: o.description, chosen: o.default === true,
      mark: o.emoji?.name ? () => document.createTextNode(o.emoji.id ? `:${o.emoji.name}:` : o.emoji.name) : undefined,
    }));
  }
}

export function mayHavePeople({ type }) {
  return type === USER || type === MENTIONABLE;
}

/** Whether one of an option's names, in small letters, is as wanted. */
export function goesBy(option, isWanted) {
  return [option.label, option.also].some((name) => name !== undefined && isWanted(name.toLowerCase()));
}

/** The first options that go by what was typed, and how many more do. */
export function search(options, typed, max) {
  const wanted = typed.trim().toLowerCase().replace(/^[#@]/, '');
  const found = wanted ? options.filter((o) => goesBy(o, (name) => name.includes(wanted)) || String(o.value) === wanted) : options;

  return { found: found.slice(0, max), nMore: Math.max(found.length - max, 0) };
}
