#!/usr/bin/env python3
"""
The stories of a support ticket and of three applications, played by their people through the sandbox, against a daemon that runs already.

    MAGIKAL_SANDBOX=127.0.0.1:8780 tour.py [--set-up]

Prints what each person sees, with times, and ends with status 0 only when each step had its effect. --set-up only does what an
administrator does first, and nothing where a panel is there.
"""

import os
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from recruit import RecruitGuild  # noqa: E402
from recruitstory import RecruitStory  # noqa: E402
from stack import CHANNEL_APPLY, CHANNEL_PANEL, Trouble, wait_for  # noqa: E402
from supportstory import SupportStory  # noqa: E402


def main():
    guild = RecruitGuild(os.environ["MAGIKAL_SANDBOX"])
    began = time.monotonic()
    stories = [(SupportStory(guild), CHANNEL_PANEL), (RecruitStory(guild), CHANNEL_APPLY)]
    try:
        # a worker registers them a moment after the daemon is ready
        wait_for(lambda: guild.state()["commands"], "the commands to be registered")
        for story, panel in stories:
            if "--set-up" not in sys.argv[1:]:
                story.play()
            elif not any(m["components"] for m in guild.messages(panel)):
                story.set_up()
    except Trouble as trouble:
        print(f"The tour failed: {trouble}", file=sys.stderr)
        return 1
    if "--set-up" not in sys.argv[1:]:
        print(f"{time.monotonic() - began:6.2f} s  The stories are told; each step had its effect.")
    return 0


sys.exit(main())
