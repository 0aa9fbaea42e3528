#!/usr/bin/env python3
"""
docs/sandbox.md is not only read: its bots are started, its shell lines typed, its tests run, and what it says they answer is compared with
what they do answer. Only the address is another, since the port that everybody has may be taken. TAP.

    test-docs.py [plain] [js] [py]      default: plain, the shell lines with a bot of the standard library
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from bots import BUILD, HERE, SOURCE, Bot, Sandbox, Trouble, discord_py_version, package_version

from stack import Tap  # noqa: E402

PAGE = SOURCE / "docs/sandbox.md"
ADDRESS = "127.0.0.1:8780"      # the one on the page
TOKEN = "sandbox-token"


def blocks():
    """Name of a code block, its second word → text; blocks of the same name follow each other."""
    found = {}
    for name, text in re.findall(r"^```\w+ (\S+)\n(.*?)^```$", PAGE.read_text(), re.M | re.S):
        found[name] = found.get(name, "") + text
    return found


# ---- shapes: what the page shows, "…" being anything more ---------------------------------------------------------------------------

def shown(text):
    """The page's JSON: an object with a … in it may have further members, an array with one further items."""
    inside, parts = [], []
    for token in re.findall(r'"(?:[^"\\]|\\.)*"|[^"]', text):
        if token in "{[":
            inside.append(token)
        elif token in "}]":
            inside.pop()
        parts.append(token if token != "…" else '"…"' if inside[-1] == "[" else '"…": 0')
    return json.loads("".join(parts))


def fits(wanted, got, at="$"):
    """Members are there and of the same kind; a text without digits and a small number are the very same."""
    if type(wanted) is not type(got):
        raise Trouble(f"{at} is {got!r}, the page shows {wanted!r}")
    if isinstance(wanted, dict):
        if "…" not in wanted and set(wanted) != set(got):
            raise Trouble(f"{at} has {sorted(got)}, the page shows {sorted(wanted)}")
        for key in wanted.keys() - {"…"}:
            if key not in got:
                raise Trouble(f"{at} has no {key!r}, only {sorted(got)}")
            fits(wanted[key], got[key], f"{at}.{key}")
    elif isinstance(wanted, list):
        for item in [w for w in wanted if w != "…"]:
            if not any(is_like(item, g) for g in got):
                fits(item, got[-1] if got else None, f"{at}[]")
    elif isinstance(wanted, str) and not re.search(r"\d", wanted) and wanted != got:
        raise Trouble(f"{at} is {got!r}, the page shows {wanted!r}")
    elif isinstance(wanted, int) and at.rsplit(".", 1)[1] in ("flags", "type") and wanted != got:
        raise Trouble(f"{at} is {got!r}, the page shows {wanted!r}")


def is_like(wanted, got):
    try:
        fits(wanted, got)
    except Trouble:
        return False
    return True


# ---- what is played ----------------------------------------------------------------------------------------------------------------

def the_lines_do_what_the_page_shows(page, sandbox, directory):
    """One shell types all of them; a line of its own tells where the answer of the next begins."""
    script, answers = ["set -e"], []
    for line in page["steps"].splitlines():
        if line.startswith("# "):
            answers[-1].append(line[2:])
        else:
            script.append(line.replace(ADDRESS, sandbox.address) + ("; echo; echo ===" if line.startswith("curl") else ""))
            answers += [[]] if line.startswith("curl") else []
    done = subprocess.run(["sh", "-c", "\n".join(script)], capture_output=True, text=True, cwd=directory, timeout=60)
    said = [part.strip() for part in done.stdout.split("===")][:-1]
    if done.returncode != 0 or len(said) != len(answers):
        raise Trouble(f"{len(said)} of {len(answers)} lines were answered, status {done.returncode}: {done.stderr}")
    for wanted, got in zip(answers, said):
        if len(wanted) != 1:
            raise Trouble(f"the page shows no answer for what says {got}")
        fits(shown(wanted[0]), json.loads(got))


def its_own_test_passes(page, directory, name, command):
    done = subprocess.run(command, env={**os.environ, "SANDBOX": str(BUILD / "magikal-sandbox")}, capture_output=True, text=True, cwd=directory, timeout=90)
    if done.returncode != 0:
        raise Trouble(f"{name}: status {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-2000:]}")


def its_own_test_can_fail(page, directory, name, command):
    """The same test with another bot."""
    for bot in ("bot.mjs", "bot.py"):
        text = (directory / bot).read_text()
        (directory / bot).write_text(text.replace("Somebody asked.", "Nobody asked."))
    done = subprocess.run(command, env={**os.environ, "SANDBOX": str(BUILD / "magikal-sandbox")}, capture_output=True, text=True, cwd=directory, timeout=90)
    if done.returncode == 0 or "Nobody asked." not in done.stdout:
        raise Trouble(f"{name} does not see what the bot says: status {done.returncode}\n{done.stdout[-3000:]}")


def start_line(page):
    """The page's command from the source tree, with our programs: all of its words but for the paths."""
    program, *words = page["start"].split()
    return [str(BUILD / pathlib.Path(program).relative_to("build"))] + [str(SOURCE / w) if (SOURCE / w).exists() else w for w in words]


def bot_line(page, name, sandbox):
    """(command, environment) of the page's line for that bot."""
    line = next(line for line in page["bots"].splitlines() if line.endswith(name)).replace(ADDRESS, sandbox.address)
    words = line.split()
    return [w for w in words if "=" not in w], dict(w.split("=", 1) for w in words if "=" in w)


def play(tap, page, client, test):
    directory = pathlib.Path(tempfile.mkdtemp(prefix="magikal-docs-"))
    try:
        for name in ("bot.mjs", "bot.py", "ping.test.mjs", "test_ping.py"):
            (directory / name).write_text(page[name])
        if client == "js":
            (directory / "node_modules").symlink_to(HERE / "node_modules")
        with Sandbox(token=TOKEN, command=start_line(page)) as sandbox:
            if client == "plain":
                command, environment = [sys.executable, str(HERE / "plain.py")], bot_line(page, "bot.py", sandbox)[1]
            else:
                command, environment = bot_line(page, {"js": "bot.mjs", "py": "bot.py"}[client], sandbox)
            if client == "py":
                command[0] = "/usr/bin/python3"
            with Bot(command, environment, directory) as bot:
                bot.hears("ready")
                tap.run(f"{client}: the lines of the page do what it shows", the_lines_do_what_the_page_shows, page, sandbox, directory)
                if tap.n_failed:
                    print("\n".join(f"# {line}" for line in bot.said().splitlines()))
        if test:
            tap.run(f"{client}: the test to copy passes", its_own_test_passes, page, directory, *test)
            tap.run(f"{client}: the test to copy fails with another bot", its_own_test_can_fail, page, directory, *test)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def has_pytest():
    return subprocess.run(["/usr/bin/python3", "-c", "import pytest"], capture_output=True).returncode == 0


def main():
    tap, page = Tap(), blocks()
    wanted = sys.argv[1:] or ["plain"]
    has = {"plain": True, "js": package_version("discord.js"), "py": discord_py_version() and has_pytest()}
    for client in [w for w in wanted if not has[w]]:
        print(f"# {client} is not played: make client-tools, apt install python3-discord python3-pytest")
    if not shutil.which("curl"):
        print("1..0 # SKIP the page's lines need curl")
        return 0
    if "plain" in wanted:
        play(tap, page, "plain", None)
    if "js" in wanted and has["js"]:
        play(tap, page, "js", ("ping.test.mjs", ["node", "--test"]))
    if "py" in wanted and has["py"]:
        play(tap, page, "py", ("test_ping.py", ["/usr/bin/python3", "-m", "pytest", "-q", "-p", "no:cacheprovider"]))
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
