"""Who does and sees what in a story, printed as it happens; what is not so ends it."""

import re
import time

from recruit import words_of
from stack import ADMIN, APPLICANT, OUTSIDER, OWNER, SECOND, STAFF, Trouble

NAMES = {APPLICANT: "applicant", STAFF: "staff", ADMIN: "admin", OUTSIDER: "outsider", SECOND: "second", OWNER: "owner"}


def check(condition, what):
    if not condition:
        raise Trouble(f"not so: {what}")


class Story:
    def __init__(self, guild):
        self.guild, self.began, self.names = guild, time.monotonic(), {}

    def say(self, who, text):
        print(f"{time.monotonic() - self.began:6.2f} s  {NAMES.get(who, who):<10} {text}", flush=True)

    def shown(self, text):
        """Text as Discord shows it, in one line: mentions are names, and nothing is bold."""
        state = self.guild.state()
        self.names |= {f"<#{c['id']}>": f"#{c['name']}" for c in state["channels"]}
        self.names |= {f"<@&{r['id']}>": f"@{r['name']}" for r in state["guild"]["roles"]}
        self.names |= {f"<@{m['user']['id']}>": f"@{m['nick'] or m['user']['username']}" for m in state["guild"]["members"]}
        text = re.sub(r"<(#|@&|@)\d+>", lambda m: self.names.get(m.group(), m.group()), text)
        text = re.sub(r"\[([^\]]*)\]\(https?://[^)]*\)", r"\1", re.sub(r"<t:\d+:\w>", "just now", text))
        return " \u00b7 ".join(line for line in re.sub(r"\\(.)|\*+([^*\n]+)\*+", r"\1\2", text).splitlines() if line)

    def sees(self, who, interaction, pattern):
        """The final answer, which must match."""
        view = self.guild.answer(interaction)
        text = words_of(view["message"])
        if not re.search(pattern, text):
            raise Trouble(f"{NAMES[who]} reads {text!r}, which does not say {pattern!r}")
        self.say(who, f"reads \u201c{self.shown(text)}\u201d  (acknowledged after {view['acknowledged_us'] / 1000:.0f} ms)")
        return view

    def types(self, who, path, pattern, **options):
        """A command as it is typed, and what it answers."""
        typed = "".join(f" {name}:{self.shown_option(path, name, value)}" for name, value in options.items())
        self.say(who, f"types /{path}{typed}")
        return self.sees(who, self.guild.invoke(who, path, **options), pattern)

    def shown_option(self, path, name, value):
        kind = self.guild.declared(path)[name]["type"]
        if kind == 7:
            channel = next(c for c in self.guild.channels() if c["id"] == value)
            return channel["name"] if channel["type"] == 4 else f"#{channel['name']}"
        return self.shown({6: f"<@{value}>", 8: f"<@&{value}>"}.get(kind, str(value)))

    def expect_sight(self, who, channel, may):
        seen = channel in [c["id"] for c in self.guild.channels(who)]
        check(seen == may, f"{NAMES[who]} {'sees' if may else 'does not see'} {channel}")
