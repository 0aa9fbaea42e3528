// Who may do what in a channel, as Discord's client works it out (Discord reference, "Permission Overwrites").

export const ADMINISTRATOR = 1n << 3n;
export const VIEW_CHANNEL = 1n << 10n;
export const SEND_MESSAGES = 1n << 11n;
const ALL = (1n << 64n) - 1n;

function bits(text) {
  try {
    return BigInt(text ?? 0);
  } catch {
    return 0n;
  }
}

/** Permissions of a member {user, roles} in a channel, from a Guild and the channel's overwrites. */
export function permissionsIn(guild, member, channel) {
  if (guild.ownerId === member.user.id)
    return ALL;

  const roleBits = (id) => bits(guild.roles.get(id)?.permissions);
  let may = roleBits(guild.id);
  for (const id of member.roles)
    may |= roleBits(id);
  if (may & ADMINISTRATOR)
    return ALL;

  const overwrites = new Map((channel.permission_overwrites ?? []).map((o) => [o.id, o]));
  const everyone = overwrites.get(guild.id);
  if (everyone)
    may = (may & ~bits(everyone.deny)) | bits(everyone.allow);

  let deny = 0n;
  let allow = 0n;
  for (const id of member.roles) {
    deny |= bits(overwrites.get(id)?.deny);
    allow |= bits(overwrites.get(id)?.allow);
  }
  may = (may & ~deny) | allow;

  const own = overwrites.get(member.user.id);
  if (own)
    may = (may & ~bits(own.deny)) | bits(own.allow);
  return may;
}

/** Whether Discord's client would list a command: default_member_permissions null = everybody, "0" = administrators only. */
export function mayUseCommand(command, channelPermissions) {
  const may = bits(channelPermissions);
  const needs = command.default_member_permissions;

  if (needs === null || needs === undefined || may & ADMINISTRATOR)
    return true;
  return bits(needs) !== 0n && (may & bits(needs)) === bits(needs);
}

export function has(channelPermissions, permission) {
  const may = bits(channelPermissions);

  return (may & ADMINISTRATOR) !== 0n || (may & permission) !== 0n;
}
