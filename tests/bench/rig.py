"""
What every section of the benchmark uses: the whole system with release settings, people who press at a given rate, the cost of processes as
the kernel tells it, and the one table that comes out.
"""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from stack import (ADMIN, BUILD, CHANNEL_GENERAL, CHANNEL_PANEL, ROLE_SUPPORT, SOURCE, STAFF, TOKEN, Stack, Trouble, input_id, pg_bindir,  # noqa: E402, F401
                   wait_for)

ROLE_ADMIN = "810000000000000004"
TICKS = os.sysconf("SC_CLK_TCK")


class Skip(Exception):
    """This figure cannot be had here; the text says why."""


# ---- the table ---------------------------------------------------------------------------------------------------------------------------

class Table:
    def __init__(self):
        self.n_over = 0

    def section(self, title):
        print(f"\n{title}")

    def row(self, what, value, unit, *, target=None, is_kept=None):
        """is_kept: None when there is no target, or the target is one for a quiet machine and only shown."""
        mark = "" if is_kept is None else "  ok" if is_kept else "  OVER"
        self.n_over += is_kept is False
        shown = value if isinstance(value, str) else f"{value:,.3g}" if abs(value) < 10 else f"{value:,.1f}" if abs(value) < 1000 else f"{value:,.0f}"
        print(f"  {what:<78} {shown:>11} {unit:<12}{'' if target is None else f'  target {target}'}{mark}")
        sys.stdout.flush()

    def note(self, text):
        print(f"  # {text}")
        sys.stdout.flush()

    def spread(self, what, values, unit, targets=None):
        """p50, p90, p99 and the longest of a list; targets: {50: number, 99: number}."""
        for name, share in (("p50", 50), ("p90", 90), ("p99", 99), ("max", 100)):
            value, target = percentile(values, share), (targets or {}).get(share)
            self.row(f"{what}, {name}", value, unit, target=None if target is None else f"< {target}",
                     is_kept=None if target is None else value < target)


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * share // 100) - 1))]


# ---- what processes cost -------------------------------------------------------------------------------------------------------------------

@dataclasses.dataclass
class Cost:
    cpu_s: float = 0.0
    n_wakeups: int = 0

    def __sub__(self, other):
        return Cost(self.cpu_s - other.cpu_s, self.n_wakeups - other.n_wakeups)


def thread_cost(task):
    """schedstat counts nanoseconds on a processor, where the kernel has it; stat only ticks."""
    try:
        cpu = int((task / "schedstat").read_text().split()[0]) / 1e9
    except (OSError, IndexError, ValueError):
        words = (task / "stat").read_text().rsplit(")", 1)[1].split()
        cpu = (int(words[11]) + int(words[12])) / TICKS
    wakeups = next((int(line.split()[1]) for line in (task / "status").read_text().splitlines() if line.startswith("voluntary_ctxt")), 0)
    return cpu, wakeups


def cost(pids):
    """All threads that live now. Those that ended are lost, so only processes that keep their threads are measured."""
    total = Cost()
    for pid in pids:
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            cpu, wakeups = thread_cost(task)
            total.cpu_s += cpu
            total.n_wakeups += wakeups
    return total


def memory(pid):
    """KiB of smaps_rollup by name; only root may read those of processes that are not dumpable."""
    try:
        lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except PermissionError:
        raise Skip("the daemon's processes are not dumpable; only root may read their memory maps") from None
    return {words[0][:-1]: int(words[1]) for words in map(str.split, lines) if words[-1] == "kB"}


# ---- the system ------------------------------------------------------------------------------------------------------------------------------

class Rig(Stack):
    """The stack as it would run, but for Discord's limits: neither the sandbox nor the daemon's own global rate stands in the way."""

    def __init__(self, **more):
        config = {"log": {"level": "info"}, "discord": {"global_rate": 1000}, **more.pop("config", {})}
        super().__init__(config=config, sandbox_args=["--no-rate-limits", *more.pop("sandbox_args", [])], **more)
        self.traffic = pathlib.Path("/dev/null")
        self.postgres.settings = ["fsync=on"]   # durable is what is measured
        self.people, self.panel_of_now = [], None
        self.n_seen = 0                         # of the log of effects

    def ours(self):
        """Every process of the daemon, the supervisor first."""
        return [self.daemon.pid] + self.children("worker") + self.children("editor")

    def add_people(self, n, roles=()):
        first = 710000000000000000 + len(self.people)
        new = [str(first + i) for i in range(n)]
        self.converse([request("POST", "/sandbox/world", {"do": "add_member", "user": user, "name": f"member{user[-6:]}", "roles": list(roles)})
                       for user in new])
        self.people += new
        return new

    def converse(self, conversations, rate=0, connections=8):
        """Answers as lists of lists of parsed bodies, and what the generator cost."""
        done = subprocess.run([str(BUILD / "tests/bench/bench-converse"), self.address, str(connections), str(rate)],
                              input="\n".join(conversations) + "\n", capture_output=True, text=True)
        if done.returncode != 0:
            raise Trouble(done.stderr.strip())
        *lines, own = done.stdout.splitlines()
        return [[json.loads(part) for part in line.split("\t")] for line in lines], json.loads(own)

    def views(self, interactions, connections=8):
        """How each of these interactions ended."""
        answers, _ = self.converse([request("GET", f"/sandbox/interaction/{i}?wait=20000&until=acknowledged") for i in interactions],
                                   connections=connections)
        return [answer[0] for answer in answers]

    def warm_up(self):
        """
        The guild is set up, and every route has answered once: before that the daemon takes five requests in five seconds for the limit.
        """
        self.set_up()
        self.resolve_tickets(self.open_tickets(self.add_people(4)))
        self.quiet()

    # ---- tickets, many at once ----

    def press_all(self, people):
        """Everybody presses the panel; the interactions whose forms are open."""
        answers, _ = self.converse(["\t".join([press(self, who), request("GET", "/sandbox/interaction/@?wait=10000&until=final")])
                                    for who in people], connections=len(people))
        wrong = [view["state"] for _, view in answers if view["state"] != "modal"]
        if wrong:
            raise Trouble(f"{len(wrong)} of {len(people)} presses opened no form but ended as {wrong[0]}")
        return [told["interaction"] for told, _ in answers]

    def submit_all(self, people, forms, until="final"):
        """Everybody sends the form, and waits until it is answered as far as `until`."""
        wait = request("GET", f"/sandbox/interaction/@?wait=20000&until={until}")
        self.n_seen = self.n_seen or self.last_effect()
        self.converse(["\t".join([submit(who, form, "f.question", "Where do I find the manual?"), wait]) for who, form in zip(people, forms)],
                      connections=len(people))

    def open_tickets(self, people):
        """Everybody opens a ticket; (channel, message, custom_id of the button) of each, when all stand."""
        self.submit_all(people, self.press_all(people))
        self.quiet()
        tickets = self.tickets_of_log()
        if len(tickets) != len(people):
            raise Trouble(f"{len(people)} people asked for a ticket and {len(tickets)} got one")
        return tickets

    def tickets_of_log(self):
        """Opening messages that were posted since the last call."""
        tickets = []
        for effect in self.effects(self.n_seen):
            self.n_seen = effect["n"]
            is_new = effect["effect"] == "message.create" and not effect["deduplicated"]
            for row in (effect.get("body") or {}).get("components", []) if is_new else []:
                tickets += [(effect["channel"], effect["message"], c["custom_id"]) for c in row.get("components", [])
                            if "custom_id" in c and effect["channel"] != CHANNEL_PANEL]
        return tickets

    def resolve_tickets(self, tickets):
        wait = request("GET", "/sandbox/interaction/@?wait=20000&until=final")
        self.converse(["\t".join([request("POST", "/sandbox/act", {"as": STAFF, "action": "press", "channel": channel, "message": message, "custom_id": custom_id}),
                                  wait, submit(STAFF, "@", "f.resolution", "It is in the glove box."), wait])
                       for channel, message, custom_id in tickets], connections=len(tickets))
        self.quiet()


def request(method, path, body=None):
    return f"{method} {path}" + ("" if body is None else " " + json.dumps(body, separators=(",", ":")))


def press(rig, who):
    message, custom_id = rig.panel_of_now = rig.panel_of_now or rig.panel()
    return request("POST", "/sandbox/act", {"as": who, "action": "press", "channel": CHANNEL_PANEL, "message": message, "custom_id": custom_id})


def submit(who, modal, field, text):
    return request("POST", "/sandbox/act", {"as": who, "action": "submit", "modal": modal, "values": {field: text}})


def show_ping(who):
    return request("POST", "/sandbox/act", {"as": who, "action": "command", "name": "tickets", "channel": CHANNEL_GENERAL,
                                            "options": [{"name": "show-ping", "type": 1, "options": []}]})


def answer_times(views):
    """Milliseconds from press to callback, as the sandbox measured them, and how many presses had no answer within three seconds."""
    answered = [v["acknowledged_us"] / 1000 for v in views if v["state"] not in ("pending", "failed")]
    if not answered:
        raise Trouble("not one press was answered")
    return answered, len(views) - len(answered)
