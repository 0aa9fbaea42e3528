#!/usr/bin/env python3
"""
Step 1 of an application as people live it: what they read at each press, what they type and how it is meant, forms that were forged, that
come twice or too late, and a daemon that dies between any two presses and at any point of keeping a form that has to be mended. TAP.
"""

import pathlib
import re
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from recruit import (APPROVE, CHANNEL_RECORDS, EDIT, FIX, QNA, STEP1, TYPE_ZONE, buttons_of, calls, every_exchange_fits_discords_description,  # noqa: E402
                     expect, fields_of, filled, run_checks, words_of)
from stack import ADMIN, APPLICANT, CHANNEL_LOG, OUTSIDER, PEOPLE, ROLE_SUPPORT, STAFF, inputs_of, wait_for  # noqa: E402

ROLE, AREA, ZONE, HANDLE, NOTES = "Member or Affiliate", "Main area/focus", "Time zone", "RSI handle", "Short intro/notes"
SECRET = "the lantern hangs under the stairs"


def clean(stack):
    stack.clear_faults()
    for channel in stack.ticket_channels():
        stack.world("delete_channel", channel=channel["id"])
        wait_for(lambda: stack.postgres.sql(f"SELECT 1 FROM cfg.tickets WHERE channel_id = {channel['id']} AND state = 'closed'"),
                 "the ticket to be closed")
    stack.quiet()


def opened(stack):
    channel = stack.open_application()
    return channel, stack.ticket_of(channel)


def pending(stack, **values):
    channel, tid = opened(stack)
    stack.says(stack.fill_step1(APPLICANT, channel, **values), "Step 1 is in")
    stack.quiet()
    return channel, tid


def row(stack, tid):
    it = stack.application(tid)
    return it["status"], it["role"], it["area"], it["zone"], it["handle"], it["notes"]


def actions(stack, tid):
    return [a for a in stack.audited(tid) if a.startswith("application.step1")]


def records_of(stack, tid):
    return [m for m in stack.records() if f"TID {tid} " in m["embeds"][0]["footer"]["text"]]


def called(stack, channel):
    return [m for m in stack.messages(channel, STAFF) if m["mention_roles"] == [ROLE_SUPPORT]]


# ---- as it should be -----------------------------------------------------------------------------------------------------------------

def step_1_is_sent_and_changed(stack):
    channel, tid = opened(stack)
    form = stack.form(APPLICANT, channel, STEP1)
    expect(filled(form[1]) == {ROLE: [], AREA: [], ZONE: [], HANDLE: "", NOTES: ""}, f"the first form is empty: {filled(form[1])}")
    after = stack.last_effect()
    stack.says(stack.send(APPLICANT, form, stack.step1(notes=SECRET)), rf"^Step 1 is in\. Next: press \*{re.escape(QNA)}\*")
    stack.quiet()
    expect(row(stack, tid) == ("pending", "member", "medical", "Europe/London", "Asterin-Vale", SECRET), f"it is stored: {row(stack, tid)}")
    done = calls(stack, after)
    expect(sorted(done) == sorted([("message.create", CHANNEL_RECORDS), ("message.update", channel), ("channel.update", channel)]),
           f"one record is posted, message and topic are edited, nothing else: {done}")
    expect(actions(stack, tid) == ["application.step1"], f"once in the audit: {actions(stack, tid)}")

    form = stack.form(APPLICANT, channel, EDIT)
    expect(filled(form[1]) == {ROLE: ["Member"], AREA: ["medical"], ZONE: ["United Kingdom, Ireland, Portugal (London)"],
                               HANDLE: "Asterin-Vale", NOTES: SECRET}, f"the change begins with what is known: {filled(form[1])}")
    after = stack.last_effect()
    stack.says(stack.send(APPLICANT, form, {ROLE: "Affiliate", AREA: "salvage", ZONE: "Asia/Tokyo", NOTES: ""}), r"^Your application is changed\.$")
    stack.quiet()
    expect(row(stack, tid)[:5] == ("pending", "affiliate", "salvage", "Asia/Tokyo", "Asterin-Vale") and not row(stack, tid)[5],
           f"the change is stored, the notes are taken away: {row(stack, tid)}")
    markers = stack.markers(channel)
    expect((markers["REQ"], markers["TZ"]) == ("affiliate", "Asia/Tokyo"), f"the topic follows: {markers}")
    done = calls(stack, after)
    expect(sorted(done) == sorted([("message.update", CHANNEL_RECORDS), ("message.update", channel), ("channel.update", channel)]),
           f"three edits, nothing else: {done}")
    for message in (stack.record(tid), stack.messages(channel, STAFF)[0]):
        shown = fields_of(message)
        expect((shown["Requested role"], shown["Area/focus"]) == ("Affiliate", "salvage") and SECRET not in words_of(message), f"as it is now: {shown}")
    expect(actions(stack, tid) == ["application.step1", "application.step1_edited"], f"both are in the audit: {actions(stack, tid)}")
    clean(stack)


def another_handle_is_looked_up_and_the_same_one_is_not(stack):
    channel, tid = pending(stack)
    expect("Asterin of the Vale" in fields_of(stack.record(tid))["RSI profile"], "RSI's word on the first")
    asked = len([r for r in stack.requests() if "/citizens/" in r["path"]])
    stack.says(stack.send(APPLICANT, stack.form(APPLICANT, channel, EDIT), {AREA: "salvage"}), "changed")
    stack.quiet()
    expect(len([r for r in stack.requests() if "/citizens/" in r["path"]]) == asked, "the same handle is not looked up again")
    stack.says(stack.send(APPLICANT, stack.form(APPLICANT, channel, EDIT), {HANDLE: "Nobody-Of-That-Name"}), "changed")
    stack.quiet()
    profile = fields_of(stack.record(tid))["RSI profile"]
    expect("knows no citizen" in profile and "Asterin" not in profile, f"of the other one nothing is left: {profile}")
    clean(stack)


# ---- what people type ------------------------------------------------------------------------------------------------------------------

def everything_that_is_wrong_is_named_at_once(stack):
    stack.answer(stack.invoke(ADMIN, "tickets add-option", name="racing"))
    channel, tid = opened(stack)
    form = stack.form(APPLICANT, channel, STEP1)
    stack.answer(stack.invoke(ADMIN, "tickets remove-option", name="racing"))
    submit = stack.send(APPLICANT, form, stack.step1(area="racing", handle="   ", notes=SECRET, zone="Asia/Tokyo"))
    text = stack.says(submit, rf"\*\*{AREA}\*\*: \*racing\* cannot be chosen any more.*\*\*{HANDLE}\*\*: ")
    expect("**" + NOTES not in text and "**" + ZONE not in text and SECRET not in text, f"what is right is not named: {text}")
    expect(set(buttons_of(stack.answer(submit)["message"])) == {FIX}, "and one button")
    expect(row(stack, tid)[0] == "draft" and actions(stack, tid) == [] and records_of(stack, tid) == [], "nothing is sent yet")
    form = stack.form_of(stack.press_answer(APPLICANT, submit, FIX))
    shown = filled(form[1])
    expect(shown[ROLE] == ["Member"] and shown[AREA] == [] and len(shown[ZONE]) == 1 and shown[NOTES] == SECRET, f"the form has the rest: {shown}")
    expect("racing" not in [o["value"] for o in inputs_of(form[1])[AREA]["options"]], "and offers what can be chosen now")
    stack.says(stack.send(APPLICANT, form, {AREA: "general", HANDLE: " rsi.com "}), HANDLE)
    form = stack.form(APPLICANT, channel, STEP1)
    expect(filled(form[1])[AREA] == ["general"], "the ticket's own button opens the draft too")
    stack.says(stack.send(APPLICANT, form, {HANDLE: "  https://robertsspaceindustries.com/citizens/Asterin-Vale/  "}), "Step 1 is in")
    stack.quiet()
    expect(row(stack, tid) == ("pending", "member", "general", "Asia/Tokyo", "Asterin-Vale", SECRET), f"and then it is in: {row(stack, tid)}")
    clean(stack)


def notes_of_nothing_are_none(stack):
    for notes in ("", "   \n\n ", "\u200b\u2060\u00ad"):
        _, tid = pending(stack, notes=notes)
        expect(not row(stack, tid)[5] and "Notes" not in fields_of(stack.record(tid)), f"{notes!r} is no note: {row(stack, tid)}")
        clean(stack)


def zones_are_found_as_people_call_them(stack):
    channel, tid = opened(stack)
    submit = stack.fill_step1(APPLICANT, channel, zone="Not listed")
    stack.says(submit, "^Almost done: your time zone is not in the list, so please type it")
    for typed, pattern in (("nowhere at all", "not known"), (" \u200b ", "name your time zone"), ("UTC+14:15", "No place on Earth"),
                           ("Nicosia", "Several time zones could be meant.*`Asia/Nicosia`.*`Europe/Nicosia`"), ("Londn", "`Europe/London`"),
                           ("'; DROP TABLE cfg.tickets; --", "not known"), ("<@&1> @everyone", "not known")):
        submit = stack.send(APPLICANT, stack.form_of(stack.press_answer(APPLICANT, submit, TYPE_ZONE)), {ZONE: typed})
        stack.says(submit, pattern)
    expect(row(stack, tid)[0] == "draft", "nothing is sent yet")
    clean(stack)
    for typed, zone in (("Berlin", "Europe/Berlin"), ("utc+5:45", "UTC+5:45"), ("GMT\u22123", "UTC-3"), ("europe/KYIV", "Europe/Kyiv")):
        channel, tid = opened(stack)
        submit = stack.fill_step1(APPLICANT, channel, zone="Not listed")
        button = buttons_of(stack.answer(submit)["message"])[TYPE_ZONE]
        typing = stack.form_of(stack.press_answer(APPLICANT, submit, TYPE_ZONE))
        stack.says(stack.send(APPLICANT, typing, {ZONE: typed}), "Step 1 is in")
        expect(buttons_of(stack.answer(submit)["message"]) == {}, "which stands in the place of the question")
        stack.quiet()
        expect(row(stack, tid)[3] == zone and stack.markers(channel)["TZ"] == zone, f"{typed} is {zone}: {row(stack, tid)}")
        expect(fields_of(stack.record(tid))["Time zone"].startswith(zone), f"the record says so: {fields_of(stack.record(tid))['Time zone']}")
        if zone != "Europe/Kyiv":
            clean(stack)
    form = stack.form(APPLICANT, channel, EDIT)
    other = next(o for o in inputs_of(form[1])[ZONE]["options"] if o["label"] == "Not listed")
    expect(other["default"] and "Europe/Kyiv" in other["description"], f"the form says what stays: {other}")
    # the question may still stand on another of their screens
    late = stack.act(APPLICANT, "raw", type=3, channel=channel, message=stack.messages(channel)[0]["id"],
                     data={"component_type": 2, "id": 2, "custom_id": button})["interaction"]
    stack.says(stack.send(APPLICANT, stack.form_of(late), {ZONE: "Oslo"}), "is changed")
    stack.quiet()
    expect(row(stack, tid)[3] == "Europe/Oslo" and row(stack, tid)[4] == "Asterin-Vale", f"only the zone is another one: {row(stack, tid)}")
    clean(stack)


# ---- who, and how often ------------------------------------------------------------------------------------------------------------------

def raw_form(stack, who, channel, form, **values):
    """A form as no client sends it: each value as it is."""
    inputs = inputs_of(form[1])
    fields = {ROLE: ["member"], AREA: ["medical"], ZONE: ["Europe/London"], HANDLE: "Asterin-Vale", NOTES: "", **values}
    components = [{"type": 18, "id": 2 * n + 1, "component": {
        "type": inputs[label]["type"], "id": 2 * n + 2, "custom_id": inputs[label]["custom_id"],
        **({"value": value} if inputs[label]["type"] == 4 else {"values": value})}} for n, (label, value) in enumerate(fields.items()) if value is not None]
    return stack.act(who, "raw", type=5, channel=channel, message=stack.messages(channel)[0]["id"],
                     data={"custom_id": form[1]["custom_id"], "components": components})["interaction"]


def others_cannot_send_it(stack):
    channel, tid = opened(stack)
    form = stack.form(APPLICANT, channel, STEP1)
    submit = stack.send(APPLICANT, form, stack.step1(zone="Not listed", handle="two words"))
    stack.says(submit, HANDLE)
    view = stack.answer(submit)
    before = stack.application(tid)
    fix = buttons_of(view["message"])[FIX]
    step1 = stack.find_button(APPLICANT, channel, STEP1)
    for who in (STAFF, OUTSIDER, ADMIN):
        for custom_id in (fix, step1[1]):
            stack.says(stack.act(who, "raw", type=3, channel=channel, message=step1[0]["id"],
                                 data={"component_type": 2, "id": 2, "custom_id": custom_id})["interaction"], "Only the applicant")
        stack.says(raw_form(stack, who, channel, form), "Only the applicant")
    stack.quiet()
    expect(stack.application(tid) == before, "nothing changed")
    clean(stack)


def forged_forms_are_named_and_change_nothing(stack):
    channel, tid = opened(stack)
    form = stack.form(APPLICANT, channel, STEP1)
    for label, value in ((ROLE, ["owner"]), (ROLE, []), (ROLE, None), (AREA, ["piracy"]), (AREA, []), (ZONE, ["'; DROP TABLE cfg.tickets"]),
                         (ZONE, ["../../etc/localtime"]), (ZONE, ["x" * 100]), (HANDLE, "../../x"), (HANDLE, "<script>alert(1)</script>"),
                         (HANDLE, "x" * 1000), (HANDLE, None), (NOTES, "x" * 4000)):
        # Discord itself refuses more options than one, and texts over their limits; should it ever not, it is one of ours
        text = stack.says(raw_form(stack, APPLICANT, channel, form, **{label: value}), r"\*\*|not valid|no longer|damaged|again")
        stack.quiet()
        expect(row(stack, tid)[0] == "draft" and records_of(stack, tid) == [], f"{label} {value}: nothing is sent: {text}")
    stack.says(stack.send(APPLICANT, stack.form(APPLICANT, channel, STEP1), stack.step1()), "Step 1 is in")
    clean(stack)


def the_same_form_twice_is_one_application(stack):
    channel, tid = opened(stack)
    form = stack.form(APPLICANT, channel, STEP1)
    both = [raw_form(stack, APPLICANT, channel, form) for _ in range(2)]
    for submit in both:
        stack.says(submit, "Step 1 is in|is changed")
    stack.quiet()
    expect(row(stack, tid)[0] == "pending" and len(records_of(stack, tid)) == 1, "one application, one record")
    expect(actions(stack, tid) == ["application.step1", "application.step1_edited"], f"the second is a change: {actions(stack, tid)}")
    clean(stack)


def whoever_waits_behind_a_decision_is_told(stack):
    for area, handle in (("salvage", "Asterin-Vale"), ("salvage", "two words")):
        channel, tid = pending(stack)
        forms = [stack.form(APPLICANT, channel, EDIT) for _ in range(2)]
        approve = stack.find_button(STAFF, channel, APPROVE)
        # one after the other, each accepted while RSI keeps the first one waiting
        stack.fault("GET", "/citizens/{handle}", "slow", ms=2500)
        first = stack.send(APPLICANT, forms[0], {HANDLE: "Corvid-7" if handle == "two words" else "Delphine_Roux"})
        stack.interaction(first, "acknowledged")
        question = stack.press(STAFF, channel, approve[0]["id"], approve[1])
        decision = stack.press_answer(STAFF, question, "Confirm")
        stack.interaction(decision, "acknowledged")
        late = stack.send(APPLICANT, forms[1], {AREA: area, HANDLE: handle})
        stack.says(late, f"<@{STAFF}> was first and decided")
        stack.says(first, "is changed")
        stack.says(decision, "is approved")
        stack.quiet()
        expect(row(stack, tid)[:3] == ("approved", "member", "medical"), f"what was decided on stands: {row(stack, tid)}")
        expect(stack.postgres.sql(f"SELECT step1_draft IS NULL FROM cfg.recruit_applications WHERE tid = {tid}") == [["t"]], "no draft is left")
        clean(stack)


def a_form_for_a_ticket_that_is_over_is_refused(stack):
    channel, tid = opened(stack)
    form = stack.form(APPLICANT, channel, STEP1)
    stack.fault("DELETE", "/channels/{channel_id}", "slow", ms=2500)
    stack.answer(stack.close_application(channel))
    stack.says(stack.send(APPLICANT, form, stack.step1()), r"clos")
    wait_for(lambda: stack.is_gone(channel), "the channel to go")
    stack.quiet()
    expect(row(stack, tid)[0] == "draft" and records_of(stack, tid) == [] and actions(stack, tid) == [], "nothing of it is kept")
    clean(stack)


# ---- the area's own role -------------------------------------------------------------------------------------------------------------------

def the_areas_role_is_called_once_for_each_choice(stack):
    stack.answer(stack.invoke(ADMIN, "tickets add-option", name="rescue", ping_role=ROLE_SUPPORT))
    channel, tid = pending(stack, area="rescue")
    expect(len(called(stack, channel)) == 1 and "rescue" in words_of(called(stack, channel)[0]), "it is called when the area is chosen")
    for change, n in (({NOTES: "more"}, 1), ({AREA: "medical"}, 1), ({AREA: "rescue"}, 2)):
        stack.says(stack.send(APPLICANT, stack.form(APPLICANT, channel, EDIT), change), "changed")
        stack.quiet()
        expect(len(called(stack, channel)) == n, f"{change}: {len(called(stack, channel))} calls")
    clean(stack)

    channel, tid = opened(stack)
    stack.http("POST", "/sandbox/fault", {"match": {"method": "POST", "path": f"/channels/{channel}/messages"}, "do": "status", "status": 403,
                                          "code": 50013, "count": -1})
    stack.says(stack.fill_step1(APPLICANT, channel, area="rescue"), "Step 1 is in")
    stack.quiet()
    expect(any(r.get("status") == 403 for r in stack.requests()), "the call was refused")
    expect(called(stack, channel) == [] and len(records_of(stack, tid)) == 1 and row(stack, tid)[2] == "rescue", "which stops nothing")
    stack.answer(stack.invoke(ADMIN, "tickets remove-option", name="rescue"))
    expect(filled(stack.form(APPLICANT, channel, EDIT)[1])[AREA] == [], "an area that is gone is to be chosen anew")
    clean(stack)


def lost_answers_make_no_second_record(stack):
    channel, tid = opened(stack)
    stack.http("POST", "/sandbox/fault", {"match": {"method": "POST", "path": f"/channels/{CHANNEL_RECORDS}/messages"}, "do": "drop_after"})
    stack.says(stack.fill_step1(APPLICANT, channel), "Step 1 is in")
    stack.quiet()
    expect(len(records_of(stack, tid)) == 1 and stack.application(tid)["record_message"] == records_of(stack, tid)[0]["id"], "one record, and it is known")
    clean(stack)


# ---- deaths ------------------------------------------------------------------------------------------------------------------------------------

def a_typed_zone_survives_death_between_any_two_presses(stack):
    def die():
        stack.quiet()
        stack.restart_daemon(signal.SIGKILL)

    channel, tid = opened(stack)
    die()
    form = stack.form(APPLICANT, channel, STEP1)
    die()
    submit = stack.send(APPLICANT, form, stack.step1(zone="Not listed", handle="two words", notes=SECRET))
    stack.says(submit, HANDLE)
    die()
    form = stack.form_of(stack.press_answer(APPLICANT, submit, FIX))
    die()
    submit = stack.send(APPLICANT, form, {HANDLE: "Asterin-Vale"})
    stack.says(submit, "Almost done")
    die()
    form = stack.form_of(stack.press_answer(APPLICANT, submit, TYPE_ZONE))
    die()
    submit = stack.send(APPLICANT, form, {ZONE: "nowhere"})
    stack.says(submit, "not known")
    die()
    form = stack.form_of(stack.press_answer(APPLICANT, submit, TYPE_ZONE))
    die()
    stack.says(stack.send(APPLICANT, form, {ZONE: "Seoul"}), "Step 1 is in")
    stack.quiet()
    expect(row(stack, tid) == ("pending", "member", "medical", "Asia/Seoul", "Asterin-Vale", SECRET), f"it is in, whole: {row(stack, tid)}")
    clean(stack)


def a_form_to_mend_is_kept_whoever_dies(stack):
    """The fault matrix kills the same steps on the way of a form that is right; here it is kept as a draft."""
    once = stack.directory / "once"
    channel, tid = opened(stack)
    for n, point in enumerate(("store/in-code", "store/before-commit", "store/commit-sent", "store/after-commit", "show/before-commit",
                               "words/before", "words/after", "finish/before-commit", "finish/after-commit")):
        once.unlink(missing_ok=True)
        stack.quiet()
        stack.restart_daemon(faults={"MAGIKAL_FAULT": f"recruit.step1/{point}:kill", "MAGIKAL_FAULT_ROLE": "worker", "MAGIKAL_FAULT_ONCE": str(once)})
        submit = stack.send(APPLICANT, stack.form(APPLICANT, channel, STEP1), stack.step1(handle=f"two words {n}", notes=SECRET))
        wait_for(once.exists, f"{point} to be hit", 20)
        stack.says(submit, HANDLE, 40)
        stack.quiet()
        form = stack.form_of(stack.press_answer(APPLICANT, submit, FIX))
        expect(filled(form[1])[HANDLE] == f"two words {n}" and filled(form[1])[NOTES] == SECRET, f"{point}: filled as it was: {filled(form[1])}")
        expect(row(stack, tid)[0] == "draft" and actions(stack, tid) == [] and records_of(stack, tid) == [], f"{point}: nothing else happened")
    stack.restart_daemon()
    stack.says(stack.send(APPLICANT, stack.form(APPLICANT, channel, STEP1), {HANDLE: "Asterin-Vale"}), "Step 1 is in")
    stack.quiet()
    expect(actions(stack, tid) == ["application.step1"] and len(records_of(stack, tid)) == 1, "and then all of it, once")
    clean(stack)


# ---- what is kept to themselves ------------------------------------------------------------------------------------------------------------------

def what_was_typed_is_in_no_log_and_in_no_audit(stack):
    log = stack.log()
    audit = str(stack.postgres.sql("SELECT action, detail::text FROM flow.audit WHERE action LIKE 'application.step1%'"))
    for text in PEOPLE + [SECRET, "two words", "nowhere at all", "Nicosia", "Asterin-Vale", "Seoul"]:
        expect(text not in log, f"the journal does not hold {text!r}")
        expect(text not in audit, f"the audit does not hold {text!r}")
    expect(SECRET not in str(stack.messages(CHANNEL_LOG)), "nor does the log channel")


CHECKS = [
    step_1_is_sent_and_changed, another_handle_is_looked_up_and_the_same_one_is_not, everything_that_is_wrong_is_named_at_once,
    notes_of_nothing_are_none, zones_are_found_as_people_call_them, others_cannot_send_it, forged_forms_are_named_and_change_nothing,
    the_same_form_twice_is_one_application, whoever_waits_behind_a_decision_is_told, a_form_for_a_ticket_that_is_over_is_refused,
    the_areas_role_is_called_once_for_each_choice, lost_answers_make_no_second_record, a_typed_zone_survives_death_between_any_two_presses,
    a_form_to_mend_is_kept_whoever_dies, what_was_typed_is_in_no_log_and_in_no_audit, every_exchange_fits_discords_description,
]


sys.exit(run_checks(CHECKS, clean))
