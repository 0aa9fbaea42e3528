"""Three applications: approved and finalised, declined, and a member removed again."""

import re

from recruit import (APPLY, APPROVE, CATEGORY_RECRUITMENT, CHANNEL_APPLY, CHANNEL_RECORDS, CONFIRM, FINALISE, FIX, QNA, REASON, REJECT,
                     ROLE_AFFILIATE, ROLE_MEMBER, ROLE_RECRUITMENT, STEP1, TYPE_ZONE, buttons_of, fields_of, inputs_of, words_of)
from stack import ADMIN, APPLICANT, CHANNEL_LOG, OUTSIDER, OWNER, SECOND, STAFF, wait_for
from storyteller import NAMES, Story, check

NOTES = "I fly the night shift, and I bring my own ship."


class RecruitStory(Story):
    def set_up(self):
        self.types(ADMIN, "tickets set-targets", r"Recruitment panel", recruitment_panel=CHANNEL_APPLY,
                   recruitment_category=CATEGORY_RECRUITMENT, log_channel=CHANNEL_LOG)
        self.types(ADMIN, "tickets set-ping", r"ping role", recruitment_role=ROLE_RECRUITMENT)
        self.types(ADMIN, "tickets set-org", r"LANTERN", url="https://robertsspaceindustries.com/orgs/LANTERN")
        self.types(ADMIN, "tickets set-nick-sync", r"on", enabled=True)
        self.types(ADMIN, "recruit-config set-log-channel", f"<#{CHANNEL_RECORDS}>", channel=CHANNEL_RECORDS)
        self.types(ADMIN, "autoroles set", f"<@&{ROLE_MEMBER}>", member=ROLE_MEMBER, affiliate=ROLE_AFFILIATE)
        wait_for(lambda: len([m for m in self.guild.messages(CHANNEL_APPLY) if m["components"]]) == 1, "exactly one panel in #apply")
        self.say("everybody", "sees a panel in #apply: Apply, and a link Apply on RSI")

    # ---- the applicant ----

    def open(self, who):
        g = self.guild
        self.say(who, "presses Apply")
        view = self.sees(who, g.press_button(who, CHANNEL_APPLY, APPLY), r"<#\d+>")
        channel = re.search(r"<#(\d+)>", words_of(view["message"])).group(1)
        for person, may in ((who, True), (STAFF, True), (OUTSIDER, False)):
            self.expect_sight(person, channel, may)
        messages = g.messages(channel, STAFF)
        check(len(messages) == 1 and messages[0]["mention_roles"] == [ROLE_RECRUITMENT], "one message calls the recruiters")
        markers = g.markers(channel)
        check((markers["REQ"], markers["TZ"], markers["OPENER"]) == ("-", "-", who), f"the topic has its markers: {markers}")
        self.say(STAFF, "is pinged in the new channel, which outsider does not see")
        return channel

    def step1(self, who, channel, **values):
        g = self.guild
        form = g.form_behind(who, channel, STEP1)
        self.say(who, f"presses {STEP1} and gets the form \u201c{form[1]['title']}\u201d: {', '.join(inputs_of(form[1]))}")
        wanted = g.step1(notes=NOTES, **values)
        self.say(who, "sends it: " + " \u00b7 ".join(str(v) for v in wanted.values()))
        return g.send(who, form, wanted)

    def step1_with_a_far_zone(self, who, channel):
        g = self.guild
        submit = self.step1(who, channel, zone="Not listed")
        self.sees(who, submit, r"zone")
        form = g.form_of(g.press_answer(who, submit, TYPE_ZONE))
        self.say(who, f"presses {TYPE_ZONE} and writes: seoul")
        self.sees(who, g.send(who, form, {"Time zone": "seoul"}), r".")
        wait_for(lambda: g.markers(channel)["TZ"] == "Asia/Seoul", "the topic to name the zone")
        self.record_says(channel, "Pending")

    def qna(self, who, channel, fix):
        g = self.guild
        form = g.form_behind(who, channel, QNA)
        self.say(who, f"presses {QNA} and gets: {', '.join(inputs_of(form[1]))}")
        answers = {"Strengths": "mining, salvage", "Availability": "whenever" if fix else "6pm\u201311pm", "Voice comms / mic ready": "Yes"}
        submit = g.send(who, form, answers)
        if fix:
            self.sees(who, submit, r"whenever")
            form = g.form_of(g.press_answer(who, submit, FIX))
            self.say(who, f"presses {FIX}; the form is filled already, only the times are written anew: 18:00-22:30")
            submit = g.send(who, form, {"Availability": "18:00-22:30"})
        self.sees(who, submit, r".")
        self.record_says(channel, "Q&A received")

    # ---- what stands in #records ----

    def record_of(self, tid):
        record = self.guild.record(tid)
        return record, fields_of(record) if record else {}

    def record_says(self, channel, status, tid=None):
        """Waits for the permanent record of a ticket to have that status; the ticket's id."""
        tid = tid or self.guild.markers(channel)["TID"]
        wait_for(lambda: self.record_of(tid)[1].get("Status") == status, f"the record of ticket {tid} to say {status}")
        fields = self.record_of(tid)[1]
        told = " \u00b7 ".join(f"{n}: {self.shown(fields[n])}" for n in ("Applicant", "Requested role", "RSI handle", "Time zone", "Approved by", "Declined by", "Finalised by", "Removed by")
                               if n in fields)
        self.say(STAFF, f"sees in #records: {self.record_of(tid)[0]['embeds'][0]['title']} \u2014 {status} \u00b7 {told}")
        return tid

    def is_gone(self, channel):
        wait_for(lambda: self.guild.is_gone(channel), "the channel to be deleted")

    # ---- staff ----

    def approve(self, who, channel):
        g = self.guild
        self.say(STAFF, f"presses {APPROVE}")
        self.sees(STAFF, g.press_button(STAFF, channel, APPROVE), r"pproved")
        wait_for(lambda: g.roles(who) == {ROLE_MEMBER}, "the role to be granted")
        tid = self.record_says(channel, "Approved")
        self.say(who, f"is @Member now, called {g.nickname(who)}, and reads in the channel how to apply on RSI")
        check(any("apply on RSI" in words_of(m) for m in g.messages(channel, who)), "the channel says how to apply on RSI")
        return tid

    def finalise(self, channel, tid):
        g = self.guild
        self.say(OWNER, f"presses {FINALISE}")
        question = g.press_button(OWNER, channel, FINALISE)
        self.sees(OWNER, question, r"RSI")
        self.say(OWNER, f"presses {CONFIRM}")
        self.sees(OWNER, g.press_answer(OWNER, question, CONFIRM), r"inalised")
        self.is_gone(channel)
        self.record_says(channel, "Finalised", tid)

    def reject(self, who, channel):
        g = self.guild
        tid = g.markers(channel)["TID"]
        form = g.form_behind(STAFF, channel, REJECT)
        self.say(STAFF, f"presses {REJECT}, gets the form \u201c{form[1]['title']}\u201d and writes: {REASON}")
        self.sees(STAFF, g.send(STAFF, form, {"Reason": REASON}), r".")
        self.is_gone(channel)
        self.record_says(channel, "Declined", tid)
        check(REASON in words_of(self.record_of(tid)[0]), "the record has the reason")
        text = words_of(g.dms(who)[-1])
        check(REASON not in text, "the DM does not have it")
        self.say(who, f"is sent a DM: \u201c{self.shown(text)}\u201d")

    def remove(self, who, tid):
        g = self.guild
        self.types(ADMIN, "recruit-config remove-member", r"emoved", member=who, reason="Inactive for a year.")
        wait_for(lambda: g.roles(who) == set(), "the role to be taken")
        self.record_says(None, "Removed", tid)
        self.say(who, f"is no longer @Member; {NAMES[ADMIN]}'s reason stands on the record")

    def play(self):
        g = self.guild
        self.set_up()
        channel = self.open(APPLICANT)
        self.step1_with_a_far_zone(APPLICANT, channel)
        self.say(APPLICANT, f"presses {APPROVE} on their own application")
        self.sees(APPLICANT, g.press_button(APPLICANT, channel, APPROVE), r"Manage Channels")
        self.qna(APPLICANT, channel, fix=True)
        tid = self.approve(APPLICANT, channel)
        self.finalise(channel, tid)

        channel = self.open(SECOND)
        submit = self.step1(SECOND, channel, role="Affiliate", zone="Europe/Paris", handle="Corvid-7", area="salvage")
        self.sees(SECOND, submit, r".")
        self.record_says(channel, "Pending")
        self.qna(SECOND, channel, fix=False)
        self.reject(SECOND, channel)

        self.remove(APPLICANT, tid)
        check(len(g.records()) == 2, "each application has one record")
        check(not g.ticket_channels(), "no ticket is left")
