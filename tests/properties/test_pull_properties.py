"""Any JSON may come from a server that checks nothing: real exports, mutated."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from copydesk.labeling import answers, exports, layers, pull
from copydesk.labeling.exports import Export, Sheet
from copydesk.schemas import Schemas

ROOT = Path(__file__).parents[2]
SCHEMAS = Schemas.packaged()
NAMES = ("entities", "stance", "claims")

ODD = [
    *(None, True, False, 0, -1, 1, 2**63, -(2**63), 1.5, -0.0, 99999, "", " ", "x", "GPE", "😀", "\u202e", "\x00"),
    *([], {}, [[]], [{}], {"id": 1}, [None], ["GPE", "ORG"]),
    *("2026-13-45", "9999-12-31T23:59:59+14:00", "0001-01-01", "2026-01-01T00:00:00+05:30"),
]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path inside a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(each for key, child in inner for each in places(child, (*path, key)))]


def mutate(tasks: list[Any], seed: int, times: int) -> list[Any]:
    """Replace, drop, double or swap values anywhere."""
    chance = random.Random(seed)
    for _ in range(times):
        found = [path for path in places(tasks) if path]
        if not found:
            break
        *way, key = chance.choice(found)
        holder: Any = tasks
        for step in way:
            holder = holder[step]
        act = chance.randrange(4)
        if act == 0:
            del holder[key]
        elif act == 1 and isinstance(holder, list):
            holder.append(orjson.loads(orjson.dumps(holder[key])))
        elif act == 2:
            *other_way, other_key = chance.choice(found)
            try:
                other: Any = tasks
                for step in other_way:
                    other = other[step]
                holder[key] = orjson.loads(orjson.dumps(other[other_key]))
            except (KeyError, IndexError, TypeError):
                holder[key] = None
        else:
            holder[key] = orjson.loads(orjson.dumps(chance.choice(ODD)))
    return tasks


@pytest.mark.parametrize("name", NAMES)
@given(seed=st.integers(0, 2**32), times=st.integers(1, 6))
@settings(deadline=None, max_examples=300)
def test_no_export_breaks_pull_and_what_it_keeps_is_valid(name: str, seed: int, times: int) -> None:
    kept = orjson.loads((ROOT / f"tests/golden/pull/in/{name}.json").read_bytes())
    layer = layers.read(ROOT / "labeling" / name)
    check = pull._checker(SCHEMAS, layer)
    sheets = [Sheet(**sheet) for sheet in kept["sheets"]]
    good = {state["annotation_id"]: state for state in answers.read(export(kept, sheets), layer, {}, check).states}
    first = kept["sheets"][0]
    first["tasks"] = mutate(first["tasks"], seed, times)
    exports.pseudonymous(first["tasks"], {1: "ann-a"})
    spoilt = [Sheet(**first), *sheets[1:]]
    for known in ({}, good):
        reading = answers.read(export(kept, spoilt), layer, known, check)
        for state in reading.states:
            assert SCHEMAS.check("annotation", state, "here") == []
        assert all(issue.where and issue.path.startswith("$") for issue in reading.issues)
        orjson.dumps([issue.as_json() for issue in reading.issues])
        withdrawn = [state for state in reading.states if state["status"] == "withdrawn"]
        assert all(gone(state, spoilt) for state in withdrawn), "an answer that is there in part is there"
    untouched = {state["annotation_id"] for state in good.values() if state["source"]["project"] == spoilt[1].desk}
    fresh = answers.read(export(kept, spoilt), layer, {}, check)
    assert untouched <= {state["annotation_id"] for state in fresh.states}, "one bad task never stops the others"


def gone(state: dict[str, Any], sheets: list[Sheet]) -> bool:
    """Whether no task of the state's number is on its desk, or none of its answers has its number and instant."""
    source = state["source"]
    (tasks,) = (sheet.tasks for sheet in sheets if sheet.desk == source["project"])
    for task in tasks:
        if isinstance(task, dict) and task.get("id") == source["task_id"]:
            given = task.get("annotations")
            mine = [each for each in given if isinstance(each, dict)] if isinstance(given, list) else [{}]
            mine = [each for each in mine if each.get("id", source["annotation_id"]) == source["annotation_id"]]
            return not any(answers._utc(each.get("created_at")) in (None, state["created_at"]) for each in mine)
    return True


def export(kept: dict[str, Any], sheets: list[Sheet]) -> Export:
    return Export(**kept | {"sheets": sheets})


def values(reading: answers.Reading) -> dict[str, dict[str, Any]]:
    return {state["annotation_id"]: state["value"] for state in reading.states if state["value"]}


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(deadline=None, max_examples=100)
def test_a_spoilt_item_is_an_issue_with_its_place_and_the_others_are_kept(name: str, data: st.DataObject) -> None:
    """Regions, answers about a region and relations: one value inside one item becomes something else."""
    kept = orjson.loads((ROOT / f"tests/golden/pull/in/{name}.json").read_bytes())
    layer = layers.read(ROOT / "labeling" / name)
    check = pull._checker(SCHEMAS, layer)
    whole = values(answers.read(export(kept, [Sheet(**sheet) for sheet in kept["sheets"]]), layer, {}, check))
    given = [
        answer for sheet in kept["sheets"] for task in sheet["tasks"] for answer in task["annotations"]
        if answer["result"]
    ]  # fmt: skip
    items = data.draw(st.sampled_from(given))["result"]
    item = items[data.draw(st.integers(0, len(items) - 1))]
    *way, key = data.draw(st.sampled_from([path for path in places(item) if path]))
    holder: Any = item
    for step in way:
        holder = holder[step]
    mine = {str(item.get(end)) for end in ("id", "from_id", "to_id")}
    before, holder[key] = holder[key], data.draw(st.sampled_from(ODD))
    assume(holder[key] not in layer.labels)  # that would be another answer, not a spoilt one

    reading = answers.read(export(kept, [Sheet(**sheet) for sheet in kept["sheets"]]), layer, {}, check)
    after = values(reading)
    assert after.keys() == whole.keys(), "the answer is kept, whatever one item holds"
    if after != whole:
        assert [issue for issue in reading.issues if issue.path.startswith("$.result")], (key, before, holder[key])
    if layer.kind == "spans":
        marks = {(each["value"]["start"], each["value"]["end"]) for answer in given for each in answer["result"]
                 if each.get("type") == "labels" and isinstance(each.get("id"), str) and each["id"] not in mine
                 and each is not item}  # fmt: skip
        for annotation_id, value in whole.items():
            found = {(span["start"], span["end"]) for span in after[annotation_id]["spans"]}
            assert {(span["start"], span["end"]) for span in value["spans"]} & marks <= found
