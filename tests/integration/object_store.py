"""A real store of objects for tests: OpenStack Swift with its S3 door, on 127.0.0.1, in a temporary folder.

Its listings come late, as those of such stores may: what is put is told to the container's list by a process of its
own, which runs only when a test says so. Reading by name is right at once.
"""

from __future__ import annotations

import ctypes
import getpass
import json
import secrets
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from copydesk.files import sha256_file

from . import installing

REQUIREMENTS = Path(__file__).with_name("swift-requirements.txt")
USER, PR_SET_PDEATHSIG = "news:desk", 1
SERVERS = ("account", "container", "lists", "object", "proxy")  #: two for containers: one to ask, one for the updater
RINGS = """
import json, sys
from swift.common.ring import RingBuilder
for name, ports in json.loads(sys.argv[1]).items():
    ring = RingBuilder(0, 1, 0)
    ring.add_dev({"region": 1, "zone": 1, "ip": "127.0.0.1", "device": "one", "weight": 1} | ports)
    ring.rebalance()
    ring.get_ring().save(f"{name}.ring.gz")
"""
UPDATE = """
import sys
from swift.common.utils import set_swift_dir
from swift.obj.updater import main
set_swift_dir(sys.argv.pop(1))
main()
"""
SHARED = """[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
workers = 0
user = {user}
log_level = CRITICAL
fallocate_reserve = 0
disable_fallocate = true
"""
STORING = """[pipeline:main]
pipeline = backend_ratelimit {kind}-server
[filter:backend_ratelimit]
use = egg:swift#backend_ratelimit
{limit}
[app:{kind}-server]
use = egg:swift#{kind}
[object-updater]
"""
LATE = """put_requests_per_device_per_second = 0.0001
delete_requests_per_device_per_second = 0.0001"""  # so what is put is noted on the disk, for the updater
SERVING = """[pipeline:main]
pipeline = catch_errors gatekeeper listing_formats s3api tempauth slo proxy-server
{filters}
[filter:tempauth]
use = egg:swift#tempauth
user_{account} = {secret} .admin
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
"""
FILTERS = ("catch_errors", "gatekeeper", "listing_formats", "s3api", "slo")


@dataclass(frozen=True)
class ObjectStore:
    """A running store; one bucket can be made in it."""

    folder: Path
    endpoint: str
    secret: str

    @property
    def environment(self) -> dict[str, str]:
        """What a client must know, as any S3 client takes it."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": USER,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def held(self) -> set[str]:
        """What the store's disk holds: a name for each object and each time it was put."""
        return {str(path) for path in (self.folder / "devices").rglob("*.data")}

    def publish(self) -> None:
        """Let the listings catch up with what was put and dropped."""
        command = [programs() / "python", "-c", UPDATE, self.folder, self.folder / "object.conf", "once"]
        subprocess.run(command, check=True, capture_output=True, timeout=60)


def programs() -> Path:
    """Where Swift's programs are; it is installed first, once."""
    name = f"swift-{sha256_file(REQUIREMENTS)[:8]}"
    return installing.programs(name, "--no-deps", "--require-hashes", "-r", REQUIREMENTS)


@contextmanager
def running(folder: Path) -> Iterator[ObjectStore]:
    """A store with its data in ``folder`` for as long as the block runs; its processes end by their ids."""
    ports = _configure(folder, secret := secrets.token_hex(20))
    started = list[subprocess.Popen[bytes]]()
    try:
        for name in SERVERS:
            with (folder / f"{name}.log").open("wb") as log:
                command = [programs() / f"swift-{_kind(name)}-server", folder / f"{name}.conf", "--verbose"]
                started.append(subprocess.Popen(command, stdout=log, stderr=log, preexec_fn=_end_with_parent))
        for name, process in zip(SERVERS, started, strict=True):
            _wait(f"http://127.0.0.1:{ports[name]}", process, folder / f"{name}.log")
        yield ObjectStore(folder, f"http://127.0.0.1:{ports['proxy']}", secret)
    finally:
        for process in started:
            process.kill()
            process.wait()


def _end_with_parent() -> None:
    """In a process that starts: end when the tests are killed, too."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _configure(folder: Path, secret: str) -> dict[str, int]:
    """Write settings, and rings of one device; the servers' ports."""
    (folder / "devices/one").mkdir(parents=True)
    (folder / "swift.conf").write_text("[swift-hash]\nswift_hash_path_suffix = copydesk\n")
    ports = dict(zip(SERVERS, _free_ports(len(SERVERS)), strict=True))
    for name, port in ports.items():
        own = STORING.format(kind=_kind(name), limit=LATE if name == "container" else "")
        if name == "proxy":
            filters = "\n".join(f"[filter:{each}]\nuse = egg:swift#{each}" for each in FILTERS)
            own = SERVING.format(filters=filters, account=USER.replace(":", "_"), secret=secret)
        shared = SHARED.format(port=port, folder=folder, user=getpass.getuser())
        (folder / f"{name}.conf").write_text(shared + own)
    stored = ("account", "container", "object")
    rings = {name: {"port": ports[name], "replication_port": ports[name]} for name in stored}
    rings["container"]["replication_port"] = ports["lists"]
    subprocess.run([programs() / "python", "-c", RINGS, json.dumps(rings)], cwd=folder, check=True)
    return ports


def _kind(name: str) -> str:
    return "container" if name == "lists" else name


def _free_ports(n: int) -> list[int]:
    probes = [socket.socket() for _ in range(n)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until the server answers, anything."""
    deadline = time.monotonic() + 60
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, f"{url} does not answer"
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
