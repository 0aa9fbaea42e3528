#!/usr/bin/env python3
"""
What is stored about people, and how it goes: forgotten by an administrator or by the operator, handed over, blanked when its time is over; and
what a dump, the journal and the memory of our processes still hold when all tickets are closed. TAP.
"""

import base64
import json
import os
import pathlib
import re
import struct
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from recruit import (CHANNEL_RECORDS, REASON, answered, buttons_of, expect, fields_of, run_checks, words_of)  # noqa: E402
from stack import ADMIN, APPLICANT, BUILD, GUILD, OUTSIDER, PEOPLE, SECOND, STAFF, TOKEN, Trouble, wait_for  # noqa: E402

HANDLE, NOTES = "Asterin-Vale", "I fly the night shift."
FORGET = "Forget"
SUPPORT_WORDS, RESOLUTION = "Where does the lantern hang?", "Behind the third door."


# ---- beginnings and places to look ---------------------------------------------------------------------------------------------------

def declined(stack, who=APPLICANT):
    """An application that is over: its ticket's id."""
    channel, tid = answered(stack, who)
    stack.answer(stack.reject(channel))
    stack.quiet()
    expect(stack.is_gone(channel), "the ticket is closed")
    return tid


def close_all(stack):
    for channel in stack.ticket_channels():
        stack.world("delete_channel", channel=channel["id"])
    wait_for(lambda: not stack.postgres.sql("SELECT 1 FROM cfg.tickets WHERE state <> 'closed'"), "all tickets to be closed")
    stack.quiet()


def ctl(stack, *words):
    return subprocess.run([str(BUILD / "magikalctl"), "--config", str(stack.directory / "magikald.conf"), *words], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=60, check=False)


def about(who):
    return ["--guild", GUILD, "--user", who]


def expect_record_forgotten(stack, tid, who):
    def rewritten():
        record = stack.record(tid)
        return record and HANDLE not in json.dumps(record) and record

    record = wait_for(rewritten, "the record to be rewritten", 40)
    text = json.dumps(record)
    for word in (who, HANDLE, NOTES, "tractor beam", REASON, "Asterin of the Vale", "Europe/London"):
        expect(word not in text, f"the record has no {word!r} any more: {text}")
    fields = fields_of(record)
    expect(fields["Status"] == "Declined" and "forgotten" in fields["Applicant"], f"it still tells what became of it: {fields}")
    expect("no longer stored" in fields["Texts"], f"it says what happened to it: {fields}")


# ---- forgetting ------------------------------------------------------------------------------------------------------------------------

def an_administrator_forgets_a_person(stack):
    tid = declined(stack)
    expect(HANDLE in json.dumps(stack.record(tid)), "the record shows the handle")
    question = stack.tickets(ADMIN, "erase", member=APPLICANT)
    stack.says(question, r"Forget <@\d+> in this guild.*cannot be undone.*Goes:.*1 tickets \(1 of them.*Stays:")
    sure = stack.press_answer(ADMIN, question, FORGET)
    said = words_of(stack.answer(sure)["message"])
    expect("is forgotten" in said, f"it says that it is done: {said}")
    expect_record_forgotten(stack, tid, APPLICANT)
    expect(stack.postgres.sql("SELECT count(*) FROM flow.audit a JOIN flow.identity i ON a.subject = 'user:' || i.pid"
                              " WHERE a.action = 'person.erased' AND i.id_sealed IS NULL") == [["1"]], "it is in the audit, about nobody")
    # once is enough, and they may come back as somebody new
    again = words_of(stack.answer(stack.tickets(ADMIN, "erase", member=APPLICANT))["message"])
    expect("Nothing is stored" in again, f"there is nothing left: {again}")
    declined(stack)
    stack.answer(stack.press_answer(ADMIN, stack.tickets(ADMIN, "erase", member=APPLICANT), FORGET))


def nobody_is_forgotten_while_a_ticket_is_open(stack):
    channel, tid = answered(stack, SECOND)
    said = words_of(stack.answer(stack.tickets(ADMIN, "erase", member=SECOND))["message"])
    expect("has an open ticket" in said, f"it says why not: {said}")
    refused = ctl(stack, "erase", *about(SECOND), "--yes")
    expect(refused.returncode == 65 and "open ticket" in refused.stderr, f"the operator is told the same: {refused}")
    expect(stack.application(tid)["handle"] == HANDLE, "nothing is gone")
    close_all(stack)


def a_ticket_opened_meanwhile_stops_it(stack):
    declined(stack, SECOND)
    question = stack.tickets(ADMIN, "erase", member=SECOND)
    stack.answer(question)
    stack.open_application(SECOND)
    said = words_of(stack.answer(stack.press_answer(ADMIN, question, FORGET))["message"])
    expect("has an open ticket" in said, f"it says why not: {said}")
    close_all(stack)


def only_administrators_may(stack):
    said = stack.says(stack.tickets(STAFF, "erase", member=SECOND), r"Manage Server")
    expect("admin" in said, f"the refusal names what is missing: {said}")
    question = stack.tickets(ADMIN, "erase", member=SECOND)
    message = stack.answer(question)["message"]
    forged = stack.act(STAFF, "raw", type=3, channel=CHANNEL_RECORDS, message=message["id"],
                       data={"component_type": 2, "custom_id": buttons_of(message)[FORGET]})["interaction"]
    said = words_of(stack.answer(forged)["message"])
    expect("Manage Server" in said, f"pressed by somebody else it is refused: {said}")
    expect(stack.postgres.sql("SELECT 1 FROM flow.identity WHERE id_sealed IS NULL AND erased_at > flow.now() - interval '2 s'") == [], "nobody is gone")


def the_operator_forgets_and_hands_over(stack):
    tid = declined(stack, OUTSIDER)
    handed = ctl(stack, "export", *about(OUTSIDER))
    expect(handed.returncode == 0, f"it is handed over: {handed}")
    everything = json.loads(handed.stdout)
    mine = [a for a in everything["applications"] if str(a["tid"]) == tid]
    expect(mine and mine[0]["handle"] == HANDLE and mine[0]["notes"] == NOTES and mine[0]["reason"] == REASON, f"with all texts: {mine}")
    expect([a["answer"] for a in mine[0]["answers"]], "and the answers")
    expect({"application.step1", "application.qna"} <= {a["action"] for a in everything["audit"]}, f"and what they did: {everything['audit']}")
    for word in PEOPLE + [TOKEN]:
        expect(word not in handed.stdout, f"it names nobody by {word}")

    asked = ctl(stack, "erase", *about(OUTSIDER))
    expect(asked.returncode == 64 and "--yes" in asked.stderr, f"without anybody to ask it wants a word: {asked}")
    gone = ctl(stack, "erase", *about(OUTSIDER), "--yes")
    expect(gone.returncode == 0 and re.search(r"Erased\. 1 tickets, 1 of them applications", gone.stdout), f"it is done: {gone}")
    expect_record_forgotten(stack, tid, OUTSIDER)
    for command in ("export", "erase"):
        nothing = ctl(stack, command, *about(OUTSIDER), "--yes")
        expect(nothing.returncode == 65 and "nothing is stored" in nothing.stderr, f"there is nothing left: {nothing}")
    wrong = ctl(stack, "export", "--guild", "magikal", "--user", OUTSIDER)
    expect(wrong.returncode == 64 and "--guild needs an id" in wrong.stderr, f"a wrong id is one sentence: {wrong}")


# ---- how long texts are kept -----------------------------------------------------------------------------------------------------------

def texts_of_declined_applications_have_a_time(stack):
    stack.says(stack.invoke(ADMIN, "recruit-config set-retention", days=30), r"declined applications.*for ever.*30 days")
    expect(stack.postgres.sql("SELECT keep_declined FROM cfg.recruit_settings") == [["30"]], "it is stored")
    stack.says(stack.invoke(ADMIN, "recruit-config set-retention", days=0), r"30 days.*for ever")
    expect(stack.postgres.sql("SELECT 1 FROM cfg.recruit_settings WHERE keep_declined IS NULL") == [["1"]], "and taken back")


# ---- what is left when all is closed -----------------------------------------------------------------------------------------------------

def closed_tickets_of_both_kinds(stack):
    stack.answer(stack.open_ticket(APPLICANT, SUPPORT_WORDS))
    stack.quiet()
    stack.answer(stack.resolve(stack.ticket_channels()[0]["id"], resolution=RESOLUTION))
    stack.quiet()
    return declined(stack, SECOND)


def expect_dump_names_nobody(stack):
    dump = subprocess.run([f"{stack.postgres.bindir}/pg_dump", "-d", stack.postgres.dsn, "--inserts"], capture_output=True, text=True, check=True).stdout
    for word in PEOPLE + [SUPPORT_WORDS, RESOLUTION, TOKEN]:
        expect(word not in dump, f"a dump does not hold {word!r}")
    expect("application.declined" in dump, "the dump is one of ours")


def expect_journal_names_nobody(stack):
    for word in PEOPLE + [SUPPORT_WORDS, RESOLUTION, HANDLE, NOTES, REASON, TOKEN, "tractor beam"]:
        expect(word not in stack.log(), f"the journal does not hold {word!r}")


def writable_memory(pid):
    """Piece by piece; what cannot be read (guard pages of keys) is left out."""
    maps = pathlib.Path(f"/proc/{pid}/maps").read_text()
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps.splitlines():
            begin, end, rights = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+)", line).groups()
            if rights.startswith("rw"):
                try:
                    memory.seek(int(begin, 16))
                    yield memory.read(int(end, 16) - int(begin, 16))
                except OSError:
                    continue


def traces_in_memory(stack):
    """
    What the processes still know: user ids as text and as numbers, tokens of interactions, and what people wrote. Not the handle, whose public
    page is kept for a while so that RSI is not asked twice.
    """
    words = ([who.encode() for who in PEOPLE] + [struct.pack("<Q", int(who)) for who in PEOPLE] + [base64.b64encode(b"interaction:")] +
             [word.encode() for word in (SUPPORT_WORDS, RESOLUTION, NOTES, REASON, "tractor beam")])
    found = set()
    for pid in [stack.daemon.pid] + stack.children("worker") + stack.children("editor"):
        for piece in writable_memory(pid):
            found |= {(pid, word) for word in words if word in piece}
    return found


def expect_memory_names_nobody(stack):
    if os.geteuid() != 0 or "libasan" in pathlib.Path(f"/proc/{stack.daemon.pid}/maps").read_text():
        print("# not looked into memory: only root may, and a sanitizer keeps what is freed")
        return
    expect(traces_in_memory(stack), "right after the last ticket the look finds something, or it would find nothing ever")
    # the gateway's own window of compression, 32 KiB, moves on with whatever comes
    for _ in range(3):
        stack.world("add_channels", n=40)
        for channel in stack.channels():
            if channel["name"] == "filler":
                stack.world("delete_channel", channel=channel["id"])
    try:
        wait_for(lambda: not traces_in_memory(stack), "the memory to name nobody", 60)
    except Trouble:
        raise Trouble(f"still there: {traces_in_memory(stack)}") from None


def nothing_is_left_when_all_tickets_are_closed(stack):
    closed_tickets_of_both_kinds(stack)
    expect_dump_names_nobody(stack)
    expect_journal_names_nobody(stack)
    expect_memory_names_nobody(stack)


if __name__ == "__main__":
    sys.exit(run_checks([
        an_administrator_forgets_a_person, nobody_is_forgotten_while_a_ticket_is_open, a_ticket_opened_meanwhile_stops_it, only_administrators_may,
        the_operator_forgets_and_hands_over, texts_of_declined_applications_have_a_time, nothing_is_left_when_all_tickets_are_closed], restore=close_all))
