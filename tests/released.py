"""A small release folder made by hand: what its documents are written from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from copydesk import __version__, files, resources
from copydesk.dataset import parquet
from copydesk.dataset.release.facts import ReleaseFacts, layer_record
from copydesk.labeling.layers import read
from copydesk.schemas import Schemas
from copydesk.spans import quoted
from copydesk.testing import a_link, an_annotation, an_article

RAIN = "Rain fell in Oslo, said Kari Nordmann. The harbour flooded twice."
SNOW = "Snow fell in Bergen, said Ola <b>Hansen</b>. Trains | stopped."


def rows() -> dict[str, list[dict[str, Any]]]:
    """Rows of every config: two articles of one family, all in train."""
    placed = {"family_id": "fam-" + "1" * 16, "split": "train"}
    gold = {"entities": "gold", "stance": "gold", "claims": "disputed"}
    articles = [an_article(RAIN, **placed, layers=gold), an_article(SNOW, **placed, url="https://news.example/snow")]
    articles.sort(key=lambda article: str(article["article_id"]))
    rain = next(article for article in articles if article["text"] == RAIN)
    head = {key: rain[key] for key in ("article_id", "text_sha256", "family_id", "split")} | {"layer_version": "1.0.0"}
    decided = {"how": "unanimous", "annotation_ids": ["ann-" + "a" * 16]}
    a, b = (article["article_id"] for article in articles)
    evidence = [{"a_start": 0, "a_end": 12, "b_start": 0, "b_end": 12}]
    return {
        "articles": articles,
        "entities": [head | {"spans": [_entity(13, 17, 2, "GPE") | decided, _entity(24, 37, 0, "PERSON") | decided]}],
        "stance": [
            head
            | {"target": "T1", "target_title": "the main policy", "label": 0, "label_name": "against"}
            | decided
            | {"distribution": [{"label": "against", "share": 1.0}]}
            | {"evidence": quoted(RAIN, 39, 64), "evidence_how": "majority"}
        ],
        "claims": [head | _claim() | decided],
        "annotations": [_answer(rain, name) | placed for name in ("ann-1", "ann-2")],
        "families": [a_link(a, b, evidence=evidence) | placed],
    }


def _entity(start: int, end: int, label: int, name: str) -> dict[str, Any]:
    return {"span_id": f"unit-{start:016d}", "label": label, "label_name": name} | quoted(RAIN, start, end)


def _claim() -> dict[str, Any]:
    claim: dict[str, Any] = {"span_id": "unit-" + "c" * 16} | quoted(RAIN, 0, 17)
    for name, label in (("checkworthiness", "CFS"), ("attribution", "indirect"), ("certainty", None)):
        claim |= {name: None if label is None else 0 if name == "checkworthiness" else 1, f"{name}_name": label}
        claim |= {
            f"{name}_how": label and "majority",
            f"{name}_distribution": label and [{"label": label, "share": 1.0}],
        }
    return claim | {"claimant": quoted(RAIN, 24, 37), "claimant_how": "unanimous"}


def _answer(article: dict[str, Any], annotator: str) -> dict[str, Any]:
    span = {"span_id": "s1", "label": "GPE"} | quoted(RAIN, 13, 17)
    answer = an_annotation(article, annotator=annotator, value={"spans": [span]})
    del answer["schema_version"]
    return answer | {"value": files.canonical(answer["value"]).decode()}


def a_release(folder: Path, **manifest: Any) -> ReleaseFacts:
    """A release of :func:`rows` in ``folder``; keywords replace what the manifest says."""
    schemas = Schemas.packaged()
    listed: list[dict[str, Any]] = []
    for config, found in rows().items():
        path = f"data/{config}/train-00000-of-00001-{'0' * 16}.parquet"
        parquet.write(folder / path, found, schemas.arrow(f"rows/{config}"))
        files.write_json(folder / "schemas/rows" / f"{config}.schema.json", schemas[f"rows/{config}"])
        entry = {"rows": len(found), "bytes": (folder / path).stat().st_size}
        listed.append({"path": path, "sha256": files.sha256_file(folder / path)} | entry)
    layers = [read(resources.folder("labeling") / name) for name in ("entities", "stance", "claims")]
    stated = _manifest() | {"layers": [layer_record(layer) for layer in layers], "files": listed} | manifest
    files.write_json(folder / "manifest.json", stated)
    return ReleaseFacts.read(folder)


def _manifest() -> dict[str, Any]:
    plain = {"name": "weather", "title": "Weather", "description": "Two *wet* articles.", "license": "cc-by-4.0"}
    plain |= {"version": "1.0.0", "audience": "local", "released_at": "2026-01-02T03:04:05Z", "bump": "first"}
    return {
        **plain,
        "previous": None,
        "hydrated": False,
        "reanchored": [],
        "changes": None,
        "answers": {"motivation.purpose": "To test."},
        "build": {"read": 3, "kept": 2, "rejected": 1},
        "tools": [{"name": "copydesk", "version": __version__}],
        "scans": {"personal": {"email": {"hits": 0, "articles": 0}}},
        "languages": ["en"],
        "splitting": {"policy": "hash", "train": 0.8, "validation": 0.1, "test": 0.1, "salt": ""},
        "labeling": {"redundancy": 2, "blind": True, "model": None},
        "withheld_labels": [],
        "waivers": [{"what": "datasheet.motivation.funding", "reason": "not known"}],
        "held_out": [],
        "disputes": [],
    }


def edit(path: Path, old: str, new: str) -> None:
    """Replace words in a document; they must stand there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
