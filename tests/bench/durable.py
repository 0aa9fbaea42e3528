"""
Durable flows a second. First the engine alone: settings.change of many guilds, accepted by SQL while the daemon runs them, against pgbench running the
same statements in the same order. Then everything: tickets opened and resolved through the sandbox.
"""

import json
import subprocess
import time

from peers import statement
from rig import BUILD, Rig, Trouble, cost, wait_for

N_CLIENTS = 4           # pgbench's connections: as many as two workers have
BATCH = 40


def sealed_args(rig):
    keys = rig.directory / "keys"
    args = json.dumps({"set": {"dm_on_close": True}}, separators=(",", ":"))
    done = subprocess.run([str(BUILD / "tests/bench/bench-seal"), keys / "lookup-key", keys / "seal-key", keys / "control-key", args],
                          capture_output=True, text=True, check=True)
    return f"'\\x{done.stdout.strip()}'::bytea"


def bound(name, *values):
    """The statement with its parameters replaced, highest first, so that $1 does not eat the 1 of $12."""
    text = statement(name)
    for i in range(len(values), 0, -1):
        text = text.replace(f"${i}", values[i - 1])
    return text


def accept_sql(args, who):
    """Every flow has a guild of its own, as :client_id and a counter make it, so that nothing waits for its turn."""
    return bound("accept", f"'bench-{who}-' || :n::bigint", "'settings.change'", "1::smallint", ":guild::bigint", "NULL", "NULL",
                 "'guild:' || :guild::bigint", args, "600")


def prologue(base):
    return f"\\set n random(1, 4000000000000000)\n\\set guild {base} + :n\n"


def accept_script(args):
    return prologue(10 ** 17) + accept_sql(args, "daemon") + ";\n"


def whole_script(args):
    """What a flow costs in the daemon: accept, claim, steps, facts, one batch of a checkpoint, finish."""
    lease = (":o_flow::bigint", ":lease_epoch::bigint", "0::smallint")
    change = [":guild::bigint"] + ["false", "NULL::bigint"] * 7 + ["true", "true"]
    # to pgbench a colon before a letter is a variable, also within quotes
    detail = "'{\"before\": {\"dm_on_close\": false}, \"after\": {\"dm_on_close\": true}}'"
    return "".join([
        prologue(2 * 10 ** 17),
        accept_sql(args, "pgbench"), "\n\\gset\n",
        bound("claim_one", "'bench'", "0::smallint", "1::smallint", "1::smallint", ":o_flow::bigint"), "\n\\gset\n",
        bound("steps", ":o_flow::bigint"), ";\n",
        bound("facts", ":guild::bigint", ":o_flow::bigint"), ";\n",
        "\\startpipeline\n",
        bound("checkpoint", *lease, "'save'", f"{detail}::jsonb"), ";\n",
        bound("settings_new", ":guild::bigint"), ";\n",
        bound("settings_change", *change), ";\n",
        bound("audit", ":o_flow::bigint", "0::smallint", ":guild::bigint", "'settings.changed'", "NULL", "'guild:' || :guild::bigint", f"{detail}::jsonb"), ";\n",
        "\\endpipeline\n",
        bound("finish", ":o_flow::bigint", ":lease_epoch::bigint", "1::smallint", "'done'"), ";\n",
    ])


def pgbench(rig, script, n_clients, n):
    """Runs n transactions; seconds."""
    path = rig.directory / "pgbench.sql"
    path.write_text(script)
    began = time.monotonic()
    done = subprocess.run([f"{rig.postgres.bindir}/pgbench", "-n", "-M", "prepared", "-f", str(path), "-c", str(n_clients), "-j", str(min(2, n_clients)),
                           "-t", str(n // n_clients), rig.postgres.dsn], capture_output=True, text=True)
    if done.returncode != 0 or "ERROR" in done.stderr or "aborted" in done.stderr:
        raise Trouble(f"pgbench: {done.stderr[-800:]}")
    return time.monotonic() - began


def finished(rig, who):
    return int(rig.postgres.sql(f"SELECT count(*) FROM flow.flow WHERE idem_key LIKE 'bench-{who}-%' AND state = 'done'")[0][0])


def daemon_rate(rig, args, n):
    already = finished(rig, "daemon")
    before = cost(rig.ours())
    began = rig.postgres.sql("SELECT extract(epoch FROM clock_timestamp())")[0][0]
    pgbench(rig, accept_script(args), N_CLIENTS, n)
    accepted = float(rig.postgres.sql(f"SELECT extract(epoch FROM clock_timestamp()) - {began}")[0][0])
    wait_for(lambda: finished(rig, "daemon") >= already + n, "all flows to end", 120)
    took = float(rig.postgres.sql(f"SELECT extract(epoch FROM max(finished_at)) - {began} FROM flow.flow WHERE idem_key LIKE 'bench-daemon-%'")[0][0])
    return n / took, (cost(rig.ours()) - before).cpu_s * 1e6 / n, accepted / took


def engine_alone(table, quick):
    n, rounds = (800, 1) if quick else (4000, 3)
    table.section("Durable flows a second (fsync on)")
    with Rig() as rig:
        args = sealed_args(rig)
        rates, references = [], []
        for i in range(rounds):
            rig.stop_daemon()           # it would run pgbench's flows
            reference = n / pgbench(rig, whole_script(args), N_CLIENTS, n)
            rig.start_daemon()
            rate, us, share = daemon_rate(rig, args, n)
            rates.append(rate)
            references.append(reference)
            table.row(f"settings.change, run {i + 1}: pgbench, {N_CLIENTS} connections, same statements", reference, "flows/s")
            table.row(f"settings.change, run {i + 1}: daemon, {us:.0f} µs of processor time a flow, accepting took {100 * share:.0f} % of it", rate, "flows/s")
        ratio = sum(rates) / sum(references)
        table.row("daemon / pgbench", ratio, "ratio", target="≥ 0.7", is_kept=ratio >= 0.7)


def whole_way(table, quick):
    n_batches = 4 if quick else 15
    with Rig() as rig:
        rig.warm_up()
        people = rig.add_people(BATCH)
        ours, sandbox, database = cost(rig.ours()), cost([rig.sandbox.pid]), cost(rig.postgres.pids())
        began = time.monotonic()
        for _ in range(n_batches):
            rig.resolve_tickets(rig.open_tickets(people))
        wall, n = time.monotonic() - began, 2 * BATCH * n_batches
        used = [(cost(p) - b).cpu_s * 1e6 / n for p, b in ((rig.ours(), ours), ([rig.sandbox.pid], sandbox), (rig.postgres.pids(), database))]
        table.row(f"tickets opened and resolved through the sandbox, {BATCH} people at once", n / wall, "flows/s")
        table.row("processor time a flow, the press and form before it included: daemon", used[0], "µs")
        table.note(f"sandbox {used[1]:.0f} µs, PostgreSQL {used[2]:.0f} µs a flow; the rest of the time the load generator and waiting")


def run(table, quick):
    engine_alone(table, quick)
    whole_way(table, quick)
