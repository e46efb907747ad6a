"""``release`` cuts a version whole or not at all; the same inputs give the same bytes."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from copydesk import files
from copydesk.dataset.release import sums
from copydesk.dataset.release.diff import diff
from copydesk.dataset.release.facts import ReleaseFacts
from copydesk.dataset.release.sums import BadKey
from copydesk.dataset.release.versions import BadVersion
from copydesk.dataset.release.write import Released, release
from copydesk.dataset.removals import UnknownArticle, read, remove
from copydesk.dataset.store import Store
from copydesk.errors import CopydeskError, Locked, NotBuilt
from copydesk.labeling import layers
from copydesk.labeling.adjudicate import adjudicate, write
from copydesk.project import CONFIG, Project
from copydesk.testing import a_project
from copydesk.testing.corpora import a_labelled_project, a_story, label, put_articles
from signing import a_key

NOW, LATER = "2026-01-02T00:00:00Z", "2026-03-04T00:00:00Z"


def cut(project: Project, version: str | None = "1.0.0", now: str = NOW, **options: Any) -> Released:
    return release(project, version, bump_auto=version is None, now=now, **options)


def everything(folder: Path) -> dict[str, bytes]:
    return {path: (folder / path).read_bytes() for path in [*sums.present(folder), sums.SUMS]}


def unpacked(folder: Path) -> dict[str, str]:
    """Every file as one can read it: the rows of Parquet, not its compressed bytes."""
    import pyarrow.parquet as pq

    return {
        path: repr(pq.read_table(folder / path).to_pylist()) if path.endswith(".parquet") else data.decode()
        for path, data in everything(folder).items()
    }


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A labelled project with version 1.0.0 cut; tests copy it before they change it."""
    project = a_labelled_project(tmp_path_factory.mktemp("corpus") / "news", 8)
    assert cut(project).path is not None
    return project


@pytest.fixture
def project(corpus: Project, tmp_path: Path) -> Project:
    return Project.load(Path(shutil.copytree(corpus.root, tmp_path / "news")))


def test_a_release_has_rows_in_every_config(corpus: Project) -> None:
    facts = ReleaseFacts.read(corpus.dist / "news-1.0.0")
    totals = {config: facts.n_rows(config) for config in facts.configs}
    assert totals == {"articles": 8, "annotations": 48, "claims": 8, "entities": 8, "families": 1, "stance": 8}
    assert {row["layers"]["claims"] for row in facts.rows("articles")} == {"gold"}


def test_a_family_stays_together(corpus: Project) -> None:
    facts = ReleaseFacts.read(corpus.dist / "news-1.0.0")
    (link,) = facts.rows("families")
    placed = {row["article_id"]: (row["family_id"], row["split"]) for row in facts.rows("articles")}
    assert placed[link["a"]] == placed[link["b"]] == (link["family_id"], link["split"])


def test_the_same_version_cut_again_is_the_same_bytes(project: Project) -> None:
    folder = project.dist / "news-1.0.0"
    before = everything(folder)
    shutil.rmtree(folder)
    assert cut(project, now=LATER).path == folder
    assert everything(folder) == before


def test_the_order_of_answers_does_not_matter(project: Project) -> None:
    folder = project.dist / "news-1.0.0"
    data = {path: data for path, data in everything(folder).items() if path.startswith("data/")}
    shutil.rmtree(folder)
    shutil.rmtree(project.dataset / "releases")
    history = project.labeling / "claims/annotations.jsonl"
    files.write_jsonl(history, reversed(files.read_jsonl(history)))
    cut(project)
    assert {path: data for path, data in everything(folder).items() if path.startswith("data/")} == data


def test_both_audiences_share_date_and_logical_digests(project: Project) -> None:
    public = cut(project, now=LATER, audience="public").path
    assert public == project.dist / "news-1.0.0-public"
    mine, theirs = (files.read_json(folder / "manifest.json") for folder in (project.dist / "news-1.0.0", public))
    assert mine["released_at"] == theirs["released_at"] == NOW
    assert mine["configs"] == theirs["configs"]


def test_a_public_release_has_none_of_the_words(project: Project) -> None:
    public = cut(project, audience="public").path
    assert public is not None
    facts = ReleaseFacts.read(public)
    assert {row["text"] for row in facts.rows("articles")} == {None}
    words = [b"burnt", b"guests are safe", b"Ada Berg"]
    rows = {config: files.canonical(list(facts.rows(config))) for config in facts.configs}
    assert not [config for config, data in rows.items() if any(word in data for word in words)]
    texts = {path: data for path, data in everything(public).items() if not path.startswith("data/")}
    assert not [path for path, data in texts.items() if any(word in data for word in words)]


def test_labels_of_a_withheld_split_are_nowhere_in_a_public_release(project: Project) -> None:
    settings = project.root / CONFIG
    files.write_text(settings, settings.read_text().replace("withhold_labels = []", 'withhold_labels = ["test"]'))
    public = cut(Project.load(project.root), audience="public").path
    assert public is not None
    facts = ReleaseFacts.read(public)
    assert {config for config in facts.configs if "test" in facts.counts[config]} <= {"articles", "families"}
    held = {row["article_id"] for row in facts.rows("articles", "test")}
    mine = ReleaseFacts.read(project.dist / "news-1.0.0")
    hidden = {row["annotation_id"] for row in mine.rows("annotations") if row["article_id"] in held}
    gold = [row for config in ("entities", "claims") for row in mine.rows(config) if row["article_id"] in held]
    hidden |= {span["span_id"] for row in gold for span in row.get("spans", [row])}
    assert len(hidden) > len(held)
    there = unpacked(public)
    assert [path for path, data in there.items() if any(word in data for word in hidden)] == []
    assert any(word in data for data in unpacked(mine.folder).values() for word in hidden)  # it finds what is there
    labelled = [path for path, data in there.items() if any(article_id in data for article_id in held)]
    assert {path.split("/")[1] if path.startswith("data/") else path for path in labelled} <= {
        *("articles", "families", "manifest.json", "passages.parquet", "report/index.html", "DATASHEET.md", "README.md")
    }


def test_open_questions_block_and_nothing_is_written(tmp_path: Path) -> None:
    project = a_labelled_project(tmp_path / "news", 3, waived=False)
    blocked = cut(project)
    assert blocked.path is None
    assert {issue.code for issue in blocked.issues} == {"question-open"}
    assert not (project.dataset / "splits.jsonl").exists()
    assert [path.name for path in project.dist.iterdir()] == [".lock"]


def test_a_project_without_articles_has_nothing_to_release(tmp_path: Path) -> None:
    project = a_labelled_project(tmp_path / "news", 0, waived=False)
    assert [issue.code for issue in cut(project).issues][:2] == ["nothing-to-release", "question-open"]


def test_without_a_build_there_is_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(NotBuilt, match=r"build/stats\.json is not there"):
        cut(a_project(tmp_path / "news"))


def test_what_can_be_told_before_any_work_is(tmp_path: Path, project: Project) -> None:
    with pytest.raises(BadKey, match="no key at"):
        cut(a_project(tmp_path / "unbuilt"), sign=tmp_path / "nokey")
    shutil.rmtree(project.build)
    with pytest.raises(BadVersion, match="versions do not go back"):
        cut(project, "0.9.0")


def test_cut_again_unsigned_a_release_keeps_its_signature(project: Project, tmp_path: Path) -> None:
    key = a_key(tmp_path, "desk")
    folder = cut(project, sign=key).path
    assert folder is not None
    signed = (folder / sums.SIGNATURE).read_bytes()
    assert cut(project).path == folder
    assert (folder / sums.SIGNATURE).read_bytes() == signed


@pytest.mark.parametrize("version", ["1.0", "0.9.0", None])
def test_a_version_and_auto_exclude_each_other(project: Project, version: str | None) -> None:
    with pytest.raises(CopydeskError):
        release(project, version, bump_auto=version == "0.9.0", now=NOW)


def test_two_releases_at_once_are_refused(project: Project) -> None:
    with files.locked(project.dist / ".lock", "dist/"), pytest.raises(Locked):
        cut(project)


def grown(project: Project, n: int = 9) -> None:
    """The same articles, and further ones."""
    put_articles(project, [a_story(number) for number in range(n)], [(0, 1)])
    label(project)


def test_further_articles_are_a_minor_step(project: Project) -> None:
    grown(project)
    with pytest.raises(BadVersion, match="calls for a minor"):
        cut(project, "1.0.1")
    released = cut(project, None)
    assert (released.version, released.bump) == ("1.1.0", "minor")
    changes = ReleaseFacts.read(project.dist / "news-1.1.0").changes
    assert changes is not None
    assert changes["configs"]["articles"]["added"] == 1
    assert changes["configs"]["articles"]["changed"] == 0


def test_earlier_splits_stand(project: Project) -> None:
    before = {
        row["article_id"]: row["split"] for row in ReleaseFacts.read(project.dist / "news-1.0.0").rows("articles")
    }
    history = (project.dataset / "splits.jsonl").read_bytes()
    grown(project, 30)
    cut(project, "1.1.0")
    after = {row["article_id"]: row["split"] for row in ReleaseFacts.read(project.dist / "news-1.1.0").rows("articles")}
    assert before.items() <= after.items()
    assert (project.dataset / "splits.jsonl").read_bytes().startswith(history)


def relabel(project: Project) -> None:
    """Everybody sees the stance of one article otherwise now."""
    layer = layers.load(project, ["stance"])[0]
    answers = files.read_jsonl(layer.annotations)
    for answer in answers:
        if answer["article_id"] == answers[-1]["article_id"]:
            answer["value"]["label"] = "favor"
    files.write_jsonl(layer.annotations, answers)
    write(layer, adjudicate(layer, answers, Store(project).by_id, redundancy=2))


def test_a_changed_label_is_a_major_step(project: Project) -> None:
    relabel(project)
    with pytest.raises(BadVersion, match="calls for a major"):
        cut(project, "1.7.0")
    released = cut(project, None)
    assert (released.version, released.bump) == ("2.0.0", "major")
    found = diff(project.dist / "news-1.0.0", project.dist / "news-2.0.0")
    (changed,) = found.configs["stance"].changed
    assert set(changed.fields) == {"label", "label_name", "distribution"}


def test_another_title_is_a_patch(project: Project) -> None:
    settings = project.root / CONFIG
    files.write_text(settings, settings.read_text().replace("title = ", 'title = "Fires" #', 1))
    again = Project.load(project.root)
    with pytest.raises(BadVersion, match="documents"):
        cut(again)
    released = cut(again, None)
    assert (released.version, released.bump, released.unchanged_since) == ("1.0.1", "patch", "1.0.0")


def test_auto_without_a_change_is_the_same_release(project: Project) -> None:
    released = cut(project, None, LATER)
    assert released.version == released.unchanged_since == "1.0.0"
    assert sorted(path.name for path in project.dist.glob("news-*")) == ["news-1.0.0"]


def test_a_version_is_never_cut_with_other_rows(project: Project) -> None:
    before = everything(project.dist / "news-1.0.0")
    grown(project)
    with pytest.raises(BadVersion, match="other rows"):
        cut(project)
    assert everything(project.dist / "news-1.0.0") == before
    assert not list(project.dist.glob(".release-*"))


def test_labels_of_another_text_stay_out_and_are_counted(project: Project) -> None:
    articles = [a_story(number) for number in range(8)]
    changed = a_story(20)
    articles[3] = changed | {"article_id": articles[3]["article_id"]}
    put_articles(project, articles, [(0, 1)])
    released = cut(project, None)
    assert released.bump == "major"
    assert {issue.code for issue in released.issues} == {"stale-answers"}
    rows = ReleaseFacts.read(project.dist / f"news-{released.version}").rows("articles")
    assert {row["layers"]["claims"] for row in rows if row["article_id"] == articles[3]["article_id"]} == {"unlabelled"}


def test_a_killed_release_leaves_no_trace(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    grown(project)

    def dies(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("copydesk.dataset.release.write.verify", dies)
    history = (project.dataset / "splits.jsonl").read_bytes()
    with pytest.raises(KeyboardInterrupt):
        cut(project, "1.1.0")
    assert (project.dataset / "splits.jsonl").read_bytes() == history
    assert sorted(path.name for path in project.dist.iterdir()) == [".lock", "news-1.0.0"]


def test_killed_before_it_was_noted_the_same_command_ends_it(project: Project) -> None:
    (project.dataset / "releases/1.0.0.json").unlink()
    assert cut(project, now=LATER).path == project.dist / "news-1.0.0"
    assert files.read_json(project.dataset / "releases/1.0.0.json")["released_at"] == NOW


def test_a_removed_article_is_in_no_later_release(project: Project) -> None:
    gone = Store(project).articles()[5]["article_id"]
    done = remove(project, gone, reason="asked by the publisher", now=LATER)
    assert (done.articles, done.labels) == ((gone,), 6)
    released = cut(project, None)
    assert (released.version, released.bump) == ("2.0.0", "major")
    folder = project.dist / "news-2.0.0"
    holding = [path for path, data in everything(folder).items() if gone.encode() in data]
    assert holding == ["removals.jsonl"]


def test_families_are_removed_together_and_once(project: Project) -> None:
    family = next(row["members"] for row in Store(project).families() if len(row["members"]) == 2)
    assert remove(project, family[0], reason="x", now=NOW).kin == (family[1],)
    done = remove(project, family[0], reason="again", now=LATER, family=True)
    assert (sorted(done.articles), done.kin) == (sorted(family), ())
    assert [(row["article_id"], row["reason"]) for row in read(project)] == sorted(
        zip(family, ("x", "again"), strict=True)
    )
    assert any(place.where == "labeling/claims/annotations.jsonl" for place in done.remains)
    with pytest.raises(UnknownArticle):
        remove(project, "art-0000000000000000", reason="x", now=NOW)
    with pytest.raises(CopydeskError, match="reason"):
        remove(project, family[0], reason=" ", now=NOW)


def with_twin(project: Project) -> tuple[str, str]:
    """Article 5 comes again from another address; the ids of both."""
    articles = [a_story(number) for number in range(8)]
    twin = a_story(5) | {"article_id": "art-" + "7" * 16, "url": "https://copy.example/5"}
    put_articles(project, [*articles, twin], [(0, 1), (5, 8)])
    label(project)
    return articles[5]["article_id"], twin["article_id"]


def test_the_twin_of_a_removed_article_is_named_and_blocks_with_the_command_that_helps(project: Project) -> None:
    gone, twin = with_twin(project)
    assert remove(project, gone, reason="asked", now=LATER).twins == (twin,)
    blocked = cut(project, None)
    assert blocked.path is None
    (issue,) = (issue for issue in blocked.issues if issue.severity == "error")
    assert (issue.code, issue.where) == ("removed-twin", twin)
    assert f"copydesk remove {twin}" in issue.hint
    assert remove(project, twin, reason="asked", now=LATER).twins == ()
    assert cut(project, None).version == "2.0.0"


def test_twins_go_at_once_when_asked_for(project: Project) -> None:
    gone, twin = with_twin(project)
    done = remove(project, gone, reason="asked", now=LATER, twins=True)
    assert (done.articles, done.twins) == ((gone, twin), ())
    assert cut(project, None).path


def test_one_release_after_another_states_each_step_and_diff_says_why(project: Project) -> None:
    """Grown, relabelled, shrunk: what ``--bump auto`` chose is what ``diff`` of the folders finds."""
    grown(project)
    relabel(project)
    remove(project, Store(project).articles()[0]["article_id"], reason="asked", now=LATER)
    released = cut(project, None)
    found = diff(project.dist / "news-1.0.0", project.dist / f"news-{released.version}")
    articles, stance = found.configs["articles"], found.configs["stance"]
    assert (released.version, released.bump, found.bump) == ("2.0.0", "major", "major")
    assert (len(articles.added), len(articles.removed), len(stance.changed)) == (1, 1, 1)
    assert stance.labels == {"gained": 1, "lost": 1, "relabelled": 1}
    with pytest.raises(BadVersion, match="versions do not go back"):
        cut(project, "1.9.0")
