"""
A bot of a hundred lines for tests that send Discord's requests themselves: HTTP as it is sent, and a gateway connection that keeps what
it hears. Only the standard library, and nothing of the daemon.
"""

import base64
import http.client
import json
import os
import socket
import struct
import threading

from postgres import Trouble

AGENT = "DiscordBot (https://example.org/magikal-contract, 1)"
# Guilds, members, moderation, messages with reactions, typing and content, the same in DMs (Discord reference, "List of Intents")
INTENTS = sum(1 << bit for bit in (0, 1, 2, 9, 10, 11, 12, 13, 14, 15))


class Reply:
    def __init__(self, status, headers, text):
        self.status, self.headers, self.text = status, headers, text
        self.json = json.loads(text) if text and headers.get_content_type() == "application/json" else None

    @property
    def code(self):
        """Discord's JSON error code; None when there is none."""
        return self.json.get("code") if self.status >= 400 and isinstance(self.json, dict) else None


def multipart(payload, files):
    """(content type, bytes) of a body with files (Discord reference, "Uploading Files"): files are (name, bytes)."""
    mark = "part-of-a-wirebot"
    parts = [b'Content-Disposition: form-data; name="payload_json"\r\nContent-Type: application/json\r\n\r\n' + json.dumps(payload).encode()]
    for i, (name, data) in enumerate(files):
        parts.append(f'Content-Disposition: form-data; name="files[{i}]"; filename="{name}"\r\nContent-Type: text/plain\r\n\r\n'.encode() + data)
    body = b"".join(b"--" + mark.encode() + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + mark.encode() + b"--\r\n"
    return f"multipart/form-data; boundary={mark}", body


class WireBot:
    def __init__(self, address, token):
        self.address, self.token = address, token
        self.events, self.news = [], threading.Condition()
        self.socket = self.reader = None
        self.http = http.client.HTTPConnection(address, timeout=30)

    # ---- REST ----

    def send(self, method, path, body=None, *, files=(), raw=None, content_type="application/json", token=True, agent=AGENT, version="v10"):
        headers = {"User-Agent": agent} if agent else {}
        if token:
            headers["Authorization"] = f"Bot {self.token}"
        if files:
            content_type, raw = multipart(body, files)
        elif body is not None:
            raw = json.dumps(body).encode()
        if raw is not None:
            headers["Content-Type"] = content_type
        self.http.request(method, f"/api/{version}{path}", body=raw, headers=headers)
        reply = self.http.getresponse()
        return Reply(reply.status, reply.msg, reply.read().decode())

    # ---- gateway ----

    def connect(self):
        host, port = self.address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=30)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(f"GET /?v=10&encoding=json HTTP/1.1\r\nHost: {self.address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        stream = self.socket.makefile("rb")
        if b" 101 " not in stream.readline():
            raise Trouble("the gateway does not upgrade")
        while stream.readline() != b"\r\n":
            pass
        self.socket.settimeout(None)
        self.reader = threading.Thread(target=self.read, args=(stream,), daemon=True)
        self.reader.start()
        self.tell({"op": 2, "d": {"token": self.token, "intents": INTENTS, "properties": {"os": "linux", "browser": "wirebot", "device": "wirebot"}}})
        self.wait("GUILD_CREATE")

    def tell(self, frame):
        text = json.dumps(frame).encode()
        mask = os.urandom(4)
        length = bytes([0x80 | len(text)]) if len(text) < 126 else bytes([0x80 | 126]) + struct.pack(">H", len(text))
        self.socket.sendall(b"\x81" + length + mask + bytes(c ^ mask[i % 4] for i, c in enumerate(text)))

    def read(self, stream):
        """Whole text frames, which is all that the sandbox sends when nothing else was asked for."""
        while True:
            head = stream.read(2)
            if len(head) < 2:
                return
            n = head[1] & 127
            if n > 125:
                n = int.from_bytes(stream.read(2 if n == 126 else 8), "big")
            text = stream.read(n)
            if head[0] & 15 == 1:
                frame = json.loads(text)
                if frame["op"] == 0:
                    with self.news:
                        self.events.append(frame)
                        self.news.notify_all()

    def wait(self, event, wanted=lambda d: True, seconds=10):
        """The data of the first event of that kind, heard already or yet to come."""
        def find():
            return next((f["d"] for f in self.events if f["t"] == event and wanted(f["d"])), None)
        with self.news:
            if not self.news.wait_for(find, seconds):
                raise Trouble(f"waited {seconds} s in vain for {event}")
            return find()

    def close(self):
        if self.socket:
            self.socket.shutdown(socket.SHUT_RDWR)
            self.socket.close()
        self.http.close()
