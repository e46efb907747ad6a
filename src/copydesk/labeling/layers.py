"""Layers: what annotators are asked, read from a folder ``labeling/NAME/``.

In:  ``layer.toml`` (version, label set, targets), perhaps ``config.xml`` (the labelling page) and ``guidelines.md``.
Out: a frozen :class:`Layer`. A project adds a layer by adding such a folder and ``schemas/NAME.schema.json``; no code.

There are two kinds. A *spans* layer marks stretches of the text, each with a label (when the label set is not empty),
closed attributes, and perhaps one further span it is linked to (a claim's claimant). A *choice* layer picks one label
per article and target, with an optional evidence span.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from copydesk import toml
from copydesk.errors import BadConfig, UnknownLayer
from copydesk.project import Project

#: What a span's record and a page have already, so that no question can be called so.
TAKEN = frozenset({"span_id", "start", "end", "text", "prefix", "suffix", "label", "evidence"})
_NAME, _VERSION = re.compile(r"[a-z][a-z0-9_]*"), re.compile(r"\w[\w.+-]*")

KINDS = ("spans", "choice")
SCALES = ("nominal", "ordinal")


@dataclass(frozen=True, slots=True)
class Attribute:
    """A closed question about each span, such as a claim's certainty. Not answered is null: an abstention."""

    name: str
    labels: tuple[str, ...]
    scale: str = "nominal"  #: ordinal: the labels are in order


@dataclass(frozen=True, slots=True)
class Target:
    """What a choice is about, such as what a stance is toward."""

    target_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Layer:
    """One kind of annotation."""

    name: str
    version: str
    title: str
    kind: str  #: spans | choice
    labels: tuple[str, ...]  #: spans: label of each span, empty when there is but one kind; choice: the options
    scale: str  #: nominal | ordinal, of ``labels``; ordinal leaves out ``off_scale``
    off_scale: tuple[str, ...]  #: labels that stand outside an ordinal scale (stance: none)
    span_name: str  #: what one span is called on the page when ``labels`` is empty (claims: CLAIM)
    attributes: tuple[Attribute, ...]
    linked: str | None  #: the property that holds a span's linked span (claims: claimant)
    targets: tuple[Target, ...]  #: choice only; empty: the article as a whole
    evidence: bool  #: choice only: a span may be given as evidence
    folder: Path
    predictor: str | None = None  #: spans only: what annotators start from, see ``predict``

    @property
    def config(self) -> str:
        """The labelling page, Label Studio XML; one made from ``layer.toml`` where there is none."""
        path = self.folder / "config.xml"
        if path.exists():
            return path.read_text(encoding="utf-8")
        from copydesk.labeling.starter_page import starter

        return starter(self)

    @property
    def guidelines(self) -> str:
        """What annotators read, Markdown; empty where nobody has written it."""
        path = self.folder / "guidelines.md"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    @property
    def annotations(self) -> Path:
        return self.folder / "annotations.jsonl"

    @property
    def gold(self) -> Path:
        return self.folder / "gold.jsonl"

    @property
    def disputes(self) -> Path:
        return self.folder / "disputes.jsonl"

    @property
    def target_ids(self) -> tuple[str | None, ...]:
        """The targets of its tasks; ``(None,)`` when the article itself is asked about."""
        return tuple(target.target_id for target in self.targets) if self.targets else (None,)


def load(project: Project, names: Iterable[str] = ()) -> list[Layer]:
    """The project's layers in its order, or those named. Raises UnknownLayer, BadConfig."""
    known = project.labeling_settings.layers
    for name in names:
        if name not in known:
            raise UnknownLayer(name, known)
    for name in known:
        if not (project.labeling / name / "layer.toml").is_file():
            there = sorted(path.parent.name for path in project.labeling.glob("*/layer.toml"))
            hint = f"make that folder, or name one that is there: {', '.join(there)}"
            raise BadConfig(
                "copydesk.toml [labeling]", f"layers names {name!r}, but labeling/{name}/ has no layer.toml", hint
            )
    wanted = set(names) or set(known)
    return [read(project.labeling / name) for name in known if name in wanted]


def read(folder: Path) -> Layer:
    """The layer in ``folder``."""
    where = f"labeling/{folder.name}/layer.toml"
    table = toml.Reader(toml.read(folder / "layer.toml"), where)
    kind = table.one_of("kind", KINDS)
    layer = Layer(
        name=folder.name,
        version=table.take("version", str),
        title=table.take("title", str, folder.name.capitalize()),
        kind=kind,
        labels=table.strings("labels", []),
        scale=table.one_of("scale", SCALES, "nominal"),
        off_scale=table.strings("off_scale", []),
        span_name=table.take("span_name", str, folder.name.upper()),
        attributes=tuple(_attribute(row) for row in table.tables("attributes")),
        linked=table.take("linked", str, None),
        targets=tuple(_target(row) for row in table.tables("targets")),
        evidence=table.take("evidence", bool, False),
        folder=folder,
        predictor=table.take("predictor", str, None),
    )
    table.close()
    _check(layer, where)
    return layer


def _attribute(row: toml.Reader) -> Attribute:
    attribute = Attribute(row.take("name", str), row.strings("labels"), row.one_of("scale", SCALES, "nominal"))
    row.close()
    return attribute


def _target(row: toml.Reader) -> Target:
    target = Target(row.take("id", str), row.take("title", str))
    row.close()
    return target


def _check(layer: Layer, where: str) -> None:
    _check_names(layer, where)
    _check_labels(layer, where)
    spans = layer.kind == "spans"
    if not spans and len(layer.labels) < 2:
        raise BadConfig(where, "a choice layer needs at least two labels")
    for key, given in (("targets", layer.targets), ("evidence", layer.evidence)):
        if spans and given:
            raise BadConfig(
                where, f"a spans layer does not read {key!r}", "targets and evidence belong to choice layers"
            )
    for key, asked in (
        ("attributes", layer.attributes),
        ("linked", layer.linked),
        ("predictor", layer.predictor),
    ):
        if not spans and asked:
            raise BadConfig(where, f"a choice layer does not read {key!r}", "it belongs to spans layers")
    if len(set(layer.target_ids)) != len(layer.target_ids):
        raise BadConfig(where, "a target stands twice")


def _check_names(layer: Layer, where: str) -> None:
    """Names are fields of records and controls of pages; name and version also tell a server's projects apart."""
    linked = [layer.linked] if layer.linked else []
    asked = [*(attribute.name for attribute in layer.attributes), *linked]
    for what, name in (("layer", layer.name), *(("question or linked span", name) for name in asked)):
        if not _NAME.fullmatch(name):
            raise BadConfig(where, f"a {what} cannot be called {name!r}", "small letters, digits, '_'; a letter first")
        if what != "layer" and (name in TAKEN or name.startswith("review_")):
            raise BadConfig(where, f"a {what} cannot be called {name!r}: that is something else already")
    if len(set(asked)) != len(asked):
        raise BadConfig(where, "two questions or linked spans have one name")
    if not _VERSION.fullmatch(layer.version):
        raise BadConfig(where, f"{layer.version!r} is no version", "such as 1.0.0")


def _check_labels(layer: Layer, where: str) -> None:
    sets = [(attribute.name, attribute.labels) for attribute in layer.attributes] + [("label", layer.labels)]
    for name, labels in sets:
        if len(set(labels)) != len(labels):
            raise BadConfig(where, f"a label stands twice in {name!r}")
        if odd := [label for label in labels if label != " ".join(label.split()) or not label]:
            raise BadConfig(where, f"{odd[0]!r} is no label", "one line, no blanks around it, and not empty")
        if name != "label" and not labels:
            raise BadConfig(where, f"the question {name!r} has no answers to choose from")
    if layer.linked and layer.linked.upper() in (layer.labels or (layer.span_name,)):
        raise BadConfig(
            where, f"{layer.linked.upper()!r} marks the linked span, so nothing else", "call either otherwise"
        )
    if unknown := [label for label in layer.off_scale if label not in layer.labels]:
        known = f"one of: {', '.join(layer.labels)}"
        raise BadConfig(where, f"off_scale names {unknown[0]!r}, which is no label of the layer", known)
