"""Tokens of many texts at once are those of the expression that says what a token is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.dataset.families import tokens, words
from copydesk.dataset.families.prints import fingerprint

AWKWARD = "abZé 's’.,:12٣!?。\n_-ß²Ⅷı\u0301\u0940\u200d\u00ad\ufe0f\U00011100\ud800\U0001f600\U0001d4d0今ไ"
texts = st.lists(st.text(alphabet=AWKWARD, max_size=40), max_size=6)


@settings(deadline=None)
@given(texts)
def test_tokens_are_those_of_the_expression(texts: list[str]) -> None:
    texts = [text for text in texts if not tokens.has_unspaced(text)]
    pieces = [tokens.Piece(n, 0, text) for n, text in enumerate(texts)]
    found = tokens.found(pieces) if pieces else None
    for n, text in enumerate(texts):
        assert found is not None
        at = np.flatnonzero(found.row == n)
        spans = zip(found.start[at].tolist(), found.end[at].tolist(), strict=True)
        assert [text[start:end] for start, end in spans] == words.expression().findall(text)


@settings(deadline=None)
@given(texts)
def test_a_text_reads_the_same_in_any_company(texts: list[str]) -> None:
    together = fingerprint(texts)
    for n, text in enumerate(texts):
        alone = fingerprint([text])
        for column in ("words", "keys", "content", "sentences", "pairs", "threes", "fives"):
            assert getattr(together, column)[n].tolist() == getattr(alone, column)[0].tolist()


def test_every_letter_is_of_the_kind_that_the_table_says() -> None:
    points = np.arange(0x30000, dtype=np.uint32)
    letters = np.stack([points, np.full(len(points), ord(" "), np.uint32)], axis=1).ravel()  # each by itself
    assert tokens._kinds(letters)[::2].tolist() == [tokens.kind_of(chr(point)) for point in points.tolist()]


def test_two_words_with_one_number_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    flat = np.zeros(100, np.uint64)  # every word of one length gets one number
    monkeypatch.setattr(tokens, "_powers", lambda: (flat, flat))
    found = tokens.found([tokens.Piece(0, 0, "one two one six")])
    assert [found.forms[n] for n in found.form.tolist()] == ["one", "two", "one", "six"]


def test_long_texts_are_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Rain fell on 1,200 roofs. It's over, he said!\nThe end. " * 20
    whole = fingerprint([text])
    monkeypatch.setattr(tokens, "PIECE", 50)
    parts = fingerprint([text])
    assert parts.words.flat.tolist() == whole.words.flat.tolist()
    assert parts.sentences.flat.tolist() == whole.sentences.flat.tolist()
