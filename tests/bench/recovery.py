"""Processes killed with SIGKILL in the middle of work: how long until everything goes on (DESIGN 12 and 15)."""

import contextlib
import os
import signal
import time

from rig import Rig, Trouble, wait_for

N_FLOWS = 40            # a category holds 50 channels

# What a flow did first after the moment $T, and its end; seconds after $T.
GOES_ON = """
SELECT extract(epoch FROM least(f.finished_at, (SELECT min(t) FROM flow.step s, unnest(ARRAY[s.first_at, s.last_at, s.done_at]) t
                                                 WHERE s.flow_id = f.flow_id AND t > to_timestamp($T)))) - $T,
       extract(epoch FROM f.finished_at) - $T
  FROM flow.flow f WHERE f.flow_id IN ($IDS)"""


def kill_worker(rig, victim):
    """Kills it while it runs flows; seconds until each of them goes on, and until each has ended."""
    os.kill(victim, signal.SIGSTOP)     # what it holds cannot change while we ask
    ids = [row[0] for row in rig.postgres.sql(f"SELECT flow_id FROM flow.flow WHERE state = 'running' AND lease_owner LIKE '%:{victim}'")]
    if not ids:
        os.kill(victim, signal.SIGCONT)
        return []
    killed_at = f"{time.time():.6f}"    # the database's clock is this machine's
    os.kill(victim, signal.SIGKILL)
    rig.quiet()
    rows = rig.postgres.sql(GOES_ON.replace("$T", killed_at).replace("$IDS", ",".join(ids)))
    return [(float(on), float(end)) for on, end in rows]


def worker_kills(rig, table, n_kills):
    people = rig.add_people(N_FLOWS)
    rows = []
    for _ in range(n_kills):
        rig.fault("POST", "/channels/{channel_id}/messages", "slow", ms=700, count=N_FLOWS)
        forms = rig.press_all(people)
        rig.submit_all(people, forms, "acknowledged")
        wait_for(lambda: int(rig.postgres.sql("SELECT count(*) FROM flow.flow WHERE state = 'running'")[0][0]) >= N_FLOWS // 2,
                 "flows to be under way", 10)
        rows += kill_worker(rig, rig.children("worker")[0])
        rig.clear_faults()
        tickets = rig.tickets_of_log()
        if len(tickets) != len(people):
            raise Trouble(f"{len(people)} people asked for a ticket and {len(tickets)} have one")
        rig.resolve_tickets(tickets)
        wait_for(lambda: len(rig.children("worker")) == 2, "the worker to be replaced", 40)
    on, end = [1000 * r[0] for r in rows], [1000 * r[1] for r in rows]
    table.spread(f"worker killed in the middle of flows → each goes on ({n_kills} kills, {len(rows)} flows)", on, "ms", {99: 250})
    table.spread("worker killed in the middle of flows → each has ended, probes included", end, "ms")


def supervisor_kills(rig, table, n_kills):
    resumed, ready = [], []
    for _ in range(n_kills):
        n_log = rig.log_path.stat().st_size
        began = time.monotonic()
        rig.daemon.kill()
        rig.daemon.wait()
        rig.notify.close()
        rig.start_daemon(ready=False)

        def stands():
            text = rig.log_path.read_bytes()[n_log:]
            if b"gateway.ready " in text:
                raise Trouble("a new gateway session was made instead of resuming the old one")
            return b"gateway.resumed " in text
        wait_for(stands, "the gateway to resume", 30)
        resumed.append(time.monotonic() - began)
        with contextlib.suppress(Trouble):
            rig.wait_ready()
        ready.append(time.monotonic() - began)
        rig.quiet()
        time.sleep(1.5)         # the session is saved every second
    table.spread(f"supervisor killed and started at once → RESUMED ({n_kills} kills, migration check included)", [1000 * r for r in resumed], "ms", {99: 3000})
    table.spread("supervisor killed and started at once → READY=1", [1000 * r for r in ready], "ms")


def run(table, quick):
    table.section("Killed processes")
    with Rig() as rig:
        rig.warm_up()
        worker_kills(rig, table, 2 if quick else 8)
    with Rig() as rig:
        rig.set_up()
        rig.quiet()
        time.sleep(2)
        supervisor_kills(rig, table, 3 if quick else 10)
