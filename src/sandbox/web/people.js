// Who one is: a rail of people, each one click away, and a search for guilds with more of them.

import { h, replace, uniqueId } from './dom.js';
import { displayName } from './guild.js';
import { USER } from './options.js';
import { avatar } from './person.js';
import { selectField } from './select.js';

const SHOWN_MAX = 12;

/** Draws the rail into `root` whenever it changes; `become(id)` is called for whom was chosen. */
export function peopleRail(root, world, become) {
  const name = uniqueId('person');

  const person = (id) => {
    const member = world.guild.members.get(id);
    const shown = member ? displayName(member) : id;
    const roles = world.guild.rolesOf(id).map((r) => r.name);
    const title = [shown, id === world.guild.ownerId ? 'owner of the guild' : null, ...roles, member ? null : 'not in the guild'].filter(Boolean).join(', ');

    return h('label', { class: 'person', title },
      h('input', { type: 'radio', name, value: id, checked: id === world.me, on: { change: () => become(id) } }),
      avatar(id, shown, 'avatar-small'), h('span', { class: 'person-name' }, shown));
  };

  const draw = () => {
    const others = world.people.length > SHOWN_MAX;
    const first = world.people.slice(0, SHOWN_MAX);
    const shown = first.includes(world.me) ? first : [world.me, ...first.slice(0, -1)];
    const focused = root.contains(document.activeElement) ? document.activeElement.value : undefined;

    replace(root, shown.map(person), others ? h('div', { class: 'person-search' }, selectField({
      component: { type: USER, placeholder: 'Somebody else' }, world, label: 'Be somebody else', picked: ([id]) => become(id),
    }).element) : null);
    if (focused)
      root.querySelector(`input[value="${CSS.escape(focused)}"]`)?.focus();
    root.querySelector(':checked')?.closest('.person').scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };

  let before = '';
  const drawIfChanged = () => {
    const now = JSON.stringify([world.me, world.people.length, world.people.slice(0, SHOWN_MAX).map((id) => [id, world.nameOf(id), world.guild.rolesOf(id).map((r) => r.name)])]);
    if (now === before)
      return;
    before = now;
    draw();
  };

  world.on('people', drawIfChanged);
  world.on('members', drawIfChanged);
}
