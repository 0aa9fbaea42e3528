"""
Rate-limited calls per flow: Discord's fifty requests a second are the limit of the product, so what a flow costs is how many of them it makes.
Interaction callbacks and edits of @original are outside of that limit, and so is RSI. The figures below are the design; one that grows fails the run.
"""

import re

from rig import ADMIN, CHANNEL_GENERAL, CHANNEL_PANEL, ROLE_SUPPORT, STAFF, Rig
from recruit import Recruitment         # found where rig.py has looked
from stack import APPLICANT

#       flow                                    direct  edits of posted messages, by the editor
EXPECTED = {
        "support: open":                        (2,     0),     # channel, opening message
        "support: open, refused (full guild)":  (1,     0),     # the channel, which was refused
        "support: resolve":                     (2,     0),     # log, delete
        "support: resolve, with a DM":          (4,     0),     # + DM channel, DM
        "panel: first":                         (2,     0),     # message, a look for older ones
        "panel: refresh":                       (3,     0),     # + the older one deleted
        "panel: moved to another channel":      (4,     0),     # + a look into the channel before
        "settings: ping role":                  (0,     0),
        "question: show-ping":                  (0,     0),
        "question: panel press":                (0,     0),
        "recruit: open":                        (2,     0),     # channel, its message
        "recruit: Step 1":                      (1,     2),     # record; message, topic
        "recruit: Step 1 changed":              (0,     2),     # message, record; the topic says the same
        "recruit: Q&A":                         (0,     2),     # message, record
        "recruit: approve":                     (3,     2),     # role, instructions, log; message, record
        "recruit: approve, with all":           (7,     2),     # + nickname, DM channel, DM, access
        "recruit: reject":                      (4,     1),     # log, DM channel, DM, delete; record
        "recruit: finalise":                    (2,     1),     # log, delete; record
        "recruit: close":                       (2,     1),     # log, delete; record
        "recruit: remove":                      (2,     1),     # role, log; record
        "recruit: questions again":             (1,     2),     # a look at the message; message, record
        "settings: organisation":               (0,     1),     # the panel
}
OUTSIDE = re.compile(r"/interactions/[^/]+/[^/]+/callback$|/messages/@original$|^/citizens/|^/orgs/|^/api/orgs/")    # the last three are RSI, not Discord

EDITED = re.compile(r"/messages/|^/channels/[^/]+$")

grown = []              # names of flows over their figure; bench.py's exit status


def counted(rig, act):
    after = max((r["n"] for r in rig.requests()), default=0)
    act()
    rig.quiet()
    calls = [r for r in rig.requests(after) if not OUTSIDE.search(r["path"])]
    edits = sum(r["method"] == "PATCH" and bool(EDITED.search(r["path"])) for r in calls)
    return (len(calls) - edits, edits), [f"{r['method']} {r['route']}" for r in calls]


def say(rig, who, sub, **options):
    return lambda: rig.answer(rig.tickets(who, sub, **options))


class CallsRig(Recruitment, Rig):
    pass


def applications(rig):
    """The story of applicants, flow by flow. Each step leaves rig.channel."""
    def opened():
        rig.channel = rig.open_application(APPLICANT)

    def applied():
        rig.channel = rig.apply(APPLICANT)

    def form():
        rig.form = rig.form_behind(APPLICANT, rig.channel, "Edit Step 1")

    def set_all():
        rig.answer(rig.invoke(ADMIN, "tickets set-nick-sync", enabled=True))
        rig.answer(rig.invoke(ADMIN, "recruit-config set-access-mode", mode="hide"))

    return [
        (None, rig.set_up_recruitment),
        ("settings: organisation", lambda: rig.answer(rig.invoke(ADMIN, "tickets set-org", url="https://robertsspaceindustries.com/orgs/LANTERN"))),
        ("recruit: open", opened),
        ("recruit: Step 1", lambda: rig.answer(rig.fill_step1(APPLICANT, rig.channel))),
        (None, form),
        ("recruit: Step 1 changed", lambda: rig.answer(rig.send(APPLICANT, rig.form, {"Main area/focus": "salvage"}))),
        ("recruit: Q&A", lambda: rig.answer(rig.fill_qna(APPLICANT, rig.channel))),
        ("recruit: questions again", lambda: rig.answer(rig.invoke(STAFF, "tickets reopen-qna", at=rig.channel))),
        (None, lambda: rig.answer(rig.fill_qna(APPLICANT, rig.channel))),
        ("recruit: approve", lambda: rig.answer(rig.approve(rig.channel))),
        ("recruit: finalise", lambda: rig.interaction(rig.finalise(rig.channel))),
        ("recruit: remove", lambda: rig.answer(rig.remove_member(APPLICANT))),
        (None, applied),
        ("recruit: reject", lambda: rig.interaction(rig.reject(rig.channel))),
        (None, applied),
        ("recruit: close", lambda: rig.interaction(rig.close_application(rig.channel))),
        (None, set_all),
        (None, applied),
        ("recruit: approve, with all", lambda: rig.answer(rig.approve(rig.channel))),
    ]


def run(table, quick):
    table.section("Rate-limited calls per flow, direct / edits (callbacks and @original are outside of the limit)")
    with CallsRig() as rig:
        who = rig.add_people(1)[0]
        rig.quiet()
        stories = [
            ("panel: first", rig.set_up),
            ("panel: refresh", say(rig, ADMIN, "set-targets", support_panel=CHANNEL_PANEL)),
            ("panel: moved to another channel", say(rig, ADMIN, "set-targets", support_panel=CHANNEL_GENERAL)),
            (None, say(rig, ADMIN, "set-targets", support_panel=CHANNEL_PANEL)),
            (None, say(rig, ADMIN, "set-ping", clear="support")),
            ("settings: ping role", say(rig, ADMIN, "set-ping", support_role=ROLE_SUPPORT)),
            ("question: show-ping", say(rig, ADMIN, "show-ping")),
            ("question: panel press", lambda: rig.open_form(who)),
            (None, lambda: rig.fault("POST", "/guilds/{guild_id}/channels", "status", status=400, code=30013)),
            ("support: open, refused (full guild)", lambda: rig.answer(rig.open_ticket(who))),
            ("support: open", lambda: rig.answer(rig.open_ticket(who))),
            ("support: resolve", lambda: rig.answer(rig.resolve(rig.ticket_channels()[0]["id"]))),
            (None, say(rig, ADMIN, "set-dm-on-close", enabled=True)),
            (None, lambda: rig.answer(rig.open_ticket(who))),
            ("support: resolve, with a DM", lambda: rig.answer(rig.resolve(rig.ticket_channels()[0]["id"]))),
        ]
        for name, act in stories + applications(rig):
            figures, calls = counted(rig, act)
            if name is None:
                continue
            expected = EXPECTED[name]
            is_kept = all(got <= most for got, most in zip(figures, expected))
            table.row(name, f"{figures[0]} / {figures[1]}", "calls", target=f"{expected[0]} / {expected[1]}", is_kept=is_kept)
            if not is_kept:
                grown.append(name)
                table.note(", ".join(calls))
