#!/usr/bin/env python3
"""
What the supervisor promises when processes die: each press gets its answer, each ticket one channel, and whoever can be helped is helped
without a person noticing. Real processes, killed at named points. TAP.
"""

import contextlib
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from stack import APPLICANT, STAFF, Stack, Tap, Trouble, skip_unless_possible, wait_for  # noqa: E402


def expect(condition, what):
    if not condition:
        raise Trouble(f"not so: {what}")


def ctl(stack, *arguments):
    return subprocess.run([stack.program("magikalctl"), "--config", str(stack.directory / "magikald.conf"), *arguments],
                          capture_output=True, text=True, timeout=30)


def words(view):
    message = view["message"] or {}
    return " ".join([message.get("content") or ""] + [e.get("description") or "" for e in message.get("embeds", [])])


def expect_one_ticket(stack, interaction):
    text = words(stack.answer(interaction, 30))
    expect(re.search(r"<#\d+>", text), f"the answer links the ticket: {text!r}")
    stack.quiet()
    channels = stack.ticket_channels()
    expect(len(channels) == 1, f"there is one ticket channel, not {len(channels)}")
    expect(len(stack.messages(channels[0]["id"])) == 1, "with one message")
    return channels[0]["id"]


def close_all(stack):
    stack.clear_faults()
    stack.quiet()
    for channel in stack.ticket_channels():
        stack.resolve(channel["id"], STAFF)
    wait_for(lambda: not stack.ticket_channels(), "the channels to go")
    stack.quiet()


def died(stack, seconds=20):
    """Waits for the daemon to be killed by its own fault point; its children notice by themselves."""
    status = stack.daemon.wait(seconds)
    stack.daemon = None
    stack.notify.close()
    return status


def wait_for_orphans(stack):
    """Children of a killed supervisor finish their step; when they are gone the stage is empty."""
    config = str(stack.directory / "magikald.conf").encode()

    def is_empty():
        for entry in pathlib.Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                if entry.name.isdigit() and config in (entry / "cmdline").read_bytes() and int(entry.name) != (stack.daemon.pid if stack.daemon else 0):
                    return False
        return True
    wait_for(is_empty, "all processes to be gone", 15)


def file_for_once(stack):
    path = stack.directory / "once"
    path.unlink(missing_ok=True)
    return str(path)


# ---- workers ----

def worker_dies(stack, point, seconds=20):
    """One process dies at the point; the person reads the usual answer."""
    once = file_for_once(stack)
    stack.restart_daemon(faults={"MAGIKAL_FAULT": point, "MAGIKAL_FAULT_ROLE": "worker", "MAGIKAL_FAULT_ONCE": once})
    expect_one_ticket(stack, stack.open_ticket(APPLICANT))
    expect(os.path.exists(once), "the point was passed")
    wait_for(lambda: len(stack.children("worker")) == 2, "the dead one to be replaced")
    stack.restart_daemon()
    close_all(stack)


def a_deadly_press_is_apologised_for(stack):
    stack.restart_daemon(faults={"MAGIKAL_FAULT": "accept/before"})
    interaction = stack.open_ticket(APPLICANT)
    text = words(stack.answer(interaction, 20))
    expect(re.search(r"\b[0-9A-HJKMNP-TV-Z]{8}\b", text), f"the apology names a reference: {text!r}")
    wait_for(lambda: len(stack.children("worker")) == 2, "workers to be replaced")
    kept = wait_for(lambda: list((stack.directory / "run").glob("deadly-*.json")), "the bytes to be kept for the operator")
    expect(len(kept) == 1, "once")
    content = wait_for(kept[0].read_text, "them to be written")
    expect(APPLICANT not in content, "without the person's id")
    expect(re.search(r'"token": ?"\*+"', content), "and without the interaction's token")
    stack.restart_daemon()
    expect(not stack.ticket_channels(), "no ticket came of it")


def a_frozen_worker_is_replaced(stack):
    frozen = stack.children("worker")[0]
    os.kill(frozen, signal.SIGSTOP)
    wait_for(lambda: frozen not in stack.children("worker") and len(stack.children("worker")) == 2, "the frozen worker to be replaced", 15)
    expect_one_ticket(stack, stack.open_ticket(APPLICANT))
    close_all(stack)


def presses_go_on_while_workers_die(stack):
    """A worker is killed after each press; nobody is left without an answer."""
    for round_ in range(6):
        victims = stack.children("worker")
        interaction = stack.open_ticket(APPLICANT)
        with contextlib.suppress(ProcessLookupError):
            os.kill(victims[round_ % len(victims)], signal.SIGKILL)
        expect_one_ticket(stack, interaction)
        close_all(stack)


def a_poisonous_flow_is_parked(stack):
    """Whoever runs it dies by its own fault: two workers, then the quarantine worker. Then nobody tries, until the operator says so."""
    stack.restart_daemon(faults={"MAGIKAL_FAULT": "support.open/channel/in-code:1:abort"})
    text = words(stack.answer(stack.open_ticket(APPLICANT), 40))
    flow = re.search(r"F-\d+", text)
    expect(flow, f"the person is given a reference: {text!r}")
    wait_for(lambda: len(stack.children("worker")) == 2, "workers to be replaced")
    listed = ctl(stack, "flows").stdout
    expect(re.search(rf", 1 given up\n.*^{flow.group(0)} +support.open .* given up .* SIGABRT$", listed, re.M | re.S), f"it is listed: {listed}")
    log = stack.log()
    expect("role=quarantine" in log, "the quarantine worker was tried")
    stack.stop_daemon()
    done = ctl(stack, "requeue", flow.group(0))         # the database suffices
    expect(done.returncode == 0, done.stderr)
    stack.start_daemon(faults={})
    wait_for(lambda: len(stack.ticket_channels()) == 1, "the ticket after all")
    stack.quiet()
    close_all(stack)


# ---- supervisor ----

def supervisor_dies(stack, point):
    """The supervisor is killed at the point while somebody presses; its successor resumes, and the press has its answer."""
    stack.restart_daemon(faults={"MAGIKAL_FAULT": point, "MAGIKAL_FAULT_ROLE": "supervisor"})
    interaction = None
    with contextlib.suppress(Trouble):                  # it may be dead before the form comes
        interaction = stack.open_ticket(APPLICANT)
    if point.startswith(("supervisor/before-reap", "supervisor/after-reap")):
        os.kill(stack.children("worker")[0], signal.SIGKILL)
    expect(died(stack) == -signal.SIGKILL, "it was killed at the point")
    began = time.monotonic()
    stack.start_daemon(faults={})
    seconds = time.monotonic() - began
    if interaction is None:
        interaction = stack.open_ticket(APPLICANT)
    expect_one_ticket(stack, interaction)
    close_all(stack)
    expect(seconds < 3.5, f"ready again after {seconds:.2f} s")


def supervisor_dies_at_start(stack, point):
    stack.stop_daemon()
    wait_for_orphans(stack)
    stack.start_daemon(faults={"MAGIKAL_FAULT": point, "MAGIKAL_FAULT_ROLE": "supervisor"}, ready=False)
    expect(died(stack) == -signal.SIGKILL, "it was killed at the point")
    stack.start_daemon(faults={})
    expect_one_ticket(stack, stack.open_ticket(APPLICANT))
    close_all(stack)


def a_killed_supervisor_takes_its_children_along(stack):
    children = stack.children("worker") + stack.children("editor")
    os.kill(stack.daemon.pid, signal.SIGKILL)
    died(stack)

    def is_gone(pid):
        with contextlib.suppress(OSError):
            return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
        return True
    wait_for(lambda: all(is_gone(pid) for pid in children), "the children to go", 12)
    stack.start_daemon(faults={})


def a_session_that_discord_refuses_ends_the_daemon(stack):
    """4014: an intent that was not granted. Trying again would only cost sessions."""
    stack.gateway("close", code=4014)
    expect(died(stack) == 78, "status 78, which the service manager does not restart")
    expect(len(re.findall(r" gateway.refused .*code=4014", stack.log())) == 1, "one sentence says why")
    stack.start_daemon(faults={})


def a_cut_connection_is_resumed(stack):
    stack.gateway("cut")
    expect_one_ticket(stack, stack.open_ticket(APPLICANT))
    stood = stack.log().count("gateway.ready ")
    stack.gateway("invalid_session", resumable=False)
    wait_for(lambda: stack.log().count("gateway.ready ") > stood, "a new session")
    close_all(stack)


def two_supervisors_do_not_share_a_directory(stack):
    second = subprocess.run([stack.program("magikald"), "--config", str(stack.directory / "magikald.conf")], capture_output=True, text=True, timeout=30)
    expect(second.returncode == 1, "the second one ends with status 1")
    expect("Another supervisor" in second.stderr, "and says why")
    expect(ctl(stack, "status").returncode == 0, "the first one serves on")


# ---- service manager, operator ----

def notices(stack, pattern, seconds=20):
    """The next datagram to the service manager that matches."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(TimeoutError):
            text = stack.notify.recv(65536).decode()
            if re.search(pattern, text, re.M):
                return text
    raise Trouble(f"the service manager was not told {pattern}")


def reload_replaces_children_one_by_one(stack):
    before = stack.children("worker") + stack.children("editor")
    stack.daemon.send_signal(signal.SIGHUP)
    notices(stack, r"^RELOADING=1\nMONOTONIC_USEC=\d+$")
    notices(stack, r"^READY=1$")

    def all_are_new():
        now = stack.children("worker") + stack.children("editor")
        return len(now) == 3 and not set(now) & set(before)
    wait_for(all_are_new, "all children to be new")
    expect_one_ticket(stack, stack.open_ticket(APPLICANT))
    close_all(stack)


def a_broken_file_is_not_taken_over(stack):
    path = stack.directory / "magikald.conf"
    good = path.read_text()
    workers = stack.children("worker")
    path.write_text(good + "nonsense = 1\n")
    stack.daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: "config.kept" in stack.log(), "the refusal")
    path.write_text(good)
    expect(sorted(stack.children("worker")) == sorted(workers), "the workers stayed")
    expect(ctl(stack, "status").returncode == 0, "and serve")


def the_operator_sees_what_there_is(stack):
    wait_for(lambda: ctl(stack, "status").returncode == 0, "the daemon to be ready")
    text = ctl(stack, "status").stdout
    expect(re.match(r"ready: \d+ guilds?, 2 workers, gateway connected", text), text.splitlines()[0])
    expect(len(re.findall(r"^(?:worker|editor) .* ready ", text, re.M)) == 3, "three children are listed")
    expect('"ready":true' in ctl(stack, "status", "--json").stdout, "the same as JSON")
    metrics = ctl(stack, "metrics").stdout
    expect(metrics.endswith("# EOF\n") and "\nmagikal_ready 1\n" in metrics, "metrics are OpenMetrics text")
    jobs = ctl(stack, "jobs").stdout
    expect(jobs.startswith("Nothing waits") and re.search(r"deadly-\w+\.json", jobs), f"what was kept of a deadly press is named: {jobs}")
    expect(re.match(r"\d+ waiting, \d+ running, \d+ given up\n", ctl(stack, "flows").stdout), ctl(stack, "flows").stdout)
    expect(ctl(stack, "requeue", "F-1").returncode == 65, "a flow that was not given up cannot be requeued")
    expect(ctl(stack, "nonsense").returncode == 64, "usage")
    expect(ctl(stack, "migrate", "--check").returncode == 0, "the schema is checked")


def stopping_is_told_and_quick(stack):
    stack.stop_daemon()
    wait_for_orphans(stack)
    stack.start_daemon(faults={})
    began = time.monotonic()
    stack.daemon.send_signal(signal.SIGTERM)
    notices(stack, r"^STOPPING=1$")
    expect(stack.daemon.wait(20) == 0, "status 0")
    seconds = time.monotonic() - began
    stack.daemon = None
    stack.notify.close()
    expect(seconds < 3, f"after {seconds:.2f} s")
    expect(ctl(stack, "status").returncode == 69, "nobody answers then")
    left = sorted(p.name for p in (stack.directory / "run").iterdir() if not p.name.startswith("deadly-"))
    expect(left == ["lock"], f"nothing is left behind but the lock: {left}")
    stack.start_daemon(faults={})
    expect("gateway.resumed" in stack.log(), "the session goes on")


def nothing_was_wrong_inside(stack):
    """With --enable-sanitizers their reports are in the log; without, this is about assertions."""
    wrong = [line for line in stack.log().splitlines() if re.search(r"Sanitizer|runtime error:|Assertion .* failed", line)]
    expect(not wrong, wrong[:3])


WORKER_POINTS = ["accept/before", "accept/sent", "accept/committed", "accept/told", "ack/before-send", "ack/after-send", "engine/after-claim"]
SUPERVISOR_POINTS = ["supervisor/after-receive:2", "supervisor/after-receive:3", "supervisor/after-job-sent", "supervisor/after-job-sent:2",
                     "supervisor/after-accepted", "supervisor/after-accepted:2", "supervisor/before-seq-save:2", "supervisor/after-seq-save:2",
                     "supervisor/before-reap", "supervisor/after-reap:2"]
START_POINTS = ["supervisor/before-spawn", "supervisor/before-spawn:2", "supervisor/before-seq-save", "supervisor/after-reap", "supervisor/before-ready"]
PLAIN = [a_deadly_press_is_apologised_for, a_poisonous_flow_is_parked, a_frozen_worker_is_replaced, presses_go_on_while_workers_die, a_killed_supervisor_takes_its_children_along,
         a_session_that_discord_refuses_ends_the_daemon, a_cut_connection_is_resumed, two_supervisors_do_not_share_a_directory,
         reload_replaces_children_one_by_one, a_broken_file_is_not_taken_over,
         the_operator_sees_what_there_is, stopping_is_told_and_quick, nothing_was_wrong_inside]


def main():
    skip_unless_possible()
    wanted = sys.argv[1:]
    tap = Tap()
    with Stack() as stack:
        stack.set_up()
        stack.quiet()
        plan = [(f"worker dies at {point}", worker_dies, point) for point in WORKER_POINTS]
        plan += [(f"supervisor dies at {point}", supervisor_dies, point) for point in SUPERVISOR_POINTS]
        plan += [(f"supervisor dies at its start at {point}", supervisor_dies_at_start, point) for point in START_POINTS]
        plan += [(test.__name__.replace("_", " "), test) for test in PLAIN]
        for name, function, *arguments in plan:
            if wanted and not any(w in name for w in wanted):
                continue
            n_failed = tap.n_failed
            tap.run(name, function, stack, *arguments)
            if tap.n_failed > n_failed:                    # whatever it left must not spoil the next one
                stack.restart_daemon()
                with contextlib.suppress(Trouble):
                    close_all(stack)
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
