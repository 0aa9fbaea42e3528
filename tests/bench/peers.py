"""Processor time of one question (/tickets show-ping: one query, one callback), against a discord.js bot in the same run (DESIGN 15)."""

import os
import shutil
import signal
import subprocess
import time

from rig import (BUILD, ROLE_ADMIN, SOURCE, TOKEN, Rig, Skip, Trouble, answer_times, cost, percentile, show_ping, wait_for)

HERE = SOURCE / "tests/bench"
RATE = 200


def statement(name):
    """The text of one of the daemon's statements; the same in every program of this run."""
    for path in (SOURCE / "sql/statements").glob("*.sql"):
        for part in path.read_text().split("-- name: ")[1:]:
            head, _, body = part.partition("\n")
            if head.strip() == name:
                return "\n".join(line for line in body.splitlines() if not line.startswith("--")).strip().rstrip(";")
    raise Trouble(f"there is no statement {name}")


def install():
    """The bot and its packages in the build directory."""
    place = BUILD / "tests/bench/peer"
    if not shutil.which("npm"):
        raise Skip("npm is not installed, so there is no discord.js to compare with")
    place.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "peer.mjs"):
        shutil.copy(HERE / name, place / name)
    if not (place / "node_modules/discord.js").exists():
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=place, capture_output=True, text=True)
        if done.returncode != 0:
            raise Skip(f"npm could not fetch discord.js: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")
    return place


def start_peer(rig, place):
    environment = {**os.environ, "BENCH_API": f"http://{rig.address}/api", "BENCH_TOKEN": TOKEN, "BENCH_PG_HOST": str(rig.postgres.socket),
                   "BENCH_PG_USER": "magikal", "BENCH_PG_DATABASE": "postgres", "BENCH_SQL": statement("facts"), "NODE_ENV": "production"}
    log = rig.directory / "peer.log"
    with open(log, "ab") as out:
        process = subprocess.Popen(["node", "peer.mjs"], cwd=place, env=environment, stdout=out, stderr=out)
    wait_for(lambda: log.read_text().count("ready") or process.poll() is not None, "the discord.js bot to start", 30)
    if process.poll() is not None:
        raise Trouble(f"the discord.js bot ended: {log.read_text()[-500:]}")
    return process


def measure(rig, people, pids, n):
    """Processor time in µs per question, the answers' times, what the generator, sandbox and database took of a processor."""
    rig.views(ids(rig, people, 300))            # a just-in-time compiler has had its chance, connections stand
    before, sandbox, database = cost(pids()), cost([rig.sandbox.pid]), cost(rig.postgres.pids())
    began = time.monotonic()
    asked = ids(rig, people, n)
    time.sleep(0.5)
    used = cost(pids()) - before
    wall = time.monotonic() - began
    shares = [100 * (cost(p) - b).cpu_s / wall for p, b in (([rig.sandbox.pid], sandbox), (rig.postgres.pids(), database))]
    return used.cpu_s * 1e6 / n, used.n_wakeups / n, answer_times(rig.views(asked))[0], shares


def ids(rig, people, n):
    answers, _ = rig.converse([show_ping(people[i % len(people)]) for i in range(n)], RATE)
    return [answer[0]["interaction"] for answer in answers]


def run(table, quick):
    n, rounds = (400, 1) if quick else (2000, 3)
    table.section(f"Processor time per question (/tickets show-ping at {RATE}/s), all processes of each program together")
    reason = None
    try:
        place = install()
    except Skip as skip:
        place, reason = None, skip

    with Rig() as rig:
        rig.set_up()
        people = rig.add_people(200, [ROLE_ADMIN])
        ours, theirs = [], []
        for i in range(rounds):
            if not rig.daemon:
                rig.start_daemon()
            rig.quiet()
            us, wakeups, times, shares = measure(rig, people, rig.ours, n)
            ours.append(us)
            table.row(f"magikald, run {i + 1}: {wakeups:.1f} wakeups each, answered p50 {percentile(times, 50):.2f} p99 {percentile(times, 99):.2f} ms", us, "µs")
            table.note(f"sandbox {shares[0]:.0f} %, PostgreSQL {shares[1]:.0f} % of a processor")
            if not place:
                continue
            rig.stop_daemon()
            peer = start_peer(rig, place)
            try:
                us, wakeups, times, shares = measure(rig, people, lambda: [peer.pid], n)
            finally:
                peer.send_signal(signal.SIGKILL)
                peer.wait()
            theirs.append(us)
            table.row(f"discord.js, run {i + 1}: {wakeups:.1f} wakeups each, answered p50 {percentile(times, 50):.2f} p99 {percentile(times, 99):.2f} ms", us, "µs")
            table.note(f"sandbox {shares[0]:.0f} %, PostgreSQL {shares[1]:.0f} % of a processor")
        table.row("questions a second per core, magikald (median)", 1e6 / percentile(ours, 50), "1/s")
        if not theirs:
            raise reason
        ratio = percentile(ours, 50) / percentile(theirs, 50)
        table.row("magikald / discord.js, medians", ratio, "ratio", target="≤ 0.2", is_kept=ratio <= 0.2)
