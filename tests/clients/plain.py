#!/usr/bin/env python3
"""
The bot of docs/sandbox.md without any library: registers /ping, answers it for one person, and tells the channel. Addresses and token come
from DISCORD_API and DISCORD_TOKEN as there. Only the standard library, so that it runs where no registry can be reached; what a client of
the gateway needs is in the reference's "Connection Lifecycle", and a WebSocket's frames in RFC 6455.
"""

import base64
import json
import os
import socket
import struct
import sys
import urllib.request

API, TOKEN = os.environ["DISCORD_API"] + "/v10", os.environ["DISCORD_TOKEN"]


def rest(method, path, body=None):
    request = urllib.request.Request(API + path, method=method, data=None if body is None else json.dumps(body).encode(),
                                     headers={"Authorization": f"Bot {TOKEN}", "Content-Type": "application/json",
                                              "User-Agent": "DiscordBot (https://example.org, 1)"})
    with urllib.request.urlopen(request, timeout=10) as reply:
        text = reply.read()
    return json.loads(text) if text else None


class Gateway:
    def __init__(self, url):
        host, _, port = url.removeprefix("ws://").rstrip("/").partition(":")
        self.socket = socket.create_connection((host, int(port)))
        self.stream = self.socket.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(f"GET /?v=10&encoding=json HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        if b" 101 " not in self.stream.readline():
            sys.exit("the gateway refuses")
        while self.stream.readline() != b"\r\n":
            pass

    def send(self, op, d):
        data, mask = json.dumps({"op": op, "d": d}).encode(), os.urandom(4)
        length = bytes([0x80 | len(data)]) if len(data) < 126 else bytes([0x80 | 126]) + struct.pack(">H", len(data))
        self.socket.sendall(b"\x81" + length + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data)))

    def payloads(self):
        """Until the connection ends; a payload is one text frame here, as the sandbox sends them."""
        while head := self.stream.read(2):
            n = head[1]
            if n == 126:
                n, = struct.unpack(">H", self.stream.read(2))
            elif n == 127:
                n, = struct.unpack(">Q", self.stream.read(8))
            data = self.stream.read(n)
            if head[0] & 0x0f == 1:
                yield json.loads(data)


def answer(interaction):
    rest("POST", f"/interactions/{interaction['id']}/{interaction['token']}/callback", {"type": 4, "data": {"content": "Pong", "flags": 64}})
    try:
        rest("POST", f"/channels/{interaction['channel_id']}/messages", {"content": "Somebody asked."})
    except OSError as error:
        print(f"the message may be there or not: {error}", file=sys.stderr)


def main():
    gateway = Gateway(rest("GET", "/gateway")["url"])
    for payload in gateway.payloads():
        if payload["op"] == 10:         # heartbeats are not needed in the seconds that a test takes
            gateway.send(2, {"token": TOKEN, "intents": 1, "properties": {"os": "linux", "browser": "plain", "device": "plain"}})
        elif payload["t"] == "READY":
            rest("PUT", f"/applications/{payload['d']['application']['id']}/commands", [{"name": "ping", "description": "Is the bot there?"}])
            print("ready", flush=True)
        elif payload["t"] == "INTERACTION_CREATE":
            answer(payload["d"])


main()
