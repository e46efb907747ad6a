"""Pairs of articles to what links them: extent, wording, direction and the passages that show it.

In:  articles, their fingerprints, and the pairs to describe.
Out: :class:`Described`, from which link records are taken, some at a time. Relations stand in a file, as numbers; what
     is held of a pair is some bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from copydesk.console import Progress
from copydesk.dataset.articles import Articles
from copydesk.dataset.components import labels
from copydesk.dataset.families.alignment import Passages, aligned
from copydesk.dataset.families.memory import Memory, Told, relation_keys
from copydesk.dataset.families.printed import Printed
from copydesk.dataset.families.prints import Array, Index, Prints
from copydesk.dataset.families.relation import EXTENTS, WORDINGS, Relation, direction, relations
from copydesk.executor import Executor

#: what a description reads of a fingerprint
READ = ("words", "keys", "key_weights", "content", "sentences")
SAME = Relation("whole", 1.0, "verbatim", 1.0)
NOTHING = Relation("whole", 0.0, "rewritten", 0.0)  #: of a pair in which no passages correspond
_LINKS = 128  # of a shard
_TOWARDS = (None, "a_from_b", "b_from_a")
_BASES = (None, "credit", "date", "containment")

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Description:
    """What links two articles."""

    relation: Relation
    towards: str | None
    basis: str | None
    passages: tuple[Passages, ...]


@dataclass(frozen=True, slots=True)
class Described:
    """What links pairs of articles, in their order."""

    told: Told  #: relations, in a file
    spans: Index  #: where each pair's stand there
    codes: Array  #: direction and what says so; shape: (n, 2)

    def take(self, places: Index) -> Iterator[Description]:
        """The descriptions of some pairs."""
        codes = self.codes[places].tolist()
        for words, (towards, basis) in zip(self.told.rows(self.spans[places]), codes, strict=True):
            kind, passages = _read(words)
            yield Description(kind, _TOWARDS[towards], _BASES[basis], passages)


def describe(
    articles: Articles, printed: Printed, pairs: Index, memory: Memory, executor: Executor, progress: Progress
) -> Described:
    """What links each of ``pairs``. Shape: (n, 2) numbers of articles."""
    order = _kept_together(pairs)
    keys = relation_keys(articles.texts[pairs[order]])
    known = memory.relations()
    spans = known.find(keys)
    tasks = (
        _task(articles, printed, pairs[order[n : n + _LINKS]], known.rows(spans[n : n + _LINKS]))
        for n in range(0, len(order), _LINKS)
    )
    codes = np.zeros((len(pairs), 2), np.int8)
    with progress("describing links", len(pairs)) as step, memory.telling(keys) as telling:
        at = 0
        for flat, sizes, directions in executor.map(_describe, tasks):
            telling.add(flat, sizes)
            codes[order[at : at + len(sizes)]] = directions
            at += len(sizes)
            step(len(sizes))
        told = telling.spans()
    found = np.empty_like(told)
    found[order] = told
    return Described(Told(telling.path, keys, told), found, codes)


def described(prints: Prints, pairs: Index) -> list[tuple[Relation, tuple[Passages, ...]]]:
    """Extent, wording and evidence of pairs of texts."""
    alignments = aligned(prints, pairs)
    return [(kind, each.passages) for kind, each in zip(relations(alignments), alignments, strict=True)]


def _kept_together(pairs: Index) -> Index:
    """An order of pairs in which those of articles that hang together come together: each text is then read once."""
    label = labels(int(pairs.max(initial=-1)) + 1, pairs)
    order: Index = np.argsort(label[pairs[:, 0]], kind="stable")
    return order


@dataclass(frozen=True, slots=True)
class _Task:
    """A shard of pairs with just the articles it needs, and what is remembered of their relations."""

    printed: Printed
    articles: Articles
    pairs: Index
    known: Sequence[Array | None]


def _task(articles: Articles, printed: Printed, pairs: Index, known: Sequence[Array | None]) -> _Task:
    rows, at = np.unique(pairs, return_inverse=True)
    return _Task(printed, articles.take(rows), at.reshape(-1, 2), known)


def _describe(task: _Task) -> tuple[Array, Index, Array]:
    """The relations of a shard as words, how many each has, and the directions."""
    about = task.printed.about(task.articles)
    same = (task.articles.texts[task.pairs[:, 0]] == task.articles.texts[task.pairs[:, 1]]).all(axis=1)
    new = np.array([words is None for words in task.known], np.bool_) & ~same
    fresh = _made(task, new)
    rows, codes = list[Array](), list[tuple[int, int]]()
    for (a, b), is_same, is_new, words in zip(
        task.pairs.tolist(), same.tolist(), new.tolist(), task.known, strict=True
    ):
        if is_same:
            rows.append(_written(SAME, (Passages(0, about[a].n_chars, 0, about[b].n_chars),)))
        else:
            rows.append(_written(*next(fresh)) if is_new or words is None else words)
        towards, basis = direction(about[a], about[b], EXTENTS[rows[-1][0]])
        codes.append((_TOWARDS.index(towards), _BASES.index(basis)))
    return np.concatenate(rows), np.array([len(row) for row in rows]), np.array(codes, np.int8)


def _made(task: _Task, new: Flags) -> Iterator[tuple[Relation, tuple[Passages, ...]]]:
    """What is not remembered of a shard's pairs."""
    rows, at = np.unique(task.pairs[new], return_inverse=True)
    return iter(described(task.printed.take(task.articles.take(rows), READ), at.reshape(-1, 2)) if len(rows) else ())


# A relation is six words (extent, wording, and their confidences as doubles), then four for each pair of passages.


def _written(kind: Relation, passages: Sequence[Passages]) -> Array:
    classes = np.array([EXTENTS.index(kind.extent), WORDINGS.index(kind.wording)], np.uint32)
    confidences = np.array([kind.extent_confidence, kind.wording_confidence]).view(np.uint32)
    places = [(each.a_start, each.a_end, each.b_start, each.b_end) for each in passages]
    return np.concatenate([classes, confidences, np.array(places, np.uint32).ravel()])


def _read(words: Array | None) -> tuple[Relation, tuple[Passages, ...]]:
    assert words is not None  # it was told just now
    extent, wording = words[:2].tolist()
    confidences = words[2:6].copy().view(np.float64).tolist()
    passages = tuple(Passages(*each) for each in words[6:].reshape(-1, 4).tolist())
    return Relation(EXTENTS[extent], confidences[0], WORDINGS[wording], confidences[1]), passages
