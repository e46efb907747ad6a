"""What holds for any scrape: every character is accounted for, and the text leads back to it."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.dataset.ingest import plain, rules
from copydesk.dataset.ingest.extraction import Extraction
from copydesk.dataset.ingest.places import members, traced
from copydesk.dataset.ingest.raw import Raw
from copydesk.dataset.ingest.traced import Traced, raw_span

STORY = "The council met on Tuesday and agreed, after a long debate, to pay for the bridge."
PARTS = [rule.example.replace("¶", "\n").replace("«", "").replace("»", "") for rule in rules.RULES]
anything = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
breaks = st.sampled_from(["\n", "\r\n", "\n\n\n\n", " ", "\r", "\n \n", "\xa0"])
scrapes = st.lists(st.one_of(st.sampled_from(PARTS), anything, st.just(STORY), breaks), max_size=8).map("".join)


def extracted(text: str) -> Extraction:
    return plain.extract(Raw("raw/a.txt", text.encode(), "text/plain", text, Traced.whole(text)))


@given(scrapes)
@settings(max_examples=300, deadline=None)
def test_body_findings_removed_and_white_space_are_the_whole_file(text: str) -> None:
    found = extracted(text)
    seen = bytearray(len(text))
    spans = [each.span for each in (*found.findings, *found.removed) if each.span]
    for start, end in [(s.raw_start, s.raw_end) for s in found.text.segments] + [(s.start, s.end) for s in spans]:
        seen[start:end] = b"\1" * (end - start)
    assert [text[n] for n, hit in enumerate(seen) if not hit and not text[n].isspace()] == []


@given(scrapes, st.data())
@settings(max_examples=300, deadline=None)
def test_every_stretch_of_text_leads_back_to_its_raw_characters(text: str, data: Any) -> None:
    found = extracted(text).text
    for segment in found.segments:
        assert found.text[segment.start : segment.end] == normal(text[segment.raw_start : segment.raw_end])
    assert [each.start for each in found.segments] == [0, *[each.end for each in found.segments]][: len(found.segments)]
    assert (found.segments[-1].end if found.segments else 0) == len(found.text)
    if found.segments:
        part = data.draw(st.sampled_from(found.segments))
        start = data.draw(st.integers(part.start, part.end - 1))
        end = data.draw(st.integers(start + 1, part.end))
        span = raw_span(found.segments, start, end)
        assert found.text[start:end] in normal(text[span.start : span.end])


def normal(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


@given(scrapes)
@settings(max_examples=100, deadline=None)
def test_the_text_is_normal(text: str) -> None:
    body = extracted(text).text.text
    assert body == normal(body) and "\r" not in body


@given(st.text(st.characters(exclude_categories=["Cs"])), st.booleans(), anything)
@settings(max_examples=200, deadline=None)
def test_a_json_string_leads_back_to_its_line(text: str, is_ascii: bool, other: str) -> None:
    line = json.dumps({"id": other, "text": text, "more": [other]}, ensure_ascii=is_ascii)
    found = traced(line, members(line)["text"])
    assert found.text == text
    for segment in found.segments:
        assert json.loads(f'"{line[segment.raw_start : segment.raw_end]}"') == text[segment.start : segment.end]
    assert sum(each.end - each.start for each in found.segments) == len(text)
