"""
A private PostgreSQL cluster for tests, and waiting for what no event announces. Only the standard library.
"""

import contextlib
import os
import pathlib
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time

# Ends what a statement has answered; no statement answers with it
END = "-- the end of it --"


class Trouble(AssertionError):
    pass


def pg_bindir():
    where = os.environ.get("MAGIKAL_PG_BINDIR")
    if not where and shutil.which("pg_config"):
        where = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True).stdout.strip()
    return where if where and os.path.exists(os.path.join(where, "initdb")) else None


class Postgres:
    """A private cluster on a UNIX socket. PostgreSQL refuses to run as root, so root lends it another account."""

    def __init__(self, directory):
        self.bindir = pg_bindir()
        self.data = directory / "pg"
        self.socket = directory / "sock"
        self.log = directory / "pg.log"
        self.prefix, self.process = [], None
        self.session, self.lock = None, threading.Lock()
        self.settings = ["fsync=off"]
        self.socket.mkdir()
        if os.geteuid() == 0:
            account = "postgres" if any(p.pw_name == "postgres" for p in pwd.getpwall()) else "nobody"
            entry = pwd.getpwnam(account)
            self.prefix = ["setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups"]
            os.chmod(directory, 0o755)
            self.data.mkdir()
            for path in (self.data, self.socket):
                os.chown(path, entry.pw_uid, entry.pw_gid)
        self.dsn = f"host={self.socket} user=magikal dbname=postgres"
        self.run("initdb", "-D", self.data, "-U", "magikal", "-A", "trust", "--no-sync", "-E", "UTF8", "--no-locale")

    def run(self, program, *args):
        done = subprocess.run(self.prefix + [os.path.join(self.bindir, program)] + [str(a) for a in args],
                              capture_output=True, text=True, cwd="/")
        if done.returncode != 0:
            raise Trouble(f"{program}: {done.stdout}{done.stderr}")
        return done.stdout

    def start(self):
        options = " ".join(f"-c {s}" for s in ["listen_addresses=", f"unix_socket_directories={self.socket}", "max_connections=60", *self.settings])
        # the postmaster must not be in the tests' session: a Ctrl-C there would stop it before its clients
        log = open(self.log, "ab")
        self.process = subprocess.Popen(
            self.prefix + [os.path.join(self.bindir, "postgres"), "-D", str(self.data)] + options.split(),
            stdout=log, stderr=log, cwd="/", start_new_session=True)
        log.close()
        wait_for(self.is_ready, "PostgreSQL to start", 30)

    def is_ready(self):
        return subprocess.run([os.path.join(self.bindir, "pg_isready"), "-q", "-h", str(self.socket)]).returncode == 0

    def pids(self):
        """The postmaster and its children."""
        found = [self.process.pid]
        for entry in pathlib.Path("/proc").iterdir():
            with contextlib.suppress(OSError, ValueError):
                if entry.name.isdigit() and int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]) == self.process.pid:
                    found.append(int(entry.name))
        return found

    def stop(self, how=signal.SIGINT):
        with self.lock:
            if self.session:
                self.session.close()
            self.session = None
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(30)
        self.process = None

    def sql(self, statement):
        """Rows as lists of strings."""
        with self.lock:
            for kept in (self.session, None):
                if kept is None:
                    self.session = Session(self)
                elif kept.has_ended():
                    continue
                lines, error = self.session.run(statement)
                if error is None:
                    return [line.split("\x1f") for line in lines]
                self.session.close()
                self.session = None
                # the server that the session knew has gone, not this statement's fault
                if kept is None or not re.search("connection|terminating", error):
                    raise Trouble(f"{statement}: {error}")
        raise Trouble(f"{statement}: no session")


class Session:
    """psql that stays for many statements: starting it costs more than most of them. It ends with the first that fails."""

    def __init__(self, postgres):
        self.errors = tempfile.TemporaryFile()
        self.psql = subprocess.Popen([os.path.join(postgres.bindir, "psql"), "-XqAt", "-F", "\x1f", "-d", postgres.dsn, "-v", "ON_ERROR_STOP=1"],
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True)

    def has_ended(self):
        return self.psql.poll() is not None

    def run(self, statement):
        """(lines, None), or (None, what was wrong)."""
        with contextlib.suppress(BrokenPipeError):
            self.psql.stdin.write(f"{statement}\n;\n\\echo {END}\n")
            self.psql.stdin.flush()
        lines = []
        for line in self.psql.stdout:
            if line == END + "\n":
                return lines, None
            lines.append(line[:-1])
        self.psql.wait()
        self.errors.seek(0)
        return None, self.errors.read().decode(errors="replace")

    def close(self):
        with contextlib.suppress(BrokenPipeError):
            self.psql.stdin.close()
        self.psql.wait()
        self.psql.stdout.close()
        self.errors.close()


def wait_for(condition, what, seconds=20.0):
    """Polls what no event announces (a process's state, a row). Returns the first true answer."""
    end = time.monotonic() + seconds
    pause = 0.01
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise Trouble(f"waited {seconds:g} s in vain for {what}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.2)
