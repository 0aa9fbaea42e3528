"""Memory of every process, idle and after flows, and what idling costs (DESIGN 15)."""

import time

from rig import Rig, cost, memory

BATCH = 40              # a category holds 50 channels
BUDGET_KIB = 30 * 1024


def named(rig):
    pids = [("supervisor", rig.daemon.pid)] + [(f"worker {i + 1}", pid) for i, pid in enumerate(sorted(rig.children("worker")))]
    return pids + [("editor", pid) for pid in rig.children("editor")]


def show(rig, table, when):
    """
    PSS divides shared pages by all who map them, also by strangers' processes on this machine: so private memory plus, once, the largest
    set of shared pages is shown too; that does not depend on the neighbours.
    """
    maps = {name: memory(pid) for name, pid in named(rig)}
    for name, m in maps.items():
        table.row(f"{when}: {name}, PSS (RSS {m['Rss'] / 1024:.1f} MiB)", m["Pss"] / 1024, "MiB")
    private = sum(m["Private_Clean"] + m["Private_Dirty"] for m in maps.values())
    shared = max(m["Shared_Clean"] + m["Shared_Dirty"] for m in maps.values())
    pss = sum(m["Pss"] for m in maps.values())
    table.row(f"{when}: all, PSS", pss / 1024, "MiB", target=f"≤ {BUDGET_KIB // 1024}", is_kept=pss <= BUDGET_KIB)
    table.row(f"{when}: all, private plus shared once", (private + shared) / 1024, "MiB", target=f"≤ {BUDGET_KIB // 1024}",
              is_kept=private + shared <= BUDGET_KIB)
    return {name: m["Rss"] for name, m in maps.items()}


def show_idle(rig, table, seconds):
    ours = named(rig)
    before = {name: cost([pid]) for name, pid in ours}
    time.sleep(seconds)
    total_cpu = total_wakeups = 0
    for name, pid in ours:
        used = cost([pid]) - before[name]
        total_cpu, total_wakeups = total_cpu + used.cpu_s, total_wakeups + used.n_wakeups
        table.row(f"idle: {name}, processor time ({used.n_wakeups / seconds:.1f} wakeups a second)", 1000 * used.cpu_s / seconds, "ms/s")
    table.row(f"idle: all ({total_wakeups / seconds:.1f} wakeups a second)", 1000 * total_cpu / seconds, "ms/s")


def flows(rig, people, n_flows):
    """n_flows flows: tickets opened and resolved."""
    for begin in range(0, n_flows // 2, BATCH):
        rig.resolve_tickets(rig.open_tickets(people[:min(BATCH, n_flows // 2 - begin)]))


def run(table, quick):
    n_flows, rounds = (200, 2) if quick else (1000, 4)
    table.section("Memory, and what idling costs")
    with Rig() as rig:
        rig.set_up()
        rig.quiet()
        time.sleep(3)            # the commands are registered, the first sweep is over
        show(rig, table, "idle")
        show_idle(rig, table, 5 if quick else 20)

        rig.warm_up()
        people = rig.add_people(BATCH)
        flows(rig, people, n_flows)
        rig.quiet()
        before = show(rig, table, f"after {n_flows} flows")
        for _ in range(rounds - 1):
            flows(rig, people, n_flows)
        rig.quiet()
        after = {name: memory(pid)["Rss"] for name, pid in named(rig)}
        for name in after:
            table.row(f"growth per 1,000 flows over flows {n_flows:,} to {n_flows * rounds:,}: {name}, RSS",
                      (after[name] - before[name]) / (n_flows * (rounds - 1)) * 1000, "KiB")
