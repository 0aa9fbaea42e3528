#!/usr/bin/env python3
"""
"bootstrap demo" as a newcomer treats it: started twice, its parts killed, itself killed, ended by Ctrl-C. TAP.
"""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from stack import BUILD, CHANNEL_PANEL, SOURCE, Guild, Tap, Trouble, skip_unless_possible, wait_for  # noqa: E402

PROGRAMS = ["magikald", "magikalctl", "magikal-sandbox"]


class Demo:
    def __init__(self):
        # what "bootstrap build" leaves, so that it has nothing to do: the programs are built already
        self.build = pathlib.Path(tempfile.mkdtemp(prefix="magikal-test-"))
        for program in PROGRAMS:
            (self.build / program).symlink_to(BUILD / program)
        (self.build / ".built").touch()
        # PostgreSQL's account must be able to go there, and paths of sockets must be short
        self.state = pathlib.Path(tempfile.mkdtemp(prefix="magikal-test-", dir="/var/tmp"))
        self.environment = {**os.environ, "MAGIKAL_BUILD": str(self.build), "MAGIKAL_DEMO_STATE": str(self.state), "MAGIKAL_DEMO_PORT": "0"}
        for name in ("MAGIKAL_TOKEN_FILE", "MAGIKAL_APPLICATION_ID"):
            self.environment.pop(name, None)
        self.script = None

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        if self.script and self.script.poll() is None:
            self.script.kill()
            self.script.wait()
        with contextlib.suppress(Trouble):
            wait_for(lambda: not self.parts(), "the parts to end", 30)
        shutil.rmtree(self.state, ignore_errors=True)
        shutil.rmtree(self.build, ignore_errors=True)

    def command(self):
        return ["/bin/sh", str(SOURCE / "bootstrap"), "demo"]

    def start(self):
        """Until it says that everything stands; returns what it said."""
        log = open(self.state / "said", "w+b")
        self.script = subprocess.Popen(self.command(), env=self.environment, stdout=log, stderr=log, start_new_session=True,
                                       stdin=subprocess.DEVNULL, preexec_fn=hear_interrupts)
        self.said = pathlib.Path(log.name)
        wait_for(lambda: "Ctrl-C stops" in self.said.read_text() or self.script.poll() is not None, "the demo to stand", 120)
        if self.script.poll() is not None:
            raise Trouble(f"the demo ended: {self.said.read_text()}")
        self.guild = Guild((self.state / "address").read_text().strip())
        return self.said.read_text()

    def parts(self):
        """Command lines of living processes that work in the directory, by pid."""
        found = {}
        for entry in pathlib.Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                words = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
                if str(self.state).encode() in words:
                    found[int(entry.name)] = words.replace(b"\0", b" ").decode(errors="replace")
        return found

    def kill(self, what):
        pids = [pid for pid, words in self.parts().items() if what in words]
        if not pids:
            raise Trouble(f"no process is called {what!r}: {self.parts()}")
        os.kill(min(pids), signal.SIGKILL)

    def opens_a_form(self):
        """Whether a press of the panel is answered, as long as it takes for everything to be connected again."""
        def pressed():
            with contextlib.suppress(Trouble):
                return self.guild.interaction(self.guild.press_panel("700000000000000001"), seconds=4)["state"] == "modal"
        wait_for(pressed, "a press to be answered", 60)


    def tells_of_insides(self):
        """Whether a press is told by the daemon to the page, from the gateway's frame to its answer; after a restart it takes a moment."""
        def is_told():
            with contextlib.suppress(Trouble):
                interaction = self.guild.press_panel("700000000000000001")
                self.guild.interaction(interaction, seconds=4)
                wait_for(lambda: {s["scene"]["what"] for s in self.guild.scenes(match=interaction) if s["from"] == "bot"} >= {
                    "dispatch", "job", "press", "call", "acknowledged"}, "it to be told", 2)
                return True
        wait_for(is_told, "the page to be told of a press", 30)


def hear_interrupts():
    """A shell that was started with SIGINT ignored (as a background job is) could not trap it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def first_start(demo):
    said = demo.start()
    if f"http://{demo.guild.address}/" not in said or not demo.guild.messages(CHANNEL_PANEL):
        raise Trouble(f"no address, or no panel: {said}")
    demo.opens_a_form()
    demo.tells_of_insides()


def second_is_refused(demo):
    done = subprocess.run(demo.command(), env=demo.environment, capture_output=True, text=True, timeout=60)
    if done.returncode != 1 or f"runs already at http://{demo.guild.address}/" not in done.stderr:
        raise Trouble(f"status {done.returncode}: {done.stderr}")
    demo.opens_a_form()


def killed(demo, what, sentence):
    demo.kill(what)
    wait_for(lambda: sentence in demo.said.read_text(), f"{sentence!r}", 60)
    demo.opens_a_form()
    demo.tells_of_insides()


def teller_killed(demo):
    demo.kill("watch --json")
    demo.tells_of_insides()


def script_killed(demo):
    os.kill(demo.script.pid, signal.SIGKILL)
    demo.script.wait()
    said = demo.start()
    if "types /tickets" in said:
        raise Trouble(f"it did not remember its panel: {said}")
    demo.opens_a_form()


def interrupted(demo):
    os.kill(demo.script.pid, signal.SIGINT)
    status = demo.script.wait(60)
    if status != 130 or demo.parts():
        raise Trouble(f"status {status}, left: {demo.parts()}")


def main():
    skip_unless_possible()
    tap = Tap()
    with Demo() as demo:
        tap.run("the demo prints the address of a guild with a panel", first_start, demo)
        tap.run("a second demo of the same state is refused, and harms nothing", second_is_refused, demo)
        tap.run("a killed daemon is started again", killed, demo, "magikald --config", "the daemon is ready again")
        tap.run("a killed PostgreSQL is started again", killed, demo, "postgres -D", "PostgreSQL is there again")
        tap.run("a killed local Discord is started again", killed, demo, "magikal-sandbox", "the local Discord is there again")
        tap.run("who tells the page of presses is started again", teller_killed, demo)
        tap.run("after the script was killed, the next start finds what was stored", script_killed, demo)
        tap.run("Ctrl-C ends every part", interrupted, demo)
    return tap.finish()


sys.exit(main())
