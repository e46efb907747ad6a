"""Break every rule of a schema, one at a time.

In:  a schema; a record that it accepts, with every list filled and nothing null.
Out: for each rule a copy of the record in which that one thing is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from copydesk.schemas.checking import CODES

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that breaks one rule."""

    rule: str  #: dotted path, 0 for the first of a list, then the keyword: ``provenance.segments.0.start.minimum``
    record: Any

    @property
    def code(self) -> str:
        """The issue code to expect."""
        return CODES[self.keyword]

    @property
    def keyword(self) -> str:
        return self.rule.rpartition(".")[2].partition("~")[0]

    @property
    def path(self) -> str:
        """The JSON path to expect it at: what is missing or unknown is an issue of the object around it."""
        path = self.rule.rpartition(".")[0]
        if self.keyword == "required":
            path = path.rpartition(".")[0]
        return f"$.{path}".replace(".0", "[0]") if path else "$"


def broken(schema: Schema, record: Any) -> Iterator[Broken]:
    """Every rule of ``schema``, broken in ``record``."""
    for path, keys, rule, keyword in rules(schema):
        for variant, wrong in _WRONG.get(keyword, {}).items():
            copy = deepcopy({"": record})
            place = _at(copy, keys[:-1])
            place[keys[-1]] = wrong(place[keys[-1]], rule)
            yield Broken(f"{path}{keyword}{variant}", copy[""])
        if keyword == "required":
            for name in rule["required"]:
                copy = deepcopy({"": record})
                del _at(copy, keys)[name]
                yield Broken(f"{path}{name}.required", copy[""])


def rules(rule: Schema, path: str = "", keys: tuple[str | int, ...] = ("",)) -> Iterator[tuple[str, Any, Schema, str]]:
    """Every keyword of a schema that can be broken: dotted path, keys into a record, the rule, the keyword."""
    for keyword in rule:
        if keyword in CODES and not (keyword == "additionalProperties" and rule[keyword]):  # typed keys break nothing
            yield path, keys, rule, keyword
    for name, inner in rule.get("properties", {}).items():
        yield from rules(inner, f"{path}{name}.", (*keys, name))
    if "items" in rule:
        yield from rules(rule["items"], f"{path}0.", (*keys, 0))


def _at(record: Any, keys: tuple[str | int, ...]) -> Any:
    for key in keys:
        record = record[key]
    return record


def _of_another_type(value: Any, rule: Schema) -> Any:
    return "x" if "string" not in rule["type"] else 7


def _outside(value: Any, rule: Schema) -> Any:
    return "no-such-value" if isinstance(value, str) else 999


#: keyword → variant of the file's name → what the value becomes, by the rule.
_WRONG: dict[str, dict[str, Callable[[Any, Schema], Any]]] = {
    "type": {"": _of_another_type},
    "enum": {"": _outside},
    "const": {"": _outside},
    "pattern": {"": lambda value, _: f" {value}", "~newline": lambda value, _: f"{value}\n"},
    "minLength": {"": lambda value, _: ""},
    "minimum": {"": lambda value, rule: rule["minimum"] - 1},
    "maximum": {"": lambda value, rule: rule["maximum"] + 1},
    "minItems": {"": lambda value, _: []},
    "uniqueItems": {"": lambda value, _: [*value, value[0]]},
    "additionalProperties": {"": lambda value, _: value | {"no_such_field": 1}},
}
