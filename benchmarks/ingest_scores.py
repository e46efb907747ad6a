"""Scores for extraction: what a page or scrape should give, against what a tool gave.

Body: precision and recall of 4-word shingles (as multisets) per article, their means, and F1 of the means.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

SALT = "copydesk-ingest"
REPORTED = 300  #: of 1,000 sites


@dataclass(frozen=True)
class Fields:
    """What is scored of one article; dates as ISO days."""

    body: str = ""
    title: str | None = None
    authors: tuple[str, ...] = ()
    date: str | None = None


@dataclass
class Scores:
    """Sums over articles, and the figures of the table."""

    bodies: list[tuple[float, float]] = field(default_factory=list)
    titles: list[tuple[bool, bool, bool]] = field(default_factory=list)  #: gold has one, asserted, right
    authors: list[tuple[float, float]] = field(default_factory=list)  #: precision, recall; both 1 when both are empty
    asserted_authors: list[bool] = field(default_factory=list)
    dates: list[tuple[bool, bool, bool]] = field(default_factory=list)

    def add(self, gold: Fields, made: Fields) -> None:
        self.bodies.append(body(gold.body, made.body))
        self.titles.append((bool(gold.title), bool(made.title), same(gold.title or "", made.title or "")))
        wanted, given = ({same_name(name) for name in each.authors} for each in (gold, made))
        self.authors.append(sets(wanted, given))
        self.asserted_authors += [name in wanted for name in given]
        self.dates.append((bool(gold.date), bool(made.date), bool(made.date) and made.date == gold.date))

    def figures(self) -> dict[str, float | None]:
        precision, recall = (mean(values) for values in zip(*self.bodies, strict=True))
        dated = [row for row in self.dates if row[0]]
        undated = [row for row in self.dates if not row[0]]
        figures = {
            "body P": precision,
            "body R": recall,
            "body F1": f1(precision, recall),
            "title exact": mean(right for has, _, right in self.titles if has),
            "title P": mean(has and right for has, asserted, right in self.titles if asserted),
            "authors F1": mean(f1(p, r) for p, r in self.authors),
            "authors P": mean(self.asserted_authors),
            "date right": mean(right for *_, right in dated),
            "date P": mean(right for _, asserted, right in dated if asserted),
            "dates on undated": mean(asserted for _, asserted, _ in undated),
        }
        silent = {
            "title": not any(asserted for _, asserted, _ in self.titles),
            "authors": not self.asserted_authors,
            "date": not any(asserted for _, asserted, _ in self.dates),
            "body": not any(recall for _, recall in self.bodies),
        }
        silent["dates"] = silent["date"]
        return {name: None if silent[name.split()[0]] else value for name, value in figures.items()}


def is_reported(site: str) -> bool:
    """Whether a site's articles are kept for reporting: by site, fixed before any tuning."""
    return int(hashlib.sha256(f"{SALT}:{site}".encode()).hexdigest()[:8], 16) % 1000 < REPORTED


def mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return sum(found) / len(found) if found else None


def f1(precision: float | None, recall: float | None) -> float:
    precision, recall = precision or 0.0, recall or 0.0
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def body(gold: str, made: str) -> tuple[float, float]:
    """Precision and recall of 4-word shingles."""
    wanted, given = shingles(gold), shingles(made)
    shared = sum((wanted & given).values())
    n_wanted, n_given = sum(wanted.values()), sum(given.values())
    return (shared / n_given if n_given else float(not n_wanted)), (
        shared / n_wanted if n_wanted else float(not n_given)
    )


def shingles(text: str, n: int = 4) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", unicodedata.normalize("NFC", text))
    return Counter(tuple(words[at : at + n]) for at in range(max(1, len(words) - n + 1))) if words else Counter()


def plain(text: str) -> str:
    """For comparing titles and names: case, quotes, dashes and white space do not count."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("‘", "'")
    return " ".join(re.sub(r"[“”\"]", '"', re.sub(r"[‐-―−]", "-", text)).split())


def same(one: str, other: str) -> bool:
    return bool(one) and plain(one) == plain(other)


def same_name(name: str) -> str:
    return plain(re.sub(r"^by\s+", "", name.strip(), flags=re.IGNORECASE)).strip(" .,")


def sets(wanted: set[str], given: set[str]) -> tuple[float, float]:
    if not wanted or not given:
        return (1.0, 1.0) if wanted == given else (0.0, 0.0)
    shared = len(wanted & given)
    return shared / len(given), shared / len(wanted)


def table(columns: Sequence[tuple[str, dict[str, float | None]]]) -> str:
    """A Markdown table: one row a figure, one column a tool."""
    names = list(dict.fromkeys(name for _, figures in columns for name in figures))
    rows = [f"| | {' | '.join(tool for tool, _ in columns)} |", "|---" * (len(columns) + 1) + "|"]
    for name in names:
        values = (figures.get(name) for _, figures in columns)
        rows.append(
            f"| {name} | "
            + " | ".join("–" if v is None else f"{v:.3f}" if v < 10 else f"{v:.0f}" for v in values)
            + " |"
        )
    return "\n".join(rows)
