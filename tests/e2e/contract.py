"""
The table of the contract test: for each route of the sandbox what is asked of it, and what Discord answers. A row is one request in the
ready-made guild as it is made anew for each.

    route, [ok(what, status, …), no(what, status, code, …), …]

what happens before it is in `given`; a value that depends on it is a function of the scene. Ids that a row does not give are the
DEFAULTS below. Statuses and codes: Discord reference, "HTTP" and "JSON", and the description's responses; they are written down here, not
read from the sandbox.
"""

import dataclasses
from urllib.parse import quote

from stack import (APPLICANT, APPLICATION, CATEGORY_SUPPORT, CHANNEL_GENERAL, CHANNEL_LOG, CHANNEL_PANEL, GUILD, OWNER, ROLE_SUPPORT,
                   SECOND)

ROLE_BOT, ROLE_MEMBER, ROLE_ADMIN = "810000000000000001", "810000000000000005", "810000000000000004"
NOBODY = "123456789012345678"
DEFAULTS = {"guild_id": GUILD, "channel_id": CHANNEL_GENERAL, "user_id": SECOND, "role_id": ROLE_MEMBER, "application_id": APPLICATION,
            "overwrite_id": ROLE_MEMBER, "emoji_name": quote("👍")}

# Permissions (Discord reference, "Permissions")
BAN = 1 << 2
KICK, MANAGE_CHANNELS, VIEW, SEND, MANAGE_MESSAGES, HISTORY = 1 << 1, 1 << 4, 1 << 10, 1 << 11, 1 << 13, 1 << 16
EMBED, ATTACH, NICKNAME, NICKNAMES, MANAGE_ROLES, PIN = 1 << 14, 1 << 15, 1 << 26, 1 << 27, 1 << 28, 1 << 51
REACTIONS, WEBHOOKS, MODERATE = 1 << 6, 1 << 29, 1 << 40
NORMAL = 378360032336       # what the bot's role has in the ready-made guild

CHAT = {"type": 1, "name": "ping", "description": "Is the bot there?"}
BUTTON = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Again", "custom_id": "again"}]}
FORM = {"type": 9, "data": {"custom_id": "form", "title": "A form", "components": [
    {"type": 18, "label": "Ship", "component": {"type": 4, "style": 1, "custom_id": "ship", "required": True}},
    {"type": 18, "label": "Crew", "component": {"type": 5, "custom_id": "crew", "required": False}}]}}


@dataclasses.dataclass
class Case:
    what: str
    status: int
    code: int = None
    body: object = None
    query: str = ""
    given: object = None
    path: dict = dataclasses.field(default_factory=dict)
    how: dict = dataclasses.field(default_factory=dict)     # further arguments of WireBot.send()
    at: tuple = ()                                          # where the tree of a form error has its fault

    @property
    def is_success(self):
        return self.status < 300


def row(what, status, code, body, query, given, how, at, path):
    return Case(what, status, code, body, query, given, path, how or {}, at)


def ok(what, status=200, body=None, *, query="", given=None, how=None, **path):
    return row(what, status, None, body, query, given, how, (), path)


def no(what, status, code, body=None, *, query="", given=None, how=None, at=(), **path):
    return row(what, status, code, body, query, given, how, at, path)


def bad(what, at, body=None, **more):
    """A form error: 400, 50035, with a fault at that path of the tree."""
    return no(what, 400, 50035, body, at=at, **more)


# ---- what happens before ---------------------------------------------------------------------------------------------------------------

def without(bits):
    """The bot's role lacks these permissions."""
    return lambda s: s.guild.world("set_bot_permissions", permissions=str((NORMAL | KICK | MODERATE | PIN) & ~bits))


def having(bits):
    return lambda s: s.guild.world("set_bot_permissions", permissions=str(NORMAL | bits))


def hidden(s):
    """The bot does not see #general."""
    s.guild.world("set_overwrite", channel=CHANNEL_GENERAL, id=ROLE_BOT, type=0, allow="0", deny=str(VIEW))


def both(*given):
    def all_of_it(s):
        for g in given:
            g(s)
    return all_of_it


def many_channels(s):
    s.guild.world("add_channels", n=500 - len(s.guild.state()["channels"]))


def many_in_category(s):
    s.guild.world("add_channels", n=50, category=CATEGORY_SUPPORT)


def many_roles(s):
    while s.bot.send("POST", f"/guilds/{GUILD}/roles", {"name": "one more"}).status == 200:
        s.refill()


def many_overwrites(s):
    for n in range(1000):
        s.guild.world("set_overwrite", channel=CHANNEL_GENERAL, id=str(10**17 + n), type=1, allow="1024", deny="0")


def many_pins(s):
    for _ in range(250):
        message = s.message()
        s.expect(s.bot.send("PUT", f"/channels/{CHANNEL_GENERAL}/messages/pins/{message}"), 204)
        s.refill()


def many_commands(where):
    def fill(s):
        commands = [{**CHAT, "name": f"ping-{n}"} for n in range(100)]
        s.expect(s.bot.send("PUT", f"/applications/{APPLICATION}{where}/commands", commands), 200)
    return fill


def dm_closed(s):
    s.dm()
    s.guild.world("set_dms", user=SECOND, open=False)


def dm_left(s):
    s.dm()
    s.guild.world("remove_member", user=SECOND)


def left(s):
    s.guild.world("remove_member", user=SECOND)


def nobody_names_himself(s):
    s.expect(s.bot.send("PATCH", f"/guilds/{GUILD}/roles/{GUILD}", {"permissions": str(VIEW | SEND)}), 200)


def old_edits(s):
    """Messages older than an hour may be edited only so often (error 30046)."""
    s.message()
    s.guild.http("POST", "/sandbox/clock", {"skew_ms": 2 * 3600 * 1000})
    while s.bot.send("PATCH", f"/channels/{CHANNEL_GENERAL}/messages/{s.last}", {"content": "again"}).status == 200:
        s.guild.http("POST", "/sandbox/clock", {"skew_ms": s.guild.http("GET", "/sandbox/clock")["skew_ms"] + 5001})


def old(s):
    s.message()
    s.message()
    s.guild.http("POST", "/sandbox/clock", {"skew_ms": 15 * 24 * 3600 * 1000})


def flood(method, path, body=None):
    def until_refused(s):
        for _ in range(100):
            if s.bot.send(method, path, body).status == 429:
                return
    return until_refused


def fifteen_minutes(s):
    s.guild.http("POST", "/sandbox/clock", {"skew_ms": 16 * 60 * 1000})


def own(s):
    return s.message()


def said(s):
    return s.guild.act(APPLICANT, "say", channel=CHANNEL_GENERAL, content="hello")["message"]


def reacted(s):
    """A message of the bot's with a reaction of somebody's."""
    message = s.message()
    s.guild.act(SECOND, "react", channel=CHANNEL_GENERAL, message=message, emoji="👍")
    return message


def many_reactions(s):
    message = s.message()
    for point in range(0x1F600, 0x1F600 + 20):
        s.guild.act(SECOND, "react", channel=CHANNEL_GENERAL, message=message, emoji=chr(point))
    return message


def command(s):
    return s.command()


def guild_command(s):
    return s.command(f"/guilds/{GUILD}")


def dm(s):
    return s.dm()


# ---- interactions: each of these is a state that a press can be in ------------------------------------------------------------------------

def pressed(s):
    """A button of the bot's, just pressed."""
    s.message(components=[BUTTON])
    s.interaction(s.guild.act(APPLICANT, "press", channel=CHANNEL_GENERAL, message=s.last, custom_id="again")["interaction"])


def called(s):
    s.command()
    s.interaction(s.guild.act(APPLICANT, "command", channel=CHANNEL_GENERAL, name="ping", options=[])["interaction"])


def typing(s):
    s.command(options=[{"type": 3, "name": "word", "description": "a word", "autocomplete": True}])
    option = {"name": "word", "type": 3, "value": "hel"}
    typed = s.guild.act(APPLICANT, "autocomplete", channel=CHANNEL_GENERAL, name="ping", focused="word", options=[option])
    s.interaction(typed["interaction"])


def sent(s):
    """A form, opened by a button and filled in."""
    pressed(s)
    s.answer(FORM)
    s.interaction(s.guild.act(APPLICANT, "submit", modal=s.last_interaction, values={"ship": "Cutter", "crew": [SECOND]})["interaction"])


def answered(body=None):
    def and_answer(s):
        called(s)
        s.answer(body or {"type": 4, "data": {"content": "Pong"}})
    return and_answer


def followed(s):
    answered()(s)
    s.last = s.expect(s.bot.send("POST", f"/webhooks/{APPLICATION}/{s.token}", {"content": "and"}, token=False), 200)["id"]


def without_channel(before):
    return both(before, lambda s: s.guild.world("delete_channel", channel=CHANNEL_GENERAL))


def late(s):
    called(s)
    s.guild.http("POST", "/sandbox/clock", {"skew_ms": 4000})


def banned(s):
    having(BAN)(s)
    s.expect(s.bot.send("PUT", f"/guilds/{GUILD}/bans/{SECOND}", {}), 204)
    return SECOND


def pinned(s):
    having(PIN)(s)
    for _ in range(2):
        message = s.message()
        s.expect(s.bot.send("PUT", f"/channels/{CHANNEL_GENERAL}/messages/pins/{message}"), 204)


def webhook(s):
    """One of #general, made by the bot: its id."""
    having(WEBHOOKS)(s)
    made = s.expect(s.bot.send("POST", f"/channels/{CHANNEL_GENERAL}/webhooks", {"name": "Herald"}), 200)
    s.token = made["token"]
    return made["id"]


def many_webhooks(s):
    for _ in range(15):
        webhook(s)
        s.refill()


def hidden_webhook(s):
    made = webhook(s)
    having(0)(s)
    return made


def posted(s):
    """The webhook's id; its message is the last."""
    made = webhook(s)
    s.last = s.expect(s.bot.send("POST", f"/webhooks/{made}/{s.token}?wait=true", {"content": "hear"}, token=False), 200)["id"]
    return made


OPEN = {"token": False, "agent": "any client"}      # as libraries send them: the token is in the path
LAST = {"message_id": lambda s: s.last}
CALL = {"interaction_id": lambda s: s.last_interaction, "interaction_token": lambda s: s.token}
HOOK = {"interaction_token": lambda s: s.token}
OWN = {**HOOK, "application_id": webhook}       # of a channel's webhook, which has the addresses of follow-ups
POSTED = {**HOOK, "application_id": posted}


def commands_at(where):
    """The rows of the six calls on commands, which are the same for the application and for a guild."""
    base = f"/applications/{{application_id}}{where}/commands"
    made = guild_command if where else command
    strange = [no("another application's", 403, 20012, application_id=NOBODY)]
    if where:
        strange.append(no("of a guild where it is not", 403, 50001, guild_id=NOBODY))

    def strangers(body):
        return [dataclasses.replace(case, body=body) for case in strange]
    return {
        f"GET {base}": [
            ok("the list", given=made), ok("with their localisations", given=made, query="with_localizations=true"), *strange],
        f"PUT {base}": [
            ok("a set", body=[CHAT, {"type": 2, "name": "Report"}]), ok("none", body=[]), *strangers([CHAT]),
            bad("of one name twice", ("1",), [CHAT, CHAT]),
            bad("without a description", ("0", "description"), [{"name": "ping", "type": 1}]),
            no("a hundred and one", 400, 30032, [{**CHAT, "name": f"ping-{n}"} for n in range(101)])],
        f"POST {base}": [
            ok("a new one", 201, CHAT),
            ok("with options", 201, {**CHAT, "default_member_permissions": "32", "options": [{"type": 3, "name": "word",
               "description": "a word", "required": True, "choices": [{"name": "One", "value": "1"}]}, {"type": 4, "name": "times",
               "description": "how often", "min_value": 1, "max_value": 9}]}),
            ok("one of that name", 200, {**CHAT, "description": "Still there?"}, given=made), *strangers(CHAT),
            bad("with a name in capitals", ("name",), {**CHAT, "name": "Ping"}),
            bad("without a name", ("name",), {"type": 1, "description": "x"}),
            no("the hundred and first", 400, 30032, CHAT, given=many_commands(f"/guilds/{GUILD}" if where else ""))],
        f"GET {base}/{{command_id}}": [ok("one", command_id=made), no("an unknown one", 404, 10063, command_id=NOBODY)],
        f"PATCH {base}/{{command_id}}": [
            ok("its description", body={"description": "Still there?"}, command_id=made),
            no("an unknown one", 404, 10063, {"description": "x"}, command_id=NOBODY),
            bad("a description that is too long", ("description",), {"description": "x" * 101}, command_id=made)],
        f"DELETE {base}/{{command_id}}": [ok("one", 204, command_id=made), no("an unknown one", 404, 10063, command_id=NOBODY)],
    }


def pins_at(base):
    return {
        f"PUT {base}/{{message_id}}": [
            ok("one", 204, given=having(PIN), message_id=own), no("without the permission", 403, 50013, message_id=own),
            no("an unknown message", 404, 10008, given=having(PIN), message_id=NOBODY),
            no("where the bot sees nothing", 403, 50001, given=both(having(PIN), hidden), message_id=NOBODY),
            no("the two hundred and fifty-first", 400, 30003, given=both(having(PIN), many_pins), message_id=own)],
        f"DELETE {base}/{{message_id}}": [
            ok("one", 204, given=having(PIN), message_id=own), no("without the permission", 403, 50013, message_id=own),
            no("an unknown message", 404, 10008, given=having(PIN), message_id=NOBODY)],
    }


C, G, W = "/channels/{channel_id}", "/guilds/{guild_id}", "/webhooks/{application_id}/{interaction_token}"
R = C + "/messages/{message_id}/reactions"
TABLE = {
    "GET /gateway": [ok("its address"), no("too often", 429, 0, given=flood("GET", "/gateway"))],
    "GET /gateway/bot": [ok("its address and how often one may"), no("without a token", 401, 0, how={"token": False})],
    "GET /users/@me": [
        ok("the bot"), no("without a token", 401, 0, how={"token": False}),
        no("under a browser's name", 403, 40333, how={"agent": "Mozilla/5.0"})],
    "GET /users/{user_id}": [ok("somebody"), no("nobody", 404, 10013, user_id=NOBODY)],
    "POST /users/@me/channels": [
        ok("somebody's", body={"recipient_id": SECOND}), no("its own", 400, 50033, {"recipient_id": APPLICATION}),
        no("nobody's", 400, 50033, {"recipient_id": NOBODY}), bad("without a recipient", ("recipient_id",), {}),
        bad("a recipient who is no id", ("recipient_id",), {"recipient_id": "second"})],
    "GET /applications/@me": [ok("the application"), no("without a token", 401, 0, how={"token": False})],
    "GET /oauth2/applications/@me": [ok("the application"), no("without a token", 401, 0, how={"token": False})],

    f"GET {G}": [ok("the guild"), ok("with its numbers", query="with_counts=true"), no("an unknown guild", 404, 10004, guild_id=NOBODY)],
    f"GET {G}/roles": [ok("all of them"), no("an unknown guild's", 404, 10004, guild_id=NOBODY)],
    f"GET {G}/channels": [ok("all of them"), no("an unknown guild's", 404, 10004, guild_id=NOBODY)],
    f"POST {G}/channels": [
        ok("by its name", 201, {"name": "New Place"}),
        ok("with everything", 201, {"name": "ticket", "type": 0, "topic": "TID:1", "parent_id": CATEGORY_SUPPORT, "nsfw": False,
           "rate_limit_per_user": 5, "position": 3, "permission_overwrites": [{"id": GUILD, "type": 0, "deny": str(VIEW)},
           {"id": APPLICANT, "type": 1, "allow": str(VIEW | SEND), "deny": "0"}]}),
        ok("for voices", 201, {"name": "Talk", "type": 2}), ok("a category", 201, {"name": "More", "type": 4}),
        no("in an unknown guild", 404, 10004, {"name": "x"}, guild_id=NOBODY),
        no("without the permission", 403, 50013, {"name": "x"}, given=without(MANAGE_CHANNELS)),
        no("with overwrites that the bot may not give", 403, 50013, {"name": "x", "permission_overwrites": [{"id": SECOND, "type": 1,
           "allow": str(KICK)}]}),
        no("with an overwrite of an unknown role", 404, 10009, {"name": "x", "permission_overwrites": [{"id": NOBODY, "type": 0,
           "allow": str(VIEW)}]}),
        no("the five hundred and first", 400, 30013, {"name": "x"}, given=many_channels),
        bad("in a full category", ("parent_id",), {"name": "x", "parent_id": CATEGORY_SUPPORT}, given=many_in_category),
        bad("without a name", ("name",), {"type": 0}), bad("with a long topic", ("topic",), {"name": "x", "topic": "x" * 1025}),
        bad("of an unknown type", ("type",), {"name": "x", "type": 99}),
        bad("in a channel", ("parent_id",), {"name": "x", "parent_id": CHANNEL_PANEL}),
        bad("with two faults", ("name",), {"name": "x" * 101, "topic": 5})],
    f"PATCH {G}/channels": [
        ok("one moved", 204, [{"id": CHANNEL_GENERAL, "position": 7}]), no("in an unknown guild", 404, 10004, [], guild_id=NOBODY),
        no("without the permission", 403, 50013, [{"id": CHANNEL_GENERAL, "position": 7}], given=without(MANAGE_CHANNELS)),
        no("two under new categories", 400, 40009, [{"id": CHANNEL_GENERAL, "parent_id": CATEGORY_SUPPORT}, {"id": CHANNEL_LOG,
           "parent_id": CATEGORY_SUPPORT}]),
        bad("without an id", ("0", "id"), [{"position": 7}])],
    f"POST {G}/roles": [
        ok("by its name", body={"name": "Crew"}),
        ok("with everything", body={"name": "Crew", "permissions": str(VIEW), "color": 255, "hoist": True, "mentionable": True}),
        no("without the permission", 403, 50013, {"name": "Crew"}, given=without(MANAGE_ROLES)),
        no("with more than the bot has", 403, 50013, {"permissions": str(KICK)}),
        no("the two hundred and fifty-first", 400, 30005, {"name": "x"}, given=many_roles), bad("of no colour", ("color",), {"color": -1})],
    f"PATCH {G}/roles/{{role_id}}": [
        ok("its name", body={"name": "Crew"}), no("an unknown role", 404, 10011, {"name": "x"}, role_id=NOBODY),
        no("the bot's own", 403, 50013, {"name": "x"}, role_id=ROLE_BOT), bad("a name that is too long", ("name",), {"name": "x" * 101})],
    f"DELETE {G}/roles/{{role_id}}": [
        ok("one", 204), no("an unknown role", 404, 10011, role_id=NOBODY), no("one above the bot's", 403, 50013, role_id=ROLE_BOT),
        no("@everyone", 400, 50028, role_id=GUILD), no("without the permission", 403, 50013, given=without(MANAGE_ROLES))],
    f"GET {G}/members": [
        ok("the first"), ok("more", query="limit=1000&after=" + APPLICANT), no("an unknown guild's", 404, 10004, guild_id=NOBODY),
        bad("too many", ("limit",), query="limit=1001"), bad("after nobody", ("after",), query="after=yesterday")],
    f"PATCH {G}/members/@me": [
        ok("its nickname", body={"nick": "Magic"}, given=having(NICKNAME)),
        no("without the permission", 403, 50013, {"nick": "x"}, given=both(nobody_names_himself, without(NICKNAME | NICKNAMES))),
        bad("a long nickname", ("nick",), {"nick": "x" * 33})],
    f"GET {G}/members/{{user_id}}": [
        ok("one"), no("somebody who left", 404, 10007, given=left), no("nobody", 404, 10013, user_id=NOBODY),
        no("an unknown guild's", 404, 10004, guild_id=NOBODY)],
    f"PATCH {G}/members/{{user_id}}": [
        ok("the nickname", body={"nick": "Two"}), ok("no nickname", body={"nick": None}), ok("the roles", body={"roles": [ROLE_MEMBER]}),
        ok("silence for a while", body={"communication_disabled_until": None}, given=having(MODERATE)),
        no("without the permission", 403, 50013, {"nick": "x"}, given=without(NICKNAMES)),
        no("the owner's", 403, 50013, {"nick": "x"}, user_id=OWNER), no("an unknown role", 404, 10011, {"roles": [NOBODY]}),
        no("somebody who left", 404, 10007, {"nick": "x"}, given=left), bad("a long nickname", ("nick",), {"nick": "x" * 33}),
        bad("roles that are none", ("roles", "0"), {"roles": ["member"]})],
    f"DELETE {G}/members/{{user_id}}": [
        ok("one", 204, given=having(KICK)), no("without the permission", 403, 50013),
        no("the owner", 403, 50013, given=having(KICK), user_id=OWNER), no("somebody who left", 404, 10007, given=left)],
    f"PUT {G}/members/{{user_id}}/roles/{{role_id}}": [
        ok("one", 204), ok("one already held", 204, given=lambda s: s.guild.world("set_roles", user=SECOND, roles=[ROLE_MEMBER])),
        no("an unknown role", 404, 10011, role_id=NOBODY), no("one above the bot's", 403, 50013, role_id=ROLE_BOT),
        no("to nobody", 404, 10013, user_id=NOBODY), no("to somebody who left", 404, 10007, given=left),
        no("without the permission", 403, 50013, given=without(MANAGE_ROLES))],
    f"DELETE {G}/members/{{user_id}}/roles/{{role_id}}": [
        ok("one", 204), no("an unknown role", 404, 10011, role_id=NOBODY), no("of nobody", 404, 10013, user_id=NOBODY),
        no("without the permission", 403, 50013, given=without(MANAGE_ROLES))],

    f"GET {C}": [
        ok("a text channel"), ok("a category", channel_id=CATEGORY_SUPPORT), ok("a DM", channel_id=dm),
        no("an unknown channel", 404, 10003, channel_id=NOBODY), no("one the bot does not see", 403, 50001, given=hidden)],
    f"PATCH {C}": [
        ok("its topic", body={"topic": "TID:1"}),
        ok("everything", body={ "name": "else", "topic": None, "nsfw": True, "rate_limit_per_user": 0, "position": 2,
           "parent_id": CATEGORY_SUPPORT, "permission_overwrites": [{"id": SECOND, "type": 1, "allow": str(VIEW), "deny": "0"}]}),
        no("an unknown channel", 404, 10003, {"topic": "x"}, channel_id=NOBODY),
        no("one the bot does not see", 403, 50001, {"topic": "x"}, given=hidden),
        no("without the permission", 403, 50013, {"topic": "x"}, given=without(MANAGE_CHANNELS)),
        no("a third topic", 429, 0, {"topic": "x"}, given=flood("PATCH", f"/channels/{CHANNEL_GENERAL}", {"topic": "y"})),
        bad("no name", ("name",), {"name": ""}),
        bad("in a full category", ("parent_id",), {"parent_id": CATEGORY_SUPPORT}, given=many_in_category)],
    f"DELETE {C}": [
        ok("a text channel"), ok("a category", channel_id=CATEGORY_SUPPORT), no("an unknown channel", 404, 10003, channel_id=NOBODY),
        no("one the bot does not see", 403, 50001, given=hidden),
        no("without the permission", 403, 50013, given=without(MANAGE_CHANNELS)), ok("a DM, which only closes it", channel_id=dm)],
    f"PUT {C}/permissions/{{overwrite_id}}": [
        ok("a role's", 204, {"type": 0, "allow": str(VIEW)}),
        ok("a member's", 204, {"type": 1, "allow": "0", "deny": str(SEND)}, overwrite_id=SECOND),
        no("an unknown role's", 404, 10009, {"type": 0, "allow": str(VIEW)}, overwrite_id=NOBODY),
        no("more than the bot has", 403, 50013, {"type": 0, "allow": str(KICK)}),
        no("without the permission", 403, 50013, {"type": 0}, given=without(MANAGE_ROLES)),
        no("where the bot sees nothing", 403, 50001, {"type": 0}, given=hidden),
        no("in an unknown channel", 404, 10003, {"type": 0}, channel_id=NOBODY), no("in a DM", 403, 50003, {"type": 1}, channel_id=dm),
        no("the thousand and first", 400, 30060, {"type": 0, "allow": str(VIEW)}, given=many_overwrites),
        bad("of an unknown type", ("type",), {"type": 7}), bad("with bits that are none", ("allow",), {"type": 0, "allow": "all"})],
    f"DELETE {C}/permissions/{{overwrite_id}}": [
        ok("one", 204, channel_id=CHANNEL_LOG, overwrite_id=ROLE_SUPPORT), no("one that is not there", 404, 10009),
        no("where the bot sees nothing", 403, 50001, given=hidden), no("without the permission", 403, 50013, given=without(MANAGE_ROLES)),
        no("in an unknown channel", 404, 10003, channel_id=NOBODY), no("in a DM", 403, 50003, channel_id=dm)],
    f"GET {C}/messages": [
        ok("the newest", given=own), ok("some", given=own, query="limit=2&before=" + NOBODY),
        ok("around one", given=own, query="around=" + NOBODY),
        ok("without their history", given=both(own, without(HISTORY), lambda s: s.guild.world("set_overwrite", channel=CHANNEL_GENERAL,
           id=GUILD, type=0, allow="0", deny=str(HISTORY)))),
        no("of an unknown channel", 404, 10003, channel_id=NOBODY), no("where the bot sees nothing", 403, 50001, given=hidden),
        no("of a category", 400, 50008, channel_id=CATEGORY_SUPPORT), bad("too many", ("limit",), query="limit=101"),
        bad("a number that is none", ("limit",), query="limit=many"), bad("after no id", ("after",), query="after=yesterday")],
    f"POST {C}/messages": [
        ok("a text", body={"content": "hello"}),
        ok("with everything", body={ "content": f"<@{SECOND}>", "nonce": "1", "enforce_nonce": True, "tts": False,
           "allowed_mentions": {"parse": [], "users": [SECOND]}, "flags": 4096, "embeds": [{"title": "A title", "description": "text",
           "color": 255, "fields": [{"name": "n", "value": "v", "inline": True}], "footer": {"text": "f"}, "author": {"name": "a"},
           "timestamp": "2026-01-02T03:04:05Z", "url": "https://example.org/"}], "components": [BUTTON, {"type": 1,
           "components": [{"type": 3, "custom_id": "s", "options": [{"label": "One", "value": "1"}]}]}]}),
        ok("of the second kind", body={"flags": 32768, "components": [{"type": 17, "accent_color": 255, "components": [{"type": 10,
           "content": "text"}, {"type": 14}, BUTTON]}, {"type": 9, "components": [{"type": 10, "content": "text"}],
           "accessory": {"type": 2, "style": 5, "label": "Away", "url": "https://example.org/"}}]}),
        ok("with a file", body={"content": "see", "attachments": [{"id": "0", "filename": "note.txt", "description": "a note"}]},
           how={"files": [("note.txt", b"a note")]}),
        ok("a reply", body=lambda s: {"content": "yes", "message_reference": {"message_id": said(s)}}),
        ok("in a DM", body={"content": "hello"}, channel_id=dm),
        no("in an unknown channel", 404, 10003, {"content": "x"}, channel_id=NOBODY),
        no("where the bot sees nothing", 403, 50001, {"content": "x"}, given=hidden),
        no("where it may not write", 403, 50013, {"content": "x"}, given=lambda s: s.guild.world("set_overwrite",
           channel=CHANNEL_GENERAL, id=ROLE_BOT, type=0, allow="0", deny=str(SEND))),
        no("of nothing", 400, 50006, {"content": ""}), no("to closed DMs", 403, 50007, {"content": "x"}, given=dm_closed, channel_id=dm),
        no("to somebody who left", 403, 50278, {"content": "x"}, given=dm_left, channel_id=lambda s: s.dm_channel),
        no("in a category", 400, 50008, {"content": "x"}, channel_id=CATEGORY_SUPPORT),
        no("again, by a nonce whose message is gone", 404, 10008, {"content": "x", "nonce": "7", "enforce_nonce": True},
           given=lambda s: s.delete(s.message(nonce="7", enforce_nonce=True))),
        no("too often", 429, 0, {"content": "x"}, given=flood("POST", f"/channels/{CHANNEL_GENERAL}/messages", {"content": "y"})),
        bad("too long", ("content",), {"content": "x" * 2001}), bad("with eleven embeds", ("embeds",), {"embeds": [{"title": "x"}] * 11}),
        bad("with a long title", ("embeds", "0", "title"), {"embeds": [{"title": "x" * 257}]}),
        bad("with one custom_id twice", ("components", "1", "components", "0", "custom_id"), {"content": "x", "components": [BUTTON,
           BUTTON]}),
        bad("with a long label", ("components", "0", "components", "0", "label"), {"components": [{"type": 1, "components": [{"type": 2,
           "style": 1, "label": "x" * 81, "custom_id": "a"}]}]}),
        bad("in reply to nothing", ("message_reference",), {"content": "x", "message_reference": {"message_id": NOBODY}})],
    f"POST {C}/messages/bulk-delete": [
        ok("two", 204, lambda s: {"messages": [s.message(), s.message()]}),
        no("without the permission", 403, 50013, {"messages": [NOBODY, GUILD]}, given=lambda s: (without(MANAGE_MESSAGES)(s))),
        no("where the bot sees nothing", 403, 50001, {"messages": [NOBODY, GUILD]}, given=hidden),
        no("in an unknown channel", 404, 10003, {"messages": [NOBODY, GUILD]}, channel_id=NOBODY),
        no("in a DM", 403, 50003, {"messages": [NOBODY, GUILD]}, channel_id=dm),
        no("old ones", 400, 50034, lambda s: {"messages": s.messages}, given=old),
        bad("one alone", ("messages",), {"messages": [NOBODY]}), bad("one twice", ("messages",), {"messages": [NOBODY, NOBODY]})],
    **pins_at(f"{C}/messages/pins"),
    **pins_at(f"{C}/pins"),
    f"GET {C}/messages/{{message_id}}": [
        ok("its own", message_id=own), ok("somebody's", message_id=said), no("an unknown one", 404, 10008, message_id=NOBODY),
        no("where the bot sees nothing", 403, 50001, given=hidden, message_id=NOBODY),
        no("in an unknown channel", 404, 10003, channel_id=NOBODY, message_id=NOBODY),
        no("an answer for one person", 404, 10008, given=answered({"type": 4, "data": {"content": "x", "flags": 64}}),
           message_id=lambda s: s.original())],
    f"PATCH {C}/messages/{{message_id}}": [
        ok("its own", body={"content": "else", "embeds": [], "components": [BUTTON]}, message_id=own),
        ok("without its buttons", body={"components": []}, message_id=own),
        no("somebody's", 403, 50005, {"content": "x"}, message_id=said),
        no("an unknown one", 404, 10008, {"content": "x"}, message_id=NOBODY),
        no("where the bot sees nothing", 403, 50001, {"content": "x"}, given=hidden, message_id=NOBODY),
        no("in an unknown channel", 404, 10003, {"content": "x"}, channel_id=NOBODY, message_id=NOBODY),
        no("into nothing", 400, 50006, {"content": ""}, message_id=own),
        no("an old one, once too often", 429, 30046, {"content": "x"}, given=old_edits, **LAST),
        bad("too long", ("content",), {"content": "x" * 2001}, message_id=own)],
    f"DELETE {C}/messages/{{message_id}}": [
        ok("its own", 204, message_id=own), ok("somebody's", 204, message_id=said),
        no("somebody's, without the permission", 403, 50013, given=without(MANAGE_MESSAGES), message_id=said),
        no("an unknown one", 404, 10008, message_id=NOBODY),
        no("where the bot sees nothing", 403, 50001, given=hidden, message_id=NOBODY),
        no("in an unknown channel", 404, 10003, channel_id=NOBODY, message_id=NOBODY)],

    f"POST {C}/typing": [
        ok("in a text channel", 204), no("in an unknown channel", 404, 10003, channel_id=NOBODY),
        no("where the bot sees nothing", 403, 50001, given=hidden)],
    f"PUT {R}/{{emoji_name}}/@me": [
        ok("one", 204, message_id=said), ok("one that others gave", 204, message_id=reacted),
        no("no emoji", 404, 10014, message_id=said, emoji_name="thumbsup"), no("the twenty-first", 400, 30010, message_id=many_reactions),
        no("an unknown message", 404, 10008, message_id=NOBODY), no("in an unknown channel", 404, 10003, channel_id=NOBODY, message_id=NOBODY),
        no("where the bot may not", 403, 50013, message_id=said, given=lambda s: s.guild.world(
           "set_overwrite", channel=CHANNEL_GENERAL, id=ROLE_BOT, type=0, allow="0", deny=str(REACTIONS))),
        no("where the bot sees nothing", 403, 50001, given=hidden, message_id=NOBODY)],
    f"DELETE {R}/{{emoji_name}}/@me": [
        ok("one", 204, message_id=reacted), no("no emoji", 404, 10014, message_id=reacted, emoji_name="thumbsup"),
        no("of an unknown message", 404, 10008, message_id=NOBODY)],
    f"DELETE {R}/{{emoji_name}}/{{user_id}}": [
        ok("somebody's", 204, message_id=reacted), no("nobody's", 404, 10013, message_id=reacted, user_id=NOBODY),
        no("somebody's, without the permission", 403, 50013, given=without(MANAGE_MESSAGES), message_id=reacted),
        no("of an unknown message", 404, 10008, message_id=NOBODY)],
    f"GET {R}/{{emoji_name}}": [
        ok("who", message_id=reacted), ok("who more", query="limit=100&after=" + APPLICANT, message_id=reacted),
        no("no emoji", 404, 10014, message_id=reacted, emoji_name="thumbsup"), no("of an unknown message", 404, 10008, message_id=NOBODY),
        bad("too many", ("limit",), query="limit=101", message_id=reacted)],
    f"DELETE {R}/{{emoji_name}}": [
        ok("all of one kind", 204, message_id=reacted), no("one that nobody gave", 404, 10014, message_id=said),
        no("without the permission", 403, 50013, given=without(MANAGE_MESSAGES), message_id=reacted)],
    f"DELETE {R}": [
        ok("all of them", 204, message_id=reacted), no("without the permission", 403, 50013, given=without(MANAGE_MESSAGES), message_id=reacted),
        no("of an unknown message", 404, 10008, message_id=NOBODY)],

    **commands_at(""),
    **commands_at("/guilds/{guild_id}"),

    "POST /interactions/{interaction_id}/{interaction_token}/callback": [
        ok("a message", 204, {"type": 4, "data": {"content": "Pong"}}, given=called, how=OPEN, **CALL),
        ok("a message, whose reply is wanted", 200, {"type": 4, "data": {"content": "Pong", "flags": 64}}, given=called,
           query="with_response=true", how=OPEN, **CALL),
        ok("later", 204, {"type": 5, "data": {"flags": 64}}, given=called, how=OPEN, **CALL),
        ok("nothing yet", 204, {"type": 6}, given=pressed, how=OPEN, **CALL),
        ok("its message, changed", 204, {"type": 7, "data": {"content": "pressed", "components": []}}, given=pressed, how=OPEN, **CALL),
        ok("choices", 204, {"type": 8, "data": {"choices": [{"name": "hello", "value": "hello"}]}}, given=typing, how=OPEN, **CALL),
        ok("a form", 204, FORM, given=pressed, how=OPEN, **CALL),
        ok("of a form", 204, {"type": 4, "data": {"content": "thanks"}}, given=sent, how=OPEN, **CALL),
        ok("with a file", 204, {"type": 4, "data": {"content": "see", "attachments": [{"id": "0", "filename": "note.txt"}]}},
           given=called, how={**OPEN, "files": [("note.txt", b"a note")]}, **CALL),
        no("of an unknown press", 404, 10062, {"type": 6}, how=OPEN, interaction_id=NOBODY, interaction_token="x"),
        no("after three seconds", 404, 10062, {"type": 5}, given=late, how=OPEN, **CALL),
        no("twice", 400, 40060, {"type": 5}, given=answered(), how=OPEN, **CALL),
        no("in a channel that is gone", 404, 10003, {"type": 5}, given=without_channel(called), how=OPEN, **CALL),
        no("with nothing", 400, 50006, {"type": 4, "data": {"content": ""}}, given=called, how=OPEN, **CALL),
        no("on a message that is gone", 404, 10008, {"type": 7, "data": {"content": "x"}}, given=both(pressed,
           lambda s: s.delete(s.last)), how=OPEN, **CALL),
        bad("of a type that does not fit", ("type",), {"type": 8, "data": {"choices": []}}, given=called, how=OPEN, **CALL),
        bad("a form with a long title", ("data", "title"), {"type": 9, "data": {**FORM["data"], "title": "x" * 46}}, given=called,
           how=OPEN, **CALL)],
    "GET /users/@me/guilds": [
        ok("its own"), ok("behind its own", query=f"after={GUILD}"), bad("behind what is no id", ("after",), query="after=x"),
        bad("none", ("limit",), query="limit=0")],
    f"GET {G}/roles/{{role_id}}": [
        ok("one"), no("an unknown one", 404, 10011, role_id=NOBODY), no("of an unknown guild", 404, 10004, guild_id=NOBODY)],
    f"GET {G}/emojis": [ok("none"), no("of an unknown guild", 404, 10004, guild_id=NOBODY)],
    f"GET {G}/stickers": [ok("none"), no("of an unknown guild", 404, 10004, guild_id=NOBODY)],
    f"GET {G}/members/search": [
        ok("some", query="query=s&limit=10"), bad("without a word", ("query",)), bad("too many", ("limit",), query="query=s&limit=1001"),
        no("of an unknown guild", 404, 10004, query="query=s", guild_id=NOBODY)],
    f"GET {G}/bans": [
        ok("all", given=banned), ok("before somebody", given=banned, query=f"before={SECOND}"), no("without the permission", 403, 50013),
        bad("none", ("limit",), given=banned, query="limit=0"), no("of an unknown guild", 404, 10004, guild_id=NOBODY)],
    f"GET {G}/bans/{{user_id}}": [
        ok("one", given=banned), no("who is not banned", 404, 10026, given=having(BAN)), no("without the permission", 403, 50013),
        no("nobody", 404, 10013, given=having(BAN), user_id=NOBODY)],
    f"PUT {G}/bans/{{user_id}}": [
        ok("somebody, with what they said", 204, {"delete_message_seconds": 3600}, given=both(having(BAN), lambda s: s.guild.act(
           SECOND, "say", channel=CHANNEL_GENERAL, content="spam"))),
        ok("who left", 204, {}, given=both(having(BAN), left)), no("without the permission", 403, 50013, {}),
        no("the owner", 403, 50013, {}, given=having(BAN), user_id=OWNER), no("nobody", 404, 10013, {}, given=having(BAN), user_id=NOBODY),
        bad("and eight days", ("delete_message_seconds",), {"delete_message_seconds": 691200}, given=having(BAN))],
    f"DELETE {G}/bans/{{user_id}}": [
        ok("one", 204, given=banned), no("who is not banned", 404, 10026, given=having(BAN)), no("without the permission", 403, 50013),
        no("nobody", 404, 10013, given=having(BAN), user_id=NOBODY)],
    f"GET {C}/messages/pins": [
        ok("two", given=pinned), ok("the first of two", given=pinned, query="limit=1"), bad("none", ("limit",), query="limit=0"),
        bad("before no time", ("before",), query="before=x"), no("of an unknown channel", 404, 10003, channel_id=NOBODY),
        no("where the bot sees nothing", 403, 50001, given=hidden)],
    f"GET {C}/pins": [
        ok("two", given=pinned), no("of an unknown channel", 404, 10003, channel_id=NOBODY), no("where the bot sees nothing", 403, 50001, given=hidden)],
    f"POST {C}/webhooks": [
        ok("one", body={"name": "Herald"}, given=having(WEBHOOKS)), no("without the permission", 403, 50013, {"name": "Herald"}),
        bad("without a name", ("name",), {}, given=having(WEBHOOKS)),
        bad("that calls itself Discord", ("name",), {"name": "Discord staff"}, given=having(WEBHOOKS)),
        no("the sixteenth", 400, 30007, {"name": "Herald"}, given=many_webhooks),
        no("of a category", 400, 50024, {"name": "Herald"}, given=having(WEBHOOKS), channel_id=CATEGORY_SUPPORT),
        no("in a DM", 403, 50003, {"name": "Herald"}, channel_id=dm), no("of an unknown channel", 404, 10003, {"name": "x"}, channel_id=NOBODY)],
    f"GET {C}/webhooks": [
        ok("all", given=webhook), no("without the permission", 403, 50013), no("of an unknown channel", 404, 10003, channel_id=NOBODY)],
    f"GET {G}/webhooks": [
        ok("all", given=webhook), no("without the permission", 403, 50013), no("of an unknown guild", 404, 10004, guild_id=NOBODY)],
    "GET /webhooks/{webhook_id}": [
        ok("one", webhook_id=webhook), no("an unknown one", 404, 10015, webhook_id=NOBODY),
        no("without the permission", 403, 50013, webhook_id=hidden_webhook)],
    "DELETE /webhooks/{webhook_id}": [
        ok("one", 204, webhook_id=webhook), no("an unknown one", 404, 10015, webhook_id=NOBODY),
        no("without the permission", 403, 50013, webhook_id=hidden_webhook)],
    f"GET {W}": [
        ok("one", how=OPEN, **OWN), no("with another token", 401, 50027, how=OPEN, application_id=webhook, interaction_token="x"),
        no("an unknown one", 404, 10015, how=OPEN, application_id=NOBODY, interaction_token="x")],
    f"DELETE {W}": [
        ok("one", 204, how=OPEN, **OWN), no("with another token", 401, 50027, how=OPEN, application_id=webhook, interaction_token="x"),
        no("an unknown one", 404, 10015, how=OPEN, application_id=NOBODY, interaction_token="x")],
    f"POST {W}": [
        ok("by a webhook, unheard", 204, {"content": "hear"}, how=OPEN, **OWN),
        ok("by a webhook under another name", body={"content": "hear", "username": "Crier", "embeds": [{"title": "News"}]}, query="wait=true",
           how=OPEN, **OWN),
        bad("by a webhook that calls itself Clyde", ("username",), {"content": "x", "username": "Clyde"}, how=OPEN, **OWN),
        ok("one more", body={"content": "and"}, given=answered(), how=OPEN, **HOOK),
        ok("one for one person", body={"content": "and", "flags": 64}, given=answered(), query="wait=true", how=OPEN, **HOOK),
        ok("with a file", body={"content": "see", "attachments": [{"id": "0", "filename": "note.txt"}]}, given=answered(), how={**OPEN,
           "files": [("note.txt", b"a note")]}, **HOOK),
        no("before an answer", 404, 10015, {"content": "x"}, given=called, how=OPEN, **HOOK),
        no("of another application", 404, 10015, {"content": "x"}, given=answered(), how=OPEN, application_id=NOBODY, **HOOK),
        no("after fifteen minutes", 401, 50027, {"content": "x"}, given=both(answered(), fifteen_minutes), how=OPEN, **HOOK),
        no("where the channel is gone", 404, 10003, {"content": "x"}, given=without_channel(answered()), how=OPEN, **HOOK),
        no("of nothing", 400, 50006, {"content": ""}, given=answered(), how=OPEN, **HOOK),
        bad("too long", ("content",), {"content": "x" * 2001}, given=answered(), how=OPEN, **HOOK)],
    f"GET {W}/messages/@original": [
        ok("it", given=answered(), how=OPEN, **HOOK), no("before an answer", 404, 10015, given=called, how=OPEN, **HOOK),
        no("after fifteen minutes", 401, 50027, given=both(answered(), fifteen_minutes), how=OPEN, **HOOK),
        no("that is gone", 404, 10008, given=both(answered(), lambda s: s.delete_original()), how=OPEN, **HOOK),
        no("where the channel is gone", 404, 10003, given=without_channel(answered()), how=OPEN, **HOOK)],
    f"PATCH {W}/messages/@original": [
        ok("it", body={"content": "else"}, given=answered({"type": 5, "data": {"flags": 64}}), how=OPEN, **HOOK),
        ok("the button's message", body={"content": "else", "components": []}, given=both(pressed, lambda s: s.answer({"type": 6})),
           how=OPEN, **HOOK),
        no("before an answer", 404, 10015, {"content": "x"}, given=called, how=OPEN, **HOOK),
        no("after fifteen minutes", 401, 50027, {"content": "x"}, given=both(answered(), fifteen_minutes), how=OPEN, **HOOK),
        no("that is gone", 404, 10008, {"content": "x"}, given=both(answered(), lambda s: s.delete_original()), how=OPEN, **HOOK),
        no("into nothing", 400, 50006, {"content": ""}, given=answered(), how=OPEN, **HOOK),
        bad("too long", ("content",), {"content": "x" * 2001}, given=answered(), how=OPEN, **HOOK)],
    f"DELETE {W}/messages/@original": [
        ok("it", 204, given=answered(), how=OPEN, **HOOK), no("before an answer", 404, 10015, given=called, how=OPEN, **HOOK),
        no("after fifteen minutes", 401, 50027, given=both(answered(), fifteen_minutes), how=OPEN, **HOOK),
        no("that is gone", 404, 10008, given=both(answered(), lambda s: s.delete_original()), how=OPEN, **HOOK)],
    f"GET {W}/messages/{{message_id}}": [
        ok("a webhook's", how=OPEN, **POSTED, **LAST),
        ok("one", given=followed, how=OPEN, **HOOK, **LAST),
        no("an unknown one", 404, 10008, given=answered(), how=OPEN, message_id=NOBODY, **HOOK),
        no("after fifteen minutes", 401, 50027, given=both(followed, fifteen_minutes), how=OPEN, **HOOK, **LAST)],
    f"PATCH {W}/messages/{{message_id}}": [
        ok("a webhook's", body={"content": "heard"}, how=OPEN, **POSTED, **LAST),
        ok("one", body={"content": "else"}, given=followed, how=OPEN, **HOOK, **LAST),
        no("an unknown one", 404, 10008, {"content": "x"}, given=answered(), how=OPEN, message_id=NOBODY, **HOOK),
        no("into nothing", 400, 50006, {"content": ""}, given=followed, how=OPEN, **HOOK, **LAST),
        no("after fifteen minutes", 401, 50027, {"content": "x"}, given=both(followed, fifteen_minutes), how=OPEN, **HOOK, **LAST)],
    f"DELETE {W}/messages/{{message_id}}": [
        ok("a webhook's", 204, how=OPEN, **POSTED, **LAST),
        ok("one", 204, given=followed, how=OPEN, **HOOK, **LAST),
        no("an unknown one", 404, 10008, given=answered(), how=OPEN, message_id=NOBODY, **HOOK),
        no("after fifteen minutes", 401, 50027, given=both(followed, fifteen_minutes), how=OPEN, **HOOK, **LAST)],
}

# Codes that fault rules can give and nobody can earn in the sandbox, with what it lacks for them
ONLY_BY_FAULT = {
    20028: "its write limits are those of the routes", 20029: "its write limits are those of the routes",
    30016: "no invites", 30034: "it does not count the commands of a day", 40001: "a wrong token is refused before any route",
    40003: "DMs are opened at the pace of their bucket", 40005: "no size is too large", 40062: "it never runs short",
    40094: "no installations of users", 50014: "a wrong token is refused before any route",
    50074: "no Community guild", 50083: "no threads", 60003: "no second factor",
    110000: "no search", 130000: "it is never overloaded", 200000: "no AutoMod", 240000: "no list of links",
}
