// A small bot made of discord.js, which knows nothing of the sandbox: it proves the sandbox to be Discord enough, and gives
// the page everything there is to show.

import { Client, Events, GatewayIntentBits } from 'discord.js';

import { BOT, CHANNELS, GUILD, ROLES } from './sandbox.mjs';

const EPHEMERAL = 64;

export const row = (...components) => ({ type: 1, components });
export const button = (style, label, id, more = {}) => ({ type: 2, style, label, ...(id ? { custom_id: id } : {}), ...more });

const commands = [
  { name: 'ping', name_localizations: { de: 'klopfen' }, type: 1, description: 'Is the bot there?' },
  { name: 'hang', type: 1, description: 'Never answers' },
  {
    name: 'settings', type: 1, description: 'Settings of the guild', default_member_permissions: '32',
    options: [{
      type: 1, name: 'targets', description: 'Where tickets are opened and logged',
      options: [
        { type: 7, name: 'category', description: 'Category of new tickets', required: true, channel_types: [4] },
        { type: 8, name: 'ping_role', description: 'Role to mention' },
        { type: 5, name: 'dm', description: 'Tell the opener by DM' },
        { type: 4, name: 'limit', description: 'How many', min_value: 1, max_value: 9 },
        { type: 3, name: 'zone', description: 'Time zone', autocomplete: true },
      ],
    }],
  },
];

const modal = {
  custom_id: 'form', title: 'Every kind of input',
  components: [
    { type: 10, content: 'Some **text** first.' },
    { type: 18, label: 'Name', description: 'As on your profile', component: { type: 4, style: 1, custom_id: 'name', min_length: 3, max_length: 20 } },
    { type: 18, label: 'What happened?', component: { type: 4, style: 2, custom_id: 'what', max_length: 1000, required: false } },
    {
      type: 18, label: 'Kind',
      component: { type: 3, custom_id: 'kind', options: [{ label: 'A bug', value: 'bug', description: 'Something is broken' }, { label: 'A wish', value: 'wish' }] },
    },
    { type: 18, label: 'Where', component: { type: 8, custom_id: 'where', required: false, max_values: 2 } },
  ],
};

const choicesModal = {
  custom_id: 'choices', title: 'Every kind of choice',
  components: [
    { type: 18, label: 'One of them', component: { type: 21, custom_id: 'one', options: [{ label: 'Left', value: 'left' }, { label: 'Right', value: 'right', description: 'the other' }] } },
    {
      type: 18, label: 'Some of them', description: 'Two at most',
      component: { type: 22, custom_id: 'some', max_values: 2, options: ['red', 'green', 'blue'].map((c) => ({ label: c, value: c })) },
    },
    { type: 18, label: 'I have read it', component: { type: 23, custom_id: 'read' } },
    { type: 18, label: 'Who', component: { type: 5, custom_id: 'who', required: false } },
  ],
};

const filledModal = {
  custom_id: 'mend', title: 'Mend what you wrote',
  components: [
    { type: 18, label: 'Name', component: { type: 4, style: 1, custom_id: 'name', value: 'Kim' } },
    { type: 18, label: 'Notes', component: { type: 4, style: 2, custom_id: 'notes', required: false, value: 'two\nlines' } },
    {
      type: 18, label: 'Zone', description: 'Where your clock is',
      component: { type: 3, custom_id: 'kind', options: ['Europe/Paris', 'Europe/London', 'Asia/Tokyo'].map((z) => ({ label: z, value: z, default: z === 'Europe/London' })) },
    },
  ],
};

const controls = [
  row(button(1, 'Form', 'form'), button(2, 'Later', 'later'), button(3, 'Now', 'now'), button(4, 'Never', 'never'),
    { type: 2, style: 5, label: 'Link', url: 'https://example.invalid/' }),
  row(button(2, 'Disabled', 'disabled', { disabled: true }), button(2, 'Change', 'change'), button(2, 'Ask', 'ask'),
    button(2, 'Choices', 'choices')),
  row({ type: 3, custom_id: 'several', placeholder: 'Choose some', max_values: 2, options: ['red', 'green', 'blue'].map((c) => ({ label: c, value: c })) }),
];

// One opaque pixel.
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGOISP0EAALIAbDfJSJbAAAAAElFTkSuQmCC', 'base64');

const layout = [
  {
    type: 17, accent_color: 0xeb459e,
    components: [
      { type: 10, content: '## Layout\nText of a container' },
      { type: 14, spacing: 2 },
      { type: 9, components: [{ type: 10, content: 'Text of a section' }], accessory: { type: 2, style: 1, label: 'Beside', custom_id: 'beside' } },
      { type: 9, components: [{ type: 10, content: 'With a thumbnail' }], accessory: { type: 11, media: { url: 'attachment://pixel.png' }, description: 'a thumbnail' } },
      { type: 12, items: [{ media: { url: 'attachment://pixel.png' }, description: 'in a gallery' }, { media: { url: 'https://example.invalid/far.png' } }] },
      { type: 13, file: { url: 'attachment://notes.txt' } },
      { type: 1, components: [{ type: 5, custom_id: 'who', placeholder: 'Somebody' }] },
    ],
  },
  { type: 17, spoiler: true, components: [{ type: 10, content: 'Behind a spoiler' }] },
];

const selects = [
  row({ type: 5, custom_id: 'user', placeholder: 'A user' }), row({ type: 6, custom_id: 'role', placeholder: 'A role' }),
  row({ type: 7, custom_id: 'either', placeholder: 'A user or a role' }),
  row({ type: 8, custom_id: 'channel', placeholder: 'A channel', channel_types: [4] }),
  row({ type: 3, custom_id: 'emoji', options: [{ label: 'With a picture', value: 'x', emoji: { name: '🎉' }, description: 'and a description', default: true }] }),
];

async function answer(interaction) {
  if (interaction.isAutocomplete())
    return interaction.respond(['Europe/London', 'Asia/Seoul'].filter((z) =>
      z.toLowerCase().includes(interaction.options.getFocused().toLowerCase())).map((z) => ({ name: z, value: z })));
  if (interaction.isChatInputCommand()) {
    if (interaction.commandName === 'hang')
      return undefined;
    if (interaction.commandName === 'ping')
      return interaction.reply({ content: 'Pong', flags: EPHEMERAL });
    const o = interaction.options;
    return interaction.reply({
      content: `category ${o.getChannel('category').name} role ${o.getRole('ping_role')?.name} dm ${o.getBoolean('dm')} limit ${o.getInteger('limit')} zone ${o.getString('zone')}`,
      flags: EPHEMERAL,
    });
  }
  if (interaction.isModalSubmit() && interaction.customId === 'choices')
    return interaction.reply({ content: `Choices: ${JSON.stringify(interaction.components.map((c) => c.component.value ?? c.component.values ?? null))}`, flags: EPHEMERAL });
  if (interaction.isModalSubmit())
    return interaction.reply({ content: `Form: ${interaction.fields.getTextInputValue('name')}, ${interaction.fields.getStringSelectValues('kind')}`, flags: EPHEMERAL });
  if (interaction.isAnySelectMenu())
    return interaction.reply({ content: `Chosen: ${interaction.values.join(' and ')}`, flags: EPHEMERAL });

  switch (interaction.customId) {
  case 'form':
    return interaction.showModal(modal);
  case 'ask':
    return interaction.reply({ content: 'Are you sure?', flags: EPHEMERAL, components: [row(button(4, 'Confirm', 'confirm'), button(1, 'Mend', 'mend'))] });
  case 'confirm':
    await interaction.deferUpdate();
    return interaction.editReply({ content: 'It is done.', components: [] });
  case 'mend':
    return interaction.showModal(filledModal);
  case 'choices':
    return interaction.showModal(choicesModal);
  case 'now':
    return interaction.reply({ content: 'Only for you', flags: EPHEMERAL });
  case 'later':
    await interaction.deferReply({ flags: EPHEMERAL });
    return undefined;
  case 'change':
    return interaction.update({ components: [row(button(2, 'Changed', 'changed', { disabled: true }))] });
  default:
    return undefined;
  }
}

export class Bot {
  #deferred = [];

  static async start(url) {
    const bot = new Bot();

    bot.errors = [];
    bot.client = new Client({ intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages], rest: { api: `${url}/api` } });
    bot.client.on(Events.Error, (error) => bot.errors.push(String(error)));
    bot.client.on(Events.InteractionCreate, (interaction) => {
      answer(interaction).catch((error) => bot.errors.push(String(error)));
      if (interaction.isButton() && interaction.customId === 'later')
        bot.#deferred.push(interaction);
    });
    const ready = new Promise((resolve) => bot.client.once(Events.ClientReady, resolve));
    await bot.client.login('page-test');
    await ready;
    await bot.client.rest.put(`/applications/${BOT}/guilds/${GUILD}/commands`, { body: commands });
    return bot;
  }

  post(channel, body) {
    return this.client.rest.post(`/channels/${channel}/messages`, { body });
  }

  react(channel, message, emoji) {
    return this.client.rest.put(`/channels/${channel}/messages/${message}/reactions/${encodeURIComponent(emoji)}/@me`);
  }

  postControls() {
    return this.post(CHANNELS.general, { content: 'Every control', components: controls });
  }

  /** A picture, a text with a description, and one that hides. */
  postFiles(channel) {
    return this.client.rest.post(`/channels/${channel}/messages`, {
      body: {
        content: 'Some files',
        attachments: [{ id: 0, description: 'A single pixel' }, { id: 1, description: 'What was said' }],
      },
      files: [{ name: 'pixel.png', data: PNG, key: 'files[0]' }, { name: 'notes.txt', data: Buffer.alloc(2048, 'a'), key: 'files[1]' },
        { name: 'SPOILER_pixel.png', data: PNG, key: 'files[2]' }],
    });
  }

  /** Components of the newer kind, with files of their own. */
  postLayout(channel) {
    return this.client.rest.post(`/channels/${channel}/messages`, {
      body: { flags: 1 << 15, components: layout },
      files: [{ name: 'pixel.png', data: PNG, key: 'files[0]' }, { name: 'notes.txt', data: Buffer.from('a note'), key: 'files[1]' }],
    });
  }

  postPictures(channel) {
    return this.client.rest.post(`/channels/${channel}/messages`, {
      body: { embeds: [{ title: 'With a picture', color: 0x57f287, image: { url: 'attachment://pixel.png' }, thumbnail: { url: 'https://example.invalid/far.png' } }] },
      files: [{ name: 'pixel.png', data: PNG, key: 'files[0]' }],
    });
  }

  postSelects(channel) {
    return this.post(channel, { content: 'Every select', components: selects });
  }

  async dm(user, content) {
    const channel = await this.client.rest.post('/users/@me/channels', { body: { recipient_id: user } });

    return this.post(channel.id, { content });
  }

  privateChannel(name, user) {
    const allow = String((1 << 10) | (1 << 11) | (1 << 16));

    return this.client.rest.post(`/guilds/${GUILD}/channels`, {
      body: {
        name, type: 0, parent_id: CHANNELS.support, topic: 'For two people',
        permission_overwrites: [{ id: GUILD, type: 0, allow: '0', deny: '1024' }, { id: user, type: 1, allow, deny: '0' },
          { id: ROLES.support, type: 0, allow, deny: '0' }, { id: BOT, type: 1, allow, deny: '0' }],
      },
    });
  }

  /** What an approval does to a member. */
  async promote(user, role, nick) {
    await this.client.rest.put(`/guilds/${GUILD}/members/${user}/roles/${role}`);
    await this.client.rest.patch(`/guilds/${GUILD}/members/${user}`, { body: { nick } });
  }

  deleteChannel(channel) {
    return this.client.rest.delete(`/channels/${channel}`);
  }

  finishDeferred(content) {
    return this.#deferred.shift().editReply({ content });
  }

  stop() {
    return this.client.destroy();
  }
}
