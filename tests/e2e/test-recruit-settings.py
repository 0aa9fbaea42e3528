#!/usr/bin/env python3
"""
What administrators set about recruitment: each command with its answer, each refusal, who may, what is completed while it is typed, and
what of it people then see. TAP.
"""

import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from recruit import (CHANNEL_APPLY, CHANNEL_RECORDS, CONFIRM, QNA, ROLE_ADMIN, ROLE_AFFILIATE, ROLE_MEMBER, ROLE_RECRUITMENT, STEP1,  # noqa: E402
                     buttons_of, every_exchange_fits_discords_description, expect, run_checks)
from stack import ADMIN, APPLICANT, CHANNEL_LOG, OUTSIDER, OWNER, STAFF, inputs_of, wait_for  # noqa: E402

BOT_ROLE = "810000000000000001"


def types(stack, path, pattern, who=ADMIN, **options):
    return stack.says(stack.invoke(who, path, **options), pattern)


def unchanged(stack, path, pattern, **options):
    """A sentence, and no trace in the audit."""
    before = stack.postgres.sql("SELECT count(*) FROM flow.audit WHERE action = 'settings.changed'")
    types(stack, path, pattern, **options)
    stack.quiet()
    expect(stack.postgres.sql("SELECT count(*) FROM flow.audit WHERE action = 'settings.changed'") == before, f"/{path} changed nothing")


# ---- areas -------------------------------------------------------------------------------------------------------------------------

def a_new_guild_has_areas_to_choose_from(stack):
    text = types(stack, "tickets list-options", "Applicants can choose")
    expect(re.findall(r"\*\*(\w+)\*\*", text) == ["medical", "salvage", "logistics", "security", "industrial", "general"], text)


def areas_are_added_and_removed(stack):
    types(stack, "tickets add-option", r"\*\*racing\*\*", name="racing", emoji="\U0001F3C1", ping_role=ROLE_RECRUITMENT)
    text = types(stack, "tickets list-options", "racing")
    expect(f"\U0001F3C1 **racing**, calls <@&{ROLE_RECRUITMENT}>" in text, text)
    channel = stack.open_application()
    form = stack.form_behind(APPLICANT, channel, STEP1)
    offered = [(o["label"], (o.get("emoji") or {}).get("name")) for o in inputs_of(form[1])["Main area/focus"]["options"]]
    expect(offered[-1] == ("racing", "\U0001F3C1"), f"the form offers it: {offered}")
    types(stack, "tickets remove-option", r"no longer choose \*\*racing\*\*", name="RACING")
    stack.says(stack.send(APPLICANT, form, stack.step1(area="racing")), r"racing.*cannot be chosen any more")
    stack.world("delete_channel", channel=channel)
    stack.quiet()


def an_emoji_that_discord_does_not_take_keeps_nobody_from_applying(stack):
    """Of another guild, or deleted since: Discord refuses the form that has it."""
    types(stack, "tickets add-option", "can choose", name="gone", emoji="<:gone:850000000000000001>")
    channel = stack.open_application()
    form = stack.form_behind(APPLICANT, channel, STEP1)
    expect([o.get("emoji", {}).get("id") for o in inputs_of(form[1])["Main area/focus"]["options"]][-1] == "850000000000000001", "the form has it")
    stack.fault("POST", "/interactions/{interaction_id}/{interaction_token}/callback", "status", status=400, code=50035, count=1)
    form = stack.form_behind(APPLICANT, channel, STEP1)
    options = inputs_of(form[1])["Main area/focus"]["options"]
    expect(options[-1]["label"] == "gone" and not any("emoji" in o for o in options), f"then there are words alone: {options}")
    stack.says(stack.send(APPLICANT, form, stack.step1(area="gone")), "Step 1 is in")
    stack.world("delete_channel", channel=channel)
    types(stack, "tickets remove-option", "no longer", name="gone")
    stack.quiet()


def wrong_areas_are_refused(stack):
    unchanged(stack, "tickets add-option", "already", name="MEDICAL")
    unchanged(stack, "tickets add-option", "nothing to read|blank|read", name="\u200b \u200b")
    for emoji in ("abc", "\U0001F3C1\U0001F3C1", "x", "<:name>", "<:name:12", "<:name:0>", "1"):
        unchanged(stack, "tickets add-option", "not one emoji", name="odd", emoji=emoji)
    unchanged(stack, "tickets add-option", "@everyone is never pinged", name="odd", ping_role="800000000000000001")
    unchanged(stack, "tickets remove-option", "no area of that name", name="piracy")


def there_are_25_areas_at_most_and_one_at_least(stack):
    for n in range(19):
        types(stack, "tickets add-option", "can choose", name=f"area {n}")
    unchanged(stack, "tickets add-option", "25 areas already", name="one too many")
    names = [row[0] for row in stack.postgres.sql("SELECT name FROM cfg.ticket_recruitment_options ORDER BY position")]
    expect(len(names) == 25, f"25 of them: {len(names)}")
    choices = stack.complete(ADMIN, "tickets remove-option", "name", "area 1")
    expect([c["value"] for c in choices] == ["area 1"] + [f"area {n}" for n in range(10, 19)], f"what is typed is completed: {choices}")
    expect(len(stack.complete(ADMIN, "tickets remove-option", "name", "")) == 25, "nothing typed: all of them")
    expect(stack.complete(ADMIN, "tickets remove-option", "name", "\\%' OR 1=1") == [], "nonsense: nothing")
    for name in names[1:]:
        types(stack, "tickets remove-option", "no longer", name=name)
    unchanged(stack, "tickets remove-option", "only area", name=names[0])
    for name in ("salvage", "logistics", "security", "industrial", "general"):
        types(stack, "tickets add-option", "can choose", name=name)


# ---- questions -----------------------------------------------------------------------------------------------------------------------

def labels(stack):
    return re.findall(r"\d+\. \*\*(.+?)\*\*", types(stack, "recruit-config qa-list", "Applicants are asked"))


def questions_are_added_changed_moved_and_removed(stack):
    usual = ["Strengths", "Availability", "Voice comms / mic ready", "Anything else we should know"]
    expect(labels(stack) == usual, "the default questions")
    types(stack, "recruit-config qa-add", r"\*\*Ship\*\*", label="Ship", type="short", position=2, placeholder="Cutlass", required=False)
    expect(labels(stack) == [usual[0], "Ship", *usual[1:]], "at its place")
    text = types(stack, "recruit-config qa-edit", r"\*\*Ship\*\* is changed", number=2, label="Ships", type="keywords", required=True)
    expect(re.findall(r"\*\*(.+?)\*\*: (.+) → (.+)", text) == [("Question", "Ship", "Ships"), ("Type", "short text", "keywords"),
                                                               ("Must be answered", "no", "yes")], f"from what to what: {text}")
    expect("2. **Ships**, keywords, required; hint: Cutlass" in types(stack, "recruit-config qa-list", "Ships"), "changed, and the hint stays")
    types(stack, "recruit-config qa-move", r"\*\*Ships\*\* is number 1 now; it was number 2", number=2, to=1)
    choices = stack.complete(ADMIN, "recruit-config qa-remove", "number", "shi")
    expect(choices == [{"name": "1. Ships", "value": 1}], f"what is typed is completed with the question: {choices}")
    channel = stack.apply(qna=False)
    expect(list(inputs_of(stack.form_behind(APPLICANT, channel, QNA)[1])) == ["Ships", *usual], "applicants are asked so")
    types(stack, "recruit-config qa-remove", r"\*\*Ships\*\*", number=1)
    expect(labels(stack) == usual, "as before")
    stack.world("delete_channel", channel=channel)
    stack.quiet()


def wrong_questions_are_refused(stack):
    unchanged(stack, "recruit-config qa-add", "has that label already", label="Strengths", type="short")
    unchanged(stack, "recruit-config qa-add", "can be read", label="\u200b", type="short")
    unchanged(stack, "recruit-config qa-edit", "at least one option", number=1)
    unchanged(stack, "recruit-config qa-edit", "like that already", number=1, label="Strengths")
    for path, options in (("qa-edit", {"number": 9, "label": "x"}), ("qa-remove", {"number": 9}), ("qa-move", {"number": 9, "to": 1})):
        unchanged(stack, f"recruit-config {path}", "no question with that number", **options)
    unchanged(stack, "recruit-config qa-move", "no such place", number=1, to=9)


def there_are_20_questions_at_most_and_one_at_least(stack):
    for n in range(16):
        types(stack, "recruit-config qa-add", "are asked", label=f"Question {n}", type="short")
    unchanged(stack, "recruit-config qa-add", "20 questions already", label="One too many", type="short")
    for _ in range(19):
        types(stack, "recruit-config qa-remove", "no longer asked", number=1)
    unchanged(stack, "recruit-config qa-remove", "only question", number=1)


def resetting_asks_first_also_across_a_restart(stack):
    asked = stack.invoke(ADMIN, "recruit-config qa-reset-defaults")
    stack.says(asked, "removed")
    expect(len(labels(stack)) == 1, "nothing has happened yet")
    stack.restart_daemon()
    stack.says(stack.press_answer(ADMIN, asked, CONFIRM), "default questions again")
    expect(len(labels(stack)) == 4, "the default questions")
    expect(not buttons_of(stack.answer(asked)["message"] or {}).get(CONFIRM), "the button is gone with the question")


def two_administrators_do_not_overwrite_each_other(stack):
    sent = [stack.invoke(who, "recruit-config qa-add", label=label, type="yes_no") for who, label in ((ADMIN, "Night owl"), (OWNER, "Early bird"))]
    sent.append(stack.invoke(ADMIN, "recruit-config qa-remove", number=1))
    for interaction in sent:
        stack.says(interaction, "asked")
    now = labels(stack)
    expect({"Night owl", "Early bird"} <= set(now) and len(now) == 5, f"all of it happened: {now}")
    stack.says(stack.press_answer(ADMIN, stack.invoke(ADMIN, "recruit-config qa-reset-defaults"), CONFIRM), "4 default questions again; there were 5")


def what_is_typed_may_be_anything(stack):
    for path, focused in (("tickets remove-option", "name"), ("recruit-config qa-edit", "number"), ("recruit-config qa-move", "number")):
        expect(stack.complete(ADMIN, path, focused, ""), f"/{path} completes")
        for odd in ("\u202e\u200b", "%", "1e400", "-1", "\U0001F3C1" * 300, "x" * 5999):
            expect(stack.complete(ADMIN, path, focused, odd) == [], f"/{path} offers nothing for {odd[:9]!r}")
    expect(stack.complete(ADMIN, "recruit-config qa-edit", "number", "", label="x", type="no such type"), "whatever else stands there")


def names_are_words(stack):
    name = "**bold** @everyone <@700000000000000001> `code`"
    types(stack, "tickets add-option", "can choose", name=name)
    text = types(stack, "tickets list-options", "everyone")
    expect("**bold**" not in text and "<@7" not in text.replace("\\<@7", ""), f"they lose their meaning: {text}")
    expect(stack.complete(ADMIN, "tickets remove-option", "name", "everyone") == [{"name": name, "value": name}], "completed as it was typed")
    types(stack, "tickets remove-option", "no longer", name=name)
    types(stack, "recruit-config qa-add", "are asked", label="Is *this* fun?", type="yes_no", placeholder="_sure_")
    expect("Is \\*this\\* fun?" in types(stack, "recruit-config qa-list", "fun"), "so do questions")
    types(stack, "recruit-config qa-remove", "no longer asked", number=5)


# ---- the others --------------------------------------------------------------------------------------------------------------------------

def the_organisation_is_shown_on_the_panel_that_stands(stack):
    panel = stack.messages(CHANNEL_APPLY)[-1]
    url = "https://robertsspaceindustries.com/orgs/LANTERN"
    for wrong in ("https://example.com/orgs/LANTERN", "http://robertsspaceindustries.com/orgs/LANTERN", "robertsspaceindustries.com",
                  "https://robertsspaceindustries.com.example.com/orgs/LANTERN", "https://me@robertsspaceindustries.com/orgs/LANTERN", "javascript:alert(1)",
                  "https://robertsspaceindustries.com/", "https://robertsspaceindustries.com/citizens/LANTERN", "https://robertsspaceindustries.com/orgs/"):
        unchanged(stack, "tickets set-org", "not the page of an organisation", url=wrong)
    for wrong in ("http://example.com/a.png", "https://localhost/a.png", "https://", "wss://example.com/a.png", "data:image/png;base64,AA", "a.png"):
        unchanged(stack, "tickets set-org", "address of a picture", url=url, image_url=wrong)
    types(stack, "tickets set-org", rf"not set → {url}", url=url, image_url="https://example.com/a.png")
    types(stack, "tickets show-org", url)
    stack.quiet()
    wait_for(lambda: "Apply on RSI" in buttons_of(stack.messages(CHANNEL_APPLY)[-1]), "the panel to be edited")
    now = stack.messages(CHANNEL_APPLY)[-1]
    expect(now["id"] == panel["id"] and now["embeds"][0]["image"]["url"] == "https://example.com/a.png", "the same message, with the picture")


def records_go_where_they_are_sent_from_now_on(stack):
    types(stack, "recruit-config set-log-channel", rf"<#{CHANNEL_RECORDS}> → <#{CHANNEL_LOG}>.*from now on.*stay where they are", channel=CHANNEL_LOG)
    types(stack, "recruit-config set-log-channel", rf"<#{CHANNEL_LOG}> → <#{CHANNEL_RECORDS}>", channel=CHANNEL_RECORDS)
    types(stack, "recruit-config set-log-channel", "stays", channel=CHANNEL_RECORDS)


def hiding_from_those_who_would_see_it_anyway_is_refused(stack):
    types(stack, "recruit-config set-access-mode", "keep.* → hide", mode="hide")
    unchanged(stack, "autoroles set", "hide nothing", member=ROLE_RECRUITMENT)
    unchanged(stack, "tickets set-ping", "hide nothing", recruitment_role=ROLE_AFFILIATE)
    types(stack, "recruit-config set-access-mode", "hide.* → read only", mode="read_only")
    types(stack, "autoroles set", "Member.* → ", member=ROLE_RECRUITMENT)
    unchanged(stack, "recruit-config set-access-mode", "hide nothing", mode="hide")
    types(stack, "autoroles set", "Member", member=ROLE_MEMBER)
    types(stack, "recruit-config set-access-mode", "read only → keep", mode="keep")


def roles_that_nobody_can_give_are_refused(stack):
    unchanged(stack, "autoroles set", "integration", member=BOT_ROLE)
    unchanged(stack, "autoroles set", "integration", affiliate="800000000000000001")
    unchanged(stack, "autoroles set", "at least one option")
    types(stack, "autoroles show", rf"Member\*\*: <@&{ROLE_MEMBER}>.*Affiliate\*\*: <@&{ROLE_AFFILIATE}>")


def nicknames_are_switched(stack):
    types(stack, "tickets set-nick-sync", "off → on", enabled=True)
    types(stack, "tickets set-nick-sync", "on → off", enabled=False)


# ---- who may -----------------------------------------------------------------------------------------------------------------------------

def capabilities_decide_who_may(stack):
    for who in (APPLICANT, OUTSIDER, STAFF):
        types(stack, "recruit-config qa-list", "capability recruitment or admin", who=who)
        types(stack, "tickets list-options", "capability admin", who=who)
    types(stack, "roles set", rf"<@&{ROLE_RECRUITMENT}> has the capability \*\*recruitment\*\*", capability="recruitment", role=ROLE_RECRUITMENT)
    types(stack, "recruit-config qa-list", "Applicants are asked", who=STAFF)
    types(stack, "tickets list-options", "capability admin", who=STAFF)
    types(stack, "roles show", rf"\*\*recruitment\*\*: <@&{ROLE_RECRUITMENT}>")
    types(stack, "roles set", "admin", capability="admin", role=ROLE_RECRUITMENT)
    types(stack, "tickets list-options", "can choose", who=STAFF)
    expect(stack.complete(OUTSIDER, "recruit-config qa-remove", "number", "") == [], "who may not is offered nothing")
    expect(len(stack.complete(STAFF, "recruit-config qa-remove", "number", "")) == 4, "who may is")
    types(stack, "roles clear", "no longer", capability="admin", role=ROLE_RECRUITMENT)
    types(stack, "roles clear", "No role has", capability="recruitment")
    types(stack, "recruit-config qa-list", "capability recruitment or admin", who=STAFF)


def forge(stack, who, command, sub, **options):
    """A command as Discord would not let this person send it: what it hides is not our check."""
    roles = {role["id"]: role for role in stack.state()["guild"]["roles"] if role["id"] in options.values()}
    typed = [{"name": name, "type": 8 if value in roles else 3, "value": value} for name, value in options.items()]
    data = {"id": "1", "type": 1, "name": command, "options": [{"name": sub, "type": 1, "options": typed}], **({"resolved": {"roles": roles}} if roles else {})}
    return stack.act(who, "raw", type=2, channel=CHANNEL_LOG, data=data)["interaction"]


def roles_are_for_administrators(stack):
    expect(ROLE_ADMIN not in types(stack, "roles show", "no role"), "Manage Server needs no capability")
    types(stack, "roles set", "has the capability", capability="recruitment", role=ROLE_RECRUITMENT)
    for command, sub, options in (("roles", "show", {}), ("autoroles", "show", {}), ("autoroles", "set", {"member": ROLE_MEMBER}),
                                  ("roles", "clear", {"capability": "admin"}),
                                  ("roles", "set", {"capability": "admin", "role": ROLE_RECRUITMENT})):     # nobody raises themselves
        stack.says(forge(stack, STAFF, command, sub, **options), "capability admin")
    types(stack, "roles set", "has the capability", capability="admin", role=ROLE_RECRUITMENT)
    stack.says(forge(stack, STAFF, "autoroles", "show"), "Role of a Member")
    stack.says(forge(stack, STAFF, "roles", "clear", capability="admin", role=ROLE_RECRUITMENT), "no longer")
    stack.says(forge(stack, STAFF, "roles", "show"), "capability admin")


def capabilities_that_change_nothing_are_told(stack):
    unchanged(stack, "roles set", "everyone cannot have", capability="admin", role="800000000000000001")
    unchanged(stack, "roles set", "already", capability="recruitment", role=ROLE_RECRUITMENT)
    unchanged(stack, "roles clear", "does not have", capability="recruitment", role=ROLE_MEMBER)
    types(stack, "roles clear", "no longer", capability="recruitment", role=ROLE_RECRUITMENT)
    unchanged(stack, "roles clear", "no role has", capability="recruitment")


def removing_somebody_who_never_applied_says_so(stack):
    types(stack, "recruit-config remove-member", f"<@{OUTSIDER}> has not become a member", member=OUTSIDER, reason="x")


def the_audit_has_before_and_after(stack):
    def last():
        return json.loads(stack.postgres.sql("SELECT detail FROM flow.audit WHERE action = 'settings.changed' ORDER BY audit_id DESC LIMIT 1")[0][0])

    types(stack, "recruit-config set-access-mode", "keep.* → read only", mode="read_only")
    expect(last() == {"change": "access-mode", "before": "keep", "after": "read_only"}, f"modes: {last()}")
    types(stack, "recruit-config set-access-mode", "read only → keep", mode="keep")
    types(stack, "autoroles set", "stays", affiliate=ROLE_AFFILIATE)
    expect(last() == {"change": "autoroles", "affiliate": {"before": ROLE_AFFILIATE, "after": ROLE_AFFILIATE}}, f"roles: {last()}")
    types(stack, "recruit-config qa-move", "it was number 1", number=1, to=2)
    moved = last()
    expect(moved.pop("question") > 0 and moved == {"change": "question-move", "before": 1, "after": 2}, f"numbers: {moved}")
    types(stack, "recruit-config qa-move", "it was number 2", number=2, to=1)
    expect(stack.postgres.sql("SELECT count(*) FROM flow.audit WHERE action = 'settings.changed' AND (actor_pid IS NULL OR detail IS NULL)") == [["0"]],
           "each says who and what")


def without_a_database_nothing_is_offered(stack):
    stack.postgres.stop()
    try:
        asked = stack.invoke(ADMIN, "recruit-config qa-remove", action="autocomplete", more={"focused": "number"}, number="")
        view = stack.interaction(asked, "final", 10)
        expect(view["choices"] == [] and view["acknowledged_us"] < 3_000_000, f"nothing, and in time: {view}")
        types(stack, "tickets list-options", "try again", who=ADMIN)
        types(stack, "tickets set-nick-sync", "nothing was done|try again", who=ADMIN, enabled=True)
    finally:
        stack.postgres.start()
    wait_for(lambda: stack.complete(ADMIN, "recruit-config qa-remove", "number", ""), "questions to be offered again", 30)


CHECKS = [
    a_new_guild_has_areas_to_choose_from, areas_are_added_and_removed,
    an_emoji_that_discord_does_not_take_keeps_nobody_from_applying, wrong_areas_are_refused, there_are_25_areas_at_most_and_one_at_least,
    questions_are_added_changed_moved_and_removed, wrong_questions_are_refused, there_are_20_questions_at_most_and_one_at_least,
    resetting_asks_first_also_across_a_restart, two_administrators_do_not_overwrite_each_other, what_is_typed_may_be_anything, names_are_words,
    the_organisation_is_shown_on_the_panel_that_stands,
    records_go_where_they_are_sent_from_now_on, hiding_from_those_who_would_see_it_anyway_is_refused, roles_that_nobody_can_give_are_refused,
    nicknames_are_switched, capabilities_decide_who_may, roles_are_for_administrators, capabilities_that_change_nothing_are_told,
    removing_somebody_who_never_applied_says_so, the_audit_has_before_and_after, without_a_database_nothing_is_offered,
    every_exchange_fits_discords_description,
]


sys.exit(run_checks(CHECKS))
