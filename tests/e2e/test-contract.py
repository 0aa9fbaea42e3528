#!/usr/bin/env python3
"""
The sandbox's REST interface, call by call: each row of contract.py is sent, answered as Discord answers, and judged by Discord's own
description of its interface. A route of the sandbox that has no row, or that the judge did not see on both sides, is a failure. What was
found is docs/sandbox-coverage.md, which must be up to date. TAP.

    test-contract.py [--write]      --write: writes docs/sandbox-coverage.md
"""

import contextlib
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import coverage  # noqa: E402
from contract import BUTTON, DEFAULTS, FORM, NOBODY, ONLY_BY_FAULT, TABLE, called, followed, sent  # noqa: E402
from stack import APPLICANT, APPLICATION, BUILD, CHANNEL_GENERAL, GUILD, SECOND, SOURCE, TOKEN, Guild, Tap, Trouble, wait_for  # noqa: E402
from wirebot import WireBot  # noqa: E402

DOCUMENT = SOURCE / "docs/sandbox-coverage.md"


class Scene:
    """The ready-made guild as one row finds it, and what its preparation has left there."""

    def __init__(self, address):
        self.guild, self.bot = Guild(address), WireBot(address, TOKEN)

    def begin(self):
        self.guild.http("DELETE", "/sandbox/fault")
        self.guild.http("POST", "/sandbox/clock", {"skew_ms": 0})
        self.guild.http("POST", "/sandbox/reset", {})
        self.messages, self.dm_channel, self.last, self.last_interaction, self.token = [], None, None, None, None

    @staticmethod
    def expect(reply, status):
        if reply.status != status:
            raise Trouble(f"a preparation was answered with {reply.status} instead of {status}: {reply.text}")
        return reply.json

    def refill(self):
        """Time goes by for the rate limits."""
        self.guild.http("POST", "/sandbox/clock", {"skew_ms": self.guild.http("GET", "/sandbox/clock")["skew_ms"] + 20000})

    def message(self, **body):
        reply = self.bot.send("POST", f"/channels/{CHANNEL_GENERAL}/messages", {"content": "hello", **body})
        if reply.status == 429:
            self.refill()
            return self.message(**body)
        self.last = self.expect(reply, 200)["id"]
        self.messages.append(self.last)
        return self.last

    def delete(self, message):
        self.guild.world("delete_message", channel=CHANNEL_GENERAL, message=message)

    def dm(self):
        self.dm_channel = self.expect(self.bot.send("POST", "/users/@me/channels", {"recipient_id": SECOND}), 200)["id"]
        return self.dm_channel

    def command(self, where="", **more):
        """Commands outlive the guild that was made anew."""
        body = {"type": 1, "name": "ping", "description": "Is the bot there?", **more}
        reply = self.bot.send("POST", f"/applications/{APPLICATION}{where}/commands", body)
        return self.expect(reply, 200 if reply.status == 200 else 201)["id"]

    def interaction(self, interaction):
        """The press has reached the bot: what it needs to answer."""
        d = self.bot.wait("INTERACTION_CREATE", lambda d: d["id"] == interaction)
        self.last_interaction, self.token = d["id"], d["token"]

    def answer(self, body):
        self.expect(self.bot.send("POST", f"/interactions/{self.last_interaction}/{self.token}/callback", body, token=False), 204)

    def original(self):
        return self.expect(self.bot.send("GET", f"/webhooks/{APPLICATION}/{self.token}/messages/@original", token=False), 200)["id"]

    def delete_original(self):
        self.expect(self.bot.send("DELETE", f"/webhooks/{APPLICATION}/{self.token}/messages/@original", token=False), 204)


def fill(template, scene, given):
    def value_of(match):
        value = {**DEFAULTS, **given}[match.group(1)]
        return str(value(scene) if callable(value) else value)
    return re.sub(r"\{([^}]*)\}", value_of, template)


def fault_at(reply, at):
    """The faults that the tree of a form error has at a path."""
    tree = (reply.json or {}).get("errors", {})
    for key in at:
        tree = tree.get(key, {})
    return tree.get("_errors", [])


class Found:
    """What the rows have shown: route → codes; code → (status, sentence)."""

    def __init__(self):
        self.codes, self.sentences = {}, {}

    def note(self, route, reply):
        if reply.code:
            self.codes.setdefault(route, set()).add(reply.code)
            self.sentences[reply.code] = (reply.status, reply.json["message"])


def play(scene, route, case, found):
    method, template = route.split(" ")
    scene.begin()
    if case.given:
        case.given(scene)
    body = case.body(scene) if callable(case.body) else case.body
    path = fill(template, scene, case.path) + (f"?{case.query}" if case.query else "")
    reply = scene.bot.send(method, path, body, **case.how)
    wanted = (case.status, None if case.is_success or case.code == 0 else case.code)
    if (reply.status, reply.code or None) != wanted:
        raise Trouble(f"{method} {path} {json.dumps(body)[:300]}: wanted {wanted}, got {reply.status} {reply.text[:500]}")
    if case.at and not fault_at(reply, case.at):
        raise Trouble(f"no fault at {'.'.join(case.at)}: {reply.text[:500]}")
    found.note(route, reply)


# ---- what holds for every route -----------------------------------------------------------------------------------------------------------

def whoever_has_no_token_is_refused(scene, route, auth, found):
    method, template = route.split(" ")
    reply = scene.bot.send(method, fill(template, scene, every_id(NOBODY)), token=False)
    if auth == "bot" and (reply.status, reply.code) != (401, 0):
        raise Trouble(f"{route} without a token: {reply.status} {reply.text}")
    if auth == "none" and reply.status == 401 and reply.code == 0:
        raise Trouble(f"{route} needs no token and asks for one")


def every_id(value):
    names = ("guild", "channel", "user", "role", "application", "overwrite", "message", "command", "interaction", "webhook")
    return {**{f"{name}_id": value for name in names}, "interaction_token": "x", "emoji_name": "x"}


def an_id_that_is_none_is_a_form_error(scene, route, auth, found):
    method, template = route.split(" ")
    names = [n for n in re.findall(r"\{([^}]*)\}", template) if n.endswith("_id")]
    if not names:
        return
    reply = scene.bot.send(method, fill(template, scene, every_id("general")))
    for name in names:
        if reply.code != 50035 or [e["code"] for e in fault_at(reply, (name,))] != ["NUMBER_TYPE_COERCE"]:
            raise Trouble(f"{route} with an id that is none: {reply.status} {reply.text}")
    found.note(route, reply)


def a_body_that_is_no_json_is_refused(scene, route, auth, found):
    method, template = route.split(" ")
    if method not in ("POST", "PUT", "PATCH"):
        return
    path = fill(template, scene, every_id(NOBODY))
    for raw, content_type, code in (b"{", "application/json", 50109), (b"content=x", "text/plain", 50035):
        reply = scene.bot.send(method, path, raw=raw, content_type=content_type)
        if (reply.status, reply.code) != (400, code):
            raise Trouble(f"{route} with a body of {content_type}: {reply.status} {reply.text}")
        found.note(route, reply)


def for_every_route(scene, check, routes, found):
    for route, auth in routes.items():
        scene.begin()
        check(scene, route, auth, found)


# ---- beyond routes ------------------------------------------------------------------------------------------------------------------------

def paths_and_methods_that_are_none(scene):
    for method, path, status in ("GET", "/nothing", 404), ("PATCH", "/gateway", 405), ("PUT", f"/channels/{CHANNEL_GENERAL}", 405):
        reply = scene.bot.send(method, path)
        if (reply.status, reply.code) != (status, 0):
            raise Trouble(f"{method} {path}: {reply.status} {reply.text}")


def a_version_of_the_interface_that_is_no_more(scene, found):
    reply = scene.bot.send("GET", "/gateway", version="v5")
    if (reply.status, reply.code) != (400, 50041):
        raise Trouble(f"version 5: {reply.status} {reply.text}")
    found.note("any", reply)


def codes_of_the_sandbox():
    """The rows of its table: code → status."""
    text = (SOURCE / "src/sandbox/error-code.c").read_text()
    return {int(code): int(status) for code, status in re.findall(r"^ *\{ (\d+), (\d+), \"", text, re.M)}


def each_error_code_is_earned_or_given_by_a_fault_rule(scene, found):
    codes = codes_of_the_sandbox()
    earned = {code for of_route in found.codes.values() for code in of_route}
    for what, wrong in (("earned though said to be for fault rules only", earned & ONLY_BY_FAULT.keys()),
                        ("neither earned nor for fault rules only", codes.keys() - earned - ONLY_BY_FAULT.keys()),
                        ("earned and not in the sandbox's table, so that no fault rule can give it", earned - codes.keys())):
        if wrong:
            raise Trouble(f"{what}: {sorted(wrong)}")
    for code in codes:
        scene.begin()
        scene.guild.fault("GET", "/channels/{channel_id}", "status", code=code)
        reply = scene.bot.send("GET", f"/channels/{CHANNEL_GENERAL}")
        if reply.status != codes[code] or reply.json["code"] != code:
            raise Trouble(f"the fault rule for {code} gives {reply.status} {reply.text}")
        found.sentences.setdefault(code, (reply.status, reply.json["message"]))


def events_of_every_kind(scene):
    """What REST calls and presses do not bring about: things done by hand, and those that need something before."""
    scene.begin()
    for what in called, sent, followed:
        what(scene)
    guild = scene.guild
    guild.world("rename_guild", name="Another Guild")
    guild.world("remove_member", user=SECOND)
    guild.world("add_member", user=SECOND, roles=[])
    scene.message()
    for action in "react", "unreact":
        guild.act(APPLICANT, action, channel=CHANNEL_GENERAL, message=scene.last, emoji="👍")
    guild.act(APPLICANT, "type", channel=CHANNEL_GENERAL)
    scene.bot.tell({"op": 8, "d": {"guild_id": GUILD, "query": "", "limit": 0}})
    scene.bot.wait("GUILD_MEMBERS_CHUNK")
    scene.dm()
    guild.http("POST", "/sandbox/act", {"as": SECOND, "action": "say", "channel": scene.dm_channel, "content": "hello"})
    menus = [{"type": 1, "components": [{"type": t, "custom_id": custom_id}]} for t, custom_id in ((8, "where"), (7, "whom"))]
    scene.message(components=[BUTTON, *menus])
    for menu, value in ("where", CHANNEL_GENERAL), ("whom", SECOND):
        guild.act(APPLICANT, "select", channel=CHANNEL_GENERAL, message=scene.last, custom_id=menu, values=[value])
    scene.command(name="pick", options=[{"type": t, "name": f"o{t}", "description": "x"} for t in range(3, 11)])
    values = {3: "a", 4: 1, 5: True, 6: SECOND, 7: CHANNEL_GENERAL, 8: GUILD, 9: SECOND, 10: 1.5}
    options = [{"name": f"o{t}", "type": t, "value": v} for t, v in values.items()]
    press = guild.act(APPLICANT, "command", channel=CHANNEL_GENERAL, name="pick", options=options)
    scene.interaction(press["interaction"])
    scene.answer(FORM)
    for name, kind, target in ("Report", 2, {"user": SECOND}), ("Keep", 3, {"message": scene.last}):
        scene.command(name=name, type=kind, description="")
        scene.interaction(guild.act(APPLICANT, "menu", channel=CHANNEL_GENERAL, name=name, **target)["interaction"])


# ---- the judge ------------------------------------------------------------------------------------------------------------------------------

def judged(traffic):
    """The judge's report; None when its packages are not installed."""
    if not shutil.which("node"):
        return None
    report = traffic.with_name("report.json")
    done = subprocess.run(["node", str(BUILD / "tests/schema/validate.mjs"), "--report", str(report), str(traffic)],
                          capture_output=True, text=True)
    if done.returncode == 77:
        return None
    if done.returncode != 0:
        lines = sorted({re.sub(r"^\S+ ", "", line) for line in done.stdout.splitlines()[:-1]})
        raise Trouble("not as Discord describes it:\n" + "\n".join(lines[:40]) + done.stderr[-2000:])
    return json.loads(report.read_text())


def each_side_of_each_route_was_judged(routes, report):
    for route in routes:
        seen = report["routes"].get(route, {"request": 0, "success": 0, "refusal": 0, "described": None})
        unseen = [side for side in ("request", "success", "refusal", "described") if not seen[side]]
        if unseen:
            raise Trouble(f"{route}: the judge has not seen: {', '.join(unseen)}")


def each_event_was_judged(report):
    unseen = [event for event, n in report["events"].items() if n == 0]
    if unseen:
        raise Trouble(f"the judge has not seen: {', '.join(unseen)}")


def the_document_is_up_to_date(text):
    if not DOCUMENT.exists() or DOCUMENT.read_text() != text:
        raise Trouble(f"{DOCUMENT.name} is out of date; \"make sandbox-coverage\" writes it anew")


# ---- all of it ------------------------------------------------------------------------------------------------------------------------------

def listed():
    """Route → who may ask, from the program itself."""
    done = subprocess.run([str(BUILD / "magikal-sandbox"), "--list-routes"], capture_output=True, text=True, check=True)
    return {f"{method} {path}": auth for method, path, auth in (line.split("\t") for line in done.stdout.splitlines())}


def each_route_has_a_success_and_a_refusal(routes):
    for route in routes:
        cases = TABLE.get(route, [])
        if not any(c.is_success for c in cases) or all(c.is_success for c in cases):
            raise Trouble(f"contract.py has no success or no refusal of {route}")
    if TABLE.keys() - routes.keys():
        raise Trouble(f"contract.py has rows for what is not served: {sorted(TABLE.keys() - routes.keys())}")


@contextlib.contextmanager
def sandbox(directory):
    address_file, traffic = directory / "address", directory / "traffic.jsonl"
    process = subprocess.Popen([str(BUILD / "magikal-sandbox"), "--listen", "127.0.0.1:0", "--address-file", str(address_file),
                                "--token", TOKEN, "--traffic", str(traffic), "--web", str(SOURCE / "src/sandbox/web")],
                               stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: address_file.exists() and address_file.read_text().strip(), "the sandbox to start")
        yield address_file.read_text().strip(), traffic
    finally:
        process.terminate()
        if process.wait(20) != 0:
            raise Trouble(f"the sandbox ended with status {process.returncode}")


def run(tap, directory, writes):
    routes, found = listed(), Found()
    tap.run("each route of the sandbox has rows", each_route_has_a_success_and_a_refusal, routes)
    with sandbox(directory) as (address, traffic):
        scene = Scene(address)
        scene.bot.connect()
        for route, cases in TABLE.items():
            for case in cases:
                tap.run(f"{route}: {case.what}", play, scene, route, case, found)
        for check in whoever_has_no_token_is_refused, an_id_that_is_none_is_a_form_error, a_body_that_is_no_json_is_refused:
            tap.run(check.__name__.replace("_", " "), for_every_route, scene, check, routes, found)
        tap.run("paths and methods that are none", paths_and_methods_that_are_none, scene)
        tap.run("a version of the interface that is no more", a_version_of_the_interface_that_is_no_more, scene, found)
        tap.run("each error code is earned, or given by a fault rule", each_error_code_is_earned_or_given_by_a_fault_rule, scene, found)
        tap.run("events of every kind", events_of_every_kind, scene)
        scene.bot.close()
    report = {}
    tap.run("all of it is as Discord describes it", lambda: report.update(judged(traffic) or {}))
    if not report:
        print("# not judged: the judge's packages are not installed (make schema-tools)" if not tap.n_failed else "# without a report")
        return
    tap.run("each side of each route was judged", each_side_of_each_route_was_judged, routes, report)
    tap.run("each kind of event was judged", each_event_was_judged, report)
    text = coverage.document(TABLE, found, report, codes_of_the_sandbox(), ONLY_BY_FAULT)
    if writes and not tap.n_failed:
        DOCUMENT.write_text(text)
    tap.run("docs/sandbox-coverage.md is up to date", the_document_is_up_to_date, text)


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="magikal-contract-") as directory:
        run(tap, pathlib.Path(directory), sys.argv[1:] == ["--write"])
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
