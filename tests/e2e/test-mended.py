#!/usr/bin/env python3
"""
What the daemon mends by itself, and what it must leave alone while it does so: sweeper, repairs, flows that killed processes. TAP.
"""

import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from stack import (ADMIN, APPLICANT, CHANNEL_GENERAL, CHANNEL_LOG, CHANNEL_PANEL, GUILD, STAFF, Stack, Tap, Trouble, input_id,  # noqa: E402
                   skip_unless_possible, wait_for)


def expect(condition, what):
    if not condition:
        raise Trouble(f"not so: {what}")


def says(stack, interaction):
    return (stack.answer(interaction)["message"] or {}).get("content") or ""


def open_one(stack):
    return re.search(r"<#(\d+)>", says(stack, stack.open_ticket(APPLICANT))).group(1)


def sweep(stack):
    """The sweeper looks whenever a session of the gateway stands again: a restart is the quickest."""
    before = max((r["n"] for r in stack.requests()), default=0)
    stack.restart_daemon()
    wait_for(lambda: any(r["path"].endswith(f"/guilds/{GUILD}/channels") for r in stack.requests(before)), "the sweeper to look", 30)
    stack.quiet()


def exists(stack, channel):
    return channel in [c["id"] for c in stack.channels()]


def ticket(stack, channel):
    return stack.postgres.sql(f"SELECT tid, state FROM cfg.tickets WHERE channel_id = {channel}")[0]


def a_marker_in_somebody_elses_topic_is_prose(stack):
    """Staff wrote about a ticket; their channel is not its."""
    channel = open_one(stack)
    tid, _ = ticket(stack, channel)
    topic = next(c["topic"] for c in stack.channels() if c["id"] == channel)
    stack.world("edit_topic", channel=CHANNEL_GENERAL, topic=topic)          # live
    sweep(stack)
    stack.answer(stack.resolve(channel, STAFF, "Done."))
    wait_for(lambda: not exists(stack, channel), "the ticket's channel to go")
    stack.quiet()
    stack.world("edit_topic", channel=CHANNEL_GENERAL, topic=f"see TID:{tid}")   # over
    sweep(stack)
    stack.world("edit_topic", channel=CHANNEL_GENERAL, topic=topic)
    sweep(stack)
    sweep(stack)        # by now the one before has done what it would
    effects = [e for e in stack.effects() if e["effect"] == "channel.delete" and e.get("channel") == CHANNEL_GENERAL]
    expect(exists(stack, CHANNEL_GENERAL) and not effects, "the channel that names a ticket is still there")
    stack.world("edit_topic", channel=CHANNEL_GENERAL, topic="")


def a_closing_that_nobody_finishes_is_opened_again(stack):
    """Its flow was given up before the resolution was logged: deleting the channel would lose it."""
    channel = open_one(stack)
    stack.postgres.sql(f"UPDATE cfg.tickets SET state = 'closing' WHERE channel_id = {channel}")
    sweep(stack)
    wait_for(lambda: ticket(stack, channel)[1] == "open", "the ticket to be open again")
    expect(exists(stack, channel), "its channel is still there")
    stack.answer(stack.resolve(channel, STAFF, "In the second attempt."))
    wait_for(lambda: not exists(stack, channel), "the ticket's channel to go")
    stack.quiet()
    expect("In the second attempt." in json.dumps(stack.messages(CHANNEL_LOG)[-1]), "the resolution is logged")


def a_closing_whose_channel_is_gone_is_closed(stack):
    channel = open_one(stack)
    stack.postgres.sql(f"UPDATE cfg.tickets SET state = 'closing', outcome = 'resolved' WHERE channel_id = {channel}")
    stack.world("delete_channel", channel=channel)
    sweep(stack)
    wait_for(lambda: ticket(stack, channel)[1] == "closed", "the ticket to be closed")
    expect(stack.postgres.sql(f"SELECT outcome FROM cfg.tickets WHERE channel_id = {channel}") == [["resolved"]], "and its outcome is kept")


def a_ticket_is_resolved_in_its_own_channel(stack):
    """Rights are those of the channel where somebody presses, so that has to be the ticket's."""
    channel = open_one(stack)
    _, custom_id = stack.resolve_button(channel)
    elsewhere = {"channel": CHANNEL_GENERAL, "message": stack.any_message(CHANNEL_GENERAL)}
    pressed = stack.act(STAFF, "raw", type=3, **elsewhere, data={"component_type": 2, "id": 2, "custom_id": custom_id})
    expect("no longer valid" in says(stack, pressed["interaction"]), "elsewhere the button is refused")
    _, modal = stack.resolve_form(channel)
    sent = stack.act(STAFF, "raw", type=5, **elsewhere, data={
        "custom_id": modal["custom_id"], "components": [
            {"type": 18, "id": 1, "component": {"type": 4, "id": 2, "custom_id": input_id(modal), "value": "x"}}]})
    expect("no longer valid" in says(stack, sent["interaction"]), "elsewhere the form is refused")
    expect(ticket(stack, channel)[1] == "open", "the ticket is open")
    stack.answer(stack.resolve(channel, STAFF, "Here."))
    wait_for(lambda: not exists(stack, channel), "the ticket's channel to go")


def older_panels_that_stay_do_not_take_the_new_one(stack):
    before, _ = stack.panel()
    stack.fault("GET", "/channels/{channel_id}/messages", "status", status=400, code=50035, count=-1)
    text = says(stack, stack.tickets(ADMIN, "set-targets", support_panel=CHANNEL_PANEL, log_channel=CHANNEL_LOG))
    stack.quiet()
    stack.clear_faults()
    after, _ = stack.panel()
    expect(after != before, f"the new panel stands: {text!r}")
    says(stack, stack.tickets(ADMIN, "set-targets", support_panel=CHANNEL_PANEL))
    stack.quiet()
    panels = [m for m in stack.messages(CHANNEL_PANEL) if m["components"]]
    expect(len(panels) == 1, f"and the next time the older ones go: {len(panels)}")


def what_killed_two_processes_goes_on_after_a_restart(stack):
    """Only the quarantine worker may run it, and nobody remembers that one is needed but the row."""
    stack.stop_daemon()
    stack.postgres.sql("INSERT INTO flow.flow (idem_key, kind, code_ver, guild_id, subject, args, crashes)"
                       f" VALUES ('test:quarantine', 'channel.gone', 1, {GUILD}, 'ticket:999999', '', 2)")
    stack.start_daemon()
    wait_for(lambda: stack.postgres.sql("SELECT state FROM flow.flow WHERE idem_key = 'test:quarantine'") == [["done"]], "the flow to be done", 30)


def a_request_that_keeps_dying_is_refused_for_a_while(stack):
    channel = open_one(stack)
    tid, _ = ticket(stack, channel)
    for i in range(3):
        stack.postgres.sql("INSERT INTO flow.flow (idem_key, kind, code_ver, guild_id, subject, args, state, finished_at, told_at)"
                           f" VALUES ('test:dead:{i}', 'support.resolve', 1, {GUILD}, 'ticket:{tid}', '', 'dead', now(), now())")
    text = says(stack, stack.resolve(channel, STAFF, "The words that must come back."))
    expect("hour" in text and "The words that must come back" in text, f"it says how long and gives the text back: {text!r}")
    stack.postgres.sql("DELETE FROM flow.flow WHERE idem_key LIKE 'test:dead:%'")
    stack.answer(stack.resolve(channel, STAFF, "Now."))
    wait_for(lambda: not exists(stack, channel), "the ticket's channel to go")
    stack.quiet()


TESTS = [
    a_marker_in_somebody_elses_topic_is_prose, a_closing_that_nobody_finishes_is_opened_again, a_closing_whose_channel_is_gone_is_closed,
    a_ticket_is_resolved_in_its_own_channel, older_panels_that_stay_do_not_take_the_new_one, what_killed_two_processes_goes_on_after_a_restart,
    a_request_that_keeps_dying_is_refused_for_a_while,
]


def main():
    skip_unless_possible()
    tap = Tap()
    with Stack(config={"tickets": {"open_cooldown_s": 0, "opens_per_day": 50}}) as stack:
        stack.set_up()
        for test in TESTS:
            if not sys.argv[1:] or test.__name__ in sys.argv[1:]:
                tap.run(test.__name__, test, stack)
    return tap.finish()


sys.exit(main())
