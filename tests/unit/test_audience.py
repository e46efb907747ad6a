"""A public row has the shape of the full one, and none of the words."""

from __future__ import annotations

import orjson

from copydesk.dataset.release.audience import withhold
from copydesk.files import canonical
from copydesk.spans import quoted
from copydesk.testing import an_article

TEXT = "Rain in Oslo, says Ada Berg."


def test_an_article_keeps_offsets_and_digests_but_no_words() -> None:
    article = an_article(TEXT, title="Rain", dateline={"text": "OSLO —", "place": "Oslo"})
    finding = {"field": "title", "value": "Rain", "start": 0, "end": 4, "rule": "r", "confidence": 1.0}
    article["provenance"]["findings"] = [finding]
    public = withhold("articles", article)
    assert (public["text"], public["title"], public["dateline"]) == (None, None, {"text": None, "place": "Oslo"})
    assert public["provenance"]["findings"] == [finding | {"value": None}]
    assert (public["n_chars"], public["text_sha256"]) == (article["n_chars"], article["text_sha256"])
    assert article["text"] == TEXT


def test_spans_lose_their_words_at_any_depth() -> None:
    row = {"span_id": "u", "label": 3, **quoted(TEXT, 0, 4), "claimant": quoted(TEXT, 19, 27), "how": "majority"}
    public = withhold("claims", row)
    assert [public[key] for key in ("text", "prefix", "suffix")] == [None] * 3
    assert public["claimant"] == {"start": 19, "end": 27, "text": None, "prefix": None, "suffix": None}
    assert (public["start"], public["label"], public["how"]) == (0, 3, "majority")


def test_texts_inside_individual_answers_go_too() -> None:
    value = {"spans": [{"span_id": "s", "label": "GPE", **quoted(TEXT, 8, 12)}]}
    public = withhold("annotations", {"article_id": "x", "value": canonical(value).decode()})
    assert "Oslo" not in public["value"]
    assert orjson.loads(public["value"])["spans"][0]["start"] == 8
    assert withhold("annotations", {"value": None}) == {"value": None}


def test_withholding_twice_changes_nothing() -> None:
    public = withhold("articles", an_article(TEXT))
    assert withhold("articles", public) == public
