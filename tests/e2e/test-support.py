#!/usr/bin/env python3
"""
Support tickets end to end: the real processes, a real PostgreSQL, the sandbox. What a person can do wrong and what can go wrong around
them, each with what they are told and what stays true. TAP.
"""

import contextlib
import json
import pathlib
import re
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from stack import (ADMIN, APPLICANT, CHANNEL_GENERAL, CHANNEL_LOG, CHANNEL_PANEL, GUILD, OUTSIDER, PEOPLE,  # noqa: E402
                   ROLE_SUPPORT, SECOND, STAFF, OWNER, TOKEN, Stack, Tap, Trouble, brief, input_id, skip_unless_possible, wait_for)

BOT_ROLE = "810000000000000001"
SECRET_WORDS = "the umbrella stands behind the airlock"


def text_of(view):
    message = view["message"] or {}
    parts = [message.get("content") or ""]
    for embed in message.get("embeds", []):
        parts += [embed.get("title") or "", embed.get("description") or ""]
        parts += [f"{f['name']} {f['value']}" for f in embed.get("fields", [])]
    return "\n".join(parts)


def expect(condition, what):
    if not condition:
        raise Trouble(f"not so: {what}")


def expect_says(stack, interaction, pattern, seconds=20):
    view = stack.answer(interaction, seconds)
    text = text_of(view)
    expect(re.search(pattern, text), f"the answer {text!r} says {pattern!r}")
    expect(view["message"]["flags"] & 64, "the answer is ephemeral")
    return text


def open_one(stack, who=APPLICANT, question="Where do I find the manual?"):
    submit = stack.open_ticket(who, question)
    text = expect_says(stack, submit, r"<#\d+>")
    return re.search(r"<#(\d+)>", text).group(1)


def close_one(stack, channel, who=STAFF, resolution="Done."):
    interaction = stack.resolve(channel, who, resolution)
    wait_for(lambda: channel not in [c["id"] for c in stack.channels()], "the channel to go")
    stack.quiet()
    return interaction


def expect_consistent(stack):
    """What must hold whenever nothing is under way (tickets, channels, flows, messages, what was logged)."""
    stack.quiet()
    stack_channels = sorted(re.search(r"TID:(\d+)", c["topic"]).group(1) for c in stack.ticket_channels())
    tickets = sorted(row[0] for row in stack.postgres.sql("SELECT tid FROM cfg.tickets WHERE state IN ('opening','open','closing')"))
    expect(stack_channels == tickets, f"channels {stack_channels} and live tickets {tickets} are the same")
    expect(stack.postgres.sql("SELECT count(*) FROM cfg.tickets WHERE state IN ('opening','closing')") == [["0"]],
           "no ticket is stuck on its way")
    refs = [re.search(r"ref (\S+)$", e["footer"]["text"]).group(1)
            for channel in (CHANNEL_LOG, CHANNEL_PANEL) for m in stack.messages(channel) for e in m["embeds"] if "footer" in e]
    expect(len(refs) == len(set(refs)), "no message was posted twice")
    opened = stack.postgres.sql("SELECT count(*), (SELECT count(*) FROM flow.audit WHERE action = 'ticket.opened') FROM cfg.tickets"
                                " WHERE opened_at IS NOT NULL")[0]
    expect(opened[0] == opened[1], f"each of {opened[0]} opened tickets is in the audit once: {opened[1]}")
    again = stack.postgres.sql("SELECT subject, count(*) FROM flow.audit WHERE action = 'ticket.resolved' GROUP BY 1 HAVING count(*) > 1")
    expect(again == [], f"no ticket is in the audit as resolved twice: {again}")


def clean(stack):
    """Back to no open ticket, no fault."""
    stack.clear_faults()
    for channel in stack.ticket_channels():
        stack.world("delete_channel", channel=channel["id"])
        wait_for(lambda: stack.postgres.sql(f"SELECT 1 FROM cfg.tickets WHERE channel_id = {channel['id']} AND state = 'closed'"), "the ticket to be closed")
    stack.quiet()


# ---- the story -----------------------------------------------------------------------------------------------------------------------

def the_panel_is_posted_once(stack):
    stack.set_up()
    first, _ = stack.panel()
    expect_says(stack, stack.tickets(ADMIN, "set-targets", support_panel=CHANNEL_PANEL), r"Nothing changed|Support panel")
    stack.quiet()
    panels = [m for m in stack.messages(CHANNEL_PANEL) if m["components"]]
    expect(len(panels) == 1 and panels[0]["id"] != first, "a fresh panel has taken the place of the older one")


def panels_move_with_their_channel(stack):
    expect_says(stack, stack.tickets(ADMIN, "set-targets", support_panel=CHANNEL_GENERAL), r"Support panel")
    stack.quiet()
    expect(not [m for m in stack.messages(CHANNEL_PANEL) if m["components"]], "no panel is left in the old channel")
    expect(len([m for m in stack.messages(CHANNEL_GENERAL) if m["components"]]) == 1, "one panel is in the new channel")
    expect_says(stack, stack.tickets(ADMIN, "set-targets", support_panel=CHANNEL_PANEL), r"Support panel")
    stack.quiet()       # older panels go after the answer


def a_ticket_opens_in_two_calls(stack):
    after = stack.last_effect()
    channel = open_one(stack)
    calls = [e["effect"] for e in stack.effects(after) if e["by"] == "bot" and e["effect"] not in ("interaction.callback", "original.edit")]
    expect(calls == ["channel.create", "message.create"], f"two rate-limited calls, not {calls}")
    created = next(e for e in stack.effects(after) if e["effect"] == "channel.create")
    expect(created["reason"] == "Magikal: open ticket 1", f"the audit log names the action: {created['reason']!r}")
    names = [c["name"] for c in stack.ticket_channels() if c["id"] == channel]
    expect(names == ["support-1-applicant"], f"number and name make the channel's name: {names}")
    expect_consistent(stack)


def a_second_press_links_the_first(stack):
    channel = stack.ticket_channels()[0]["id"]
    expect_says(stack, stack.press_panel(APPLICANT), f"<#{channel}>")


def members_may_not_resolve(stack):
    channel = stack.ticket_channels()[0]["id"]
    message, custom_id = stack.resolve_button(channel)
    expect_says(stack, stack.press(APPLICANT, channel, message, custom_id), r"Manage Channels.*Manage Roles")


def resolving_costs_two_calls(stack):
    channel = stack.ticket_channels()[0]["id"]
    after = stack.last_effect()
    close_one(stack, channel, resolution="It is in the glove box.")
    calls = [e["effect"] for e in stack.effects(after) if e["by"] == "bot" and e["effect"] not in ("interaction.callback", "original.edit")]
    expect(calls == ["message.create", "channel.delete"], f"log first, then the channel: {calls}")
    expect("glove box" in json.dumps(stack.messages(CHANNEL_LOG)[-1]), "the log has the resolution")
    expect_consistent(stack)


def closing_sends_a_dm_when_asked_to(stack):
    expect_says(stack, stack.tickets(ADMIN, "set-dm-on-close", enabled=True), r"off.*on")
    after = stack.last_effect()
    stack.world("rename_guild", name="The *Hangar*")
    named = "SELECT 1 FROM cfg.guild_names WHERE name = 'The *Hangar*'"
    wait_for(lambda: stack.postgres.sql(named), "the guild's new name to be known")
    close_one(stack, open_one(stack), resolution="Look under the seat.")
    calls = [e["effect"] for e in stack.effects(after) if e["by"] == "bot" and e["effect"] not in ("interaction.callback", "original.edit")]
    expect(calls == ["channel.create", "message.create", "message.create", "dm.open", "message.create", "channel.delete"], f"two more calls: {calls}")
    dm = stack.state(APPLICANT)["dms"][0]
    message = stack.messages(dm.get("id") or dm["channel"]["id"], APPLICANT)[-1]
    expect("under the seat" in json.dumps(message), "the DM has the resolution")
    expect({"name": "Guild", "value": r"The \*Hangar\*", "inline": True} in message["embeds"][0]["fields"], f"and names the guild: {message['embeds']}")


def a_closed_dm_does_not_stop_closing(stack):
    stack.world("set_dms", user=APPLICANT, open=False)
    close_one(stack, open_one(stack))
    stack.world("set_dms", user=APPLICANT, open=True)
    expect_says(stack, stack.tickets(ADMIN, "set-dm-on-close", enabled=False), r"on.*off")
    expect_consistent(stack)


def settings_are_shown(stack):
    expect_says(stack, stack.tickets(ADMIN, "show-targets"), f"<#{CHANNEL_PANEL}>")
    expect_says(stack, stack.tickets(ADMIN, "show-ping"), f"<@&{ROLE_SUPPORT}>")
    expect_says(stack, stack.tickets(OUTSIDER, "show-ping"), r"admin")
    expect_says(stack, stack.tickets(ADMIN, "set-ping", clear="support"), r"no ping role|not set")
    expect_says(stack, stack.tickets(ADMIN, "set-ping", support_role=GUILD), r"@everyone")
    expect_says(stack, stack.tickets(ADMIN, "set-ping"), r"option")
    expect_says(stack, stack.tickets(ADMIN, "set-ping", support_role=ROLE_SUPPORT), f"<@&{ROLE_SUPPORT}>")


def the_explanation_is_posted_where_asked(stack):
    before = len(stack.messages(CHANNEL_GENERAL))
    expect_says(stack, stack.tickets(ADMIN, "post-support-about", channel=CHANNEL_GENERAL), f"<#{CHANNEL_GENERAL}>")
    expect(len(stack.messages(CHANNEL_GENERAL)) == before + 1, "one message was posted")


# ---- bad input -----------------------------------------------------------------------------------------------------------------------

def forged_controls_do_nothing(stack):
    message, custom_id = stack.panel()
    after = stack.last_effect()
    forged = custom_id[:-1] + ("A" if custom_id[-1] != "A" else "B")
    for bad in (forged, "10.so.0.AAAAAAAAAAAAAAAA", "so", "1a.zz.1.AAAAAAAAAAAAAAAA", "x" * 100, "1\u202e.so"):
        answer = stack.act(APPLICANT, "raw", type=3, channel=CHANNEL_PANEL, message=message,
                           data={"component_type": 2, "id": 2, "custom_id": bad})
        expect_says(stack, answer["interaction"], r"no longer valid")
    # a form that was never opened, for a ticket that never was
    answer = stack.act(APPLICANT, "raw", type=5, channel=CHANNEL_PANEL, message=message, data={
        "custom_id": "10.srf.7.AAAAAAAAAAAAAAAA", "components": [
            {"type": 18, "id": 1, "component": {"type": 4, "id": 2, "custom_id": "f.resolution", "value": "x"}}]})
    expect_says(stack, answer["interaction"], r"no longer valid")
    made = [e["effect"] for e in stack.effects(after) if e["by"] == "bot" and e["effect"] != "interaction.callback"]
    expect(made == [], f"nothing but answers: {made}")


def controls_of_a_closed_ticket_say_so(stack):
    channel = open_one(stack)
    _, custom_id = stack.resolve_button(channel)
    interaction, modal = stack.resolve_form(channel)
    close_one(stack, channel)
    answer = stack.act(STAFF, "raw", type=3, channel=CHANNEL_GENERAL, message=stack.any_message(CHANNEL_GENERAL),
                       data={"component_type": 2, "id": 2, "custom_id": custom_id})
    expect_says(stack, answer["interaction"], r"closed by|already closed")
    expect_consistent(stack)


def two_staff_one_resolution(stack):
    channel = open_one(stack)
    forms = [stack.resolve_form(channel, who) for who in (STAFF, OWNER)]
    logged = len(stack.messages(CHANNEL_LOG))
    submits = [stack.submit(who, interaction, {input_id(modal): "Mine."}) for who, (interaction, modal) in zip((STAFF, OWNER), forms)]
    stack.quiet()
    views = [stack.interaction(i) for i in submits]
    texts = [text_of(v) for v in views]
    expect(sum(bool(re.search("is being resolved", t)) for t in texts) == 1, f"one resolves: {texts}")
    # sent in the same moment, the second flow runs when the channel, and the "thinking…" in it, is gone already: there is no place for words
    other = next(v for v, t in zip(views, texts) if not re.search("is being resolved", t))
    expect(re.search("was first|closed by", text_of(other)) or (other["message"] is None and channel not in [c["id"] for c in stack.channels()]),
           f"the other is told who was first: {brief(other)}")
    expect(len(stack.messages(CHANNEL_LOG)) == logged + 1, "one result is logged")
    expect_consistent(stack)


def a_double_click_makes_one_ticket(stack):
    forms = [stack.open_form(APPLICANT) for _ in range(2)]
    submits = [stack.submit(APPLICANT, interaction, {input_id(modal): "Twice."}) for interaction, modal in forms]
    texts = [text_of(stack.answer(i)) for i in submits]
    expect(sum(t.startswith("Your ticket") for t in texts) == 1, f"one is opened: {texts}")
    expect(sum("already have" in t for t in texts) == 1, f"the other links it: {texts}")
    expect(len(stack.ticket_channels()) == 1, "one channel was made")
    clean(stack)


def questions_are_checked_and_shown_harmless(stack):
    interaction, modal = stack.open_form(APPLICANT)
    stack.submit(APPLICANT, interaction, {input_id(modal): "x"})
    stack.quiet()
    clean(stack)
    field = input_id(modal)

    def raw(value):
        return stack.act(APPLICANT, "raw", type=5, channel=CHANNEL_PANEL, message=stack.panel()[0], data={
            "custom_id": modal["custom_id"], "components": [
                {"type": 18, "id": 1, "component": {"type": 4, "id": 2, "custom_id": field, "value": value}}]})["interaction"]

    expect_says(stack, raw(" \u200b\n\t "), r"nothing to read")
    expect_says(stack, raw("x" * 4000), r"too long")
    expect(not stack.ticket_channels(), "neither opened a ticket")
    text = expect_says(stack, raw("@everyone <@&" + ROLE_SUPPORT + "> <@" + STAFF + "> \u202egnp.exe **bold** `code`"), r"<#\d+>")
    channel = re.search(r"<#(\d+)>", text).group(1)
    message = stack.messages(channel)[0]
    people = [u["id"] if isinstance(u, dict) else u for u in message["mentions"]]
    expect(people == [APPLICANT] and message["mention_roles"] == [ROLE_SUPPORT] and not message["mention_everyone"],
           "only the opener and the ping role are pinged")
    expect("\u202e" not in json.dumps(message, ensure_ascii=False), "no bidirectional trick is left")
    clean(stack)


# ---- trouble -------------------------------------------------------------------------------------------------------------------------

def a_full_guild_is_told(stack):
    stack.fault("POST", "/guilds/{guild_id}/channels", "status", status=400, code=30013, count=2)
    expect_says(stack, stack.open_ticket(), r"500")
    expect_consistent(stack)


def a_log_that_cannot_be_written_stops_the_resolution(stack):
    channel = open_one(stack)
    log = next(c for c in stack.channels() if c["id"] == CHANNEL_LOG)
    before = next((o for o in log["permission_overwrites"] if o["id"] == BOT_ROLE), {"allow": "0", "deny": "0"})
    stack.world("set_overwrite", channel=CHANNEL_LOG, id=BOT_ROLE, type=0, allow=str(int(before["allow"]) & ~(1 << 11)), deny=str(1 << 11))
    text = expect_says(stack, stack.resolve(channel), r"Send Messages.* in <#" + CHANNEL_LOG + ">")
    expect("Manage Roles" in text, "it says who can give it")
    expect(channel in [c["id"] for c in stack.channels()], "the channel is still there: its result was not kept anywhere")
    stack.world("set_overwrite", channel=CHANNEL_LOG, id=BOT_ROLE, type=0, allow=before["allow"], deny=before["deny"])
    close_one(stack, channel)
    expect_consistent(stack)


def a_channel_that_may_not_be_deleted_goes_when_it_may(stack):
    channel = open_one(stack)
    permissions = next(r for r in stack.state()["guild"]["roles"] if r["id"] == BOT_ROLE)["permissions"]
    logged = len(stack.messages(CHANNEL_LOG))
    stack.world("set_bot_permissions", permissions=str(int(permissions) & ~(1 << 4)))
    submit = stack.resolve(channel)
    wait_for(lambda: re.search(r"may not delete.*Manage Channels.*Manage Roles", text_of(stack.interaction(submit))), "the staff to be told")
    wait_for(lambda: stack.postgres.sql(f"SELECT blocked_on FROM cfg.tickets WHERE channel_id = {channel}") == [["manage_channels"]],
             "the ticket to remember what it waits for")
    expect(len(stack.messages(CHANNEL_LOG)) == logged + 1, "the result is in the log")
    stack.world("set_bot_permissions", permissions=permissions)
    wait_for(lambda: channel not in [c["id"] for c in stack.channels()], "the channel to go by itself")
    expect_consistent(stack)
    expect(len(stack.messages(CHANNEL_LOG)) == logged + 1, "the log has it once")


def a_missing_permission_is_told(stack):
    permissions = next(r for r in stack.state()["guild"]["roles"] if r["id"] == BOT_ROLE)["permissions"]
    stack.world("set_bot_permissions", permissions=str(int(permissions) & ~(1 << 4)))
    expect_says(stack, stack.open_ticket(), r"I lack Manage Channels\..*Manage Roles can grant")
    stack.world("set_bot_permissions", permissions=permissions)
    expect_consistent(stack)
    clean(stack)


REQUESTS = [("POST", "/guilds/{guild_id}/channels"), ("POST", "/channels/{channel_id}/messages"), ("DELETE", "/channels/{channel_id}"),
            ("POST", "/interactions/{interaction_id}/{interaction_token}/callback"),
            ("PATCH", "/webhooks/{webhook_id}/{webhook_token}/messages/@original")]


def story_under_fault(stack, method, route, do, more):
    stack.fault(method, route, do, **more)
    submit = stack.open_ticket()
    text = text_of(stack.answer(submit, 40))
    expect("Your ticket" in text, f"the ticket opens in spite of it: {text!r}")
    channel = stack.ticket_channels()
    expect(len(channel) == 1, "one channel was made")
    stack.fault(method, route, do, **more)
    stack.resolve(channel[0]["id"])
    wait_for(lambda: not stack.ticket_channels(), "the channel to go", 40)
    stack.clear_faults()
    expect_consistent(stack)


def cut_gateway_loses_nothing(stack):
    for do, more in (("cut", {}), ("reconnect", {}), ("invalid_session", {"resumable": False}), ("close", {"code": 4000})):
        interaction, modal = stack.open_form(APPLICANT)
        stack.gateway(do, **more)
        # pressed while nobody is connected, or just before: replayed on resume, or delivered to the new session
        wait_for(lambda: stack.state()["gateway"]["connected"], "the bot to be back", 30)
        submit = stack.submit(APPLICANT, interaction, {input_id(modal): f"During {do}"})
        expect("Your ticket" in text_of(stack.answer(submit, 30)), f"the ticket opens after {do}")
        clean(stack)
    expect_consistent(stack)


def the_same_dispatch_twice_is_one(stack):
    submit = stack.open_ticket()
    stack.answer(submit)
    stack.gateway("replay", n=3)
    time.sleep(0)
    stack.quiet()
    expect(len(stack.ticket_channels()) == 1, "the replayed press made no second channel")
    expect_consistent(stack)
    clean(stack)


def a_channel_deleted_by_hand_closes_its_ticket(stack):
    channel = open_one(stack)
    stack.world("delete_channel", channel=channel)
    wait_for(lambda: stack.postgres.sql(f"SELECT state FROM cfg.tickets WHERE channel_id = {channel}") == [["closed"]], "the ticket to be closed")
    expect_consistent(stack)
    close_one(stack, open_one(stack))


def what_happened_while_we_were_down_is_found(stack):
    channel = open_one(stack)
    stack.stop_daemon()
    stack.world("delete_channel", channel=channel)
    # nobody told us: the press looks at the channel itself, or the guild's arrival did
    stack.gateway("invalid_session", resumable=False)
    stack.start_daemon()
    second = open_one(stack)
    expect(second != channel, "a new ticket opens")
    clean(stack)
    expect_consistent(stack)


def without_a_database_people_are_told_in_time(stack):
    interaction, modal = stack.open_form(APPLICANT)
    stack.postgres.stop()
    try:
        submit = stack.submit(APPLICANT, interaction, {input_id(modal): SECRET_WORDS})
        view = stack.interaction(submit, "final", 10)
        expect(view["state"] == "answered", f"the form is answered: {brief(view)}")
        expect(view["acknowledged_us"] < 3_000_000, f"within 3 s: {view['acknowledged_us']} us")
        expect(SECRET_WORDS in text_of(view), "what was typed comes back")
        view = stack.interaction(stack.press_panel(APPLICANT), "final", 10)
        expect(view["state"] == "answered" and view["acknowledged_us"] < 3_000_000, f"a press is answered within 3 s: {brief(view)}")
    finally:
        stack.postgres.start()

    def opens_again():
        view = stack.interaction(stack.press_panel(APPLICANT), "final", 10)
        return view if view["state"] == "modal" else None

    view = wait_for(opens_again, "forms to open again", 30)
    expect("Your ticket" in text_of(stack.answer(stack.submit(APPLICANT, view["id"], {input_id(view["modal"]): "Again"}))), "a ticket opens again")
    clean(stack)
    expect_consistent(stack)


def the_database_breaks_under_flows(stack):
    stop = threading.Event()

    def hammer():
        while not stop.wait(0.15):
            stack.postgres.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'magikald%'")

    thread = threading.Thread(target=hammer, daemon=True)
    thread.start()
    try:
        submits = []
        for who in (APPLICANT, SECOND, OUTSIDER):
            for _ in range(20):
                view = stack.interaction(stack.press_panel(who), "final", 10)
                if view["state"] == "modal":
                    submits.append((who, stack.submit(who, view["id"], {input_id(view["modal"]): "In bad weather"})))
                    break
    finally:
        time.sleep(1)
        stop.set()
        thread.join()
    for who, submit in submits:
        stack.answer(submit, 60)
    expect_consistent(stack)
    clean(stack)


def a_drained_daemon_loses_nothing(stack):
    interaction, modal = stack.open_form(APPLICANT)
    stack.fault("POST", "/channels/{channel_id}/messages", "slow", ms=1500)
    submit = stack.submit(APPLICANT, interaction, {input_id(modal): "Across a restart"})
    stack.effects(stack.last_effect(), match="channel.create", wait_ms=3000)
    status = stack.stop_daemon()
    expect(status == 0, f"a stop ends with status 0: {status}")
    stack.start_daemon()
    expect("Your ticket" in text_of(stack.answer(submit, 30)), "the next daemon finishes the ticket")
    expect_consistent(stack)
    clean(stack)


# ---- what is kept --------------------------------------------------------------------------------------------------------------------

def nobody_is_named_in_logs_or_dumps(stack):
    channel = open_one(stack, question=SECRET_WORDS)
    close_one(stack, channel, resolution=SECRET_WORDS)
    log = stack.log()
    told = [line for line in log.splitlines() if f" channel={channel} " in line and " level=info " in line]
    expect([line.split()[1] for line in told] == ["ticket.opened", "ticket.resolved"], f"the journal tells the story in two lines: {told}")
    for person in PEOPLE:
        expect(person not in log, f"the journal does not name {person}")
    expect(SECRET_WORDS not in log and TOKEN not in log, "the journal has no text and no token")
    dump = subprocess.run([f"{stack.postgres.bindir}/pg_dump", "-d", stack.postgres.dsn, "--data-only", "--inserts"], capture_output=True, text=True,
                          check=True).stdout
    for word in PEOPLE + [SECRET_WORDS, TOKEN]:
        expect(word not in dump, f"a dump does not hold {word!r}")
    expect("ticket.resolved" in dump, "the dump is one of ours")
    stack.postgres.sql("SELECT 1")
    for process in [stack.daemon.pid] + stack.children("worker") + stack.children("editor"):
        words = pathlib.Path(f"/proc/{process}/cmdline").read_bytes()
        with contextlib.suppress(PermissionError):      # only root may look into a process that cannot be dumped
            words += pathlib.Path(f"/proc/{process}/environ").read_bytes()
        expect(TOKEN.encode() not in words, "no process carries the token in arguments or environment")


def the_commands_are_registered_once(stack):
    puts = [e for e in stack.effects() if e["effect"] == "commands.put"]
    expect(len(puts) == 1, f"over {stack.starts if hasattr(stack, 'starts') else 'several'} starts the commands were put once: {len(puts)}")
    expect(sorted(c["name"] for c in stack.state()["commands"]) == ["autoroles", "recruit-config", "roles", "tickets"], "they are ours")


def every_exchange_fits_discords_description(stack):
    if not stack.judge():
        print("# not judged: the judge's packages are not installed (make schema-tools)")


# ---- refusing to start ---------------------------------------------------------------------------------------------------------------

def run_daemon(stack, config):
    path = stack.directory / "bad.conf"
    path.write_text(config)
    return subprocess.run([stack.program("magikald"), "--config", str(path)], capture_output=True, text=True, timeout=30)


def bad_configuration_is_one_sentence(stack):
    good = stack.write_config().read_text().replace(str(stack.directory / "run"), str(stack.directory / "run2"))
    (stack.directory / "run2").mkdir(mode=0o700, exist_ok=True)
    for bad, pattern in ((good + "\n[discord]\ntokenfile = x\n", r"bad\.conf:\d+: .*tokenfile"), (good.replace("workers = 2", "workers = 99"), r"bad\.conf:\d+: .*workers.*1 to 16"),
                         (good.replace("discord-token", "no-such-token"), r"no-such-token"),
                         (good.replace("keys/seal-key", "keys/no-such-key"), r"no-such-key.*No such file"),
                         (good.replace("\ndsn = host", "\ndsn = hst"), r"connection string.*hst")):
        done = run_daemon(stack, bad)
        expect(done.returncode == 78, f"exit status 78: {done.returncode} {done.stderr}")
        expect(len(done.stderr.splitlines()) == 1, f"it is one line: {done.stderr}")
        expect(re.search(pattern, done.stderr), f"the sentence names file and line: {done.stderr}")


def a_wrong_token_is_one_sentence(stack):
    token = stack.directory / "keys" / "wrong-token"
    token.write_text("wrong.token.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n")
    token.chmod(0o600)
    config = stack.write_config().read_text().replace("discord-token", "wrong-token").replace(str(stack.directory / "run"), str(stack.directory / "run2"))
    done = run_daemon(stack, config)
    expect(done.returncode == 78, f"exit status 78: {done.returncode} {done.stderr}")
    expect(re.search(r"token", done.stderr), f"the sentence says what is wrong: {done.stderr}")
    expect(len(re.findall(r" level=(?:err|warning) ", done.stderr)) == 1, f"it is one sentence: {done.stderr}")


def a_wrong_schema_is_one_sentence(stack):
    stack.postgres.sql("CREATE DATABASE empty")
    config = stack.write_config().read_text().replace("dbname=postgres", "dbname=empty").replace(str(stack.directory / "run"), str(stack.directory / "run2"))
    done = run_daemon(stack, config)
    expect(done.returncode == 78, f"exit status 78: {done.returncode} {done.stderr}")
    expect(re.search(r"magikalctl migrate", done.stderr), f"the sentence names the command to run: {done.stderr}")


TESTS = [
    the_panel_is_posted_once, panels_move_with_their_channel, a_ticket_opens_in_two_calls, a_second_press_links_the_first,
    members_may_not_resolve, resolving_costs_two_calls, closing_sends_a_dm_when_asked_to, a_closed_dm_does_not_stop_closing,
    settings_are_shown, the_explanation_is_posted_where_asked,
    forged_controls_do_nothing, controls_of_a_closed_ticket_say_so, two_staff_one_resolution, a_double_click_makes_one_ticket,
    questions_are_checked_and_shown_harmless,
    a_full_guild_is_told, a_missing_permission_is_told, a_channel_that_may_not_be_deleted_goes_when_it_may, a_log_that_cannot_be_written_stops_the_resolution,
    cut_gateway_loses_nothing, the_same_dispatch_twice_is_one, a_channel_deleted_by_hand_closes_its_ticket,
    what_happened_while_we_were_down_is_found, without_a_database_people_are_told_in_time, the_database_breaks_under_flows,
    a_drained_daemon_loses_nothing, nobody_is_named_in_logs_or_dumps, the_commands_are_registered_once,
    bad_configuration_is_one_sentence, a_wrong_token_is_one_sentence, a_wrong_schema_is_one_sentence,
]
FAULTS = [("slow", {"ms": 1200}), ("status", {"status": 503}), ("ratelimit", {"retry_after": 0.7, "scope": "user"}),
          ("ratelimit", {"retry_after": 0.7, "scope": "shared"}), ("drop_after", {}), ("drop_before", {})]


def main():
    skip_unless_possible()
    only = sys.argv[1:]
    tap = Tap()
    def isolated(test, *args):
        try:
            test(*args)
        except Exception as error:
            try:
                clean(stack)    # the next test begins where this one should have ended
            except Trouble as trouble:
                print(f"# cleaning up failed too: {trouble}")
            raise error

    with Stack() as stack:
        for test in TESTS:
            if not only or test.__name__ in only or test is the_panel_is_posted_once:
                tap.run(test.__name__, isolated, test, stack)
        for method, route in REQUESTS:
            for do, more in FAULTS:
                name = f"story_under_fault {do} {more.get('scope', '')} {method} {route}".replace("  ", " ")
                if not only or "story_under_fault" in only:
                    tap.run(name, isolated, story_under_fault, stack, method, route, do, more)
        tap.run("every_exchange_fits_discords_description", every_exchange_fits_discords_description, stack)
    return tap.finish()


sys.exit(main())
