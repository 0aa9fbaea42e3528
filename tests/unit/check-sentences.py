#!/usr/bin/env python3
"""
Sentences for people live in src/text/*.def: no other file of the layers that speak to them may hold one. What looks like a sentence, two
words in one string, is only allowed where it is for the log, or for whoever reads the guild's audit log. TAP, one point a directory.
"""

import os
import pathlib
import re
import sys

SOURCE = pathlib.Path(os.environ.get("MAGIKAL_SOURCE_DIR", "."))
# What decides, makes and sends what people read. The others speak to operators or to the log alone, or pass on what these have made.
DIRECTORIES = ("text", "views", "flows", "worker", "domain", "doctor", "engine")

TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|[A-Za-z_]\w*|\S', re.S)
SENTENCE = re.compile(r"[A-Za-z]{2,}[,;:]? [A-Za-z]{2,}")

# Whose arguments, or which members, are for operators: log lines and what they quote. Each is a name in the code.
FOR_OPERATORS = {
    "log_event", "LOG_TEXT", "sentence", "log_lines", "run_drop", "run_give_back", "run_step_ends",            # the log
    "travel_tell", "_Static_assert",                                                                        # who watches, and the compiler
    "audit_reason", "opener_role", "opener_overwrite",                                                      # the guild's audit log
    "store_add_ticket_failed", "store_new",                                                                 # words of a row, of a connection
}
# Data that only looks like words, and what is told to whoever watches presses travel
NO_SENTENCES = {"aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty", "TID %llu APP %llu", "%s that is not ours", "deferred update"}


def strings(text):
    """Every string of a C file with the names it stands under: of the calls around it, and of what it is assigned to."""
    calls, brackets, name, assigned, line = [], [], "", "", 1
    at = 0
    directive = False
    for match in TOKEN.finditer(text):
        token = match.group()
        between = text[at:match.start()]
        line += between.count("\n")
        if "\n" in between and not between.rstrip(" \t\n").endswith("\\"):
            directive = False
        at = match.end()
        if token == "#" and ("\n" in between or match.start() == 0):
            directive = True
        if token.startswith('"'):
            if not directive:
                yield line, token[1:-1], set(calls) | {assigned}
        elif re.match(r"[A-Za-z_]", token):
            name = token
        elif token == "[":
            brackets.append(name)
        elif token == "]":
            name = brackets.pop() if brackets else ""
        elif token in "({":
            calls.append(name if token == "(" else assigned)
            name = ""
        elif token in ")}":
            if calls:
                calls.pop()
            name = ""
        elif token == "=":
            assigned = name
        elif token == ";":
            assigned = name = ""
        line += token.count("\n")


def complaints(path):
    for line, text, names in strings(path.read_text()):
        if SENTENCE.search(text) and text not in NO_SENTENCES and not names & FOR_OPERATORS:
            yield f"{path.relative_to(SOURCE)}:{line}: \"{text}\" under {sorted(n for n in names if n)}"


def main():
    n = n_failed = 0
    for directory in DIRECTORIES:
        found = [c for path in sorted((SOURCE / "src" / directory).glob("*.[ch]")) for c in complaints(path)]
        n += 1
        print(f"{'not ok' if found else 'ok'} {n} - src/{directory} has no sentences for people")
        for complaint in found:
            print(f"# {complaint}")
        n_failed += bool(found)
    print(f"1..{n}")
    return 1 if n_failed else 0


sys.exit(main())
