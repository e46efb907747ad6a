"""Fingerprints of withheld texts tell a near copy and where labels stand in it, and cannot be read."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from copydesk.dataset.release.passages import LEAST, cut, moves, read, write
from copydesk.testing import an_article

SENTENCES = [
    f"{name} was closed on Monday after a storm sank two ferries and flooded the lower town, police said on day {n}."
    for n, name in enumerate(
        ("The harbour", "A café by the sea", "“The 🚒 station”", "The ferry to the islands", "Oslo")
    )
]
TEXT = " ".join(SENTENCES)


def at(words: str, text: str = TEXT) -> tuple[int, int]:
    start = text.index(words)
    return start, start + len(words)


def found(words: str, text: str) -> str | None:
    """What stands in ``text`` where ``words`` of ``TEXT`` are placed."""
    start, end = at(words)
    step = moves(cut(TEXT), len(TEXT), text).step(start, end)
    return None if step is None else text[start + step : end + step]


def test_no_passage_is_short_enough_to_be_guessed() -> None:
    assert [passage.end - passage.start >= LEAST for passage in cut(TEXT)] == [True] * len(SENTENCES)
    assert cut("Rain. Snow. Hail.") == []
    assert [(each.start, each.end) for each in cut(f"Rain. {SENTENCES[0]} Snow.")] == [(6, len(SENTENCES[0]) + 12)]


@given(st.text(), st.text(max_size=50), st.integers(0, 3))
def test_passages_stand_in_order_and_do_not_overlap(text: str, tail: str, times: int) -> None:
    whole = text * times + TEXT + tail
    ends = [end for passage in cut(whole) for end in (passage.start, passage.end)]
    assert ends == sorted(ends)
    assert not ends or ends[-1] <= len(whole)


def test_labels_move_with_their_passage() -> None:
    assert found("two ferries", f"By our staff\n\n{TEXT}") == "two ferries"
    assert found("🚒 station", TEXT.replace("Oslo", "Bergen")) == "🚒 station"
    assert found("🚒 station", TEXT.replace("harbour was", "harbour of the old town was")) == "🚒 station"
    assert found("ferries", "\n".join(TEXT.split(" "))) == "ferries"


def test_a_label_in_a_changed_passage_has_no_place() -> None:
    assert found("The harbour", TEXT.replace("The harbour", "The old harbour")) is None


def test_a_label_over_two_passages_moves_only_when_they_stay_side_by_side() -> None:
    words = f"{SENTENCES[1][-20:]} {SENTENCES[2][:20]}"
    assert found(words, f"New. {TEXT}") == words
    assert (
        found(words, TEXT.replace(f" {SENTENCES[2]}", f" And more was said on this by many people. {SENTENCES[2]}"))
        is None
    )


def test_passages_that_changed_places_are_found() -> None:
    turned = " ".join([*SENTENCES[3:], *SENTENCES[:3]])
    assert moves(cut(TEXT), len(TEXT), turned).share > 0.9
    assert found("ferry to the islands", turned) == "ferry to the islands"


def test_another_text_shares_nothing() -> None:
    assert moves(cut(TEXT), len(TEXT), "Something else altogether happened in Bergen on that very day. " * 9).share == 0


def test_the_file_gives_back_what_was_written_and_holds_no_words(tmp_path: Path) -> None:
    articles = sorted((an_article(f"{TEXT} {n}") for n in range(3)), key=lambda each: str(each["article_id"]))
    assert write(tmp_path, articles) == 15
    assert list(read(tmp_path)) == [(each["article_id"], cut(each["text"])) for each in articles]
    assert list(read(tmp_path / "nothing")) == []
