"""What a release is made from, sorted into parcels: some hundred articles each, and every line about them.

In:  ``build/`` and ``labeling/*/``, read once, a batch at a time.
Out: a folder per parcel. Its articles and links stand as they do in ``build/``; lines of record files keep their
number, so that an error found in one can name it.

Parcels are ranges of ``article_id`` like those of shards, only finer: a shard is made of whole parcels.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from copydesk.dataset.release import shards
from copydesk.errors import BrokenLine

if TYPE_CHECKING:
    import pyarrow as pa

TOGETHER = 400  #: articles of a parcel, roughly
HELD = 32 * 2**20  #: bytes that wait in memory to be written
_KEY = b'"article_id"'
_ABOUT = re.compile(rb'"article_id":\s?"(art-[0-9a-f]{16})"')

Record = dict[str, Any]
See = Callable[[Record], None]


@dataclass(frozen=True, slots=True)
class Parcels:
    """A folder with ``count`` parcels, numbered in the order of their articles."""

    folder: Path
    count: int

    @classmethod
    def of(cls, folder: Path, n_articles: int) -> Parcels:
        """Parcels for so many articles: a power of two, which depends on nothing else."""
        count = 1
        while n_articles > count * TOGETHER and count < 2**12:
            count *= 2
        return cls(folder, count)

    def __iter__(self) -> Iterator[Path]:
        return (self.at(number) for number in range(self.count))

    def at(self, number: int) -> Path:
        return self.folder / f"{number:05d}"

    def holding(self, article_id: str) -> int:
        """The parcel of an article; what is no id at all goes to the first, where it fits nothing."""
        return shards.range_of(article_id, self.count) if shards.is_id(article_id) else 0

    def sort_rows(self, name: str, batches: Iterable[pa.RecordBatch], column: str) -> None:
        """Sort rows, which stand in the order of ``column``, an article id."""
        for number, part in _runs(batches, column, self.holding):
            self._append_rows(self.at(number) / f"{name}.arrow", part)

    def _append_rows(self, path: Path, batches: list[pa.RecordBatch]) -> None:
        import pyarrow as pa

        path.parent.mkdir(parents=True, exist_ok=True)
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, batches[0].schema) as writer:
            for batch in batches:
                writer.write_batch(batch)

    def sort_lines(self, name: str, path: Path, see: See | None = None) -> None:
        """Sort the lines of a record file; an absent one has none. ``see`` is shown every record, where it is given."""
        if not path.exists():
            return
        held, size = defaultdict[int, bytearray](bytearray), 0
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                record = line.strip()
                if record:
                    held[self.holding(_about(record))] += b"%d\t%b\n" % (number, record)
                    size += len(record)
                    if see:
                        see(_parsed(path, number, record))
                if size > HELD:
                    self._append_lines(name, held)
                    held, size = defaultdict(bytearray), 0
        self._append_lines(name, held)

    def _append_lines(self, name: str, held: Mapping[int, bytearray]) -> None:
        for number, lines in held.items():
            home = self.at(number)
            home.mkdir(parents=True, exist_ok=True)
            with (home / name).open("ab") as file:
                file.write(lines)


def rows(path: Path) -> list[Record]:
    """Rows of one parcel; an absent file has none."""
    import pyarrow as pa

    if not path.exists():
        return []
    with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as batches:
        found: list[Record] = batches.read_all().to_pylist()
    return found


def table(path: Path) -> pa.Table:
    """Rows of one parcel as columns."""
    import pyarrow as pa

    with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as batches:
        return batches.read_all()


def lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Lines of one parcel, with the number that each had in its file."""
    if path.exists():
        with path.open("rb") as file:
            for line in file:
                number, _, record = line.partition(b"\t")
                yield int(number), record.rstrip(b"\n")


def parsed(origin: Path, path: Path) -> list[Record]:
    """Records of one parcel. Raises BrokenLine, naming the line of ``origin``."""
    return [_parsed(origin, number, line) for number, line in lines(path)]


def _parsed(origin: Path, number: int, line: bytes) -> Record:
    try:
        record: Record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BrokenLine(origin, number, str(error)) from None
    return record


def _about(line: bytes) -> str:
    """The article of a line, without reading all of it: inside a string the quotes would be escaped."""
    at = line.find(_KEY)
    found = _ABOUT.match(line, at) if at >= 0 and line.find(_KEY, at + 1) < 0 else None
    if found:
        return str(found[1], "ascii")
    try:
        return str(orjson.loads(line)["article_id"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""  # whoever reads the parcel will say what is wrong


def _runs(
    batches: Iterable[pa.RecordBatch], column: str, holding: Callable[[str], int]
) -> Iterator[tuple[int, list[pa.RecordBatch]]]:
    """Batches cut where another parcel begins, those of one parcel together."""
    current, waiting = -1, list[Any]()
    for batch in batches:
        numbers = [holding(article_id) for article_id in batch[column].to_pylist()]
        for number, group in groupby(range(len(numbers)), key=numbers.__getitem__):
            places = list(group)
            if number != current and waiting:
                yield current, waiting
                waiting = []
            current = number
            waiting.append(batch.slice(places[0], len(places)))
    if waiting:
        yield current, waiting
