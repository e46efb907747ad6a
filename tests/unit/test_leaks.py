"""Long sentences that stand in two splits are shown, whatever the search for families said."""

from __future__ import annotations

from copydesk.dataset.release.leaks import LEAST, counts, find
from copydesk.testing import an_article

LONG = "The harbour of the old town was flooded twice within a week, and the ferry to the islands did not sail at all"


def split_of(*articles: tuple[str, str]) -> tuple[list[dict[str, object]], dict[str, str]]:
    made = [an_article(text) for text, _ in articles]
    return made, {article["article_id"]: split for article, (_, split) in zip(made, articles, strict=True)}


def test_a_long_sentence_in_two_splits_is_a_leak_whatever_its_case_and_commas() -> None:
    articles, splits = split_of((f"{LONG}. Rain.", "train"), (f"Snow. {LONG.upper().replace(',', ' –')}!", "test"))
    (leak,) = find(articles, splits, [])
    assert sorted(split for _, split in leak.places) == ["test", "train"]
    assert leak.issue.code == "shared-passage"
    assert leak.issue.severity == "warning"
    assert counts([leak]) == {"passages": 1, "articles": 2, "least": LEAST}


def test_within_a_split_or_in_held_out_articles_it_is_none() -> None:
    articles, splits = split_of((f"{LONG}. Rain.", "train"), (f"{LONG}. Snow.", "train"), (f"{LONG}. Hail.", "test"))
    del splits[str(articles[2]["article_id"])]
    assert find(articles, splits, []) == []


def test_short_sentences_are_everybodys() -> None:
    articles, splits = split_of((f"{LONG[: LEAST - 1]}. Rain.", "train"), (f"{LONG[: LEAST - 1]}. Snow.", "test"))
    assert find(articles, splits, []) == []


def test_words_of_a_removed_article_are_found_where_others_printed_them() -> None:
    articles, splits = split_of((f"{LONG}. Rain.", "train"))
    (leak,) = find(articles, splits, [an_article(f"{LONG}.")])
    assert leak.issue.code == "removed-passage"
    assert counts([leak])["passages"] == 0
