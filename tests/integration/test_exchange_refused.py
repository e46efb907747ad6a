"""No server, a wrong key, another program at the address: said with what to do."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from copydesk.errors import CopydeskError, OutsideError
from copydesk.labeling.studio import Studio
from copydesk.project import Project

pytestmark = pytest.mark.studio

Make = Callable[..., Project]


def test_no_server_is_said_with_what_to_do(on_server: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    project = on_server("alone")
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("LABEL_STUDIO_URL", f"http://127.0.0.1:{free.getsockname()[1]}")
    with pytest.raises(OutsideError, match="no server answers") as caught:
        Studio.connect(project)
    assert "studio start" in caught.value.hint
    monkeypatch.delenv("LABEL_STUDIO_URL")
    with pytest.raises(CopydeskError, match="LABEL_STUDIO_API_KEY is set, LABEL_STUDIO_URL is not"):
        Studio.connect(project)
    monkeypatch.delenv("LABEL_STUDIO_API_KEY")
    with pytest.raises(OutsideError, match="does not run"):
        Studio.connect(project)


@pytest.mark.parametrize("key", ["0" * 40, "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.c2ln", "wröng", " "])
def test_a_wrong_key_is_said_and_not_repeated(on_server: Make, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    project = on_server("wrong")
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", key)
    with pytest.raises(CopydeskError) as caught:
        Studio.connect(project)
    assert "LABEL_STUDIO_API_KEY" in caught.value.hint
    if key.strip():
        assert key not in f"{caught.value}{caught.value.hint}{caught.value!r}"


@pytest.mark.parametrize("body", [b"<html>hello", b"{}", b"[]", b"null"])
def test_another_program_at_the_address_is_not_taken_for_label_studio(
    on_server: Make, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    project = on_server("other")
    with HTTPServer(("127.0.0.1", 0), Other) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        monkeypatch.setenv("LABEL_STUDIO_URL", f"http://127.0.0.1:{other.server_port}")
        with pytest.raises(OutsideError, match="Label Studio"):
            Studio.connect(project)
        other.shutdown()
