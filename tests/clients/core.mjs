/*
 * The tour on @discordjs/core, the thin layer over discord.js's newer gateway and REST clients: bodies are Discord's own, and the gateway
 * is read as one zlib stream. BOT_API and BOT_TOKEN as in bot.mjs. clients.py plays its people.
 */

import { API, Client, GatewayDispatchEvents, GatewayIntentBits, MessageFlags } from '@discordjs/core';
import { REST } from '@discordjs/rest';
import { CompressionMethod, WebSocketManager, WebSocketShardEvents } from '@discordjs/ws';

const ships = ['Aurora', 'Avenger', 'Carrack', 'Cutlass', 'Cutter'];

const commands = [
  { name: 'greet', description: 'Greets a ship', options: [
    { type: 3, name: 'ship', description: 'Which one', required: true, autocomplete: true },
    { type: 4, name: 'times', description: 'How often', min_value: 1, max_value: 3 },
    { type: 6, name: 'pilot', description: 'Whose' },
  ] },
  { name: 'form', description: 'Opens a form' },
  { name: 'later', description: 'Answers late, and twice' },
  { name: 'room', description: 'Makes a private room, and removes it' },
  { name: 'flood', description: 'More messages than a bucket holds' },
];

const rest = new REST({ version: '10', api: process.env.BOT_API }).setToken(process.env.BOT_TOKEN);
const gateway = new WebSocketManager({
  token: process.env.BOT_TOKEN, intents: GatewayIntentBits.Guilds, rest, compression: CompressionMethod.ZlibNative,
  fetchGatewayInformation: () => client.api.gateway.getBot(),
});
const client = new Client({ rest, gateway });

const reply = (interaction, data) => client.api.interactions.reply(interaction.id, interaction.token, data);
const edit = (interaction, data) => client.api.interactions.editReply(interaction.application_id, interaction.token, data);
const defer = (interaction, flags) => client.api.interactions.defer(interaction.id, interaction.token, { flags });

const handlers = {
  async greet(interaction, { ship, times = 1, pilot }) {
    await reply(interaction, {
      content: 'Hello! '.repeat(times).trim(), flags: MessageFlags.Ephemeral,
      embeds: [{ title: `Hello, ${ship}`, color: 0x5865f2, fields: [{ name: 'Pilot', value: pilot ? `<@${pilot}>` : 'nobody' }] }],
      components: [{ type: 1, components: [
        { type: 2, style: 1, label: 'Again', custom_id: `again:${ship}` },
        { type: 2, style: 5, label: 'Guide', url: 'https://discord.js.org/' },
      ] }],
    });
  },
  async form(interaction) {
    await client.api.interactions.createModal(interaction.id, interaction.token, {
      custom_id: 'form', title: 'About you', components: [
        { type: 18, label: 'Ship', component: { type: 4, custom_id: 'ship', style: 1 } },
        { type: 18, label: 'Story', component: { type: 4, custom_id: 'story', style: 2, max_length: 200 } },
      ],
    });
  },
  async later(interaction) {
    await defer(interaction);
    await edit(interaction, { content: 'Done after a while.' });
    await client.api.interactions.followUp(interaction.application_id, interaction.token, {
      content: 'And one more thing.', flags: MessageFlags.Ephemeral,
    });
  },
  async room(interaction) {
    await defer(interaction, MessageFlags.Ephemeral);
    const channel = await client.api.guilds.createChannel(interaction.guild_id, {
      name: 'a-room', type: 0, topic: 'for two', permission_overwrites: [
        { id: interaction.guild_id, type: 0, deny: '1024' },
        { id: interaction.application_id, type: 1, allow: '3072' },
        { id: interaction.member.user.id, type: 1, allow: '1024' },
      ],
    });
    const message = await client.api.channels.createMessage(channel.id, {
      content: 'first', embeds: [{ description: 'embedded' }], files: [{ name: 'note.txt', data: Buffer.from('a file') }],
    });
    await client.api.channels.editMessage(channel.id, message.id, { content: 'second' });
    const seen = await client.api.channels.getMessages(channel.id, { limit: 5 });
    await client.api.channels.deleteMessage(channel.id, message.id);
    await client.api.channels.delete(channel.id, { reason: 'the room was for one story' });
    await edit(interaction, { content: `saw ${seen.length} message: ${seen[0].content}, ${seen[0].attachments[0]?.filename}` });
  },
  async flood(interaction) {
    await defer(interaction, MessageFlags.Ephemeral);
    await Promise.all(Array.from({ length: 8 }, (_, n) => client.api.channels.createMessage(interaction.channel.id, { content: `message ${n}` })));
    await edit(interaction, { content: '8 messages' });
  },
};

client.on(GatewayDispatchEvents.InteractionCreate, async ({ data: interaction }) => {
  const { data } = interaction;
  if (interaction.type === 2)
    await handlers[data.name](interaction, Object.fromEntries((data.options ?? []).map((o) => [o.name, o.value])));
  else if (interaction.type === 4) {
    const typed = data.options.find((o) => o.focused).value.toLowerCase();
    await client.api.interactions.createAutocompleteResponse(interaction.id, interaction.token, {
      choices: ships.filter((s) => s.toLowerCase().startsWith(typed)).map((s) => ({ name: s, value: s })),
    });
  } else if (interaction.type === 3)
    await client.api.interactions.updateMessage(interaction.id, interaction.token, {
      content: `Hello again, ${data.custom_id.split(':')[1]}!`, components: [],
    });
  else if (interaction.type === 5)
    await reply(interaction, { content: data.components.map((c) => c.component.value).join(': '), flags: MessageFlags.Ephemeral });
});
client.on(GatewayDispatchEvents.Resumed, () => console.log('resumed'));
gateway.on(WebSocketShardEvents.Error, (error) => console.error(error));
client.once(GatewayDispatchEvents.Ready, async ({ data }) => {
  const put = await new API(rest).applicationCommands.bulkOverwriteGlobalCommands(data.application.id, commands);
  console.log(`ready ${put.length}`);
});

await gateway.connect();
