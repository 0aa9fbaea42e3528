// Names, colours and memberships that something drawn shows. What was asked is remembered with its answer, so that a message
// is drawn again when somebody in it is renamed, and is left alone (with its focus and open lists) when somebody else is.

import { channelName } from './guild.js';

const QUESTIONS = {
  userName: (world, id) => {
    if (!world.guild.members.has(id))
      world.meet(id);
    return world.guild.nameOf(id);
  },
  userColour: (world, id) => world.guild.rolesOf(id).map((r) => r.color).find(Boolean) ?? 0,
  roleName: (world, id) => world.guild.roles.get(id)?.name ?? 'deleted-role',
  roleColour: (world, id) => world.guild.roles.get(id)?.color ?? 0,
  channelName: (world, id) => {
    const channel = world.guild.channel(id);
    return channel ? channelName(channel) : null;
  },
  isMe: (world, id) => id === world.me,
  isMyRole: (world, id) => world.guild.hasRole(world.me, id),
  isMember: (world, id) => world.guild.members.has(id),
};

export class Names {
  #asked = new Map();

  constructor(world) {
    this.world = world;
  }

  #ask(question, id) {
    const answer = QUESTIONS[question](this.world, id);

    this.#asked.set(`${question} ${id}`, answer);
    return answer;
  }

  userName(id) { return this.#ask('userName', id); }
  userColour(id) { return this.#ask('userColour', id); }
  roleName(id) { return this.#ask('roleName', id); }
  roleColour(id) { return this.#ask('roleColour', id); }
  channelName(id) { return this.#ask('channelName', id); }
  isMe(id) { return this.#ask('isMe', id); }
  isMyRole(id) { return this.#ask('isMyRole', id); }
  isMember(id) { return this.#ask('isMember', id); }

  /** Whether an answer given before would be another one today. */
  areStale() {
    for (const [key, answer] of this.#asked) {
      const [question, id] = key.split(' ');
      if (QUESTIONS[question](this.world, id) !== answer)
        return true;
    }
    return false;
  }
}
