"""
docs/sandbox-coverage.md, made from what the contract test has found.
"""

import re

# Groups of Discord's interface by their paths: the first that fits. A path that fits none is a failure of this table.
GROUPS = [
    ("Interactions and application commands", r"/interactions/|/applications/[^/]*(/guilds/[^/]*)?/commands"),
    ("Application", r"/applications/@me$|/applications/\{application_id\}$|/oauth2/applications/@me|/users/@me$|/gateway"),
    ("Application emoji, entitlements, role connections, activities, SKUs", r"/applications/|/skus/|.*/entitlements|.*/role-connection"),
    ("Reactions", r".*/reactions"),
    ("Threads", r".*/threads|.*/thread-members"),
    ("Polls", r".*/polls/"),
    ("Pins", r".*/pins"),
    ("Messages", r"/channels/[^/]*/(messages|typing)|/guilds/[^/]*/messages"),
    ("Webhooks of channels", r"/channels/[^/]*/(webhooks|followers)|/guilds/[^/]*/webhooks"),
    ("Webhooks and follow-ups", r"/webhooks/"),
    ("Invites", r"/invites|.*/invites|/guilds/[^/]*/vanity-url"),
    ("Voice, stages, soundboard", r".*/voice|/stage-instances|.*sound|.*/voice-status"),
    ("Channels and overwrites", r"/channels/|/guilds/[^/]*/channels"),
    ("Roles", r"/guilds/[^/]*/roles"),
    ("Members, bans, pruning", r"/guilds/[^/]*/(members|bans|bulk-ban|prune|requests)|.*/member$"),
    ("Auto-moderation and audit log", r"/guilds/[^/]*/(auto-moderation|audit-logs|incident-actions)"),
    ("Scheduled events", r".*/scheduled-events"),
    ("Emoji and stickers", r".*/emojis|.*/stickers|/sticker-packs|/stickers"),
    ("Guild templates, onboarding, welcome screen, widget, integrations",
     r"/guilds/(templates|[^/]*/(templates|onboarding|new-member-welcome|welcome-screen|widget"
     r"|integrations|preview|regions))"),
    ("Guilds", r"/guilds/[^/]*$|/guilds$|/users/@me/guilds"),
    ("Users and DMs", r"/users/"),
    ("OAuth2", r"/oauth2/"),
    ("Lobbies and the partner SDK", r"/lobbies|/partner-sdk"),
]


# What the guides of discord.js and discord.py teach: a bot that needs one of these notices that the sandbox does not have it
OFTEN = {"Reactions", "Threads", "Pins", "Messages", "Webhooks of channels", "Invites", "Roles", "Members, bans, pruning", "Guilds",
         "Users and DMs", "Emoji and stickers"}


def plain(path):
    return re.sub(r"\{[^}]*\}", "{}", path)


def group_of(path):
    for name, pattern in GROUPS:
        if re.match(pattern, path):
            return name
    raise AssertionError(f"coverage.py has no group for {path}")


def ticked(n):
    return "✓" if n else "—"


def listing(codes):
    return ", ".join(str(code) for code in sorted(codes)) or "—"


def routes_of(table, found, report):
    lines = []
    for name, _ in GROUPS:
        rows = [route for route in table if group_of(route.split(" ")[1]) == name]
        if rows:
            lines += [f"### {name}", "", "| route | request | replies | refusals | codes |", "|---|---|---|---|---|"]
        for route in rows:
            seen = report["routes"][route]
            sides = " | ".join(ticked(seen[side]) for side in ("request", "success", "refusal"))
            lines.append(f"| `{route}` | {sides} | {listing(found.codes.get(route, ()))} |")
        lines += [""] if rows else []
    return lines


def codes_of(found, codes, only_by_fault):
    lines = ["| code | HTTP | what Discord says | how |", "|---|---|---|---|"]
    for code, (status, sentence) in sorted(found.sentences.items()):
        how = f"by a fault rule only: {only_by_fault[code]}" if code in only_by_fault else "earned"
        lines.append(f"| {code} | {codes.get(code, status)} | {sentence} | {how} |")
    return lines


def missing(table, report):
    """Group → lines, of what is described and not served."""
    served = {f"{route.split(' ')[0]} {plain(route.split(' ')[1])}" for route in table}
    groups = {name: {} for name, _ in GROUPS}
    for operation in report["described"]:
        if f"{operation['method']} {plain(operation['path'])}" not in served:
            groups[group_of(operation["path"])].setdefault(operation["path"], []).append(operation["method"])
    return {name: [f"- `{path}`: {', '.join(methods)}" for path, methods in sorted(paths.items())]
            for name, paths in groups.items() if paths}


def listed(groups):
    return [line for name, lines in groups.items() for line in [f"**{name}**", "", *lines, ""]]


def document(table, found, report, codes, only_by_fault):
    n_described = len(report["described"])
    groups = missing(table, report)
    return "\n".join([
        "# What of Discord the sandbox serves", "",
        "Written by `make sandbox-coverage` from the sandbox's own list of routes (`magikal-sandbox --list-routes`) and from what the",
        "contract test (`tests/e2e/test-contract.py`) has seen; a test fails when it is out of date. \"✓\" means: sent or answered in that",
        "test, and judged by Discord's own description of its interface (the npm packages discord-api-spec and zod, `tests/schema`), to the",
        "last member: what the description does not know is a mismatch, on both sides. *Replies* are successes, *refusals* errors.", "",
        f"{len(table)} of the {n_described} calls that Discord describes are served.", "",
        "## Routes", "",
        "Every route that takes the bot's token refuses others with 401, and a client without a bot's `User-Agent` with 403 (40333). Every",
        "route refuses an id in its path that is none (50035), and a body that is no JSON (50109) or of another type (50035). The codes below",
        "are those that its rows of the test earn.", "",
        *routes_of(table, found, report),
        "## Events", "",
        "Judged by the description's objects in the frames of Discord's documentation (`tests/schema/events.mjs`):",
        ", ".join(f"`{event}`" for event in sorted(report["events"])) + ".", "",
        "## Error codes", "",
        "*Earned*: something that a bot or a person can do in the sandbox leads to it. Any of them can be ordered for any call:",
        '`POST /sandbox/fault` with `{"match":{…},"do":"status","code":50001}` ([sandbox.md](sandbox.md)).', "",
        *codes_of(found, codes, only_by_fault), "",
        "## Not served", "",
        "What else Discord describes. A bot that calls it is answered with 404 or 405, as by a route that does not exist.", "",
        "### What bots often call", "",
        *listed({name: lines for name, lines in groups.items() if name in OFTEN}),
        "### The rest", "",
        *listed({name: lines for name, lines in groups.items() if name not in OFTEN})]).rstrip("\n") + "\n"
