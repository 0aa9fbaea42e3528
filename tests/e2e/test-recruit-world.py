#!/usr/bin/env python3
"""
The world moves while an application is under way: channels deleted, flows lost, applicants who leave, topics and records mended, targets
that are gone; while the daemon looks, and while it does not. TAP.
"""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from recruit import CHANNEL_RECORDS, EDIT, RecruitStack, buttons_of, expect, fields_of, words_of  # noqa: E402
from stack import (APPLICANT, BOT, CATEGORY_RECRUITMENT, CHANNEL_GENERAL, CHANNEL_LOG, CHANNEL_PANEL, GUILD, OUTSIDER, ROLE_RECRUITMENT, ROLE_SUPPORT, SECOND, STAFF, Tap,  # noqa: E402
                   skip_unless_possible, wait_for)  # noqa: E402

UNDECIDED = ", closed without a decision"


# ---- what is looked at again and again ---------------------------------------------------------------------------------------------

def sweep(stack):
    """The sweeper looks whenever a session of the gateway stands again: a restart is the quickest."""
    before = max((r["n"] for r in stack.requests()), default=0)
    stack.restart_daemon()
    wait_for(lambda: any(r["path"].endswith(f"/guilds/{GUILD}/channels") for r in stack.requests(before)), "the sweeper to look", 30)
    stack.quiet()


def pending(stack):
    """An application whose Step 1 is in: (channel, tid)."""
    channel = stack.apply(qna=False)
    stack.quiet()
    return channel, stack.ticket_of(channel)


def state(stack, tid):
    return stack.postgres.sql(f"SELECT state FROM cfg.tickets WHERE tid = {tid}")[0][0]


def number(stack, tid):
    return stack.postgres.sql(f"SELECT guild_no FROM cfg.tickets WHERE tid = {tid}")[0][0]


def decide(stack, tid, status):
    """As a flow stores it that dies right after."""
    stack.postgres.sql(f"UPDATE cfg.recruit_applications SET status = '{status}', reason = 'No.', decided_at = flow.now(),"
                       f" decided_by = (SELECT opener_pid FROM cfg.tickets WHERE tid = {tid}) WHERE tid = {tid}")


def logged(stack, title):
    return [m for m in stack.messages(CHANNEL_LOG) if m["embeds"] and m["embeds"][0].get("title") == title]


def ticket_message(stack, channel):
    return next(m for m in stack.messages(channel, STAFF) if m["embeds"])


def clean(stack):
    stack.clear_faults()
    if stack.daemon is None:
        stack.start_daemon()
    if stack.member(APPLICANT) is None:
        stack.world("add_member", user=APPLICANT)
    stack.postgres.sql("UPDATE cfg.recruit_settings SET access_mode = 'keep'")
    for channel in stack.channels():
        if re.match(r"(recruit|support)-\d", channel["name"]):
            stack.world("delete_channel", channel=channel["id"])
    wait_for(lambda: not stack.postgres.sql("SELECT 1 FROM cfg.tickets WHERE state <> 'closed'"), "all tickets to be closed")
    stack.quiet()


# ---- a channel is gone -----------------------------------------------------------------------------------------------------------------

def expect_vanished(stack, tid):
    wait_for(lambda: state(stack, tid) == "closed", "the ticket to be closed")
    stack.quiet()
    row = stack.application(tid)
    expect(row["status"] == "pending" and row["closed_undecided"] == "t" and row["qna_open"] == "f", f"nobody decided: {row}")
    fields = fields_of(stack.record(tid))
    expect(fields["Status"] == "Pending" + UNDECIDED and "Ticket" not in fields, f"the record says so and has no link: {fields}")
    expect(len(logged(stack, f"Channel of application #{number(stack, tid)} deleted by hand")) == 1, "it is in the log once")
    expect(stack.audited(tid).count("ticket.channel_gone") == 1, f"it is in the audit once: {stack.audited(tid)}")


def a_deleted_channel_closes_the_application(stack):
    channel, tid = pending(stack)
    stack.postgres.sql(f"UPDATE cfg.recruit_applications SET step1_draft = '\\x00', qna_draft = '\\x00' WHERE tid = {tid}")
    stack.world("delete_channel", channel=channel)
    expect_vanished(stack, tid)
    expect(stack.postgres.sql(f"SELECT 1 FROM cfg.recruit_applications WHERE tid = {tid} AND step1_draft IS NULL AND qna_draft IS NULL"),
           "its drafts are forgotten")
    sweep(stack)
    expect_vanished(stack, tid)


def a_channel_deleted_while_nobody_looks(stack):
    channel, tid = pending(stack)
    stack.postgres.sql(f"UPDATE cfg.tickets SET channel_id = {int(channel) - (200_000 << 22)} WHERE tid = {tid}")    # no longer too young to be missed
    stack.stop_daemon()
    stack.world("delete_channel", channel=channel)
    stack.start_daemon()
    expect_vanished(stack, tid)


def what_is_decided_stays_so_when_the_channel_goes(stack):
    channel, tid = pending(stack)
    decide(stack, tid, "approved")
    stack.world("delete_channel", channel=channel)
    wait_for(lambda: state(stack, tid) == "closed", "the ticket to be closed")
    stack.quiet()
    fields = fields_of(stack.record(tid))
    expect(fields["Status"] == "Approved" and "Ticket" not in fields, f"it stays approved: {fields}")


def a_draft_leaves_no_record(stack):
    channel = stack.open_application()
    tid = stack.ticket_of(channel)
    stack.world("delete_channel", channel=channel)
    wait_for(lambda: state(stack, tid) == "closed", "the ticket to be closed")
    stack.quiet()
    expect(stack.record(tid) is None and stack.application(tid)["closed_undecided"] == "t", "there is no record of a draft")
    expect(stack.audited(tid).count("ticket.channel_gone") == 1, "it is in the audit once")


def the_next_application_takes_the_place_of_one_that_is_gone(stack):
    """Nobody told us of the deletion; the next press finds out."""
    _, tid = pending(stack)
    stack.postgres.sql(f"UPDATE cfg.tickets SET channel_id = 42 WHERE tid = {tid}")
    orphan = stack.ticket_channels()[0]["id"]
    stack.open_application()
    expect_vanished(stack, tid)
    stack.world("delete_channel", channel=orphan)


def a_log_that_is_gone_stops_nothing(stack):
    channel, tid = pending(stack)
    stack.fault("POST", "/channels/{channel_id}/messages", "status", code=10003, count=1)
    stack.world("delete_channel", channel=channel)
    wait_for(lambda: state(stack, tid) == "closed", "the ticket to be closed")
    stack.quiet()
    expect("Ticket" not in fields_of(stack.record(tid)), "the record has no link")


# ---- no flow works on it -------------------------------------------------------------------------------------------------------------

def a_closing_without_a_decision_is_opened_again(stack):
    channel, tid = pending(stack)
    stack.postgres.sql(f"UPDATE cfg.tickets SET state = 'closing' WHERE tid = {tid};"
                       f"UPDATE cfg.recruit_applications SET closed_undecided = true WHERE tid = {tid}")
    sweep(stack)
    wait_for(lambda: state(stack, tid) == "open", "the ticket to be open again")
    stack.quiet()
    expect(stack.application(tid)["closed_undecided"] == "f", "the application goes on")
    fields = fields_of(stack.record(tid))
    expect(fields["Status"] == "Pending" and channel in fields["Ticket"], f"and the record says so: {fields}")
    expect("Close (Staff)" in buttons_of(ticket_message(stack, channel)), "staff can close it again")


def a_closing_whose_channel_is_gone_is_closed(stack):
    channel, tid = pending(stack)
    stack.postgres.sql(f"UPDATE cfg.tickets SET state = 'closing' WHERE tid = {tid};"
                       f"UPDATE cfg.recruit_applications SET closed_undecided = true WHERE tid = {tid}")
    stack.world("delete_channel", channel=channel)
    sweep(stack)
    wait_for(lambda: state(stack, tid) == "closed", "the ticket to be closed")
    stack.quiet()
    fields = fields_of(stack.record(tid))
    expect(fields["Status"] == "Pending" + UNDECIDED and "Ticket" not in fields, f"the record says so: {fields}")


def a_declined_application_is_brought_to_its_end(stack):
    """Reopened, it would stay for ever: nothing that could be pressed would close it."""
    channel, tid = pending(stack)
    decide(stack, tid, "declined")
    stack.postgres.sql(f"UPDATE cfg.tickets SET state = 'closing' WHERE tid = {tid}")
    sweep(stack)
    wait_for(lambda: state(stack, tid) == "closed", "the ticket to be closed")
    stack.quiet()
    expect(stack.is_gone(channel), "its channel is gone")
    fields = fields_of(stack.record(tid))
    expect(fields["Status"] == "Declined" and "No." in words_of(stack.record(tid)) and "Ticket" not in fields, f"the record says why: {fields}")


def an_opening_that_nobody_finishes_fails(stack):
    channel = stack.open_application()
    tid = stack.ticket_of(channel)
    stack.postgres.sql(f"UPDATE cfg.tickets SET state = 'opening' WHERE tid = {tid}")
    sweep(stack)
    wait_for(lambda: state(stack, tid) == "failed", "the ticket to be given up")
    stack.quiet()
    expect(stack.is_gone(channel) and stack.record(tid) is None, "nothing is left of it")
    stack.open_application()    # and does not stand in the way
    stack.postgres.sql(f"UPDATE cfg.tickets SET state = 'closed' WHERE tid = {tid}")


# ---- the applicant leaves, and comes back ------------------------------------------------------------------------------------------------

VIEW, SEND, EMBED, ATTACH, HISTORY = 1 << 10, 1 << 11, 1 << 14, 1 << 15, 1 << 16
TICKET = VIEW | SEND | EMBED | ATTACH | HISTORY


def overwrite(stack, channel):
    """What the channel allows and denies the applicant by name; None: nothing."""
    overwrites = next(c["permission_overwrites"] for c in stack.channels() if c["id"] == channel)
    return next(((int(o["allow"]), int(o["deny"])) for o in overwrites if o["id"] == APPLICANT), None)


def expect_left(stack, channel, tid, times=1):
    wait_for(lambda: stack.application(tid)["has_left"] == "t", "the leave to be noted")
    stack.quiet()
    expect("has left the guild" in fields_of(stack.record(tid))["Applicant"], "the record notes it")
    expect("has left the guild" in fields_of(ticket_message(stack, channel))["Applicant"], "the ticket notes it")
    expect(len(logged(stack, f"Applicant of #{number(stack, tid)} left the guild")) == times, f"it is in the log {times} times")
    expect(stack.audited(tid).count("application.left") == times, f"it is in the audit {times} times: {stack.audited(tid)}")
    expect(state(stack, tid) == "open" and stack.application(tid)["status"] == "pending", "the ticket goes on")


def expect_back(stack, channel, tid):
    wait_for(lambda: stack.application(tid)["has_left"] == "f", "the return to be noted")
    stack.quiet()
    expect("left" not in fields_of(stack.record(tid))["Applicant"] and "left" not in fields_of(ticket_message(stack, channel))["Applicant"],
           "record and ticket do not say any more that they left")
    expect(len(logged(stack, f"Applicant of #{number(stack, tid)} is back in the guild")) == 1, "it is in the log once")
    expect(stack.audited(tid).count("application.back") == 1, "it is in the audit once")


def leaving_and_coming_back_is_noted(stack):
    channel, tid = pending(stack)
    stack.world("remove_member", user=APPLICANT)
    expect_left(stack, channel, tid)
    stack.gateway("replay", n=20)       # Discord may tell a thing twice
    stack.quiet()
    expect_left(stack, channel, tid)
    stack.world("set_overwrite", channel=channel, id=APPLICANT, type=1, allow="0", deny="0")    # somebody tidied up
    stack.world("add_member", user=APPLICANT)
    expect_back(stack, channel, tid)
    expect(overwrite(stack, channel) == (TICKET, 0), f"access is given back: {overwrite(stack, channel)}")
    expect(channel in [c["id"] for c in stack.channels(APPLICANT)], "they see the ticket")
    stack.answer(stack.send(APPLICANT, stack.form(APPLICANT, channel, EDIT), {"Main area/focus": "salvage"}))


def access_comes_back_as_the_approval_left_it(stack):
    for mode, wanted in (("keep", (TICKET, 0)), ("read_only", (VIEW | HISTORY, None)), ("hide", (0, 0))):
        channel, tid = pending(stack)
        stack.postgres.sql(f"UPDATE cfg.recruit_settings SET access_mode = '{mode}'")
        decide(stack, tid, "approved")
        stack.postgres.sql(f"UPDATE cfg.recruit_applications SET access_mode = '{mode}', reason = NULL WHERE tid = {tid}")
        stack.world("remove_member", user=APPLICANT)
        wait_for(lambda: stack.application(tid)["has_left"] == "t", "the leave to be noted")
        stack.quiet()
        stack.world("set_overwrite", channel=channel, id=APPLICANT, type=1, allow="0", deny="0")
        stack.world("add_member", user=APPLICANT)
        expect_back(stack, channel, tid)
        allow, deny = overwrite(stack, channel)
        expect(allow == wanted[0] and (deny == wanted[1] if wanted[1] is not None else deny & SEND), f"{mode}: {allow} {deny}")
        clean(stack)


def leaving_while_nobody_looks_is_found(stack):
    channel, tid = pending(stack)
    stack.stop_daemon()
    stack.world("remove_member", user=APPLICANT)
    stack.start_daemon()
    expect_left(stack, channel, tid)
    stack.stop_daemon()
    stack.world("add_member", user=APPLICANT)
    stack.start_daemon()
    expect_back(stack, channel, tid)


def without_the_intent_the_sweeper_finds_out(stack):
    channel, tid = pending(stack)
    stack.extra_config = {"discord": {"intents_members": "no"}}
    try:
        stack.restart_daemon()
        stack.quiet()
        stack.world("remove_member", user=APPLICANT)
        sweep(stack)
        expect_left(stack, channel, tid)
        stack.world("add_member", user=APPLICANT)
        sweep(stack)
        expect_back(stack, channel, tid)
    finally:
        stack.extra_config = {}
        stack.restart_daemon()


def others_come_and_go_unnoticed(stack):
    channel, tid = pending(stack)
    stack.world("remove_member", user=OUTSIDER)
    stack.world("add_member", user=OUTSIDER)
    sweep(stack)
    expect(not [a for a in stack.audited(tid) if a in ("application.left", "application.back")], "nothing is noted of the applicant")


# ---- topics edited by hand -------------------------------------------------------------------------------------------------------------------

def topic(stack, channel):
    return next(c["topic"] or "" for c in stack.channels() if c["id"] == channel)


def expect_topic(stack, channel, wanted, times):
    wait_for(lambda: topic(stack, channel) == wanted, f"the topic to be {wanted!r}")
    stack.quiet()
    audited = stack.audited(stack.ticket_of(channel)).count("ticket.topic_mended")
    expect(audited == times, f"it was mended {times} times, not {audited}")


def next_ten_minutes(stack, channel):
    """A topic is mended once in ten minutes: as if those had passed."""
    stack.postgres.sql(f"UPDATE flow.flow SET idem_key = idem_key || ':before' WHERE idem_key LIKE 'topic:{channel}:%' AND idem_key NOT LIKE '%before'")


def markers_that_were_edited_are_put_back(stack):
    channel, tid = pending(stack)
    markers = topic(stack, channel)
    expect(re.fullmatch(rf"TID:{tid} REQ:member APP:\d+ TZ:Europe/London OPENER:{APPLICANT}", markers), markers)
    after = stack.last_effect()
    stack.world("edit_topic", channel=channel, topic="Interview on Friday\nTID:9999 APP:1")
    expect_topic(stack, channel, markers + " Interview on Friday", 1)
    stack.world("edit_topic", channel=channel, topic=f"Now on Monday {markers}")        # around the markers everybody may write
    stack.quiet()
    expect(topic(stack, channel) == f"Now on Monday {markers}", "words around the markers are people's own")
    stack.world("edit_topic", channel=channel, topic="")            # again, within the same ten minutes
    stack.quiet()
    expect(topic(stack, channel) == "", "nobody fights over a topic")
    changes = [e for e in stack.effects(after) if e["effect"] == "channel.update" and e["by"] == "bot"]
    expect(len(changes) == 1, f"the topic was changed once: {len(changes)}")


def a_support_tickets_markers_too(stack):
    channel = re.search(r"<#(\d+)>", words_of(stack.answer(stack.open_ticket(APPLICANT))["message"])).group(1)
    markers = topic(stack, channel)
    stack.world("edit_topic", channel=channel, topic="x" * 1020)
    wait_for(lambda: topic(stack, channel).startswith(markers + " xxx"), "the markers to be back")
    stack.quiet()
    expect(len(topic(stack, channel)) == 1024, "what does not fit is cut")
    next_ten_minutes(stack, channel)
    stack.world("edit_topic", channel=channel, topic="")
    wait_for(lambda: topic(stack, channel) == markers, "the markers to be back")
    stack.quiet()


def a_topic_edited_while_nobody_looks(stack):
    """To the letter that of a ticket that is over: the channel is nobody's to delete."""
    other, over = pending(stack)
    others = topic(stack, other)
    clean(stack)
    channel, tid = pending(stack)
    markers = topic(stack, channel)
    stack.postgres.sql(f"UPDATE cfg.tickets SET channel_id = NULL WHERE tid = {over}")
    stack.stop_daemon()
    stack.world("edit_topic", channel=channel, topic=others)
    stack.start_daemon()
    expect_topic(stack, channel, markers, 1)
    sweep(stack)
    expect(not stack.is_gone(channel) and state(stack, tid) == "open", "the ticket is as it was")


def our_own_change_is_nobodys_hand(stack):
    channel, tid = pending(stack)
    stack.says(stack.send(APPLICANT, stack.form(APPLICANT, channel, EDIT), {"Member or Affiliate": "Affiliate"}), "")
    stack.world("rename_channel", channel=channel, name="recruit-1-urgent")        # tells of the channel as it is before the editor has written
    expect_topic(stack, channel, topic(stack, channel).replace("REQ:member", "REQ:affiliate"), 0)


# ---- records deleted by hand ---------------------------------------------------------------------------------------------------------------

def a_deleted_record_is_posted_again_at_the_next_change(stack):
    channel, tid = pending(stack)
    first = stack.record(tid)["id"]
    stack.world("delete_message", channel=CHANNEL_RECORDS, message=first)
    stack.answer(stack.send(APPLICANT, stack.form(APPLICANT, channel, EDIT), {"Main area/focus": "salvage"}))
    stack.quiet()
    second = stack.record(tid)
    expect(second and second["id"] != first and fields_of(second)["Area/focus"] == "salvage", "it is posted again, as it is now")
    expect(stack.application(tid)["record_message"] == second["id"], "the application knows it")
    stack.stop_daemon()
    stack.world("delete_message", channel=CHANNEL_RECORDS, message=second["id"])       # while nobody looks
    stack.start_daemon()
    stack.answer(stack.fill_qna(APPLICANT, channel))
    stack.quiet()
    third = stack.record(tid)
    expect(third and fields_of(third)["Status"] == "Q&A received", "and again")
    expect(len([r for r in stack.records() if f"TID {tid} " in r["embeds"][0]["footer"]["text"]]) == 1, "there is one")


def a_record_that_cannot_be_posted_stops_nothing(stack):
    """Somebody deleted it, and nobody may post another one at first."""
    channel, tid = pending(stack)
    stack.world("delete_message", channel=CHANNEL_RECORDS, message=stack.record(tid)["id"])
    stack.fault("POST", "/channels/{channel_id}/messages", "status", code=50013, count=1)
    stack.answer(stack.send(APPLICANT, stack.form(APPLICANT, channel, EDIT), {"Main area/focus": "salvage"}))
    stack.quiet()
    expect(stack.record(tid) is None and stack.application(tid)["area"] == "salvage", "the change stands without a record")
    stack.answer(stack.send(APPLICANT, stack.form(APPLICANT, channel, EDIT), {"Main area/focus": "medical"}))
    stack.quiet()
    expect(fields_of(stack.record(tid))["Area/focus"] == "medical", "the next change posts it")


# ---- tickets that the database has lost ------------------------------------------------------------------------------------------------------

def lose(stack, channel, tid):
    """An older copy of the database is restored while the daemon is down: the channel that is left."""
    stack.stop_daemon()
    old = stack.aged(channel)
    stack.lose_ticket(tid)
    return old


def expect_rebuilt(stack, tid, old):
    wait_for(lambda: stack.postgres.sql(f"SELECT 1 FROM cfg.tickets WHERE tid = {tid} AND state = 'open'"), "the ticket to be rebuilt")
    stack.quiet()
    expect(stack.ticket_of(old) == tid, "it has its channel")
    expect(stack.audited(tid).count("ticket.rebuilt") == 1, "it is in the audit once")


def a_lost_application_is_rebuilt_from_topic_and_record(stack):
    channel = stack.apply(notes="I *fly* the night shift.")
    stack.quiet()
    tid = stack.ticket_of(channel)
    before, was, no = stack.record(tid), stack.application(tid), number(stack, tid)
    old = lose(stack, channel, tid)
    stack.start_daemon()
    expect_rebuilt(stack, tid, old)
    row = stack.application(tid)
    for name in ("status", "role", "area", "zone", "handle"):
        expect(row[name] == was[name], f"{name} is as it was: {row[name]} {was[name]}")
    expect(number(stack, tid) == no, "its number too")
    after = stack.record(tid)
    for words in ("night shift", "tractor beam", "18:00"):
        expect(words in words_of(before) and words in words_of(after), f"the record still says {words!r}: {words_of(after)}")
    expect(after["id"] == before["id"] and len(stack.records()) == len({m["embeds"][0]["footer"]["text"].split(" ref")[0] for m in stack.records()}),
           "there is one record")
    expect(f"<#{old}>" in fields_of(after)["Ticket"], "it links the channel that is there")
    other = stack.open_application(SECOND)
    expect(stack.ticket_of(other) not in (tid, "") and number(stack, stack.ticket_of(other)) != no, "the next ticket has a number of its own")
    stack.says(stack.approve(old), "approved")
    stack.quiet()
    expect(stack.application(tid)["status"] == "approved" and stack.roles(APPLICANT), "it goes on like any other")
    stack.world("set_roles", user=APPLICANT, roles=[])


def a_lost_approval_stays_one(stack, record=True):
    channel, tid = pending(stack)
    stack.says(stack.approve(channel), "approved")
    stack.quiet()
    was = stack.application(tid)
    granted = was["granted_role"]
    if not record:
        stack.world("delete_message", channel=CHANNEL_RECORDS, message=stack.record(tid)["id"])
    old = lose(stack, channel, tid)
    stack.start_daemon()
    expect_rebuilt(stack, tid, old)
    row = stack.application(tid)
    expect((row["status"], row["granted_role"]) == ("approved", granted), f"it is approved, and its role is known: {row}")
    expect((row["area"], row["handle"], row["notes"]) == (was["area"], was["handle"], was["notes"]), f"and what was written: {row}")
    expect(fields_of(stack.record(tid))["Status"] == "Approved", "and the record says so")
    stack.world("set_roles", user=APPLICANT, roles=[])


def without_a_record_the_tickets_message_tells(stack):
    a_lost_approval_stays_one(stack, record=False)


def a_lost_draft_and_a_lost_support_ticket(stack):
    draft = stack.open_application()
    tid = stack.ticket_of(draft)
    old = lose(stack, draft, tid)
    stack.start_daemon()
    expect_rebuilt(stack, tid, old)
    stack.answer(stack.fill_step1(APPLICANT, old))
    stack.quiet()
    expect(stack.record(tid) is not None, "the draft goes on")

    support = re.search(r"<#(\d+)>", words_of(stack.answer(stack.open_ticket(APPLICANT))["message"])).group(1)
    tid = stack.ticket_of(support)
    old = lose(stack, support, tid)
    stack.start_daemon()
    expect_rebuilt(stack, tid, old)
    stack.answer(stack.resolve(old, STAFF, "It was lost."))
    wait_for(lambda: stack.is_gone(old), "the ticket's channel to go")


def what_is_not_proven_is_left_alone(stack):
    """Markers, overwrites and all, but no message of ours; a message of another ticket; and a ticket whose opener has another one."""
    channel, tid = pending(stack)
    markers = topic(stack, channel)
    forged = stack.world("add_channel", name="recruit-77-x", topic=markers.replace(f"TID:{tid}", "TID:77777").replace("APP:", "APP:7"),
                         ago_ms=3_600_000)["channel"]
    stack.world("set_overwrite", channel=forged, id=BOT, type=1, allow=str(TICKET), deny="0")
    stack.as_bot(forged, ticket_message(stack, channel))
    sweep(stack)
    wait_for(lambda: re.search(" ticket.unknown ", stack.log()), "a line in the journal")
    expect(not stack.postgres.sql("SELECT 1 FROM cfg.tickets WHERE tid = 77777") and not stack.is_gone(forged), "it is left alone")

    old = lose(stack, channel, tid)
    stack.postgres.sql("SELECT setval('cfg.tickets_tid_seq', 1000)")
    stack.world("edit_topic", channel=old, topic="")        # not yet
    stack.start_daemon()
    newer = stack.open_application()
    stack.world("edit_topic", channel=old, topic=markers)
    sweep(stack)
    wait_for(lambda: re.search("why=ticket_one", stack.log()), "the rebuilding to be refused")
    stack.quiet()
    expect(not stack.is_gone(old) and not stack.postgres.sql(f"SELECT 1 FROM cfg.tickets WHERE tid = {tid}"), "one open ticket a person")
    expect(state(stack, stack.ticket_of(newer)) == "open", "the newer one stays")


def a_number_given_twice_deletes_nothing(stack):
    """After a restore a new ticket got the number of a lost one; the lost one's channel is not its second channel."""
    channel, tid = pending(stack)
    old = stack.aged(channel)
    wait_for(lambda: state(stack, tid) == "closed", "the ticket to be closed")
    stack.world("edit_topic", channel=old, topic=topic(stack, old).replace(APPLICANT, OUTSIDER))
    sweep(stack)
    sweep(stack)
    expect(not stack.is_gone(old), "the channel of somebody else stays")
    stack.world("edit_topic", channel=old, topic=topic(stack, old).replace(OUTSIDER, APPLICANT))
    sweep(stack)
    wait_for(lambda: stack.is_gone(old), "the channel that is left of this one to go")


# ---- what is set is deleted ------------------------------------------------------------------------------------------------------------------

def expect_told(stack, words, target):
    audit = f"SELECT 1 FROM flow.audit WHERE action = 'target.gone' AND detail ->> 'target' = '{target}'"
    wait_for(lambda: stack.postgres.sql(audit), f"the deletion of {target} to be noticed")
    stack.quiet()
    entries = [words_of(m) for m in logged(stack, "Something that tickets use was deleted")]
    expect(len([e for e in entries if words in e]) == 1, f"{words!r} is in the log once: {entries}")
    expect(len(re.findall(rf" target.gone .*{words}", stack.log())) == 1, "one line in the journal says so")
    expect(len(stack.postgres.sql(audit)) == 1, "it is in the audit once")


def a_deleted_record_channel_and_panel_are_told(stack):
    channel, tid = pending(stack)
    stack.world("delete_channel", channel=CHANNEL_RECORDS)
    stack.stop_daemon()
    stack.world("delete_channel", channel=CHANNEL_PANEL)
    stack.start_daemon()
    expect_told(stack, "permanent records", "record_channel")
    expect_told(stack, "support panel", "support_panel")
    stack.answer(stack.fill_qna(APPLICANT, channel))
    stack.quiet()
    expect(stack.application(tid)["status"] == "qna_received", "applications go on without records")
    stack.postgres.sql(f"UPDATE cfg.recruit_settings SET record_channel = {CHANNEL_GENERAL}")
    stack.answer(stack.send(APPLICANT, stack.form(APPLICANT, channel, EDIT), {"Main area/focus": "salvage"}))
    stack.quiet()
    expect(any(f"TID {tid} " in m["embeds"][0]["footer"]["text"] for m in stack.messages(CHANNEL_GENERAL) if m["embeds"]),
           "the record is posted in the channel that takes its place")


def a_deleted_log_is_in_the_journal(stack):
    """Nobody can be told where it is gone; tickets go on."""
    stack.world("delete_channel", channel=CHANNEL_LOG)
    wait_for(lambda: re.search(r" target.gone .*The log channel is gone", stack.log()), "a line in the journal")
    channel = stack.apply(qna=False)
    stack.world("delete_channel", channel=channel)
    wait_for(lambda: state(stack, stack.ticket_of(channel)) == "closed", "the ticket to be closed")
    stack.quiet()


def last_message(stack, channel):
    return stack.messages(channel, STAFF)[0]


def tickets_open_without_a_deleted_category(stack):
    stack.world("delete_channel", channel=CATEGORY_RECRUITMENT)
    channel = stack.open_application()
    made = next(c for c in stack.channels() if c["id"] == channel)
    expect(made["parent_id"] is None and ROLE_RECRUITMENT in last_message(stack, channel)["mention_roles"], "it is outside of any category")
    expect(len(re.findall(" ticket.target_gone .*category", stack.log())) == 1, "one line in the journal says so")
    expect_told(stack, "category of applications", "recruitment_category")
    sweep(stack)
    expect_told(stack, "category of applications", "recruitment_category")


def tickets_open_without_a_deleted_ping_role(stack):
    stack.world("delete_role", role=ROLE_RECRUITMENT)
    stack.stop_daemon()
    stack.gateway("expire")                             # a new session is told of the guild as it is
    stack.world("delete_role", role=ROLE_SUPPORT)       # while nobody looks
    stack.start_daemon()
    stack.quiet()
    expect_told(stack, "role that is called to applications", "recruitment_role")
    expect_told(stack, "role that is called to support tickets", "support_role")
    channel = stack.open_application()
    made = next(c for c in stack.channels() if c["id"] == channel)
    expect(sorted(o["id"] for o in made["permission_overwrites"]) == sorted([GUILD, BOT, APPLICANT]), "nobody else is let in")
    expect(stack.messages(channel, APPLICANT)[0]["mention_roles"] == [], "nobody is called")
    stack.answer(stack.fill_step1(APPLICANT, channel))
    stack.quiet()
    stack.says(stack.open_ticket(APPLICANT), r"<#\d+>")


def main():
    skip_unless_possible()
    tap = Tap()
    tests = [
        a_deleted_channel_closes_the_application,
        a_channel_deleted_while_nobody_looks,
        what_is_decided_stays_so_when_the_channel_goes,
        a_draft_leaves_no_record,
        the_next_application_takes_the_place_of_one_that_is_gone,
        a_log_that_is_gone_stops_nothing,
        a_closing_without_a_decision_is_opened_again,
        a_closing_whose_channel_is_gone_is_closed,
        a_declined_application_is_brought_to_its_end,
        an_opening_that_nobody_finishes_fails,
        leaving_and_coming_back_is_noted,
        access_comes_back_as_the_approval_left_it,
        leaving_while_nobody_looks_is_found,
        without_the_intent_the_sweeper_finds_out,
        others_come_and_go_unnoticed,
        markers_that_were_edited_are_put_back,
        a_support_tickets_markers_too,
        a_topic_edited_while_nobody_looks,
        our_own_change_is_nobodys_hand,
        a_deleted_record_is_posted_again_at_the_next_change,
        a_record_that_cannot_be_posted_stops_nothing,
        a_lost_application_is_rebuilt_from_topic_and_record,
        a_lost_approval_stays_one,
        without_a_record_the_tickets_message_tells,
        a_lost_draft_and_a_lost_support_ticket,
        what_is_not_proven_is_left_alone,
        a_number_given_twice_deletes_nothing,
        tickets_open_without_a_deleted_category,
        tickets_open_without_a_deleted_ping_role,
        a_deleted_record_channel_and_panel_are_told,
        a_deleted_log_is_in_the_journal,
    ]
    chosen = sys.argv[1:]
    with RecruitStack(workers=2) as stack:
        stack.set_up()
        stack.set_up_recruitment()
        for test in tests:
            if not chosen or test.__name__ in chosen:
                tap.run(test.__name__.replace("_", " "), test, stack)
                clean(stack)
        tap.run("every exchange fits Discord's description", stack.judge)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
