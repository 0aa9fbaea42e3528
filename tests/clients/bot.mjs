/*
 * A bot on discord.js, written as its guide does (discordjs.guide). Only the address is unusual: BOT_API is the sandbox's …/api instead of
 * Discord's, BOT_TOKEN its token. Writes "ready" when it is, and a line for every resume. clients.py plays its people.
 */

import {
        ActionRowBuilder, AttachmentBuilder, ButtonBuilder, ButtonStyle, ChannelSelectMenuBuilder, ChannelType, Client, EmbedBuilder, Events,
        GatewayIntentBits, LabelBuilder, MentionableSelectMenuBuilder, MessageFlags, ModalBuilder, PermissionFlagsBits, REST, RoleSelectMenuBuilder, Routes,
        SlashCommandBuilder, StringSelectMenuBuilder, TextInputBuilder, TextInputStyle, UserSelectMenuBuilder,
} from "discord.js";

const ships = ["Aurora", "Avenger", "Carrack", "Cutlass", "Cutter"];

const commands = [
        new SlashCommandBuilder().setName("greet").setDescription("Greets a ship")
                .addStringOption((o) => o.setName("ship").setDescription("Which one").setRequired(true).setAutocomplete(true))
                .addIntegerOption((o) => o.setName("times").setDescription("How often").setMinValue(1).setMaxValue(3))
                .addUserOption((o) => o.setName("pilot").setDescription("Whose")),
        new SlashCommandBuilder().setName("form").setDescription("Opens a form"),
        new SlashCommandBuilder().setName("later").setDescription("Answers late, and twice"),
        new SlashCommandBuilder().setName("room").setDescription("Makes a private room, and removes it"),
        new SlashCommandBuilder().setName("promote").setDescription("Role, nickname and a DM")
                .addUserOption((o) => o.setName("member").setDescription("Whom").setRequired(true))
                .addRoleOption((o) => o.setName("role").setDescription("Which").setRequired(true)),
        new SlashCommandBuilder().setName("flood").setDescription("More messages than a bucket holds"),
        new SlashCommandBuilder().setName("choices").setDescription("Every kind of select"),
        new SlashCommandBuilder().setName("herald").setDescription("A webhook, and reactions to what it says"),
        new SlashCommandBuilder().setName("count").setDescription("How many channels there are"),
        new SlashCommandBuilder().setName("busy").setDescription("Four requests to four places"),
];

async function greet(interaction) {
        const ship = interaction.options.getString("ship");
        const row = new ActionRowBuilder().addComponents(
                new ButtonBuilder().setCustomId(`again:${ship}`).setLabel("Again").setStyle(ButtonStyle.Primary),
                new ButtonBuilder().setLabel("Guide").setStyle(ButtonStyle.Link).setURL("https://discordjs.guide/"));
        const menu = new ActionRowBuilder().addComponents(
                new StringSelectMenuBuilder().setCustomId("ship").setPlaceholder("Another one").addOptions(ships.map((s) => ({ label: s, value: s }))));
        const embed = new EmbedBuilder().setTitle(`Hello, ${ship}`).setColor(0x5865f2)
                .addFields({ name: "Pilot", value: `${interaction.options.getUser("pilot") ?? "nobody"}`, inline: true });
        await interaction.reply({
                content: "Hello! ".repeat(interaction.options.getInteger("times") ?? 1).trim(),
                embeds: [embed], components: [row, menu], flags: MessageFlags.Ephemeral,
        });
}

async function form(interaction) {
        const modal = new ModalBuilder().setCustomId("form").setTitle("About you").addLabelComponents(
                new LabelBuilder().setLabel("Ship").setDescription("The one you fly").setStringSelectMenuComponent(
                        new StringSelectMenuBuilder().setCustomId("ship").addOptions(ships.map((s) => ({ label: s, value: s })))),
                new LabelBuilder().setLabel("Story").setTextInputComponent(
                        new TextInputBuilder().setCustomId("story").setStyle(TextInputStyle.Paragraph).setMaxLength(200)));
        await interaction.showModal(modal);
}

async function later(interaction) {
        await interaction.deferReply();
        await interaction.editReply("Done after a while.");
        await interaction.followUp({ content: "And one more thing.", flags: MessageFlags.Ephemeral });
}

async function room(interaction) {
        await interaction.deferReply({ flags: MessageFlags.Ephemeral });
        const channel = await interaction.guild.channels.create({
                name: "a-room", type: ChannelType.GuildText, topic: "for two",
                permissionOverwrites: [
                        { id: interaction.guild.id, deny: [PermissionFlagsBits.ViewChannel] },
                        { id: interaction.client.user.id, allow: [PermissionFlagsBits.ViewChannel, PermissionFlagsBits.SendMessages] },
                        { id: interaction.user.id, allow: [PermissionFlagsBits.ViewChannel] },
                ],
        });
        const message = await channel.send({
                content: "first", embeds: [new EmbedBuilder().setDescription("embedded")],
                files: [new AttachmentBuilder(Buffer.from("a file"), { name: "note.txt" })],
        });
        await message.edit("second");
        const seen = await channel.messages.fetch({ limit: 5, cache: false });
        const file = seen.first().attachments.first();
        const text = await (await fetch(file.url)).text();
        await message.delete();
        await channel.delete("the room was for one story");
        await interaction.editReply(`saw ${seen.size} message: ${seen.first().content}, ${file.name}, ${text}`);
}

async function promote(interaction) {
        await interaction.deferReply({ flags: MessageFlags.Ephemeral });
        const member = interaction.options.getMember("member");
        await member.roles.add(interaction.options.getRole("role").id);
        await member.setNickname("Promoted");
        await member.send("You are promoted.");
        await interaction.editReply("promoted");
}

async function flood(interaction) {
        await interaction.deferReply({ flags: MessageFlags.Ephemeral });
        await Promise.all(Array.from({ length: 8 }, (_, n) => interaction.channel.send(`message ${n}`)));
        await interaction.editReply("8 messages");
}

async function choices(interaction) {
        const menus = [
                new StringSelectMenuBuilder().setMinValues(2).setMaxValues(3).addOptions(ships.map((s) => ({ label: s, value: s }))).setPlaceholder("string"),
                new UserSelectMenuBuilder().setMaxValues(2).setPlaceholder("user"),
                new RoleSelectMenuBuilder().setPlaceholder("role"),
                new ChannelSelectMenuBuilder().setChannelTypes(ChannelType.GuildText).setPlaceholder("channel"),
                new MentionableSelectMenuBuilder().setMaxValues(2).setPlaceholder("mentionable"),
        ];
        await interaction.reply({
                content: "Choose.",
                components: menus.map((menu) => new ActionRowBuilder().addComponents(menu.setCustomId(`choice:${menu.data.placeholder}`))),
        });
}

async function chosen(interaction) {
        const names = [interaction.users?.map((u) => u.username), interaction.roles?.map((r) => r.name), interaction.channels?.map((c) => c.name)]
                .flatMap((found) => found ?? []);
        await interaction.reply({
                content: `${interaction.customId.split(":")[1]}: ${(interaction.isStringSelectMenu() ? [...interaction.values] : names).sort().join(", ")}`,
                flags: MessageFlags.Ephemeral,
        });
}

async function herald(interaction) {
        await interaction.deferReply({ flags: MessageFlags.Ephemeral });
        const webhook = await interaction.channel.createWebhook({ name: "Herald", reason: "there is news" });
        const message = await webhook.send({ content: "hear", username: "Crier", embeds: [new EmbedBuilder().setTitle("News")] });
        await webhook.editMessage(message.id, "heard");
        await message.react("✅");
        await message.react("❌");
        const voters = await message.reactions.resolve("✅").users.fetch();
        await message.reactions.resolve("❌").users.remove(interaction.client.user);
        await webhook.delete();
        await interaction.editReply(`heard of ${message.author.username}, ${voters.map((u) => u.username)} approves`);
}

async function count(interaction) {
        await interaction.reply({ content: `${interaction.guild.channels.cache.size} channels`, flags: MessageFlags.Ephemeral });
}

async function busy(interaction) {
        await interaction.deferReply({ flags: MessageFlags.Ephemeral });
        const guild = interaction.guild;
        await Promise.all([
                interaction.channel.send("one message"), guild.channels.fetch(undefined, { force: true }), guild.roles.fetch(undefined, { force: true }),
                guild.members.fetch({ user: interaction.user.id, force: true }),
        ]);
        await interaction.editReply("was busy");
}

const handlers = { greet, form, later, room, promote, flood, choices, count, busy, herald };
const client = new Client({ intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMembers], rest: { api: process.env.BOT_API } });

client.on(Events.InteractionCreate, async (interaction) => {
        if (interaction.isChatInputCommand())
                await handlers[interaction.commandName](interaction);
        else if (interaction.isAutocomplete()) {
                const typed = interaction.options.getFocused().toLowerCase();
                await interaction.respond(ships.filter((s) => s.toLowerCase().startsWith(typed)).map((s) => ({ name: s, value: s })));
        } else if (interaction.isButton())
                await interaction.update({ content: `Hello again, ${interaction.customId.split(":")[1]}!`, components: [] });
        else if (interaction.isAnySelectMenu() && interaction.customId.startsWith("choice:"))
                await chosen(interaction);
        else if (interaction.isStringSelectMenu())
                await interaction.reply({ content: `You chose ${interaction.values[0]}.`, flags: MessageFlags.Ephemeral });
        else if (interaction.isModalSubmit())
                await interaction.reply({
                        content: `${interaction.fields.getStringSelectValues("ship")[0]}: ${interaction.fields.getTextInputValue("story")}`,
                        flags: MessageFlags.Ephemeral,
                });
});
client.on(Events.ShardResume, (id, replayed) => console.log(`resumed ${replayed}`));
client.on(Events.Error, (error) => console.error(error));
client.once(Events.ClientReady, async (ready) => {
        const rest = new REST({ api: process.env.BOT_API }).setToken(process.env.BOT_TOKEN);
        const put = await rest.put(Routes.applicationCommands(ready.application.id), { body: commands.map((c) => c.toJSON()) });
        console.log(`ready ${put.length}`);
});
process.on("unhandledRejection", (error) => {
        console.error(error);
        process.exitCode = 1;
});
await client.login(process.env.BOT_TOKEN);
