"""How well labels survive edits of their text: Copydesk beside quote + context, diff-match-patch and plain offsets.

Operations, rates and seeds were fixed before anything was tuned on them. Texts are edited token by token, so that the
true place of every span is known: from the first to the last token that came out of it. A span none of whose words
came through is an orphan.

    python benchmarks/reanchor.py [TEXTS] [--trials N] [--seed N]

TEXTS: a folder of .txt files, or a JSON file of records with a "body" (default: the sample articles).
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from copydesk.labeling.reanchor import reanchor
from copydesk.spans import CONTEXT, Span

SEED = 20261122
TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
SPLIT_SENTENCE = re.compile(r"(?<=[.!?])\s")
BOILERPLATE = (
    "Sign up to our newsletter and never miss a story.",
    "This article was updated to correct a spelling.",
    "Read more: ten things to know this morning.",
    "Copyright 2026. All rights reserved.",
)


@dataclass(frozen=True)
class Token:
    """A token of the edited text and the token of the old text that it came from."""

    text: str
    origin: int | None = None
    survived: bool = True  #: the old word, perhaps misspelt; False: another word in its place

    @property
    def is_word(self) -> bool:
        return self.text[:1].isalnum()


Tokens = list[Token]
Edit = Callable[[Tokens, random.Random, "Pool"], Tokens]


@dataclass(frozen=True)
class Pool:
    """What edits draw on: words and sentences of other texts (up to eight)."""

    words: list[str]
    sentences: list[str]

    @classmethod
    def of(cls, texts: list[str]) -> Pool:
        return cls(
            words=[word for text in texts for word in re.findall(r"[^\W\d_]+", text)],
            sentences=[part.strip() for text in texts for part in SPLIT_SENTENCE.split(text) if len(part) > 40],
        )


def tokens_of(text: str, *, fresh: bool = False) -> Tokens:
    return [Token(found.group(), None if fresh else n) for n, found in enumerate(TOKEN.finditer(text))]


# -- operations -------------------------------------------------------------------------------------------------------


def spacing(tokens: Tokens, rng: random.Random, pool: Pool) -> Tokens:
    """A fifth of the blanks become something else, and straight quotes typographic."""
    out, opened = [], False
    for token in tokens:
        if token.text == " " and rng.random() < 0.2:
            token = replace(token, text=rng.choice(["  ", "\n", "\u00a0", " \n"]))
        elif token.text == '"':
            token = replace(token, text="”" if opened else "“")
            opened = not opened
        elif token.text == "'":
            token = replace(token, text="’")
        out.append(token)
    return out


def boilerplate(tokens: Tokens, rng: random.Random, pool: Pool) -> Tokens:
    """Four lines that belong to the page, put in at paragraph ends."""
    ends = [0, *(n for n, token in enumerate(tokens) if "\n" in token.text), len(tokens)]
    for line in BOILERPLATE:
        at = rng.choice(ends)
        tokens = [*tokens[:at], *tokens_of(f"\n{line}\n", fresh=True), *tokens[at:]]
        ends = [end if end <= at else end + 1 for end in ends]
    return tokens


def typos(tokens: Tokens, rng: random.Random, pool: Pool) -> Tokens:
    """One letter of 5 % of the words is lost, doubled, swapped or replaced."""
    return [
        replace(token, text=_misspelt(token.text, rng))
        if token.is_word and len(token.text) > 3 and rng.random() < 0.05
        else token
        for token in tokens
    ]


def _misspelt(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    kind = rng.randrange(4)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at] + word[at:]
    if kind == 2:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + rng.choice("abcdefghijklmnopqrstuvwxyz") + word[at + 1 :]


def words(share: float) -> Edit:
    """That share of the words is replaced by another, deleted, or followed by a new one, a third each."""

    def edit(tokens: Tokens, rng: random.Random, pool: Pool) -> Tokens:
        out: Tokens = []
        for token in tokens:
            if not token.is_word or rng.random() >= share:
                out.append(token)
                continue
            kind = rng.randrange(3)
            if kind == 0:
                out.append(replace(token, text=rng.choice(pool.words), survived=False))
            elif kind == 1:
                if out and out[-1].text.isspace():
                    out.pop()
            else:
                out += [token, Token(" "), Token(rng.choice(pool.words))]
        return out

    return edit


def sentences(tokens: Tokens, rng: random.Random, pool: Pool) -> Tokens:
    """15 % of the sentences go, and after 15 % a sentence of another text is put in."""
    out: Tokens = []
    for sentence in _sentences(tokens):
        if rng.random() >= 0.15:
            out += sentence
        if rng.random() < 0.15:
            out += tokens_of(" " + rng.choice(pool.sentences) + " ", fresh=True)
    return out


def _sentences(tokens: Tokens) -> list[Tokens]:
    found: list[Tokens] = [[]]
    for token in tokens:
        found[-1].append(token)
        if _ends(token):
            found.append([])
    return found


def _ends(token: Token) -> bool:
    """Whether a sentence or a line ends here."""
    return token.text in ".!?" or "\n" in token.text


def paragraphs(tokens: Tokens, rng: random.Random, pool: Pool) -> Tokens:
    """Two paragraphs (where there are none: runs of three sentences) move elsewhere."""
    blocks: list[Tokens] = [[]]
    for token in tokens:
        blocks[-1].append(token)
        if "\n" in token.text:
            blocks.append([])
    if len(blocks) < 4:
        parts = _sentences(tokens)
        blocks = [[token for part in parts[n : n + 3] for token in part] for n in range(0, len(parts), 3)]
    for _ in range(2):
        moved = blocks.pop(rng.randrange(len(blocks)))
        blocks.insert(rng.randrange(len(blocks) + 1), [*moved, Token("\n")])
    return [token for block in blocks for token in block]


def together(tokens: Tokens, rng: random.Random, pool: Pool) -> Tokens:
    """An editor's second edition: spacing, boilerplate, 5 % of the words, sentences, paragraphs."""
    for edit in (words(0.05), sentences, paragraphs, boilerplate, spacing):
        tokens = edit(tokens, rng, pool)
    return tokens


OPERATIONS: dict[str, Edit] = {
    "white space and quotes": spacing,
    "boilerplate": boilerplate,
    "typos": typos,
    "5 % of words": words(0.05),
    "15 % of words": words(0.15),
    "sentences out and in": sentences,
    "paragraphs moved": paragraphs,
    "together": together,
}


# -- trials -----------------------------------------------------------------------------------------------------------


def sampled(tokens: Tokens, n: int, rng: random.Random) -> list[tuple[int, int]]:
    """Token ranges (first, last) like labels: names of one to three words, clauses of up to twenty-five.

    Like labels, they do not run across the end of a sentence or a line.
    """
    starts = [k for k, token in enumerate(tokens) if token.is_word]
    names = [k for k in starts if tokens[k].text[0].isupper() or tokens[k].text[0].isdigit()]
    found = []
    for k in range(n):
        is_name = k % 5 < 3 and names
        first = rng.choice(names if is_name else starts)
        length = rng.randint(1, 3) if is_name else rng.randint(5, 25)
        end = next((at for at in range(first, len(tokens)) if _ends(tokens[at])), len(tokens))
        following = [at for at in starts if first <= at < end][:length]
        found.append((first, following[-1]))
    return found


def offsets(tokens: Iterable[Token]) -> list[Span]:
    spans, at = [], 0
    for token in tokens:
        spans.append(Span(at, at + len(token.text)))
        at += len(token.text)
    return spans


def truth(edited: Tokens, places: list[Span], first: int, last: int) -> Span | None:
    """Where the words of old tokens first..last are now; None when none of them came through."""
    out = [n for n, token in enumerate(edited) if token.origin is not None and first <= token.origin <= last]
    words_out = [n for n in out if not edited[n].text.isspace()]
    if not any(edited[n].survived and edited[n].is_word for n in words_out):
        return None
    return Span(places[words_out[0]].start, places[words_out[-1]].end)


# -- methods ----------------------------------------------------------------------------------------------------------

Method = Callable[[str, str, list[Span]], list[Span | None]]


def copydesk(old: str, new: str, spans: list[Span]) -> list[Span | None]:
    return [None if found.status == "orphan" else Span(found.start, found.end) for found in reanchor(old, new, spans)]


def quote_and_context(old: str, new: str, spans: list[Span]) -> list[Span | None]:
    """W3C TextQuoteSelector: the occurrence of the exact words whose surroundings agree best."""
    from rapidfuzz.distance import Indel

    found: list[Span | None] = []
    for span in spans:
        quote = old[span.start : span.end]
        prefix, suffix = old[max(0, span.start - CONTEXT) : span.start], old[span.end : span.end + CONTEXT]
        best, at = None, new.find(quote)
        while at >= 0:
            here = Indel.normalized_similarity(prefix, new[max(0, at - CONTEXT) : at]) + Indel.normalized_similarity(
                suffix, new[at + len(quote) : at + len(quote) + CONTEXT]
            )
            if best is None or here > best[0]:
                best = (here, at)
            at = new.find(quote, at + 1)
        found.append(Span(best[1], best[1] + len(quote)) if best else None)
    return found


def diff_match_patch(old: str, new: str, spans: list[Span]) -> list[Span | None]:
    """Both ends through the library's diff; an orphan when nothing lies between them."""
    from diff_match_patch import diff_match_patch as library

    differ = library()
    diffs = differ.diff_main(old, new)
    ends = [(differ.diff_xIndex(diffs, span.start), differ.diff_xIndex(diffs, span.end)) for span in spans]
    return [Span(start, end) if end > start else None for start, end in ends]


def installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def plain_offsets(old: str, new: str, spans: list[Span]) -> list[Span | None]:
    return [span if span.end <= len(new) else None for span in spans]


METHODS: dict[str, Method] = {
    "copydesk": copydesk,
    "quote + context": quote_and_context,
    "diff-match-patch": diff_match_patch,
    "plain offsets": plain_offsets,
}
if not installed("diff_match_patch"):
    print("diff-match-patch is not installed: left out (it is in the dependency group `bench`)")
    del METHODS["diff-match-patch"]


def outcome(found: Span | None, true: Span | None) -> str:
    """exact, near (most of it), wrong (elsewhere), lost; of orphans: found or invented."""
    if true is None:
        return "orphan found" if found is None else "invented"
    if found is None:
        return "lost"
    return "exact" if found == true else "near" if found.iou(true) >= 0.5 else "wrong"


def measured(texts: list[str], trials: int, seed: int) -> dict[str, dict[str, Counter[str]]]:
    """Outcomes by operation and method; ``trials`` spans an operation, 20 of each edited text."""
    pools = [Pool.of([*texts[n + 1 :], *texts[:n]][:8]) for n in range(len(texts))]
    results: dict[str, dict[str, Counter[str]]] = {}
    for name, edit in OPERATIONS.items():
        counts = {method: Counter[str]() for method in METHODS}
        for n in range(trials // 20):
            rng = random.Random(f"{seed} {name} {n}")
            text = texts[n % len(texts)]
            tokens = tokens_of(text)
            edited = edit(tokens, rng, pools[n % len(texts)])
            new, places, old_places = "".join(token.text for token in edited), offsets(edited), offsets(tokens)
            ranges = sampled(tokens, 20, rng)
            spans = [Span(old_places[first].start, old_places[last].end) for first, last in ranges]
            true = [truth(edited, places, first, last) for first, last in ranges]
            for method, run in METHODS.items():
                began = time.perf_counter()
                found = run(text, new, spans)
                counts[method]["ms"] += int(1e6 * (time.perf_counter() - began))
                counts[method].update(outcome(*pair) for pair in zip(found, true, strict=True))
        results[name] = counts
    return results


def read(path: Path) -> list[str]:
    if path.is_dir():
        return [file.read_text(encoding="utf-8") for file in sorted(path.glob("*.txt"))]
    records = json.loads(path.read_text(encoding="utf-8"))
    rows = records.values() if isinstance(records, dict) else records
    return [row["body"] for row in rows if len(row["body"] or "") > 500]


def shown(results: dict[str, dict[str, Counter[str]]], trials: int) -> None:
    columns = "".join(f"{each:>8}" for each in ("exact", "near", "wrong", "lost"))
    print(f"{'operation':24}{'method':18}{columns}{'orphans found':>16}{'ms/text':>9}")
    for operation, methods in results.items():
        for method, count in methods.items():
            alive = sum(count[each] for each in ("exact", "near", "wrong", "lost")) or 1
            orphans = count["orphan found"] + count["invented"]
            shares = "".join(f"{count[each] / alive:8.2%}" for each in ("exact", "near", "wrong", "lost"))
            told = f"{count['orphan found']}/{orphans}"
            print(f"{operation:24}{method:18}{shares}{told:>16}{count['ms'] / 1e3 / (trials // 20):9.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("texts", nargs="?", type=Path, default=Path(__file__).parents[1] / "dataset/raw/samples")
    parser.add_argument("--trials", type=int, default=1400)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    shown(measured(read(given.texts), given.trials, given.seed), given.trials)


if __name__ == "__main__":
    main()
