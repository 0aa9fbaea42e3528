#!/usr/bin/env python3
"""
The story of a support ticket, played by its people through the sandbox, against a daemon that runs already.

    MAGIKAL_SANDBOX=127.0.0.1:8780 tour.py [--set-up]

Prints what each person sees, with times, and ends with status 0 only when each step had its effect. --set-up only does what an
administrator does first, and nothing when a panel is there.
"""

import os
import pathlib
import re
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import stack  # noqa: E402
from stack import ADMIN, APPLICANT, CATEGORY_SUPPORT, CHANNEL_LOG, CHANNEL_PANEL, OUTSIDER, ROLE_SUPPORT, STAFF, Guild, Trouble, wait_for  # noqa: E402

NAMES = {APPLICANT: "applicant", STAFF: "staff", ADMIN: "admin", OUTSIDER: "outsider"}


class Tour:
    def __init__(self, guild):
        self.guild, self.began, self.names = guild, time.monotonic(), {}

    def say(self, who, text):
        print(f"{time.monotonic() - self.began:6.2f} s  {NAMES.get(who, who):<10} {text}", flush=True)

    def shown(self, text):
        """Text as Discord shows it, in one line: mentions are names, and nothing is bold."""
        state = self.guild.state()
        self.names |= {f"<#{c['id']}>": f"#{c['name']}" for c in state["channels"]}
        self.names |= {f"<@&{r['id']}>": f"@{r['name']}" for r in state["guild"]["roles"]}
        text = re.sub(r"<(#|@&)\d+>", lambda m: self.names.get(m.group(), m.group()), text)
        return " \u00b7 ".join(line for line in text.replace("**", "").splitlines() if line)

    def sees(self, who, interaction, pattern):
        """The final answer, which must match."""
        view = self.guild.answer(interaction)
        text = words_of(view["message"])
        if not re.search(pattern, text):
            raise Trouble(f"{NAMES[who]} reads {text!r}, which does not say {pattern!r}")
        self.say(who, f"reads \u201c{self.shown(text)}\u201d  (acknowledged after {view['acknowledged_us'] / 1000:.0f} ms)")
        return view

    def set_up(self):
        g = self.guild
        self.say(ADMIN, "types /tickets set-targets support_panel:#open-a-ticket support_category:Support log_channel:#ticket-log")
        self.sees(ADMIN, g.tickets(ADMIN, "set-targets", support_panel=CHANNEL_PANEL, support_category=CATEGORY_SUPPORT,
                                   log_channel=CHANNEL_LOG), r"Support panel")
        self.say(ADMIN, "types /tickets set-ping support_role:@Support")
        self.sees(ADMIN, g.tickets(ADMIN, "set-ping", support_role=ROLE_SUPPORT), r"ping role")
        check(len([m for m in g.messages(CHANNEL_PANEL) if m["components"]]) == 1, "exactly one panel stands in #open-a-ticket")
        self.say("everybody", "sees a panel in #open-a-ticket: Open Support Ticket")

    def open(self, question):
        g = self.guild
        self.say(APPLICANT, "presses Open Support Ticket")
        interaction, modal = g.open_form(APPLICANT)
        self.say(APPLICANT, f"gets the form \u201c{modal['title']}\u201d and writes: {question}")
        before = {c["id"] for c in g.ticket_channels()}
        submit = g.submit(APPLICANT, interaction, {stack.input_id(modal): question})
        view = self.sees(APPLICANT, submit, r"<#\d+>")
        new = [c for c in g.ticket_channels() if c["id"] not in before]
        check(len(new) == 1, "exactly one channel was made")
        channel = new[0]
        check(f"<#{channel['id']}>" in view["message"]["content"], "the answer links that channel")
        check(channel["parent_id"] == CATEGORY_SUPPORT, "it is under the support category")
        check(re.fullmatch(r"TID:\d+ OPENER:" + APPLICANT, channel["topic"]), "its topic names ticket and opener")
        for who, may in ((APPLICANT, True), (STAFF, True), (OUTSIDER, False)):
            seen = channel["id"] in [c["id"] for c in g.channels(who)]
            check(seen == may, f"{NAMES[who]} {'sees' if may else 'does not see'} #{channel['name']}")
        messages = g.messages(channel["id"], STAFF)
        check(len(messages) == 1, "there is one message in it")
        check(question in words_of(messages[0]), "it shows the question")
        check([u["id"] if isinstance(u, dict) else u for u in messages[0]["mentions"]] == [APPLICANT] and
              messages[0]["mention_roles"] == [ROLE_SUPPORT], "it pings the opener and the support role, nobody else")
        self.say(STAFF, f"is pinged in #{channel['name']} and reads the question; outsider does not see the channel")
        return channel

    def second_press(self, channel):
        g = self.guild
        self.say(APPLICANT, "presses the panel once more")
        self.sees(APPLICANT, g.press_panel(APPLICANT), f"<#{channel['id']}>")
        check(len(g.ticket_channels()) == 1, "no second channel was made")

    def refused(self, channel):
        g = self.guild
        message, custom_id = g.resolve_button(channel["id"])
        self.say(APPLICANT, "presses Resolve (Staff) in their own ticket")
        self.sees(APPLICANT, g.press(APPLICANT, channel["id"], message, custom_id), r"Manage Channels")

    def resolve(self, channel, resolution):
        g = self.guild
        self.say(STAFF, "presses Resolve (Staff)")
        interaction, modal = g.resolve_form(channel["id"])
        logged = len(g.messages(CHANNEL_LOG))
        self.say(STAFF, f"gets the form \u201c{modal['title']}\u201d and writes: {resolution}")
        submit = g.submit(STAFF, interaction, {stack.input_id(modal): resolution})
        self.sees(STAFF, submit, r"resolv")
        wait_for(lambda: channel["id"] not in [c["id"] for c in g.channels()], "the channel to be deleted")
        messages = g.messages(CHANNEL_LOG)
        check(len(messages) == logged + 1, "the log has one new entry")
        text = words_of(messages[-1])
        check(resolution in text and f"<@{APPLICANT}>" in text and f"<@{STAFF}>" in text, "it names opener, resolver and resolution")
        check(not messages[-1]["mentions"] and not messages[-1]["mention_roles"], "it pings nobody")
        self.say(STAFF, f"sees the result in #ticket-log; #{channel['name']} is gone")
        order = [e["effect"] for e in g.effects() if e.get("channel") in (channel["id"], CHANNEL_LOG) and e["by"] == "bot"]
        check(order.index("channel.delete") > len(order) - 1 - order[::-1].index("message.create"), "the log was written before the delete")

    def direct_message(self, resolution):
        g = self.guild
        dms = g.state(APPLICANT)["dms"]
        check(dms, "the applicant has a DM")
        channel = dms[0].get("id") or dms[0]["channel"]["id"]
        text = words_of(g.messages(channel, APPLICANT)[-1])
        check(resolution in text, "the DM tells the resolution")
        check(g.state()["guild"]["name"] in text, "the DM names the guild")
        self.say(APPLICANT, f"is sent a DM: \u201c{self.shown(text)}\u201d")

    def play(self):
        g = self.guild
        self.set_up()
        self.say(ADMIN, "types /tickets set-dm-on-close enabled:True")
        self.sees(ADMIN, g.tickets(ADMIN, "set-dm-on-close", enabled=True), r"on")
        channel = self.open("Where do I find the manual?")
        self.second_press(channel)
        self.refused(channel)
        self.resolve(channel, "It is in the glove box.")
        self.direct_message("It is in the glove box.")
        self.say(OUTSIDER, "types /tickets show-targets")
        self.sees(OUTSIDER, g.tickets(OUTSIDER, "show-targets"), r"admin")


def words_of(message):
    """Everything a person reads in a message."""
    parts = [message.get("content") or ""]
    for embed in message.get("embeds", []):
        parts += [embed.get("title", ""), embed.get("description", "")]
        for field in embed.get("fields", []):
            parts += [field["name"], field["value"]]
    return "\n".join(p for p in parts if p)


def check(condition, what):
    if not condition:
        raise Trouble(f"not so: {what}")


def main():
    guild = Guild(os.environ["MAGIKAL_SANDBOX"])
    tour = Tour(guild)
    try:
        # a worker registers them a moment after the daemon is ready
        wait_for(lambda: guild.state()["commands"], "the commands to be registered")
        if "--set-up" in sys.argv[1:]:
            if not any(m["components"] for m in guild.messages(CHANNEL_PANEL)):
                tour.set_up()
            return 0
        tour.play()
    except Trouble as trouble:
        print(f"The tour failed: {trouble}", file=sys.stderr)
        return 1
    print(f"{time.monotonic() - tour.began:6.2f} s  The story is told; each step had its effect.")
    return 0


sys.exit(main())
