"""Hold records against a schema: found in bulk by ``jsonschema-rs``, explained by the reference ``jsonschema``.

In:  a schema, records.
Out: an :class:`~copydesk.issues.Issue` for each rule that a record breaks.

The two agree because they are asked about the same thing: JSON as RFC 8259 has it (no NaN, no lone surrogates).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from copydesk.issues import Issue

#: JSON Schema keyword → issue code.
CODES = {
    "required": "missing-field",
    "additionalProperties": "unknown-field",
    "type": "wrong-type",
    "enum": "not-in-set",
    "const": "not-in-set",
    "pattern": "wrong-form",
    "minLength": "too-short",
    "minimum": "out-of-range",
    "maximum": "out-of-range",
    "minItems": "too-few-items",
    "uniqueItems": "not-unique",
}
SHAPE = frozenset({"missing-field", "wrong-type"})  #: after one of these a record cannot be read any further
_SHOWN = 80  # characters of a bad value in a message: a text can be a megabyte


class Checker:
    """Checks records against one schema."""

    def __init__(self, schema: dict[str, Any], labels_at: str | None = None) -> None:
        """``labels_at``: JSON path under which every closed set is a label set (``$.value`` of an annotation)."""
        self._schema, self._labels_at = schema, labels_at

    @cached_property
    def _fast(self) -> Any:
        import jsonschema_rs

        return jsonschema_rs.Draft202012Validator(self._schema, offline=True)

    @cached_property
    def _reference(self) -> Any:
        from jsonschema import Draft202012Validator
        from jsonschema.validators import extend

        types = Draft202012Validator.TYPE_CHECKER.redefine_many(
            {"string": _is_string, "number": _is_number, "integer": _is_integer, "array": _is_array}
        )
        return extend(Draft202012Validator, type_checker=types)(self._schema)

    def is_valid(self, record: Any) -> bool:
        """The quick word, without a reason."""
        try:
            return bool(self._fast.is_valid(record))
        except ValueError:  # what JSON cannot hold: bytes, dates, lone surrogates, bottomless nesting
            return False

    def check(self, record: Any, where: str) -> list[Issue]:
        """Every broken rule, in the order of the record's paths."""
        found = sorted(self._reference.iter_errors(record), key=lambda error: (error.json_path, str(error.validator)))
        return [self._issue(error, where) for error in found]

    def check_all(self, records: Iterable[Any], where: Callable[[int, Any], str]) -> Iterator[Issue]:
        """The issues of many records, lazily; ``where(n, record)`` names the n-th, from 0.

        For records read from files: a lone surrogate, which no file can hold, is seen by :meth:`check` alone.
        """
        for n, record in enumerate(records):
            if not self.is_valid(record):
                yield from self.check(record, where(n, record))

    def _issue(self, error: Any, where: str) -> Issue:
        code = CODES.get(error.validator, "wrong-form")
        if error.validator == "enum" and self._labels_at is not None and error.json_path.startswith(self._labels_at):
            code = "unknown-label"
        return Issue(code, where, _message(error), error.json_path, _hint(error))


def _message(error: Any) -> str:
    shown = repr(error.instance)
    written = shown if isinstance(error.instance, str) else json.dumps(error.instance, ensure_ascii=False, default=repr)
    cut = written if len(written) <= _SHOWN else f"{written[:_SHOWN]}…"
    return str(error.message).replace(shown, cut) if error.validator != "enum" else f"{cut} is not in the set"


def _hint(error: Any) -> str:
    if error.validator == "enum":
        known = [str(value) for value in error.validator_value if value is not None]
        near = get_close_matches(str(error.instance), known, n=1)
        return f"did you mean {near[0]!r}?" if near else f"one of: {', '.join(known)}"
    if error.validator == "additionalProperties":
        known = list(error.schema.get("properties", ()))
        unknown = next((str(key) for key in error.instance if key not in known), "")
        near = get_close_matches(unknown, known, n=1)
        return f"did you mean {near[0]!r}?" if near else f"known fields: {', '.join(known)}"
    return str(error.schema.get("description", ""))


def _is_string(_: Any, value: Any) -> bool:
    if not isinstance(value, str):
        return False
    return value.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in value)


def _is_number(_: Any, value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_integer(checker: Any, value: Any) -> bool:
    return _is_number(checker, value) and value == int(value)


def _is_array(_: Any, value: Any) -> bool:
    return isinstance(value, list | tuple)  # both are written as a JSON array
