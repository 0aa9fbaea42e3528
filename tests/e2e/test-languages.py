#!/usr/bin/env python3
"""
Who reads which language: a German applicant in an English guild and the reverse, also when the process that was pressed dies before it has
said anything. What one person reads is in that person's language, what several read in the guild's. TAP.
"""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from recruit import APPROVE, APPLY, REJECT, STEP1, QNA, RecruitStack, buttons_of, expect, fields_of, words_of  # noqa: E402
from stack import (ADMIN, APPLICANT, CHANNEL_APPLY, CHANNEL_LOG, CHANNEL_PANEL, STAFF, Tap, inputs_of,  # noqa: E402
                   skip_unless_possible, wait_for)

GERMAN_STEP1 = "Bewerbung beginnen (Schritt 1)"
GERMAN_QNA = "Fragen beantworten"


def speaks(stack, locale, *people):
    for person in people:
        stack.world("set_locale", user=person, locale=locale)


def guild_speaks(stack, locale):
    stack.world("set_locale", locale=locale)
    wanted = f"SELECT 1 FROM cfg.guild_names WHERE locale = '{locale}'"
    wait_for(lambda: stack.postgres.sql(wanted), "the guild's locale to be known")


def labels(form):
    return set(inputs_of(form[1]))


def channel_of(stack, interaction, pattern):
    return re.search(r"<#(\d+)>", stack.says(interaction, pattern)).group(1)


def last_words(stack, channel):
    return words_of(stack.messages(channel)[-1])


def panels(stack):
    return {label for channel in (CHANNEL_PANEL, CHANNEL_APPLY) for m in stack.messages(channel) for label in buttons_of(m)}


def set_up(stack):
    stack.set_up()
    stack.set_up_recruitment()


# ---- a German in an English guild -------------------------------------------------------------------------------------------------------

def a_german_applies_in_an_english_guild(stack):
    speaks(stack, "de", APPLICANT)
    expect(panels(stack) == {"Open Support Ticket", APPLY}, f"the panels are the guild's: {panels(stack)}")
    channel = channel_of(stack, stack.press_button(APPLICANT, CHANNEL_APPLY, APPLY), "^Dein Ticket: ")
    expect("Welcome!" in last_words(stack, channel), "the ticket's message is the guild's")
    form = stack.form_behind(APPLICANT, channel, STEP1)
    expect(form[1]["title"] == "Bewerbung, Schritt 1" and "Zeitzone" in labels(form), f"the form is the applicant's: {form[1]}")
    wrong = {"Mitglied oder Affiliate": "Mitglied", "Bereich/Schwerpunkt": "medical", "Zeitzone": "Europe/Paris", "RSI-Handle": "no handle!"}
    submit = stack.send(APPLICANT, form, wrong)
    stack.says(submit, "RSI-Handle.*Das ist kein RSI-Handle")
    again = stack.form_of(stack.press_answer(APPLICANT, submit, "Antworten berichtigen"))
    stack.says(stack.send(APPLICANT, again, {"RSI-Handle": "Asterin-Vale"}), r"^Schritt 1 ist da\. .*\*Answer Q&A\*")
    form = stack.form_behind(APPLICANT, channel, QNA)
    expect(form[1]["title"] == "Fragen" and "Strengths" in labels(form), "the title is the applicant's, the questions are the guild's")
    stack.says(stack.send(APPLICANT, form, {"Strengths": "mining", "Availability": "18:00", "Voice comms / mic ready": "Ja"}),
               "Availability.*ist nur eine Uhrzeit")
    tid = stack.markers(channel)["TID"]
    record = wait_for(lambda: stack.record(tid), "the record")
    expect(fields_of(record)["Status"] == "Pending", f"the record is the guild's: {fields_of(record)}")
    form = stack.form_behind(STAFF, channel, REJECT)
    expect(form[1]["title"].startswith("Reject"), "staff reads English")
    stack.says(stack.send(STAFF, form, {"Reason": "No."}), "is declined")
    dm = wait_for(lambda: stack.dms(APPLICANT), "the DM")[-1]
    expect("Danke für deine Bewerbung" in words_of(dm), f"the DM is the applicant's: {words_of(dm)}")
    wait_for(lambda: "declined" in last_words(stack, CHANNEL_LOG), "the log, which is the guild's")
    wait_for(lambda: fields_of(stack.record(tid))["Status"] == "Declined", "the record stays the guild's")


def a_german_asks_in_an_english_guild(stack):
    speaks(stack, "de", APPLICANT)
    stack.answer(stack.tickets(ADMIN, "set-dm-on-close", enabled=True))
    interaction, modal = stack.open_form(APPLICANT)
    expect(modal["title"] == "Support-Ticket öffnen", f"the form is the member's: {modal['title']}")
    field = next(iter(inputs_of(modal).values()))["custom_id"]
    channel = channel_of(stack, stack.submit(APPLICANT, interaction, {field: "Wo ist das Handbuch?"}), "^Dein Ticket: ")
    expect("Our staff will answer here." in last_words(stack, channel), "the ticket is the guild's")
    stack.says(stack.resolve(channel, STAFF, "Im Handschuhfach."), "is being resolved")
    wait_for(lambda: any("ist gelöst" in words_of(m) and "Lösung" in words_of(m) for m in stack.dms(APPLICANT)), "the DM, which is the member's")
    wait_for(lambda: "Resolution" in last_words(stack, CHANNEL_LOG), "the log, which is the guild's")


def commands_are_found_by_their_german_names(stack):
    speaks(stack, "de", ADMIN)
    answer = stack.state(ADMIN)
    tickets = next(c for c in answer["commands"] if c["name"] == "tickets")
    names = {o["name_localizations"]["de"] for o in tickets["options"]}
    expect(answer["locale"] == "de" and {"ziele-setzen", "ping-zeigen"} <= names, f"the client has the German names: {names}")
    stack.says(stack.tickets(ADMIN, "show-targets"), r"\*\*Log-Kanal\*\*: <#")
    stack.says(stack.tickets(STAFF, "show-targets"), "This is for administrators")
    speaks(stack, "en-US", ADMIN)


# ---- a killed process forgets neither -----------------------------------------------------------------------------------------------------

def the_language_outlives_the_process_that_was_pressed(stack):
    speaks(stack, "de", APPLICANT)
    for point in ("support.open/words/before", "support.open/channel/after-effect", "support.resolve/dm/before-send"):
        print(f"# killed at {point}")
        once = stack.directory / point.replace("/", "-")
        stack.restart_daemon(faults={"MAGIKAL_FAULT": f"{point}:kill", "MAGIKAL_FAULT_ROLE": "worker", "MAGIKAL_FAULT_ONCE": str(once)})
        n_dms = len(stack.dms(APPLICANT))
        channel = channel_of(stack, stack.open_ticket(APPLICANT), "^Dein Ticket: ")
        stack.answer(stack.resolve(channel, STAFF, "Im Handschuhfach."))
        dm = wait_for(lambda n=n_dms: stack.dms(APPLICANT)[n:], "the DM")[-1]
        expect("ist gelöst" in words_of(dm), f"the DM is the member's: {words_of(dm)}")
        wait_for(lambda c=channel: stack.is_gone(c), "the channel to go")
        expect(once.exists(), "a process was killed there")
    stack.restart_daemon(faults={})


# ---- an Englishman in a German guild ----------------------------------------------------------------------------------------------------------

def an_english_applicant_in_a_german_guild(stack):
    guild_speaks(stack, "de")
    speaks(stack, "en-GB", APPLICANT)
    speaks(stack, "de", STAFF, ADMIN)
    stack.answer(stack.tickets(ADMIN, "set-targets", support_panel=CHANNEL_PANEL, recruitment_panel=CHANNEL_APPLY))
    wait_for(lambda: panels(stack) == {"Support-Ticket öffnen", "Bewerben"}, "German panels")
    stack.says(stack.press_answer(ADMIN, stack.invoke(ADMIN, "recruit-config qa-reset-defaults"), "Bestätigen"), "4 Standardfragen")
    channel = channel_of(stack, stack.press_button(APPLICANT, CHANNEL_APPLY, "Bewerben"), "^Your ticket: ")
    expect("Willkommen!" in last_words(stack, channel), "the ticket's message is the guild's")
    form = stack.form_behind(APPLICANT, channel, GERMAN_STEP1)
    expect(form[1]["title"] == "Application, Step 1", "the form is the applicant's")
    stack.says(stack.send(APPLICANT, form, stack.step1()), rf"^Step 1 is in\. .*\*{GERMAN_QNA}\*")
    form = stack.form_behind(APPLICANT, channel, GERMAN_QNA)
    expect(form[1]["title"] == "Q&A" and "Stärken" in labels(form), "the title is the applicant's, the questions are the guild's")
    stack.says(stack.send(APPLICANT, form, {"Stärken": "mining", "Verfügbarkeit": "18:00-22:30", "Sprachchat / Mikro bereit": "Yes"}),
               "^Your answers are in")
    tid = stack.markers(channel)["TID"]
    wait_for(lambda: stack.record(tid) and fields_of(stack.record(tid)).get("Stand") == "Fragen beantwortet", "the German record")
    expect("**Sprachchat / Mikro bereit**\nJa" in words_of(stack.record(tid)), f"answers are shown in German: {words_of(stack.record(tid))}")
    stack.says(stack.press_button(STAFF, channel, "Annehmen"), "ist angenommen")
    wait_for(lambda: fields_of(stack.record(tid))["Stand"] == "Angenommen", "the German record")
    wait_for(lambda: any("Bewirb dich jetzt auf RSI" in words_of(m) for m in stack.messages(channel)), "the guild's words in the ticket")
    expect(APPROVE not in buttons_of(stack.messages(channel)[0]), "no English is left in the ticket")
    stack.answer(stack.press_answer(STAFF, stack.press_button(STAFF, channel, "Schließen (Team)"), "Bestätigen"))
    wait_for(lambda: stack.is_gone(channel), "the channel to go")
    wait_for(lambda: "geschlossen" in last_words(stack, CHANNEL_LOG), "the log, which is the guild's")


TESTS = [
    a_german_applies_in_an_english_guild, a_german_asks_in_an_english_guild, commands_are_found_by_their_german_names,
    the_language_outlives_the_process_that_was_pressed, an_english_applicant_in_a_german_guild,
]


def main():
    skip_unless_possible()
    tap = Tap()
    with RecruitStack() as stack:
        set_up(stack)
        for test in TESTS:
            if not sys.argv[1:] or test.__name__ in sys.argv[1:]:
                tap.run(test.__name__, test, stack)
    return tap.finish()


sys.exit(main())
