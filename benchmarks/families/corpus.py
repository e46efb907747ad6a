"""The training texts: read, parted by family and source, and varied so that the model meets what the corpora lack.

In:  a folder with ``train.jsonl.gz`` and ``same-event.jsonl.gz`` (lines of ``id, text, family, typ, src``).
Out: lists of :class:`Text`; ``python benchmarks/families/corpus.py FOLDER OUT`` writes the two parts as lines of
     ``id, text, family, topic`` (of same-event texts). Variations come from the given texts alone, with a fixed seed.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import random
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import orjson
from rapidfuzz.distance import Levenshtein

from copydesk.files import write_jsonl

ORDER = ("verbatim", "edited", "spun", "rewritten")  #: a pair is worded like the farther of its two texts
TEST_SHARE = 0.25
ECB_ROUNDS = 4  #: variations of each same-event text: they are few, and news is full of such pairs
CAPITALS = ("none", "names", "nouns")  #: what languages write large: Arabic, English, German
SHORTEST = 40  #: words that a cut leaves at least

FOREIGN = "foreign/"  #: before the ids of texts put into no language
CLEAR = ("cut", "spin", "spin cut", "edit", "long")  #: variations that say how much was taken and how it is worded


@dataclass(frozen=True)
class Text:
    """One text; ``share`` is how much of its family's story it tells, ``rest`` whether it holds other matter too."""

    text_id: str
    text: str
    families: frozenset[str]  #: stories it draws on; none for same-event texts that are not to be paired
    wording: str
    share: float
    pure: float  #: how much of the text is that story
    source: str
    plain: bool  #: as given, no variation
    borrowed: str  #: family of which it has a few sentences without telling its story; empty: none
    clear: bool  #: extent and wording of its story are beyond doubt
    group: str  #: what stays together in the parts: the family, or the topic of same-event texts


def read(folder: Path) -> list[Text]:
    """Every text given."""
    texts = []
    for name in ("train", "same-event"):
        with gzip.open(folder / f"{name}.jsonl.gz") as file:
            rows = [orjson.loads(line) for line in file]
        whole = {row["family"]: len(row["text"].split()) for row in rows if row["typ"] in ("orig", "verbatim")}
        for row in rows:
            words = len(row["text"].split())
            texts.append(
                Text(
                    row["id"],
                    row["text"],
                    frozenset([row["family"]]),
                    {"orig": "verbatim", "truncated": "verbatim"}.get(row["typ"], row["typ"]),
                    min(1.0, words / whole[row["family"]]) if row["typ"] == "truncated" else 1.0,
                    1.0,
                    row["src"],
                    True,
                    "",
                    True,
                    f"{row['src']}/{row['topic']}" if name == "same-event" else row["family"],
                )
            )
    return texts


def is_test(text: Text) -> bool:
    """Whether the text's family (its topic, for same-event texts) was drawn for the test part, source by source."""
    drawn = hashlib.sha256(f"test part/{text.source}/{text.group}".encode()).digest()
    return int.from_bytes(drawn[:8], "big") / 2**64 < TEST_SHARE


class Spinner:
    """Puts other words for words, as learnt from the spun copies in the training part."""

    def __init__(self, texts: Iterable[Text]) -> None:
        by_family: dict[str, dict[str, list[str]]] = defaultdict(dict)
        for text in texts:
            if text.source == "bbc" and (text.wording == "spun" or text.text_id.endswith("/orig")):
                by_family[text.group][text.wording] = text.text.split()
        swaps: dict[str, Counter[str]] = defaultdict(Counter)
        for pair in by_family.values():
            if len(pair) == 2:
                old, new = pair["verbatim"], pair["spun"]
                for code in Levenshtein.opcodes(old, new):
                    if code.tag == "replace" and code.src_end - code.src_start == 1:
                        swaps[old[code.src_start]][" ".join(new[code.dest_start : code.dest_end])] += 1
        self._swaps = {word: [other for other, _ in found.most_common(4)] for word, found in swaps.items()}

    def __call__(self, text: str, rate: float, rng: random.Random) -> str:
        out = [
            rng.choice(self._swaps[word]) if word in self._swaps and rng.random() < rate else word
            for word in re.split(r"(\s+)", text)
        ]
        return "".join(out)


def cut(text: str, share: float, rng: random.Random, least: int = SHORTEST) -> str:
    """A run of sentences of about that share of the text."""
    sentences = re.split(r"(?<=[.!?\n])\s+", text)
    count = min(len(sentences), max(1, round(len(sentences) * share)))
    while count < len(sentences) and len(" ".join(sentences[:count]).split()) < least:
        count += 1
    first = rng.choice([0, rng.randint(0, len(sentences) - count)])
    return " ".join(sentences[first : first + count])


def edit(text: str, rate: float, rng: random.Random) -> str:
    """A text with some words dropped or doubled and a sentence or two left out."""
    sentences = [s for s in re.split(r"(?<=[.!?\n])\s+", text) if rng.random() > 0.08] or [text]
    words = " ".join(sentences).split(" ")
    return " ".join(word for word in words if rng.random() > rate)


def foreign(text: str, seed: int, capitals: str) -> str:
    """The text in a language that no table knows: every letter another one, the same ones for the same seed."""
    rng = random.Random(seed)
    letters = "abcdefghijklmnopqrstuvwxyz"
    other = "".join(rng.sample("бвгджзклмнпрстфхцчшщаеиоуыэюя", 26))
    table = str.maketrans(letters + letters.upper(), other + (other if capitals == "none" else other.upper()))
    put = text.translate(table)
    return re.sub(r"\w{5,}", _as_noun, put) if capitals == "nouns" else put


def put_into_no_language(texts: Iterable[Text], share: float, seed: int) -> list[Text]:
    """Some families and all same-event texts once more in a language that the table does not know."""
    made = []
    for text in texts:
        drawn = sum(map(ord, text.group)) % 100 / 100
        if text.source == "ecb" or drawn < share:  # news of one day is confused in every language
            world = int(drawn * 100) % len(CAPITALS)
            other = foreign(text.text, seed + world, CAPITALS[world])
            families = frozenset(FOREIGN + family for family in text.families)
            made.append(replace(text, text_id=FOREIGN + text.text_id, text=other, families=families, plain=False))
    return made


def _as_noun(word: re.Match[str]) -> str:
    """Every other long word with a capital, always the same ones."""
    said = word.group()
    return said[0].upper() + said[1:] if zlib.crc32(said.lower().encode()) % 2 else said


def varied(texts: list[Text], seed: int) -> list[Text]:
    """More texts of the same families: cut, spun, edited, joined with others, with a site's furniture, foreign."""
    rng, spin = random.Random(seed), Spinner(texts)
    by_source = defaultdict(list)  # stories that may be confused: of one source, or about one topic
    for text in texts:
        by_source[text.group if text.source == "ecb" else text.source].append(text)
    base = [text for text in texts for _ in range(ECB_ROUNDS if text.source == "ecb" else 1)]
    made = []
    for n, text in enumerate(base):
        kind = rng.choice(
            ("cut", "spin", "spin cut", "edit", "long", "two", "furniture", "short", "none", "none", "none")
        )
        other = rng.choice(by_source[text.group if text.source == "ecb" else text.source])
        third = rng.choice(base)
        if text.families & (other.families | third.families):
            continue
        made += [
            replace(each, text_id=f"{each.text_id}#{n}") for each in _variation(text, other, third, kind, spin, rng)
        ]
    return made


def _variation(text: Text, other: Text, third: Text, kind: str, spin: Spinner, rng: random.Random) -> list[Text]:
    share = rng.uniform(0.25, 0.7)
    farther = ORDER[max(2, ORDER.index(text.wording))]
    new = replace(text, text_id=f"{text.text_id}+{kind}", plain=False, clear=kind in CLEAR)
    match kind:
        case "cut":
            return [replace(new, text=cut(text.text, share, rng), share=text.share * share)]
        case "spin":
            return [replace(new, text=spin(text.text, rng.uniform(0.3, 1), rng), wording=farther)]
        case "spin cut":
            spun = spin(cut(text.text, share, rng), rng.uniform(0.3, 1), rng)
            return [replace(new, text=spun, wording=farther, share=text.share * share)]
        case "edit":
            edited = edit(text.text, rng.uniform(0.01, 0.06), rng)
            return [replace(new, text=edited, wording=ORDER[max(1, ORDER.index(text.wording))])]
        case "long":
            halves = [text.text, other.text, "\n"]
            rng.shuffle(halves)
            pure = len(text.text) / (len(text.text) + len(other.text))
            return [replace(new, text="\n".join(halves), families=text.families | other.families, pure=pure)]
        case "two":
            both = f"{cut(text.text, 0.6, rng)}\n{cut(other.text, 0.6, rng)}"
            return [replace(new, text=both, families=text.families | other.families, share=0.6, pure=0.5)]
        case "short":
            if text.wording == "rewritten":
                return []
            shortened, rate = cut(text.text, 0, rng, rng.randint(12, 40)), rng.choice([0.0, 0.5])
            wording = farther if rate else text.wording
            return [replace(new, text=spin(shortened, rate, rng), wording=wording, share=0.7)]
        case "furniture":
            sizes = len(text.text), len(other.text), len(third.text)
            footer = cut(third.text, rng.uniform(0.05, 0.25) * min(sizes[:2]) / sizes[2], rng, 8)
            if len(footer) > 0.5 * min(sizes[:2]) or other.families == third.families:
                return []
            return [
                replace(
                    old,
                    text_id=f"{old.text_id}+{kind}",
                    text=f"{old.text}\n{footer}",
                    plain=False,
                    borrowed=min(third.families),
                )
                for old in (text, other)
            ]
    return []


def main() -> None:
    """Write ``training.jsonl`` and ``test.jsonl``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    texts = read(options.folder)
    for name, test in (("training", False), ("test", True)):
        rows = [
            {
                "id": text.text_id,
                "text": text.text,
                "family": min(text.families),
                "topic": text.group if text.source == "ecb" else None,
            }
            for text in texts
            if is_test(text) == test
        ]
        write_jsonl(options.out / f"{name}.jsonl", rows)


if __name__ == "__main__":
    main()
