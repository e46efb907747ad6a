"""Valid records with one line each: name what the test is about, the rest is filled in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from copydesk.files import digest, sha256
from copydesk.project import Project
from copydesk.starter import init


def a_project(folder: Path, **raw: str) -> Project:
    """A fresh project in ``folder``; each keyword is an article ``dataset/raw/articles/KEYWORD.txt``."""
    root = init(folder)
    for name, text in raw.items():
        a_text(root, name, text)
    return Project.load(root)


def a_text(root: Path, name: str, text: str) -> Path:
    """A raw plain-text article in the project's starter source."""
    path = root / "dataset/raw/articles" / f"{name}.txt"
    path.write_bytes(text.encode())
    return path


def an_article(text: str = "Rain in Oslo.", **fields: Any) -> dict[str, Any]:
    """An article record whose text starts at the first character of its raw file."""
    raw = text.encode()
    record: dict[str, Any] = {
        "article_id": f"art-{digest(['articles', text], 16)}",
        "title": None,
        "text": text,
        "n_chars": len(text),
        "text_sha256": sha256(raw),
        "language": "en",
        "publisher": {"name": None, "domain": None},
        "agency": {"name": None, "code": None},
        "authors": [],
        "dateline": {"text": None, "place": None},
        "url": None,
        "published": None,
        "published_precision": None,
        "published_basis": "none",
        "published_earliest": None,
        "published_latest": None,
        "retrieved_at": None,
        "rights": {"license": "unknown", "redistribute": False},
        "quality": [],
        "family_id": None,
        "split": None,
        "layers": {"entities": "unlabelled", "stance": "unlabelled", "claims": "unlabelled"},
        "provenance": {
            "source": "articles",
            "path": "raw/articles/rain.txt",
            "raw_sha256": sha256(raw),
            "raw_bytes": len(raw),
            "media_type": "text/plain",
            "warc_record": None,
            "reader": "text",
            "tool_version": "0",
            "config_sha256": sha256(b""),
            "segments": [{"start": 0, "end": len(text), "raw_start": 0, "raw_end": len(text)}],
            "findings": [],
            "removed": [],
        },
    }
    return record | fields


def an_annotation(article: dict[str, Any], layer: str = "entities", **fields: Any) -> dict[str, Any]:
    """One submitted answer on ``article``; entities without a span unless ``value`` says otherwise."""
    record: dict[str, Any] = {
        "schema_version": 1,
        "article_id": article["article_id"],
        "text_sha256": article["text_sha256"],
        "layer": layer,
        "layer_version": "1.0.0",
        "target": "T1" if layer == "stance" else None,
        "annotator": "ann-1",
        "role": "human",
        "status": "submitted",
        "created_at": "2026-01-01T12:00:00Z",
        "updated_at": "2026-01-01T12:00:00Z",
        "lead_time_s": 30.0,
        "with_predictions": False,
        "review": None,
        "source": {"system": "label-studio", "project": "test", "task_id": 1, "annotation_id": 1},
        "value": {"label": "neutral", "evidence": None} if layer == "stance" else {"spans": []},
    }
    record |= fields
    key = [record["article_id"], record["layer"], record["target"], record["annotator"]]
    return {"annotation_id": f"ann-{digest(key, 16)}"} | record


def a_link(a: str, b: str, score: float = 0.95, **fields: Any) -> dict[str, Any]:
    """A link of two article ids, verbatim and whole."""
    a, b = sorted((a, b))
    record: dict[str, Any] = {
        "link_id": f"link-{digest([a, b], 16)}",
        "a": a,
        "b": b,
        "score": score,
        "band": "duplicate" if score >= 0.9 else "family" if score >= 0.5 else "possible",
        "extent": "whole",
        "extent_confidence": 1.0,
        "wording": "verbatim",
        "wording_confidence": 1.0,
        "direction": None,
        "direction_basis": None,
        "evidence": [],
        "decided_by": "model",
        "reason": None,
    }
    return record | fields
