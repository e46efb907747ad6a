"""What exact copies give back to withheld articles, kept on disk until the rows are written.

In:  a reader's copies, one after another, in any order.
Out: the words of any of them, read when asked for. In memory is only where they stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

Record = dict[str, Any]


class Words(Mapping[str, Record]):
    """Copies by article id, with the fields that ``audience.put_back`` takes from an article."""

    def __init__(self, path: Path) -> None:
        """``path``: a new file, for as long as they are needed."""
        self._file = path.open("w+b")
        self._places: dict[str, tuple[int, int]] = {}
        self._last: tuple[str, Record] = ("", {})  # rows come article by article

    def put(self, article_id: str, copy: Mapping[str, Any]) -> None:
        """Keep a copy, in place of an earlier one of the same article."""
        words = {key: copy[key] for key in ("title", "text", "dateline")}
        line = orjson.dumps(words | {"provenance": {"findings": copy["provenance"]["findings"]}})
        start = self._file.seek(0, 2)
        self._file.write(line)
        self._places[article_id] = start, len(line)
        self._last = ("", {})

    def __getitem__(self, article_id: str) -> Record:
        if self._last[0] != article_id:
            start, size = self._places[article_id]
            self._file.seek(start)
            self._last = article_id, orjson.loads(self._file.read(size))
        return self._last[1]

    def __contains__(self, article_id: object) -> bool:
        return article_id in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
