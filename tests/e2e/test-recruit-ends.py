#!/usr/bin/env python3
"""
How tickets of recruitment end, and how a member is removed: closed in every status, finalised, both with who comes second and what Discord
refuses; what people are told, in which order it happens, and what stands afterwards. TAP.
"""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from recruit import (APPROVE, CHANNEL_APPLY, CHANNEL_RECORDS, CLOSE, CONFIRM, EDIT, FINALISE, REASON, REJECT, ROLE_ADMIN, ROLE_AFFILIATE,  # noqa: E402
                     ROLE_MEMBER, ROLE_RECRUITMENT, answered, buttons_of, calls, every_exchange_fits_discords_description, expect,
                     expect_order, fields_of, number_of, pending, run_checks, words_of)
from stack import ADMIN, APPLICANT, BOT, CATEGORY_SUPPORT, CHANNEL_LOG, GUILD, OUTSIDER, OWNER, SECOND, STAFF, wait_for  # noqa: E402

NO_ROLE = "810000000000000777"
SEND, MANAGE_CHANNELS, PERMISSIONS = 1 << 11, 1 << 4, 378360032336
ORG = "https://robertsspaceindustries.com/orgs/LANTERN"


# ---- what is done and looked at again and again ---------------------------------------------------------------------------------------

def drafted(stack):
    channel = stack.open_application()
    stack.quiet()
    return channel, stack.ticket_of(channel)


def approved(stack, who=APPLICANT, **values):
    channel, tid = answered(stack, who, **values)
    stack.says(stack.approve(channel), "is approved")
    stack.quiet()
    return channel, tid


def removed(stack):
    channel, tid = approved(stack)
    stack.says(stack.remove_member(), "is removed")
    stack.quiet()
    return channel, tid


def clean(stack):
    """No open ticket, and nobody is a member by an application."""
    stack.clear_faults()
    for channel in stack.ticket_channels():
        stack.world("delete_channel", channel=channel["id"])
    stack.quiet()
    stack.postgres.sql("DELETE FROM cfg.recruit_applications")
    for message in stack.records():
        stack.world("delete_message", channel=CHANNEL_RECORDS, message=message["id"])
    for user in (APPLICANT, SECOND, OWNER):
        if stack.member(user) is None:
            stack.world("add_member", name="back", user=user, roles=[])
        stack.world("set_roles", user=user, roles=[])
    stack.quiet()


def went(stack, channel):
    wait_for(lambda: stack.is_gone(channel), "the channel to go")
    stack.quiet()


def logged(stack, channel=CHANNEL_LOG):
    return [m["embeds"][0].get("title") for m in stack.messages(channel) if m["embeds"]]


def expect_ended(stack, tid, outcome):
    row = stack.postgres.sql(f"SELECT state, outcome FROM cfg.tickets WHERE tid = {tid}")[0]
    expect(row == ["closed", outcome], f"the ticket is closed as {outcome}: {row}")
    expect(stack.audited(tid).count("ticket.closed") == 1, f"and it is in the audit once: {stack.audited(tid)}")


def expect_record(stack, tid, status, **wanted):
    record = stack.record(tid)
    expect(record is not None, f"ticket {tid} has a record")
    fields = fields_of(record)
    expect(fields["Status"] == status, f"its status is {status}: {fields['Status']}")
    for name, text in wanted.items():
        name = name.replace("_", " ")
        expect((name not in fields) if text is None else text in fields.get(name, ""), f"the record's {name} is {text}: {fields.get(name)}")
    return record


def unchanged(stack, tid, act, pattern):
    """What act() does is refused: one sentence, and application and ticket are as they were."""
    look = f"SELECT a.*, t.state, t.outcome FROM cfg.recruit_applications a JOIN cfg.tickets t USING (tid) WHERE tid = {tid}"
    before = stack.postgres.sql(look)
    stack.says(act(), pattern)
    stack.quiet()
    expect(stack.postgres.sql(look) == before, f"nothing changed: {before} and {stack.postgres.sql(look)}")


def press_as_was(stack, who, channel, message, custom_id):
    """A button that the person's client has still on screen."""
    return stack.act(who, "raw", type=3, channel=channel, message=message["id"],
                     data={"component_type": 2, "id": 2, "custom_id": custom_id})["interaction"]


def let(stack, permissions=PERMISSIONS, log=True, role=1):
    """What the bot may: its permissions, whether it may write to the log, and where the role stands that an approval gives."""
    stack.world("set_bot_permissions", permissions=str(permissions))
    stack.world("set_overwrite", channel=CHANNEL_LOG, id=BOT, type=1, allow="0", deny="0" if log else str(SEND))
    stack.world("set_role_position", role=ROLE_MEMBER, position=role)


# ---- closing ------------------------------------------------------------------------------------------------------------------------------

def closing_is_for_staff(stack):
    channel, tid = pending(stack)
    message, custom_id = stack.find_button(STAFF, channel, CLOSE)
    unchanged(stack, tid, lambda: stack.press_button(APPLICANT, channel, CLOSE), "Manage Channels")
    unchanged(stack, tid, lambda: press_as_was(stack, OUTSIDER, channel, message, custom_id), "Manage Channels")
    clean(stack)


def close_in_order(stack, channel, tid, question, *texts):
    """Closes it, asked first; the calls between the question and the end."""
    before, sent = stack.application(tid), len(stack.dms(APPLICANT))
    interaction = stack.press_button(STAFF, channel, CLOSE)
    stack.says(interaction, question)
    stack.quiet()
    expect(stack.application(tid) == before and not stack.is_gone(channel), "the press alone only asks")
    after = stack.last_effect()
    stack.says(stack.press_answer(STAFF, interaction, CONFIRM), rf"Application #{number_of(stack, tid)} is closed")
    went(stack, channel)
    expect(len(stack.dms(APPLICANT)) == sent, "nobody was sent a DM")
    expect_ended(stack, tid, "closed")
    entry = next(m for m in reversed(stack.messages(CHANNEL_LOG)) if m["embeds"])
    for text in (f"<@{STAFF}>", f"<@{APPLICANT}>", *texts):
        expect(text in words_of(entry), f"the log has {text}: {words_of(entry)}")
    return calls(stack, after)


def a_draft_leaves_no_record(stack):
    channel, tid = drafted(stack)
    done = close_in_order(stack, channel, tid, "without a decision", "closed without a decision")
    expect(done == [("message.create", CHANNEL_LOG), ("channel.delete", channel)], f"one entry in the log, then the channel goes: {done}")
    expect(stack.record(tid) is None and stack.audited(tid).count("application.closed") == 1, "no record, one line in the audit")
    stack.says(stack.press_button(APPLICANT, CHANNEL_APPLY, "Apply"), r"<#\d+>")
    clean(stack)


def an_undecided_application_keeps_its_status(stack):
    for prepare, status, shown in ((pending, "pending", "Pending"), (answered, "qna_received", "Q&A received")):
        channel, tid = prepare(stack)
        done = close_in_order(stack, channel, tid, "without a decision", "closed without a decision")
        expect(len(done) == 3, f"as few calls as can be: {done}")
        expect_order(done, ("message.create", CHANNEL_LOG), ("message.update", CHANNEL_RECORDS), ("channel.delete", channel))
        expect_record(stack, tid, f"{shown}, closed without a decision", Ticket=None)
        row = stack.application(tid)
        expect((row["status"], row["closed_undecided"]) == (status, "t"), f"the status is kept: {row}")
        expect(stack.audited(tid).count("application.closed") == 1, "in the audit once")
        stack.says(stack.remove_member(), "not become a member")
        clean(stack)


def what_was_decided_stays_when_its_ticket_is_closed(stack):
    for prepare, status, roles in ((approved, "approved", {ROLE_MEMBER}), (removed, "removed", set())):
        channel, tid = prepare(stack)
        done = close_in_order(stack, channel, tid, "What was decided stays", "Ticket of application")
        expect_order(done, ("message.create", CHANNEL_LOG), ("message.update", CHANNEL_RECORDS), ("channel.delete", channel))
        expect_record(stack, tid, status.capitalize(), Ticket=None)
        row = stack.application(tid)
        expect((row["status"], row["closed_undecided"]) == (status, "f"), f"it was decided: {row}")
        expect("application.closed" not in stack.audited(tid), f"nothing was left undecided: {stack.audited(tid)}")
        expect(stack.roles(APPLICANT) == roles, f"the roles are {roles}: {stack.roles(APPLICANT)}")
        if status == "approved":
            stack.says(stack.remove_member(), "is removed")
            stack.quiet()
            expect_record(stack, tid, "Removed", Removed_by=f"<@{ADMIN}>")
        clean(stack)


def of_two_who_close_at_once_one_does(stack):
    """The other one's answer goes with the channel, like everything that was said there."""
    channel, tid = answered(stack)
    questions = [(who, stack.press_button(who, channel, CLOSE)) for who in (STAFF, OWNER)]
    for _, question in questions:
        stack.says(question, "Close application")
    for who, question in questions:
        stack.press_answer(who, question, CONFIRM)
    went(stack, channel)
    expect_ended(stack, tid, "closed")
    expect(stack.audited(tid).count("application.closed") == 1, "closed once")
    expect(logged(stack).count(f"Application #{number_of(stack, tid)} closed without a decision") == 1, "logged once")
    clean(stack)


def whoever_presses_while_it_closes_is_told(stack):
    channel, tid = answered(stack)
    buttons = [stack.find_button(STAFF, channel, label) for label in (APPROVE, REJECT, CLOSE)]
    edit = stack.find_button(APPLICANT, channel, EDIT)
    stack.fault("DELETE", "/channels/{channel_id}", "slow", ms=4000)
    stack.answer(stack.close_application(channel))
    for message, custom_id in buttons:
        stack.says(press_as_was(stack, OWNER, channel, message, custom_id), f"<@{STAFF}> was first and is closing ticket")
    text = stack.says(press_as_was(stack, APPLICANT, channel, *edit), "is being closed right now")
    expect(f"<@{STAFF}>" not in text, "who of the staff closes it is not for the applicant to know")
    went(stack, channel)
    expect(stack.application(tid)["status"] == "qna_received", "nothing else happened to it")
    clean(stack)


def closing_comes_after_the_approval_that_is_under_way(stack):
    channel, tid = answered(stack)
    question = stack.press_button(OWNER, channel, CLOSE)
    stack.says(question, "without a decision")
    stack.fault("PUT", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}", "slow", ms=1200)
    approval = stack.approve(channel)
    close = stack.press_answer(OWNER, question, CONFIRM)
    stack.says(approval, "is approved")
    stack.says(close, "is closed")
    went(stack, channel)
    expect_record(stack, tid, "Approved", Approved_by=f"<@{STAFF}>", Ticket=None)
    expect(stack.roles(APPLICANT) == {ROLE_MEMBER} and stack.application(tid)["closed_undecided"] == "f", "approved, then its ticket closed")
    clean(stack)


def without_the_log_nothing_is_closed(stack):
    """A log channel that may not be written to is somebody's mistake; one that is gone or unset is not waited for."""
    channel, tid = answered(stack)
    before = stack.record(tid)
    let(stack, log=False)
    unchanged(stack, tid, lambda: stack.close_application(channel), rf"Send Messages.*<#{CHANNEL_LOG}>|<#{CHANNEL_LOG}>.*Send Messages")
    expect(not stack.is_gone(channel) and stack.record(tid) == before, "the ticket stays as it was")
    let(stack)

    known = {c["id"] for c in stack.channels()}
    stack.world("add_channels", n=1, category=CATEGORY_SUPPORT)
    other = next(c["id"] for c in stack.channels() if c["id"] not in known)
    stack.answer(stack.tickets(ADMIN, "set-targets", log_channel=other))
    stack.fault("POST", "/channels/{channel_id}/messages", "status", status=404, code=10003)       # gone between two steps
    stack.says(stack.close_application(channel), "is closed")
    went(stack, channel)
    expect_ended(stack, tid, "closed")

    stack.world("delete_channel", channel=other)
    stack.quiet()
    channel, tid = approved(stack)
    stack.says(stack.finalise(channel), "is finalised")
    went(stack, channel)
    expect_ended(stack, tid, "finalised")
    stack.postgres.sql(f"UPDATE cfg.ticket_panel_config SET log_channel = NULL WHERE guild_id = {GUILD}")
    clean(stack)
    channel, tid = answered(stack)
    stack.says(stack.close_application(channel), "is closed")
    went(stack, channel)
    stack.answer(stack.tickets(ADMIN, "set-targets", log_channel=CHANNEL_LOG))
    clean(stack)


def a_record_deleted_by_hand_is_there_again_before_the_channel_goes(stack):
    for prepare, end, status in ((answered, stack.close_application, "Q&A received, closed without a decision"), (approved, stack.finalise, "Finalised")):
        channel, tid = prepare(stack)
        stack.world("delete_message", channel=CHANNEL_RECORDS, message=stack.record(tid)["id"])
        after = stack.last_effect()
        stack.answer(end(channel))
        went(stack, channel)
        expect_order(calls(stack, after), ("message.create", CHANNEL_LOG), ("message.create", CHANNEL_RECORDS), ("channel.delete", channel))
        record = expect_record(stack, tid, status, Ticket=None)
        expect(stack.application(tid)["record_message"] == record["id"], "the application knows its new record")
        clean(stack)


def a_channel_that_may_not_be_deleted_goes_when_it_may(stack):
    for prepare, end, status in ((pending, stack.close_application, "Pending, closed without a decision"), (approved, stack.finalise, "Finalised")):
        channel, tid = prepare(stack)
        entries = len(logged(stack))
        let(stack, permissions=PERMISSIONS & ~MANAGE_CHANNELS)
        submit = end(channel)
        wait_for(lambda: re.search(r"kept.*may not delete.*Manage Channels.*Manage Roles", words_of(stack.interaction(submit)["message"])),
                 "the staff to be told")
        wait_for(lambda: stack.postgres.sql(f"SELECT blocked_on FROM cfg.tickets WHERE tid = {tid}") == [["manage_channels"]], "the ticket to wait")
        expect_record(stack, tid, status, Ticket=None)
        let(stack)
        went(stack, channel)
        expect(len(logged(stack)) == entries + 1, "the log has it once")
        expect(stack.postgres.sql(f"SELECT state, blocked_on FROM cfg.tickets WHERE tid = {tid}") == [["closed", ""]], "nothing is waited for")
        clean(stack)


# ---- finalising ---------------------------------------------------------------------------------------------------------------------------

def what_rsi_says_of_the_membership_is_quoted(stack):
    stack.answer(stack.invoke(ADMIN, "tickets set-org", url=ORG))
    stack.quiet()
    for handle, pattern in (("Asterin-Vale", r"lists \*\*Asterin-Vale\*\* as a member.*Wayfarer.*★★"),
                            ("Delphine_Roux", r"lists \*\*Delphine.?_Roux\*\* as an affiliate.*Guest"),
                            ("Corvid-7", r"does not publicly list \*\*Corvid-7\*\*.*proves nothing"),
                            ("Faye", r"does not publicly list \*\*Faye\*\*"), ("BRAM_OKORO", "could not be asked")):
        channel, tid = approved(stack, handle=handle)
        if handle == "BRAM_OKORO":
            stack.fault("POST", "/api/orgs/getOrgMembers", "status", status=503, count=-1)
        interaction = stack.press_button(OWNER, channel, FINALISE)
        text = stack.says(interaction, pattern)
        expect("Finalise application" in text and CONFIRM in buttons_of(stack.answer(interaction)["message"]), f"it never decides: {text}")
        stack.says(stack.press_answer(OWNER, interaction, CONFIRM), "is finalised")
        went(stack, channel)
        expect_record(stack, tid, "Finalised", Approved_by=f"<@{STAFF}>", Finalised_by=f"<@{OWNER}>", Ticket=None)
        clean(stack)
    stack.postgres.sql(f"UPDATE cfg.recruit_panel_settings SET org_url = NULL WHERE guild_id = {GUILD}")
    channel, tid = approved(stack)
    stack.says(stack.press_button(OWNER, channel, FINALISE), "No organisation is set")
    clean(stack)


def finalising_needs_manage_guild_and_an_approval(stack):
    channel, tid = approved(stack, OWNER)
    message, custom_id = stack.find_button(STAFF, channel, FINALISE)
    unchanged(stack, tid, lambda: press_as_was(stack, STAFF, channel, message, custom_id), "Manage Server")
    unchanged(stack, tid, lambda: press_as_was(stack, OWNER, channel, message, custom_id), "their own application")
    question = stack.press_button(ADMIN, channel, FINALISE)
    stack.says(question, "Finalise application")
    sure = buttons_of(stack.answer(question)["message"])[CONFIRM]
    asked = stack.answer(question)["message"]
    unchanged(stack, tid, lambda: press_as_was(stack, STAFF, channel, asked, sure), "Manage Server")
    unchanged(stack, tid, lambda: press_as_was(stack, OWNER, channel, asked, sure), "their own application")
    question = stack.press_button(ADMIN, channel, FINALISE)
    stack.says(question, "Finalise application")
    stack.postgres.sql("UPDATE cfg.recruit_applications SET status = 'qna_received', decided_by = NULL, decided_at = NULL, granted_role = NULL"
                       f" WHERE tid = {tid}")
    unchanged(stack, tid, lambda: press_as_was(stack, ADMIN, channel, message, custom_id), "needs an approved application")
    unchanged(stack, tid, lambda: stack.press_answer(ADMIN, question, CONFIRM), "needs an approved application")
    clean(stack)


def whoever_finalises_second_is_told_who_was_first(stack):
    channel, tid = approved(stack)
    message, custom_id = stack.find_button(OWNER, channel, FINALISE)
    questions = [stack.press_button(who, channel, FINALISE) for who in (OWNER, ADMIN)]
    for question in questions:
        stack.says(question, "Finalise application")
    stack.fault("DELETE", "/channels/{channel_id}", "slow", ms=4000)
    stack.says(stack.press_answer(OWNER, questions[0], CONFIRM), "is finalised; this")
    for late in (stack.press_answer(ADMIN, questions[1], CONFIRM), press_as_was(stack, ADMIN, channel, message, custom_id)):
        stack.says(late, f"<@{OWNER}> finalised this application on <t:")
    went(stack, channel)
    expect(stack.audited(tid).count("application.finalised") == 1, "finalised once")
    expect(logged(stack).count(f"Application #{number_of(stack, tid)} finalised") == 1, "logged once")
    clean(stack)


def what_was_removed_meanwhile_is_not_finalised(stack):
    channel, tid = approved(stack)
    question = stack.press_button(OWNER, channel, FINALISE)
    stack.says(question, "Finalise application")
    stack.says(stack.remove_member(), "is removed")
    stack.quiet()
    unchanged(stack, tid, lambda: stack.press_answer(OWNER, question, CONFIRM), f"<@{ADMIN}> removed this member on")
    expect(not stack.is_gone(channel), "the ticket stays")
    clean(stack)


# ---- removing -----------------------------------------------------------------------------------------------------------------------------

def removing_with_a_live_ticket(stack):
    channel, tid = approved(stack)
    after = stack.last_effect()
    stack.says(stack.remove_member(), rf"<@{APPLICANT}> is removed: <@&{ROLE_MEMBER}> is taken away")
    stack.quiet()
    done = calls(stack, after)
    for edited in (CHANNEL_RECORDS, channel):
        expect_order(done, ("role.remove", None), ("message.create", CHANNEL_LOG), ("message.update", edited))
    record = expect_record(stack, tid, "Removed", Approved_by=f"<@{STAFF}>", Removed_by=f"<@{ADMIN}>", Ticket=f"<#{channel}>")
    expect(REASON in words_of(record), "the record has the reason")
    message = stack.messages(channel, STAFF)[0]
    staff_buttons = {b for m in stack.messages(channel, STAFF) for b in buttons_of(m)}
    expect(staff_buttons == {CLOSE}, f"the ticket can only be closed: {staff_buttons}")
    expect(REASON not in words_of(message), "the applicant does not read the reason")
    expect(stack.audited(tid).count("application.removed") == 1 and stack.roles(APPLICANT) == set(), "in the audit once, and the role is gone")
    clean(stack)


def removing_after_the_end(stack):
    channel, tid = approved(stack, role="Affiliate")
    stack.says(stack.finalise(channel), "is finalised")
    went(stack, channel)
    after = stack.last_effect()
    stack.says(stack.remove_member(), rf"<@&{ROLE_AFFILIATE}> is taken away")
    stack.quiet()
    expect_order(calls(stack, after), ("role.remove", None), ("message.create", CHANNEL_LOG), ("message.update", CHANNEL_RECORDS))
    expect_record(stack, tid, "Removed", Finalised_by=f"<@{OWNER}>", Removed_by=f"<@{ADMIN}>", Ticket=None)
    expect(stack.roles(APPLICANT) == set(), "the role is gone")
    unchanged(stack, tid, lambda: stack.remove_member(who=OWNER), f"<@{ADMIN}> removed this member on")
    clean(stack)


def removing_whom_and_what_is_gone(stack):
    channel, tid = approved(stack)
    stack.world("remove_member", user=APPLICANT)
    stack.quiet()
    stack.says(stack.remove_member(), f"<@{APPLICANT}> is removed, and the record says so. There was no role")
    stack.quiet()
    expect_record(stack, tid, "Removed", Removed_by=f"<@{ADMIN}>")
    clean(stack)

    channel, tid = approved(stack)
    stack.postgres.sql(f"UPDATE cfg.recruit_applications SET granted_role = {NO_ROLE} WHERE tid = {tid}")
    stack.world("delete_message", channel=CHANNEL_RECORDS, message=stack.record(tid)["id"])
    stack.says(stack.remove_member(), "is removed, and the record says so. There was no role")
    stack.quiet()
    expect_record(stack, tid, "Removed", Removed_by=f"<@{ADMIN}>")
    clean(stack)


def a_role_that_cannot_be_taken_changes_nothing(stack):
    channel, tid = approved(stack)
    let(stack, role=9)
    unchanged(stack, tid, lambda: stack.remove_member(), rf"Nothing changed.*<@&{ROLE_MEMBER}>.*Manage Roles.*above it")
    expect(stack.roles(APPLICANT) == {ROLE_MEMBER} and "application.removed" not in stack.audited(tid), "and the role is still there")
    let(stack)
    stack.says(stack.remove_member(), "is removed")
    clean(stack)


def removing_needs_a_reason_a_member_and_the_capability(stack):
    channel, tid = approved(stack)
    unchanged(stack, tid, lambda: stack.remove_member(reason=" \u200b "), "nothing to read")
    unchanged(stack, tid, lambda: stack.remove_member(who=OUTSIDER), "recruitment")
    unchanged(stack, tid, lambda: stack.remove_member(who=APPLICANT), "recruitment")
    for never in (OUTSIDER, STAFF, SECOND):
        unchanged(stack, tid, lambda who=never: stack.remove_member(who), f"<@{never}> has not become a member by an application here")
    other, other_tid = pending(stack, SECOND, handle="Corvid-7")
    unchanged(stack, other_tid, lambda: stack.remove_member(SECOND), f"<@{SECOND}> has not become a member")
    stack.says(stack.reject(other), "declined")
    went(stack, other)
    unchanged(stack, other_tid, lambda: stack.remove_member(SECOND), f"<@{SECOND}> has not become a member")
    clean(stack)


def of_two_who_remove_the_second_gives_nothing_back(stack):
    channel, tid = approved(stack)
    stack.fault("DELETE", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}", "slow", ms=1500)
    both = [stack.remove_member(who=who) for who in (ADMIN, OWNER)]
    texts = [words_of(stack.answer(i)["message"]) for i in both]
    stack.quiet()
    first = ADMIN if "is removed" in texts[0] else OWNER
    expect(sum("is taken away" in t for t in texts) == 1 and sum(f"<@{first}> removed this member on" in t for t in texts) == 1, f"one of two: {texts}")
    expect(stack.roles(APPLICANT) == set(), f"the role stays away: {stack.roles(APPLICANT)}")
    expect(stack.audited(tid).count("application.removed") == 1, "removed once")
    expect_record(stack, tid, "Removed", Removed_by=f"<@{first}>")
    clean(stack)


CHECKS = [
    closing_is_for_staff, a_draft_leaves_no_record, an_undecided_application_keeps_its_status, what_was_decided_stays_when_its_ticket_is_closed,
    of_two_who_close_at_once_one_does, whoever_presses_while_it_closes_is_told,
    closing_comes_after_the_approval_that_is_under_way, without_the_log_nothing_is_closed,
    a_record_deleted_by_hand_is_there_again_before_the_channel_goes, a_channel_that_may_not_be_deleted_goes_when_it_may,
    what_rsi_says_of_the_membership_is_quoted, finalising_needs_manage_guild_and_an_approval,
    whoever_finalises_second_is_told_who_was_first, what_was_removed_meanwhile_is_not_finalised, removing_with_a_live_ticket,
    removing_after_the_end, removing_whom_and_what_is_gone, a_role_that_cannot_be_taken_changes_nothing,
    removing_needs_a_reason_a_member_and_the_capability, of_two_who_remove_the_second_gives_nothing_back,
    every_exchange_fits_discords_description,
]


def restore(stack):
    let(stack)
    stack.answer(stack.tickets(ADMIN, "set-targets", log_channel=CHANNEL_LOG))
    clean(stack)


def prepare(stack):
    """Who may finalise also sees the tickets."""
    stack.world("set_roles", user=ADMIN, roles=[ROLE_ADMIN, ROLE_RECRUITMENT])


sys.exit(run_checks(CHECKS, restore, prepare, config={"tickets": {"edit_quiet_ms": 50}}))
