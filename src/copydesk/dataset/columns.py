"""Records as Arrow columns, built from their values.

In:  records that keep their schema, and the Arrow schema.
Out: the table that ``pyarrow`` makes of them. Its own way there loads pandas, a third of a second for each process.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from types import NoneType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

_NUMBERS = {"int64": np.int64, "double": np.float64}
_FIT: dict[str, tuple[type, ...]] = {"int64": (int,), "double": (int, float), "string": (str,), "bool": (bool,)}


def table(rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    """Records as columns. Raises TypeError where a value is not of its column's kind, and never changes one."""
    import pyarrow as pa

    return pa.Table.from_arrays(
        [_array([row[field.name] for row in rows], field.type) for field in schema], schema=schema
    )


def _array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Where nothing is null, as in most columns, values are passed over as seldom as can be."""
    import pyarrow as pa

    found, count = set(map(type, values)), len(values)
    _check(found, kind)
    holds = [value is not None for value in values] if NoneType in found else []
    valid = _bits(holds) if holds else None
    children = list[pa.Array]()
    if pa.types.is_struct(kind):
        children += [_array(_of(values, field.name, bool(holds)), field.type) for field in kind]
        buffers = [valid]
    elif pa.types.is_list(kind):
        lists = [each or () for each in values] if holds else values
        children.append(_array(list(chain.from_iterable(lists)), kind.value_type))
        buffers = [valid, _ends(map(len, lists))]
    elif pa.types.is_string(kind):
        data = [b"" if each is None else each.encode() for each in values] if holds else list(map(str.encode, values))
        buffers = [valid, _ends(map(len, data)), pa.py_buffer(b"".join(data))]
    elif pa.types.is_boolean(kind):
        buffers = [valid, _bits([each is True for each in values])]
    else:
        numbers = [0 if each is None else each for each in values] if holds else values
        buffers = [valid, pa.py_buffer(np.fromiter(numbers, _NUMBERS[str(kind)], count))]
    return pa.Array.from_buffers(kind, count, buffers, holds.count(False), children=children)


def _of(values: Sequence[Any], name: str, some_are_null: bool) -> list[Any]:
    """One field of each struct."""
    if some_are_null:
        return [None if each is None else each[name] for each in values]
    return list(map(itemgetter(name), values))


def _check(types: set[type], kind: pa.DataType) -> None:
    import pyarrow as pa

    fit = (Mapping,) if pa.types.is_struct(kind) else (list, tuple) if pa.types.is_list(kind) else _FIT[str(kind)]
    for found in types - {NoneType}:
        if not issubclass(found, fit) or (found is bool and bool not in fit):  # a bool is an int to Python
            raise TypeError(f"a value of type {found.__name__} in a column of {kind}")


def _bits(flags: Sequence[bool]) -> pa.Buffer:
    import pyarrow as pa

    return pa.py_buffer(np.packbits(np.array(flags, np.bool_), bitorder="little"))


def _ends(sizes: Iterable[int]) -> pa.Buffer:
    """Where values of those sizes start and end, one after another."""
    import pyarrow as pa

    ends: npt.NDArray[np.int64] = np.cumsum([0, *sizes])
    if ends[-1] > np.iinfo(np.int32).max:
        raise OverflowError("more than 2 GB of text in a shard")
    return pa.py_buffer(ends.astype(np.int32))
