"""A labelling page asks exactly what its layer asks; what would lose answers is named before anybody labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from copydesk.errors import BadConfig
from copydesk.labeling import layers, page, tasks
from copydesk.labeling.layers import Attribute, Layer
from copydesk.labeling.starter_page import STYLE, starter
from copydesk.project import Project
from copydesk.testing import an_article
from copydesk.validate import validate

ROOT = Path(__file__).parents[2]
NAMES = ("entities", "stance", "claims")


def a_layer(folder: Path, name: str = "claims", change: Callable[[str], str] | None = None) -> Layer:
    """A layer of ours in a folder of its own, its page changed."""
    ours = layers.read(ROOT / "labeling" / name)
    changed = (change or str)(ours.config)
    assert change is None or changed != ours.config, "the change changes something"
    (folder / "config.xml").write_text(changed)
    return replace(ours, folder=folder)


@pytest.mark.parametrize("name", NAMES)
def test_our_pages_ask_what_their_layers_ask(name: str) -> None:
    layer = layers.read(ROOT / "labeling" / name)
    assert page.check(layer) == []
    assert STYLE in layer.config, "all pages look alike"
    assert all(label in layer.config for control in page.controls(layer) for label in control.labels)


def test_pages_know_the_fields_of_a_task() -> None:
    layer = layers.read(ROOT / "labeling" / "stance")
    assert set(page.VARIABLES) <= tasks.render(an_article(), layer, "T1", None).keys()


@pytest.mark.parametrize(
    ("name", "old", "new", "code", "says"),
    [
        ("claims", 'alias="NFS"', 'alias="NSF"', "page-labels", "'checkworthiness' lacks NFS and adds NSF"),
        ("claims", 'name="certainty"', 'name="certain"', "page-control", "'certain' is not asked for"),
        ("claims", 'name="certainty"', 'name="certain"', "page-control", "does not ask for 'certainty'"),
        ("claims", 'perRegion="true"', 'perRegion="false"', "page-control", "must be asked of each span"),
        ("claims", 'whenLabelValue="CLAIM" required', "required", "page-control", "asked of each CLAIMANT too"),
        ("claims", 'choice="single"', 'choice="multiple"', "page-control", "takes several answers"),
        ("claims", 'hotkey="2"', 'hotkey="1"', "page-hotkey", "key '1' is given twice"),
        ("stance", 'required="true"', 'required="false"', "page-required", "may be left open"),
        ("stance", 'required="true"', 'requird="true"', "page-setting", "'requird' of a Choices is read by nothing"),
        ("stance", "$target_title", "$targettitle", "page-variable", "$targettitle"),
        ("entities", 'value="$text"', 'value="$title"', "page-text", "does not show the article"),
        ("entities", 'toName="text"', 'toName="texts"', "page-control", "does not ask for 'label'"),
        ("entities", '<Label value="FAC"', '<Label value="GPE"', "page-labels", "lacks FAC"),
        ("entities", "</Labels>", "", "page-unreadable", "is not XML"),
    ],
)
def test_a_page_that_differs_is_named(tmp_path: Path, name: str, old: str, new: str, code: str, says: str) -> None:
    layer = a_layer(tmp_path, name, lambda config: config.replace(old, new, 1))
    found = [issue for issue in page.check(layer) if issue.code == code and says in issue.message]
    assert found, page.check(layer)
    assert found[0].where == f"labeling/{name}/config.xml"
    assert found[0].severity == ("warning" if code in ("page-setting", "page-hotkey", "page-required") else "error")


def test_a_near_setting_is_suggested(tmp_path: Path) -> None:
    layer = a_layer(tmp_path, "stance", lambda config: config.replace("requiredMessage", "requiredMesage", 1))
    assert [issue.hint for issue in page.check(layer)] == ["did you mean 'requiredMessage'?"]


def test_errors_stop_a_push_and_warnings_do_not(tmp_path: Path) -> None:
    page.require(a_layer(tmp_path, "stance", lambda config: config.replace('required="true"', 'required="false"')))
    with pytest.raises(BadConfig, match="'label' lacks favor"):
        page.require(a_layer(tmp_path, "stance", lambda config: config.replace('"favor"', '"for"')))


def test_validate_looks_at_pages(project: Callable[..., Project]) -> None:
    mine = project()
    path = mine.labeling / "claims" / "config.xml"
    path.write_text(path.read_text().replace('alias="NFS"', 'alias="NSF"'))
    assert "page-labels" in {issue.code for issue in validate(mine).issues}


@pytest.mark.parametrize("name", NAMES)
def test_a_layer_without_a_page_gets_one_that_asks_the_same(tmp_path: Path, name: str) -> None:
    layer = replace(layers.read(ROOT / "labeling" / name), folder=tmp_path)
    assert layer.config == starter(layer)
    assert page.check(layer) == []
    keys = [element.get("hotkey") for element in ElementTree.fromstring(layer.config).iter() if element.get("hotkey")]
    assert len(keys) == len(set(keys)) == sum(len(control.labels) for control in page.controls(layer))


def test_names_with_xml_in_them_stay_names(tmp_path: Path) -> None:
    layer = replace(
        layers.read(ROOT / "labeling" / "claims"),
        folder=tmp_path,
        title='<b>"Mood" & more</b>',
        labels=('a "quoted" one', "<View>", "größer & kleiner"),
        attributes=(Attribute("how_sure", tuple(f"<{n}>" for n in range(40))),),
    )
    assert page.check(layer) == []
