"""
The whole system on one machine for tests: a private PostgreSQL, the sandbox, the daemon. Only the standard library.

Everything lives in one temporary directory and dies with the Stack. Nothing here knows how the daemon works inside: it presses buttons
through the sandbox, reads the sandbox's log of effects, and asks the database in SQL.
"""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

from postgres import Postgres, Trouble, pg_bindir, wait_for

SOURCE = pathlib.Path(os.environ.get("MAGIKAL_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
BUILD = pathlib.Path(os.environ.get("MAGIKAL_BUILD_DIR", SOURCE / "build"))

# The ready-made guild of the sandbox
GUILD = "800000000000000001"
BOT = APPLICATION = "900000000000000001"
APPLICANT, STAFF, ADMIN, OUTSIDER, SECOND, OWNER = (
    "700000000000000001", "700000000000000002", "700000000000000003", "700000000000000004", "700000000000000005", "700000000000000009")
ROLE_SUPPORT = "810000000000000002"
ROLE_RECRUITMENT, CATEGORY_RECRUITMENT, CHANNEL_APPLY = "810000000000000003", "820000000000000003", "820000000000000031"
CATEGORY_SUPPORT, CHANNEL_PANEL, CHANNEL_LOG, CHANNEL_GENERAL = (
    "820000000000000002", "820000000000000021", "820000000000000041", "820000000000000012")
PEOPLE = [APPLICANT, STAFF, ADMIN, OUTSIDER, SECOND, OWNER]
TOKEN = "OTAwMDAwMDAwMDAwMDAwMDAx.GsandB.ox-token-for-the-local-guild-only-000000"


class Guild:
    """The sandbox's guild, seen and used as its people and its judge do."""

    def __init__(self, address):
        self.address = address
        self.begun = []     # interactions that may not have been accepted yet

    def http(self, method, path, body=None, timeout=30):
        request = urllib.request.Request(f"http://{self.address}{path}", method=method,
                                         data=None if body is None else json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=timeout) as reply:
                text = reply.read()
        except urllib.error.HTTPError as error:
            raise Trouble(f"{method} {path}: {error.code} {error.read().decode(errors='replace')}") from None
        except urllib.error.URLError as error:
            raise Trouble(f"{method} {path}: nothing answers at http://{self.address} ({error.reason})") from None
        return json.loads(text) if text else None

    def state(self, who=OWNER):
        return self.http("GET", f"/sandbox/state?as={who}")

    def channels(self, who=OWNER):
        return self.state(who)["channels"]

    def messages(self, channel, who=OWNER):
        answer = self.http("GET", f"/sandbox/messages?as={who}&channel={channel}")
        return answer["messages"] if isinstance(answer, dict) else answer

    def effects(self, after=0, match=None, wait_ms=0):
        query = f"after={after}&wait={wait_ms}" + (f"&match={urllib.parse.quote(match)}" if match else "")
        answer = self.http("GET", f"/sandbox/effects?{query}", timeout=wait_ms / 1000 + 30)
        return answer["effects"] if isinstance(answer, dict) else answer

    def requests(self, after=0):
        answer = self.http("GET", f"/sandbox/requests?after={after}")
        return answer["requests"] if isinstance(answer, dict) else answer

    def scenes(self, after=0, match=""):
        return self.http("GET", f"/sandbox/scenes?after={after}&match={urllib.parse.quote(match)}")["scenes"]

    def last_effect(self):
        return max((e["n"] for e in self.effects()), default=0)

    def act(self, who, action, **more):
        answer = self.http("POST", "/sandbox/act", {"as": who, "action": action, **more})
        if "interaction" in answer:
            self.begun.append(answer["interaction"])
        return answer

    def press(self, who, channel, message, custom_id):
        return self.act(who, "press", channel=channel, message=message, custom_id=custom_id)["interaction"]

    def submit(self, who, modal, values):
        return self.act(who, "submit", modal=modal, values=values)["interaction"]

    def declared(self, path):
        """The options that a command is registered with, by name; path: "tickets set-ping"."""
        options = self.state()["commands"]
        for word in path.split():
            options = next((o.get("options", []) for o in options if o["name"] == word), None)
            if options is None:
                raise Trouble(f"/{path} is not registered")
        return {o["name"]: o for o in options}

    def command(self, who, name, options=(), channel=CHANNEL_GENERAL, action="command", **more):
        # a daemon that has just become ready for the first time is a moment ahead of the registration of its commands
        wait_for(lambda: any(c["name"] == name for c in self.state()["commands"]), f"/{name} to be registered")
        return self.act(who, action, name=name, channel=channel, options=list(options), **more)["interaction"]

    def invoke(self, who, path, *, at=CHANNEL_GENERAL, action="command", more=None, **options):
        """Types "/path option:value …" in the channel `at`; the options have the types that they were registered with."""
        words = path.split()
        wait_for(lambda: any(c["name"] == words[0] for c in self.state()["commands"]), f"/{words[0]} to be registered")
        declared = self.declared(path)
        typed = [{"name": name, "type": declared[name]["type"], "value": value} for name, value in options.items()]
        for word in reversed(words[1:]):
            typed = [{"name": word, "type": 1 if word == words[-1] else 2, "options": typed}]
        return self.command(who, words[0], typed, at, action, **(more or {}))

    def complete(self, who, path, focused, typed="", *, at=CHANNEL_GENERAL, **options):
        """What is offered while the option `focused` is being typed: [{"name", "value"}]."""
        interaction = self.invoke(who, path, at=at, action="autocomplete", more={"focused": focused}, **{**options, focused: typed})
        return self.interaction(interaction)["choices"]

    def tickets(self, who, sub, **options):
        return self.invoke(who, f"tickets {sub}", **options)

    def interaction(self, interaction, until="final", seconds=20):
        answer = self.http("GET", f"/sandbox/interaction/{interaction}?wait={int(seconds * 1000)}&until={until}", timeout=seconds + 30)
        return answer

    def answer(self, interaction, seconds=20):
        """What the person finally reads; fails when it never came."""
        view = self.interaction(interaction, "final", seconds)
        if view["state"] not in ("answered", "modal") and not (view["state"] == "deferred" and view["edits"] > 0):
            raise Trouble(f"interaction {interaction} has no answer: {brief(view)}")
        return view

    def fault(self, method, route, do, **more):
        return self.http("POST", "/sandbox/fault", {"match": {"method": method, "route": route}, "do": do, **more})

    def clear_faults(self):
        self.http("DELETE", "/sandbox/fault")

    def world(self, do, **more):
        return self.http("POST", "/sandbox/world", {"do": do, **more})

    def gateway(self, do, **more):
        return self.http("POST", "/sandbox/gateway", {"do": do, **more})

    # ---- what tests do again and again ----

    def set_up(self):
        """As an administrator would: targets, ping role. A worker registers the commands after the daemon is ready."""
        wait_for(lambda: self.state()["commands"], "the commands to be registered")
        self.answer(self.tickets(ADMIN, "set-targets", support_panel=CHANNEL_PANEL, support_category=CATEGORY_SUPPORT,
                                 log_channel=CHANNEL_LOG))
        self.answer(self.tickets(ADMIN, "set-ping", support_role=ROLE_SUPPORT))

    def panel(self, channel=CHANNEL_PANEL):
        """The newest message with a button in the panel channel: (message id, custom_id)."""
        for message in reversed(self.messages(channel)):
            for row in message.get("components", []):
                for button in row.get("components", []):
                    if "custom_id" in button:
                        return message["id"], button["custom_id"]
        raise Trouble("there is no panel")

    def press_panel(self, who, channel=CHANNEL_PANEL):
        message, custom_id = self.panel(channel)
        return self.press(who, channel, message, custom_id)

    def open_form(self, who):
        interaction = self.press_panel(who)
        view = self.interaction(interaction)
        if view["state"] != "modal":
            raise Trouble(f"the panel did not open a form: {brief(view)}")
        return interaction, view["modal"]

    def open_ticket(self, who=APPLICANT, question="Where do I find the manual?"):
        """Submits the form; returns the interaction of the submit."""
        interaction, modal = self.open_form(who)
        return self.submit(who, interaction, {input_id(modal): question})

    def any_message(self, channel):
        """One to hang a forged press on; somebody says something where nobody has."""
        messages = self.messages(channel)
        return messages[0]["id"] if messages else self.act(OWNER, "say", channel=channel, content="Good evening.")["message"]

    def ticket_channels(self):
        return [c for c in self.channels() if c.get("topic") and "TID:" in c["topic"]]

    def resolve_button(self, channel):
        for message in self.messages(channel):
            for row in message.get("components", []):
                for button in row.get("components", []):
                    if "custom_id" in button:
                        return message["id"], button["custom_id"]
        raise Trouble("the ticket has no button")

    def resolve_form(self, channel, who=STAFF):
        message, custom_id = self.resolve_button(channel)
        interaction = self.press(who, channel, message, custom_id)
        view = self.interaction(interaction)
        if view["state"] != "modal":
            raise Trouble(f"the button did not open a form: {brief(view)}")
        return interaction, view["modal"]

    def resolve(self, channel, who=STAFF, resolution="It is in the glove box."):
        interaction, modal = self.resolve_form(channel, who)
        return self.submit(who, interaction, {input_id(modal): resolution})


class Stack(Guild):
    def __init__(self, *, workers=2, faults=None, config=None, sandbox_args=(), keep=None):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="magikal-test-"))
        self.keep = os.environ.get("MAGIKAL_KEEP") if keep is None else keep
        self.workers, self.faults, self.extra_config = workers, faults or {}, config or {}
        self.sandbox_args = list(sandbox_args)
        super().__init__(None)
        self.daemon = self.sandbox = None
        self.watchers = []
        self.log_path = self.directory / "magikald.log"
        self.traffic = self.directory / "traffic.jsonl"
        self.postgres = Postgres(self.directory)

    # ---- life ----

    def __enter__(self):
        try:
            self.postgres.start()
            self.prepare()
            self.start_sandbox()
            self.start_daemon()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind, value, traceback):
        if kind is not None:
            self.keep = self.keep or os.environ.get("MAGIKAL_KEEP_FAILED")
            print(f"# the daemon's last words ({self.log_path}):", file=sys.stderr)
            for line in self.log().splitlines()[-25:]:
                print(f"#   {line}", file=sys.stderr)
            self.close()
            return
        try:
            self.expect_sane()
        finally:
            self.close()

    def expect_sane(self):
        """Ends the programs as a service manager would; what a sanitizer has said about any of our processes is a failure."""
        self.stop_daemon()
        if self.sandbox and self.sandbox.poll() is None:
            self.sandbox.terminate()
            self.sandbox.wait(20)
        for path in (self.log_path, self.directory / "sandbox.log"):
            lines = path.read_text(errors="replace").splitlines() if path.exists() else []
            at = next((n for n, line in enumerate(lines) if re.search(r"ERROR: \w+Sanitizer|runtime error: ", line)), None)
            if at is not None:
                raise Trouble(f"a sanitizer complains in {path.name}:\n" + "\n".join(lines[at:at + 40]))

    def show_scenes(self):
        """What the demo does: the daemon tells the sandbox's page of its insides, until the end."""
        watch = subprocess.Popen([self.program("magikalctl"), "--config", str(self.directory / "magikald.conf"), "watch", "--json"],
                                 stdout=subprocess.PIPE)
        self.watchers.append(watch)
        self.watchers.append(subprocess.Popen(["curl", "-sT", "-", f"http://{self.address}/sandbox/scenes"], stdin=watch.stdout,
                                              stdout=subprocess.DEVNULL))
        watch.stdout.close()
        wait_for(lambda: self.scenes(match='"watching"'), "the daemon to show its insides")

    def close(self):
        for watcher in self.watchers:
            watcher.kill()
            watcher.wait()
        self.stop_daemon(signal.SIGKILL)
        if self.sandbox:
            self.sandbox.kill()
            self.sandbox.wait()
        self.postgres.stop(signal.SIGQUIT)
        if not self.keep:
            shutil.rmtree(self.directory, ignore_errors=True)

    def program(self, name):
        return str(BUILD / name)

    def prepare(self):
        keys = self.directory / "keys"
        keys.mkdir(mode=0o700)
        for name in ("lookup-key", "seal-key", "control-key"):
            subprocess.run([self.program("magikalctl"), "keygen", str(keys / name)], check=True, capture_output=True)
        token = keys / "discord-token"
        token.write_text(TOKEN + "\n")
        token.chmod(0o600)
        (self.directory / "run").mkdir(mode=0o700)

    def write_config(self):
        keys = self.directory / "keys"
        sections = {
            "discord": {"application_id": APPLICATION, "token_file": keys / "discord-token",
                        "rest_base_url": f"http://{self.address}/api/v10"},
            "rsi": {"base_url": f"http://{self.address}"},
            "database": {"dsn": self.postgres.dsn, "migrate_dsn": self.postgres.dsn},
            "process": {"workers": self.workers, "runtime_dir": self.directory / "run"},
            "keys": {"lookup_key_file": keys / "lookup-key", "seal_key_file": keys / "seal-key",
                     "control_key_file": keys / "control-key"},
            "tickets": {"open_cooldown_s": 0, "opens_per_day": 1000},
            "log": {"level": "debug"},
        }
        for section, values in self.extra_config.items():
            sections.setdefault(section, {}).update(values)
        path = self.directory / "magikald.conf"
        path.write_text("".join(f"[{s}]\n" + "".join(f"{k} = {v}\n" for k, v in values.items()) for s, values in sections.items()))
        return path

    def start_sandbox(self):
        address_file = self.directory / "address"
        log = open(self.directory / "sandbox.log", "ab")
        self.sandbox = subprocess.Popen(
            [self.program("magikal-sandbox"), "--listen", "127.0.0.1:0", "--address-file", str(address_file), "--token", TOKEN,
             "--traffic", str(self.traffic), "--web", str(SOURCE / "src/sandbox/web"), *self.sandbox_args],
            stdout=log, stderr=log)
        log.close()
        wait_for(lambda: address_file.exists() and address_file.read_text().strip(), "the sandbox to start")
        self.address = address_file.read_text().strip()

    def start_daemon(self, *, faults=None, ready=True):
        """faults: environment, e.g. {"MAGIKAL_FAULT": "support.open/channel/after-effect"}"""
        config = self.write_config()
        subprocess.run([self.program("magikalctl"), "migrate", "--config", str(config)], check=True, capture_output=True)
        environment = self.environment = {**os.environ, **(self.faults if faults is None else faults)}
        notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        path = self.directory / "notify"
        path.unlink(missing_ok=True)
        notify.bind(str(path))
        notify.settimeout(0.2)
        environment["NOTIFY_SOCKET"] = str(path)
        log = open(self.log_path, "ab")
        self.daemon = subprocess.Popen([self.program("magikald"), "--config", str(config)], env=environment, stdout=log, stderr=log,
                                       start_new_session=True)
        log.close()
        self.notify = notify
        if ready:
            self.wait_ready()
        return self.daemon

    def wait_ready(self, seconds=30):
        """Until the daemon itself says READY=1, as the service manager would."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with contextlib.suppress(socket.timeout):
                if b"READY=1" in self.notify.recv(65536):
                    return
            if self.daemon.poll() is not None:
                raise Trouble(f"the daemon ended with status {self.daemon.returncode}")
        raise Trouble("the daemon did not become ready")

    def stop_daemon(self, how=signal.SIGTERM):
        if not self.daemon:
            return None
        if how == signal.SIGKILL:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.daemon.pid, signal.SIGKILL)
        elif self.daemon.poll() is None:
            self.daemon.send_signal(how)
        try:
            status = self.daemon.wait(40)
        except subprocess.TimeoutExpired:
            raise Trouble(f"the daemon did not end within 40 s: {self.whereabouts()}") from None
        self.daemon = None
        self.notify.close()
        return status

    def whereabouts(self):
        """What the kernel says of the daemon's processes and threads, and the daemon's last words: for what cannot be repeated at will."""
        lines = []
        for pid in [self.daemon.pid] + [p for role in ("worker", "editor") for p in self.children(role)]:
            for task in pathlib.Path(f"/proc/{pid}/task").glob("*"):
                with contextlib.suppress(OSError):
                    state = re.search(r"State:\s+(.*)", (task / "status").read_text()).group(1)
                    lines.append(f"{pid}/{task.name} {(task / 'comm').read_text().strip()}: {state}, {(task / 'wchan').read_text()}")
        return "\n".join(lines + self.log().splitlines()[-15:])

    def restart_daemon(self, how=signal.SIGTERM, faults=None):
        self.stop_daemon(how)
        self.start_daemon(faults=faults or {})

    def children(self, role):
        """Pids of the daemon's children of one role, as /proc tells them."""
        pids = []
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            with contextlib.suppress(OSError, IndexError, ValueError):
                words = (entry / "cmdline").read_bytes().split(b"\0")
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                if self.daemon and parent == self.daemon.pid and words[1].decode() == role:
                    pids.append(int(entry.name))
        return pids

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def judge(self):
        """Every exchange so far against Discord's own description of its API. False: the judge's packages are not installed."""
        if not shutil.which("node"):
            return False
        done = subprocess.run(["node", str(BUILD / "tests/schema/validate.mjs"), str(self.traffic)], capture_output=True, text=True)
        if done.returncode not in (0, 77):
            raise Trouble("an exchange does not fit Discord's description:\n" + done.stdout[-4000:] + done.stderr[-2000:])
        return done.returncode == 0

    def quiet(self, seconds=60):
        """Until every press so far was acknowledged, no flow is unfinished, no edit is waiting and no record waits for being rewritten."""
        while self.begun:
            self.interaction(self.begun.pop(), "acknowledged", 5)
        wait_for(lambda: self.postgres.sql("SELECT (SELECT count(*) FROM flow.flow WHERE finished_at IS NULL)"
                                           " + (SELECT count(*) FROM flow.edit WHERE want_ver > have_ver AND state = 'live')"
                                           " + (SELECT count(*) FROM cfg.recruit_applications JOIN cfg.tickets USING (tid) JOIN cfg.ticket_panel_config USING (guild_id)"
                                           "    WHERE record_is_stale AND left_at IS NULL)") == [["0"]],
                 "all flows to finish", seconds)


def brief(view):
    """An interaction as one line, for failures."""
    message = view.get("message") or {}
    return f"state {view['state']}, callback {view.get('callback')}, edits {view['edits']}, reads {message.get('content')!r}"


def inputs_of(modal):
    """Label → component of each input of a modal, in a label or a row."""
    found = {}
    for top in modal["components"]:
        for component in [top.get("component")] + top.get("components", []):
            if component and "custom_id" in component:
                found[top.get("label") or component.get("label")] = component
    return found


def input_id(modal):
    """custom_id of the first, perhaps only, input of a modal."""
    for component in inputs_of(modal).values():
        return component["custom_id"]
    raise Trouble(f"the form has no input: {modal}")


class Tap:
    """Test Anything Protocol, version 12, with a plan at the end."""

    def __init__(self):
        self.n = self.n_failed = 0

    def run(self, name, function, *args):
        self.n += 1
        started = time.monotonic()
        try:
            function(*args)
        except Exception as error:  # any failure is this test's, the next ones still run
            self.n_failed += 1
            print(f"not ok {self.n} - {name}")
            for line in (f"{type(error).__name__}: {error}").splitlines():
                print(f"# {line}")
        else:
            print(f"ok {self.n} - {name}")
        print(f"# {time.monotonic() - started:.1f} s")
        sys.stdout.flush()

    def finish(self):
        print(f"1..{self.n}")
        return 1 if self.n_failed else 0


def skip_unless_possible():
    if not pg_bindir():
        print("1..0 # SKIP initdb was not found; configure with --with-pg-bindir")
        sys.exit(0)
