#!/usr/bin/env python3
"""
What "magikalctl watch" tells: each press from the gateway's frame to the last edit, the death of a worker in the middle of it, and who goes
on; nothing about people; and that it outlives the daemon. TAP.
"""

import json
import pathlib
import queue
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from stack import APPLICANT, PEOPLE, STAFF, TOKEN, Stack, Tap, Trouble, skip_unless_possible, wait_for  # noqa: E402

QUESTION = "Where is the manual of the Aurora?"


def expect(condition, what):
    if not condition:
        raise Trouble(f"not so: {what}")


class Watch:
    """magikalctl watch, its lines as they come."""

    def __init__(self, stack, *options):
        self.process = subprocess.Popen([stack.program("magikalctl"), "--config", str(stack.directory / "magikald.conf"), "watch", *options],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.lines, self.queue = [], queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.queue.put(line.rstrip("\n"))
        self.queue.put(None)

    def until(self, wanted, what, seconds=20):
        """Reads on until a line is as wanted, and returns it."""
        end = time.monotonic() + seconds
        while True:
            try:
                line = self.queue.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise Trouble(f"no line of watch tells {what}; the last ones:\n" + "\n".join(map(str, self.lines[-30:]))) from None
            if line is None:
                raise Trouble(f"watch ended before it told {what}: {self.process.stderr.read()}")
            self.lines.append(line)
            if wanted(line):
                return line

    def end(self, how=signal.SIGINT):
        self.process.send_signal(how)
        status = self.process.wait(10)
        expect(status == 0 and self.process.stderr.read() == "", f"watch ends silently by {how.name}, not with {status}")


class JsonWatch(Watch):
    def __init__(self, stack):
        super().__init__(stack, "--json")
        self.event("watching")

    def event(self, what, **more):
        def is_wanted(line):
            event = json.loads(line)
            return event["what"] == what and all(event.get(k) == v for k, v in more.items())
        return json.loads(self.until(is_wanted, f"{what} {more}"))

    def story(self, interaction, flow=None):
        """What was told of one press so far, in the order of time."""
        events = [json.loads(line) for line in self.lines]
        mine = [e for e in events if e.get("interaction") == interaction or (flow and e.get("flow") == flow)]
        return sorted(mine, key=lambda e: e["at_us"])


def expect_order(story, *wanted):
    """Each of these is there, behind the one before it. A word, or a word and members."""
    left = list(story)
    for want in wanted:
        what, more = (want, {}) if isinstance(want, str) else want
        while left and not (left[0]["what"] == what and all(left[0].get(k) == v for k, v in more.items())):
            left.pop(0)
        expect(left, f"{want} comes in its place: " + ", ".join(f"{e['what']} {e.get('name', '')}".strip() for e in story))
        left.pop(0)


def open_ticket_watched(stack, watch):
    interaction = stack.open_ticket(APPLICANT, QUESTION)
    stack.answer(interaction, 30)
    flow = watch.event("accepted", interaction=interaction)["flow"]
    watch.event("done", flow=flow)
    return interaction, flow


def close_all(stack):
    stack.quiet()
    for channel in stack.ticket_channels():
        stack.resolve(channel["id"], STAFF)
    wait_for(lambda: not stack.ticket_channels(), "the channels to go")
    stack.quiet()


# ---- the way of a press ----

def an_action_is_told_from_frame_to_words(stack):
    watch = JsonWatch(stack)
    interaction, flow = open_ticket_watched(stack, watch)
    story = watch.story(interaction)
    expect_order(story, ("dispatch", {"name": "INTERACTION_CREATE", "shard": 0}), ("job", {"attempt": 1, "role": "worker"}), "press",
                 ("accepted", {"flow": flow, "name": "support.open"}), ("taken", {"name": "support.open"}),
                 ("step", {"name": "reserve", "outcome": "ok"}),
                 ("call", {"method": "POST", "route": "/guilds/{guild}/channels", "status": 201, "outcome": "ok"}),
                 ("step", {"name": "channel", "outcome": "ok"}), ("step", {"name": "opening", "outcome": "ok"}),
                 ("call", {"method": "PATCH", "route": "/webhooks/{application}/<token>/messages/@original", "status": 200}),
                 ("words", {"outcome": "ok"}), ("done", {"outcome": "ok"}))
    expect_order(story, "accepted", ("call", {"route": "/interactions/{interaction}/<token>/callback", "status": 204}),
                 ("acknowledged", {"name": "deferred", "outcome": "ok"}), "words")
    expect(all(e["took_us"] > 0 for e in story if e["what"] in ("step", "call")), "steps and calls have taken time")
    watch.end()
    close_all(stack)


def a_question_is_told_without_a_flow(stack):
    watch = JsonWatch(stack)
    interaction = stack.press_panel(APPLICANT)
    watch.event("acknowledged", interaction=interaction)
    expect_order(watch.story(interaction), "dispatch", "job", ("press", {"name": "component so"}),
                 ("acknowledged", {"name": "form", "outcome": "ok"}))
    watch.end()


def an_edit_is_told_by_its_message(stack):
    watch = JsonWatch(stack)
    open_ticket_watched(stack, watch)
    channel = stack.ticket_channels()[0]["id"]
    stack.world("edit_topic", channel=channel, topic="nothing of ours")
    wanted = watch.event("wanted", channel=channel)
    expect("message" not in wanted, "it is the topic")
    watch.event("edit", channel=channel, outcome="ok", status=200, method="PATCH", route="/channels/{channel}", role="editor")
    close_all(stack)
    watch.end()


def a_dead_worker_is_told_and_who_goes_on(stack):
    once = stack.directory / "once"
    stack.restart_daemon(faults={"MAGIKAL_FAULT": "support.open/channel/after-effect", "MAGIKAL_FAULT_ROLE": "worker",
                                 "MAGIKAL_FAULT_ONCE": str(once)})
    watch = JsonWatch(stack)
    interaction, flow = open_ticket_watched(stack, watch)
    expect(once.exists(), "a worker died on the way")
    story = watch.story(interaction, flow)
    first = next(e for e in story if e["what"] == "taken")["pid"]
    died = next(e for e in map(json.loads, watch.lines) if e["what"] == "died")
    expect(died["pid"] == first and died["name"] == "SIGKILL", f"the death of the worker that had the flow is told: {died}")
    expect_order(story, "taken", ("step", {"name": "reserve"}), ("released", {"flow": flow}), ("taken", {"outcome": "again"}),
                 ("step", {"name": "channel", "outcome": "ok"}), "done")
    second = [e for e in story if e["what"] == "taken"][1]
    expect(second["pid"] != first and second["at_us"] > died["at_us"], "then another one has it")
    if not any(json.loads(line)["what"] == "ready" for line in watch.lines):
        watch.event("ready", role="worker")
    watch.end()
    stack.restart_daemon()
    close_all(stack)


def a_press_given_twice_is_told(stack):
    once = stack.directory / "once-more"
    stack.restart_daemon(faults={"MAGIKAL_FAULT": "accept/before", "MAGIKAL_FAULT_ROLE": "worker", "MAGIKAL_FAULT_ONCE": str(once)})
    watch = JsonWatch(stack)
    interaction, _ = open_ticket_watched(stack, watch)
    expect_order(watch.story(interaction), "dispatch", ("job", {"attempt": 1}), ("job", {"attempt": 2, "outcome": "again", "role": "quarantine"}),
                 "accepted", "done")
    watch.end()
    stack.restart_daemon()
    close_all(stack)


def the_sandbox_is_told_the_same(stack):
    """As the demo does it: a pipe to the page, with a death on the way."""
    once = stack.directory / "once-and-shown"
    stack.restart_daemon(faults={"MAGIKAL_FAULT": "support.open/opening/after-intent", "MAGIKAL_FAULT_ROLE": "worker",
                                 "MAGIKAL_FAULT_ONCE": str(once)})
    stack.show_scenes()
    interaction = stack.open_ticket(APPLICANT, QUESTION)
    stack.answer(interaction, 30)
    wait_for(lambda: stack.scenes(match='"done"'), "the end to be told")
    entries = stack.scenes()
    scenes = [e["scene"] for e in entries]
    expect([e["n"] for e in entries] == list(range(entries[0]["n"], entries[-1]["n"] + 1)), "they are numbered")
    frame = next(e for e in entries if e["scene"].get("interaction") == interaction)
    expect(frame["from"] == "sandbox" and frame["scene"]["what"] == "frame" and frame["scene"]["sessions"] == 1, f"the frame is first: {frame}")
    flow = next(s["flow"] for s in scenes if s["what"] == "accepted")
    story = sorted([s for s in scenes if s.get("interaction") == interaction or s.get("flow") == flow or s["what"] == "died"], key=lambda s: s["at_us"])
    expect_order(story, "frame", "dispatch", "job", "press", "accepted", ("taken", {"name": "support.open"}), ("step", {"name": "channel"}),
                 ("died", {"name": "SIGKILL"}), "released", ("taken", {"outcome": "again"}), ("step", {"name": "opening", "outcome": "ok"}), "words", "done")
    requests = stack.requests()
    callback = next(r for r in requests if r.get("interaction") == interaction and r["route"].endswith("/callback"))
    told = next(s for s in story if s["what"] == "call" and s["route"].endswith("/callback"))
    expect(told["at_us"] - told["took_us"] <= callback["at_us"] <= told["at_us"], "both clocks agree on when the callback was made")
    stack.restart_daemon()
    close_all(stack)


# ---- the watching itself ----

def nothing_about_people_is_told(stack):
    watch = JsonWatch(stack)
    interaction, _ = open_ticket_watched(stack, watch)
    close_all(stack)
    time_over = stack.press_panel(APPLICANT)
    watch.event("acknowledged", interaction=time_over)
    told = "\n".join(watch.lines)
    secrets = [TOKEN, QUESTION, "Aurora", "glove box", *PEOPLE]
    with open(stack.traffic) as traffic:
        secrets += re.findall(r"/interactions/\d+/([^/\"]{40,})/callback", traffic.read())
    expect(len(secrets) > 12, "tokens of interactions were seen")
    expect(interaction in told, "the press was told")
    expect(not [s for s in secrets if s in told], "neither who, nor what was typed, nor a token")
    watch.end()


def people_read_it_by_press(stack):
    watch = Watch(stack)
    watch.until(lambda line: line.startswith("Watching"), "that it watches")
    interaction = stack.open_ticket(APPLICANT, QUESTION)
    stack.answer(interaction, 30)
    watch.until(lambda line: line.endswith(f"  press {interaction}"), "the press")
    watch.until(lambda line: re.match(r" +\+\d+\.\d ms  step channel: ok, \d+\.\d ms, worker \d+$", line), "a step of it")
    watch.until(lambda line: re.match(r" +\+\d+\.\d ms  done support\.open: ok", line), "its end")
    watch.end(signal.SIGTERM)
    close_all(stack)


def it_waits_for_a_daemon_that_is_away(stack):
    watch = JsonWatch(stack)
    stack.stop_daemon()
    watch.event("away")
    stack.start_daemon()
    watch.event("restarted")
    interaction = stack.press_panel(APPLICANT)
    watch.event("acknowledged", interaction=interaction)
    watch.end()


def it_ends_when_nobody_reads(stack):
    process = subprocess.Popen([stack.program("magikalctl"), "--config", str(stack.directory / "magikald.conf"), "watch"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.readline()
    process.stdout.close()
    expect(process.wait(10) == 0 and process.stderr.read() == b"", "without a word")


def ask(stack, question):
    """One question over the control socket, as nng's REQ asks it: a greeting of both sides, then length, number and body."""
    def exactly(n):
        data = b""
        while len(data) < n:
            part = line.recv(n - len(data))
            expect(part, "the socket stays open")
            data += part
        return data

    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(10)
        line.connect(str(stack.directory / "run/control"))
        line.sendall(b"\0SP\0\0\x30\0\0")
        exactly(8)
        body = b"\x80\0\0\x01" + question.encode()
        line.sendall(b"\x01" + struct.pack(">Q", len(body)) + body)
        _, n = struct.unpack(">BQ", exactly(9))
        return json.loads(exactly(n)[4:])


def any_question_has_an_answer(stack):
    first = ask(stack, '{"ask":"watch"}')
    expect(first["events"] == [] and first["life"] > 0, f"without a number there is only what comes: {first}")
    interaction = stack.press_panel(APPLICANT)
    stack.interaction(interaction)
    question = json.dumps({"ask": "watch", "life": first["life"], "after": first["last"]})
    answer = wait_for(lambda: (lambda a: len(a["events"]) > 4 and a)(ask(stack, question)), "the press to be told")
    expect([e["n"] for e in answer["events"]] == list(range(first["last"] + 1, answer["last"] + 1)), "in the order of their numbers")
    for wrong in ('{"ask":"watch","after":-1}', '{"ask":"watch","after":"x"}', '{"ask":"watch","life":1.5,"after":0}', '{"ask":"watch","after":1e300}',
                  '{"ask":"watch","life":null}', '{"ask":"wat', "", "[" * 4000, '{"ask":"look"}'):
        expect("error" in ask(stack, wrong), f"{wrong[:40]} is refused with a sentence")
    expect(ask(stack, '{"ask":"status"}')["ready"], "and the others are answered as before")


def wrong_settings_end_it(stack):
    done = subprocess.run([stack.program("magikalctl"), "--config", str(stack.directory / "nowhere.conf"), "watch"], capture_output=True, text=True)
    expect(done.returncode == 78, f"settings that cannot be read end it: {done.returncode}")


def main():
    skip_unless_possible()
    tap = Tap()
    wanted = sys.argv[1:]
    tests = [an_action_is_told_from_frame_to_words, a_question_is_told_without_a_flow, an_edit_is_told_by_its_message,
             a_dead_worker_is_told_and_who_goes_on, a_press_given_twice_is_told, the_sandbox_is_told_the_same, nothing_about_people_is_told, people_read_it_by_press,
             it_waits_for_a_daemon_that_is_away, it_ends_when_nobody_reads, any_question_has_an_answer,
             wrong_settings_end_it]
    with Stack() as stack:
        stack.set_up()
        for test in tests:
            if not wanted or test.__name__ in wanted:
                tap.run(test.__name__.replace("_", " "), test, stack)
    return tap.finish()


sys.exit(main())
