"""What spares reading its work changes nothing: each shortcut beside the long way."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.dataset.ingest import instants, language, quality, rules, tables
from copydesk.dataset.ingest.rules import after, between, glued, head, names, phrases
from copydesk.dataset.ingest.rules.scrape import Scrape
from copydesk.dataset.ingest.rules.signs import Signed, folded, held, opening
from copydesk.dataset.ingest.traced import Segment, Traced
from copydesk.labeling.agreement import marking, matching
from copydesk.labeling.agreement.matching import Mark
from copydesk.spans import Span

MODULES = (after, between, head, names, phrases)
SIGNED = {name: each for module in MODULES for name, each in vars(module).items() if isinstance(each, Signed)}


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
    assert language._model().classify([text]) == [library().classify(text)]


@settings(max_examples=25, deadline=None)
@given(text=st.lists(st.one_of(st.text(max_size=40), st.sampled_from(TOLD)), max_size=8).map("".join))
def test_a_language_is_what_the_library_says_of_any_text(text: str) -> None:
    assert language._model().classify([text[:1000]]) == [library().classify(text[:1000])]


@settings(max_examples=5, deadline=None)
@given(st.lists(st.one_of(st.text(max_size=40), st.sampled_from(TOLD)), min_size=50, max_size=60), st.integers(1, 12))
def test_many_languages_at_once_are_what_the_library_says_of_each(texts: list[str], times: int) -> None:
    texts = [text * (1 + n % times) for n, text in enumerate(texts)]
    assert language._model().classify(texts) == [library().classify(text) for text in texts]


def test_tables_are_shared_through_the_cache_folder_or_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrays = [np.arange(n, dtype=np.int32) for n in range(2, 7)]
    monkeypatch.setattr(tables, "_unpacked", lambda: tables.Tables(*arrays, ["de", "en"], [(0, 1)]))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made, kept = tables.load(), tables.load()
    assert not made.after.flags.writeable and np.array_equal(kept.first, arrays[4])
    assert (kept.names, kept.aliases) == (made.names, made.aliases) == (["de", "en"], [(0, 1)])
    next(tmp_path.glob("cache/copydesk/languages-*/after.npy")).write_bytes(b"cut short")
    assert np.array_equal(tables.load().after, arrays[0]), "what cannot be read is made anew"
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert np.array_equal(tables.load().after, arrays[0]), "without a folder each process makes its own"


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


EXAMPLES = [rule.example.replace("¶", "\n").replace("«", "").replace("»", "") for rule in rules.RULES]
LINES = st.one_of(
    st.sampled_from([line for each in EXAMPLES for line in each.split("\n")]),
    st.sampled_from(sorted(SIGNED)).flatmap(lambda name: st.from_regex(SIGNED[name].pattern, fullmatch=True)),
    st.text(max_size=30),
)
SCRAPES = st.lists(LINES, max_size=8).map("\n".join)


@settings(max_examples=200, deadline=None)
@given(text=SCRAPES)
def test_a_rule_that_is_not_asked_would_take_nothing(text: str) -> None:
    scrape = Scrape.of(text)
    for rule in rules.RULES:
        taken = rule.takes(scrape)
        assert rule.may(scrape) or not taken, rule.name
        scrape = scrape.without(take.span for take in taken if not take.keep)


@pytest.mark.parametrize("text", ["By ſhare", "ADVERTISEMENT", "١ comments", "_ ad", "-- Ad --", "ı İ", "Ⅷ", "\u0345"])
def test_letters_of_other_scripts_open_lines_as_patterns_read_them(text: str) -> None:
    test_a_rule_that_is_not_asked_would_take_nothing.hypothesis.inner_test(text)


def test_with_what_a_line_opens() -> None:
    lines = ["Advertisement", "-- Ad --", "12 comments", "“Don’t” go", "***", "ſhare", "_x"]
    assert [opening(line) for line in lines] == ["adv", "ad", "0", "don", "", "sha", "x"]


@settings(max_examples=200, deadline=None)
@given(text=SCRAPES, more=st.sampled_from(sorted(rules.signs() | quality.signs())))
def test_signs_are_those_that_looking_for_each_finds(text: str, more: str) -> None:
    whole = folded(f"{text}{more.upper()}")
    assert held(f"{text}{more.upper()}") - quality.words() == {
        sign for sign in (rules.signs() | quality.signs()) - quality.words() if sign in whole
    }


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.sampled_from(["twelvemonth", "surplusage", "acme", "é", " ", "\n", "x", "-", "\u2003"])).map("".join)
)
def test_words_of_synonym_machines_are_found_where_they_stand_alone(text: str) -> None:
    assert quality.words().intersection(text.split()) <= held(text)


def test_a_word_within_another_is_not_found() -> None:
    assert not held("The xacme of acmex") & {"acme"}


ENDS = [
    "a",
    "z",
    "A",
    "Bc",
    "By Al B",
    "4",
    "٣",
    ".",
    "!",
    "”",
    "’",
    "“",
    '"',
    "é",
    ")",
    " 2019",
    "May 4, 2020",
    "Images",
]
ENDS += ["SaveSave", "Save", "Published", "Read more", "\n", " ", "9 Jan 1999", "😀", "?"]


@settings(max_examples=300, deadline=None)
@given(text=st.lists(st.sampled_from(ENDS), max_size=12).map("".join))
def test_lost_line_breaks_are_those_that_the_pattern_finds_anywhere(text: str) -> None:
    assert glued.places(text) == [match.start() for match in glued._GLUED.finditer(text)]


MARKED = st.lists(
    st.builds(
        lambda who, start, size, label: Mark(who, f"ann-{who}", Span(start, start + size), label, {}),
        st.sampled_from("abc"),
        st.integers(0, 30),
        st.integers(1, 6),
        st.sampled_from(["PERSON", "GPE"]),
    ),
    max_size=14,
)


@given(marks=MARKED, least=st.sampled_from([0.0, 0.5]))
def test_marks_are_grouped_stretch_by_stretch_as_all_together(marks: list[Mark], least: float) -> None:
    ordered = sorted(marks, key=lambda mark: mark.order)
    assert matching.groups(marks, least=least) == matching._joined(ordered, least)


@given(marks=MARKED, others=MARKED, twice=st.booleans())
def test_marks_that_are_the_same_overlap(marks: list[Mark], others: list[Mark], twice: bool) -> None:
    mine = [mark._replace(annotator="a") for mark in marks]
    theirs = [mark._replace(annotator="b") for mark in (marks if twice else others)]
    shortcut, long_way = (
        [mark.label for mark in way(mine, theirs)] for way in (marking._overlap, marking._overlapping)
    )
    assert sorted(map(str, shortcut)) == sorted(map(str, long_way))
