#!/usr/bin/env python3
"""
The tour of "bootstrap demo --tour" as a test, and what the daemon sent meanwhile, judged by Discord's own description of its API. TAP.
"""

import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from stack import BUILD, SOURCE, Stack, skip_unless_possible  # noqa: E402


def point(n, name, done):
    """One TAP point from a finished program; status 77 is a skip, its first line the reason."""
    said = (done.stdout + done.stderr).splitlines()
    if done.returncode == 77:
        reason = said[0].removeprefix("SKIP ") if said else "no reason given"
        print(f"ok {n} - {name} # SKIP {reason}")
        return
    print(f"{'not ok' if done.returncode else 'ok'} {n} - {name}")
    for line in said[-100:]:
        print(f"# {line}")


def run(*command, **more):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=120, env={**os.environ, **more})


def main():
    skip_unless_possible()
    with Stack() as stack:
        point(1, "each step of the story has its effect",
              run(sys.executable, SOURCE / "tests/e2e/tour.py", MAGIKAL_SANDBOX=stack.address))
        name = "each request and reply follows Discord's description"
        if shutil.which("node"):
            point(2, name, run("node", BUILD / "tests/schema/validate.mjs", stack.traffic))
        else:
            print(f"ok 2 - {name} # SKIP node is not installed")
    print("1..2")
    return 0


sys.exit(main())
