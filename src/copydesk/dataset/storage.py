"""Storage asked by an address such as ``s3://bucket/corpora``: what fsspec reaches, and errors that name what failed.

In:  an address without secrets; who may read and write there is said by the environment of each machine.
Out: bytes by name. A store of objects has no rename, and may list late, so nothing is asked by listing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from glob import has_magic
from typing import Any, TypeVar

from copydesk.crash import scrub
from copydesk.errors import CopydeskError, OutsideError

R = TypeVar("R")
ADDRESS = re.compile(r"^([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
#: a password may hold slashes, so any @ may end one; before the @ of a web address stands a user or a token
_PASSWORD = re.compile(r"://.*:.*@|^https?://[^/@]*@|;[^=]*(key|pass|secret|token)[^=]*=", re.IGNORECASE | re.DOTALL)
_EXTRAS = {"s3": "s3", "s3a": "s3"}  #: our extra that brings what a kind of address needs


class BadStorage(CopydeskError):
    """Nothing can be kept at this address as it stands."""


def check(address: str) -> None:
    """Refuse an address that nothing here can reach, or that holds a secret. Raises BadStorage."""
    named(address)
    if holds_password(address) or "?" in address:
        raise BadStorage(
            f"the address {_scheme(address)} holds a password or settings", "put them into the environment"
        )
    _system(address)


def named(address: str) -> None:
    """Refuse an address that says no more than how to get there. Raises BadStorage."""
    if not address.partition("://")[2].strip("/"):
        raise BadStorage(f"the address {shown(address)} names no place", "s3://bucket/folder, for example")


def holds_password(address: str) -> bool:
    """Whether it says who may read there; records would carry it on."""
    return bool(_PASSWORD.search(address))


def shown(address: str) -> str:
    """What an error says of it: the scheme alone, where a user or what we take for none may stand."""
    return _scheme(address) if "@" in address else address


def _scheme(address: str) -> str:
    return f"{address.partition('://')[0]}://…"


def matching(pattern: str) -> list[str]:
    """The addresses that a pattern matches, as the listing shows them. Raises BadStorage, OutsideError."""
    system, path = _system(pattern)
    _, chained, within = pattern.partition("::")  # such as zip://*.txt::https://host/a.zip
    try:
        return [f"{system.unstrip_protocol(name)}{chained}{within}" for name in system.glob(path)]
    except Exception as error:  # fsspec's systems raise what they like
        raise _refused(pattern, error) from error


def get(address: str, name: str) -> bytes | None:
    """What stands under ``name``; None: nothing. Raises OutsideError."""
    system, path = _system(address)
    try:
        data: bytes = _asked(address, name, lambda: system.cat_file(f"{path}/{name}"))
    except FileNotFoundError:
        return None
    return data


def has(address: str, name: str) -> bool:
    """Whether something stands under ``name``; it is read, not looked up, as a listing may be late or remembered."""
    system, path = _system(address)
    try:
        _asked(address, name, lambda: system.cat_file(f"{path}/{name}", start=0, end=1))
    except FileNotFoundError:
        return False
    return True


def put(address: str, name: str, data: bytes) -> None:
    """Keep ``data`` under ``name``, whole or not at all. Raises OutsideError."""
    system, path = _system(address)
    try:
        _asked(address, name, lambda: system.pipe_file(f"{path}/{name}", data))
    except FileNotFoundError as error:
        problem = f"{shown(address)}: there is no such place: {_said(address, error)}"
        raise OutsideError(problem, "make the bucket first, or correct the address") from error


def keep(address: str, names: Iterable[str]) -> None:
    """Drop what a listing shows beside ``names``; what it does not show yet, or must not be dropped, stays."""
    system, path = _system(address)
    kept = set(names)
    try:
        system.invalidate_cache()
        for each in system.ls(path, detail=True):
            if each["type"] == "file" and each["name"].rpartition("/")[2] not in kept:
                system.rm_file(each["name"])
    except Exception:  # fsspec's systems raise what they like, and nothing rests on this
        return


def clear(address: str, but: Collection[str]) -> None:
    """Drop all that a listing shows there and below, beside what stands under a name in ``but``; as in :func:`keep`."""
    system, path = _system(address)
    try:
        system.invalidate_cache()
        listed = [(name, name.removeprefix(f"{path}/")) for name in system.find(path)]
        found = [name for name, below in listed if below != name and below.partition("/")[0] not in but]
        if has_magic(path):  # its names would be taken for wildcards
            for name in found:
                system.rm_file(name)
        elif found:
            system.rm(found)  # a thousand at a time, where the store can
    except Exception:  # fsspec's systems raise what they like, and nothing rests on this
        return


def _system(address: str) -> tuple[Any, str]:
    """What reads and writes there, and the address as it calls it. Raises BadStorage."""
    import fsspec

    try:
        system, path = fsspec.core.url_to_fs(address)
    except ImportError as error:
        kind = address.partition("://")[0].lower()
        extra = f"pip install 'copydesk[{_EXTRAS[kind]}]'" if kind in _EXTRAS else "install the package that it names"
        raise BadStorage(f"nothing here reads {kind}:// ({error})", extra) from None
    except ValueError as error:
        raise BadStorage(
            f"{shown(address)}: {_said(address, error)}", "an address that fsspec knows, such as s3://bucket/folder"
        ) from None
    except Exception as error:  # some systems call their server at once
        raise _refused(address, error) from error
    return system, str(path)


def _asked(address: str, name: str, ask: Callable[[], R]) -> R:
    try:
        return ask()
    except FileNotFoundError:
        raise
    except Exception as error:  # fsspec's systems raise what they like
        raise _refused(f"{address}/{name}", error) from error


def _refused(place: str, error: Exception) -> OutsideError:
    problem = f"{shown(place)}: the storage refused: {_said(place, error) or type(error).__name__}"
    return OutsideError(problem, "check the address and its access, on every machine; what is finished is kept")


def _said(address: str, error: Exception) -> str:
    """The error's own words, without secrets and who asks."""
    user = address.partition("://")[2].rpartition("@")[0]
    return scrub(str(error).replace(user, "…") if user else str(error))
