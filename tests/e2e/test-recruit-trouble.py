#!/usr/bin/env python3
"""
What people do wrong around an application, what Discord refuses, who comes second, and a daemon that starts anew between any two presses:
what each is told, and what stays true. TAP.
"""

import json
import os
import pathlib
import re
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from recruit import (ALL_ANSWERS, ANSWERS, APPROVE, CHANNEL_RECORDS, CLOSE, CONFIRM, EDIT, FINALISE, FIX, QNA, REASON, REJECT, ROLE_AFFILIATE,  # noqa: E402
                     ROLE_MEMBER, STEP1, TYPE_ZONE, buttons_of, every_exchange_fits_discords_description, expect, fields_of, filled,
                     run_checks, words_of)
from stack import ADMIN, APPLICANT, CHANNEL_LOG, GUILD, OWNER, SECOND, STAFF, inputs_of, wait_for  # noqa: E402

BOT_ROLE = "810000000000000001"
VIEW, SEND, HISTORY = 1 << 10, 1 << 11, 1 << 16


def tid_of(stack, channel):
    return stack.ticket_of(channel)


def pending(stack, who=APPLICANT, **values):
    channel = stack.apply(who, qna=False, **values)
    stack.quiet()
    return channel


def answered(stack, who=APPLICANT, **values):
    channel = stack.apply(who, **values)
    stack.quiet()
    return channel


def clean(stack):
    stack.clear_faults()
    for channel in stack.ticket_channels():
        stack.world("delete_channel", channel=channel["id"])
    stack.quiet()
    for user in (APPLICANT, SECOND):
        if stack.member(user) is None:
            stack.world("add_member", name="back", user=user, roles=[])
        stack.world("set_roles", user=user, roles=[])
        stack.world("set_dms", user=user, open=True)


def status(stack, tid):
    return stack.application(tid)["status"]


def unchanged(stack, tid, interaction, pattern):
    """A refusal: one sentence, and the application is as it was."""
    before = stack.application(tid)
    stack.says(interaction, pattern)
    stack.quiet()
    expect(stack.application(tid) == before, f"nothing changed: {before} and {stack.application(tid)}")


# ---- who may press what -------------------------------------------------------------------------------------------------------------

def only_the_applicant_fills_in_the_forms(stack):
    channel = stack.open_application()
    unchanged(stack, tid_of(stack, channel), stack.press_button(STAFF, channel, STEP1), "Only the applicant")
    stack.answer(stack.fill_step1(APPLICANT, channel))
    stack.quiet()
    for label in (EDIT, QNA):
        unchanged(stack, tid_of(stack, channel), stack.press_button(STAFF, channel, label), "Only the applicant")
    clean(stack)


def only_staff_decide(stack):
    channel = answered(stack)
    for label in (APPROVE, REJECT, CLOSE):
        unchanged(stack, tid_of(stack, channel), stack.press_button(APPLICANT, channel, label), "Manage Channels")
    stack.answer(stack.approve(channel))
    stack.quiet()
    unchanged(stack, tid_of(stack, channel), stack.press_button(STAFF, channel, FINALISE), "Manage Server")
    clean(stack)


def nobody_decides_on_their_own_application(stack):
    channel = answered(stack, OWNER)
    tid = tid_of(stack, channel)
    for label in (APPROVE, REJECT):
        unchanged(stack, tid, stack.press_button(OWNER, channel, label), "their own application")
    stack.answer(stack.approve(channel, STAFF))
    stack.quiet()
    unchanged(stack, tid, stack.press_button(OWNER, channel, FINALISE), "their own application")
    clean(stack)


# ---- Step 1 ---------------------------------------------------------------------------------------------------------------------------

def wrong_handles_are_named_and_nobody_types_twice(stack):
    channel = stack.open_application()
    for handle in ("two words", "../../etc/passwd", "<script>alert(1)</script>", "'; DROP TABLE cfg.tickets", "@everyone", "https://example.com/x"):
        submit = stack.fill_step1(APPLICANT, channel, handle=handle, notes="once")
        text = stack.says(submit, "RSI handle")
        expect("@everyone" not in text.replace("@\u200beveryone", ""), "the answer repeats no mention")
        form = stack.form_of(stack.press_answer(APPLICANT, submit, FIX))
        expect(filled(form[1])["RSI handle"] == handle and filled(form[1])["Short intro/notes"] == "once", f"filled as it was: {filled(form[1])}")
    stack.says(stack.send(APPLICANT, form, {"RSI handle": "https://robertsspaceindustries.com/en/citizens/Asterin-Vale"}), "Step 1 is in")
    stack.quiet()
    expect(stack.application(tid_of(stack, channel))["handle"] == "Asterin-Vale", "the address is reduced to its handle")
    clean(stack)


def odd_notes_are_harmless(stack):
    for notes in ("@everyone <@&810000000000000002> **`_", "\U0001F3C1\U0001F3C1\U0001F3C1", "x" * 1000, "a\u202eb\u2066c"):
        channel = pending(stack, notes=notes)
        record = stack.record(tid_of(stack, channel))
        expect(not record["mentions"] and not record["mention_roles"] and not record["mention_everyone"], "the record pings nobody")
        expect("\u202e" not in words_of(record) and "\u2066" not in words_of(record), "no tricks with direction")
        clean(stack)


def zones_that_are_not_listed_are_typed(stack):
    channel = stack.open_application()
    submit = stack.fill_step1(APPLICANT, channel, zone="Not listed")
    stack.says(submit, "type it")
    for typed, pattern in (("nowhere at all", "not known"), ("UTC+25", "No place on Earth")):
        form = stack.form_of(stack.press_answer(APPLICANT, submit, TYPE_ZONE))
        submit = stack.send(APPLICANT, form, {"Time zone": typed})
        stack.says(submit, pattern)
    stack.restart_daemon()
    form = stack.form_of(stack.press_answer(APPLICANT, submit, TYPE_ZONE))
    stack.says(stack.send(APPLICANT, form, {"Time zone": "utc+2"}), "Step 1 is in")
    stack.quiet()
    expect(stack.markers(channel)["TZ"] == "UTC+2", f"in our own notation: {stack.markers(channel)}")
    form = stack.form_behind(APPLICANT, channel, EDIT)
    expect(filled(form[1])["Time zone"] == ["Not listed"], "the form shows it below Not listed")
    stack.says(stack.send(APPLICANT, form, {"Main area/focus": "salvage"}), "changed")
    stack.quiet()
    expect(stack.application(tid_of(stack, channel))["zone"] == "UTC+2", "and it stays")
    clean(stack)


def a_form_that_comes_too_late_changes_nothing(stack):
    channel = pending(stack)
    tid, late = tid_of(stack, channel), stack.form_behind(APPLICANT, channel, EDIT)
    stack.answer(stack.fill_qna(APPLICANT, channel))
    stack.answer(stack.approve(channel))
    stack.quiet()
    unchanged(stack, tid, stack.send(APPLICANT, late, {"Main area/focus": "salvage"}), f"<@{STAFF}> was first and decided")
    clean(stack)


def every_press_of_step_1_survives_a_restart(stack):
    channel = stack.open_application()
    stack.restart_daemon()
    form = stack.form_behind(APPLICANT, channel, STEP1)
    stack.restart_daemon()
    submit = stack.send(APPLICANT, form, stack.step1(handle="two words"))
    stack.says(submit, "RSI handle")
    stack.restart_daemon()
    form = stack.form_of(stack.press_answer(APPLICANT, submit, FIX))
    stack.restart_daemon()
    stack.says(stack.send(APPLICANT, form, {"RSI handle": "Asterin-Vale"}), "Step 1 is in")
    stack.quiet()
    expect(status(stack, tid_of(stack, channel)) == "pending" and len(stack.records()) >= 1, "and it is in")
    clean(stack)


# ---- the record channel ------------------------------------------------------------------------------------------------------------------

def set_record_channel(stack, channel):
    value = "NULL" if channel is None else channel
    stack.postgres.sql(f"UPDATE cfg.recruit_settings SET record_channel = {value} WHERE guild_id = {GUILD}")


def without_a_record_channel_everything_goes_on(stack):
    gone = "820000000000000777"
    for where in (None, gone):
        set_record_channel(stack, where)
        channel = pending(stack)
        tid = tid_of(stack, channel)
        expect(stack.record(tid) is None and status(stack, tid) == "pending", "no record, and the application is in")
        set_record_channel(stack, CHANNEL_RECORDS)
        stack.answer(stack.fill_qna(APPLICANT, channel))
        stack.quiet()
        expect(fields_of(stack.record(tid))["Status"] == "Q&A received", "posted with the next change")
        clean(stack)


def a_record_channel_that_refuses_stops_nothing(stack):
    stack.world("set_overwrite", channel=CHANNEL_RECORDS, id=BOT_ROLE, type=0, allow=str(VIEW), deny=str(SEND))
    channel = answered(stack)
    tid = tid_of(stack, channel)
    expect(stack.record(tid) is None and status(stack, tid) == "qna_received", "no record, and the answers are in")
    stack.world("set_overwrite", channel=CHANNEL_RECORDS, id=BOT_ROLE, type=0, allow=str(VIEW), deny="0")
    stack.answer(stack.approve(channel))
    stack.quiet()
    expect(fields_of(stack.record(tid))["Status"] == "Approved", "posted with the next change")
    clean(stack)


# ---- questions -------------------------------------------------------------------------------------------------------------------------------

def more_questions(stack, n):
    for i in range(n):
        stack.answer(stack.invoke(ADMIN, "recruit-config qa-add", label=f"More {i}", type="paragraph"))


def default_questions(stack):
    stack.answer(stack.press_answer(ADMIN, stack.invoke(ADMIN, "recruit-config qa-reset-defaults"), CONFIRM))


def pages_follow_each_other_and_survive_a_restart(stack):
    more_questions(stack, 3)
    channel = pending(stack)
    tid, form = tid_of(stack, channel), stack.form_behind(APPLICANT, channel, QNA)
    expect(form[1]["title"].endswith("(1/2)") and len(inputs_of(form[1])) == 5, f"five of seven: {form[1]['title']}")
    older = stack.form_behind(APPLICANT, channel, QNA)
    submit = stack.send(APPLICANT, form, {**ANSWERS, "More 0": "zero"})
    stack.says(submit, "Page 2 of 2")
    stack.restart_daemon()
    form = stack.form_of(stack.press_answer(APPLICANT, submit, "Continue (2/2)"))
    expect(list(inputs_of(form[1])) == ["More 1", "More 2"], f"the others: {list(inputs_of(form[1]))}")
    again = stack.send(APPLICANT, older, {**ANSWERS, "More 0": "newer"})      # sent later: it is what they want now
    stack.says(again, "Page 2 of 2")
    stack.says(stack.send(APPLICANT, form, {"More 1": "one", "More 2": "two"}), "answers are in")
    stack.quiet()
    text = words_of(stack.record(tid))
    expect(all(word in text for word in ("newer", "one", "two")) and "zero" not in text, f"all pages are in: {text}")
    expect(status(stack, tid) == "qna_received" and QNA not in buttons_of(stack.messages(channel)[0]), "and the button is gone")
    default_questions(stack)
    clean(stack)


def each_wrong_answer_is_named(stack):
    channel = pending(stack)
    form = stack.form_behind(APPLICANT, channel, QNA)
    for typed, pattern in (("whenever", "not a range of times"), ("25:00-26:00", "hour"), ("18:00", "only one time"), ("18:00-18:00", "ends when it begins")):
        submit = stack.send(APPLICANT, form, {**ANSWERS, "Availability": typed})
        text = stack.says(submit, pattern)
        expect("Availability" in text and "Strengths" not in text, f"only what is wrong: {text}")
        form = stack.form_of(stack.press_answer(APPLICANT, submit, FIX))
        expect(filled(form[1])["Availability"] == typed and filled(form[1])["Voice comms / mic ready"] == ["Yes"], "nobody types twice")
    stack.says(stack.send(APPLICANT, form, {"Availability": "6pm\u201311pm and 23:00-01:30"}), "answers are in")
    stack.quiet()
    expect("18:00\u201323:00" in words_of(stack.record(tid_of(stack, channel))), "read as it was meant")
    clean(stack)


def questions_that_change_while_a_form_is_open_are_asked_too(stack):
    channel = pending(stack)
    form = stack.form_behind(APPLICANT, channel, QNA)
    stack.answer(stack.invoke(ADMIN, "recruit-config qa-remove", number=1))
    stack.answer(stack.invoke(ADMIN, "recruit-config qa-add", label="Ship", type="short"))
    submit = stack.send(APPLICANT, form, ANSWERS)
    view = stack.answer(submit)
    label = next(iter(buttons_of(view["message"])))
    form = stack.form_of(stack.press_answer(APPLICANT, submit, label))
    expect("Ship" in inputs_of(form[1]) and "Strengths" not in inputs_of(form[1]), f"the new question: {list(inputs_of(form[1]))}")
    expect(filled(form[1])["Availability"] == ANSWERS["Availability"], "with the others as they were")
    stack.says(stack.send(APPLICANT, form, {"Ship": "Cutlass"}), "answers are in")
    default_questions(stack)
    clean(stack)


def twenty_long_answers_are_cut_honestly_and_shown_whole(stack):
    more_questions(stack, 16)
    channel = pending(stack)
    tid = tid_of(stack, channel)
    long = {f"More {i}": f"begin{i} " + "w" * 1300 + f" end{i}" for i in range(16)}
    stack.says(stack.fill_qna(APPLICANT, channel, {**ANSWERS, **long}), "answers are in")
    stack.quiet()
    record = stack.record(tid)
    text = words_of(record)
    expect("more characters" in text and all(f"More {i}" in text for i in range(16)), "every question is there, and the cuts say so")
    expect(len(json.dumps(record["embeds"])) < 12000, "within Discord's limits")
    interaction = stack.press_button(STAFF, CHANNEL_RECORDS, ALL_ANSWERS)
    seen, pages = stack.says(interaction, "begin0"), 1
    while "Next" in buttons_of(stack.answer(interaction)["message"]):
        interaction = stack.press_answer(STAFF, interaction, "Next")
        seen += words_of(stack.answer(interaction)["message"])
        pages += 1
        expect(pages < 40, "the pages end")
    expect(all(f"end{i}" in seen for i in range(16)), f"all of every answer is on {pages} pages")
    default_questions(stack)
    clean(stack)


# ---- what Discord refuses ---------------------------------------------------------------------------------------------------------------------

def a_role_that_cannot_be_given_changes_nothing(stack):
    channel = answered(stack)
    logged = len(stack.messages(CHANNEL_LOG))
    tid = tid_of(stack, channel)
    stack.postgres.sql(f"UPDATE cfg.autoroles SET member_role = NULL WHERE guild_id = {GUILD}")
    unchanged(stack, tid, stack.approve(channel), r"no role is set for \*Member\*.*/autoroles set")
    stack.postgres.sql(f"UPDATE cfg.autoroles SET member_role = 810000000000000777 WHERE guild_id = {GUILD}")
    unchanged(stack, tid, stack.approve(channel), r"has been deleted")
    stack.postgres.sql(f"UPDATE cfg.autoroles SET member_role = {ROLE_MEMBER} WHERE guild_id = {GUILD}")
    stack.world("set_role_position", role=ROLE_MEMBER, position=9)
    unchanged(stack, tid, stack.approve(channel), rf"does not let me give or take <@&{ROLE_MEMBER}>.*above it")
    stack.world("set_role_position", role=ROLE_MEMBER, position=1)
    expect(len(stack.messages(CHANNEL_LOG)) == logged, "nothing is logged")
    stack.says(stack.approve(channel), "is approved")
    stack.quiet()
    expect(stack.roles(APPLICANT) == {ROLE_MEMBER}, "and then it works")
    clean(stack)


def an_affiliate_gets_the_affiliates_role(stack):
    channel = answered(stack, role="Affiliate")
    stack.says(stack.approve(channel), "is approved")
    stack.quiet()
    expect(stack.roles(APPLICANT) == {ROLE_AFFILIATE} and stack.markers(channel)["REQ"] == "affiliate", "the other role")
    clean(stack)


def a_refused_nickname_leaves_the_approval_alone(stack):
    stack.answer(stack.invoke(ADMIN, "tickets set-nick-sync", enabled=True))
    channel = answered(stack)
    stack.says(stack.approve(channel), "is approved")
    stack.quiet()
    expect(stack.nickname(APPLICANT) == "Asterin-Vale", "the nickname is the handle")
    channel = answered(stack, OWNER)
    stack.says(stack.approve(channel), r"is approved.*nickname")
    stack.quiet()
    expect(status(stack, tid_of(stack, channel)) == "approved" and stack.roles(OWNER) == {ROLE_MEMBER}, "approved all the same")
    stack.answer(stack.invoke(ADMIN, "tickets set-nick-sync", enabled=False))
    stack.world("set_roles", user=OWNER, roles=[])
    clean(stack)


def access_follows_the_mode(stack):
    for mode, dms, wanted in (("keep", True, (True, True)), ("read_only", True, (True, False)), ("hide", True, (False, False)), ("hide", False, (True, False))):
        stack.answer(stack.invoke(ADMIN, "recruit-config set-access-mode", mode=mode))
        channel = answered(stack)
        stack.world("set_dms", user=APPLICANT, open=dms)
        sent = len(stack.dms(APPLICANT)) if dms else 0
        stack.says(stack.approve(channel), "is approved" + ("" if dms or mode != "hide" else ".*take no DMs"))
        stack.quiet()
        it = next((c for c in stack.channels(APPLICANT) if c["id"] == channel), None)
        may = (it is not None, it is not None and bool(int(it["permissions"]) & SEND))
        expect(may == wanted, f"{mode}, DMs {'open' if dms else 'closed'}: sees and writes {wanted}, not {may}")
        if mode == "hide" and dms:
            expect(len(stack.dms(APPLICANT)) == sent + 1, "hidden: a DM says what to do next")
        clean(stack)
    stack.answer(stack.invoke(ADMIN, "recruit-config set-access-mode", mode="keep"))


# ---- rejecting, closing, removing -----------------------------------------------------------------------------------------------------------------

def a_rejection_needs_a_reason_and_closed_dms_stop_nothing(stack):
    channel = answered(stack)
    tid = tid_of(stack, channel)
    unchanged(stack, tid, stack.reject(channel, reason=" \u200b "), "nothing to read|read")
    stack.world("set_dms", user=APPLICANT, open=False)
    stack.says(stack.reject(channel), "declined")
    wait_for(lambda: stack.is_gone(channel), "the channel to go")
    stack.quiet()
    expect(fields_of(stack.record(tid))["Status"] == "Declined" and REASON in words_of(stack.record(tid)), "the record has the reason")
    expect(REASON not in json.dumps(stack.postgres.sql("SELECT detail::text FROM flow.audit")), "the audit has not")
    clean(stack)


def a_channel_that_may_not_be_deleted_waits(stack):
    channel = answered(stack)
    tid = tid_of(stack, channel)
    stack.fault("DELETE", "/channels/{channel_id}", "status", status=403, code=50013, count=-1)
    submit = stack.reject(channel)
    stack.says(submit, "declined|Manage Channels")
    wait_for(lambda: stack.postgres.sql(f"SELECT blocked_on FROM cfg.tickets WHERE tid = {tid}") == [["manage_channels"]], "the ticket to wait")
    wait_for(lambda: "Manage Channels" in words_of(stack.answer(submit)["message"]), "staff to be told what is missing")
    expect(fields_of(stack.record(tid))["Status"] == "Declined", "what was decided stands")
    stack.clear_faults()
    stack.world("set_role_position", role=ROLE_MEMBER, position=1)         # a role changed: somebody may have given it
    wait_for(lambda: stack.is_gone(channel), "the channel to go by itself")
    clean(stack)


def a_draft_is_closed_without_a_record(stack):
    channel = stack.open_application()
    tid, records = tid_of(stack, channel), len(stack.records())
    stack.says(stack.close_application(channel), "is closed")
    wait_for(lambda: stack.is_gone(channel), "the channel to go")
    stack.quiet()
    expect(len(stack.records()) == records and stack.record(tid) is None, "there is no record of a draft")
    clean(stack)


def removing_also_whoever_has_left(stack):
    channel = answered(stack, SECOND)       # the other one has been approved more than once by now
    tid = tid_of(stack, channel)
    stack.answer(stack.approve(channel))
    stack.quiet()
    stack.world("set_role_position", role=ROLE_MEMBER, position=9)
    unchanged(stack, tid, stack.remove_member(SECOND), "does not let me give or take")
    stack.world("set_role_position", role=ROLE_MEMBER, position=1)
    stack.world("remove_member", user=SECOND)
    stack.quiet()
    stack.says(stack.remove_member(SECOND), "is removed")
    stack.quiet()
    expect(fields_of(stack.record(tid))["Status"] == "Removed", "the record says so")
    unchanged(stack, tid, stack.remove_member(SECOND), f"<@{ADMIN}> removed this member")
    clean(stack)


# ---- who comes second --------------------------------------------------------------------------------------------------------------------------------

def of_two_staff_the_first_wins(stack):
    channel = answered(stack)
    tid = tid_of(stack, channel)
    message, custom_id = stack.find_button(STAFF, channel, APPROVE)
    both = [stack.press(who, channel, message["id"], custom_id) for who in (STAFF, OWNER)]
    texts = [words_of(stack.answer(i)["message"]) for i in both]
    stack.quiet()
    expect(sum("is approved, and" in t for t in texts) == 1 and sum("was first and decided" in t for t in texts) == 1, f"one of two: {texts}")
    expect(stack.audited(tid).count("application.approved") == 1, "approved once")
    expect(stack.find_button(STAFF, channel, REJECT) is None, "the button of the other decision is gone")
    clean(stack)


def a_rejection_after_an_approval_is_told_who_was_first(stack):
    channel = answered(stack)
    tid, late = tid_of(stack, channel), stack.form_behind(OWNER, channel, REJECT)
    stack.answer(stack.approve(channel))
    stack.quiet()
    unchanged(stack, tid, stack.send(OWNER, late, {"Reason": REASON}), f"<@{STAFF}> was first and decided")
    clean(stack)


def a_decision_after_closing_is_told_so(stack):
    channel = answered(stack)
    tid, late = tid_of(stack, channel), stack.form_behind(OWNER, channel, REJECT)
    stack.fault("DELETE", "/channels/{channel_id}", "status", status=503, count=2)         # it closes while the form is open
    stack.answer(stack.close_application(channel))
    submit = stack.send(OWNER, late, {"Reason": REASON})
    stack.says(submit, r"closed|closing")
    wait_for(lambda: stack.is_gone(channel), "the channel to go")
    stack.quiet()
    expect(status(stack, tid) == "qna_received" and stack.application(tid)["closed_undecided"] == "t", "closed without a decision")
    clean(stack)


def finalising_twice_happens_once(stack):
    channel = answered(stack)
    tid = tid_of(stack, channel)
    stack.answer(stack.approve(channel))
    stack.quiet()
    questions = [stack.press_button(OWNER, channel, FINALISE) for _ in range(2)]
    for question in questions:
        stack.says(question, "Finalise application")
    both = [stack.press_answer(OWNER, question, CONFIRM) for question in questions]
    for interaction in both:
        stack.interaction(interaction)
    wait_for(lambda: stack.is_gone(channel), "the channel to go")
    stack.quiet()
    expect(stack.audited(tid).count("application.finalised") == 1, "finalised once")
    clean(stack)


# ---- RSI ---------------------------------------------------------------------------------------------------------------------------------------------

def rsi_never_stops_an_application(stack):
    for handle, pattern in (("Asterin-Vale", r"Name: \*\*"), ("Nobody-Of-That-Name", "knows no citizen"), ("Broken-Drive", "did not tell"),
                            ("Blocked-Gate", "did not tell"), ("Login-Wall", "did not tell"), ("Slow-Boat", "did not tell"), ("New-Layout", "did not tell"),
                            ("Far-Away", "did not tell"), ("Moved-House", r"Name: \*\*")):
        channel = pending(stack, handle=handle)
        profile = fields_of(stack.record(tid_of(stack, channel)))["RSI profile"]
        expect(re.search(pattern, profile), f"{handle}: {profile}")
        clean(stack)


def what_rsi_could_not_tell_is_filled_in_later(stack):
    stack.fault("GET", "/citizens/{handle}", "status", status=503, count=-1)
    channel = pending(stack, handle="Delphine_Roux")        # of whom nothing is in the cache
    tid = tid_of(stack, channel)
    expect("did not tell" in fields_of(stack.record(tid))["RSI profile"], "an outage")
    stack.clear_faults()
    stack.restart_daemon()          # the sweeper comes with each session of the gateway
    wait_for(lambda: "Name: **" in fields_of(stack.record(tid))["RSI profile"], "the profile to be filled in", 30)
    expect("Name: **" in words_of(stack.messages(channel, STAFF)[0]), "in the ticket too")
    clean(stack)


def approved(stack, handle):
    channel = answered(stack, handle=handle)
    stack.answer(stack.approve(channel))
    stack.quiet()
    return channel


def set_organisation(stack):
    stack.answer(stack.invoke(ADMIN, "tickets set-org", url="https://robertsspaceindustries.com/en/orgs/Lantern"))
    stack.quiet()


def what_rsi_says_of_a_membership_stands_above_the_question(stack):
    stack.says(stack.press_button(OWNER, approved(stack, "Asterin-Vale"), FINALISE), r"No organisation is set.*Finalise application")
    clean(stack)
    set_organisation(stack)
    for handle, pattern in (("Asterin-Vale", r"lists \*\*Asterin-Vale\*\* as a member.*Wayfarer"), ("Delphine_Roux", r"as an affiliate"),
                            ("Corvid-7", r"does not publicly list \*\*Corvid-7\*\*.*proves nothing")):
        channel = approved(stack, handle)
        interaction = stack.press_button(OWNER, channel, FINALISE)
        stack.says(interaction, pattern + ".*Finalise application")
        expect(stack.interaction(interaction)["acknowledged_us"] < 3_000_000, "acknowledged before RSI was asked")
        stack.says(stack.press_answer(OWNER, interaction, CONFIRM), "inalised")         # whatever it says, it does not decide
        wait_for(lambda c=channel: stack.is_gone(c), "the channel to go")
        clean(stack)


def kill_workers(stack):
    daemon = stack.daemon.pid
    children = pathlib.Path(f"/proc/{daemon}/task/{daemon}/children").read_text().split()
    workers = [int(child) for child in children if b"worker" in pathlib.Path(f"/proc/{child}/cmdline").read_bytes()]
    expect(len(workers) >= 2, f"there are workers: {children}")
    for pid in workers:
        os.kill(pid, signal.SIGKILL)


def who_finalises_is_answered_whatever_fails(stack):
    patch, members = "/webhooks/{application_id}/{interaction_token}/messages/@original", "/api/orgs/getOrgMembers"
    set_organisation(stack)
    channel = approved(stack, "BRAM_OKORO")
    trouble = (("RSI is down", lambda: stack.fault("POST", members, "status", status=503, count=-1), "could not be asked"),
               ("RSI is slow", lambda: stack.fault("POST", members, "slow", ms=8000, count=-1), "could not be asked"),
               ("Discord is down for a moment", lambda: stack.fault("PATCH", patch, "status", status=503, count=4), "RSI"),
               ("the acknowledgement's answer is lost",
                lambda: stack.fault("POST", "/interactions/{interaction_id}/{interaction_token}/callback", "drop_after", count=1), "RSI"))
    for what, break_it, pattern in trouble:
        print(f"# {what}")
        break_it()
        stack.says(stack.press_button(OWNER, channel, FINALISE), pattern + ".*Finalise application")
        stack.clear_faults()
    print("# the worker dies while it asks RSI")
    stack.fault("POST", members, "slow", ms=2500, count=1)
    interaction = stack.press_button(OWNER, channel, FINALISE)
    stack.interaction(interaction, until="acknowledged")
    kill_workers(stack)
    stack.says(interaction, "RSI.*Finalise application")
    expect(status(stack, tid_of(stack, channel)) == "approved", "nothing was decided")
    clean(stack)


# ---- asking again ---------------------------------------------------------------------------------------------------------------------------------------

def staff_ask_the_questions_again(stack):
    channel = answered(stack)
    tid = tid_of(stack, channel)
    stack.says(stack.invoke(APPLICANT, "tickets reopen-qna", at=channel), "Manage Channels")
    stack.says(stack.invoke(ADMIN, "tickets reopen-qna"), "in the channel of a recruitment ticket")
    stack.says(stack.invoke(STAFF, "tickets reopen-qna", at=channel), "asked the questions again")
    stack.quiet()
    form = stack.form_behind(APPLICANT, channel, QNA)
    expect(filled(form[1])["Strengths"] == ANSWERS["Strengths"], "with the former answers filled in")
    stack.says(stack.send(APPLICANT, form, {"Strengths": "racing"}), "answers are in")
    stack.quiet()
    expect("racing" in words_of(stack.record(tid)) and QNA not in buttons_of(stack.messages(channel)[0]), "and the new ones are shown")
    stack.act(APPLICANT, "say", channel=channel, content="!reopen_qna")
    stack.act(STAFF, "say", channel=channel, content="!reopen_qna")
    wait_for(lambda: [m for m in stack.messages(channel) if "asked the questions again" in words_of(m)], "the answer in the channel")
    stack.quiet()
    stack.world("delete_message", channel=channel, message=stack.messages(channel)[0]["id"])
    stack.says(stack.invoke(STAFF, "tickets reopen-qna", at=channel), "asked the questions again")
    stack.quiet()
    expect(stack.find_button(APPLICANT, channel, QNA), "a ticket's message that was deleted is posted again")
    stack.says(stack.fill_qna(APPLICANT, channel), "answers are in")
    stack.quiet()
    expect(stack.find_button(STAFF, channel, APPROVE) and not stack.find_button(APPLICANT, channel, QNA), "and follows from then on")
    expect(stack.audited(tid).count("application.qna_reopened") == 3, "the applicant's own message did nothing")
    clean(stack)


CHECKS = [
    only_the_applicant_fills_in_the_forms, only_staff_decide, nobody_decides_on_their_own_application,
    wrong_handles_are_named_and_nobody_types_twice, odd_notes_are_harmless, zones_that_are_not_listed_are_typed,
    a_form_that_comes_too_late_changes_nothing, every_press_of_step_1_survives_a_restart, without_a_record_channel_everything_goes_on,
    a_record_channel_that_refuses_stops_nothing, pages_follow_each_other_and_survive_a_restart, each_wrong_answer_is_named,
    questions_that_change_while_a_form_is_open_are_asked_too, twenty_long_answers_are_cut_honestly_and_shown_whole,
    a_role_that_cannot_be_given_changes_nothing, an_affiliate_gets_the_affiliates_role, a_refused_nickname_leaves_the_approval_alone,
    access_follows_the_mode, a_rejection_needs_a_reason_and_closed_dms_stop_nothing, a_channel_that_may_not_be_deleted_waits,
    a_draft_is_closed_without_a_record, removing_also_whoever_has_left, of_two_staff_the_first_wins,
    a_rejection_after_an_approval_is_told_who_was_first, a_decision_after_closing_is_told_so, finalising_twice_happens_once,
    rsi_never_stops_an_application, what_rsi_could_not_tell_is_filled_in_later,
    what_rsi_says_of_a_membership_stands_above_the_question, who_finalises_is_answered_whatever_fails, staff_ask_the_questions_again,
    every_exchange_fits_discords_description,
]


def restore(stack):
    default_questions(stack)
    clean(stack)


sys.exit(run_checks(CHECKS, restore))
