/*
 * The tour on Discordeno, whose REST queue, gateway and zlib stream are its own. BOT_API and BOT_TOKEN as in bot.mjs. clients.py plays its
 * people.
 */

import { createBot, createDesiredPropertiesObject, GatewayIntents, TransportCompression } from '@discordeno/bot';

const ships = ['Aurora', 'Avenger', 'Carrack', 'Cutlass', 'Cutter'];

const commands = [
  { name: 'greet', description: 'Greets a ship', options: [
    { type: 3, name: 'ship', description: 'Which one', required: true, autocomplete: true },
    { type: 4, name: 'times', description: 'How often', minValue: 1, maxValue: 3 },
    { type: 6, name: 'pilot', description: 'Whose' },
  ] },
  { name: 'form', description: 'Opens a form' },
  { name: 'later', description: 'Answers late, and twice' },
  { name: 'room', description: 'Makes a private room, and removes it' },
  { name: 'flood', description: 'More messages than a bucket holds' },
];

const handlers = {
  async greet(interaction, { ship, times = 1, pilot }) {
    await interaction.respond({
      content: 'Hello! '.repeat(times).trim(),
      embeds: [{ title: `Hello, ${ship}`, color: 0x5865f2, fields: [{ name: 'Pilot', value: pilot ? `<@${pilot}>` : 'nobody' }] }],
      components: [{ type: 1, components: [
        { type: 2, style: 1, label: 'Again', customId: `again:${ship}` },
        { type: 2, style: 5, label: 'Guide', url: 'https://discordeno.js.org/' },
      ] }],
    }, { isPrivate: true });
  },
  async form(interaction) {
    await interaction.respond({
      customId: 'form', title: 'About you', components: [
        { type: 1, components: [{ type: 4, customId: 'ship', style: 1, label: 'Ship' }] },
        { type: 1, components: [{ type: 4, customId: 'story', style: 2, label: 'Story', maxLength: 200 }] },
      ],
    });
  },
  async later(interaction) {
    await interaction.defer();
    await interaction.edit({ content: 'Done after a while.' });
    await interaction.respond({ content: 'And one more thing.' }, { isPrivate: true });
  },
  async room(interaction) {
    await interaction.defer(true);
    const channel = await bot.rest.createChannel(interaction.guildId, {
      name: 'a-room', type: 0, topic: 'for two', permissionOverwrites: [
        { id: interaction.guildId, type: 0, deny: ['VIEW_CHANNEL'] },
        { id: bot.id, type: 1, allow: ['VIEW_CHANNEL', 'SEND_MESSAGES'] },
        { id: interaction.user.id, type: 1, allow: ['VIEW_CHANNEL'] },
      ],
    });
    const message = await bot.rest.sendMessage(channel.id, {
      content: 'first', embeds: [{ description: 'embedded' }], files: [{ name: 'note.txt', blob: new Blob(['a file']) }],
    });
    await bot.rest.editMessage(channel.id, message.id, { content: 'second' });
    const seen = await bot.rest.getMessages(channel.id, { limit: 5 });
    await bot.rest.deleteMessage(channel.id, message.id);
    await bot.rest.deleteChannel(channel.id, 'the room was for one story');
    await interaction.edit({ content: `saw ${seen.length} message: ${seen[0].content}, ${seen[0].attachments[0]?.filename}` });
  },
  async flood(interaction) {
    await interaction.defer(true);
    await Promise.all(Array.from({ length: 8 }, (_, n) => bot.rest.sendMessage(interaction.channelId, { content: `message ${n}` })));
    await interaction.edit({ content: '8 messages' });
  },
};

async function onInteraction(interaction) {
  const { data } = interaction;
  if (interaction.type === 2)
    await handlers[data.name](interaction, Object.fromEntries((data.options ?? []).map((o) => [o.name, o.value])));
  else if (interaction.type === 4) {
    const typed = data.options.find((o) => o.focused).value.toLowerCase();
    await interaction.respond({ choices: ships.filter((s) => s.toLowerCase().startsWith(typed)).map((s) => ({ name: s, value: s })) });
  } else if (interaction.type === 3)
    await interaction.edit({ content: `Hello again, ${data.customId.split(':')[1]}!`, components: [] });
  else if (interaction.type === 5)
    await interaction.respond({ content: data.components.map((row) => row.components[0].value).join(': ') }, { isPrivate: true });
}

const bot = createBot({
  token: process.env.BOT_TOKEN, intents: GatewayIntents.Guilds, desiredProperties: createDesiredPropertiesObject({}, true),
  rest: { proxy: { baseUrl: process.env.BOT_API, authorization: `Bot ${process.env.BOT_TOKEN}` } },
  gateway: { transportCompression: TransportCompression[process.env.BOT_COMPRESSION ?? 'zlib'] },
  events: {
    interactionCreate: (interaction) => onInteraction(interaction).catch((error) => console.error(error)),
    async ready() {
      console.log(`ready ${(await bot.rest.upsertGlobalApplicationCommands(commands)).length}`);
    },
  },
  loggerFactory: () => ({ debug() {}, info() {}, warn: console.error, error: console.error, fatal: console.error }),
});
bot.rest.isProxied = false; // another address is taken for a proxy, which would have the queues
bot.gateway.events.resumed = () => console.log('resumed');

await bot.start();
