"""A support ticket, from the panel to the DM."""

import re

import stack
from recruit import words_of
from stack import ADMIN, APPLICANT, CATEGORY_SUPPORT, CHANNEL_LOG, CHANNEL_PANEL, OUTSIDER, ROLE_SUPPORT, STAFF, wait_for
from storyteller import Story, check


class SupportStory(Story):
    def set_up(self):
        self.types(ADMIN, "tickets set-targets", r"Support panel", support_panel=CHANNEL_PANEL, support_category=CATEGORY_SUPPORT,
                   log_channel=CHANNEL_LOG)
        self.types(ADMIN, "tickets set-ping", r"ping role", support_role=ROLE_SUPPORT)
        check(len([m for m in self.guild.messages(CHANNEL_PANEL) if m["components"]]) == 1, "exactly one panel stands in #open-a-ticket")
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
            self.expect_sight(who, channel["id"], may)
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
        dms = g.dms(APPLICANT)
        check(dms, "the applicant has a DM")
        text = words_of(dms[-1])
        check(resolution in text, "the DM tells the resolution")
        check(g.state()["guild"]["name"] in text, "the DM names the guild")
        self.say(APPLICANT, f"is sent a DM: \u201c{self.shown(text)}\u201d")

    def play(self):
        self.set_up()
        self.types(ADMIN, "tickets set-dm-on-close", r"on", enabled=True)
        channel = self.open("Where do I find the manual?")
        self.second_press(channel)
        self.refused(channel)
        self.resolve(channel, "It is in the glove box.")
        self.direct_message("It is in the glove box.")
        self.types(OUTSIDER, "tickets show-targets", r"admin")
