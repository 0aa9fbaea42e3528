#!/usr/bin/env python3
"""
The editor as a process of the running daemon: what is wanted stands in the channel in the end, in few requests, whoever dies meanwhile. TAP.
"""

import os
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from stack import BUILD, CHANNEL_PANEL, GUILD, Stack, Tap, Trouble, skip_unless_possible, wait_for  # noqa: E402

POINTS = ["editor/after-take", "editor/before-patch", "editor/after-patch", "editor/after-done"]


def expect(condition, what):
    if not condition:
        raise Trouble(f"not so: {what}")


def begin_wishes(stack, message, body, n=1, interval_ms=10, channel=CHANNEL_PANEL):
    return subprocess.Popen([str(BUILD / "tests/lib/want"), stack.postgres.dsn, str(stack.directory / "keys"), GUILD, channel, message,
                             str(n), str(interval_ms), body])


def wish(stack, message, body, n=1, interval_ms=10, channel=CHANNEL_PANEL):
    expect(begin_wishes(stack, message, body, n, interval_ms, channel).wait(60) == 0, "the wishes were written")


def patches(stack, after, path):
    return [r for r in stack.requests(after) if r["method"] == "PATCH" and r["path"].endswith(path)]


def last_request(stack):
    return max((r["n"] for r in stack.requests()), default=0)


def panel_says(stack, text):
    return any(text in (m.get("content") or "") for m in stack.messages(CHANNEL_PANEL))


def message_of_the_panel(stack):
    return stack.messages(CHANNEL_PANEL)[-1]["id"]


def a_wish_is_written(stack):
    message, before = message_of_the_panel(stack), last_request(stack)
    wish(stack, message, '{"content":"first wish"}')
    wait_for(lambda: panel_says(stack, "first wish"), "the message to change", 30)
    stack.quiet()
    expect(len(patches(stack, before, f"/messages/{message}")) == 1, "it cost one request")
    wish(stack, message, '{"content":"first wish"}')
    stack.quiet()
    expect(len(patches(stack, before, f"/messages/{message}")) == 1, "an equal wish costs none")


def a_thousand_changes_in_ten_seconds_are_five_requests(stack):
    message, before = message_of_the_panel(stack), last_request(stack)
    began = time.monotonic()
    wish(stack, message, '{"content":"change #"}', n=1000, interval_ms=8)
    print(f"# 1000 wishes in {time.monotonic() - began:.1f} s")
    wait_for(lambda: panel_says(stack, "change 1000"), "the last change to stand", 30)
    stack.quiet()
    n = len(patches(stack, before, f"/messages/{message}"))
    print(f"# {n} requests")
    # one each three seconds at most, one for the end
    expect(n <= (time.monotonic() - began) / 3 + 2, "few requests")


def killed_again_and_again_under_changes(stack):
    message = message_of_the_panel(stack)
    writer = begin_wishes(stack, message, '{"content":"under fire #"}', n=300, interval_ms=20)
    for _ in range(3):
        before = last_request(stack)
        for pid in stack.children("editor"):
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: patches(stack, before, f"/messages/{message}"), "another editor to write")
    expect(writer.wait(60) == 0, "the wishes were written")
    wait_for(lambda: panel_says(stack, "under fire 300"), "the last change to stand", 60)
    stack.quiet()


def a_deleted_message_is_let_go(stack):
    before = last_request(stack)
    # an id of that time that no message has
    wish(stack, "1300000000000000000", '{"content":"nobody"}')
    wait_for(lambda: stack.postgres.sql("SELECT state FROM flow.edit WHERE message_id = 1300000000000000000") == [["gone"]], "the row to end", 30)
    expect(len(patches(stack, before, "/messages/1300000000000000000")) == 1, "it was tried once")


def topics_keep_to_two_in_ten_minutes(stack):
    before = last_request(stack)
    for n in (1, 2, 3):
        wish(stack, "0", f'{{"topic":"TID:{n}"}}')
        wait_for(lambda: stack.postgres.sql("SELECT count(*) FROM flow.edit WHERE message_id = 0 AND (want_ver = have_ver OR fails > 0)"
                                            " AND lease_until IS NULL") == [["1"]], "the topic's turn", 30)
    expect(len(patches(stack, before, f"/channels/{CHANNEL_PANEL}")) == 2, "the third waits without a request")
    stack.postgres.sql("DELETE FROM flow.edit WHERE message_id = 0")


def killed_at(stack, point):
    message = message_of_the_panel(stack)
    once = stack.directory / ("once-" + point.replace("/", "-"))
    stack.restart_daemon(faults={"MAGIKAL_FAULT": point, "MAGIKAL_FAULT_ROLE": "editor", "MAGIKAL_FAULT_ONCE": str(once)})
    before = last_request(stack)
    wish(stack, message, f'{{"content":"after {point}"}}')
    wait_for(lambda: panel_says(stack, f"after {point}"), "the message to change", 40)
    stack.quiet()
    wait_for(once.exists, "the fault to have happened")
    expect(len(patches(stack, before, f"/messages/{message}")) <= 2, "death costs one request at most")
    wait_for(lambda: stack.children("editor"), "another editor")


def main():
    skip_unless_possible()
    tap = Tap()
    with Stack() as stack:
        stack.set_up()
        for test in (a_wish_is_written, a_thousand_changes_in_ten_seconds_are_five_requests, killed_again_and_again_under_changes,
                     a_deleted_message_is_let_go, topics_keep_to_two_in_ten_minutes):
            tap.run(test.__name__, test, stack)
        for point in POINTS:
            tap.run(f"killed at {point}", killed_at, stack, point)
    return tap.finish()


sys.exit(main())
