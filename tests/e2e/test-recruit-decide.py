#!/usr/bin/env python3
"""
Staff decide: in which order an approval and a rejection happen and what they cost, whom they tell and ping, what Discord may refuse on the
way, what is no longer there, who comes second, and a daemon that dies between any two presses. TAP.
"""

import pathlib
import re
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from recruit import (APPROVE, CHANNEL_RECORDS, COLOURS, CONFIRM, FINALISE, REASON, REJECT, ROLE_AFFILIATE, ROLE_MEMBER, answered, buttons_of,  # noqa: E402
                     calls, every_exchange_fits_discords_description, expect, expect_order, fields_of, number_of, pending, run_checks, words_of)
from stack import APPLICANT, BOT, CHANNEL_LOG, GUILD, OUTSIDER, OWNER, SECOND, STAFF, inputs_of, wait_for  # noqa: E402

BOT_ROLE = "810000000000000001"
REACT, VIEW, SEND, HISTORY, PRIVATE_THREADS = 1 << 6, 1 << 10, 1 << 11, 1 << 16, 1 << 36
ROLE_ROUTE = "/guilds/{guild_id}/members/{user_id}/roles/{role_id}"
ACCESS_ROUTE = "/channels/{channel_id}/permissions/{overwrite_id}"


# ---- where an application stands -------------------------------------------------------------------------------------------------------

def clean(stack):
    """No open ticket, nobody is a member by an application, everything is set as at the beginning."""
    stack.clear_faults()
    for channel in stack.ticket_channels():
        stack.world("delete_channel", channel=channel["id"])
    stack.quiet()
    stack.postgres.sql("DELETE FROM cfg.recruit_applications;"
                       f"UPDATE cfg.ticket_panel_config SET log_channel = {CHANNEL_LOG} WHERE guild_id = {GUILD};"
                       f"UPDATE cfg.autoroles SET member_role = {ROLE_MEMBER}, affiliate_role = {ROLE_AFFILIATE} WHERE guild_id = {GUILD};"
                       f"UPDATE cfg.recruit_settings SET record_channel = {CHANNEL_RECORDS}, nick_sync = false, access_mode = 'keep'")
    for message in stack.records():
        stack.world("delete_message", channel=CHANNEL_RECORDS, message=message["id"])
    for user in (APPLICANT, SECOND, OWNER):
        if stack.member(user) is None:
            stack.world("add_member", name="back", user=user, roles=[])
        stack.world("set_roles", user=user, roles=[])
        stack.world("set_dms", user=user, open=True)
    stack.quiet()


def setting(stack, column, value):
    stack.postgres.sql(f"UPDATE cfg.recruit_settings SET {column} = {value} WHERE guild_id = {GUILD}")


def unchanged(stack, tid, interaction, pattern):
    """A refusal: one sentence, and application and ticket are as they were."""
    look = f"SELECT a.*, t.state, t.outcome FROM cfg.recruit_applications a JOIN cfg.tickets t USING (tid) WHERE tid = {tid}"
    before, log = stack.postgres.sql(look), logged(stack)
    stack.says(interaction, pattern)
    stack.quiet()
    expect(stack.postgres.sql(look) == before, f"nothing changed: {before} and {stack.postgres.sql(look)}")
    expect(logged(stack) == log, "nothing is logged")
    expect([a for a in stack.audited(tid) if re.search(r"approved|declined", a)] == [], "and nothing is in the audit")


def logged(stack, channel=CHANNEL_LOG):
    return [m["embeds"][0].get("title") for m in stack.messages(channel) if m["embeds"]]


def expect_status(stack, tid, status, **wanted):
    """What the record says, in its colour."""
    record = stack.record(tid)
    fields = fields_of(record)
    expect(fields["Status"] == status and record["embeds"][0]["color"] == COLOURS[status], f"the record says {status}: {fields['Status']}")
    for name, text in wanted.items():
        name = name.replace("_", " ")
        expect((name not in fields) if text is None else text in fields.get(name, ""), f"the record's {name} is {text}: {fields.get(name)}")


def expect_approved(stack, tid, who=APPLICANT, role=ROLE_MEMBER):
    row = stack.application(tid)
    expect((row["status"], row["granted_role"]) == ("approved", role) and stack.roles(who) == {role}, f"approved, and has the role: {row}")
    expect(stack.audited(tid).count("application.approved") == 1, f"in the audit once: {stack.audited(tid)}")


def expect_declined(stack, tid, channel):
    wait_for(lambda: stack.is_gone(channel), "the channel to go")
    stack.quiet()
    row = stack.application(tid)
    expect((row["status"], row["reason"]) == ("declined", REASON), f"declined, with the reason: {row}")
    expect(stack.postgres.sql(f"SELECT state, outcome FROM cfg.tickets WHERE tid = {tid}") == [["closed", "rejected"]], "the ticket is closed")
    expect(stack.audited(tid).count("application.declined") == 1, f"in the audit once: {stack.audited(tid)}")


def expect_pings(message, people):
    told = sorted(u["id"] if isinstance(u, dict) else u for u in message["mentions"])
    expect(told == sorted(people) and message["mention_roles"] == [] and not message["mention_everyone"], f"pings {people}, not {told}")


def instructions(stack, channel):
    return [m for m in stack.messages(channel, STAFF) if m["embeds"] and "apply on RSI" in (m["embeds"][0].get("title") or "")]


def overwrite(stack, channel):
    """What the channel allows and denies the applicant by name."""
    overwrites = next(c["permission_overwrites"] for c in stack.channels() if c["id"] == channel)
    return next((int(o["allow"]), int(o["deny"])) for o in overwrites if o["id"] == APPLICANT)


def press_as_was(stack, who, channel, message, custom_id):
    """A button that the person's client has still on screen, or that somebody made up."""
    return stack.act(who, "raw", type=3, channel=channel, message=message["id"],
                     data={"component_type": 2, "id": 2, "custom_id": custom_id})["interaction"]


def send_as_was(stack, who, channel, message, modal, reason=REASON):
    """The form of a rejection, sent by whoever it is, whether or not they were shown it."""
    field = inputs_of(modal)["Reason"]["custom_id"]
    return stack.act(who, "raw", type=5, channel=channel, message=message["id"], data={
        "custom_id": modal["custom_id"],
        "components": [{"type": 18, "id": 1, "component": {"type": 4, "id": 2, "custom_id": field, "value": reason}}]})["interaction"]


def n_calls(stack, after):
    """(direct, edits) as the limit of Discord counts them."""
    done = [r for r in stack.requests(after) if not re.search(r"/callback$|/messages/@original$|^/citizens/|^/orgs/|^/api/orgs/", r["path"])]
    edits = [r for r in done if r["method"] == "PATCH" and re.search(r"/messages/|^/channels/[^/]+$", r["path"])]
    return len(done) - len(edits), len(edits)


def last_request(stack):
    return max((r["n"] for r in stack.requests()), default=0)


# ---- approving ---------------------------------------------------------------------------------------------------------------------------

def a_member_is_approved_in_order(stack):
    channel, tid = answered(stack)
    after, first = stack.last_effect(), last_request(stack)
    stack.says(stack.approve(channel), rf"Application #{number_of(stack, tid)} is approved, and <@{APPLICANT}> has <@&{ROLE_MEMBER}>\.$")
    stack.quiet()
    expect(n_calls(stack, first) == (3, 2), f"three calls and two edits: {n_calls(stack, first)}")
    done = calls(stack, after)
    expect_order(done, ("role.add", None), ("message.create", channel), ("message.create", CHANNEL_LOG), ("message.update", CHANNEL_RECORDS))
    expect(("message.update", channel) in done and "overwrite.put" not in [e for e, _ in done], f"the access stays: {done}")
    expect_approved(stack, tid)
    expect_status(stack, tid, "Approved", Approved_by=f"<@{STAFF}>", Ticket=f"<#{channel}>")
    told = instructions(stack, channel)
    expect(len(told) == 1, "the applicant reads once what to do next")
    expect_pings(told[0], [APPLICANT])
    entry = next(m for m in reversed(stack.messages(CHANNEL_LOG)) if m["embeds"])
    expect(entry["embeds"][0]["title"] == f"Application #{number_of(stack, tid)} approved", "the log has it")
    expect_pings(entry, [])
    expect(stack.find_button(OWNER, channel, FINALISE) and not stack.find_button(STAFF, channel, APPROVE), "what is left is to finalise")
    detail = stack.postgres.sql(f"SELECT detail::text FROM flow.audit WHERE action = 'application.approved' AND subject = 'ticket:{tid}'")
    expect(re.fullmatch(rf'{{"role": ?"?{ROLE_MEMBER}"?}}', detail[0][0]), f"the audit has the role, and no more: {detail}")
    clean(stack)


def everything_that_can_be_set_comes_in_its_order(stack):
    setting(stack, "nick_sync", "true")
    setting(stack, "access_mode", "'hide'")
    handle = "A" + "-long-handle" * 3
    channel, tid = answered(stack, role="Affiliate", handle=handle)
    sent = len(stack.dms(APPLICANT))
    after, first = stack.last_effect(), last_request(stack)
    stack.says(stack.approve(channel), "is approved")
    stack.quiet()
    direct, edits = n_calls(stack, first)
    expect(direct <= 7 and edits == 2, f"seven calls and two edits: {direct}, {edits}")
    done = calls(stack, after)
    dm = stack.dms(APPLICANT)[sent:]
    expect(len(dm) == 1, f"one DM: {dm}")
    dm_channel = next(c for e, c in done if e == "message.create" and c not in (channel, CHANNEL_LOG))
    expect_order(done, ("role.add", None), ("member.update", None), ("message.create", channel), ("message.create", dm_channel),
                 ("overwrite.put", channel), ("message.create", CHANNEL_LOG), ("message.update", CHANNEL_RECORDS))
    expect_approved(stack, tid, role=ROLE_AFFILIATE)
    expect_pings(instructions(stack, channel)[0], [APPLICANT])
    expect(stack.nickname(APPLICANT) == handle[:32], f"of a long handle the beginning: {stack.nickname(APPLICANT)}")
    expect(overwrite(stack, channel) == (0, VIEW), f"hidden: {overwrite(stack, channel)}")
    expect("RSI" in words_of(dm[0]) and STAFF not in words_of(dm[0]) and str(number_of(stack, tid)) not in words_of(dm[0]), f"general words: {dm}")
    expect(stack.application(tid)["access_mode"] == "hide", "the mode of now is the application's")
    setting(stack, "access_mode", "'keep'")
    expect(stack.application(tid)["access_mode"] == "hide", "whatever is set later")
    clean(stack)


def who_may_only_read_finds_no_side_door(stack):
    setting(stack, "access_mode", "'read_only'")
    channel, tid = answered(stack)
    stack.says(stack.approve(channel), r"is approved[^\n]*$")
    stack.quiet()
    allow, deny = overwrite(stack, channel)
    expect(allow == VIEW | HISTORY and deny & SEND and deny & REACT, f"read, and no more: {allow}, {deny}")
    expect_approved(stack, tid)
    clean(stack)


def before_the_answers_are_in_it_is_asked_first(stack):
    """Two of the staff are asked at the same time, and the daemon dies before they confirm."""
    channel, tid = pending(stack)
    questions = [(who, stack.press_button(who, channel, APPROVE)) for who in (STAFF, OWNER)]
    for _, question in questions:
        stack.says(question, "have not been answered yet")
    stack.quiet()
    expect(stack.application(tid)["status"] == "pending" and stack.roles(APPLICANT) == set(), "the question alone does nothing")
    stack.restart_daemon(signal.SIGKILL)
    both = [stack.press_answer(who, question, CONFIRM) for who, question in questions]
    texts = [words_of(stack.answer(i)["message"]) for i in both]
    expect(sum("is approved, and" in t for t in texts) == 1 and sum("was first and decided" in t for t in texts) == 1, f"one of two: {texts}")
    expect(all(CONFIRM not in buttons_of(stack.answer(i)["message"]) for i in both), "the outcome stands where the question was")
    stack.quiet()
    expect_approved(stack, tid)
    clean(stack)


# ---- what an approval cannot do without ----------------------------------------------------------------------------------------------------

def without_a_role_nothing_is_even_asked(stack):
    for role, column, qna in (("Member", "member_role", True), ("Affiliate", "affiliate_role", False)):
        channel, tid = (answered if qna else pending)(stack, role=role)
        stack.postgres.sql(f"UPDATE cfg.autoroles SET {column} = NULL WHERE guild_id = {GUILD}")
        press = stack.press_button(STAFF, channel, APPROVE)
        unchanged(stack, tid, press, rf"no role is set for \*{role}\*.*/autoroles set")
        expect(buttons_of(stack.answer(press)["message"]) == {}, "there is nothing to confirm")
        clean(stack)


def a_role_that_is_unset_while_it_is_asked_is_told(stack):
    channel, tid = pending(stack)
    question = stack.press_button(STAFF, channel, APPROVE)
    stack.says(question, "have not been answered yet")
    stack.postgres.sql(f"UPDATE cfg.autoroles SET member_role = NULL WHERE guild_id = {GUILD}")
    unchanged(stack, tid, stack.press_answer(STAFF, question, CONFIRM), r"no role is set for \*Member\*")
    clean(stack)


def who_has_left_is_not_approved_but_can_be_declined(stack):
    channel, tid = answered(stack)
    stack.world("remove_member", user=APPLICANT)
    wait_for(lambda: stack.application(tid)["has_left"] == "t", "the leave to be noted")
    stack.quiet()
    unchanged(stack, tid, stack.approve(channel), r"left|no longer|not in")
    stack.says(stack.reject(channel), "is declined")
    expect_declined(stack, tid, channel)
    clean(stack)


def without_manage_roles_everything_is_taken_back(stack):
    channel, tid = answered(stack)
    stack.fault("PUT", ROLE_ROUTE, "status", status=403, code=50013, count=-1)
    unchanged(stack, tid, stack.approve(channel), rf"<@&{ROLE_MEMBER}>.*Manage Roles.*above it")
    expect(stack.find_button(STAFF, channel, APPROVE) and stack.find_button(STAFF, channel, REJECT), "the decision is open again")
    stack.clear_faults()
    stack.says(stack.approve(channel), "is approved")
    stack.quiet()
    expect_approved(stack, tid)
    clean(stack)


# ---- what an approval does without -------------------------------------------------------------------------------------------------------

def what_is_refused_after_the_role_is_told_and_no_more(stack):
    setting(stack, "nick_sync", "true")
    setting(stack, "access_mode", "'read_only'")
    channel, tid = answered(stack)
    stack.fault("PATCH", "/guilds/{guild_id}/members/{user_id}", "status", status=403, code=50013, count=-1)
    stack.fault("PUT", ACCESS_ROUTE, "status", status=403, code=50013, count=-1)
    stack.fault("POST", "/channels/{channel_id}/messages", "status", status=403, code=50013, count=2)      # instructions and log
    text = stack.says(stack.approve(channel), "is approved")
    for told in ("nickname", "could not post here", "change what they may do in this channel"):
        expect(told in text, f"{told!r} is told: {text}")
    stack.quiet()
    expect_approved(stack, tid)
    expect_status(stack, tid, "Approved", Approved_by=f"<@{STAFF}>")
    expect(instructions(stack, channel) == [] and overwrite(stack, channel)[1] == 0, "and so it is")
    clean(stack)


def who_takes_no_dms_goes_on_reading(stack):
    setting(stack, "access_mode", "'hide'")
    channel, tid = answered(stack)
    stack.world("set_dms", user=APPLICANT, open=False)
    text = stack.says(stack.approve(channel), "take no DMs")
    stack.quiet()
    expect("can read it, but not write" in text, f"what is done instead is told: {text}")
    allow, deny = overwrite(stack, channel)
    expect(allow & VIEW and deny & SEND, f"read only: {allow}, {deny}")
    expect_approved(stack, tid)
    clean(stack)

    # and where that is refused too, nothing is told that is not so
    setting(stack, "access_mode", "'hide'")
    channel, tid = answered(stack)
    stack.world("set_dms", user=APPLICANT, open=False)
    stack.fault("PUT", ACCESS_ROUTE, "status", status=403, code=50013, count=-1)
    text = stack.says(stack.approve(channel), "take no DMs.*change what they may do")
    expect("not write" not in text, f"they can still write: {text}")
    stack.quiet()
    expect(overwrite(stack, channel)[0] & SEND, "and so it is")
    expect_approved(stack, tid)
    clean(stack)


def what_the_bot_lacks_is_left_out_and_told(stack):
    setting(stack, "access_mode", "'read_only'")
    permissions = next(r for r in stack.state()["guild"]["roles"] if r["id"] == BOT_ROLE)["permissions"]
    stack.world("set_bot_permissions", permissions=str(int(permissions) & ~PRIVATE_THREADS))
    try:
        channel, tid = answered(stack)
        stack.says(stack.approve(channel), "is approved.*left out: Create Private Threads")
        stack.quiet()
        _, deny = overwrite(stack, channel)
        expect(deny & SEND and deny & REACT and not deny & PRIVATE_THREADS, f"the rest is denied: {deny}")
        expect_approved(stack, tid)
    finally:
        stack.world("set_bot_permissions", permissions=permissions)
        clean(stack)


# ---- rejecting -------------------------------------------------------------------------------------------------------------------------------

def a_rejection_goes_in_order_and_its_reason_stays_inside(stack):
    channel, tid = answered(stack)
    after, first, sent = stack.last_effect(), last_request(stack), len(stack.dms(APPLICANT))
    stack.says(stack.reject(channel), rf"Application #{number_of(stack, tid)} is declined")
    expect_declined(stack, tid, channel)
    direct, edits = n_calls(stack, first)
    expect(direct <= 4 and edits == 1, f"four calls and one edit: {direct}, {edits}")
    done = calls(stack, after)
    dm = next(c for e, c in done if e == "message.create" and c != CHANNEL_LOG)
    expect_order(done, ("message.create", CHANNEL_LOG), ("message.update", CHANNEL_RECORDS), ("message.create", dm), ("channel.delete", channel))
    expect_status(stack, tid, "Declined", Declined_by=f"<@{STAFF}>", Ticket=None)
    expect(REASON in words_of(stack.record(tid)), "the record has the reason")
    entry = next(m for m in reversed(stack.messages(CHANNEL_LOG)) if m["embeds"])
    expect_pings(entry, [])
    dms = stack.dms(APPLICANT)[sent:]
    name = stack.state()["guild"]["name"]
    expect(len(dms) == 1 and name in str(dms[0]), f"one DM, with the guild's name: {dms}")
    expect(REASON not in str(dms) and STAFF not in str(dms[0]["embeds"]), f"it says neither why nor by whom: {dms}")
    expect(REASON not in stack.log() and REASON not in str(stack.postgres.sql("SELECT detail::text FROM flow.audit")), "nor do journal and audit")
    expect(REASON not in str(stack.postgres.sql("SELECT f::text FROM flow.flow f")), "nor what is left of the flow")
    clean(stack)


def blanks_are_no_reason(stack):
    channel, tid = answered(stack)
    message, _ = stack.find_button(STAFF, channel, REJECT)
    _, modal = stack.form_behind(STAFF, channel, REJECT)
    for blank in (" ", "\u200b\n\u2060 ", "\u3164"):
        unchanged(stack, tid, send_as_was(stack, STAFF, channel, message, modal, blank), "nothing to read")
    expect(not stack.is_gone(channel), "the ticket stays")
    clean(stack)


def closed_dms_keep_nobody_from_rejecting(stack):
    channel, tid = pending(stack)
    stack.world("set_dms", user=APPLICANT, open=False)
    stack.says(stack.reject(channel), "is declined")
    expect_declined(stack, tid, channel)
    clean(stack)


def a_form_is_sent_after_the_daemon_has_died(stack):
    channel, tid = answered(stack)
    form = stack.form_behind(STAFF, channel, REJECT)
    stack.restart_daemon(signal.SIGKILL)
    stack.says(stack.send(STAFF, form, {"Reason": REASON}), "is declined")
    expect_declined(stack, tid, channel)
    clean(stack)


# ---- channels that are not there ------------------------------------------------------------------------------------------------------------------

def decide_both(stack, before):
    """Approves one application and rejects another; before() is done just before each decision."""
    for decide in (stack.approve, stack.reject):
        channel, tid = answered(stack)
        before()
        stack.says(decide(channel), "is approved|is declined")
        if decide == stack.reject:
            expect_declined(stack, tid, channel)
        else:
            stack.quiet()
            expect_approved(stack, tid)
        yield channel, tid
        clean(stack)


def without_a_log_channel_decisions_go_on(stack):
    def unset():
        stack.postgres.sql(f"UPDATE cfg.ticket_panel_config SET log_channel = NULL WHERE guild_id = {GUILD}")

    entries = logged(stack)
    for _, tid in decide_both(stack, unset):
        expect(logged(stack) == entries, "nothing is logged")
        expect(stack.record(tid), "the record follows")


def a_log_channel_that_is_gone_stops_no_decision(stack):
    def lose():
        stack.postgres.sql(f"UPDATE cfg.ticket_panel_config SET log_channel = 820000000000000999 WHERE guild_id = {GUILD}")

    for _, tid in decide_both(stack, lose):
        expect(fields_of(stack.record(tid))["Status"] in ("Approved", "Declined"), "the record follows")


def a_log_that_refuses_is_told_before_a_channel_goes(stack):
    """An approval can be read in the ticket; a rejection would leave nothing there, so it waits for somebody to mend the log."""
    stack.world("set_overwrite", channel=CHANNEL_LOG, id=BOT, type=1, allow="0", deny=str(SEND))
    try:
        channel, tid = answered(stack)
        unchanged(stack, tid, stack.reject(channel), rf"(?=.*Send Messages)(?=.*<#{CHANNEL_LOG}>)")
        expect(not stack.is_gone(channel), "the ticket stays")
        stack.says(stack.approve(channel), "is approved")
        stack.quiet()
        expect_approved(stack, tid)
    finally:
        stack.world("set_overwrite", channel=CHANNEL_LOG, id=BOT, type=1, allow="0", deny="0")
        clean(stack)


def without_a_record_channel_decisions_go_on(stack):
    def unset():
        for message in stack.records():
            stack.world("delete_message", channel=CHANNEL_RECORDS, message=message["id"])
        setting(stack, "record_channel", "NULL")

    for _, tid in decide_both(stack, unset):
        expect(stack.record(tid) is None and stack.application(tid)["record_message"] == "", "there is no record")


def a_record_channel_that_is_gone_stops_no_decision(stack):
    def lose():
        for message in stack.records():
            stack.world("delete_message", channel=CHANNEL_RECORDS, message=message["id"])
        setting(stack, "record_channel", "820000000000000999")

    for _, tid in decide_both(stack, lose):
        expect(stack.record(tid) is None, "there is no record")


def a_record_that_was_deleted_is_posted_again(stack):
    def lose():
        stack.world("delete_message", channel=CHANNEL_RECORDS, message=stack.records()[0]["id"])

    for channel, tid in decide_both(stack, lose):
        expect(len(stack.records()) == 1, "one record")
        expect(fields_of(stack.record(tid))["Status"] in ("Approved", "Declined"), "it says what was decided")
        expect(stack.application(tid)["record_message"] == stack.record(tid)["id"], "and is known")


# ---- who may not, and who comes second ---------------------------------------------------------------------------------------------------------------

def whoever_may_not_decide_cannot_make_up_a_control(stack):
    """The applicant and a stranger, who have got hold of what staff's clients send; and staff, on their own application."""
    channel, tid = pending(stack)
    message, approve = stack.find_button(STAFF, channel, APPROVE)
    _, reject = stack.find_button(STAFF, channel, REJECT)
    question = stack.press_button(STAFF, channel, APPROVE)
    sure = buttons_of(stack.answer(question)["message"])[CONFIRM]
    _, modal = stack.form_behind(STAFF, channel, REJECT)
    for who in (APPLICANT, OUTSIDER):
        for custom_id in (approve, reject, sure):
            unchanged(stack, tid, press_as_was(stack, who, channel, message, custom_id), "Manage Channels")
        unchanged(stack, tid, send_as_was(stack, who, channel, message, modal), "Manage Channels")
    expect(stack.find_button(STAFF, channel, APPROVE)[0] == message, "nobody has written over the ticket's message")
    clean(stack)

    channel, tid = pending(stack, OWNER)
    message, approve = stack.find_button(STAFF, channel, APPROVE)
    sure = buttons_of(stack.answer(stack.press_button(STAFF, channel, APPROVE))["message"])[CONFIRM]
    _, modal = stack.form_behind(STAFF, channel, REJECT)
    for custom_id in (approve, sure):
        unchanged(stack, tid, press_as_was(stack, OWNER, channel, message, custom_id), "their own application")
    unchanged(stack, tid, send_as_was(stack, OWNER, channel, message, modal), "their own application")
    clean(stack)


def a_control_works_in_its_own_ticket_alone(stack):
    channel, tid = answered(stack)
    other, other_tid = answered(stack, SECOND, handle="Corvid-7")
    _, approve = stack.find_button(STAFF, channel, APPROVE)
    message, _ = stack.find_button(STAFF, other, APPROVE)
    unchanged(stack, tid, press_as_was(stack, STAFF, other, message, approve), "no longer valid|does not belong|control")
    expect(stack.application(other_tid)["status"] == "qna_received" and stack.roles(SECOND) == set(), "nor the other one")
    clean(stack)


def an_approval_and_a_rejection_at_once(stack):
    channel, tid = answered(stack)
    form = stack.form_behind(OWNER, channel, REJECT)
    stack.fault("PUT", ROLE_ROUTE, "slow", ms=1500)
    approval = stack.press_button(STAFF, channel, APPROVE)
    stack.interaction(approval, "acknowledged")
    rejection = stack.send(OWNER, form, {"Reason": REASON})
    texts = [words_of(stack.answer(i)["message"]) for i in (approval, rejection)]
    stack.quiet()
    expect("is approved" in texts[0] and f"<@{STAFF}> was first and decided" in texts[1], f"who was first, and who is told: {texts}")
    expect_approved(stack, tid)
    expect(not stack.is_gone(channel) and stack.application(tid)["reason"] == "", "nothing of the rejection is left")
    clean(stack)


def an_approval_while_a_rejection_waits(stack):
    channel, tid = answered(stack)
    message, approve = stack.find_button(STAFF, channel, APPROVE)
    stack.fault("DELETE", "/channels/{channel_id}", "slow", ms=4000)
    stack.says(stack.reject(channel), "is declined")
    stack.says(press_as_was(stack, OWNER, channel, message, approve), f"<@{STAFF}> was first and decided")
    expect_declined(stack, tid, channel)
    expect(stack.roles(APPLICANT) == set(), "no role")
    clean(stack)


def a_confirmation_comes_after_a_rejection(stack):
    channel, tid = pending(stack)
    question = stack.press_button(OWNER, channel, APPROVE)
    stack.says(question, "have not been answered yet")
    stack.fault("DELETE", "/channels/{channel_id}", "slow", ms=4000)
    stack.says(stack.reject(channel), "is declined")
    stack.says(stack.press_answer(OWNER, question, CONFIRM), f"<@{STAFF}> was first and decided")
    expect_declined(stack, tid, channel)
    clean(stack)


def a_double_click_decides_once(stack):
    channel, tid = answered(stack)
    message, approve = stack.find_button(STAFF, channel, APPROVE)
    both = [stack.press(STAFF, channel, message["id"], approve) for _ in range(2)]
    for interaction in both:
        stack.answer(interaction)
    stack.quiet()
    expect_approved(stack, tid)
    expect(len(instructions(stack, channel)) == 1, "told once")
    clean(stack)


def what_goes_on_after_a_death_happens_once(stack):
    """The daemon dies while Discord takes its time with the role, and while it deletes the channel."""
    channel, tid = answered(stack)
    stack.fault("PUT", ROLE_ROUTE, "slow", ms=1500)
    approval = stack.press_button(STAFF, channel, APPROVE)
    wait_for(lambda: stack.application(tid)["status"] == "approved", "the decision to be stored")
    stack.restart_daemon(signal.SIGKILL)
    stack.says(approval, "is approved", 60)
    stack.quiet()
    expect_approved(stack, tid)
    expect(len(instructions(stack, channel)) == 1, "told once")
    expect(logged(stack).count(f"Application #{number_of(stack, tid)} approved") == 1, "logged once")
    clean(stack)

    channel, tid = answered(stack)
    sent = len(stack.dms(APPLICANT))
    stack.fault("DELETE", "/channels/{channel_id}", "slow", ms=1500)
    stack.says(stack.reject(channel), "is declined")
    stack.restart_daemon(signal.SIGKILL)
    expect_declined(stack, tid, channel)
    expect(len(stack.dms(APPLICANT)) == sent + 1, "one DM")
    expect(logged(stack).count(f"Application #{number_of(stack, tid)} declined") == 1, "logged once")
    clean(stack)


CHECKS = [
    a_member_is_approved_in_order, everything_that_can_be_set_comes_in_its_order, who_may_only_read_finds_no_side_door,
    before_the_answers_are_in_it_is_asked_first, without_a_role_nothing_is_even_asked, a_role_that_is_unset_while_it_is_asked_is_told,
    who_has_left_is_not_approved_but_can_be_declined, without_manage_roles_everything_is_taken_back,
    what_is_refused_after_the_role_is_told_and_no_more, who_takes_no_dms_goes_on_reading, what_the_bot_lacks_is_left_out_and_told,
    a_rejection_goes_in_order_and_its_reason_stays_inside, blanks_are_no_reason, closed_dms_keep_nobody_from_rejecting,
    a_form_is_sent_after_the_daemon_has_died, without_a_log_channel_decisions_go_on, a_log_channel_that_is_gone_stops_no_decision,
    a_log_that_refuses_is_told_before_a_channel_goes, without_a_record_channel_decisions_go_on,
    a_record_channel_that_is_gone_stops_no_decision, a_record_that_was_deleted_is_posted_again,
    whoever_may_not_decide_cannot_make_up_a_control, a_control_works_in_its_own_ticket_alone, an_approval_and_a_rejection_at_once,
    an_approval_while_a_rejection_waits, a_confirmation_comes_after_a_rejection, a_double_click_decides_once,
    what_goes_on_after_a_death_happens_once, every_exchange_fits_discords_description,
]


sys.exit(run_checks(CHECKS, clean))
