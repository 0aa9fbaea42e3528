#!/usr/bin/env python3
"""
Starts database, sandbox and daemon, plays test-story.mjs in a browser against them, and has their traffic judged by Discord's own
description of its API. Ends with the first bad status.
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
        story = subprocess.run(["node", str(HERE / "test-story.mjs")], env={**os.environ, "MAGIKAL_SANDBOX": stack.address}, check=False)
        if story.returncode != 0:
            print("# the daemon's last words:", *stack.log().splitlines()[-40:], sep="\n# ", file=sys.stderr)
        stack.stop_daemon()
        stack.judge()
    return story.returncode


sys.exit(main())
