#!/usr/bin/env python3
"""
The permission matrix: every control and every command, pressed by everybody. Who may not is told what is missing, and nothing happens; who may
is not refused. The expectations are the product's promises, person by person; custom ids are signed here, by the grammar in custom-id.h, so that
a press needs no button. TAP, and the matrix as a table.
"""

import base64
import hashlib
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from recruit import CHANNEL_RECORDS, ROLE_ADMIN, ROLE_AFFILIATE, ROLE_MEMBER, RecruitStack, answered, expect, words_of  # noqa: E402
from stack import ADMIN, APPLICANT, CHANNEL_GENERAL, CHANNEL_PANEL, GUILD, OUTSIDER, OWNER, ROLE_RECRUITMENT, ROLE_SUPPORT, SOURCE, Tap, skip_unless_possible  # noqa: E402

OTHER_GUILD = "800000000000000002"
BUTTON, FORM = 3, 5

# ---- who there is ----------------------------------------------------------------------------------------------------------------------

OPENER, MEMBER, SUPPORT, RECRUITER, FINALISER, HOLDER, CAPABLE, GUILD_OWNER, FOREIGN = (
    "opener", "other member", "support staff", "recruitment staff", "finaliser", "recruitment cap.", "admin cap.", "owner", "other guild")
EVERYBODY = [OPENER, MEMBER, SUPPORT, RECRUITER, FINALISER, HOLDER, CAPABLE, GUILD_OWNER]

# Manage Channels, Manage Server, and what a capability adds to them
STAFF = {SUPPORT, RECRUITER, FINALISER, GUILD_OWNER}
MANAGERS = {FINALISER, GUILD_OWNER}
ADMINISTRATORS = MANAGERS | {CAPABLE}
RECRUITING = ADMINISTRATORS | {HOLDER}

# What the others are told
NEEDS_CHANNELS, NEEDS_SERVER = r"needs the permission Manage Channels", r"needs the permission Manage Server"
NEEDS_ADMIN, NEEDS_RECRUITMENT, NEEDS_REOPEN = r"the capability admin or .*Manage Server", r"the capability recruitment or admin", r"Manage Channels in the ticket's channel, or the capability"
NEEDS_APPLICANT = r"Only the applicant"
STALE = r"no longer valid"
REFUSALS = "|".join([NEEDS_CHANNELS, NEEDS_SERVER, NEEDS_ADMIN, NEEDS_RECRUITMENT, NEEDS_REOPEN, NEEDS_APPLICANT, STALE])


class Row:
    """A control: who may, what the others read, and where it is."""

    def __init__(self, name, allowed, refusal, place="recruitment", kind=BUTTON, fields=(), ids=None):
        self.name, self.allowed, self.refusal, self.place, self.kind, self.fields, self.ids = name, allowed, refusal, place, kind, fields, ids


# `fields`: what a form carries. Rows that end something come last of their place.
CONTROLS = [
    Row("so", set(EVERYBODY), None, "panel"),
    Row("sof", set(EVERYBODY), None, "panel", FORM, [("f.question", "Where is it?")]),
    Row("ro", set(EVERYBODY), None, "panel"),
    Row("r1", {OPENER}, NEEDS_APPLICANT),
    Row("r1e", {OPENER}, NEEDS_APPLICANT),
    Row("r1x", {OPENER}, NEEDS_APPLICANT),
    Row("r1f", {OPENER}, NEEDS_APPLICANT, kind=FORM, fields=[("f.handle", "Asterin-Vale")]),
    Row("rz", {OPENER}, NEEDS_APPLICANT),
    Row("rzf", {OPENER}, NEEDS_APPLICANT, kind=FORM, fields=[("f.typed", "Europe/London")]),
    Row("rq", {OPENER}, NEEDS_APPLICANT),
    Row("rqn", {OPENER}, NEEDS_APPLICANT, ids=lambda tid: [tid, 0]),
    Row("rqf", {OPENER}, NEEDS_APPLICANT, kind=FORM, ids=lambda tid: [tid, 0]),
    Row("rs", STAFF, NEEDS_CHANNELS, "records", ids=lambda tid: [tid, 0]),
    Row("rr", STAFF, NEEDS_CHANNELS),
    Row("rc", STAFF, NEEDS_CHANNELS),
    Row("rf", MANAGERS, NEEDS_SERVER),
    Row("rfy", MANAGERS, NEEDS_SERVER),
    Row("rrf", STAFF, NEEDS_CHANNELS, kind=FORM, fields=[("f.reason", "No.")]),
    Row("rcy", STAFF, NEEDS_CHANNELS),
    Row("ra", STAFF, NEEDS_CHANNELS),
    Row("ray", STAFF, NEEDS_CHANNELS),
    Row("sr", STAFF, NEEDS_CHANNELS, "support"),
    Row("srf", STAFF, NEEDS_CHANNELS, "support", FORM, [("f.resolution", "Behind the door.")]),
    Row("qry", RECRUITING, NEEDS_RECRUITMENT, "general", ids=lambda tid: [0]),
    Row("pey", ADMINISTRATORS, NEEDS_ADMIN, "general", ids=lambda tid: [int(OUTSIDER)]),
]
ENDS = {"rrf", "rcy", "ra", "ray", "rfy", "srf"}     # a ticket of their own for each who may

COMMANDS = [
    (r"tickets reopen-qna$", STAFF | RECRUITING, NEEDS_REOPEN),
    (r"tickets ", ADMINISTRATORS, NEEDS_ADMIN),
    (r"recruit-config ", RECRUITING, NEEDS_RECRUITMENT),
    (r"(roles|autoroles) ", ADMINISTRATORS, NEEDS_ADMIN),
]


# ---- pressing ------------------------------------------------------------------------------------------------------------------------------

def base36(number):
    digits = ""
    while number or not digits:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits


class House(RecruitStack):
    """Everybody lives here, and each of the two tickets is made when it is needed."""

    def move_in(self):
        self.set_up()
        self.set_up_recruitment()
        self.people = {OPENER: APPLICANT, MEMBER: OUTSIDER, FINALISER: ADMIN, GUILD_OWNER: OWNER}
        for kind, role in ((SUPPORT, ROLE_SUPPORT), (RECRUITER, ROLE_RECRUITMENT), (HOLDER, ROLE_MEMBER), (CAPABLE, ROLE_AFFILIATE)):
            made = self.world("add_member", name=kind.replace(" ", "-").rstrip("."), roles=[role])
            self.people[kind] = made.get("id") or made["user"]["id"]
        expect(ROLE_ADMIN in self.roles(ADMIN), "the finaliser has the role that may manage the server")
        self.postgres.sql("DELETE FROM cfg.autoroles")      # an approval would give the opener a role that means something here
        self.key_id, self.key = (self.directory / "keys" / "control-key").read_text().split()[:2]
        self.capabilities()
        self.tickets_now = {}

    def capabilities(self):
        self.postgres.sql(f"DELETE FROM cfg.role_caps; INSERT INTO cfg.role_caps (guild_id, role_id, capability) VALUES"
                          f" ({GUILD}, {ROLE_MEMBER}, 'recruitment'), ({GUILD}, {ROLE_AFFILIATE}, 'admin')")

    def ticket(self, place):
        """(channel, tid) of a ticket of this kind that is open."""
        if place in self.tickets_now:
            return self.tickets_now[place]
        if place == "support":
            self.answer(self.open_ticket(APPLICANT))
            self.quiet()
            channel = self.postgres.sql("SELECT channel_id, tid FROM cfg.tickets WHERE kind = 'support' AND state = 'open'"
                                        " AND opener_pid IN (SELECT opener_pid FROM cfg.tickets ORDER BY tid LIMIT 1) ORDER BY tid DESC LIMIT 1")[0]
        else:
            channel = answered(self, APPLICANT)
        self.tickets_now[place] = tuple(channel)
        return self.tickets_now[place]

    def place_of(self, row):
        """(channel, ids) to press it with."""
        if row.place in ("panel", "general"):
            return (CHANNEL_PANEL if row.place == "panel" else CHANNEL_GENERAL), (row.ids(0) if row.ids else [0])
        channel, tid = self.ticket("support" if row.place == "support" else "recruitment")
        return (CHANNEL_RECORDS if row.place == "records" else channel), (row.ids(int(tid)) if row.ids else [int(tid)])

    def custom_id(self, control, ids, guild=GUILD):
        text = f"1{self.key_id}.{control}." + ".".join(base36(i) for i in ids)
        mac = hashlib.blake2b(f"{guild}.{text}".encode(), digest_size=16, key=bytes.fromhex(self.key)).digest()[:12]
        return f"{text}.{base64.urlsafe_b64encode(mac).decode()}"

    def press_signed(self, who, row, guild=GUILD):
        channel, ids = self.place_of(row)
        data = {"custom_id": self.custom_id(row.name, ids, guild)}
        if row.kind == BUTTON:
            data["component_type"] = 2
        else:
            data["components"] = [{"type": 18, "component": {"type": 4, "custom_id": name, "value": value}} for name, value in row.fields]
        return self.act(self.people[who], "raw", type=row.kind, channel=channel, data=data, message=self.any_message(channel))["interaction"]

    def reads(self, interaction):
        view = self.answer(interaction)
        return "(a form)" if view["state"] == "modal" else words_of(view["message"] or {})

    def facts(self):
        """What a refused press must leave as it is."""
        return self.postgres.sql("SELECT (SELECT jsonb_agg(to_jsonb(t) ORDER BY tid) FROM cfg.tickets t)::text,"
                                 " (SELECT jsonb_agg(to_jsonb(a) ORDER BY tid) FROM cfg.recruit_applications a)::text,"
                                 " (SELECT jsonb_agg(to_jsonb(c)) FROM cfg.ticket_panel_config c)::text, (SELECT jsonb_agg(to_jsonb(r)) FROM cfg.recruit_settings r)::text,"
                                 " (SELECT jsonb_agg(to_jsonb(r)) FROM cfg.role_caps r)::text, (SELECT count(*) FROM flow.audit)")


# ---- rows ------------------------------------------------------------------------------------------------------------------------------------

TABLE = []


def note(name, kinds, foreign=None):
    TABLE.append(f"{name:34} " + " ".join(f"{'yes' if kind in kinds else '-':^{len(kind)}}" for kind in EVERYBODY) +
                 (f" {'stale':^11}" if foreign else f" {'':11}"))


def refuses(house, row):
    house.place_of(row)         # its ticket is there before the look
    before = house.facts()
    for who in EVERYBODY:
        if who not in row.allowed:
            text = house.reads(house.press_signed(who, row))
            expect(re.search(row.refusal, text), f"{who} is told what is missing: {text!r}")
    text = house.reads(house.press_signed(GUILD_OWNER, row, OTHER_GUILD))
    expect(re.search(STALE, text), f"what is signed for another guild means nothing here: {text!r}")
    expect(house.facts() == before, "nothing has changed")


def allows(house, row):
    for who in [w for w in EVERYBODY if w in row.allowed]:
        text = house.reads(house.press_signed(who, row))
        expect(not re.search(REFUSALS, text), f"{who} is not refused: {text!r}")
        house.quiet()
        if row.name in ENDS:
            for channel in house.ticket_channels():
                house.world("delete_channel", channel=channel["id"])
            house.quiet()
            house.tickets_now = {}


def control(house, row):
    refuses(house, row)
    allows(house, row)
    note(row.name, row.allowed, True)


def typed(declared):
    """Its required options, with something that fits."""
    values = {3: "x", 4: 1, 5: True, 6: OUTSIDER, 7: CHANNEL_GENERAL, 8: ROLE_MEMBER}
    return [{"name": name, "type": o["type"], "value": o["choices"][0]["value"] if o.get("choices") else values[o["type"]]}
            for name, o in declared.items() if o.get("required")]


def resolved(house, options):
    """What Discord sends along with ids (Discord reference, "Resolved Data Structure")."""
    state = house.state()
    found = {"users": {}, "channels": {}, "roles": {}}
    for option in options:
        if option["type"] == 6:
            found["users"][option["value"]] = {"id": option["value"], "username": "outsider", "discriminator": "0"}
        elif option["type"] == 7:
            found["channels"][option["value"]] = {"id": option["value"], "type": 0, "name": "general", "permissions": "0"}
        elif option["type"] == 8:
            found["roles"][option["value"]] = next(r for r in state["guild"]["roles"] if r["id"] == option["value"])
    return {kind: objects for kind, objects in found.items() if objects}


def command(house, path, allowed, refusal):
    words = path.split()
    options = [{"name": words[-1], "type": 1, "options": typed(house.declared(path))}]
    channel = house.ticket("recruitment")[0] if path.endswith("reopen-qna") else CHANNEL_GENERAL
    command_id = next(c["id"] for c in house.state()["commands"] if c["name"] == words[0])
    data = {"id": command_id, "name": words[0], "type": 1, "options": options, "resolved": resolved(house, options[0]["options"])}

    def type_it(who):
        return house.reads(house.act(house.people[who], "raw", type=2, channel=channel, data=data)["interaction"])

    before = house.facts()
    for who in [w for w in EVERYBODY if w not in allowed]:
        text = type_it(who)
        expect(re.search(refusal, text), f"{who} is told what is missing: {text!r}")
    expect(house.facts() == before, "nothing has changed")
    for who in [w for w in EVERYBODY if w in allowed]:
        text = type_it(who)
        expect(not re.search(REFUSALS, text), f"{who} is not refused: {text!r}")
        house.quiet()
        house.capabilities()
    note(f"/{path}", allowed)


def every_control_is_in_the_matrix(house):
    named = set()
    for header in (SOURCE / "include/magikal").glob("*.h"):
        named |= set(re.findall(r'#define CONTROL_\w+ "(\w+)"', header.read_text()))
    expect(named == {row.name for row in CONTROLS}, f"the controls are those of the headers: {named ^ {row.name for row in CONTROLS}}")


def main():
    skip_unless_possible()
    only = sys.argv[1:]
    tap = Tap()
    with House() as house:
        house.move_in()
        tap.run("every control is in the matrix", every_control_is_in_the_matrix, house)
        for row in CONTROLS:
            if not only or row.name in only:
                tap.run(f"control {row.name}", control, house, row)
        paths = [f"{c['name']} {o['name']}" for c in house.state()["commands"] for o in c["options"]]
        for path in sorted(paths, key=lambda p: (not p.endswith("reopen-qna"), p)):
            allowed, refusal = next((a, r) for pattern, a, r in COMMANDS if re.match(pattern, path))
            if not only or path in only:
                tap.run(f"command /{path}", command, house, path, allowed, refusal)
    for line in [f"{'':34} " + " ".join(EVERYBODY) + f" {FOREIGN}"] + TABLE:
        print(f"#| {line}")
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
