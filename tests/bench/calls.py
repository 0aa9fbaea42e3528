"""
Rate-limited calls per flow: Discord's fifty requests a second are the limit of the product, so what a flow costs is how many of them it makes.
Interaction callbacks and edits of @original are outside of that limit. The figures below are the design; one that grows fails the run.
"""

import re

from rig import ADMIN, CHANNEL_GENERAL, CHANNEL_PANEL, ROLE_SUPPORT, Rig

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
}
OUTSIDE = re.compile(r"/interactions/[^/]+/[^/]+/callback$|/messages/@original$")

grown = []              # names of flows over their figure; bench.py's exit status


def counted(rig, act):
    after = max((r["n"] for r in rig.requests()), default=0)
    act()
    rig.quiet()
    calls = [r for r in rig.requests(after) if not OUTSIDE.search(r["path"])]
    edits = sum(r["method"] == "PATCH" for r in calls)
    return (len(calls) - edits, edits), [f"{r['method']} {r['route']}" for r in calls]


def say(rig, who, sub, **options):
    return lambda: rig.answer(rig.tickets(who, sub, **options))


def run(table, quick):
    table.section("Rate-limited calls per flow, direct / edits (callbacks and @original are outside of the limit)")
    with Rig() as rig:
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
        for name, act in stories:
            figures, calls = counted(rig, act)
            if name is None:
                continue
            expected = EXPECTED[name]
            is_kept = all(got <= most for got, most in zip(figures, expected))
            table.row(name, f"{figures[0]} / {figures[1]}", "calls", target=f"{expected[0]} / {expected[1]}", is_kept=is_kept)
            if not is_kept:
                grown.append(name)
                table.note(", ".join(calls))
