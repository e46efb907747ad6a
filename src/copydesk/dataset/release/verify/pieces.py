"""Cut a release into pieces that processes check side by side, each about some thousand articles.

In:  the facts of a release; its shards, of which there may be fewer than processes.
Out: the same facts about a range of articles each, in order. Where rows stand out of order a shard range stays whole,
so that what is out of order is seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from copydesk.dataset.release.facts import ReleaseFacts, Shard, column_about

PIECE = 2000  #: articles that one process checks at a time, at least
PIECES = 8  #: of a release that is larger: each opens its shard from the start, so there should be few


def pieces(facts: ReleaseFacts) -> Iterator[ReleaseFacts]:
    """Raises OSError, ArrowException, when a shard cannot be read."""
    size = max(PIECE, facts.n_rows("articles") // PIECES)
    for part in facts.parts():
        ids = [row["article_id"] for row in part.rows("articles", columns=["article_id"])]
        count = -(-len(ids) // size)
        if count > 1 and all(_is_ordered(part, shard) for shard in part.shards):
            bounds = ["", *(ids[len(ids) * number // count] for number in range(1, count)), None]
            yield from (replace(part, between=(start or "", end)) for start, end in pairwise(bounds))
        else:
            yield part


def _is_ordered(facts: ReleaseFacts, shard: Shard) -> bool:
    """Whether the rows of each row group stand in the order of their articles."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    column = column_about(shard.config)
    with pq.ParquetFile(facts.folder / shard.path) as file:
        for group in range(file.num_row_groups):
            ids = file.read_row_group(group, columns=[column]).column(column)
            if ids.null_count or not pc.all(pc.less_equal(ids[:-1], ids[1:]), min_count=0).as_py():
                return False
    return True
