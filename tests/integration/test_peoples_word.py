"""People's word on families, from ``dataset/families.toml`` through build and splits into the published rows."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from copydesk import files
from copydesk.console import quiet
from copydesk.dataset.build import build
from copydesk.dataset.families.asked import look
from copydesk.dataset.release.facts import ReleaseFacts
from copydesk.dataset.release.write import release
from copydesk.dataset.removals import remove
from copydesk.dataset.splits import assign
from copydesk.dataset.store import Store
from copydesk.errors import CopydeskError, UnknownKey
from copydesk.project import CONFIG, Project
from copydesk.schemas.records import BrokenRecord
from copydesk.testing import a_project
from copydesk.testing.corpora import WAIVED
from copydesk.views import View
from copydesk.views.corpus import built as built_view
from copydesk.views.corpus import families

STORY = (
    "The harbour of Lindesnes was closed on Tuesday after the ferry Havbris struck the pier at 14:20. "
    "Captain Ingrid Solheim told Fjordbladet that 38 passengers were brought ashore. "
    "The police in Mandal opened an inquiry. Repairs will cost 12 million kroner, said mayor Torstein Vik."
)
TEXTS = {
    "first": STORY,
    "second": STORY.replace("38", "39").replace("opened an inquiry", "are looking into it"),
    "snow": "Snow fell on Trondheim for nine days and the schools of Lade stayed shut, said Kari Moe.",
    "vote": "Quito votes on Sunday. Candidate Rosa Paredes wants a tunnel under Pichincha; Luis Endara a tram.",
}
NAMED = f"fam-{'b' * 16}"


def built(project: Project) -> tuple[dict[str, str], dict[str, Any]]:
    """Build; the id of each article by its name, and what the build holds."""
    build(project, jobs=1, progress=quiet)
    store = Store(project)
    ids = {Path(row["provenance"]["path"]).stem: row["article_id"] for row in store.by_id.values()}
    family = {name: store.by_id[article]["family_id"] for name, article in ids.items()}
    return ids, {"family": family, "links": list(store.links()), "families": list(store.families())}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = a_project(tmp_path / "news", **TEXTS)
    settings = made.root / CONFIG
    files.write_text(settings, settings.read_text(encoding="utf-8") + WAIVED)
    return Project.load(made.root)


def say(project: Project, ids: dict[str, str], family: str) -> None:
    """Part the two ferries, join snow and vote, rename what comes of it."""
    lines = [
        f'[[part]]\narticles = ["{ids["first"]}", "{ids["second"]}"]\nreason = "two ferries"',
        f'[[join]]\narticles = ["{ids["snow"]}", "{ids["vote"]}"]\nreason = "one column"',
        f'[[rename]]\nfamily = "{family}"\nto = "{NAMED}"\nreason = "as in the 2023 collection"',
    ]
    files.write_text(project.dataset / "families.toml", "\n\n".join(lines) + "\n")


def test_what_people_say_of_families_reaches_the_splits_and_the_published_rows(project: Project) -> None:
    ids, before = built(project)
    assert before["family"]["first"] == before["family"]["second"]
    assert before["family"]["snow"] != before["family"]["vote"]
    joined = min(("snow", "vote"), key=ids.__getitem__)
    say(project, ids, before["family"][joined])

    _, after = built(project)
    family = after["family"]
    assert family["first"] != family["second"]
    assert family["snow"] == family["vote"] == NAMED
    assert before["family"][joined] in next(f["aliases"] for f in after["families"] if f["family_id"] == NAMED)
    assert built(project)[1] == after  # it survives rebuilds

    said = release(project, "1.0.0", bump_auto=False, now="2026-01-02T00:00:00Z")
    assert said.path is not None
    facts = ReleaseFacts.read(said.path)
    reasons = {(row["a"], row["b"]): (row["decided_by"], row["reason"]) for row in facts.rows("families")}
    assert reasons[tuple(sorted((ids["snow"], ids["vote"])))] == ("people", "one column")
    placed = {row["article_id"]: row["split"] for row in facts.rows("articles")}
    assert placed[ids["snow"]] == placed[ids["vote"]]
    manifest = files.read_json(said.path / "manifest.json")
    assert "dataset/families.toml" in {row["path"] for row in manifest["inputs"]}


def test_a_parted_pair_is_dealt_as_two(project: Project) -> None:
    ids, before = built(project)
    say(project, ids, before["family"]["snow"])
    _, after = built(project)
    parted = next(each for each in after["links"] if {each["a"], each["b"]} == {ids["first"], ids["second"]})
    assert (parted["band"], parted["decided_by"], parted["reason"]) == ("parted", "people", "two ferries")
    assert not apart(project, before, ids["first"], ids["second"])
    assert apart(project, after, ids["first"], ids["second"])


def test_a_build_tells_what_joined_and_merged_since_the_last_one_also_of_what_was_never_released(
    project: Project,
) -> None:
    assert build(project, jobs=1, progress=quiet).since is None
    ids, before = built(project)
    assert build(project, jobs=1, progress=quiet).since == {"joined": [], "merged": []}
    snow, vote = sorted((ids["snow"], ids["vote"]))
    files.write_text(project.dataset / "families.toml", f'[[join]]\narticles = {[snow, vote]}\nreason = "one column"\n')
    raw = next(project.dataset.glob("raw/*/first.txt"))
    files.write_text(raw.with_name("third.txt"), STORY)
    outcome = build(project, jobs=1, progress=quiet)
    family = {each["article_id"]: each["family_id"] for each in Store(project).articles()}
    third = next(iter(family.keys() - {*ids.values()}))
    assert outcome.since is not None
    assert outcome.since["joined"] == [{"article_id": third, "family_id": family[ids["first"]]}]
    [merged] = outcome.since["merged"]
    assert {*merged.values()} == {before["family"]["snow"], before["family"]["vote"]} and merged["into"] == family[snow]
    assert outcome.as_json()["since"] == outcome.since and outcome.as_json()["joined"] == []
    assert "1 new article joined families and 1 family went into others" in printed(built_view(outcome))


def printed(view: View) -> str:
    """What a view says on a terminal of 80 columns."""
    console = Console(width=80, file=StringIO())
    view(console)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_a_slip_in_peoples_word_is_told_before_anything_is_read(project: Project) -> None:
    files.write_text(project.dataset / "families.toml", "[[joins]]\n")
    with pytest.raises(UnknownKey, match="joins"):
        build(project, jobs=1, progress=quiet)
    assert not (project.build / "cache").exists()


def test_a_line_that_is_no_split_record_is_named_before_anything_is_read(project: Project) -> None:
    for line in (
        '{"schema_version": 1, "family_id": "fam-0123456789abcdef", "split": "train", "since": "1.0.0"}',
        "[1]",
    ):
        files.write_text(project.dataset / "splits.jsonl", f"{line}\n")
        with pytest.raises(BrokenRecord, match=r"record 1 of dataset/splits\.jsonl is no split record"):
            build(project, jobs=1, progress=quiet)
    assert not (project.build / "cache").exists()


def test_a_file_that_opens_with_a_mark_of_its_encoding_is_read(project: Project) -> None:
    ids, _ = built(project)
    said = f'[[part]]\narticles = ["{ids["first"]}", "{ids["second"]}"]\nreason = "two ferries"\n'
    files.write_text(project.dataset / "families.toml", f"\ufeff{said}")
    family = built(project)[1]["family"]
    assert family["first"] != family["second"]


def apart(project: Project, held: dict[str, Any], a: str, b: str) -> bool:
    """Whether some salt deals two articles to different splits."""
    articles = list(Store(project).by_id.values())
    for salt in range(12):
        settings = replace(project.splits, salt=f"{salt}")
        dealt = assign(held["families"], held["links"], articles, settings, [], since="1.0.0").split_of
        if dealt[a] != dealt[b]:
            return True
    return False


def test_a_pair_without_a_link_is_shown_with_its_score_and_a_pair_is_of_two_articles(project: Project) -> None:
    ids, held = built(project)
    seen = look(project, [ids["snow"], ids["vote"]], review=False)
    assert seen.links == [] and seen.score is not None and seen.score < 0.1
    assert look(project, [ids["first"], ids["second"]], review=False).score is None
    for name in (ids["first"], held["family"]["second"]):  # what is not shown is not held
        assert {*look(project, [name], review=False).articles} == {ids["first"], ids["second"]}
    for other in (held["family"]["vote"], ids["snow"]):
        with pytest.raises(CopydeskError, match="two different articles"):
            look(project, [ids["snow"], other], review=False)


def test_what_the_model_says_of_a_pair_within_a_family_is_shown_where_no_link_is_recorded(tmp_path: Path) -> None:
    project = a_project(tmp_path / "copies", **dict.fromkeys("abc", STORY))
    ids, held = built(project)
    linked = [{each["a"], each["b"]} for each in held["links"]]
    [pair] = [[a, b] for a, b in combinations(sorted(ids.values()), 2) if {a, b} not in linked]
    seen = look(project, pair, review=False)
    assert seen.likely is not None and seen.likely["evidence"]
    assert seen.as_json()["unlinked"] == {"score": 1.0, "link": seen.likely}

    files.write_text(project.dataset / "families.toml", f'[[part]]\narticles = {pair}\nreason = "two ferries"\n')
    assert len(built(project)[1]["families"]) == 2
    [parted] = look(project, pair, review=False).links
    assert (parted["band"], parted["score"], parted["reason"]) == ("parted", 1.0, "two ferries")


def test_what_was_removed_is_marked(project: Project) -> None:
    ids, _ = built(project)
    remove(project, ids["second"], reason="asked to", now="2026-01-02T00:00:00Z")
    seen = look(project, [], review=False)
    assert seen.as_json()["removed"] == [ids["second"]]
    shown = printed(families(seen))
    assert shown.count("(removed)") == 1 and f"{ids['second']}  (removed) The harbour" in shown
