#!/usr/bin/env python3
"""
make bench: one table of figures with units. Absolute figures are this machine's on this day; ratios within one run are what may be compared.
Exits 1 when a flow costs more rate-limited calls than the design says, or a target is missed that does not depend on the machine.

        bench.py [--quick] [section …]
"""

import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import calls      # noqa: E402
import durable    # noqa: E402
import memory     # noqa: E402
import peers      # noqa: E402
import presses    # noqa: E402
import recovery   # noqa: E402
import sandbox    # noqa: E402
from rig import Skip, Table, pg_bindir  # noqa: E402

SECTIONS = {"presses": presses, "calls": calls, "memory": memory, "recovery": recovery, "durable": durable, "peers": peers, "sandbox": sandbox}


def main():
    words = sys.argv[1:]
    quick = "--quick" in words
    wanted = [w for w in words if w != "--quick"] or list(SECTIONS)
    unknown = [w for w in wanted if w not in SECTIONS]
    if unknown:
        print(f"bench.py: no section {unknown[0]}; there are {', '.join(SECTIONS)}", file=sys.stderr)
        return 2
    if wanted != ["sandbox"] and not pg_bindir():
        print("SKIP: initdb was not found; configure with --with-pg-bindir")
        return 0

    table = Table()
    print(f"{os.cpu_count()} processors, load average {os.getloadavg()[0]:.1f} before the run, {time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime())}")
    for name in wanted:
        try:
            SECTIONS[name].run(table, quick)
        except Skip as reason:
            table.note(f"SKIP: {reason}")
    print(f"\n{table.n_over} figures over their target")
    return 1 if calls.grown else 0


sys.exit(main())
