"""
Recruitment as its people live it: forms filled in by their labels, buttons found by what is written on them, and the places where a
person or an auditor looks afterwards. RecruitGuild talks to any sandbox with a daemon, RecruitStack is a whole system of its own.
"""

import json
import re
import sys
import urllib.request

from stack import (ADMIN, APPLICANT, CATEGORY_RECRUITMENT, CHANNEL_APPLY, CHANNEL_LOG, GUILD, OWNER, ROLE_RECRUITMENT, STAFF, Guild,
                   Stack, TOKEN, Tap, Trouble, brief, inputs_of, skip_unless_possible, wait_for)

CHANNEL_RECORDS = "820000000000000042"
ROLE_ADMIN, ROLE_MEMBER, ROLE_AFFILIATE = "810000000000000004", "810000000000000005", "810000000000000006"

# What is written on the controls
APPLY, STEP1, EDIT, QNA = "Apply", "Start application (Step 1)", "Edit Step 1", "Answer Q&A"
APPROVE, REJECT, FINALISE, CLOSE = "Approve", "Reject", "Finalize — RSI accepted", "Close (Staff)"
CONFIRM, FIX, TYPE_ZONE, ALL_ANSWERS = "Confirm", "Fix answers", "Type time zone", "All answers"

# Colours of the record, by status
COLOURS = {"Pending": 0xF1C40F, "Q&A received": 0x3498DB, "Approved": 0x2ECC71, "Declined": 0xE74C3C, "Finalised": 0x1F8B4C, "Removed": 0x607D8B}

ANSWERS = {"Strengths": "mining, salvage", "Availability": "18:00-22:30", "Voice comms / mic ready": "Yes",
           "Anything else we should know": "I bring my own tractor beam."}
REASON = "The references did not hold."


def expect(condition, what):
    if not condition:
        raise Trouble(f"not so: {what}")


def calls(stack, after):
    """What the bot did to the guild since then, without answers to people: [(effect, channel)]."""
    return [(e["effect"], e.get("channel")) for e in stack.effects(after)
            if e["by"] == "bot" and e["effect"] not in ("interaction.callback", "original.edit", "original.delete")]


def expect_order(done, *wanted):
    """Each wanted call happened exactly once, in that order."""
    for call in wanted:
        expect(done.count(call) == 1, f"{call} happens once: {done}")
    places = [done.index(call) for call in wanted]
    expect(places == sorted(places), f"{wanted} in this order: {done}")


def words_of(message):
    """Everything a person reads in a message."""
    parts = [message.get("content") or ""]
    for embed in message.get("embeds", []):
        parts += [embed.get("title") or "", embed.get("description") or ""]
        for field in embed.get("fields", []):
            parts += [field["name"], field["value"]]
    return "\n".join(p for p in parts if p)


def buttons_of(message):
    """Label → custom_id of each button that can be pressed; links have none."""
    return {button["label"]: button.get("custom_id") for row in message.get("components", []) for button in row.get("components", [])
            if button["type"] == 2 and not button.get("disabled")}


def fields_of(message):
    """Name → value of the fields of a message's embed."""
    return {field["name"]: field["value"] for embed in message.get("embeds", []) for field in embed.get("fields", [])}


def fill(modal, wanted):
    """
    Values for submit(): label → text, or for a select what is written on its option (or the option's value), a list for several. What is
    left out keeps what the form was filled with.
    """
    inputs = inputs_of(modal)
    values = {}
    for label, value in wanted.items():
        if label not in inputs:
            raise Trouble(f"the form {modal['title']!r} has no {label!r}, only {sorted(inputs)}")
        component = inputs[label]
        if component["type"] != 4:
            options = {o["label"]: o["value"] for o in component.get("options", [])}
            value = [options.get(v, v) for v in (value if isinstance(value, list) else [value])]
        values[component["custom_id"]] = value
    return values


def filled(modal):
    """Label → what the form shows already: text, or the labels of the chosen options."""
    return {label: component.get("value", "") if component["type"] == 4 else [o["label"] for o in component["options"] if o.get("default")]
            for label, component in inputs_of(modal).items()}


class Recruitment:
    """Over a Guild."""

    # ---- controls and forms ----

    def find_button(self, who, channel, label):
        """The newest message that this person sees with such a button: (message, custom_id), or None."""
        for message in reversed(self.messages(channel, who)):
            custom_id = buttons_of(message).get(label)
            if custom_id:
                return message, custom_id
        return None

    def press_button(self, who, channel, label):
        found = wait_for(lambda: self.find_button(who, channel, label), f"a button {label!r} that {who} sees", 10)
        return self.press(who, channel, found[0]["id"], found[1])

    def press_answer(self, who, interaction, label):
        """Presses a button of the answer to an interaction, as is offered by "are you sure?" and "Fix answers"."""
        view = self.answer(interaction)
        custom_id = buttons_of(view["message"] or {}).get(label)
        if not custom_id:
            raise Trouble(f"the answer has no button {label!r}: {brief(view)}")
        return self.press(who, view["channel"], view["message"]["id"], custom_id)

    def form_of(self, interaction):
        view = self.interaction(interaction)
        if view["state"] != "modal":
            raise Trouble(f"no form was opened: {brief(view)}")
        return interaction, view["modal"]

    def form_behind(self, who, channel, label):
        """Presses a button that opens a form: (interaction, modal)."""
        return self.form_of(self.press_button(who, channel, label))

    form = form_behind

    def send(self, who, form, wanted=None):
        """Fills in a form by its labels and sends it; returns the submit's interaction."""
        interaction, modal = form
        return self.submit(who, interaction, fill(modal, wanted or {}))

    def says(self, interaction, pattern, seconds=20):
        """What the person finally reads, which must match and be for them alone."""
        view = self.answer(interaction, seconds)
        text = words_of(view["message"] or {})
        expect(re.search(pattern, text, re.S), f"the answer {text!r} says {pattern!r}")
        expect(view["message"]["flags"] & 64, "the answer is for one person")
        return text

    # ---- setting up ----

    def set_up_recruitment_targets(self):
        wait_for(lambda: self.state()["commands"], "the commands to be registered")
        self.answer(self.invoke(ADMIN, "tickets set-targets", recruitment_panel=CHANNEL_APPLY, recruitment_category=CATEGORY_RECRUITMENT,
                                log_channel=CHANNEL_LOG))
        self.answer(self.invoke(ADMIN, "tickets set-ping", recruitment_role=ROLE_RECRUITMENT))

    def set_up_recruitment(self):
        """As an administrator would."""
        self.set_up_recruitment_targets()
        self.answer(self.invoke(ADMIN, "recruit-config set-log-channel", channel=CHANNEL_RECORDS))
        self.answer(self.invoke(ADMIN, "autoroles set", member=ROLE_MEMBER, affiliate=ROLE_AFFILIATE))

    # ---- the applicant ----

    def open_application(self, who=APPLICANT):
        """Presses Apply; the id of the new channel."""
        view = self.answer(self.press_button(who, CHANNEL_APPLY, APPLY))
        link = re.search(r"<#(\d+)>", words_of(view["message"]))
        if not link:
            raise Trouble(f"no channel is linked: {brief(view)}")
        return link.group(1)

    @staticmethod
    def step1(role="Member", area="medical", zone="Europe/London", handle="Asterin-Vale", notes="I fly the night shift."):
        """Step 1 as fill() wants it. A zone is the value of an option, as in the application, or "Not listed"."""
        return {"Member or Affiliate": role, "Main area/focus": area, "Time zone": zone, "RSI handle": handle, "Short intro/notes": notes}

    def fill_step1(self, who, channel, **values):
        """The interaction of the submit; what it ends in is the caller's business."""
        return self.send(who, self.form_behind(who, channel, STEP1), self.step1(**values))

    def fill_qna(self, who, channel, answers=None):
        """Every page of the questions. answers: label → text; a label that a page does not have belongs to another one."""
        answers = ANSWERS if answers is None else answers
        form = self.form_behind(who, channel, QNA)
        for _ in range(10):
            submit = self.send(who, form, {label: value for label, value in answers.items() if label in inputs_of(form[1])})
            more = [b for b in buttons_of(self.answer(submit)["message"] or {}) if b.startswith("Continue")]
            if not more:
                return submit
            form = self.form_of(self.press_answer(who, submit, more[0]))
        raise Trouble("the questions do not end")

    def apply(self, who=APPLICANT, qna=True, **values):
        """From the panel to the answered questions; the id of the channel."""
        channel = self.open_application(who)
        self.answer(self.fill_step1(who, channel, **values))
        if qna:
            self.answer(self.fill_qna(who, channel))
        return channel

    # ---- staff ----

    def decide(self, who, channel, label):
        """Presses, and confirms where that is asked; the interaction that has the outcome."""
        interaction = self.press_button(who, channel, label)
        if CONFIRM in buttons_of(self.answer(interaction)["message"] or {}):
            return self.press_answer(who, interaction, CONFIRM)
        return interaction

    def approve(self, channel, who=STAFF):
        return self.decide(who, channel, APPROVE)

    def reject(self, channel, who=STAFF, reason=REASON):
        return self.send(who, self.form_behind(who, channel, REJECT), {"Reason": reason})

    def close_application(self, channel, who=STAFF):
        return self.decide(who, channel, CLOSE)

    def finalise(self, channel, who=OWNER):
        return self.decide(who, channel, FINALISE)

    def remove_member(self, member=APPLICANT, reason=REASON, who=ADMIN):
        return self.invoke(who, "recruit-config remove-member", member=member, reason=reason)

    # ---- where one looks ----

    def records(self, who=STAFF):
        return [m for m in self.messages(CHANNEL_RECORDS, who) if m["embeds"]]

    def record(self, tid):
        """The record of one ticket; None while there is none."""
        for message in self.records():
            if any(re.match(rf"TID {tid} APP ", (e.get("footer") or {}).get("text", "")) for e in message["embeds"]):
                return message
        return None

    def markers(self, channel):
        """The markers in a channel's topic as {"TID": …, "REQ": …}; None when the channel is gone."""
        topic = next((c.get("topic") or "" for c in self.channels() if c["id"] == channel), None)
        return None if topic is None else dict(m.split(":", 1) for m in topic.split())

    def is_gone(self, channel):
        return channel not in [c["id"] for c in self.channels()]

    def member(self, user):
        """{"nick", "roles"} of somebody in the guild; None for somebody who is not."""
        return next((m for m in self.state()["guild"]["members"] if m["user"]["id"] == user), None)

    def roles(self, user):
        member = self.member(user)
        return set(member["roles"]) if member else set()

    def nickname(self, user):
        return (self.member(user) or {}).get("nick")

    def dms(self, user):
        """The messages that the bot has sent to a person."""
        channels = [d.get("id") or d["channel"]["id"] for d in self.state(user)["dms"]]
        return [message for channel in channels for message in self.messages(channel, user)]

    # ---- a ticket that the database has lost ----

    def as_bot(self, channel, message):
        """Posts what the bot once posted, controls and all: (id of the copy)."""
        body = {key: message[key] for key in ("content", "embeds", "components") if message.get(key)}
        request = urllib.request.Request(f"http://{self.address}/api/v10/channels/{channel}/messages", data=json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json", "Authorization": f"Bot {TOKEN}",
                                                  "User-Agent": "DiscordBot (https://example.org, 1)"})
        with urllib.request.urlopen(request, timeout=10) as reply:
            return json.load(reply)["id"]

    def aged(self, channel):
        """The ticket's channel as one that was made an hour ago, in place of the one that was made just now: its id."""
        old = next(c for c in self.channels() if c["id"] == channel)
        made = self.world("add_channel", name=old["name"], category=old["parent_id"], topic=old["topic"], ago_ms=3_600_000)["channel"]
        for overwrite in old["permission_overwrites"]:
            self.world("set_overwrite", channel=made, **{key: overwrite[key] for key in ("id", "type", "allow", "deny")})
        for message in self.messages(channel):
            self.as_bot(made, message)
        self.world("delete_channel", channel=channel)
        return made


class RecruitGuild(Recruitment, Guild):
    pass


class RecruitStack(Recruitment, Stack):
    """With the database beside it."""

    def set_up_recruitment(self):
        """A setting whose command is not registered is written as its row."""
        registered = {f"{c['name']} {o['name']}" for c in self.state()["commands"] for o in c.get("options", [])}
        if {"recruit-config set-log-channel", "autoroles set"} <= registered:
            super().set_up_recruitment()
            return
        self.set_up_recruitment_targets()
        self.postgres.sql(f"INSERT INTO cfg.recruit_settings (guild_id, record_channel) VALUES ({GUILD}, {CHANNEL_RECORDS})"
                          " ON CONFLICT (guild_id) DO UPDATE SET record_channel = excluded.record_channel;"
                          f"INSERT INTO cfg.autoroles VALUES ({GUILD}, {ROLE_MEMBER}, {ROLE_AFFILIATE}) ON CONFLICT DO NOTHING")

    def application(self, tid):
        """The row as a dictionary of strings."""
        names = ["status", "role", "area", "zone", "handle", "notes", "qna_open", "record_message", "granted_role", "reason",
                 "closed_undecided", "access_mode", "has_left"]
        rows = self.postgres.sql(f"SELECT {', '.join(names)} FROM cfg.recruit_applications WHERE tid = {tid}")
        return dict(zip(names, rows[0])) if rows else None

    def ticket_of(self, channel):
        """The ticket's id, also when the channel is gone."""
        return self.postgres.sql(f"SELECT tid FROM cfg.tickets WHERE guild_id = {GUILD} AND channel_id = {channel}")[0][0]

    def lose_ticket(self, tid):
        """As in an older copy of the database: no rows, and the next ticket would get the same numbers."""
        self.postgres.sql(
            f"DELETE FROM cfg.recruit_applications WHERE tid = {tid}; DELETE FROM cfg.tickets WHERE tid = {tid};"
            " SELECT setval('cfg.tickets_tid_seq', greatest(1, (SELECT max(tid) FROM cfg.tickets)));"
            " SELECT setval('cfg.recruit_applications_app_id_seq', greatest(1, (SELECT max(app_id) FROM cfg.recruit_applications)));"
            f" UPDATE cfg.ticket_panel_config SET next_no = next_no - 1 WHERE guild_id = {GUILD}")

    def audited(self, tid):
        """The actions on one ticket in the audit, in order; the one that opened it was not yet about it."""
        return [row[0] for row in self.postgres.sql(
            f"SELECT action FROM flow.audit WHERE subject = 'ticket:{tid}'"
            f" OR flow_id = (SELECT open_flow FROM cfg.tickets WHERE tid = {tid}) ORDER BY audit_id")]


# ---- files of checks ----------------------------------------------------------------------------------------------------------------

def pending(stack, who=APPLICANT, **values):
    channel = stack.apply(who, qna=False, **values)
    stack.quiet()
    return channel, stack.ticket_of(channel)


def answered(stack, who=APPLICANT, **values):
    channel = stack.apply(who, **values)
    stack.quiet()
    return channel, stack.ticket_of(channel)


def number_of(stack, tid):
    return stack.postgres.sql(f"SELECT guild_no FROM cfg.tickets WHERE tid = {tid}")[0][0]


def every_exchange_fits_discords_description(stack):
    if not stack.judge():
        print("# not judged: the judge's packages are not installed (make schema-tools)")


def isolated(check, stack, restore):
    """What one check leaves behind when it fails is not the next one's trouble."""
    try:
        check(stack)
    except Exception:
        restore(stack)
        raise


def run_checks(checks, restore=lambda stack: None, prepare=lambda stack: None, **options):
    """
    One stack, and each check on it under its own name; those that the command line names, or all. restore: what a failed one leaves
    behind. options: as RecruitStack() takes them. Returns what to exit with.
    """
    skip_unless_possible()
    only = sys.argv[1:]
    tap = Tap()
    with RecruitStack(**options) as stack:
        stack.set_up()
        stack.set_up_recruitment()
        prepare(stack)
        for check in checks:
            if not only or check.__name__ in only:
                tap.run(check.__name__.replace("_", " "), isolated, check, stack, restore)
    return tap.finish()
