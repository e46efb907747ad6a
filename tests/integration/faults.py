"""A small proxy between Copydesk and the real server that fails as networks and servers do, by a seed."""

from __future__ import annotations

import http.client
import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

FAULTS = (
    "cut",  # the connection breaks before the server sees the request
    "half",  # the server sees half of the request
    "lost",  # the server does it, the answer does not arrive
    "late",  # the connection breaks, and the server does it a moment later
    "slow",  # the answer comes after the client has given up
    "refused",  # 502 before the server sees it
    "masked",  # the server does it, the answer says 502
)
WRITES = ("POST", "PATCH", "DELETE", "PUT")


class Faults:
    """Decides for each request whether it fails, and how."""

    def __init__(self, seed: int, rate: float, client_patience_s: float) -> None:
        self._chance, self._rate, self._lock = random.Random(seed), rate, threading.Lock()
        self.late: list[threading.Thread] = []
        self.happened: list[str] = []
        self.client_patience_s = client_patience_s

    def draw(self, method: str) -> str | None:
        with self._lock:
            # Writes are what matters; a read that fails ends the command and says little.
            if self._chance.random() >= (self._rate if method in WRITES else self._rate / 20):
                return None
            fault = self._chance.choice(FAULTS)
            self.happened.append(f"{method} {fault}")
            return fault

    def stop(self) -> None:
        """No more faults; what was late has arrived when this returns."""
        self._rate = 0
        for thread in self.late:
            thread.join()


class _Between(BaseHTTPRequestHandler):
    """One request on its way to the server, or not."""

    protocol_version = "HTTP/1.1"
    faults: Faults
    host: str
    port: int

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.faults.draw(self.command)
        if fault == "half":
            self.send_half(body)
        elif fault == "late":
            thread = threading.Thread(target=lambda: (time.sleep(0.3), self.ask(body)))
            self.faults.late.append(thread)
            thread.start()
        elif fault == "refused":
            return self.reply(502, [], b"bad gateway")
        elif fault != "cut":
            return self.carry(body, fault)
        return self.hang_up()

    def carry(self, body: bytes, fault: str | None) -> None:
        status, headers, answer = self.ask(body)
        if fault == "lost":
            return self.hang_up()
        if fault == "slow":
            time.sleep(self.faults.client_patience_s + 0.5)
            return self.hang_up()
        return self.reply(502, [], b"bad gateway") if fault == "masked" else self.reply(status, headers, answer)

    def ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=120)
        try:
            headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def send_half(self, body: bytes) -> None:
        with socket.create_connection((self.host, self.port)) as straight:
            lines = [f"{self.command} {self.path} HTTP/1.1", *(f"{n}: {v}" for n, v in self.headers.items())]
            straight.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body[: len(body) // 2])

    def reply(self, status: int, headers: list[tuple[str, str]], answer: bytes) -> None:
        with suppress(OSError):
            self.send_response(status)
            for name, value in headers:
                if name.lower() not in ("transfer-encoding", "connection", "content-length", "date", "server"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    def hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_POST = do_PATCH = do_DELETE = do_PUT = handle_any  # noqa: N815

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def proxy(server: str, faults: Faults) -> Iterator[str]:
    """The address of a proxy before ``server``."""
    address = urlsplit(server)
    given = {"faults": faults, "host": str(address.hostname), "port": int(address.port or 80)}
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Between", (_Between,), given)) as between:
        between.daemon_threads = True
        threading.Thread(target=between.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{between.server_port}"
        finally:
            between.shutdown()
