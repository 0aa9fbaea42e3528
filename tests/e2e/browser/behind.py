#!/usr/bin/env python3
"""
Starts database, sandbox and daemon, has the daemon tell the sandbox of its insides as the demo does, and plays test-behind.mjs in a browser
against them. A worker dies right after it has made the first ticket's channel.
"""

import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "lib"))
from stack import Stack, skip_unless_possible  # noqa: E402


def main():
    skip_unless_possible()
    with Stack() as stack:
        stack.set_up()
        stack.restart_daemon(faults={"MAGIKAL_FAULT": "support.open/channel/after-effect", "MAGIKAL_FAULT_ROLE": "worker",
                                     "MAGIKAL_FAULT_ONCE": str(stack.directory / "once")})
        stack.show_scenes()
        test = subprocess.run(["node", str(HERE / "test-behind.mjs")], env={**os.environ, "MAGIKAL_SANDBOX": stack.address}, check=False)
        if test.returncode != 0:
            print("# the daemon's last words:", *stack.log().splitlines()[-40:], sep="\n# ", file=sys.stderr)
    return test.returncode


sys.exit(main())
