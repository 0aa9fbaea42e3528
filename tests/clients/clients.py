#!/usr/bin/env python3
"""
Bots of libraries that we did not write, against the sandbox: what their people do and see, and what became of it in the guild. TAP.

    clients.py [js] [py]        default: those whose library is installed
"""

import sys

from bots import HERE, Bot, Sandbox, Trouble, discord_py_version, package_version, the_traffic_fits_discords_description, wait_for
from recruit import ROLE_MEMBER, buttons_of, expect, words_of
from stack import APPLICANT, CHANNEL_GENERAL, GUILD, SECOND, STAFF, TOKEN, Tap, inputs_of


def says(guild, interaction, wanted):
    view = guild.answer(interaction)
    text = words_of(view["message"] or {})
    expect(wanted in text, f"the answer {text!r} has {wanted!r}")
    return view


def commands_are_registered(guild, bot):
    names = sorted(c["name"] for c in guild.state()["commands"])
    expect(names in (["busy", "choices", "count", "flood", "form", "greet", "herald", "later", "promote", "room"], ["flood", "form", "greet", "later", "room"]),
           f"ten commands, or the five of the short tour: {names}")


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


def every_kind_of_select_is_answered(guild, bot):
    view = guild.answer(guild.invoke(APPLICANT, "choices"))
    menus = {c["placeholder"]: c["custom_id"] for row in view["message"]["components"] for c in row["components"]}
    for kind, values, names in (("string", ["Cutter", "Aurora"], "Aurora, Cutter"), ("user", [STAFF, APPLICANT], "applicant, staff"),
                                ("role", [ROLE_MEMBER], "Member"), ("channel", [CHANNEL_GENERAL], "general"),
                                ("mentionable", [ROLE_MEMBER, SECOND], "Member, second")):
        chosen = guild.act(APPLICANT, "select", channel=view["channel"], message=view["message"]["id"], custom_id=menus[kind], values=values)
        says(guild, chosen["interaction"], f"{kind}: {names}")


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
    has_read = any(c["name"] == "choices" for c in guild.state()["commands"])       # the bots of the whole tour read the file too
    says(guild, guild.invoke(APPLICANT, "room"), "saw 1 message: second, note.txt" + ", a file" * has_read)
    effects = [e for e in guild.effects(after) if e["by"] == "bot"]
    done = [e["effect"] for e in effects]
    made = next(e["body"] for e in effects if e["effect"] == "channel.create")
    denied = {o["id"]: int(o.get("deny") or 0) for o in made["permission_overwrites"]}
    expect(len(denied) == 3 and denied[GUILD] == 1 << 10 and made["topic"] == "for two", f"with three overwrites, one of them against all: {made}")
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


def sent_after(guild, after):
    """What the bot asked for, but for answers to people, which no limit of the bot's concerns."""
    return [r for r in guild.requests(after) if "/interactions/" not in r["path"] and "/webhooks/" not in r["path"]]


def last_request(guild):
    return max((r["n"] for r in guild.requests()), default=0)


def a_shared_limit_is_waited_for(guild, bot):
    after = last_request(guild)
    guild.fault("POST", "/channels/{channel_id}/messages", "ratelimit", retry_after=1, scope="shared")
    says(guild, guild.invoke(STAFF, "busy"), "was busy")
    tries = [r for r in sent_after(guild, after) if r["method"] == "POST"]
    expect([r["status"] for r in tries] == [429, 200], f"refused once, then sent: {tries}")
    expect(tries[1]["at_us"] - tries[0]["at_us"] >= 1_000_000, "a second later")
    expect(all(r["status"] == 200 for r in sent_after(guild, after) if r["method"] == "GET"), "what goes elsewhere is not concerned")


def a_global_limit_stops_everything(guild, bot):
    after = last_request(guild)
    guild.fault("GET", "/guilds/{guild_id}/roles", "ratelimit", retry_after=2, scope="global")
    first = guild.invoke(STAFF, "busy")
    refused = wait_for(lambda: next((r for r in sent_after(guild, after) if r["status"] == 429), None), "the request to be refused", 10)
    says(guild, first, "was busy")
    second = [r for r in sent_after(guild, after) if r["n"] > refused["n"]]
    # what was under way with the refused one had left before; the library may not start anything else
    early = [r for r in second if r["at_us"] - refused["at_us"] < 2_000_000]
    expect(len(early) <= 3, f"nothing new is asked for meanwhile: {early}")
    expect(any(r["path"].endswith("/roles") and r["status"] == 200 for r in second), "and the refused one is asked again")


def a_cut_connection_is_resumed(guild, bot):
    guild.gateway("cut", half=True)
    bot.hears("resumed")
    says(guild, guild.invoke(APPLICANT, "greet", ship="Avenger"), "Hello!")


def asked_to_reconnect_it_resumes(guild, bot):
    guild.gateway("reconnect")
    bot.hears("resumed")
    says(guild, guild.invoke(APPLICANT, "greet", ship="Carrack"), "Hello!")


def a_silent_gateway_is_left_and_resumed(guild, bot):
    guild.gateway("silence")
    bot.hears("resumed", 30)
    says(guild, guild.invoke(APPLICANT, "greet", ship="Cutter"), "Hello!")


def a_webhook_speaks_and_is_reacted_to(guild, bot):
    guild.world("set_bot_permissions", permissions=str(378360032336 | 1 << 29))     # those of the ready-made guild, and Manage Webhooks
    says(guild, guild.invoke(STAFF, "herald"), "heard of Crier, magikal approves")
    message = next(m for m in guild.messages(CHANNEL_GENERAL) if m["content"] == "heard")
    expect([(r["emoji"]["name"], r["count"]) for r in message["reactions"]] == [("✅", 1)], f"one reaction is left: {message['reactions']}")
    expect(message["webhook_id"] == message["author"]["id"] and message["embeds"][0]["title"] == "News", "and the webhook's words")


def many_events_at_once_are_all_heard(guild, bot):
    guild.world("add_channels", n=40, category="820000000000000001")
    says(guild, guild.invoke(APPLICANT, "count"), f"{len(guild.channels())} channels")


def payloads_in_pieces_are_put_together(guild, bot):
    """Compressed ones: each over several WebSocket messages. Without compression the order means nothing."""
    guild.gateway("split", bytes=5)
    says(guild, guild.invoke(APPLICANT, "greet", ship="Carrack"), "Hello!")
    guild.world("rename_channel", channel=CHANNEL_GENERAL, name="general-chat")
    says(guild, guild.invoke(APPLICANT, "greet", ship="Aurora"), "Hello!")
    guild.gateway("split", bytes=0)
    says(guild, guild.invoke(APPLICANT, "greet", ship="Carrack"), "Hello!")


def a_lost_session_is_begun_anew(guild, bot):
    guild.gateway("invalid_session", resumable=False)
    wait_for(lambda: greets(guild), "the bot to answer in a new session", 30)


def greets(guild):
    try:
        return guild.interaction(guild.invoke(APPLICANT, "greet", ship="Cutter"), seconds=3)["state"] == "answered"
    except Trouble:
        return False


SHORT_TOUR = [
    commands_are_registered, a_command_with_options_is_answered, what_is_typed_is_completed, a_button_changes_its_message, a_form_is_sent,
    a_late_answer_and_one_more, a_room_lives_and_goes, its_own_queue_obeys_our_headers, a_cut_connection_is_resumed,
    asked_to_reconnect_it_resumes, a_lost_session_is_begun_anew,
]
COMPRESSED_TOUR = SHORT_TOUR[:7] + [payloads_in_pieces_are_put_together] + SHORT_TOUR[7:]
TOUR = SHORT_TOUR[:4] + [a_select_is_answered, every_kind_of_select_is_answered] + SHORT_TOUR[4:7] + [
    a_member_is_promoted, a_webhook_speaks_and_is_reacted_to, many_events_at_once_are_all_heard, payloads_in_pieces_are_put_together, SHORT_TOUR[7], a_shared_limit_is_waited_for,
    a_global_limit_stops_everything, *SHORT_TOUR[8:10], a_silent_gateway_is_left_and_resumed, SHORT_TOUR[10],
]


def play(tap, name, version, command, api, checks):
    # beats every two seconds, so that a client finds out soon that they are not acknowledged
    with Sandbox("--heartbeat-interval", "2000") as guild:
        with Bot(command, {"BOT_API": guild.api + api, "BOT_GATEWAY": f"ws://{guild.address}/", "BOT_TOKEN": TOKEN}) as bot:
            bot.hears("ready")
            print(f"# {name} {version}")
            n_failed = tap.n_failed
            for check in checks:
                tap.run(f"{name}: {check.__name__.replace('_', ' ')}", check, guild, bot)
            tap.run(f"{name}: the traffic fits Discord's description", the_traffic_fits_discords_description, guild.traffic)
            if tap.n_failed > n_failed:
                print("\n".join(f"# {line}" for line in bot.said().splitlines()))


def node(file):
    return ["node", str(HERE / file)]


# on the command line, library, its version, how its bot is started, what follows …/api in its address, what is played
CLIENTS = [
    ("js", "discord.js", package_version, node("bot.mjs"), "", TOUR),
    ("py", "discord.py", discord_py_version, ["/usr/bin/python3", str(HERE / "bot.py")], "/v10", TOUR),
    ("core", "@discordjs/core", package_version, node("core.mjs"), "", COMPRESSED_TOUR),
    ("discordeno", "@discordeno/bot", package_version, node("discordeno.mjs"), "", COMPRESSED_TOUR),
    ("oceanic", "oceanic.js", package_version, node("oceanic.mjs"), "", SHORT_TOUR),
]


def main():
    tap = Tap()
    wanted = sys.argv[1:]
    for short, name, version_of, command, api, checks in CLIENTS:
        if wanted and short not in wanted:
            continue
        version = version_of(name)
        if version is None:
            print(f"# {name} is not installed: {'apt install python3-discord' if short == 'py' else 'make client-tools'}")
            if wanted:
                return 1
            continue
        play(tap, name, version, command, api, checks)
    return tap.finish()


sys.exit(main())
