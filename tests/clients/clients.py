#!/usr/bin/env python3
"""
Bots of libraries that we did not write, against the sandbox: what their people do and see, and what became of it in the guild. TAP.

    clients.py [js] [py]        default: those whose library is installed
"""

import os
import pathlib
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from recruit import ROLE_MEMBER, RecruitGuild, buttons_of, expect, words_of  # noqa: E402
from stack import APPLICANT, BUILD, CHANNEL_GENERAL, GUILD, SECOND, SOURCE, STAFF, TOKEN, Tap, Trouble, inputs_of, wait_for  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent


class Bot:
    """A process and the lines that it writes."""

    def __init__(self, command, environment):
        self.errors = tempfile.TemporaryFile(mode="w+")
        self.process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=self.errors, text=True, cwd="/")
        self.lines = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line.strip())

    def hears(self, beginning, seconds=30):
        end = time.monotonic() + seconds
        while True:
            try:
                line = self.lines.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise Trouble(f"the bot did not write {beginning!r} within {seconds} s; it said:\n{self.said()}") from None
            if line.startswith(beginning):
                return line

    def said(self):
        self.errors.seek(0)
        return self.errors.read()[-3000:]

    def close(self):
        self.process.kill()
        self.process.wait()


def says(guild, interaction, wanted):
    view = guild.answer(interaction)
    text = words_of(view["message"] or {})
    expect(wanted in text, f"the answer {text!r} has {wanted!r}")
    return view


def commands_are_registered(guild, bot):
    names = sorted(c["name"] for c in guild.state()["commands"])
    expect(names == ["flood", "form", "greet", "later", "promote", "room"], f"six commands: {names}")


def a_command_with_options_is_answered(guild, bot):
    view = says(guild, guild.invoke(APPLICANT, "greet", ship="Cutlass", times=2, pilot=STAFF), "Hello! Hello!")
    expect("Hello, Cutlass" in words_of(view["message"]) and f"<@{STAFF}>" in words_of(view["message"]), "the embed has the options")
    expect(view["message"]["flags"] & 64 and list(buttons_of(view["message"])) in (["Again", "Guide"], ["Guide", "Again"]), "for one person, with its buttons")


def what_is_typed_is_completed(guild, bot):
    expect([c["name"] for c in guild.complete(APPLICANT, "greet", "ship", "cut")] == ["Cutlass", "Cutter"], "two of them")


def a_button_changes_its_message(guild, bot):
    greeting = guild.invoke(APPLICANT, "greet", ship="Aurora")
    pressed = guild.press_answer(APPLICANT, greeting, "Again")
    says(guild, pressed, "Hello again, Aurora!")
    expect(not buttons_of(guild.answer(pressed)["message"]), "and takes its buttons away")


def a_select_is_answered(guild, bot):
    view = guild.answer(guild.invoke(APPLICANT, "greet", ship="Aurora"))
    menu = next(c for row in view["message"]["components"] for c in row["components"] if c["type"] == 3)
    chosen = guild.act(APPLICANT, "select", channel=view["channel"], message=view["message"]["id"], custom_id=menu["custom_id"], values=["Carrack"])
    says(guild, chosen["interaction"], "You chose Carrack.")


def a_form_is_sent(guild, bot):
    form = guild.form_of(guild.invoke(APPLICANT, "form"))
    expect(list(inputs_of(form[1])) == ["Ship", "Story"], f"two inputs: {list(inputs_of(form[1]))}")
    says(guild, guild.send(APPLICANT, form, {"Ship": "Cutter", "Story": "It is small."}), "Cutter: It is small.")


def a_late_answer_and_one_more(guild, bot):
    says(guild, guild.invoke(APPLICANT, "later"), "Done after a while.")
    wait_for(lambda: any("one more thing" in words_of(m) for m in guild.messages(CHANNEL_GENERAL, APPLICANT)), "the follow-up")
    expect(not any("one more thing" in words_of(m) for m in guild.messages(CHANNEL_GENERAL, SECOND)), "which is for one person")


def a_room_lives_and_goes(guild, bot):
    after = guild.last_effect()
    says(guild, guild.invoke(APPLICANT, "room"), "saw 1 message: second, note.txt")
    done = [e["effect"] for e in guild.effects(after) if e["by"] == "bot"]
    for effect in ("channel.create", "message.create", "message.update", "message.delete", "channel.delete"):
        expect(done.count(effect) == 1, f"{effect} once: {done}")


def a_member_is_promoted(guild, bot):
    says(guild, guild.invoke(STAFF, "promote", member=SECOND, role=ROLE_MEMBER), "promoted")
    expect(guild.roles(SECOND) == {ROLE_MEMBER} and guild.nickname(SECOND) == "Promoted", "role and nickname")
    expect("You are promoted." in [words_of(m) for m in guild.dms(SECOND)], "and a DM")


def its_own_queue_obeys_our_headers(guild, bot):
    after = max((r["n"] for r in guild.requests()), default=0)
    says(guild, guild.invoke(STAFF, "flood"), "8 messages")
    sent = [r for r in guild.requests(after) if r["method"] == "POST" and r["path"].endswith("/messages")]
    expect(sum(r["status"] == 200 for r in sent) == 8, "all of them are there")
    expect(sum(r["status"] == 429 for r in sent) <= 3, f"it waits instead of being refused: {[r['status'] for r in sent]}")


def a_cut_connection_is_resumed(guild, bot):
    guild.gateway("cut", half=True)
    bot.hears("resumed")
    says(guild, guild.invoke(APPLICANT, "greet", ship="Avenger"), "Hello!")


def asked_to_reconnect_it_resumes(guild, bot):
    guild.gateway("reconnect")
    bot.hears("resumed")
    says(guild, guild.invoke(APPLICANT, "greet", ship="Carrack"), "Hello!")


def a_lost_session_is_begun_anew(guild, bot):
    guild.gateway("invalid_session", resumable=False)
    wait_for(lambda: greets(guild), "the bot to answer in a new session", 30)


def greets(guild):
    try:
        return guild.interaction(guild.invoke(APPLICANT, "greet", ship="Cutter"), seconds=3)["state"] == "answered"
    except Trouble:
        return False


CHECKS = [
    commands_are_registered, a_command_with_options_is_answered, what_is_typed_is_completed, a_button_changes_its_message, a_select_is_answered,
    a_form_is_sent, a_late_answer_and_one_more, a_room_lives_and_goes, a_member_is_promoted, its_own_queue_obeys_our_headers,
    a_cut_connection_is_resumed, asked_to_reconnect_it_resumes, a_lost_session_is_begun_anew,
]


def play(tap, name, command, api, version):
    with tempfile.TemporaryDirectory(prefix="magikal-clients-") as directory:
        address_file = pathlib.Path(directory) / "address"
        sandbox = subprocess.Popen([str(BUILD / "magikal-sandbox"), "--listen", "127.0.0.1:0", "--address-file", str(address_file), "--token", TOKEN,
                                    "--web", str(SOURCE / "src/sandbox/web")], stdout=subprocess.DEVNULL)
        try:
            wait_for(lambda: address_file.exists() and address_file.read_text().strip(), "the sandbox to start")
            address = address_file.read_text().strip()
            guild, bot = RecruitGuild(address), Bot(command, {"BOT_API": f"http://{address}{api}", "BOT_GATEWAY": f"ws://{address}/", "BOT_TOKEN": TOKEN})
            try:
                bot.hears("ready")
                print(f"# {name} {version}")
                for check in CHECKS:
                    tap.run(f"{name}: {check.__name__.replace('_', ' ')}", check, guild, bot)
                if bot.said():
                    print("\n".join(f"# {line}" for line in bot.said().splitlines()))
            finally:
                bot.close()
        finally:
            sandbox.kill()
            sandbox.wait()


def node_version():
    package = HERE / "node_modules/discord.js/package.json"
    if not package.exists() or not shutil.which("node"):
        return None
    return subprocess.run(["node", "-p", f"require({str(package)!r}).version"], capture_output=True, text=True).stdout.strip()


def python_version():
    done = subprocess.run(["/usr/bin/python3", "-c", "import discord; print(discord.__version__)"], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else None


def main():
    tap = Tap()
    wanted = sys.argv[1:]
    clients = [("discord.js", "js", ["node", str(HERE / "bot.mjs")], "/api", node_version()),
               ("discord.py", "py", ["/usr/bin/python3", str(HERE / "bot.py")], "/api/v10", python_version())]
    for name, short, command, api, version in clients:
        if wanted and short not in wanted:
            continue
        if version is None:
            print(f"# {name} is not installed: {'make client-tools' if short == 'js' else 'apt install python3-discord'}")
            if wanted:
                return 1
            continue
        play(tap, name, command, api, version)
    return tap.finish()


sys.exit(main())
