#!/usr/bin/env python3
"""
A guild removes the bot and invites it again: what is open there is over, what is kept is kept, and tickets whose channels are still there go on;
also when it happens while the daemon does not run. A guild that is only unavailable loses nothing. TAP.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from recruit import APPROVE, expect, fields_of, pending, run_checks  # noqa: E402
from stack import CHANNEL_LOG, GUILD, SECOND, STAFF, wait_for  # noqa: E402


def left(stack):
    return stack.postgres.sql("SELECT left_at IS NOT NULL FROM cfg.ticket_panel_config") == [["t"]]


def kick(stack):
    stack.world("kick_bot")
    wait_for(lambda: left(stack), "the guild to be closed down")


def invite(stack):
    stack.world("invite_bot")
    wait_for(lambda: not left(stack), "the guild to be back")
    stack.quiet()


def states(stack):
    return sorted(row[0] for row in stack.postgres.sql("SELECT state FROM cfg.tickets"))


def clean(stack):
    stack.world("invite_bot")
    if stack.daemon is None:
        stack.start_daemon()
    wait_for(lambda: not left(stack), "the guild to be back")
    for channel in stack.ticket_channels():
        stack.world("delete_channel", channel=channel["id"])
    wait_for(lambda: not stack.postgres.sql("SELECT 1 FROM cfg.tickets WHERE state <> 'closed'"), "all tickets to be closed")
    stack.postgres.sql("DELETE FROM cfg.recruit_applications; DELETE FROM cfg.tickets")
    stack.quiet()


def what_is_open_is_over_and_open_again(stack):
    channel, tid = pending(stack)
    stack.answer(stack.open_ticket(SECOND))
    stack.quiet()
    kick(stack)
    expect(states(stack) == ["closed", "closed"], f"no ticket is open: {states(stack)}")
    expect(stack.postgres.sql("SELECT count(*) FROM cfg.tickets WHERE question_sealed IS NULL AND outcome = 'the bot was removed'") == [["2"]],
           "what was asked is forgotten, and why it ended is known")
    expect(stack.application(tid)["closed_undecided"] == "t" and stack.application(tid)["handle"], "the application is kept, undecided")
    asked = len(stack.requests())
    invite(stack)
    expect(states(stack) == ["open", "open"], f"both go on: {states(stack)}")
    expect(len(stack.ticket_channels()) == 2, "no channel was taken for an orphan")
    wait_for(lambda: fields_of(stack.record(tid)).get("Status") == "Pending", "the record to say so", 40)
    refused = [r for r in stack.requests()[asked:] if r["status"] in (401, 403, 404) and "/guilds/" in r["path"]]
    expect(not refused, f"nothing was asked of the guild meanwhile: {refused}")
    stack.answer(stack.approve(channel))
    expect(stack.application(tid)["status"] == "approved", "staff decide as before")
    expect(stack.postgres.sql("SELECT action FROM flow.audit WHERE action LIKE 'guild.%' ORDER BY audit_id") == [["guild.left"], ["guild.back"]],
           "it is in the audit")
    clean(stack)


def while_the_daemon_does_not_run(stack):
    channel, tid = pending(stack)
    stack.stop_daemon()
    stack.world("kick_bot")
    stack.start_daemon()
    wait_for(lambda: left(stack), "READY to tell")
    expect(states(stack) == ["closed"], "the ticket is over")
    stack.stop_daemon()
    stack.world("invite_bot")
    stack.start_daemon()
    wait_for(lambda: not left(stack), "GUILD_CREATE to tell")
    stack.quiet()
    expect(states(stack) == ["open"] and stack.find_button(STAFF, channel, APPROVE), "it goes on")
    clean(stack)


def what_was_deleted_meanwhile_stays_closed(stack):
    channel, tid = pending(stack)
    kick(stack)
    stack.world("delete_channel", channel=channel)
    invite(stack)
    expect(states(stack) == ["closed"] and stack.application(tid)["closed_undecided"] == "t", "it stays closed")
    wait_for(lambda: "without a decision" in fields_of(stack.record(tid)).get("Status", ""), "the record to say so", 40)
    stack.apply(qna=False)      # and the applicant may apply again
    clean(stack)


def an_outage_closes_nothing(stack):
    pending(stack)
    entries = len(stack.messages(CHANNEL_LOG))
    asked = max((r["n"] for r in stack.requests()), default=0)
    stack.gateway("invalid_session", resumable=False)
    wait_for(lambda: any(r["path"].endswith(f"/guilds/{GUILD}/channels") for r in stack.requests(asked)), "a new session, and the sweep behind it", 30)
    stack.quiet()
    expect(states(stack) == ["open"] and not left(stack), "the ticket is open")
    expect(len(stack.messages(CHANNEL_LOG)) == entries, "nothing was said")
    clean(stack)


if __name__ == "__main__":
    sys.exit(run_checks([what_is_open_is_over_and_open_again, while_the_daemon_does_not_run, what_was_deleted_meanwhile_stays_closed,
                         an_outage_closes_nothing], restore=clean))
