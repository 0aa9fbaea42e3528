#!/usr/bin/env python3
"""
The doctor's matrix: each check of doctor.def meets what it is for. A row breaks one thing in Discord, in the database or in the settings,
reads the sentence and the remedy, on the host and, where that can be, in Discord, and mends it again. TAP, and the matrix as a table.
"""

import contextlib
import json
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from recruit import CHANNEL_RECORDS, ROLE_MEMBER, RecruitStack, expect, words_of  # noqa: E402
from stack import (ADMIN, APPLICANT, BOT, CATEGORY_SUPPORT, CHANNEL_LOG, CHANNEL_PANEL, GUILD, ROLE_RECRUITMENT,  # noqa: E402
                   ROLE_SUPPORT, SECOND, STAFF, Tap, skip_unless_possible, wait_for)  # noqa: E402

INVITE = 378360032336
ADMINISTRATOR, MANAGE_CHANNELS, VIEW, SEND, MANAGE_MESSAGES, MENTION_EVERYONE, MANAGE_NICKNAMES = (
    1 << 3, 1 << 4, 1 << 10, 1 << 11, 1 << 13, 1 << 17, 1 << 27)
MEMBERS, CONTENT = 1 << 15, 1 << 19     # of the application's flags
BOT_ROLE = "810000000000000001"
KNOWN = "Asterin-Vale"
NOWHERE = "123456789012345678"
SETTINGS = ("ticket_notify_roles", "recruit_settings", "autoroles", "role_caps", "ticket_recruitment_options", "recruit_questions")
PANEL_CONFIG = ("support_panel", "recruitment_panel", "support_category", "recruitment_category", "log_channel", "support_panel_msg",
                "recruitment_panel_msg")


# ---- the patient -------------------------------------------------------------------------------------------------------------------

class Patient(RecruitStack):
    def prepare_checks(self):
        self.set_up()
        self.set_up_recruitment()
        self.answer(self.invoke(ADMIN, "roles set", capability="recruitment", role=ROLE_RECRUITMENT))
        self.bot_role = BOT_ROLE
        self.config = (self.directory / "magikald.conf").read_text()
        self.sql("CREATE SCHEMA healthy; CREATE TABLE healthy.panel AS TABLE cfg.ticket_panel_config")
        for table in SETTINGS:
            self.sql(f"CREATE TABLE healthy.{table} AS TABLE cfg.{table}")

    def sql(self, statement):
        return self.postgres.sql(statement)

    def restore_settings(self):
        self.sql("UPDATE cfg.ticket_panel_config c SET " + ", ".join(f"{name} = h.{name}" for name in PANEL_CONFIG) + " FROM healthy.panel h")
        for table in SETTINGS:
            self.sql(f"DELETE FROM cfg.{table}; INSERT INTO cfg.{table} SELECT * FROM healthy.{table}")

    def on_host(self, *, guild=GUILD, **settings):
        """What magikalctl doctor says, with some settings changed: (exit status, report)."""
        path = self.directory / "doctor.conf"
        text = self.config
        for name, value in settings.items():
            text = re.sub(rf"(?m)^{name} = .*$", f"{name} = {value}", text)
            expect(f"{name} = {value}" in text, f"{name} is in the settings")
        path.write_text(text)
        done = subprocess.run([self.program("magikalctl"), "doctor", "--json", "--guild", guild, "--config", str(path)], capture_output=True,
                              text=True, timeout=60)
        expect(done.returncode in (0, 1, 2) and not done.stderr, f"magikalctl doctor: {done.returncode} {done.stderr}")
        return done.returncode, json.loads(done.stdout)

    def in_discord(self):
        view = self.answer(self.tickets(ADMIN, "doctor"), 40)
        expect(view["message"]["flags"] & 64, "the answer is for one person")
        return words_of(view["message"])

    def overwrite(self, channel, who, *, allow=0, deny=0, kind=0):
        self.world("set_overwrite", channel=channel, id=who, type=kind, allow=str(allow), deny=str(deny))

    def bot_holds(self, permissions=INVITE):
        self.world("set_bot_permissions", permissions=str(permissions))

    def topic(self, channel):
        return next(c["topic"] for c in self.channels() if c["id"] == channel)


# ---- the matrix ----------------------------------------------------------------------------------------------------------------------

class Row:
    """
    check: of doctor.def. broken: how, in words. said, mended: expressions that the finding matches. by: a statement, or what is called with
    the patient. back: the same for mending; settings are restored anyway. on_host: what is given to it. in_discord: asked there too.
    """

    def __init__(self, check, broken, said, mended, by=None, back=None, *, severity=None, in_discord=True, **on_host):
        self.check, self.broken, self.said, self.mended, self.by, self.back = check, broken, said, mended, by, back
        self.severity, self.in_discord, self.on_host = severity, in_discord, on_host
        self.seen = "-"

    def act(self, patient, what):
        if callable(what):
            what(patient)
        elif what:
            patient.sql(what)

    def findings(self, patient):
        return [f for f in patient.on_host(**self.on_host)[1]["findings"] if f["check"] == self.check]

    def run(self, patient):
        self.act(patient, self.by)
        try:
            status, report = patient.on_host(**self.on_host)
            mine = [f for f in report["findings"] if f["check"] == self.check and re.search(self.said, f["said"], re.S)]
            expect(mine, f"{self.check} says {self.said!r}: {report['findings']}")
            finding = mine[0]
            expect(re.search(self.mended, finding["mended"], re.S), f"the remedy {finding['mended']!r} says {self.mended!r}")
            expect(self.severity in (None, finding["severity"]), f"{finding['severity']} is {self.severity}")
            worst = max({"note": 0, "warning": 1, "broken": 2}[f["severity"]] for f in report["findings"])
            expect(status == worst and report["state"] == ("fine", "warning", "broken")[worst], f"status {status} for {report['state']}")
            self.seen = f"{finding['severity']}: {finding['said']}"
            if self.in_discord:
                text = patient.in_discord()
                expect(re.search(self.said, text, re.S), f"in Discord {text!r} says {self.said!r}")
        finally:
            self.act(patient, self.back)
            patient.restore_settings()
        if not self.on_host:
            left = [f for f in self.findings(patient) if re.search(self.said, f["said"], re.S)]
            expect(not left, f"mended: {left}")


def setting(column, value):
    return f"UPDATE cfg.ticket_panel_config SET {column} = {value}"


def deleted(column, said, command, table="ticket_panel_config", severity=None):
    """Set to something that is not there, as is left behind when somebody deletes it in Discord."""
    return Row("target", f"{column} deleted", said, command, f"UPDATE cfg.{table} SET {column} = 1", severity=severity)


def flow(state, error, *, op=None, attempt=0):
    def insert(p):
        finished = "flow.now()" if state == "dead" else "NULL"
        flow_id = p.sql("INSERT INTO flow.flow (idem_key, kind, code_ver, guild_id, subject, args, state, run_at, attempt, last_error, finished_at, told_at)"
                        f" VALUES ('doctor', 'support.resolve', 1, {GUILD}, 'ticket:0', '', '{state}', flow.now() + interval '1 hour', {attempt}, '{error}',"
                        f" {finished}, flow.now()) RETURNING flow_id")[0][0]
        if op:
            p.sql(f"INSERT INTO flow.step (flow_id, step_no, op, state, marker, epoch) VALUES ({flow_id}, 0, '{op}', 'intent', '', 0)")
    return insert


NO_FLOW = "DELETE FROM flow.flow WHERE idem_key = 'doctor'"


def edit(state, error):
    return ("INSERT INTO flow.edit (channel_id, message_id, guild_id, want_ver, due_at, fails, state, error)"
            f" VALUES ({CHANNEL_LOG}, 5, {GUILD}, 2, flow.now() + interval '1 hour', 5, '{state}', '{error}')")


NO_EDIT = "DELETE FROM flow.edit WHERE message_id = 5"


def keep_panels(p):
    p.sql("UPDATE healthy.panel h SET support_panel_msg = c.support_panel_msg, recruitment_panel_msg = c.recruitment_panel_msg"
          " FROM cfg.ticket_panel_config c")


def leave_older_panel(p):
    """A fresh one while Discord does not let us remove the former."""
    p.fault("DELETE", "/channels/{channel_id}/messages/{message_id}", "status", status=403, code=50013, count=-1)
    p.answer(p.tickets(ADMIN, "set-targets", support_panel=CHANNEL_PANEL))
    p.quiet()
    p.clear_faults()
    keep_panels(p)


def fresh_panel(p):
    p.answer(p.tickets(ADMIN, "set-targets", support_panel=CHANNEL_PANEL))
    p.quiet()
    keep_panels(p)


def delete_panel(p):
    p.world("delete_message", channel=CHANNEL_PANEL, message=p.panel()[0])


def other_control_key(p):
    with contextlib.suppress(FileNotFoundError):
        (p.directory / "keys/other-key").unlink()
    subprocess.run([p.program("magikalctl"), "keygen", str(p.directory / "keys/other-key")], check=True, capture_output=True)


def fill(n):
    def add(p):
        have = len([c for c in p.channels() if c.get("parent_id") == CATEGORY_SUPPORT])
        p.world("add_channels", n=n - have, category=CATEGORY_SUPPORT)
    return add


def empty(p):
    for channel in p.channels():
        if channel["name"] == "filler":
            p.world("delete_channel", channel=channel["id"])


def fill_guild(n):
    def add(p):
        p.world("add_channels", n=n - len(p.channels()))
    return add


def in_ticket(act):
    """With the open application's channel and id."""
    return lambda p: act(p, *p.application_ticket)


def stopped(act):
    """What the bot would mend at once is broken while it does not run."""
    def broken(p):
        p.stop_daemon()
        act(p, *p.application_ticket)
    return broken


def start(p):
    """Topics are looked at when the guild arrives."""
    p.start_daemon()
    wait_for(lambda: p.topic(p.application_ticket[0]).startswith("TID:"), "the markers to come back")
    p.quiet()


def lose_message(p, channel, tid):
    message = p.sql(f"SELECT message_id FROM cfg.tickets WHERE tid = {tid}")[0][0]
    p.world("delete_message", channel=channel, message=message)


def reopen(p):
    p.answer(p.invoke(STAFF, "tickets reopen-qna", at=p.application_ticket[0]))
    p.quiet()


SCHEMA_NEW = "INSERT INTO flow.schema_migrations (version, name, checksum) VALUES (99, '0099-later', '-')"
STAFF_ROLE_WITHOUT = f"UPDATE cfg.ticket_notify_roles SET role_id = {ROLE_MEMBER} WHERE kind = 'support'"

MATRIX = [
    # what is the same in every guild
    Row("token", "another token", "does not accept", "Reset Token", lambda p: (p.directory / "keys/false").write_text("false\n"), in_discord=False,
        token_file="@/keys/false"),
    Row("token", "no token", "cannot be read", "root", in_discord=False, token_file="@/keys/none"),
    Row("discord", "nobody answers", "did not say which application", "discordstatus", in_discord=False, rest_base_url="http://127.0.0.1:1/api/v10"),
    Row("discord", "answers 500", "status 500", "discordstatus", lambda p: p.fault("GET", "/applications/@me", "status", status=500, count=-1),
        lambda p: p.clear_faults()),
    Row("application", "another id", "another application", "Application ID", in_discord=False, application_id="900000000000000002"),
    Row("interactions-url", "set in the portal", "Interactions Endpoint URL", "General Information",
        lambda p: p.world("set_application", interactions_endpoint_url="https://example.org/i"),
        lambda p: p.world("set_application", interactions_endpoint_url=None), severity="broken"),
    Row("intent-members", "not granted", "noticed late", "Server Members Intent", lambda p: p.world("set_application", flags=CONTENT),
        lambda p: p.world("set_application", flags=MEMBERS | CONTENT), severity="note"),
    Row("intent-content", "not granted", "!reopen_qna", "Message Content Intent", lambda p: p.world("set_application", flags=MEMBERS),
        lambda p: p.world("set_application", flags=MEMBERS | CONTENT), severity="note"),
    Row("keys", "no key file", "keys cannot be read", "root", in_discord=False, seal_key_file="@/keys/none"),
    Row("daemon", "does not run", "does not run", "systemctl start magikald", lambda p: p.stop_daemon(), start, in_discord=False),
    Row("database", "nobody answers", "cannot be used", "systemctl status postgresql", in_discord=False, dsn="host=/nowhere dbname=postgres"),
    Row("schema", "of a later version", "does not fit|made by a newer program", "install|migrate", SCHEMA_NEW,
        "DELETE FROM flow.schema_migrations WHERE version = 99"),
    Row("complete", "RSI and Discord are slow", "Not everything", "Try again", lambda p: p.fault("GET", "/guilds/{guild_id}/roles", "slow", ms=12000, count=-1),
        lambda p: p.clear_faults(), in_discord=False),
    Row("clock-database", "a minute ahead", "database's differ by (1 min|59 s)", "timedatectl", "ALTER DATABASE {db} SET flow.skew = '1 minute'",
        "ALTER DATABASE {db} RESET flow.skew", in_discord=False),
    Row("clock-discord", "a minute ahead", "Discord's differ by (1 min|5[89] s)", "timedatectl", lambda p: p.http("POST", "/sandbox/clock", {"skew_ms": 60000}),
        lambda p: p.http("POST", "/sandbox/clock", {"skew_ms": 0})),
    Row("audit", "changed past the bot", "block 1 does not fit", "magikalctl audit --check",
        "BEGIN; SET LOCAL flow.skew = '1 hour'; SELECT flow.audit_seal(); COMMIT; UPDATE flow.audit SET action = action || 'x' WHERE audit_id = 1",
        "UPDATE flow.audit SET action = rtrim(action, 'x') WHERE audit_id = 1", severity="broken"),
    Row("audit", "not sealed", "not sealed for", "magikalctl status", "DELETE FROM flow.audit_seal; UPDATE flow.audit SET at = at - interval '4 hours'"
        " WHERE audit_id = 1", "UPDATE flow.audit SET at = at + interval '4 hours' WHERE audit_id = 1", severity="warning"),
    Row("commands", "others are registered", "not registered", "applications.commands", "UPDATE flow.kv SET value = 'x' || value WHERE key LIKE 'commands:%'",
        "UPDATE flow.kv SET value = substr(value, 2) WHERE key LIKE 'commands:%' AND value LIKE 'x%'"),
    Row("rsi", "other pages", r"markup", "the site has changed", in_discord=False, probe_handle="New-Layout", severity="warning"),
    Row("rsi", "blocked", r"blocked", "in a browser", in_discord=False, probe_handle="Blocked-Gate"),
    Row("rsi", "handle is not known", "does not know the handle", "probe_handle", in_discord=False, probe_handle="Nobody-Here"),
    Row("rsi", "no handle to try", "was not tried", "probe_handle", "UPDATE cfg.recruit_applications SET rsi_record = NULL",
        "UPDATE cfg.recruit_applications SET rsi_record = '1'", in_discord=False, probe_handle="", severity="note"),
    Row("rsi", "switched off", "is not asked", "enabled = yes", in_discord=False, enabled="no", severity="note"),

    # a guild's settings
    Row("guild", "the bot is not in it", "status 404", "invite it", in_discord=False, guild=NOWHERE),
    Row("set-up", "nothing is set", "Nothing is set up", "/tickets set-targets",
        "UPDATE cfg.ticket_panel_config SET " + ", ".join(f"{c} = NULL" for c in PANEL_CONFIG)),
    Row("set-up", "a panel without category", r"\*Support category\* is missing", r"/tickets set-targets .*Support category", setting("support_category", "NULL")),
    Row("set-up", "a category without panel", r"\*Recruitment panel\* is missing", r"/tickets set-targets .*Recruitment panel", setting("recruitment_panel", "NULL")),
    deleted("support_panel", "channel of the support panel is gone", "/tickets set-targets .*Support panel", severity="broken"),
    deleted("recruitment_panel", "channel of the recruitment panel is gone", "/tickets set-targets .*Recruitment panel", severity="broken"),
    deleted("support_category", "category of support tickets is gone", "/tickets set-targets .*Support category", severity="warning"),
    deleted("recruitment_category", "category of applications is gone", "/tickets set-targets .*Recruitment category"),
    deleted("log_channel", "log channel is gone", "/tickets set-targets .*Log channel"),
    deleted("record_channel", "permanent records is gone", "/recruit-config set-log-channel", "recruit_settings"),
    Row("target", "support_role deleted", "called to support tickets is gone", "/tickets set-ping .*Support ping role",
        "UPDATE cfg.ticket_notify_roles SET role_id = 1 WHERE kind = 'support'"),
    Row("target", "recruitment_role deleted", "called to applications is gone", "/tickets set-ping .*Recruitment ping role",
        "UPDATE cfg.ticket_notify_roles SET role_id = 1 WHERE kind = 'recruitment'"),
    deleted("member_role", "role of approved members is gone", "/autoroles set .*Role of a Member", "autoroles", severity="broken"),
    deleted("affiliate_role", "role of approved affiliates is gone", "/autoroles set .*Role of an Affiliate", "autoroles"),
    Row("target", "an area's role deleted", "called for an area is gone", "/tickets remove-option for .*racing",
        f"INSERT INTO cfg.ticket_recruitment_options (guild_id, name, ping_role, position) VALUES ({GUILD}, 'racing', 1, 1)"),
    Row("log-unset", "no log", "No log channel", "/tickets set-targets log_channel", setting("log_channel", "NULL")),
    Row("ping-unset", "no role for support", "called to support tickets", "/tickets set-ping .*Support ping role",
        "DELETE FROM cfg.ticket_notify_roles WHERE kind = 'support'"),
    Row("ping-unset", "no role for applications", "called to applications", "/tickets set-ping .*Recruitment ping role",
        "DELETE FROM cfg.ticket_notify_roles WHERE kind = 'recruitment'"),
    Row("record-unset", "no channel for records", "leave no record", "/recruit-config set-log-channel", "UPDATE cfg.recruit_settings SET record_channel = NULL"),
    Row("role-unset", "no role for Members", "for Members", "/autoroles set .*Role of a Member", "UPDATE cfg.autoroles SET member_role = NULL"),
    Row("role-unset", "no role for Affiliates", "for Affiliates", "/autoroles set .*Role of an Affiliate", "UPDATE cfg.autoroles SET affiliate_role = NULL"),

    # who may what
    Row("bot-permissions", "lacks Manage Channels", "I lack Manage Channels in this server", r"Roles → .*Magikal.* → Permissions → switch on Manage Channels",
        lambda p: p.bot_holds(INVITE & ~MANAGE_CHANNELS), lambda p: p.bot_holds(), severity="broken"),
    Row("bot-permissions", "lacks Manage Messages", "I lack Manage Messages in this server", "switch on Manage Messages",
        lambda p: p.bot_holds(INVITE & ~MANAGE_MESSAGES), lambda p: p.bot_holds(), severity="warning"),
    Row("administrator", "is one", "administrator", "switch off Administrator", lambda p: p.bot_holds(INVITE | ADMINISTRATOR), lambda p: p.bot_holds(),
        severity="note"),
    Row("panel-permissions", "may not write", "I lack Send Messages.* in ", "Edit Channel → Permissions",
        lambda p: p.overwrite(CHANNEL_PANEL, p.bot_role, deny=SEND), lambda p: p.overwrite(CHANNEL_PANEL, p.bot_role), severity="broken"),
    Row("category-permissions", "may not make channels", "lack Manage Channels in the category", "Edit Category → Permissions",
        lambda p: p.overwrite(CATEGORY_SUPPORT, p.bot_role, deny=MANAGE_CHANNELS), lambda p: p.overwrite(CATEGORY_SUPPORT, p.bot_role)),
    Row("log-permissions", "may not write", "I lack Send Messages", "Edit Channel → Permissions",
        lambda p: p.overwrite(CHANNEL_LOG, p.bot_role, allow=VIEW, deny=SEND), lambda p: p.overwrite(CHANNEL_LOG, p.bot_role, allow=VIEW)),
    Row("record-permissions", "may not see", "I lack View Channel", "Edit Channel → Permissions",
        lambda p: p.overwrite(CHANNEL_RECORDS, p.bot_role, deny=VIEW), lambda p: p.overwrite(CHANNEL_RECORDS, p.bot_role, allow=VIEW)),
    Row("role-order", "Member above the bot", "stands above my own role", "drag .*Magikal.* above ",
        lambda p: p.world("set_role_position", role=ROLE_MEMBER, position=200), lambda p: p.world("set_role_position", role=ROLE_MEMBER, position=1)),
    Row("role-managed", "Member is an integration's", "belongs to an integration", "/autoroles set .*Role of a Member",
        lambda p: p.sql(f"UPDATE cfg.autoroles SET member_role = {p.bot_role}")),
    Row("nicknames", "on, but not allowed", "follow the RSI handle", "switch on Manage Nicknames",
        lambda p: (p.bot_holds(INVITE & ~MANAGE_NICKNAMES), p.sql("UPDATE cfg.recruit_settings SET nick_sync = true")), lambda p: p.bot_holds()),
    Row("ping-mention", "may not be mentioned", "not mentioned to anybody", "Allow anyone to @mention",
        lambda p: (p.bot_holds(INVITE & ~MENTION_EVERYONE), p.sql(STAFF_ROLE_WITHOUT)), lambda p: p.bot_holds()),
    Row("staff-click", "a role that may not", "may not press staff's buttons.*Manage Channels", "switch on Manage Channels", STAFF_ROLE_WITHOUT),
    Row("panel-hidden", "from everybody", "cannot see ", "@everyone → ✓ at View Channel", lambda p: p.overwrite(CHANNEL_PANEL, GUILD, deny=VIEW),
        lambda p: p.overwrite(CHANNEL_PANEL, GUILD)),
    Row("staff-channel", "the log for everybody", "Everybody can read", "Private Channel", lambda p: p.overwrite(CHANNEL_LOG, GUILD, allow=VIEW),
        lambda p: p.overwrite(CHANNEL_LOG, GUILD, deny=VIEW)),
    Row("capability", "nobody has it", "No role has the capability recruitment", "/roles set capability:recruitment", "DELETE FROM cfg.role_caps",
        severity="note"),
    Row("capability", "its role deleted", "with a capability was deleted", "/roles show", "UPDATE cfg.role_caps SET role_id = 1"),
    Row("hides-nothing", "the ping role is given", "hidden from its applicant", "set-access-mode",
        f"UPDATE cfg.recruit_settings SET access_mode = 'hide'; UPDATE cfg.autoroles SET member_role = {ROLE_RECRUITMENT}"),

    # panels, forms, room
    Row("panel", "deleted by hand", "is not there", "/tickets set-targets .*Support panel", delete_panel, fresh_panel, severity="broken"),
    Row("panel", "made with another key", "no button that can be pressed", "/tickets set-targets .*Support panel", other_control_key, in_discord=False,
        control_key_file="@/keys/other-key"),
    Row("panel-older", "an older one stands", "Older panels.*: 1", "/tickets set-targets .*Support panel", leave_older_panel, fresh_panel, severity="note"),
    Row("options", "26 areas", "26 areas", "/tickets remove-option",
        f"INSERT INTO cfg.ticket_recruitment_options (guild_id, name, position) SELECT {GUILD}, 'area ' || n, n FROM generate_series(1, 26) n"),
    Row("questions", "30 emoji as a label", "Question 1 .*does not fit", "/recruit-config qa-edit number:1",
        f"INSERT INTO cfg.recruit_questions (guild_id, question_id, position, label, type, required) VALUES ({GUILD}, 1, 1, repeat('\U0001F680', 30), 'short', true)"),
    Row("category-room", "50 channels", "is full: 50 of 50", "Nothing is to be done", fill(50), empty, severity="note"),

    # tickets
    Row("ticket-channel", "gone", "is open, but its channel", "closed by itself",
        in_ticket(lambda p, c, t: p.sql(f"UPDATE cfg.tickets SET channel_id = 1 WHERE tid = {t}")),
        in_ticket(lambda p, c, t: p.sql(f"UPDATE cfg.tickets SET channel_id = {c} WHERE tid = {t}"))),
    Row("ticket-opener", "cannot see the ticket", "opened ticket #.* lacks View Channel", "✓ at View Channel",
        in_ticket(lambda p, c, t: p.overwrite(c, APPLICANT, kind=1)),
        in_ticket(lambda p, c, t: p.overwrite(c, APPLICANT, kind=1, allow=VIEW | SEND | 1 << 16))),
    Row("ticket-staff", "the role was changed", "does not see ticket #", "✓ at View Channel",
        f"UPDATE cfg.ticket_notify_roles SET role_id = {ROLE_SUPPORT} WHERE kind = 'recruitment'"),
    Row("ticket-permissions", "may not write there", "I lack Send Messages", "Edit Channel → Permissions",
        in_ticket(lambda p, c, t: p.overwrite(c, BOT, kind=1, allow=VIEW, deny=SEND)),
        in_ticket(lambda p, c, t: p.overwrite(c, BOT, kind=1, allow=INVITE & ~(1 << 28))), severity="broken"),
    Row("ticket-id", "removed from the topic", "lacks the id of ticket #", "within ten minutes", stopped(lambda p, c, t: p.world("edit_topic", channel=c, topic="hello")),
        start, in_discord=False),
    Row("requested-role", "removed from the topic", "lacks the requested role", "within ten minutes",
        stopped(lambda p, c, t: p.world("edit_topic", channel=c, topic=p.wanted_topic.replace("REQ:member", "REQ:-"))),
        lambda p: (p.world("edit_topic", channel=p.application_ticket[0], topic=p.wanted_topic), start(p)), in_discord=False),
    Row("qna-button", "its message is deleted", "no button", "/tickets reopen-qna", in_ticket(lose_message), reopen),
    Row("qna-button", "closed without answers", "no button", "/tickets reopen-qna",
        in_ticket(lambda p, c, t: p.sql(f"UPDATE cfg.recruit_applications SET qna_open = false WHERE tid = {t}")),
        in_ticket(lambda p, c, t: p.sql(f"UPDATE cfg.recruit_applications SET qna_open = true WHERE tid = {t}"))),

    # what does not get on
    Row("flow-dead", "given up", "was given up at its step log: no memory", "magikalctl requeue F-", flow("dead", "no memory", op="log"), NO_FLOW),
    Row("flow-stuck", "a permission is missing", "because I lack a permission", "goes on by itself", flow("ready", "forbidden", op="log"), NO_FLOW),
    Row("flow-stuck", "fails again and again", "does not get on at its step log: server error", "magikalctl requeue", flow("ready", "server error", op="log", attempt=6),
        NO_FLOW),
    Row("dm-stuck", "a DM fails again and again", "A DM of flow F-.* cannot be sent: server error", "magikalctl requeue",
        flow("ready", "server error", op="dm", attempt=6), NO_FLOW),
    Row("edit-stuck", "a permission is missing", r"cannot be kept up to date: I may not \(50013\)", "five minutes", edit("blocked", "50013"), NO_EDIT),
    Row("edit-stuck", "fails again and again", "waits to be brought up to date: status 500", "editor", edit("live", "status 500"), NO_EDIT),

    # the last ones: a guild full of channels
    Row("guild-room", "481 channels", "nearly full: 481 of 500", "Delete Channel", fill_guild(481), empty, in_discord=False, severity="warning"),
    Row("guild-room", "500 channels", "is full: 500 of 500", "Delete Channel", fill_guild(500), empty, severity="broken"),
]


def fill_in(row, patient):
    """Paths and names that are only known when it runs."""
    row.on_host = {k: v.replace("@", str(patient.directory)) for k, v in row.on_host.items()}
    for name in ("by", "back"):
        if isinstance(getattr(row, name), str):
            setattr(row, name, getattr(row, name).replace("{db}", patient.sql("SELECT current_database()")[0][0]))


# ---- around the matrix ------------------------------------------------------------------------------------------------------------------

def everything_fine_is_one_sentence(p):
    status, report = p.on_host()
    expect(status == 0 and report["state"] == "fine" and report["findings"] == [], f"nothing is found: {report['findings']}")
    text = p.in_discord()
    expect(re.match(r"Everything is fine: \d+ checks", text), f"it says so: {text!r}")
    expect("10 of 500" in text and re.search(r"\d of 50 in", text), f"and how much room there is: {text!r}")
    done = subprocess.run([p.program("magikalctl"), "doctor", "--config", str(p.directory / "magikald.conf")], capture_output=True, text=True)
    expect(done.returncode == 0 and "Everything is fine" in done.stdout and "1 guilds" in done.stdout, f"all guilds: {done.stdout}")


def every_check_is_in_the_matrix(p):
    known = {c["check"] for c in p.on_host()[1]["checks"]}
    expect(len(known) > 50, f"there are checks: {len(known)}")
    expect(known == {row.check for row in MATRIX}, f"each has a row: {sorted(known ^ {row.check for row in MATRIX})}")


def nobody_is_named_on_the_host(p):
    """What a monitor keeps."""
    in_ticket(lambda p, c, t: p.overwrite(c, APPLICANT, kind=1))(p)
    text = json.dumps(p.on_host()[1])
    in_ticket(lambda p, c, t: p.overwrite(c, APPLICANT, kind=1, allow=VIEW | SEND | 1 << 16))(p)
    expect("ticket-opener" in text and APPLICANT not in text, f"no id of a person: {text}")


def only_administrators_may_ask(p):
    text = words_of(p.answer(p.tickets(SECOND, "doctor"))["message"])
    expect("administrators" in text, f"somebody else is told who may: {text!r}")


def is_ready(p):
    asked = [p.program("magikalctl"), "status", "--config", str(p.directory / "magikald.conf")]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0 and len(p.children("worker")) == p.workers


def a_death_while_it_looks_answers_all_the_same(p):
    """The press goes to another process, which begins anew."""
    p.fault("GET", "/guilds/{guild_id}/roles", "slow", ms=1500)
    interaction = p.tickets(ADMIN, "doctor")
    wait_for(lambda: p.interaction(interaction, "acknowledged")["callback"] == 5, "somebody to think about it")
    for pid in p.children("worker"):
        subprocess.run(["kill", "-KILL", str(pid)], check=True)
    text = words_of(p.answer(interaction, 40)["message"])
    p.clear_faults()
    expect("Everything is fine" in text, f"it is answered: {text!r}")
    wait_for(lambda: is_ready(p), "others to take the places of the dead")


def limits_and_bad_moments_are_waited_out(p):
    p.fault("GET", "/guilds/{guild_id}/roles", "ratelimit", retry_after=0.3, scope="user")
    p.fault("GET", "/guilds/{guild_id}/channels", "status", status=502)
    p.fault("GET", "/applications/@me", "drop_before")
    status, report = p.on_host()
    p.clear_faults()
    expect(status == 0 and report["findings"] == [], f"nothing is found: {report['findings']}")


def without_a_database_it_says_so_in_time(p):
    p.postgres.stop()
    try:
        text = p.in_discord()
    finally:
        p.postgres.start()
    expect("The database does not answer" in text, f"that is what is wrong: {text!r}")


def what_does_not_fit_is_counted(p):
    p.sql("INSERT INTO flow.edit (channel_id, message_id, guild_id, want_ver, due_at, state, error)"
          f" SELECT {CHANNEL_LOG}, n, {GUILD}, 2, flow.now(), 'blocked', repeat('50013 ', 20) FROM generate_series(1, 20) n")
    try:
        view = p.answer(p.tickets(ADMIN, "doctor"))
    finally:
        p.sql("DELETE FROM flow.edit WHERE message_id <= 20")
    text = words_of(view["message"])
    expect("warnings: 20" in text and re.search(r"and \d+ more", text), f"what is missing is counted: {text!r}")
    expect(len(view["message"]["embeds"][0]["description"].encode("utf-16-le")) // 2 <= 4096, "within Discord's limit")


def print_matrix():
    """Lines that "make check" shows when all tests are over."""
    print(f"#| {'check':22} {'broken by':28} what is said")
    for row in MATRIX:
        print(f"#| {row.check:22} {row.broken:28} {row.seen}")


def main():
    skip_unless_possible()
    only = sys.argv[1:]
    tap = Tap()
    # nobody asks a hundred times in a minute but this
    with Patient(config={"rsi": {"enabled": "yes", "probe_handle": KNOWN}}, sandbox_args=["--no-rate-limits"]) as patient:
        patient.prepare_checks()

        def run(name, function, *args):
            if not only or any(word in name for word in only):
                tap.run(name, function, *args)

        run("everything fine is one sentence", everything_fine_is_one_sentence, patient)
        run("every check is in the matrix", every_check_is_in_the_matrix, patient)
        run("only administrators may ask", only_administrators_may_ask, patient)
        run("a death while it looks answers all the same", a_death_while_it_looks_answers_all_the_same, patient)
        run("limits and bad moments are waited out", limits_and_bad_moments_are_waited_out, patient)
        run("what does not fit is counted", what_does_not_fit_is_counted, patient)
        channel = patient.apply(qna=False)
        patient.quiet()
        patient.application_ticket = channel, patient.ticket_of(channel)
        patient.wanted_topic = patient.topic(channel)
        run("nobody is named on the host", nobody_is_named_on_the_host, patient)
        for row in MATRIX:
            fill_in(row, patient)
            run(f"{row.check}: {row.broken}", row.run, patient)
        run("without a database it says so in time", without_a_database_it_says_so_in_time, patient)
        run("every exchange fits Discord's description", patient.judge)
    print_matrix()
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
