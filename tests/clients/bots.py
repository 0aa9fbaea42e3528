"""What the tests of foreign clients share: a sandbox of their own that writes down its traffic, a bot's process and its lines, the judge."""

import os
import pathlib
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "lib"))
from recruit import RecruitGuild  # noqa: E402
from stack import BUILD, SOURCE, TOKEN, Trouble, wait_for  # noqa: E402


# What Discord takes besides what its description says, and libraries make use of: ids as numbers (reference, "Snowflakes")
LIBERTIES = re.compile(r": request \S*\bid: Invalid input: expected string, received number$")


class Bot:
    """A process and the lines that it writes."""

    def __init__(self, command, environment, directory="/"):
        self.errors = tempfile.TemporaryFile(mode="w+")
        self.process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=self.errors, text=True, cwd=directory)
        self.lines = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line.strip())

    def hears(self, beginning, seconds=30):
        end = time.monotonic() + seconds
        while True:
            try:
                line = self.lines.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise Trouble(f"the bot did not write {beginning!r} within {seconds} s; it said:\n{self.said()}") from None
            if line.startswith(beginning):
                return line

    def said(self):
        self.errors.seek(0)
        return self.errors.read()[-3000:]


class Sandbox(RecruitGuild):
    """The guild of a sandbox that lives as long as the block."""

    def __init__(self, *arguments, token=TOKEN, command=None, traffic=None):
        super().__init__(None)
        self.program = command or [str(BUILD / "magikal-sandbox"), "--web", str(SOURCE / "src/sandbox/web")]
        self.arguments, self.traffic = ["--token", token, *arguments], traffic

    def __enter__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="magikal-clients-"))
        address_file = self.directory / "address"
        self.traffic = self.traffic or self.directory / "traffic.jsonl"
        self.process = subprocess.Popen([*self.program, "--listen", "127.0.0.1:0", "--address-file", str(address_file), "--traffic", str(self.traffic),
                                         *self.arguments], stderr=subprocess.DEVNULL)
        try:
            wait_for(lambda: address_file.exists() and address_file.read_text().strip(), "the sandbox to start")
        except BaseException:
            self.__exit__()
            raise
        self.address = address_file.read_text().strip()
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def api(self):
        return f"http://{self.address}/api"


def the_traffic_fits_discords_description(*files):
    """Every exchange and event of the files; what a library sends beyond the description is its own affair."""
    judge = BUILD / "tests/schema/validate.mjs"
    done = None
    if shutil.which("node") and judge.exists():
        done = subprocess.run(["node", str(judge), "--allow-more", *map(str, files)], capture_output=True, text=True)
    if done is None or done.returncode == 77:
        print("# not judged: the packages of the judge are not installed (make schema-tools)")
        return
    lines = done.stdout.strip().splitlines()
    wrong = [line for line in lines[:-1] if not LIBERTIES.search(line)]
    if wrong or not lines or done.stderr:
        raise Trouble("an exchange does not fit Discord's description:\n" + "\n".join(wrong[-40:]) + done.stderr[-2000:])
    print(f"# {lines[-1]}")


def package_version(name):
    """Of an npm package beside us, None when it is not installed."""
    package = HERE / "node_modules" / name / "package.json"
    if not package.exists() or not shutil.which("node"):
        return None
    return subprocess.run(["node", "-p", f"require({str(package)!r}).version"], capture_output=True, text=True).stdout.strip()


def discord_py_version(_=None):
    done = subprocess.run(["/usr/bin/python3", "-c", "import discord; print(discord.__version__)"], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else None
