#!/usr/bin/python3
"""
The same bot on discord.py, written as its documentation does (discordpy.readthedocs.io). Only the addresses are unusual: BOT_API is the
sandbox's …/api/v10 and BOT_GATEWAY its ws://… instead of Discord's, which this library knows by heart; BOT_TOKEN its token. Writes "ready" when it is, and a line for every resume. clients.py
plays its people.
"""

import asyncio
import io
import os

import discord
import yarl
from discord import app_commands

discord.http.Route.BASE = os.environ["BOT_API"]
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["BOT_GATEWAY"])
SHIPS = ["Aurora", "Avenger", "Carrack", "Cutlass", "Cutter"]


class Greeting(discord.ui.View):
    def __init__(self, ship):
        super().__init__()
        self.ship = ship
        self.add_item(discord.ui.Button(label="Guide", url="https://discordpy.readthedocs.io/"))

    @discord.ui.button(label="Again", style=discord.ButtonStyle.primary)
    async def again(self, interaction, button):
        await interaction.response.edit_message(content=f"Hello again, {self.ship}!", view=None)

    @discord.ui.select(placeholder="Another one", options=[discord.SelectOption(label=s) for s in SHIPS])
    async def choose(self, interaction, select):
        await interaction.response.send_message(f"You chose {select.values[0]}.", ephemeral=True)


class Choices(discord.ui.View):
    @discord.ui.select(placeholder="string", min_values=2, max_values=3, options=[discord.SelectOption(label=s) for s in SHIPS])
    async def string(self, interaction, select):
        await interaction.response.send_message("string: " + ", ".join(sorted(select.values)), ephemeral=True)

    @discord.ui.select(cls=discord.ui.UserSelect, placeholder="user", max_values=2)
    async def user(self, interaction, select):
        await self.names(interaction, "user", select)

    @discord.ui.select(cls=discord.ui.RoleSelect, placeholder="role")
    async def role(self, interaction, select):
        await self.names(interaction, "role", select)

    @discord.ui.select(cls=discord.ui.ChannelSelect, placeholder="channel", channel_types=[discord.ChannelType.text])
    async def channel(self, interaction, select):
        await self.names(interaction, "channel", select)

    @discord.ui.select(cls=discord.ui.MentionableSelect, placeholder="mentionable", max_values=2)
    async def mentionable(self, interaction, select):
        await self.names(interaction, "mentionable", select)

    async def names(self, interaction, kind, select):
        await interaction.response.send_message(f"{kind}: " + ", ".join(sorted(v.name for v in select.values)), ephemeral=True)


class Form(discord.ui.Modal, title="About you"):
    ship = discord.ui.TextInput(label="Ship")
    story = discord.ui.TextInput(label="Story", style=discord.TextStyle.paragraph, max_length=200)

    async def on_submit(self, interaction):
        await interaction.response.send_message(f"{self.ship.value}: {self.story.value}", ephemeral=True)


class Bot(discord.Client):
    def __init__(self):
        super().__init__(intents=discord.Intents(guilds=True, members=True), heartbeat_timeout=7)  # longer than the pause that it makes itself before a new session
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self):
        self.n_commands = len(await self.tree.sync())

    async def on_ready(self):
        print(f"ready {self.n_commands}", flush=True)

    async def on_resumed(self):
        print("resumed", flush=True)


bot = Bot()


@bot.tree.command(description="Greets a ship")
@app_commands.describe(ship="Which one", times="How often", pilot="Whose")
async def greet(interaction: discord.Interaction, ship: str, times: app_commands.Range[int, 1, 3] = 1, pilot: discord.User = None):
    embed = discord.Embed(title=f"Hello, {ship}", colour=0x5865F2)
    embed.add_field(name="Pilot", value=pilot.mention if pilot else "nobody")
    await interaction.response.send_message(" ".join(["Hello!"] * times), embed=embed, view=Greeting(ship), ephemeral=True)


@greet.autocomplete("ship")
async def ships(interaction: discord.Interaction, current: str):
    return [app_commands.Choice(name=s, value=s) for s in SHIPS if s.lower().startswith(current.lower())]


@bot.tree.command(description="Opens a form")
async def form(interaction: discord.Interaction):
    await interaction.response.send_modal(Form())


@bot.tree.command(description="Answers late, and twice")
async def later(interaction: discord.Interaction):
    await interaction.response.defer()
    await interaction.edit_original_response(content="Done after a while.")
    await interaction.followup.send("And one more thing.", ephemeral=True)


@bot.tree.command(description="Makes a private room, and removes it")
async def room(interaction: discord.Interaction):
    await interaction.response.defer(ephemeral=True)
    guild = interaction.guild
    channel = await guild.create_text_channel("a-room", topic="for two", overwrites={
        guild.default_role: discord.PermissionOverwrite(view_channel=False),
        guild.me: discord.PermissionOverwrite(view_channel=True, send_messages=True),
        interaction.user: discord.PermissionOverwrite(view_channel=True),
    })
    message = await channel.send("first", embed=discord.Embed(description="embedded"), file=discord.File(io.BytesIO(b"a file"), "note.txt"))
    await message.edit(content="second")
    seen = [m async for m in channel.history(limit=5)]
    file = seen[0].attachments[0]
    text = (await file.read()).decode()
    await message.delete()
    await channel.delete(reason="the room was for one story")
    await interaction.edit_original_response(content=f"saw {len(seen)} message: {seen[0].content}, {file.filename}, {text}")


@bot.tree.command(description="Role, nickname and a DM")
@app_commands.describe(member="Whom", role="Which")
async def promote(interaction: discord.Interaction, member: discord.Member, role: discord.Role):
    await interaction.response.defer(ephemeral=True)
    await member.add_roles(role)
    await member.edit(nick="Promoted")
    await member.send("You are promoted.")
    await interaction.edit_original_response(content="promoted")


@bot.tree.command(description="More messages than a bucket holds")
async def flood(interaction: discord.Interaction):
    await interaction.response.defer(ephemeral=True)
    await asyncio.gather(*[interaction.channel.send(f"message {n}") for n in range(8)])
    await interaction.edit_original_response(content="8 messages")


@bot.tree.command(description="Every kind of select")
async def choices(interaction: discord.Interaction):
    await interaction.response.send_message("Choose.", view=Choices())


@bot.tree.command(description="A webhook, and reactions to what it says")
async def herald(interaction: discord.Interaction):
    await interaction.response.defer(ephemeral=True)
    webhook = await interaction.channel.create_webhook(name="Herald", reason="there is news")
    sent = await webhook.send("hear", username="Crier", embed=discord.Embed(title="News"), wait=True)
    await sent.edit(content="heard")
    message = await interaction.channel.fetch_message(sent.id)
    await message.add_reaction("✅")
    await message.add_reaction("❌")
    message = await interaction.channel.fetch_message(sent.id)
    voters = [user.name async for user in message.reactions[0].users()]
    await message.remove_reaction("❌", interaction.client.user)
    await webhook.delete()
    await interaction.edit_original_response(content=f"{message.content} of {message.author.name}, {voters[0]} approves")


@bot.tree.command(description="How many channels there are")
async def count(interaction: discord.Interaction):
    await interaction.response.send_message(f"{len(interaction.guild.channels)} channels", ephemeral=True)


@bot.tree.command(description="Four requests to four places")
async def busy(interaction: discord.Interaction):
    await interaction.response.defer(ephemeral=True)
    guild = interaction.guild
    await asyncio.gather(interaction.channel.send("one message"), guild.fetch_channels(), guild.fetch_roles(), guild.fetch_member(interaction.user.id))
    await interaction.edit_original_response(content="was busy")


bot.run(os.environ["BOT_TOKEN"])
