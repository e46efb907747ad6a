"""News-like articles from a seed, for speed and memory alone: ``python benchmarks/synthetic.py COUNT FOLDER``.

In:  how many, and a seed. Every block of :data:`BLOCK` articles depends on its number alone, so corpora of any size
     are made in little memory and a larger one begins with a smaller one.
Out: lines of ``{id, url, title, text, published}``, about 3.4 kB each; or the same as a WARC of web pages.

One article in five derives from another one of its block: a copy, an edit, a cut, a text with other words. A tenth of
the sites put the same furniture under every text. One story (:data:`SKEW` of all articles) is reprinted everywhere.

New stories bring new words and names, as many as in Reuters' news: :func:`heaps`. With ``--vocabulary 60000`` all
articles draw from one list of that many, as they did before, so that the larger the corpus is, the more of them share
names that are rare.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson

BLOCK = 1000
WORDS = 560  #: in an article, on average, where nothing else is asked for
#: Factor and exponent for the distinct words in a number of words of Reuters RCV1. C. D. Manning, P. Raghavan,
#: H. Schütze, Introduction to Information Retrieval (2008), section 5.1.1.
HEAPS = (44, 0.49)
NAMES_FROM = 500  #: the rank of a word from which on it may be a name
SKEW = 0.002
SITES = 400
_COMMON = [
    "the",
    "of",
    "and",
    "to",
    "in",
    "a",
    "is",
    "that",
    "for",
    "on",
    "was",
    "with",
    "as",
    "it",
    "by",
    "at",
    "said",
]


def heaps(words: int) -> int:
    """How many different ones are among so many words, by Heaps' law."""
    factor, exponent = HEAPS
    return round(factor * words**exponent)


class Language:
    """A made-up vocabulary with the frequencies of words in news: few common ones, many rare ones, names.

    It grows as it is asked for more words; those that are there keep their rank.
    """

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self.words = list(_COMMON)
        self._ranks = {word: n for n, word in enumerate(self.words)}
        self._ends = np.zeros(0)

    def grow(self, size: int) -> None:
        """Make sure of that many words."""
        while len(self.words) < size:
            word = self._word(self._chance)
            if word not in self._ranks:
                self._ranks[word] = len(self.words)
                self.words.append(word)
        if len(self._ends) < size:
            self._ends = np.cumsum(1 / (np.arange(len(self.words)) + 2.7))

    def other(self, word: str) -> str:
        """A word about as frequent; common words stay."""
        rank = self._ranks.get(word, 0)
        return self.words[rank - 1] if rank > 200 else word

    @staticmethod
    def _word(chance: random.Random) -> str:
        parts = (chance.choice("bcdfghjklmnprstvw") + chance.choice("aeiou") for _ in range(chance.randint(2, 4)))
        return "".join(parts) + chance.choice(["", "n", "r", "s", "t"])

    def sentences(self, draw: np.random.Generator, count: int, size: int) -> list[str]:
        """Sentences with about ``count`` of the first ``size`` words in all; names and numbers are the story's own."""
        self.grow(size)
        names = [self.words[n].capitalize() for n in draw.integers(NAMES_FROM, size, 8)]
        ends = self._ends[:size]
        words = [self.words[n] for n in np.searchsorted(ends, ends[-1] * draw.random(count)).tolist()]
        for at in draw.integers(0, count, count // 12).tolist():
            words[at] = names[at % 8]
        for at in draw.integers(0, count, count // 60).tolist():
            words[at] = str(int(draw.integers(2, 5000)))
        made, at = [], 0
        for length in draw.integers(9, 28, count // 9).tolist():
            part = words[at : at + length]
            if len(part) < 4:
                break
            made.append(f"{part[0][:1].upper()}{' '.join(part)[1:]}.")
            at += length
        return made


def articles(count: int, seed: int = 7, words: int = WORDS, vocabulary: int | None = None) -> Iterator[dict[str, Any]]:
    """The first ``count`` articles of the corpus of that seed. ``vocabulary``: words of all, instead of ever more."""
    language, size = Language(seed), vocabulary or heaps(BLOCK * words)
    reprinted = language.sentences(np.random.default_rng([seed, 1]), words, size)
    furniture = [
        " ".join(language.sentences(np.random.default_rng([seed, 2, n]), 60, size)) for n in range(SITES // 10)
    ]
    for first in range(0, count, BLOCK):
        size = vocabulary or heaps((first + BLOCK) * words)
        draw, chance = np.random.default_rng([seed, 3, first]), random.Random(f"{seed}/{first}")
        stories = list[list[str]]()
        for n in range(first, min(first + BLOCK, count)):
            story = _story(language, words, size, stories, reprinted, draw, chance)
            site = chance.randrange(SITES)
            text = _paragraphs(story) + (f"\n\n{furniture[site]}" if site < len(furniture) else "")
            yield {
                "id": f"a{n}",
                "url": f"https://site{site}.example/news/{n}",
                "title": story[0][:60].rstrip("."),
                "text": text,
                "published": f"20{chance.randint(10, 24)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
            }


def _story(
    language: Language,
    words: int,
    size: int,
    stories: list[list[str]],
    reprinted: list[str],
    draw: np.random.Generator,
    chance: random.Random,
) -> list[str]:
    """A new story, or one in five times another form of one that the block has already."""
    kind = chance.random()
    if kind < SKEW:
        return reprinted
    if kind < 0.8 or not stories:
        story = language.sentences(draw, max(words // 9, int(draw.normal(words, words / 4))), size)
        stories.append(story)
        return story
    told = chance.choice(stories)
    match chance.randrange(4):
        case 0:
            return told
        case 1:
            return [each for each in told if chance.random() > 0.08] or told
        case 2:
            return told[: max(5, int(len(told) * chance.uniform(0.3, 0.7)))]
        case _:
            swap = language.other
            return [" ".join(swap(w) if chance.random() < 0.5 else w for w in s.split(" ")) for s in told]


def _paragraphs(story: list[str]) -> str:
    return "\n\n".join(" ".join(story[n : n + 3]) for n in range(0, len(story), 3))


def jsonl(path: Path, count: int, seed: int = 7, words: int = WORDS, vocabulary: int | None = None) -> None:
    """Write the corpus as lines."""
    with path.open("wb") as file:
        for article in articles(count, seed, words, vocabulary):
            file.write(orjson.dumps(article) + b"\n")


def warc(path: Path, count: int, seed: int = 7, words: int = WORDS, vocabulary: int | None = None) -> None:
    """Write the corpus as web pages in one archive."""
    with path.open("wb") as file:
        for n, article in enumerate(articles(count, seed, words, vocabulary)):
            file.write(_record(n, article))


def _record(number: int, article: dict[str, Any]) -> bytes:
    paragraphs = "".join(f"<p>{each}</p>\n" for each in article["text"].split("\n\n"))
    links = "".join(f'<li><a href="/news/{number + n}">More news {number + n}</a></li>' for n in range(20))
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{article["title"]}</title>'
        f'<meta property="article:published_time" content="{article["published"]}T08:00:00Z">'
        f'<link rel="canonical" href="{article["url"]}"></head><body><nav><ul>{links}</ul></nav><article>'
        f"<h1>{article['title']}</h1>\n{paragraphs}</article><footer>All rights reserved</footer></body></html>"
    ).encode()
    body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n" % len(page) + page
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {article['url']}\r\n"
        f"WARC-Date: 2024-12-0{1 + number % 9}T10:00:00Z\r\nWARC-Record-ID: <urn:uuid:{number:032x}>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n\r\n"


def project(root: Path, raw: Path) -> Path:
    """A project that reads the one file ``raw``, linked into it."""
    from copydesk import starter

    starter.init(root)
    for old in (root / "dataset" / "sources").glob("*.toml"):
        old.unlink()
    target = root / "dataset" / "raw" / raw.name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.hardlink_to(raw)
    rights = 'rights = {license = "CC0-1.0", redistribute = true}'
    text = f'name = "synthetic"\npaths = ["raw/{raw.name}"]\n{rights}\n'
    (root / "dataset" / "sources" / "synthetic.toml").write_text(text)
    return root


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--vocabulary", type=int, help="words of all articles; without it new ones bring new words")
    parser.add_argument("--warc", action="store_true")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    raw = asked.folder / f"{asked.count}.{'warc' if asked.warc else 'jsonl'}"
    (warc if asked.warc else jsonl)(raw, asked.count, asked.seed, vocabulary=asked.vocabulary)
    print(project(asked.folder / f"project-{raw.name}", raw))


if __name__ == "__main__":
    main()
