"""How long a person waits for the first answer, as far as this host decides it (DESIGN 3 and 15)."""

import time

from rig import Rig, answer_times, cost, press, submit

FIELD = "f.question"
TARGETS = {50: 5, 99: 50}       # ms


def shares(table, own, sandbox, daemon):
    table.note(f"share of one processor: load generator {100 * own['cpu_s'] / own['wall_s']:.1f} %, sandbox {100 * sandbox.cpu_s / own['wall_s']:.0f} %,"
               f" daemon {100 * daemon.cpu_s / own['wall_s']:.0f} %; a press began at most {own['latest_us'] / 1000:.1f} ms late")


def run_at(rig, table, what, conversations, rate):
    ours = rig.ours()
    daemon, sandbox = cost(ours), cost([rig.sandbox.pid])
    answers, own = rig.converse(conversations, rate)
    time.sleep(0.5)             # the last answers
    daemon, sandbox = cost(ours) - daemon, cost([rig.sandbox.pid]) - sandbox
    ids = [answer[0]["interaction"] for answer in answers]
    times, n_lost = answer_times(rig.views(ids))
    table.spread(f"{what}, {rate}/s, {len(ids)} people", times, "ms", TARGETS)
    table.row(f"{what}, {rate}/s, without an answer in 3 s", n_lost, "presses", target="0", is_kept=n_lost == 0)
    shares(table, own, sandbox, daemon)
    return ids


def run(table, quick):
    seconds = 3 if quick else 20
    table.section("Press → callback on this host, measured by the sandbox")
    with Rig() as rig:
        rig.warm_up()
        people = rig.add_people(200 * seconds)

        slow = people[:50 * seconds]
        forms = run_at(rig, table, "question: panel press → modal", [press(rig, who) for who in slow], 50)

        # A guild holds 500 channels, so a long run cannot open a ticket with each press: Discord refuses the channel, the flow walks back.
        rig.fault("POST", "/guilds/{guild_id}/channels", "status", status=400, code=30013, count=-1)
        run_at(rig, table, "action: modal submit → deferred callback", [submit(who, form, FIELD, "Where is it?") for who, form in zip(slow, forms)], 50)
        rig.quiet()
        rig.clear_faults()

        run_at(rig, table, "question: panel press → modal", [press(rig, who) for who in people], 200)
