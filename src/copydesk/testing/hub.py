"""A Hub on 127.0.0.1 that unmodified clients can publish to and load from: datasets, revisions, large files, tags.

In:  what ``huggingface_hub`` and ``datasets`` send.
Out: what they expect of huggingface.co. Everything is held in memory; ``ROUTES`` is what it speaks.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

DATE = "2026-01-01T00:00:00.000Z"
LARGE = (".parquet",)


@dataclass
class Repo:
    """One dataset: commits, each with all its files, and names for some of them."""

    commits: dict[str, dict[str, str]] = field(default_factory=dict)  #: commit → path → SHA-256 of the contents
    names: dict[str, str] = field(default_factory=lambda: {"main": ""})  #: branch or tag → commit

    def resolve(self, revision: str) -> str | None:
        commit = self.names.get(revision, revision)
        return commit if commit in self.commits else None

    def commit(self, branch: str, files: dict[str, str]) -> str:
        seed = json.dumps([self.names[branch], len(self.commits), sorted(files.items())])
        commit = hashlib.sha1(seed.encode()).hexdigest()
        self.commits[commit], self.names[branch] = files, commit
        return commit


@dataclass
class Hub:
    """What the loopback hub holds; tests look into it and make it fail."""

    url: str = ""
    token: str = "hf_loopback"
    repos: dict[str, Repo] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    refuse: Callable[[str, str], int | None] = lambda method, path: None  #: status to answer with instead
    requests: list[tuple[str, str]] = field(default_factory=list)

    def put(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        self.blobs[digest] = data
        return digest

    def upload(self, repo: str, path: str, data: bytes) -> str:
        """Somebody else's commit on ``main``."""
        held = self.repos[repo]
        return held.commit("main", held.commits[held.names["main"]] | {path: self.put(data)})


@contextmanager
def loopback_hub() -> Iterator[Hub]:
    """A hub that answers while the block runs."""
    hub = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Answer(Exception):
    """Ends a request."""

    def __init__(self, status: int, body: Any = None, **headers: str) -> None:
        self.status, self.body, self.headers = status, body, headers
        super().__init__(status)


def _missing(code: str) -> _Answer:
    return _Answer(404, {"error": code}, X_Error_Code=code)


class _Handler(BaseHTTPRequestHandler):
    """Takes requests apart and hands them to the route that fits."""

    protocol_version = "HTTP/1.1"
    hub: Hub

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass

    def _serve(self) -> None:
        body = self._body()
        parts = urlsplit(self.path)
        path = unquote(parts.path)
        self.hub.requests.append((self.command, path))
        try:
            if status := self.hub.refuse(self.command, path):
                raise _Answer(status, {"error": "refused"})
            for method, pattern, route in ROUTES:
                found = re.fullmatch(pattern, path)
                if found and self.command in method.split():
                    if self.command in ("POST", "PUT") and not path.startswith("/lfs/"):
                        self._authorise()
                    raise route(self, body, parse_qs(parts.query), *found.groups())
            raise _missing("EntryNotFound")
        except _Answer as answer:
            self._send(answer)

    do_GET = do_HEAD = do_POST = do_PUT = _serve  # noqa: N815

    def _authorise(self) -> None:
        if self.headers.get("Authorization") != f"Bearer {self.hub.token}":
            raise _Answer(401, {"error": "Invalid username or password."})

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _send(self, answer: _Answer) -> None:
        data = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        headers = {"Content-Type": "application/json", "Content-Length": str(len(data))}
        for name, value in (headers | {key.replace("_", "-"): v for key, v in answer.headers.items()}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def repo(self, name: str) -> Repo:
        if name not in self.hub.repos:
            raise _missing("RepoNotFound")
        return self.hub.repos[name]

    def files(self, name: str, revision: str) -> tuple[str, dict[str, str]]:
        repo = self.repo(name)
        commit = repo.resolve(revision)
        if commit is None:
            raise _missing("RevisionNotFound")
        return commit, repo.commits[commit]


def _create(request: _Handler, body: bytes, query: Any) -> _Answer:
    asked = json.loads(body)
    name = "/".join(filter(None, (asked.get("organization"), asked["name"])))
    url = f"{request.hub.url}/datasets/{name}"
    if name in request.hub.repos:
        return _Answer(409, {"error": "You already created this dataset repo", "url": url})
    repo = request.hub.repos[name] = Repo()
    repo.commit("main", {".gitattributes": request.hub.put(b"*.parquet filter=lfs\n")})
    return _Answer(200, {"url": url, "name": name, "id": name})


def _preupload(request: _Handler, body: bytes, query: Any, name: str, revision: str) -> _Answer:
    request.files(name, revision)
    listed = [
        {
            "path": file["path"],
            "uploadMode": "lfs" if file["path"].endswith(LARGE) else "regular",
            "shouldIgnore": False,
            "oid": None,
        }
        for file in json.loads(body)["files"]
    ]
    return _Answer(200, {"files": listed})


def _batch(request: _Handler, body: bytes, query: Any, name: str) -> _Answer:
    objects = []
    for asked in json.loads(body)["objects"]:
        entry = {"oid": asked["oid"], "size": asked["size"]}
        if asked["oid"] not in request.hub.blobs:
            entry["actions"] = {"upload": {"href": f"{request.hub.url}/lfs/{asked['oid']}"}}
        objects.append(entry)
    return _Answer(200, {"transfer": "basic", "objects": objects})


def _put(request: _Handler, body: bytes, query: Any, oid: str) -> _Answer:
    return _Answer(200 if request.hub.put(body) == oid else 400, {})


def _commit(request: _Handler, body: bytes, query: Any, name: str, branch: str) -> _Answer:
    head, files = request.files(name, branch)
    changed = dict(files)
    for line in body.splitlines():
        operation = json.loads(line)
        value = operation["value"]
        if operation["key"] == "header" and value.get("parentCommit") not in (None, head):
            return _Answer(412, {"error": "A commit has happened since. Please refresh and try again."})
        if operation["key"] == "file":
            changed[value["path"]] = request.hub.put(base64.b64decode(value["content"]))
        elif operation["key"] == "lfsFile":
            if value["oid"] not in request.hub.blobs:
                return _Answer(400, {"error": "the object was not uploaded"})
            changed[value["path"]] = value["oid"]
        elif operation["key"] == "deletedFile":
            changed.pop(value["path"], None)
    commit = request.repo(name).commit(branch, changed)
    url = f"{request.hub.url}/datasets/{name}/commit/{commit}"
    return _Answer(200, {"success": True, "commitOid": commit, "commitUrl": url})


def _tag(request: _Handler, body: bytes, query: Any, name: str, revision: str) -> _Answer:
    commit, _ = request.files(name, revision)
    tag = json.loads(body)["tag"]
    if tag in request.repo(name).names:
        return _Answer(409, {"error": f"Tag reference exists already: {tag}"})
    request.repo(name).names[tag] = commit
    return _Answer(200, {})


def _info(request: _Handler, body: bytes, query: Any, name: str, revision: str | None = None) -> _Answer:
    commit, files = request.files(name, revision or "main")
    plain = {"private": False, "gated": False, "disabled": False, "downloads": 0, "likes": 0, "tags": []}
    named = {"id": name, "_id": name, "author": name.split("/")[0], "sha": commit, "lastModified": DATE}
    return _Answer(200, plain | named | {"siblings": [{"rfilename": path} for path in sorted(files)]})


def _entry(hub: Hub, path: str, digest: str) -> dict[str, Any]:
    data = hub.blobs[digest]
    blob = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
    entry = {"type": "file", "path": path, "size": len(data), "oid": blob}
    return entry | ({"lfs": {"oid": digest, "size": len(data), "pointerSize": 130}} if path.endswith(LARGE) else {})


def _tree(request: _Handler, body: bytes, query: Any, name: str, revision: str, under: str | None = None) -> _Answer:
    _, files = request.files(name, revision)
    prefix = f"{under.strip('/')}/" if under else ""
    inside = {path: digest for path, digest in files.items() if path.startswith(prefix)}
    if not inside:
        return _missing("EntryNotFound")
    listed = [_entry(request.hub, path, digest) for path, digest in sorted(inside.items())]
    folders = {path[: cut.start()] for path in inside for cut in re.finditer("/", path) if cut.start() >= len(prefix)}
    listed += [{"type": "directory", "path": folder, "size": 0, "oid": "0" * 40} for folder in sorted(folders)]
    if query.get("recursive", ["false"])[0].lower() != "true":
        listed = [entry for entry in listed if "/" not in entry["path"][len(prefix) :]]
    return _Answer(200, listed)


def _paths(request: _Handler, body: bytes, query: Any, name: str, revision: str) -> _Answer:
    _, files = request.files(name, revision)
    text = body.decode()
    asked = json.loads(text)["paths"] if text.startswith("{") else parse_qs(text).get("paths", [])
    found = [_entry(request.hub, path, files[path]) for path in asked if path in files]
    folders = [path for path in asked if any(file.startswith(f"{path}/") for file in files)]
    return _Answer(200, found + [{"type": "directory", "path": path, "oid": "0" * 40} for path in folders])


def _refs(request: _Handler, body: bytes, query: Any, name: str) -> _Answer:
    names = request.repo(name).names
    branches = [{"name": "main", "ref": "refs/heads/main", "targetCommit": names["main"]}]
    tags = [
        {"name": tag, "ref": f"refs/tags/{tag}", "targetCommit": commit}
        for tag, commit in sorted(names.items())
        if tag != "main"
    ]
    return _Answer(200, {"branches": branches, "converts": [], "tags": tags})


def _resolve(request: _Handler, body: bytes, query: Any, name: str, revision: str, path: str) -> _Answer:
    commit, files = request.files(name, revision)
    if path not in files:
        return _missing("EntryNotFound")
    data, digest = request.hub.blobs[files[path]], files[path]
    told = {"X_Repo_Commit": commit, "ETag": f'"{digest}"', "Accept_Ranges": "bytes"}
    if path.endswith(LARGE):
        told |= {"X_Linked_Etag": f'"{digest}"', "X_Linked_Size": str(len(data))}
    found = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("Range", ""))
    if not found:
        return _Answer(200, data, Content_Type="application/octet-stream", **told)
    start, end = int(found[1]), min(int(found[2] or len(data) - 1), len(data) - 1)
    told["Content_Range"] = f"bytes {start}-{end}/{len(data)}"
    return _Answer(206, data[start : end + 1], Content_Type="application/octet-stream", **told)


_ID = r"([\w.-]+/[\w.-]+?)"
_REV = r"([^/]+)"
Route = Callable[..., _Answer]
ROUTES: tuple[tuple[str, str, Route], ...] = (
    ("POST", "/api/repos/create", _create),
    ("POST", "/api/validate-yaml", lambda *_: _Answer(200, {"errors": [], "warnings": []})),
    ("POST", f"/api/datasets/{_ID}/preupload/{_REV}", _preupload),
    ("POST", rf"/datasets/{_ID}\.git/info/lfs/objects/batch", _batch),
    ("PUT", "/lfs/([0-9a-f]{64})", _put),
    ("POST", f"/api/datasets/{_ID}/commit/{_REV}", _commit),
    ("POST", f"/api/datasets/{_ID}/tag/{_REV}", _tag),
    ("POST", f"/api/datasets/{_ID}/paths-info/{_REV}", _paths),
    ("GET", f"/api/datasets/{_ID}/tree/{_REV}(/.*)?", _tree),
    ("GET", f"/api/datasets/{_ID}/refs", _refs),
    ("GET", f"/api/datasets/{_ID}/revision/{_REV}", _info),
    ("GET", f"/api/datasets/{_ID}", _info),
    ("GET HEAD", f"/datasets/{_ID}/resolve/{_REV}/(.+)", _resolve),
)
