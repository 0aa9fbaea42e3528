// Registered slash commands as a person types them, and what each kind of option offers.
// Numbers are option types (Discord reference, "Application Command Option Type").

import { mayUseCommand } from './permissions.js';
import { goesBy, optionsOf, roleMark } from './options.js';

const SUB_COMMAND = 1;
const SUB_COMMAND_GROUP = 2;
const INTEGER = 4;
const BOOLEAN = 5;
const USER = 6;
const CHANNEL = 7;
const ROLE = 8;
const MENTIONABLE = 9;
const NUMBER = 10;

const KINDS = {
  3: 'text', [INTEGER]: 'whole number', [BOOLEAN]: 'yes or no', [USER]: 'user', [CHANNEL]: 'channel', [ROLE]: 'role',
  [MENTIONABLE]: 'user or role', [NUMBER]: 'number', 11: 'file',
};

/** A command, option or choice as a client in that locale shows it: `shown` is its name there, `name` what the bot is told. */
export function inLocale(thing, locale) {
  return {
    ...thing,
    shown: thing.name_localizations?.[locale] ?? thing.name,
    description: thing.description_localizations?.[locale] ?? thing.description,
    ...(thing.options && { options: thing.options.map((o) => inLocale(o, locale)) }),
    ...(thing.choices && { choices: thing.choices.map((c) => inLocale(c, locale)) }),
  };
}

/** Everything this person could run in a channel: [{title, name, path, description, options}], sub-commands one by one. */
export function runnable(commands, channel) {
  const all = [];

  for (const command of commands) {
    if ((command.type ?? 1) !== 1 || !mayUseCommand(command, channel?.permissions))
      continue;
    const walk = (level, path, description, shown) => {
      const below = (level ?? []).filter((o) => o.type === SUB_COMMAND || o.type === SUB_COMMAND_GROUP);
      if (below.length === 0) {
        all.push({ title: `/${shown.join(' ')}`, name: command.name, path: path.slice(1), description, options: level ?? [], command });
        return;
      }
      for (const o of below)
        walk(o.options, [...path, o.name], o.description, [...shown, o.shown ?? o.name]);
    };
    walk(command.options, [command.name], command.description, [command.shown ?? command.name]);
  }
  return all.sort((a, b) => a.title.localeCompare(b.title));
}

export function matching(all, typed) {
  const wanted = typed.trim().toLowerCase().replace(/\s+/g, ' ');
  const starts = all.filter((c) => c.title.startsWith(wanted));

  return [...starts, ...all.filter((c) => !starts.includes(c) && c.title.includes(wanted.slice(1)))].slice(0, 25);
}

/** The options as INTERACTION_CREATE carries them: wrapped in their group and sub-command. */
export function optionTree(entry, filled) {
  let options = filled;
  const path = [...entry.path];

  while (path.length) {
    const name = path.pop();
    const type = path.length === 0 && entry.path.length === 2 ? SUB_COMMAND_GROUP : SUB_COMMAND;
    options = [{ name, type, options }];
  }
  return options;
}

/** What a person may pick for an option (as options.js has it), or null when it is typed freely. */
export function offers(option, world) {
  if (option.choices?.length)
    return option.choices.map((c) => ({ value: c.value, label: c.shown ?? c.name }));
  switch (option.type) {
  case BOOLEAN:
    return [{ value: true, label: 'True' }, { value: false, label: 'False' }];
  case USER:
    return optionsOf({ type: 5 }, world);
  case ROLE:
    return [...optionsOf({ type: 6 }, world), { value: world.guild.id, label: '@everyone', mark: () => roleMark({}) }];
  case MENTIONABLE:
    return optionsOf({ type: 7 }, world);
  case CHANNEL:
    return optionsOf({ type: 8, channel_types: option.channel_types }, world);
  default:
    return null;
  }
}

export function namesPeople(option) {
  return option.type === USER || option.type === MENTIONABLE;
}

export function kindOf(option) {
  return KINDS[option.type] ?? 'value';
}

/** Text typed for an option → { value } or { wrong: sentence }. */
export function read(option, text, world) {
  const offered = offers(option, world);
  const trimmed = text.trim();

  if (offered) {
    const wanted = trimmed.toLowerCase().replace(/^[#@]/, '');
    const found = offered.find((o) => String(o.value) === trimmed)
      ?? offered.find((o) => goesBy(o, (name) => name.replace(/^[#@]/, '') === wanted));
    return found ? { value: found.value } : { wrong: `Choose a ${kindOf(option)} from the list.` };
  }
  if (option.type === INTEGER || option.type === NUMBER) {
    const n = Number(trimmed);
    if (trimmed === '' || !Number.isFinite(n) || (option.type === INTEGER && !Number.isSafeInteger(n)))
      return { wrong: `${option.name} must be a ${kindOf(option)}.` };
    if (option.min_value !== undefined && n < option.min_value)
      return { wrong: `${option.name} must be at least ${option.min_value}.` };
    if (option.max_value !== undefined && n > option.max_value)
      return { wrong: `${option.name} must be at most ${option.max_value}.` };
    return { value: n };
  }
  if (option.min_length !== undefined && text.length < option.min_length)
    return { wrong: `${option.name} needs at least ${option.min_length} characters.` };
  if (option.max_length !== undefined && text.length > option.max_length)
    return { wrong: `${option.name} may have at most ${option.max_length} characters.` };
  return { value: text };
}
