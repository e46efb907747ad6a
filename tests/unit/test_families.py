"""The five sample articles, and what must hold of links and families whatever the corpus."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from copydesk import toml
from copydesk.console import quiet
from copydesk.dataset.families import PeoplesWord, group, link, render_families, render_pair, render_review, review
from copydesk.dataset.families import described as described_module
from copydesk.dataset.families import links as links_module
from copydesk.dataset.families import printed as printed_module
from copydesk.dataset.families.grouping import Grouping, new_id
from copydesk.dataset.families.relation import About, direction
from copydesk.errors import BadConfig, UnknownKey
from copydesk.executor import Here
from copydesk.testing import a_link, an_article

SAMPLES = sorted((Path(__file__).parents[2] / "dataset/raw/samples").glob("*.txt"))
STORY = (
    "The harbour of Lindesnes was closed on Tuesday after the ferry Havbris struck the pier at 14:20. "
    "Captain Ingrid Solheim told Fjordbladet that 38 passengers were brought ashore. "
    "The police in Mandal opened an inquiry. Repairs will cost 12 million kroner, said mayor Torstein Vik."
)


def links_of(*texts: str) -> list[dict[str, Any]]:
    articles = [an_article(text, article_id=an_id(n)) for n, text in enumerate(texts)]
    return link(articles, executor=Here(), progress=quiet)


def an_id(n: int) -> str:
    return f"art-{n:016x}"


def a_family(*members: str, **fields: Any) -> dict[str, Any]:
    return {"family_id": f"fam-{'f' * 16}", "split": "train", "since": "1.0.0", "members": [*members]} | fields


@pytest.fixture(scope="module")
def samples() -> list[dict[str, Any]]:
    return [an_article(path.read_text(), article_id=an_id(n)) for n, path in enumerate(SAMPLES)]


@pytest.fixture(scope="module")
def sample_links(samples: list[dict[str, Any]]) -> dict[tuple[int, int], dict[str, Any]]:
    found = link(samples, executor=Here(), progress=quiet)
    return {(int(each["a"][4:], 16), int(each["b"][4:], 16)): each for each in found}


def test_the_ap_story_is_one_family_and_the_others_stand_alone(samples, sample_links):
    grouping = group(samples, list(sample_links.values()), word=PeoplesWord(), released=[])
    assert sorted(family["members"] for family in grouping.families) == [
        [an_id(0), an_id(1), an_id(2)],
        [an_id(3)],
        [an_id(4)],
    ]


def test_the_cut_text_is_a_spun_part_of_the_long_one(sample_links):
    assert (sample_links[1, 2]["wording"], sample_links[1, 2]["extent"]) == ("spun", "part")


def test_the_agencys_text_was_rewritten(sample_links):
    assert sample_links[0, 1]["wording"] == "rewritten"
    assert sample_links[0, 1]["score"] > 0.8  # of the raw files, by-lines and all; their bodies score .99


def test_evidence_shows_the_same_passage_in_both(samples, sample_links):
    evidence = sample_links[0, 1]["evidence"]
    said = [
        (samples[0]["text"][e["a_start"] : e["a_end"]], samples[1]["text"][e["b_start"] : e["b_end"]]) for e in evidence
    ]
    assert any("31,000" in left and "31,000" in right for left, right in said)


def test_order_of_articles_does_not_matter(samples):
    assert link(samples[::-1], executor=Here(), progress=quiet) == link(samples, executor=Here(), progress=quiet)


@pytest.mark.parametrize(
    "texts",
    [
        (),
        (STORY,),
        ("", ""),
        ("Rain.",),
        ("Rain.", "Snow."),
        ("...", "!!!"),
        ("1 2 3", "4 5 6 7"),
        (STORY, "\U0001f600" * 30),
    ],
)
def test_poor_texts_have_no_links(texts):
    assert links_of(*texts) == []


def test_a_copy_is_linked_to_its_original():
    [found] = links_of(STORY, STORY, "Snow fell on Trondheim.")
    assert (found["score"], found["band"], found["wording"], found["extent"]) == (1.0, "duplicate", "verbatim", "whole")


def test_ten_thousand_copies_make_a_star():
    found = links_of(*[STORY] * 10_000)
    assert len(found) == 9_999
    assert {each["a"] for each in found} == {an_id(0)}


@pytest.mark.parametrize(
    "text",
    [
        "El puerto de Santoña cerró el martes tras chocar el transbordador Brisa contra el muelle. "
        "La capitana Inés Solana dijo a El Faro que 38 pasajeros fueron llevados a tierra. La policía investiga.",
        "Der Hafen von Büsum wurde am Dienstag gesperrt, nachdem die Fähre Seebrise gegen die Mole gefahren war. "
        "Kapitänin Inge Solbach sagte dem Küstenblatt, 38 Reisende seien an Land. Die Polizei in Heide ermittelt.",
        "周二渡轮海风号撞上码头后,林德斯内斯港关闭。船长英格丽德·索尔海姆告诉峡湾报,三十八名乘客已被带上岸。曼达尔警方展开调查。"
        "市长托尔斯泰因·维克说,修理将花费一千二百万克朗。",
        "أغلق ميناء ليندسنس يوم الثلاثاء بعد أن اصطدمت العبارة هافبريس بالرصيف. وقالت القبطانة إنغريد سولهايم لصحيفة "
        "فيوردبلادت إن ثمانية وثلاثين راكبا نقلوا إلى الشاطئ. وفتحت الشرطة في ماندال تحقيقا.",
    ],
    ids=["Spanish", "German", "Chinese", "Arabic"],
)
def test_a_lightly_changed_copy_is_found_in_other_languages(text):
    changed = "* " + text.replace("38", "39").replace("三十八", "三十九") + " —"
    [found] = links_of(text, changed)
    assert found["band"] == "duplicate"


def word_of(**tables: Any) -> PeoplesWord:
    return PeoplesWord.read(toml.Reader(tables, "dataset/families.toml"))


def test_what_people_joined_is_one_family_with_their_reason():
    articles = [an_article(text, article_id=an_id(n)) for n, text in enumerate((STORY, "Snow fell on Trondheim."))]
    word = word_of(join=[{"articles": [an_id(0), an_id(1)], "reason": "both from the harbour office"}])
    grouping = group(articles, [], word=word, released=[])
    assert len(grouping.families) == 1
    assert (grouping.links[0]["decided_by"], grouping.links[0]["reason"]) == ("people", "both from the harbour office")


def test_joining_two_articles_parts_neither_from_its_kin():
    articles = [an_article(f"Story {n}.", article_id=an_id(n)) for n in range(5)]
    links = [a_link(an_id(0), an_id(1), 1.0), *(a_link(an_id(a), an_id(b), 1.0) for a, b in ((2, 3), (2, 4), (3, 4)))]
    word = word_of(join=[{"articles": [an_id(0), an_id(2)], "reason": "one press release"}])
    assert len(group(articles, links, word=word, released=[]).families) == 1


def test_what_people_joined_without_a_common_passage_claims_nothing_of_wording_or_direction():
    articles = [an_article(text, article_id=an_id(n)) for n, text in enumerate((STORY, "Snow fell on Trondheim."))]
    word = word_of(join=[{"articles": [an_id(0), an_id(1)], "reason": "both from the harbour office"}])
    [found] = group(articles, [], word=word, released=[]).links
    assert (found["evidence"], found["extent_confidence"], found["wording_confidence"]) == ([], 0, 0)
    assert (found["direction"], found["direction_basis"]) == (None, None)


def renamed(family: str, to: str, *released: str) -> Grouping:
    """Three single articles, some released, and one renaming."""
    articles = [an_article(f"Story {n}", article_id=an_id(n)) for n in range(3)]
    past = [{"family_id": each, "split": "train", "members": [an_id(n)]} for n, each in enumerate(released)]
    return group(articles, [], word=word_of(rename=[{"family": family, "to": to, "reason": "x"}]), released=past)


def test_a_renamed_family_has_its_old_id_as_an_alias_also_once_it_is_released():
    for grouping in (
        renamed(new_id(an_id(0)), "fam-" + "b" * 16),
        renamed(new_id(an_id(0)), "fam-" + "b" * 16, "fam-" + "b" * 16),
    ):
        [family] = [each for each in grouping.families if an_id(0) in each["members"]]
        assert (family["family_id"], family["aliases"]) == ("fam-" + "b" * 16, [new_id(an_id(0))])
        assert grouping.issues() == []


def test_a_rename_of_what_another_rename_gives_is_reported():
    articles, to = [an_article("Story", article_id=an_id(0))], ["fam-" + digit * 16 for digit in "bc"]
    steps = [{"family": one, "to": other, "reason": "x"} for one, other in ((new_id(an_id(0)), to[0]), (to[0], to[1]))]
    grouping = group(articles, [], word=word_of(rename=steps), released=[])
    assert [each["family_id"] for each in grouping.families] == [to[0]]
    assert [issue.message for issue in grouping.issues()] == [
        f"{to[0]} is not renamed to {to[1]}: another entry gives that id; let it give the new one"
    ]


@pytest.mark.parametrize(
    "grouping, why",
    [
        (renamed("fam-" + "a" * 16, "fam-" + "b" * 16), "no family has that id"),
        (renamed(new_id(an_id(0)), new_id(an_id(1))), "another family has that id"),
        (renamed(new_id(an_id(1)), new_id(an_id(0))), "another family has that id"),
        (renamed(new_id(an_id(0)), "fam-" + "b" * 16, new_id(an_id(0))), "it is released"),
    ],
)
def test_a_rename_that_cannot_be_is_reported_and_changes_nothing(grouping: Grouping, why: str):
    assert [each["family_id"] for each in grouping.families] == sorted(new_id(an_id(n)) for n in range(3))
    [issue] = grouping.issues()
    assert issue.code == "family-not-renamed" and why in issue.message


@pytest.mark.parametrize(
    "credited",
    [
        {"text": STORY, "agency": {"name": "Associated Press", "code": "AP"}},
        *({"text": f"{said} Associated Press. {STORY}"} for said in ("According to", "Quelle:", "Como cuenta, según")),
    ],
)
def test_who_credits_the_others_publisher_derives_from_it(credited: dict[str, Any]):
    press = About.of(
        {"publisher": {"name": "Associated Press", "domain": "apnews.com"}, "published": None, "text": STORY}
    )
    paper = About.of({"publisher": {"name": "Daily Town", "domain": None}, "published": None, **credited})
    assert direction(paper, press, "whole") == ("a_from_b", "credit")
    assert direction(press, paper, "whole") == ("b_from_a", "credit")
    assert direction(paper, paper, "whole") == direction(press, press, "whole") == (None, None)


def test_what_people_parted_stays_apart():
    articles = [an_article(STORY, article_id=an_id(n)) for n in range(2)]
    links = link(articles, executor=Here(), progress=quiet)
    word = word_of(part=[{"articles": [an_id(0), an_id(1)], "reason": "two ferries"}])
    grouping = group(articles, links, word=word, released=[])
    assert len(grouping.families) == 2
    assert grouping.links[0]["band"] == "parted"


@pytest.mark.parametrize(
    "tables, said",
    [
        ({"join": [{"articles": ["art-1"], "reason": "x"}]}, "fewer than two"),
        ({"join": [{"articles": ["art-1", "art-2"], "reason": "x"}]}, "art-1"),
        ({"join": [{"articles": [an_id(1), an_id(2)], "reason": " "}]}, r"\[\[join\]\] no. 1: gives no reason"),
        ({"join": [{"articles": [an_id(1), an_id(1), an_id(2)], "reason": "x"}]}, f"names {an_id(1)} 2 times"),
        ({"rename": [{"family": "fam-1", "to": "fam-2", "reason": "x"}]}, "fam-1"),
        (
            {
                "join": [{"articles": [an_id(1), an_id(2)], "reason": "x"}],
                "part": [{"articles": [an_id(2), an_id(1)], "reason": "y"}],
            },
            "both joined and parted",
        ),
        (
            {"rename": [{"family": "fam-" + "a" * 16, "to": f"fam-{n:016x}", "reason": "x"} for n in range(2)]},
            "renamed twice",
        ),
        (
            {"rename": [{"family": f"fam-{n:016x}", "to": "fam-" + "a" * 16, "reason": "x"} for n in range(2)]},
            "new id of two",
        ),
        ({"rename": [{"family": "fam-" + "a" * 16, "to": "fam-" + "a" * 16, "reason": "x"}]}, "its own new id"),
    ],
)
def test_a_word_that_makes_no_sense_is_refused(tables, said):
    with pytest.raises(BadConfig, match=said):
        word_of(**tables)


def test_a_slip_in_a_key_is_named_where_the_right_one_is_missing():
    with pytest.raises(BadConfig, match=r"\[\[part\]\] no. 1: key 'articles' is missing") as raised:
        word_of(part=[{"article": [an_id(1), an_id(2)], "reason": "x"}])
    assert raised.value.hint == "it has 'article': did you mean 'articles'?"


def test_an_unknown_table_is_named():
    with pytest.raises(UnknownKey, match="joins"):
        word_of(joins=[])


def test_a_released_family_keeps_its_id_when_a_smaller_article_joins():
    articles = [an_article(article_id=an_id(n)) for n in range(2)]
    grouping = group(articles, [a_link(an_id(0), an_id(1))], word=PeoplesWord(), released=[a_family(an_id(1))])
    assert [family["family_id"] for family in grouping.families] == [f"fam-{'f' * 16}"]
    assert grouping.joined == [(an_id(0), f"fam-{'f' * 16}")]


def test_released_families_of_one_split_merge_into_the_older():
    released = [a_family(an_id(1)), a_family(an_id(0), family_id=f"fam-{'0' * 16}")]
    articles = [an_article(article_id=an_id(n)) for n in range(2)]
    [family] = group(articles, [a_link(an_id(0), an_id(1))], word=PeoplesWord(), released=released).families
    assert (family["family_id"], family["aliases"]) == (f"fam-{'f' * 16}", [f"fam-{'0' * 16}"])


def test_released_families_of_two_splits_never_merge():
    released = [a_family(an_id(1)), a_family(an_id(0), family_id=f"fam-{'0' * 16}", split="test")]
    articles = [an_article(article_id=an_id(n)) for n in range(2)]
    grouping = group(articles, [a_link(an_id(0), an_id(1))], word=PeoplesWord(), released=released)
    assert len(grouping.families) == 2
    assert [refused.why for refused in grouping.refused] == ["released"]


def test_a_chain_of_three_is_one_family_but_a_text_that_two_families_share_joins_neither():
    def families(*linked: tuple[int, int]) -> list[int]:
        articles = [an_article(f"Text {n}.", article_id=an_id(n)) for n in range(6)]
        links = [a_link(an_id(a), an_id(b)) for a, b in linked]
        grouped = group(articles, links, word=PeoplesWord(), released=[]).families
        return sorted((len(family["members"]) for family in grouped), reverse=True)

    assert families((0, 1), (1, 2)) == [3, 1, 1, 1]
    assert families((0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5), (2, 3)) == [3, 3]


def recorded(*linked: tuple[int, int, float]) -> set[tuple[int, int]]:
    articles = [an_article(f"Text {n}.", article_id=an_id(n)) for n in range(8)]
    links = [a_link(an_id(a), an_id(b), score) for a, b, score in sorted(linked)]
    kept = group(articles, links, word=PeoplesWord(), released=[]).links
    return {(int(each["a"][4:], 16), int(each["b"][4:], 16)) for each in kept}


THREE_AND_THREE = [(0, 1, 0.95), (0, 2, 0.95), (1, 2, 0.95), (3, 4, 0.95), (3, 5, 0.95), (4, 5, 0.95)]


def test_a_doubtful_link_stands_where_an_article_has_nothing_surer():
    assert recorded((0, 1, 0.95), (1, 2, 0.2), (2, 3, 0.3)) == {(0, 1), (2, 3)}
    assert recorded((0, 1, 0.95), (1, 2, 0.2)) == {(0, 1), (1, 2)}


def test_a_doubtful_link_within_a_family_stands():
    assert (0, 2) in recorded((0, 1, 0.985), (0, 2, 0.2), (1, 2, 0.998))


def test_a_chance_link_ties_no_families_but_a_text_that_both_share_does():
    assert recorded(*THREE_AND_THREE, (2, 3, 0.7)) == {(a, b) for a, b, _ in THREE_AND_THREE}
    shared = [(2, 3, 0.7), (2, 4, 0.7), (2, 5, 0.6)]
    assert recorded(*THREE_AND_THREE, *shared) == {(a, b) for a, b, _ in [*THREE_AND_THREE, *shared]}
    assert (2, 3) in recorded(*THREE_AND_THREE, (2, 3, 0.97))


def test_a_released_family_kept_apart_keeps_its_link():
    released = [a_family(an_id(1)), a_family(an_id(0), family_id=f"fam-{'0' * 16}", split="test")]
    articles = [an_article(f"Text {n}.", article_id=an_id(n)) for n in range(2)]
    assert group(articles, [a_link(an_id(0), an_id(1), 0.6)], word=PeoplesWord(), released=released).links


def test_review_lists_the_most_doubtful_first():
    links = [a_link(an_id(0), an_id(1), 0.2), a_link(an_id(0), an_id(2), 0.45), a_link(an_id(0), an_id(3), 0.95)]
    assert [each["score"] for each in review(links)] == [0.45, 0.2]


def shown_at_80(draw: Callable[..., None], *what: Any) -> list[str]:
    console = Console(width=80, file=StringIO(), highlight=False, markup=False)
    draw(*what, console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue().splitlines()


def test_what_is_shown_fits_80_columns_with_ids_whole_and_the_relation_in_words(samples, sample_links):
    links, articles = list(sample_links.values()), {each["article_id"]: each for each in samples}
    families = group(samples, links, word=PeoplesWord(), released=[]).families
    shown = shown_at_80(render_families, families, links, articles)
    assert max(map(len, shown)) <= 80
    assert sum(line.startswith("  art-") for line in shown) == 3  # one line each, long headlines cut
    assert "2 articles stand alone" in shown
    assert any(an_id(1) in line and an_id(2) in line and "spun, a is" in line for line in shown)


def test_a_link_in_doubt_is_shown_with_both_articles_and_what_to_do(samples):
    articles = {each["article_id"]: each | {"family_id": each["article_id"]} for each in samples}
    shown = shown_at_80(render_review, [a_link(an_id(0), an_id(2), 0.203)], articles)
    assert shown[0].startswith("0.203  ") and max(map(len, shown)) <= 80
    assert [line.split()[0] for line in shown[1:3]] == [an_id(0), an_id(2)]
    assert "families.toml" in shown[-1]


def test_a_build_that_remembers_equals_a_fresh_one(samples, tmp_path):
    def linked(articles, cache=None):
        return link(articles, executor=Here(), progress=quiet, cache=cache)

    fresh = linked(samples)
    assert linked(samples[:3], tmp_path) == linked(samples[:3])
    assert linked(samples, tmp_path) == fresh
    assert linked(samples, tmp_path) == fresh


def test_what_is_remembered_is_not_computed_again(samples, tmp_path, monkeypatch):
    first = link(samples, executor=Here(), progress=quiet, cache=tmp_path)
    monkeypatch.setattr(printed_module, "fingerprint", lambda texts: pytest.fail("was computed again"))
    monkeypatch.setattr(links_module, "_score", lambda shard: pytest.fail("was computed again"))
    monkeypatch.setattr(described_module, "described", lambda prints, pairs: pytest.fail("was computed again"))
    assert link(samples, executor=Here(), progress=quiet, cache=tmp_path) == first


def test_a_damaged_memory_is_as_good_as_none(samples, tmp_path):
    first = link(samples, executor=Here(), progress=quiet, cache=tmp_path)
    for path in tmp_path.rglob("*.npz"):
        path.write_bytes(b"no zip")
    assert link(samples, executor=Here(), progress=quiet, cache=tmp_path) == first


def test_a_sites_furniture_links_nothing():
    furniture = "Subscribe to the Harbour Gazette for stories that matter to you and your neighbours. " * 3
    footer = "Contact the newsroom, advertise with us, read our privacy policy and manage cookies. " * 3
    assert links_of(*[f"{furniture}\n{an_unlike_story(n)}\n{footer}" for n in range(30)]) == []


def test_a_story_reprinted_everywhere_with_small_changes_is_one_family():
    reprints = [STORY.replace("Tuesday", f"Tuesday the {n}th").replace("38", str(30 + n)) for n in range(230)]
    articles = [an_article(text, article_id=an_id(n)) for n, text in enumerate(reprints)]
    found = link(articles, executor=Here(), progress=quiet)
    assert len(group(articles, found, word=PeoplesWord(), released=[]).families) == 1


def an_unlike_story(n: int) -> str:
    """Sixty words that no other story has."""
    return " ".join(
        "".join(chr(97 + byte % 26) for byte in sha256(f"{n}/{k}".encode()).digest()[:9]) for k in range(60)
    )


@pytest.mark.parametrize("width", [30, 80])
def test_a_pair_is_shown_whole_in_any_terminal(width: int) -> None:
    texts = f"{STORY} Straßenverkehrsgenehmigungsverfahren", STORY.replace("38", "41")
    first, second = (an_article(text, article_id=an_id(n), title="Ferry") for n, text in enumerate(texts))
    console = Console(width=width, file=StringIO(), highlight=False, markup=False)
    render_pair(first, second, links_of(*texts)[0], None, console)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "…" not in shown and max(map(len, shown.splitlines())) <= width
    assert [word in shown for word in ("38", "41", "Lindesnes", "Fjordbladet", "passengers")] == [True] * 5
