#!/usr/bin/env python3
"""
The example bots that libraries ship, with people who use them: discord.py's from Debian's python-discord-doc, and the bot that
create-discord-bot of npm makes. They are fetched when they are tested, and run as they are but for address, token and the ids that they say
to fill in. TAP.

    examples.py [py] [js] [NAME…]
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from bots import HERE, Bot, Sandbox, Trouble, discord_py_version, package_version, the_traffic_fits_discords_description, wait_for
from recruit import ROLE_MEMBER, buttons_of, expect, words_of
from stack import APPLICANT, APPLICATION, CHANNEL_GENERAL, GUILD, OWNER, SECOND, STAFF, TOKEN, Tap

INSTALLED = pathlib.Path("/usr/share/doc/python-discord-doc/examples")
RED = "\N{LARGE RED CIRCLE}"


class Scene:
    """One bot in one guild: what people say and do in the general channel, and what the bot says then."""

    def __init__(self, guild, bot):
        self.guild, self.bot = guild, bot

    def say(self, text, who=APPLICANT):
        return self.guild.act(who, "say", channel=CHANNEL_GENERAL, content=text)["message"]

    def messages(self, after=None):
        """The bot's, oldest first; after: those that are newer than this one."""
        return [m for m in self.guild.messages(CHANNEL_GENERAL) if m["author"]["id"] == APPLICATION and (after is None or int(m["id"]) > int(after))]

    def hears(self, pattern, after=None, seconds=10):
        """The first message of the bot that matches."""
        return wait_for(lambda: next((m for m in self.messages(after) if re.search(pattern, words_of(m))), None), f"the bot to say {pattern!r}", seconds)

    def asks(self, text, pattern, who=APPLICANT):
        return self.hears(pattern, self.say(text, who))

    def press(self, message, label, who=APPLICANT):
        """On the message as it is now."""
        now = next(m for m in self.guild.messages(CHANNEL_GENERAL, who) if m["id"] == message["id"])
        return self.guild.press(who, CHANNEL_GENERAL, message["id"], buttons_of(now)[label])

    def reads(self, interaction, pattern):
        view = self.guild.answer(interaction)
        text = words_of(view["message"] or {})
        expect(re.search(pattern, text), f"the answer {text!r} has {pattern!r}")
        return view["message"]


# ---- discord.py: file, what it says to fill in, what people do -------------------------------------------------------------------------

def basic_commands(scene):
    guild = scene.guild
    scene.reads(guild.invoke(APPLICANT, "hello"), f"Hi, <@{APPLICANT}>")
    scene.reads(guild.invoke(APPLICANT, "add", first_value=2, second_value=40), r"2 \+ 40 = 42")
    scene.reads(guild.invoke(APPLICANT, "send", text="what I type"), "what I type")
    scene.reads(guild.invoke(APPLICANT, "joined", member=STAFF), r"staff.* joined <t:\d+>")
    shown = guild.act(APPLICANT, "menu", channel=CHANNEL_GENERAL, name="Show Join Date", user=SECOND)["interaction"]
    scene.reads(shown, r"second.* joined at <t:\d+>")
    bad = scene.say("something bad", SECOND)
    told = guild.act(APPLICANT, "menu", channel=CHANNEL_GENERAL, name="Report to Moderators", message=bad)["interaction"]
    expect(scene.reads(told, f"Thanks for reporting this message by <@{SECOND}>")["flags"] & 64, "for one person")
    expect("Go to Message" in buttons_of(scene.hears("Reported Message\nsomething bad")), "with a link to it")


def transformers(scene):
    guild = scene.guild
    scene.reads(guild.invoke(APPLICANT, "add", first=100, second=1), r"100 \+ 1 = 101")
    try:
        guild.invoke(APPLICANT, "add", first=101, second=1)
    except Trouble as error:
        expect("too large" in str(error), "a person cannot type more than the command takes")
    else:
        raise Trouble("101 was taken")
    scene.reads(guild.invoke(APPLICANT, "channel-info", channel=CHANNEL_GENERAL), f"Channel Info\nName\ngeneral\nID\n{CHANNEL_GENERAL}\nType\nText")
    shop = [{"name": "action", "type": 3, "value": "Buy"}, {"name": "item", "type": 3, "value": "a hat"}]
    scene.reads(guild.command(APPLICANT, "shop", shop), "Action: Buy\nItem: a hat")
    scene.reads(guild.invoke(APPLICANT, "fruit", fruit=2), "cherry")
    scene.reads(guild.invoke(APPLICANT, "graph", point="3,4"), r"Point\(x=3, y=4\)")
    scene.reads(guild.invoke(APPLICANT, "graph3d", point="1,2,3"), r"Point3D\(x=1, y=2, z=3\)")


def background_task(scene):
    scene.hears("^1$")


def basic_bot(scene):
    scene.asks("?add 2 3", "^5$")
    scene.asks("?roll 3d6", r"^\d, \d, \d$")
    scene.asks("?roll many", "NdN")
    scene.asks("?choose one one", "^one$")
    scene.asks("?repeat 2 echo", "^echo$")
    scene.asks("?joined staff", r"staff joined <t:\d+>")
    scene.asks("?cool beans", "No, beans is not cool")
    scene.asks("?cool bot", "Yes, the bot is cool")
    scene.asks("?help", "An example bot to showcase")


def converters(scene):
    scene.asks(f"!userinfo <@{STAFF}>", f"User found: {STAFF} -- staff")
    scene.asks("!userinfo nobody-at-all", "Couldn't find that user")
    scene.asks(f"!notify <#{CHANNEL_GENERAL}>", "Hello, general!")
    scene.say(f"!notify <@{SECOND}>")
    wait_for(lambda: "Hello, second!" in [words_of(m) for m in scene.guild.dms(SECOND)], "a direct message")
    scene.asks("!ignore second", f"Member found: <@{SECOND}>")
    scene.asks("!ignore general", f"Channel found: <#{CHANNEL_GENERAL}>")
    scene.asks("!multiply 21 on", "^42$")


def custom_context(scene):
    message = scene.say("!guess 3")
    found = wait_for(lambda: next(m for m in scene.guild.messages(CHANNEL_GENERAL) if m["id"] == message).get("reactions"), "a reaction")
    expect(found[0]["emoji"]["name"] in "\N{WHITE HEAVY CHECK MARK}\N{CROSS MARK}" and found[0]["count"] == 1 and found[0]["me"], f"the bot's: {found}")


def deleted(scene):
    message = scene.say("I did not mean it", SECOND)
    scene.guild.act(SECOND, "delete", channel=CHANNEL_GENERAL, message=message)
    scene.hears("second.* has deleted the message: I did not mean it")
    goodbye = scene.asks("!deleteme", "Goodbye in 3 seconds")
    wait_for(lambda: goodbye["id"] not in [m["id"] for m in scene.messages()], "it to be gone")


def edits(scene):
    message = scene.say("teh", SECOND)
    scene.guild.act(SECOND, "edit", channel=CHANNEL_GENERAL, message=message, content="the")
    scene.hears("second.* edited their message:\nteh -> the")
    ten = scene.asks("!editme", "^10$")
    wait_for(lambda: [words_of(m) for m in scene.messages() if m["id"] == ten["id"]] == ["40"], "it to be edited")


def guessing_game(scene):
    scene.asks("$guess", "Guess a number between 1 and 10")
    scene.asks("5", r"You are right!|Oops. It is actually \d+")


def new_member(scene):
    who = scene.guild.world("add_member", name="newcomer")["user"]["id"]
    scene.hears(f"Welcome <@{who}> to Magikal Test Guild!")


def reaction_roles(scene):
    guild = scene.guild
    guild.act(SECOND, "react", channel=CHANNEL_GENERAL, message=scene.message, emoji=RED)
    wait_for(lambda: ROLE_MEMBER in guild.roles(SECOND), "the role to be given")
    guild.act(SECOND, "unreact", channel=CHANNEL_GENERAL, message=scene.message, emoji=RED)
    wait_for(lambda: ROLE_MEMBER not in guild.roles(SECOND), "the role to be taken")


def reply(scene):
    asked = scene.say("!hello bot")
    expect(scene.hears("^Hello!$")["message_reference"]["message_id"] == asked, "it is a reply to that message")


def secret(scene):
    scene.asks(f"<@{APPLICATION}> secret", "Shh!")
    for kind, number in (("text", 0), ("voice", 2)):
        scene.say(f"<@{APPLICATION}> secret {kind} lair-{kind} <@{SECOND}>")
        made = wait_for(lambda: next((c for c in scene.guild.channels() if c["name"] == f"lair-{kind}"), None), f"a {kind} channel")
        expect(made["type"] == number, "of that kind")
        expect(made["id"] in [c["id"] for c in scene.guild.channels(SECOND)], "which the one sees")
        expect(made["id"] not in [c["id"] for c in scene.guild.channels(STAFF)], "and others do not")


def modal(scene):
    form = scene.guild.form_of(scene.guild.invoke(APPLICANT, "feedback"))
    scene.reads(scene.guild.send(APPLICANT, form, {"Name": "Kim", "What do you think of this new feature?": ""}), "Thanks for your feedback, Kim!")


def confirm(scene):
    for label, said in (("Confirm", "Confirming"), ("Cancel", "Cancelling")):
        scene.reads(scene.press(scene.asks("$ask", "Do you want to continue"), label), said)


def counter(scene):
    message = scene.asks("$counter", "Press!")
    for n in range(5):
        scene.guild.answer(scene.press(message, str(n)))
    expect(not buttons_of(next(m for m in scene.messages() if m["id"] == message["id"])), "at five it can be pressed no more")


def dropdown(scene):
    message = scene.asks("$colour", "Pick your favourite")
    menu = message["components"][0]["components"][0]
    chosen = scene.guild.act(APPLICANT, "select", channel=CHANNEL_GENERAL, message=message["id"], custom_id=menu["custom_id"], values=["Green"])
    scene.reads(chosen["interaction"], "Your favourite colour is Green")


def ephemeral(scene):
    own = scene.guild.answer(scene.press(scene.asks("$counter", "Press!"), "Click"))["message"]
    expect(own["flags"] & 64, "a counter of one's own")
    scene.guild.answer(scene.press(own, "0"))
    scene.guild.answer(scene.press(own, "1"))


def link(scene):
    message = scene.asks("$google a search", "Google Result for: `a search`")
    expect(message["components"][0]["components"][0]["url"].endswith("search?q=a+search"), "the button leads there")


def persistent(scene):
    message = scene.asks("$prepare", "favourite colour", OWNER)
    scene.reads(scene.press(message, "Red"), "This is red.")


def tic_tac_toe(scene):
    message = scene.asks("$tic", "X goes first")
    for field, said in ((0, "O's turn"), (4, "X's turn"), (1, "O's turn"), (8, "X's turn"), (2, "X won!")):
        now = next(m for m in scene.messages() if m["id"] == message["id"])
        cell = now["components"][field // 3]["components"][field % 3]
        scene.reads(scene.guild.press(APPLICANT, CHANNEL_GENERAL, message["id"], cell["custom_id"]), said)


TOKEN_LINE = f"'token'=>'{TOKEN}'"
HOME = f"discord.Object(id=0)=>discord.Object(id={GUILD})"
DISCORD_PY = {
    "app_commands/basic.py": (basic_commands, [TOKEN_LINE, HOME, f"get_channel(0)=>get_channel({CHANNEL_GENERAL})"]),
    "app_commands/transformers.py": (transformers, [TOKEN_LINE, HOME]),
    "background_task.py": (background_task, [TOKEN_LINE, f"1234567=>{CHANNEL_GENERAL}"]),
    "background_task_asyncio.py": (background_task, [TOKEN_LINE, f"1234567=>{CHANNEL_GENERAL}"]),
    "basic_bot.py": (basic_bot, [TOKEN_LINE]),
    "converters.py": (converters, [TOKEN_LINE]),
    "custom_context.py": (custom_context, [f"your token here=>{TOKEN}"]),
    "deleted.py": (deleted, [TOKEN_LINE]),
    "edits.py": (edits, [TOKEN_LINE]),
    "guessing_game.py": (guessing_game, [TOKEN_LINE]),
    "modals/basic.py": (modal, [TOKEN_LINE, f"discord.Object(0)=>discord.Object({GUILD})"]),
    "new_member.py": (new_member, [TOKEN_LINE]),
    "reaction_roles.py": (reaction_roles, [TOKEN_LINE, "role_message_id = 0=>role_message_id = {message}", f"name='{RED}'): 0=>name='{RED}'): {ROLE_MEMBER}"]),
    "reply.py": (reply, [TOKEN_LINE]),
    "secret.py": (secret, [TOKEN_LINE]),
    "views/confirm.py": (confirm, [TOKEN_LINE]),
    "views/counter.py": (counter, [TOKEN_LINE]),
    "views/dropdown.py": (dropdown, [TOKEN_LINE]),
    "views/ephemeral.py": (ephemeral, [TOKEN_LINE]),
    "views/link.py": (link, [TOKEN_LINE]),
    "views/persistent.py": (persistent, [TOKEN_LINE]),
    "views/tic_tac_toe.py": (tic_tac_toe, [TOKEN_LINE]),
}


def debian_examples(directory):
    """Where python-discord-doc's examples are: installed, or fetched into `directory`; None when neither is possible."""
    if INSTALLED.exists():
        return INSTALLED
    subprocess.run(["apt-get", "download", "-q", "python-discord-doc"], cwd=directory, capture_output=True)
    package = next(directory.glob("python-discord-doc_*.deb"), None)
    if not package or not shutil.which("dpkg-deb") or subprocess.run(["dpkg-deb", "-x", str(package), str(directory / "doc")]).returncode != 0:
        return None
    return directory / "doc" / INSTALLED.relative_to("/")


def play_discord_py(examples, name, traffic):
    play, words = DISCORD_PY[name]
    with Sandbox(traffic=traffic) as guild:
        message = guild.act(OWNER, "say", channel=CHANNEL_GENERAL, content="React here.")["message"]
        words = [w.replace("{message}", message) for w in words]
        with Bot(["/usr/bin/python3", "-u", str(HERE / "example.py"), str(examples / name), *words],
                 {"BOT_API": f"{guild.api}/v10", "BOT_GATEWAY": f"ws://{guild.address}/"}) as bot:
            scene = Scene(guild, bot)
            scene.message = message
            try:
                wait_for(lambda: guild.state()["gateway"]["connected"], "the bot to connect", 20)
                play(scene)
            except Exception as error:
                raise Trouble(f"{error}\n{bot.said()}") from error


def play_created(directory, traffic):
    """The bot of create-discord-bot: made by its own program, deployed and started by the lines of its package.json."""
    project = directory / "created"
    subprocess.run(["node", str(HERE / "node_modules/create-discord-bot/dist/index.js"), str(project), "--javascript", "--no-install"],
                   check=True, capture_output=True, cwd=directory)
    (project / "node_modules").symlink_to(HERE / "node_modules")
    (project / ".env").write_text(f"DISCORD_TOKEN={TOKEN}\nAPPLICATION_ID={APPLICATION}\n")
    scripts = json.loads((project / "package.json").read_text())["scripts"]
    with Sandbox(traffic=traffic) as guild:
        environment = {"BOT_API": guild.api, "NODE_OPTIONS": f"--import {HERE / 'address.mjs'}"}
        with Bot(scripts["deploy"].split(), environment, project) as deploy:
            deploy.hears("Successfully registered 1 commands.")
        with Bot(scripts["start"].split(), environment, project) as bot:
            bot.hears("Ready! Logged in as magikal")
            Scene(guild, bot).reads(guild.invoke(APPLICANT, "ping"), "Pong!")


def main():
    wanted = set(sys.argv[1:]) or {"py", "js"}
    tap = Tap()
    directory = pathlib.Path(tempfile.mkdtemp(prefix="magikal-examples-"))
    try:
        names = [n for n in DISCORD_PY if "py" in wanted or n in wanted]
        examples = debian_examples(directory) if names and discord_py_version() else None
        if names and not examples:
            print("# discord.py's examples are not played: apt install python3-discord python-discord-doc")
        for n, name in enumerate(names if examples else []):
            tap.run(f"discord.py {discord_py_version()}: {name}", play_discord_py, examples, name, directory / f"{n}.jsonl")
        if "js" in wanted and package_version("create-discord-bot"):
            tap.run(f"create-discord-bot {package_version('create-discord-bot')}: the bot that it makes", play_created, directory, directory / "created.jsonl")
        elif "js" in wanted:
            print("# create-discord-bot is not played: make client-tools")
        tap.run("the traffic of all of them fits Discord's description", the_traffic_fits_discords_description, *sorted(directory.glob("*.jsonl")))
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return tap.finish()


sys.exit(main())
