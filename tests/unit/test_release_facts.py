"""What a release says about itself is read from its folder alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from copydesk import files
from copydesk.dataset import parquet
from copydesk.dataset.release.facts import MANIFEST, ReleaseFacts, layer_record
from copydesk.labeling import layers

ROOT = Path(__file__).parents[2]
SCHEMA = pa.schema({"article_id": pa.string(), "n_chars": pa.int32()})


def a_folder(folder: Path, **manifest: Any) -> Path:
    """A release folder with two articles to train on, one to test on, and nothing else."""
    listed = [{"path": "README.md", "bytes": 1, "sha256": files.sha256(b"x"), "rows": None}]
    for split, sizes in {"test": [3], "train": [1, 2]}.items():
        path = f"data/articles/{split}-00000-of-00001-0123456789abcdef.parquet"
        parquet.write(folder / path, [{"article_id": f"art-{size}", "n_chars": size} for size in sizes], SCHEMA)
        data = (folder / path).read_bytes()
        listed.append({"path": path, "bytes": len(data), "sha256": files.sha256(data), "rows": len(sizes)})
    plain = dict.fromkeys(("name", "title", "description", "license"), "x")
    stated = {
        **plain,
        "languages": ["en"],
        "version": "1.0.0",
        "audience": "local",
        "hydrated": False,
        "reanchored": [],
        "released_at": "2026-01-01T00:00:00Z",
        "bump": "first",
        "previous": None,
        "changes": None,
        "layers": [layer_record(layers.read(ROOT / "labeling" / name)) for name in ("entities", "stance", "claims")],
        "splitting": {"policy": "hash", "train": 0.8, "validation": 0.1, "test": 0.1, "salt": "x"},
        "labeling": {"redundancy": 2, "blind": True, "model": None},
        "withheld_labels": [],
        "waivers": [{"what": "datasheet", "reason": "a test"}],
        "answers": {},
        "build": {"read": 4},
        "held_out": [{"article_id": "art-4", "family_id": None, "reason": "bridge", "detail": "Joins two splits."}],
        "disputes": [],
        "tools": [{"name": "copydesk", "version": "0"}],
        "scans": {},
        "files": listed,
    }
    files.write_json(folder / MANIFEST, stated | manifest)
    return folder


def test_splits_stand_in_their_usual_order_and_the_empty_one_is_left_out(tmp_path: Path) -> None:
    facts = ReleaseFacts.read(a_folder(tmp_path))
    assert facts.splits == ("train", "test")
    assert facts.counts == {"articles": {"train": 2, "test": 1}}
    assert facts.n_rows("articles") == 3


def test_rows_come_from_the_shards(tmp_path: Path) -> None:
    facts = ReleaseFacts.read(a_folder(tmp_path))
    assert [row["n_chars"] for row in facts.rows("articles")] == [1, 2, 3]
    assert list(facts.rows("articles", "test", ["article_id"])) == [{"article_id": "art-3"}]
    assert list(facts.rows("claims")) == []


def test_layers_and_waivers_are_values_again(tmp_path: Path) -> None:
    facts = ReleaseFacts.read(a_folder(tmp_path))
    stance = facts.layers[1]
    assert stance.targets == layers.read(ROOT / "labeling/stance").targets
    assert facts.layers[2].attributes[0].labels == ("CFS", "UFS", "NFS")
    assert facts.waivers[0].covers("datasheet.uses.other")
    assert facts.held_out[0].reason == "bridge"
