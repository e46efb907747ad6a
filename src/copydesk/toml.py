"""Configuration files: TOML in, frozen values out, every unknown key named with its nearest known one."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from copydesk.errors import BadConfig, UnknownKey

Table = dict[str, Any]
#: as TOML's own specification calls them
TYPES = {str: "a string", int: "an integer", float: "a float", bool: "true or false", list: "an array", dict: "a table"}


def read(path: Path) -> Table:
    """The tables of a TOML file. Raises BadConfig when it is absent, unreadable or not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))  # some editors begin a file with a mark
    except FileNotFoundError:
        raise BadConfig(str(path), "is not there") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadConfig(str(path), f"cannot be read as TOML: {error}") from error


class Reader:
    """Takes typed keys out of one table and, at the end, refuses what nobody took.

    ``where`` is what error messages call the table, such as ``copydesk.toml [splits]``.
    """

    def __init__(self, table: Table, where: str) -> None:
        self._table, self.where, self._known = table, where, list[str]()

    def take(self, key: str, kind: type | tuple[type, ...], default: Any = ..., hint: str = "") -> Any:
        """The value of ``key``; ``default`` when absent. Raises BadConfig on a missing or mistyped one.

        hint: what to write where it is missing or mistyped.
        """
        self._known.append(key)
        if key not in self._table:
            if default is ...:
                raise BadConfig(self.where, f"key {key!r} is missing", hint or self._slip(key))
            return default
        value = self._table[key]
        kinds = kind if isinstance(kind, tuple) else (kind,)
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            wanted = " or ".join(map(_called, kinds))
            if list in kinds and isinstance(value, str):
                hint = hint or f'{key} = ["{value}"]'
            raise BadConfig(self.where, f"key {key!r} must be {wanted}, not {_called(type(value))}", hint)
        return value

    def _slip(self, key: str) -> str:
        """What may have been written for a missing key."""
        near = get_close_matches(key, self._table, n=1, cutoff=0.7)
        return f"it has {near[0]!r}: did you mean {key!r}?" if near else ""

    def one_of(self, key: str, choices: Sequence[str], default: Any = ...) -> Any:
        """The value of ``key``, which must be among ``choices``."""
        value = self.take(key, str, default)
        if value is not default and value not in choices:
            raise BadConfig(self.where, f"key {key!r} is {value!r}", f"one of: {', '.join(choices)}")
        return value

    def strings(self, key: str, default: Any = ...) -> tuple[str, ...]:
        """A list of strings."""
        values = self.take(key, list, default)
        if not all(isinstance(value, str) for value in values):
            raise BadConfig(self.where, f"key {key!r} must be a list of strings")
        return tuple(values)

    def table(self, key: str) -> Reader:
        """A sub-table, empty when absent."""
        return Reader(self.take(key, dict, {}), f"{self.where} [{key}]")

    def tables(self, key: str) -> list[Reader]:
        """An array of tables, empty when absent."""
        rows = self.take(key, list, [], hint=f"its header has two brackets: [[{key}]]")
        if not all(isinstance(row, dict) for row in rows):
            raise BadConfig(self.where, f"key {key!r} must be an array of tables")
        return [Reader(row, f"{self.where} [[{key}]] no. {n}") for n, row in enumerate(rows, 1)]

    def close(self) -> None:
        """Raises UnknownKey for the first key that was not taken."""
        for key in self._table:
            if key not in self._known:
                raise UnknownKey(self.where, key, self._known)


def _called(kind: type) -> str:
    return TYPES.get(kind, f"a {kind.__name__}")
