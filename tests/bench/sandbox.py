"""
The sandbox by itself: how many presses a second go round a trivial bot, and what a large guild costs beside the ready-made one. The figure that
belongs to the sandbox, and not to its neighbours on this machine, is its processor time for a round trip; what it would do with a whole core is
the inverse of that.
"""

import base64
import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time

from rig import BUILD, SOURCE, Skip, cost, percentile, wait_for

TARGET = 20000          # round trips a second, on one core
GUILD, APPLICANT, STAFF, PANEL = "800000000000000001", "700000000000000001", "700000000000000002", "820000000000000021"
LARGE = ["--channels", "10000", "--members", "50000"]
USABLE_MS = 5           # of anything that is not a whole list
BOT = {"Authorization": "Bot sandbox-token", "User-Agent": "DiscordBot (bench, 1)"}


def on_core(n):
    return ["taskset", "-c", str(n)] if shutil.which("taskset") and (os.cpu_count() or 1) > n else []


class Sandbox:
    """One sandbox on the first core, and a connection to it."""

    def __init__(self, args=(), before=()):
        self.args, self.before = list(args), list(before)

    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory()
        address = pathlib.Path(self.directory.name) / "address"
        self.process = subprocess.Popen([*on_core(0), *self.before, str(BUILD / "magikal-sandbox"), "--listen", "127.0.0.1:0", "--address-file",
                                         str(address), "--no-rate-limits", "--web", str(SOURCE / "src/sandbox/web"), *self.args],
                                        stderr=subprocess.DEVNULL)
        wait_for(address.exists, "the sandbox to be ready", 120)
        self.address = address.read_text().strip()
        self.pid = self.process.pid
        self.connection = http.client.HTTPConnection(self.address, timeout=120)
        return self

    def __exit__(self, *_):
        self.connection.close()
        self.process.terminate()
        self.process.wait()
        self.directory.cleanup()

    def ask(self, method, path, body=None):
        """The body as text; parsing it is not what is measured."""
        self.connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json", **BOT})
        reply = self.connection.getresponse()
        text = reply.read()
        if reply.status >= 400:
            raise Skip(f"{method} {path}: {reply.status} {text[:200]}")
        return text

    def panel(self):
        button = {"type": 2, "style": 1, "label": "Go", "custom_id": "go"}
        return json.loads(self.ask("POST", f"/api/v10/channels/{PANEL}/messages", {"content": "panel", "components": [{"type": 1, "components": [button]}]}))["id"]

    def memory_mib(self):
        return int(re.search(r"VmRSS:\s*(\d+)", pathlib.Path(f"/proc/{self.pid}/status").read_text())[1]) / 1024


# ---- round trips ---------------------------------------------------------------------------------------------------------------------------

def round_trips(sandbox, seconds, window, batch):
    """What bench-sandbox tells, with the processor time of the sandbox while it counted."""
    client = subprocess.Popen([*on_core(1), str(BUILD / "tests/bench/bench-sandbox"), sandbox.address, "sandbox-token", str(seconds), str(window),
                               str(batch), PANEL, sandbox.panel(), "go"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    spent, told = [], {}
    for line in client.stdout:
        if line.startswith("count"):
            spent.append(cost([sandbox.pid]).cpu_s)
        else:
            told = json.loads(line)
    if client.wait() != 0 or len(spent) != 2:
        raise Skip(client.stderr.read().strip())
    return {**told, "us": (spent[1] - spent[0]) * 1e6 / told["n"], "rate": told["n"] / told["wall_s"]}


@contextlib.contextmanager
def page(sandbox):
    """A page of the person who presses, which reads whatever it is told."""
    with contextlib.closing(Gateway(sandbox.address, f"/sandbox/events?as={APPLICANT}")) as events:
        def read():
            with contextlib.suppress(OSError):
                while events.socket.recv(1 << 20):
                    pass
        reader = threading.Thread(target=read)
        reader.start()
        yield
        events.socket.shutdown(socket.SHUT_RDWR)
        reader.join()


def show_round_trips(table, quick):
    table.section(f"Round trips of the sandbox: press, INTERACTION_CREATE, callback (target: {TARGET:,} a second on one core)")
    table.note("over kept connections, sent ahead, 64 under way; sandbox and client each on a core of its own" if on_core(1) else "sandbox and client share a core")
    for batch, name in ((32, "32 presses a call"), (1, "a call each")):
        runs = []
        for _ in range(2 if quick else 5):
            with Sandbox() as sandbox:
                runs.append(round_trips(sandbox, 1 if quick else 3, 64, batch))
                memory = sandbox.memory_mib()
        best = min(runs, key=lambda r: r["us"])
        table.row(f"{name}: measured, each run", " ".join(f"{r['rate']:,.0f}" for r in runs), "1/s")
        table.row(f"{name}: processor time for 1000, each run", " ".join(f"{r['us'] / 1000:.4f}" for r in runs), "s")
        table.row(f"{name}: on a whole core, by the best processor time", 1e6 / best["us"], "1/s", target=f"≥ {TARGET:,}", is_kept=1e6 / best["us"] >= TARGET)
        table.row(f"{name}: p50 / p99 of the fastest run", " / ".join(f"{min(runs, key=lambda r: r['p99_us'])[k] / 1000:.2f}" for k in ("p50_us", "p99_us")), "ms")
        table.row(f"{name}: memory at the end", memory, "MiB")
    with Sandbox() as sandbox, page(sandbox):
        watched = round_trips(sandbox, 1 if quick else 3, 64, 32)
    table.row("32 presses a call, with that person's page open: processor time for 1000", watched["us"] / 1000, "s")


# ---- a large guild ---------------------------------------------------------------------------------------------------------------------------

class Gateway:
    """Just enough of a WebSocket to identify and to read until an event comes (RFC 6455)."""

    def __init__(self, address, path="/?v=10&encoding=json"):
        host, port = address.split(":")
        self.socket = socket.create_connection((host, int(port)), 120)
        self.file = self.socket.makefile("rb")
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                            f"Sec-WebSocket-Key: {base64.b64encode(bytes(16)).decode()}\r\n\r\n".encode())
        while self.file.readline() not in (b"\r\n", b""):
            pass

    def close(self):
        self.file.close()
        self.socket.close()

    def send(self, frame):
        text = json.dumps(frame).encode().ljust(126)            # so that the length has the form of the next line
        self.socket.sendall(bytes([0x81, 0x80 | 126, len(text) >> 8, len(text) & 255, 0, 0, 0, 0]) + text)

    def read(self):
        n = self.file.read(2)[1] & 127
        if n > 125:
            n = int.from_bytes(self.file.read(2 if n == 126 else 8), "big")
        return self.file.read(n)

    def until(self, beginning, n=1):
        while n > 0:
            n -= self.read().startswith(beginning)


def identify(sandbox):
    with contextlib.closing(Gateway(sandbox.address)) as gateway:
        gateway.send({"op": 2, "d": {"token": "sandbox-token", "intents": 3, "properties": {"os": "", "browser": "", "device": ""}}})
        gateway.until(b'{"t":"GUILD_CREATE"')


def request_members(sandbox):
    n_chunks = 50 if "--members" in sandbox.args else 1
    with contextlib.closing(Gateway(sandbox.address)) as gateway:
        gateway.send({"op": 2, "d": {"token": "sandbox-token", "intents": 3, "properties": {"os": "", "browser": "", "device": ""}}})
        gateway.until(b'{"t":"GUILD_CREATE"')
        gateway.send({"op": 8, "d": {"guild_id": GUILD, "query": "", "limit": 0}})
        gateway.until(b'{"t":"GUILD_MEMBERS_CHUNK"', n_chunks)


def make_and_delete(sandbox):
    made = json.loads(sandbox.ask("POST", f"/api/v10/guilds/{GUILD}/channels", {"name": "x"}))["id"]
    sandbox.ask("DELETE", f"/api/v10/channels/{made}")


def rename(sandbox):
    sandbox.ask("PATCH", f"/api/v10/channels/{PANEL}", {"topic": "t"})


def press(sandbox):
    sandbox.message = getattr(sandbox, "message", None) or sandbox.panel()
    sandbox.ask("POST", "/sandbox/act", {"as": APPLICANT, "action": "press", "channel": PANEL, "message": sandbox.message, "custom_id": "go"})


def get(path):
    return lambda sandbox: sandbox.ask("GET", path)


# what, how it is done, whether it is a list that grows with the guild
THINGS = [
    ("a press", press, False),
    ("a message is posted", lambda s: s.ask("POST", f"/api/v10/channels/{PANEL}/messages", {"content": "x"}), False),
    ("a channel is made and deleted", make_and_delete, False),
    ("a channel is edited", rename, False),
    ("one member", get(f"/api/v10/guilds/{GUILD}/members/{STAFF}"), False),
    ("a role is given", lambda s: s.ask("PUT", f"/api/v10/guilds/{GUILD}/members/{APPLICANT}/roles/810000000000000005"), False),
    ("1000 members by GET", get(f"/api/v10/guilds/{GUILD}/members?limit=1000"), False),
    ("people by name, /sandbox/people?query=", get("/sandbox/people?query=owner"), False),
    ("who sees a channel, /sandbox/people?channel=", get("/sandbox/people?channel=820000000000000041"), True),
    ("all channels by GET", get(f"/api/v10/guilds/{GUILD}/channels"), True),
    ("the page's state", get(f"/sandbox/state?as={STAFF}"), True),
    ("identify until GUILD_CREATE", identify, True),
    ("the same, and all members in chunks", request_members, True),
]


def milliseconds(sandbox, thing, n):
    thing(sandbox)
    before = cost([sandbox.pid]).cpu_s
    for _ in range(n):
        thing(sandbox)
    return (cost([sandbox.pid]).cpu_s - before) * 1000 / n


def show_large(table, quick):
    table.section("A guild of 10,000 channels and 50,000 members beside the ready-made one: the sandbox's processor time")
    n = 5 if quick else 20
    with tempfile.TemporaryDirectory() as directory, Sandbox() as small, Sandbox(LARGE) as large, \
            Sandbox([*LARGE, "--state", f"{directory}/state"]) as saved:
        for name, thing, is_list in THINGS:
            a, b = milliseconds(small, thing, n), milliseconds(large, thing, n)
            table.row(f"{name} (ready-made guild: {a:.3f} ms)", b, "ms", target=None if is_list else f"< {USABLE_MS}", is_kept=None if is_list else b < USABLE_MS)
        table.row("memory of the large guild's sandbox", large.memory_mib(), "MiB")
        show_saving(table, saved)


def show_saving(table, sandbox):
    """How long others wait while the state is saved, in the worst case."""
    waits = []
    press(sandbox)
    end = time.monotonic() + 2
    while time.monotonic() < end:
        begin = time.monotonic()
        press(sandbox)
        waits.append((time.monotonic() - begin) * 1000)
        time.sleep(0.002)
    table.row("a press while --state saves, p50", percentile(waits, 50), "ms")
    table.row("a press while --state saves, longest", max(waits), "ms")


# ---- a guard that no neighbour disturbs --------------------------------------------------------------------------------------------------------

def instructions(args, n):
    """Instructions of a whole run with n presses."""
    with tempfile.TemporaryDirectory() as directory:
        out = pathlib.Path(directory) / "callgrind"
        with Sandbox(args, ["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={out}"]) as sandbox:
            for _ in range(n):
                press(sandbox)
        return int(re.search(r"^(?:summary|totals): (\d+)", out.read_text(), re.M)[1])


def show_growth(table):
    table.section("Instructions of one press, in guilds of different size (callgrind)")
    if not shutil.which("valgrind"):
        raise Skip("valgrind is not installed")
    counts = []
    for size in (1000, 10000):
        args = ["--channels", str(size), "--members", str(size)]
        counts.append((instructions(args, 150) - instructions(args, 50)) / 100)
        table.row(f"{size:,} channels and members", counts[-1], "")
    table.row("ten times the guild", counts[1] / counts[0], "times", target="< 1.1", is_kept=counts[1] < 1.1 * counts[0])


def run(table, quick):
    show_round_trips(table, quick)
    show_large(table, quick)
    show_growth(table)
