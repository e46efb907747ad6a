"""Personal data is found by kind and place, a text is read once, and what was found is never repeated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from copydesk.dataset.release import personal
from copydesk.dataset.release.waivers import expect_known
from copydesk.errors import BadConfig
from copydesk.files import write_jsonl
from copydesk.project import Waiver
from copydesk.testing import an_article


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("email", "kari.nordmann@example.com"),
        ("email", "news+tips@mail.example.co.uk"),
        ("phone", "+47 22 12 34 56"),
        ("phone", "(212) 736-5000"),
        ("phone", "020 7946 0958"),
        ("account", "DE89 3704 0044 0532 0130 00"),
        ("account", "GB29NWBK60161331926819"),
        ("account", "4111 1111 1111 1111"),
        ("national-id", "078-05-1120"),
        ("ip-address", "192.168.10.254"),
    ],
)
@pytest.mark.parametrize("frame", ["{}", "Ask {} today.", "😀 In 2023, 31,000 left; see {}, or 12 others."])
def test_each_kind_is_found_where_it_stands(kind: str, words: str, frame: str):
    text = frame.format(words)
    places = personal.find(text, "en")[kind]
    assert words in [text[start:end] for start, end in places]


@pytest.mark.parametrize(
    "text",
    [
        "On 2023-12-06 and 06.12.2023, at 10:30, about 31,000 of 1,079 suspects were counted.",
        "Losses of $652 million in 1999-2004; 17,000 complaints; 53 000 people; pages 337-352.",
        "A card that fits no check: 4111 1111 1111 1112. An IBAN that fits none: DE88 3704 0044 0532 0130 00.",
        "Version 1.2.3 and 300.1.2.3, ids 000-12-3456 and 10.1073/pnas.2023512.",
        "A place on a page: @home, or a @ b.",
        "",
    ],
)
def test_ordinary_numbers_are_not_personal(text: str):
    assert personal.find(text, "en") == {}


def test_a_national_number_is_known_in_its_language_only():
    assert "phone" in personal.find("030 901820", "de")
    assert "phone" not in personal.find("030 901820", None)
    assert "phone" in personal.find("+49 30 901820", None)


def test_a_hit_is_an_issue_that_says_where_and_not_what():
    scan = personal.scan([an_article("Write to kari@example.com or ola@example.com.")])
    (issue,) = scan.issues
    assert (issue.code, issue.path) == ("personal-data", "$.text")
    assert "at 9 to 25, and 1 more" in issue.message
    assert "kari" not in str(issue)
    assert scan.counts()["email"] == {"hits": 2, "articles": 1}
    assert scan.counts()["phone"] == {"hits": 0, "articles": 0}


def test_a_byline_counts_too():
    (issue,) = personal.scan([an_article("Rain.", authors=["Kari (kari@example.com)"])]).issues
    assert issue.path == "$.authors[0]"


@pytest.mark.parametrize("what", ["personal.email", "personal"])
def test_a_waiver_by_kind_or_for_all_lets_it_pass_but_counts_it(what: str):
    scan = personal.scan([an_article("kari@example.com")], [Waiver(what, "press contact")])
    assert scan.issues == ()
    assert scan.counts()["email"]["hits"] == 1


def test_a_waiver_of_one_kind_does_not_cover_another():
    (issue,) = personal.scan(
        [an_article("kari@example.com, 4111 1111 1111 1111")], [Waiver("personal.email", "press")]
    ).issues
    assert "card number" in issue.message


@pytest.mark.parametrize(
    ("what", "hint"),
    [
        ("personal-data.email", "personal.email"),
        ("datasheet.motivation.founding", "funding"),
        ("spelling", "personal.KIND"),
    ],
)
def test_a_waiver_of_nothing_is_refused_with_the_nearest_name(what: str, hint: str):
    expect_known([Waiver("personal", "x"), Waiver("datasheet", "x"), Waiver("datasheet.motivation", "x")])
    with pytest.raises(BadConfig) as raised:
        expect_known([Waiver(what, "published anyway")])
    assert what in raised.value.message and hint in raised.value.hint


def test_a_text_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    article, known = an_article("kari@example.com"), dict[str, Any]()
    first = personal.scan([article], known=known)
    cache = personal.Cache(tmp_path / personal.CACHE)
    cache.learn(known)
    cache.write()
    read: list[str] = []
    monkeypatch.setattr(personal, "find", lambda text, language: read.append(text) or {})
    again = personal.Cache.read(cache.path).of([personal.key(article)])
    assert personal.scan([article], known=again) == first
    assert read == []
    assert "kari" not in cache.path.read_text()


def test_what_other_rules_found_is_not_believed(tmp_path: Path):
    article = an_article("kari@example.com")
    record = {"key": personal.key(article), "rules": "0", "found": {}}
    write_jsonl(tmp_path / personal.CACHE, [record])
    assert personal.Cache.read(tmp_path / personal.CACHE).of([personal.key(article)]) == {}


def test_withheld_text_is_passed_over():
    assert personal.scan([an_article() | {"text": None}]).issues == ()
