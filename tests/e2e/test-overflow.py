#!/usr/bin/env python3
"""
Discord allows 50 channels in a category and 500 in a guild: tickets get another category beside a full one, which is used while that is full
and goes when it is empty; where nothing can be made, people and administrators are told. TAP.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from recruit import expect, run_checks, words_of  # noqa: E402
from stack import APPLICANT, BOT, CATEGORY_RECRUITMENT, CATEGORY_SUPPORT, CHANNEL_LOG, GUILD, OUTSIDER, SECOND, wait_for  # noqa: E402

CATEGORY = 4


def category(stack, name):
    found = [c for c in stack.channels() if c["type"] == CATEGORY and c["name"] == name]
    expect(len(found) < 2, f"there are not two categories {name!r}")
    return found[0] if found else None


def within(stack, parent):
    return [c for c in stack.channels() if c.get("parent_id") == parent]


def fill(stack, parent, n=50):
    stack.world("add_channels", n=n - len(within(stack, parent)), category=parent)


def ticket_of(stack, who):
    return next(c for c in stack.ticket_channels() if f"OPENER:{who}" in c["topic"])


def sweep(stack):
    before = max((r["n"] for r in stack.requests()), default=0)
    stack.gateway("invalid_session", resumable=False)
    wait_for(lambda: any(r["path"].endswith(f"/guilds/{GUILD}/channels") for r in stack.requests(before)), "the sweeper to look", 30)
    stack.quiet()


def clean(stack):
    stack.clear_faults()
    for channel in stack.ticket_channels():
        stack.world("delete_channel", channel=channel["id"])
    for channel in stack.channels():
        if channel["id"] not in stack.own_channels:
            stack.world("delete_channel", channel=channel["id"])
    wait_for(lambda: not stack.postgres.sql("SELECT 1 FROM cfg.tickets WHERE state <> 'closed' AND state <> 'failed'"), "all tickets to be closed")
    stack.postgres.sql("DELETE FROM cfg.overflow_categories")
    stack.quiet()


def isolated(check):
    def checked(stack):
        if not hasattr(stack, "own_channels"):
            stack.own_channels = {c["id"] for c in stack.channels()}
        check(stack)
        clean(stack)
    checked.__name__ = check.__name__
    return checked


# ---- a full category -----------------------------------------------------------------------------------------------------------------

@isolated
def a_full_category_gets_another_beside_it(stack):
    fill(stack, CATEGORY_SUPPORT)
    stack.answer(stack.open_ticket(APPLICANT))
    second = category(stack, "Support 2")
    expect(second and ticket_of(stack, APPLICANT)["parent_id"] == second["id"], "the ticket is in the new category")
    base = category(stack, "Support")
    roles = {(o["id"], o["allow"], o["deny"]) for o in base["permission_overwrites"] if o["type"] == 0 or o["id"] == BOT}
    expect({(o["id"], o["allow"], o["deny"]) for o in second["permission_overwrites"]} == roles, "it has the overwrites of the first")
    names = [c["name"] for c in sorted((c for c in stack.channels() if c["type"] == CATEGORY), key=lambda c: (c["position"], int(c["id"])))]
    expect(names.index("Support 2") == names.index("Support") + 1, f"it stands behind the first: {names}")
    # the next one goes there too, and when the first has room again, there
    stack.answer(stack.open_ticket(SECOND))
    expect(ticket_of(stack, SECOND)["parent_id"] == second["id"], "the next ticket finds it")
    stack.world("delete_channel", channel=next(c["id"] for c in within(stack, CATEGORY_SUPPORT) if c["id"] not in stack.own_channels))
    stack.answer(stack.open_ticket(OUTSIDER))
    expect(ticket_of(stack, OUTSIDER)["parent_id"] == CATEGORY_SUPPORT, "the first is used again when it has room")
    expect(stack.postgres.sql("SELECT count(*) FROM flow.audit WHERE action = 'category.added'") == [["1"]], "it is in the audit")


@isolated
def many_who_find_no_room_make_one_category(stack):
    fill(stack, CATEGORY_SUPPORT)
    forms = {who: stack.open_form(who) for who in (APPLICANT, SECOND, OUTSIDER)}
    submits = [stack.submit(who, form, {next(iter(c["component"]["custom_id"] for c in modal["components"] if "component" in c)): "Why?"})
               for who, (form, modal) in forms.items()]
    for submit in submits:
        stack.answer(submit)
    stack.quiet()
    second = category(stack, "Support 2")
    expect({ticket_of(stack, who)["parent_id"] for who in forms} == {second["id"]} and category(stack, "Support 3") is None, "all of them are in it")


@isolated
def the_second_may_be_full_too(stack):
    fill(stack, CATEGORY_SUPPORT)
    stack.answer(stack.open_ticket(APPLICANT))
    fill(stack, category(stack, "Support 2")["id"])
    stack.answer(stack.open_ticket(SECOND))
    expect(ticket_of(stack, SECOND)["parent_id"] == category(stack, "Support 3")["id"], "the third has it")


@isolated
def applications_have_categories_of_their_own(stack):
    fill(stack, CATEGORY_RECRUITMENT)
    channel = stack.open_application(SECOND)
    expect(next(c for c in stack.channels() if c["id"] == channel)["parent_id"] == category(stack, "Recruitment 2")["id"], "it is beside theirs")


@isolated
def an_empty_one_goes(stack):
    fill(stack, CATEGORY_SUPPORT)
    stack.answer(stack.open_ticket(APPLICANT))
    second = category(stack, "Support 2")
    sweep(stack)
    expect(category(stack, "Support 2"), "one with a ticket stays")
    stack.world("delete_channel", channel=ticket_of(stack, APPLICANT)["id"])
    wait_for(lambda: not stack.ticket_channels(), "the ticket to be gone")
    sweep(stack)
    expect(category(stack, "Support 2"), "one that was made this moment stays: a ticket may be on its way to it")
    # as if it were older: the same category under another number, and what the database knows of it
    old = stack.world("add_channel", name="Support 2", type=CATEGORY, ago_ms=3_600_000)["channel"]
    stack.world("delete_channel", channel=second["id"])
    stack.postgres.sql(f"UPDATE cfg.overflow_categories SET channel_id = {old}")
    sweep(stack)
    expect(category(stack, "Support 2") is None, "an empty one is removed")
    expect(stack.postgres.sql("SELECT 1 FROM cfg.overflow_categories") == [], "and forgotten")
    expect(stack.postgres.sql("SELECT count(*) FROM flow.audit WHERE action = 'category.removed'") == [["1"]], "it is in the audit")


@isolated
def one_that_was_deleted_by_hand_is_made_again(stack):
    fill(stack, CATEGORY_SUPPORT)
    stack.answer(stack.open_ticket(APPLICANT))
    stack.world("delete_channel", channel=category(stack, "Support 2")["id"])
    stack.answer(stack.open_ticket(SECOND))
    expect(ticket_of(stack, SECOND)["parent_id"] == category(stack, "Support 2")["id"], "there is another one")


@isolated
def a_refusal_is_told_and_tried_again(stack):
    logged = len(stack.messages(CHANNEL_LOG))
    fill(stack, CATEGORY_SUPPORT)
    # the first request is the ticket's channel, for which there is no room; the second one the category
    stack.fault("POST", "/guilds/{guild_id}/channels", "status", status=403, code=50013, skip=1)
    stack.answer(stack.open_ticket(APPLICANT), 60)
    stack.quiet()
    entries = [m for m in stack.messages(CHANNEL_LOG)[logged:] if "category for tickets is full" in words_of(m)]
    expect(len(entries) == 1 and "Manage Channels" in words_of(entries[0]), f"administrators are told once, and how to mend it: {len(entries)}")
    expect(ticket_of(stack, APPLICANT)["parent_id"] == category(stack, "Support 2")["id"], "the next try makes it")


# ---- a full guild -----------------------------------------------------------------------------------------------------------------------

@isolated
def a_full_guild_is_told_to_all_concerned(stack):
    logged = len(stack.messages(CHANNEL_LOG))
    while len(stack.channels()) < 500:
        stack.world("add_channels", n=min(50, 500 - len(stack.channels())))
    for _ in range(2):
        view = stack.answer(stack.open_ticket(APPLICANT))
        expect("500" in words_of(view["message"]) or "full" in words_of(view["message"]), f"the member is told: {words_of(view['message'])}")
    stack.quiet()
    entries = [m for m in stack.messages(CHANNEL_LOG)[logged:] if "This server is full" in words_of(m)]
    expect(len(entries) == 1 and "500" in words_of(entries[0]), f"administrators are told once: {len(entries)}")
    expect(stack.postgres.sql("SELECT count(*) FROM cfg.tickets WHERE state IN ('opening', 'open')") == [["0"]], "nothing is left of it")


if __name__ == "__main__":
    sys.exit(run_checks([
        a_full_category_gets_another_beside_it, many_who_find_no_room_make_one_category, the_second_may_be_full_too,
        applications_have_categories_of_their_own, an_empty_one_goes, one_that_was_deleted_by_hand_is_made_again,
        a_refusal_is_told_and_tried_again, a_full_guild_is_told_to_all_concerned], restore=clean))
