#!/usr/bin/env python3
"""
story.py SCRIPT: starts database, sandbox and daemon, plays SCRIPT in a browser against them, and has their traffic judged by Discord's own
description of its API. Ends with the first bad status.

Is to the daemon what a service manager is: a daemon that is killed is started again.
"""

import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "lib"))
from stack import Stack, skip_unless_possible, wait_for  # noqa: E402

# What a script wants to be otherwise: a gateway that hangs is noticed after two heartbeats
SANDBOX = {"test-faults.mjs": ["--heartbeat-interval", "1000"]}


def play(stack, script):
    """The status of the script, while which the daemon is kept alive."""
    environment = {**os.environ, "MAGIKAL_SANDBOX": stack.address, "MAGIKAL_CONFIG": str(stack.directory / "magikald.conf")}
    with subprocess.Popen(["node", str(HERE / script)], env=environment) as story:
        while wait_for(lambda: (story.poll() is not None and "over") or (stack.daemon.poll() is not None and "killed"), "the story", 600) == "killed":
            stack.restart_daemon()
        return story.returncode


def main():
    skip_unless_possible()
    script = sys.argv[1]
    with Stack(sandbox_args=SANDBOX.get(script, ())) as stack:
        status = play(stack, script)
        if status != 0:
            print("# the daemon's last words:", *stack.log().splitlines()[-40:], sep="\n# ", file=sys.stderr)
        stack.stop_daemon()
        stack.judge()
    return status


sys.exit(main())
