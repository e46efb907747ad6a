"""What spares reading its work changes nothing: each shortcut beside the long way."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.dataset.ingest import instants, language
from copydesk.dataset.ingest.rules import phrases
from copydesk.dataset.ingest.rules.phrases import Signed
from copydesk.dataset.ingest.traced import Segment, Traced
from copydesk.spans import Span

SIGNED = {name: each for name, each in vars(phrases).items() if isinstance(each, Signed)}


@cache
def library() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


TOLD = (
    "The council met on Tuesday and agreed, after a long debate, to pay for the bridge.",
    "Der Rat traf sich am Dienstag und einigte sich darauf, die Brücke zu bezahlen.",
    "Rada se v úterý sešla a po dlouhé debatě se dohodla, že most zaplatí.",
    "Совет собрался во вторник и согласился заплатить за мост.",
    "议会周二开会，经过长时间的辩论，同意为这座桥付款。",
    "اجتمع المجلس يوم الثلاثاء ووافق على دفع ثمن الجسر.",
    "BREAKING: COUNCIL WILL PAY FOR THE BRIDGE",
)


@pytest.mark.parametrize("text", ["", " ", "a", *TOLD, " ".join(TOLD)])
def test_a_language_is_what_the_library_says(text: str) -> None:
    assert language._model().classify(text) == library().classify(text)


@settings(max_examples=25, deadline=None)
@given(text=st.lists(st.one_of(st.text(max_size=40), st.sampled_from(TOLD)), max_size=8).map("".join))
def test_a_language_is_what_the_library_says_of_any_text(text: str) -> None:
    assert language._model().classify(text[:1000]) == library().classify(text[:1000])


@pytest.mark.parametrize("name", SIGNED)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_a_phrase_lets_all_through_that_its_pattern_matches(name: str, data: st.DataObject) -> None:
    line = data.draw(st.from_regex(SIGNED[name].pattern, fullmatch=True))
    assert SIGNED[name].fullmatch(line)


PIECES = st.sampled_from(
    [
        "6",
        "31st",
        " ",
        ", ",
        "-",
        "\n\n",
        " of ",
        "December",
        "dec.",
        "Sept",
        "2023",
        "1999",
        "2023-12-06",
        "may",
        "x" * 60,
    ]
)


@settings(max_examples=100, deadline=None)
@given(text=st.lists(PIECES, max_size=30).map("".join))
def test_dates_are_those_that_the_whole_text_shows(text: str) -> None:
    whole = [match.span() for form in instants._FORMS for match in form.finditer(text) if instants._mention(match)]
    apart = [(mention.span.start, mention.span.end) for mention in instants.full_dates(text)]
    far = [span for span in whole if span[1] - span[0] > instants.BEFORE]
    assert apart == sorted(whole) or far


@settings(max_examples=100, deadline=None)
@given(text=st.text(min_size=1, max_size=30), cuts=st.sets(st.integers(0, 30)))
def test_stretches_that_touch_are_cut_like_one(text: str, cuts: set[int]) -> None:
    whole = Traced(text, tuple(Segment(n, n + 1, 2 * n, 2 * n + 1 + n % 2) for n in range(len(text))))
    places = sorted({0, len(text), *(at for at in cuts if at < len(text))})
    parts = [Span(start, end) for start, end in pairwise(places)]
    assert whole.cut(parts) == whole.cut([Span(0, len(text))])
