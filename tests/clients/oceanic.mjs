/* The tour on Oceanic.js, written as its examples do. BOT_API and BOT_TOKEN as in bot.mjs. clients.py plays its people. */

import { Client } from 'oceanic.js';

const ships = ['Aurora', 'Avenger', 'Carrack', 'Cutlass', 'Cutter'];

const commands = [
  { type: 1, name: 'greet', description: 'Greets a ship', options: [
    { type: 3, name: 'ship', description: 'Which one', required: true, autocomplete: true },
    { type: 4, name: 'times', description: 'How often', minValue: 1, maxValue: 3 },
    { type: 6, name: 'pilot', description: 'Whose' },
  ] },
  { type: 1, name: 'form', description: 'Opens a form' },
  { type: 1, name: 'later', description: 'Answers late, and twice' },
  { type: 1, name: 'room', description: 'Makes a private room, and removes it' },
  { type: 1, name: 'flood', description: 'More messages than a bucket holds' },
];

const handlers = {
  async greet(interaction) {
    const { options } = interaction.data;
    const ship = options.getString('ship', true);
    await interaction.createMessage({
      content: 'Hello! '.repeat(options.getInteger('times') ?? 1).trim(), flags: 64,
      embeds: [{ title: `Hello, ${ship}`, color: 0x5865f2, fields: [{ name: 'Pilot', value: options.getUser('pilot')?.mention ?? 'nobody' }] }],
      components: [{ type: 1, components: [
        { type: 2, style: 1, label: 'Again', customID: `again:${ship}` },
        { type: 2, style: 5, label: 'Guide', url: 'https://docs.oceanic.ws/' },
      ] }],
    });
  },
  async form(interaction) {
    await interaction.createModal({
      customID: 'form', title: 'About you', components: [
        { type: 1, components: [{ type: 4, customID: 'ship', style: 1, label: 'Ship' }] },
        { type: 1, components: [{ type: 4, customID: 'story', style: 2, label: 'Story', maxLength: 200 }] },
      ],
    });
  },
  async later(interaction) {
    await interaction.defer();
    await interaction.editOriginal({ content: 'Done after a while.' });
    await interaction.createFollowup({ content: 'And one more thing.', flags: 64 });
  },
  async room(interaction) {
    await interaction.defer(64);
    const channel = await interaction.guild.createChannel(0, {
      name: 'a-room', topic: 'for two', permissionOverwrites: [
        { id: interaction.guildID, type: 0, deny: 1024n, allow: 0n },
        { id: client.user.id, type: 1, allow: 3072n, deny: 0n },
        { id: interaction.user.id, type: 1, allow: 1024n, deny: 0n },
      ],
    });
    const message = await channel.createMessage({
      content: 'first', embeds: [{ description: 'embedded' }], files: [{ name: 'note.txt', contents: Buffer.from('a file') }],
    });
    await message.edit({ content: 'second' });
    const seen = await channel.getMessages({ limit: 5 });
    await message.delete();
    await channel.delete('the room was for one story');
    await interaction.editOriginal({ content: `saw ${seen.length} message: ${seen[0].content}, ${seen[0].attachments.first()?.filename}` });
  },
  async flood(interaction) {
    await interaction.defer(64);
    await Promise.all(Array.from({ length: 8 }, (_, n) => client.rest.channels.createMessage(interaction.channelID, { content: `message ${n}` })));
    await interaction.editOriginal({ content: '8 messages' });
  },
};

const client = new Client({
  auth: `Bot ${process.env.BOT_TOKEN}`, rest: { baseURL: `${process.env.BOT_API}/v10` }, gateway: { intents: ['GUILDS'] },
});

client.on('interactionCreate', async (interaction) => {
  if (interaction.isCommandInteraction())
    await handlers[interaction.data.name](interaction);
  else if (interaction.isAutocompleteInteraction()) {
    const typed = interaction.data.options.getFocused(true).value.toLowerCase();
    await interaction.result(ships.filter((s) => s.toLowerCase().startsWith(typed)).map((s) => ({ name: s, value: s })));
  } else if (interaction.isComponentInteraction())
    await interaction.editParent({ content: `Hello again, ${interaction.data.customID.split(':')[1]}!`, components: [] });
  else if (interaction.isModalSubmitInteraction()) {
    const { components } = interaction.data;
    await interaction.createMessage({ content: `${components.getTextInput('ship')}: ${components.getTextInput('story')}`, flags: 64 });
  }
});
client.on('shardResume', () => console.log('resumed'));
client.on('error', (error) => console.error(error));
client.once('ready', async () => console.log(`ready ${(await client.application.bulkEditGlobalCommands(commands)).length}`));

await client.connect();
