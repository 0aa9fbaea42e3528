#!/usr/bin/env python3
"""
Commands as they should not come: with channels of the wrong kind, with options that are missing, too many or of another type, in a direct message,
in a guild where nothing is set up, two at once. Each gets one sentence, and what should not be changes nothing. TAP.
"""

import json
import pathlib
import sys
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from recruit import CHANNEL_RECORDS, ROLE_MEMBER, RecruitStack, expect, words_of  # noqa: E402
from stack import (ADMIN, APPLICANT, CATEGORY_SUPPORT, CHANNEL_GENERAL, CHANNEL_LOG, CHANNEL_PANEL, GUILD,  # noqa: E402
                   TOKEN, Tap, skip_unless_possible, wait_for)

VOICE = "820000000000000077"
STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE = 3, 4, 5, 6, 7, 8


def channel(id, type):
    return {"id": id, "type": type, "name": "somewhere", "permissions": "0"}


def settings(stack):
    tables = ("ticket_panel_config", "recruit_settings", "ticket_notify_roles", "recruit_panel_settings", "role_caps", "recruit_questions")
    return stack.postgres.sql("SELECT " + ", ".join(f"(SELECT jsonb_agg(to_jsonb(x)) FROM cfg.{table} x)::text" for table in tables) +
                              ", (SELECT count(*) FROM flow.audit)")


def send(stack, path, options, *, at=CHANNEL_GENERAL, who=ADMIN, **resolved):
    words = path.split()
    data = {"id": next(c["id"] for c in stack.state()["commands"] if c["name"] == words[0]), "name": words[0], "type": 1,
            "options": [{"name": words[1], "type": 1, "options": options}]}
    if resolved:
        data["resolved"] = resolved
    return stack.act(who, "raw", type=2, channel=at, data=data)["interaction"]


def refused(stack, path, options, pattern, **more):
    before = settings(stack)
    said = stack.says(send(stack, path, options, **more), pattern)
    stack.quiet()
    expect(settings(stack) == before, "nothing has changed")
    return said


# ---- before anything is set ------------------------------------------------------------------------------------------------------------

def a_guild_that_is_not_set_up_is_shown_as_that(stack):
    for path in ("tickets show-targets", "tickets show-ping", "tickets show-org", "autoroles show", "tickets list-options",
                 "recruit-config qa-list", "roles show"):
        said = stack.says(stack.invoke(ADMIN, path), r"\S")
        expect("again" not in said, f"/{path} says how it is: {said}")
    stack.says(stack.invoke(ADMIN, "tickets show-targets"), r"not set")
    stack.says(stack.invoke(ADMIN, "tickets reopen-qna"), r"ticket")
    stack.says(stack.invoke(ADMIN, "recruit-config remove-member", member=APPLICANT, reason="No."), r"nothing to remove")
    stack.says(stack.invoke(ADMIN, "tickets erase", member=APPLICANT), r"Nothing is stored")


# ---- options that Discord would not send -----------------------------------------------------------------------------------------------------

def channels_of_the_wrong_kind_are_refused(stack):
    for path, name, id, type in (("tickets set-targets", "support_panel", CATEGORY_SUPPORT, 4), ("tickets set-targets", "log_channel", VOICE, 2),
                                 ("tickets set-targets", "support_category", CHANNEL_PANEL, 0), ("recruit-config set-log-channel", "channel", CATEGORY_SUPPORT, 4),
                                 ("tickets post-support-about", "channel", CATEGORY_SUPPORT, 4)):
        refused(stack, path, [{"name": name, "type": CHANNEL, "value": id}], r"do not fit|text channel|category", channels={id: channel(id, type)})


def options_of_another_type_are_refused(stack):
    for path, options in (("tickets set-dm-on-close", [{"name": "enabled", "type": STRING, "value": "yes"}]),
                          ("tickets set-dm-on-close", []),
                          ("tickets set-dm-on-close", [{"name": "enabled", "type": BOOLEAN, "value": True}, {"name": "more", "type": BOOLEAN, "value": True}]),
                          ("recruit-config qa-move", [{"name": "number", "type": INTEGER, "value": 0}, {"name": "to", "type": INTEGER, "value": 1}]),
                          ("recruit-config qa-move", [{"name": "number", "type": INTEGER, "value": 1}, {"name": "to", "type": INTEGER, "value": 99}]),
                          ("recruit-config qa-add", [{"name": "label", "type": STRING, "value": "x" * 46}, {"name": "type", "type": STRING, "value": "short"}]),
                          ("recruit-config set-access-mode", [{"name": "mode", "type": STRING, "value": "open"}]),
                          ("recruit-config set-retention", [{"name": "days", "type": INTEGER, "value": -1}]),
                          ("roles set", [{"name": "capability", "type": STRING, "value": "everything"}, {"name": "role", "type": ROLE, "value": ROLE_MEMBER}])):
        refused(stack, path, options, r"do not fit|choose|question|between")


def everyone_is_no_ping_role(stack):
    everyone = {role["id"]: role for role in stack.state()["guild"]["roles"] if role["id"] == GUILD}
    refused(stack, "tickets set-ping", [{"name": "support_role", "type": ROLE, "value": GUILD}], r"everyone", roles=everyone)


def addresses_of_others_are_refused(stack):
    for url in ("http://robertsspaceindustries.com/orgs/LANTERN", "https://example.org/orgs/LANTERN", "https://robertsspaceindustries.com/citizens/Someone",
                "robertsspaceindustries.com/orgs/LANTERN", "https://robertsspaceindustries.com@example.org/orgs/LANTERN"):
        refused(stack, "tickets set-org", [{"name": "url", "type": STRING, "value": url}], r"robertsspaceindustries\.com")
    for url in ("http://example.org/x.png", "https://localhost/x.png", "javascript:alert(1)"):
        refused(stack, "tickets set-org", [{"name": "url", "type": STRING, "value": "https://robertsspaceindustries.com/orgs/LANTERN"},
                                           {"name": "image_url", "type": STRING, "value": url}], r"https")


# ---- at the wrong place --------------------------------------------------------------------------------------------------------------------

def in_a_direct_message_there_are_no_commands(stack):
    dm = stack.open_dm(ADMIN)
    view = stack.answer(send(stack, "tickets show-targets", [], at=dm))
    said = words_of(view["message"])
    expect("only inside a guild" in said, f"it says where they work: {said}")


def two_administrators_at_once_both_get_their_word(stack):
    first = stack.invoke(ADMIN, "recruit-config set-log-channel", channel=CHANNEL_GENERAL)
    second = stack.invoke(ADMIN, "recruit-config set-log-channel", channel=CHANNEL_LOG)
    said = [stack.says(i, r"Record channel") for i in (first, second)]
    expect(f"<#{CHANNEL_RECORDS}> → <#{CHANNEL_GENERAL}>" in said[0] and f"<#{CHANNEL_GENERAL}> → <#{CHANNEL_LOG}>" in said[1], f"the second one tells what the first one set: {said}")


class Desk(RecruitStack):
    def open_dm(self, user):
        request = urllib.request.Request(f"http://{self.address}/api/v10/users/@me/channels", data=json.dumps({"recipient_id": user}).encode(),
                                         headers={"Content-Type": "application/json", "Authorization": f"Bot {TOKEN}", "User-Agent": "DiscordBot (https://example.org, 1)"})
        with urllib.request.urlopen(request, timeout=10) as reply:
            return json.load(reply)["id"]


def main():
    skip_unless_possible()
    only = sys.argv[1:]
    tap = Tap()
    with Desk() as stack:
        wait_for(lambda: stack.state()["commands"], "the commands to be registered")
        tap.run("a guild that is not set up is shown as that", a_guild_that_is_not_set_up_is_shown_as_that, stack)
        stack.set_up()
        stack.set_up_recruitment()
        for check in (channels_of_the_wrong_kind_are_refused, options_of_another_type_are_refused, everyone_is_no_ping_role, addresses_of_others_are_refused,
                      in_a_direct_message_there_are_no_commands, two_administrators_at_once_both_get_their_word):
            if not only or check.__name__ in only:
                tap.run(check.__name__.replace("_", " "), check, stack)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
