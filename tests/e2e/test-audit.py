#!/usr/bin/env python3
"""
The audit: every flow and every change of a setting leaves its row, with what was before and what is after; rows are sealed, and whoever changes one
past the daemon is found out; administrators and operators read it. TAP.
"""

import json
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from recruit import CHANNEL_RECORDS, CONFIRM, EDIT, RecruitStack, ROLE_AFFILIATE, ROLE_MEMBER, expect, words_of  # noqa: E402
from stack import (ADMIN, APPLICANT, CATEGORY_RECRUITMENT, CATEGORY_SUPPORT, CHANNEL_APPLY, CHANNEL_GENERAL, CHANNEL_LOG, CHANNEL_PANEL, GUILD,  # noqa: E402
                   OUTSIDER, ROLE_RECRUITMENT, ROLE_SUPPORT, SECOND, STAFF, Tap, skip_unless_possible, wait_for)  # noqa: E402

ORG = "https://robertsspaceindustries.com/orgs/LANTERN"
# Flows that only look, or tell: what they find has a flow of its own
SILENT = {"admin.alert", "rsi.refresh"}
# Flows that nobody can begin at will; their rows are looked at where they are brought about
ELSEWHERE = {"category.extend": "test-overflow", "category.retire": "test-overflow", "guild.left": "test-guilds", "guild.back": "test-guilds",
             "record.refresh": "test-privacy", "target.gone": "test-recruit-world", "ticket.rebuild": "test-recruit-world",
             "ticket.repair": "test-recruit-world"}


def rows(stack, where="true"):
    """[(action, subject, detail)], oldest first"""
    found = stack.postgres.sql(f"SELECT action, subject, coalesce(detail::text, 'null') FROM flow.audit WHERE {where} ORDER BY audit_id")
    return [(action, subject, json.loads(detail)) for action, subject, detail in found]


def newest(stack):
    return int(stack.postgres.sql("SELECT coalesce(max(audit_id), 0) FROM flow.audit")[0][0])


def ctl(stack, *args):
    done = subprocess.run([stack.program("magikalctl"), *args, "--config", str(stack.directory / "magikald.conf")], capture_output=True, text=True,
                          timeout=30)
    return done.returncode, done.stdout, done.stderr


# ---- every change of a setting -----------------------------------------------------------------------------------------------------

SETTINGS = [
    ("tickets set-targets", {"support_panel": CHANNEL_GENERAL}),
    ("tickets set-targets", {"support_panel": CHANNEL_PANEL, "support_category": CATEGORY_SUPPORT, "recruitment_panel": CHANNEL_APPLY,
                             "recruitment_category": CATEGORY_RECRUITMENT, "log_channel": CHANNEL_LOG}),
    ("tickets set-ping", {"support_role": ROLE_SUPPORT}),
    ("tickets set-ping", {"clear": "recruitment"}),
    ("tickets set-ping", {"recruitment_role": ROLE_RECRUITMENT}),
    ("tickets set-dm-on-close", {"enabled": True}),
    ("tickets set-nick-sync", {"enabled": True}),
    ("tickets set-org", {"url": ORG, "image_url": "https://example.org/banner.png"}),
    ("tickets add-option", {"name": "racing"}),
    ("tickets remove-option", {"name": "racing"}),
    ("recruit-config set-log-channel", {"channel": CHANNEL_RECORDS}),
    ("recruit-config set-access-mode", {"mode": "read_only"}),
    ("recruit-config set-access-mode", {"mode": "keep"}),
    ("recruit-config set-retention", {"days": 30}),
    ("recruit-config qa-add", {"label": "Ships", "type": "keywords"}),
    ("recruit-config qa-edit", {"number": 5, "type": "short"}),
    ("recruit-config qa-move", {"number": 5, "to": 1}),
    ("recruit-config qa-remove", {"number": 1}),
    ("roles set", {"capability": "helper", "role": ROLE_SUPPORT}),
    ("roles clear", {"capability": "helper"}),
    ("autoroles set", {"member": ROLE_MEMBER, "affiliate": ROLE_AFFILIATE}),
]
# Of /tickets, /recruit-config, /roles and /autoroles: what changes no setting, or has a story below
NO_SETTING = {"show-targets", "show-ping", "show-org", "list-options", "qa-list", "show", "doctor", "audit", "post-support-about", "reopen-qna", "erase",
              "remove-member", "qa-reset-defaults", "show-retention"}


def has_sides(detail):
    """What was before and what is after, of each thing that changed."""
    if not isinstance(detail, dict):
        return False
    if "before" in detail and "after" in detail:
        return True
    return any(has_sides(value) for value in detail.values())


def every_setting_leaves_before_and_after(stack):
    for path, options in SETTINGS:
        after = newest(stack)
        stack.answer(stack.invoke(ADMIN, path, **options))
        stack.quiet()
        mine = rows(stack, f"audit_id > {after} AND action = 'settings.changed'")
        expect(len(mine) == 1, f"/{path} {options} leaves one row: {mine}")
        expect(has_sides(mine[0][2]), f"/{path} {options} tells before and after: {mine[0][2]}")
    after = newest(stack)
    stack.answer(stack.press_answer(ADMIN, stack.invoke(ADMIN, "recruit-config qa-reset-defaults"), CONFIRM))
    stack.quiet()
    mine = rows(stack, f"audit_id > {after}")
    expect(len(mine) == 1 and has_sides(mine[0][2]), f"so does resetting the questions: {mine}")
    expect(stack.postgres.sql("SELECT count(*) FROM flow.audit WHERE action = 'settings.changed' AND actor_pid IS NULL") == [["0"]], "each by somebody")


def every_setting_is_tried(stack):
    """A new command that changes a setting has to be in the list."""
    tried = {path.split()[-1] for path, _ in SETTINGS}
    known = {sub["name"] for command in stack.state()["commands"] for sub in command.get("options", [])
             if command["name"] in ("tickets", "recruit-config", "roles", "autoroles") and sub["type"] == 1}
    expect(known <= tried | NO_SETTING, f"nobody tries {sorted(known - tried - NO_SETTING)}")


def what_people_type_is_not_in_it(stack):
    text = json.dumps(rows(stack))
    for typed in ("Ships", "racing", "tractor beam", "references did not hold", "glove box"):
        expect(typed not in text, f"{typed!r} is not in the audit")
    for person in (ADMIN, APPLICANT, STAFF, SECOND):
        expect(person not in text, "nobody's id is in the audit")


# ---- every flow ---------------------------------------------------------------------------------------------------------------------

def every_flow_leaves_its_row(stack):
    """One of each that people can begin, and of some that begin by themselves."""
    stack.open_ticket(SECOND)
    stack.quiet()
    stack.resolve(stack.ticket_channels()[0]["id"])
    stack.quiet()
    approved = stack.apply(APPLICANT)
    stack.says(stack.send(APPLICANT, stack.form(APPLICANT, approved, EDIT), {"RSI handle": "Corvid-7"}), "changed")
    stack.quiet()
    stack.world("edit_topic", channel=approved, topic="hello")
    wait_for(lambda: rows(stack, "action = 'ticket.topic_mended'"), "the topic to be mended")
    stack.approve(approved)
    stack.quiet()
    stack.answer(stack.invoke(STAFF, "tickets reopen-qna", at=approved))
    stack.quiet()
    stack.world("remove_member", user=APPLICANT)
    wait_for(lambda: rows(stack, "action = 'application.left'"), "it to be noted that the applicant left")
    stack.world("add_member", user=APPLICANT)
    wait_for(lambda: rows(stack, "action = 'application.back'"), "it to be noted that the applicant is back")
    stack.quiet()
    stack.finalise(approved)
    stack.quiet()
    stack.answer(stack.remove_member(APPLICANT))
    stack.quiet()
    stack.reject(stack.apply(SECOND))
    stack.quiet()
    stack.close_application(stack.apply(OUTSIDER, qna=False))
    stack.quiet()
    gone = stack.open_application(SECOND)
    stack.world("delete_channel", channel=gone)
    wait_for(lambda: rows(stack, "action = 'ticket.channel_gone'"), "a deleted channel to be noted")
    stack.quiet()
    stack.answer(stack.tickets(ADMIN, "post-support-about", channel=CHANNEL_GENERAL))
    stack.answer(stack.press_answer(ADMIN, stack.tickets(ADMIN, "erase", member=OUTSIDER), "Forget"))
    stack.quiet()
    done = {kind for (kind,) in stack.postgres.sql("SELECT DISTINCT kind FROM flow.flow WHERE state = 'done'")}
    listed = subprocess.run([stack.program("magikald"), "--list-faults"], capture_output=True, text=True, check=True).stdout
    known = set(re.findall(r"(?m)^([a-z]+\.[a-z0-9-]+)/", listed))
    expect(known <= done | SILENT | set(ELSEWHERE), f"no story has {sorted(known - done - SILENT - set(ELSEWHERE))}")
    silent = {kind for (kind,) in stack.postgres.sql("SELECT DISTINCT f.kind FROM flow.flow f WHERE f.state = 'done'"
                                                     " AND NOT EXISTS (SELECT 1 FROM flow.audit a WHERE a.flow_id = f.flow_id)")}
    expect(silent <= SILENT, f"these leave no row: {sorted(silent - SILENT)}")


# ---- seals ----------------------------------------------------------------------------------------------------------------------------

def seal(stack):
    """As the hourly job does, an hour later."""
    return stack.postgres.sql("BEGIN; SET LOCAL flow.skew = '1 hour'; SELECT o_no, o_rows, o_chain FROM flow.audit_seal(); COMMIT")


def broken(stack):
    return stack.postgres.sql("SELECT coalesce(flow.audit_broken(NULL), 0)")[0][0]


def rows_are_sealed_in_blocks(stack):
    expect(stack.postgres.sql("SELECT o_no FROM flow.audit_seal()") in ([], [["1"]]), "what is young is left alone")
    first = seal(stack)
    expect(len(first) == 1 and int(first[0][1]) > 10 and re.fullmatch("[0-9a-f]{64}", first[0][2]), f"one block: {first}")
    expect(seal(stack) == [], "nothing is sealed twice")
    stack.answer(stack.tickets(ADMIN, "set-dm-on-close", enabled=False))
    stack.quiet()
    second = seal(stack)
    expect(int(second[0][0]) == int(first[0][0]) + 1 and second[0][1] == "1", f"the next block has the next row: {second}")
    expect(broken(stack) == "0", "and both fit")
    status, out, _ = ctl(stack, "audit", "--check")
    expect(status == 0 and second[0][2] in out, f"the operator sees the newest seal: {out}")


TAMPERING = [
    ("a row is changed", "UPDATE flow.audit SET action = 'nothing' WHERE audit_id = 3", "1"),
    ("a detail is changed", "UPDATE flow.audit SET detail = '{}' WHERE audit_id = (SELECT max(last_id) FROM flow.audit_seal)", "2"),
    ("a row is removed", "DELETE FROM flow.audit WHERE audit_id = 2", "1"),
    ("a row is replaced", "DELETE FROM flow.audit WHERE audit_id = 5; INSERT INTO flow.audit (audit_id, flow_id, step_no, guild_id, action, subject)"
                          " OVERRIDING SYSTEM VALUE VALUES (5, 1, 1, 1, 'a', 's')", "1"),
    ("a row is slipped in", "UPDATE flow.audit_seal SET last_id = last_id + 1 WHERE seal_no = 2; INSERT INTO flow.audit (audit_id, flow_id, step_no,"
                            " guild_id, action, subject) OVERRIDING SYSTEM VALUE SELECT last_id, 1, 1, 1, 'a', 's' FROM flow.audit_seal WHERE seal_no = 2", "2"),
    ("a row moves in time", "UPDATE flow.audit SET at = at + interval '1 second' WHERE audit_id = 4", "1"),
    ("a seal is made anew", "UPDATE flow.audit_seal SET digest = sha256('x') WHERE seal_no = 1", "1"),
    ("a seal is removed", "DELETE FROM flow.audit_seal WHERE seal_no = 1", "2"),
    ("a block is left out", "UPDATE flow.audit_seal SET first_id = first_id - 1 WHERE seal_no = 2", "2"),
]


def whoever_changes_it_is_found_out(stack):
    for what, statement, block in TAMPERING:
        found = stack.postgres.sql(f"BEGIN; {statement}; SELECT coalesce(flow.audit_broken(NULL), 0); ROLLBACK")
        expect(found == [[block]], f"{what}: block {block} does not fit: {found}")
    expect(broken(stack) == "0", "nothing of that was kept")


def the_doctor_and_the_operator_are_told(stack):
    stack.postgres.sql("CREATE TABLE kept AS TABLE flow.audit; UPDATE flow.audit SET action = 'nothing' WHERE audit_id = 3")
    status, out, _ = ctl(stack, "audit", "--check")
    expect(status == 65 and "Block 1 of 2 does not fit" in out, f"{status}: {out}")
    status, out, _ = ctl(stack, "doctor", "--json", "--guild", GUILD)
    findings = [f for f in json.loads(out)["findings"] if f["check"] == "audit"]
    expect(status == 2 and findings and "block 1 does not fit" in findings[0]["said"], f"the doctor says so: {findings}")
    stack.postgres.sql("UPDATE flow.audit a SET action = k.action FROM kept k WHERE k.audit_id = a.audit_id AND a.audit_id = 3; DROP TABLE kept")
    expect(ctl(stack, "audit", "--check")[0] == 0, "it is as it was")


# ---- reading --------------------------------------------------------------------------------------------------------------------------

def operators_read_all_of_it(stack):
    status, out, _ = ctl(stack, "audit", "--json", "--guild", GUILD)
    told = [json.loads(line) for line in out.splitlines()]
    expect(status == 0 and len(told) == len(rows(stack)), f"every row: {len(told)}")
    expect([r["id"] for r in told] == sorted(r["id"] for r in told), "oldest first")
    expect(all(person not in out for person in (ADMIN, APPLICANT, STAFF)), "nobody's id")
    status, out, _ = ctl(stack, "audit", "--since", "1h")
    expect(status == 0 and "settings.changed" in out and "ticket.opened" in out, "in words too")
    expect(ctl(stack, "audit", "--since", "2000-01-01 00:00")[1] == ctl(stack, "audit")[1], "since long ago is all")
    expect(ctl(stack, "audit", "--guild", "800000000000000009")[1] == "", "another guild has none")
    status, _, said = ctl(stack, "audit", "--since", "yesterday")
    expect(status == 64 and "--since needs" in said, f"nonsense is refused: {said}")


def administrators_read_the_last_twenty(stack):
    text = words_of(stack.answer(stack.tickets(ADMIN, "audit"))["message"])
    expect(text.startswith("The last 20 actions") and f"<@{ADMIN}>: `settings.changed`" in text, f"who and what: {text!r}")
    expect(re.search(r"dm_on_close: true → false", text), f"from what to what: {text!r}")
    text = words_of(stack.answer(stack.tickets(ADMIN, "audit", member=APPLICANT))["message"])
    expect("`application.approved`" in text and f"<@{STAFF}>" in text and "settings.changed" not in text, f"of a member: {text!r}")
    number = stack.postgres.sql("SELECT guild_no FROM cfg.tickets t JOIN cfg.recruit_applications a USING (tid) WHERE a.status = 'declined'")[0][0]
    text = words_of(stack.answer(stack.tickets(ADMIN, "audit", ticket=int(number)))["message"])
    expect("`application.declined`" in text and "`ticket.opened`" in text and "application.approved" not in text, f"about a ticket: {text!r}")
    text = words_of(stack.answer(stack.tickets(ADMIN, "audit", ticket=4711))["message"])
    expect("Nothing is known" in text, f"a ticket that never was: {text!r}")
    text = words_of(stack.answer(stack.tickets(ADMIN, "audit", ticket=1, member=APPLICANT))["message"])
    expect("not both" in text, f"one of the two: {text!r}")
    text = words_of(stack.answer(stack.tickets(SECOND, "audit"))["message"])
    expect("administrators" in text, f"not for everybody: {text!r}")


def main():
    skip_unless_possible()
    tap = Tap()
    tests = [every_setting_is_tried, every_setting_leaves_before_and_after, every_flow_leaves_its_row, what_people_type_is_not_in_it,
             rows_are_sealed_in_blocks, whoever_changes_it_is_found_out, the_doctor_and_the_operator_are_told, operators_read_all_of_it,
             administrators_read_the_last_twenty]
    with RecruitStack() as stack:
        stack.set_up()
        stack.set_up_recruitment()
        for test in tests:
            tap.run(test.__name__.replace("_", " "), test, stack)
        tap.run("every exchange fits Discord's description", stack.judge)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
