"""Heavy paraphrases: texts that tell a story with its names and numbers, in sentences of other stories.

In:  the training texts, and one of them.
Out: the text told anew, as present-day language models do when they are asked to share no wording: most names and
     numbers stay, few other words do, sentences are merged, left out and told in another order.

Each sentence takes the place of the names, numbers and rare words in a sentence of another text of the same source,
which lends the words between them: so the order of common words and their number look as in a text that was written.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from corpus import Text

LENT = (0.7, 1.6)  #: words of a lent sentence to those of the sentence that is told
COMMON = 0.1  #: share of the texts that have a word, from which it belongs to the language and not to the story
NAMES, NUMBERS, WORDS = (0.7, 1.0), (0.6, 1.0), (0.03, 0.4)  #: shares that stay, drawn for each paraphrase
TOLD = (0.4, 1.0)  #: share of the sentences that are told
NEWS = ("bbc", "ecb")  #: sources told anew: elsewhere too few names and numbers carry the story
SHARE = 0.35  #: of the texts that are told anew, and
EVENT_ROUNDS = 2  #: how often each text about one event is: what others say of it must stay apart
LEAST = 60  #: words of a text that is
OVERLAP = 0.7  #: as much of a story as such a text surely tells
_NAME, _NUMBER, _WORD = range(3)  # in the order of the shares
_SENTENCE = re.compile(r"(?<=[.!?\n])\s+")
_BARE = "\"'“”‘’.,;:!?()[]"


class Paraphraser:
    """Tells texts anew, as learnt from the words and sentences of the given ones."""

    def __init__(self, texts: Iterable[Text]) -> None:
        given = [text for text in texts if text.wording == "verbatim"]
        seen = Counter(word for text in given for word in {_bare(word) for word in text.text.split()})
        self._common = {word for word, count in seen.items() if count > COMMON * len(given)}
        self._lent: dict[str, list[tuple[str, list[str]]]] = defaultdict(list)
        for text in given:
            lent = [sentence.split() for sentence in _SENTENCE.split(text.text)]
            self._lent[text.source] += [(text.group, words) for words in lent if len(words) > 3]

    def __call__(self, text: Text, rng: random.Random) -> str:
        told = [sentence.split() for sentence in _SENTENCE.split(text.text) if sentence.strip()]
        count = max(1, round(len(told) * rng.uniform(*TOLD)))
        told = [told[n] for n in sorted(rng.sample(range(len(told)), count))]
        told = _merged(told, rng)
        spread = rng.choice([1.0, 3.0, 10.0])  # how far a sentence may stray
        told = [told[n] for n in sorted(range(len(told)), key=lambda n: n + rng.uniform(0, spread))]
        shares = rng.uniform(*NAMES), rng.uniform(*NUMBERS), rng.uniform(*WORDS)
        return " ".join(self._sentence(words, text, shares, rng) for words in told)

    def _sentence(self, words: Sequence[str], text: Text, shares: tuple[float, ...], rng: random.Random) -> str:
        kept = self._kept(words, shares, rng)
        if rng.random() < 0.5:
            rng.shuffle(kept)
        lent = self._borrowed(len(words), text, rng)
        slots = [n for n, word in enumerate(lent) if self._kind(word, n == 0) is not None]
        out: list[str] = []
        for n, word in enumerate(lent):
            if n not in slots:
                out.append(word)
            elif kept and rng.random() < len(kept) / max(1, sum(slot >= n for slot in slots)):
                out += kept.pop(0)
            elif self._kind(word, n == 0) == _WORD:
                out.append(word)
        return " ".join(out + [word for unit in kept for word in unit])

    def _kept(self, words: Sequence[str], shares: tuple[float, ...], rng: random.Random) -> list[list[str]]:
        """What stays of a sentence: runs of names or numbers as one, other words singly."""
        kept = []
        kinds = [(self._kind(word, n == 0), word.strip(_BARE)) for n, word in enumerate(words)]
        for kind, run in groupby(kinds, key=lambda each: each[0]):
            together = [word for _, word in run]
            units = [together] if kind in (_NAME, _NUMBER) else [[word] for word in together]
            if kind is not None:
                kept += [unit for unit in units if rng.random() < shares[kind]]
        return kept

    def _borrowed(self, size: int, text: Text, rng: random.Random) -> list[str]:
        """A sentence of about that size of another story; the nearest of a few."""
        wanted = size * rng.uniform(*LENT)
        drawn = [each for each in rng.choices(self._lent[text.source], k=12) if each[0] != text.group]
        return min((words for _, words in drawn), key=lambda words: abs(len(words) - wanted), default=[])

    def _kind(self, word: str, opens: bool) -> int | None:
        """What of the story a word is; None: a word of the language."""
        bare = word.strip(_BARE)
        if any(map(str.isdigit, bare)):
            return _NUMBER
        if not bare or _bare(word) in self._common:
            return None
        return _NAME if bare[0].isupper() and not opens else _WORD


def told(texts: Sequence[Text], seed: int) -> list[Text]:
    """Some of the news told anew; two such texts of one story, which may share its names alone, are no pair."""
    paraphraser, rng = Paraphraser(texts), random.Random(seed)
    drawn = [
        text
        for text in texts
        if text.source in NEWS
        for _ in range(EVENT_ROUNDS if text.source == "ecb" else 1)
        if len(text.text.split()) >= LEAST and (text.source == "ecb" or rng.random() < SHARE)
    ]
    return [
        replace(
            text,
            text_id=f"{text.text_id}+told#{n}",
            text=paraphraser(text, rng),
            wording="rewritten",
            share=OVERLAP,
            plain=False,
            clear=False,
        )
        for n, text in enumerate(drawn)
    ]


def _bare(word: str) -> str:
    return word.strip(_BARE).lower()


def _merged(sentences: list[list[str]], rng: random.Random) -> list[list[str]]:
    """Some sentences joined with the next one, some cut in two."""
    out: list[list[str]] = []
    for words in sentences:
        if out and rng.random() < 0.25:
            out[-1] = out[-1] + words
        elif len(words) > 16 and rng.random() < 0.3:
            out += [words[: len(words) // 2], words[len(words) // 2 :]]
        else:
            out.append(words)
    return out
