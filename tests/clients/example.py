#!/usr/bin/python3
"""
Runs an example of discord.py's as it is shipped, at the sandbox: example.py FILE [OLD=NEW]…, where OLD is what the file says to replace, a
token or an id. BOT_API and BOT_GATEWAY are as in bot.py. The file itself is not touched.
"""

import os
import pathlib
import sys

import discord
import yarl

discord.http.Route.BASE = os.environ["BOT_API"]
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["BOT_GATEWAY"])

path = pathlib.Path(sys.argv[1])
text = path.read_text()
for word in sys.argv[2:]:
    old, _, new = word.partition("=>")
    if old not in text:
        sys.exit(f"{path.name} has no {old!r}")
    text = text.replace(old, new)
exec(compile(text, str(path), "exec"), {"__name__": "__main__"})
