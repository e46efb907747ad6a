"""The labelling page of a layer: which controls it must have, and whether it has them.

In:  a :class:`~copydesk.labeling.layers.Layer`; its ``config.xml`` where there is one.
Out: ``controls``, what answers are read from; ``check``, where page and layer differ.

The names are fixed, so that answers can be read without the page: the text is ``text``; what spans or the article are
labelled with is ``label``; a span's attributes go by their own names; a choice's evidence is ``evidence``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from re import findall
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from copydesk.errors import BadConfig
from copydesk.issues import Issue, Severity, errors
from copydesk.labeling.layers import Layer

TEXT = "text"
LABEL = "label"
EVIDENCE = "evidence"
VARIABLES = ("text", "title", "publisher", "published", "target", "target_title")  #: what a task gives a page to show

#: What Label Studio reads of the tags that pages of news texts are made of; of other tags nothing is said.
SETTINGS = {
    "View": "display style className idAttr visibleWhen whenTagName whenLabelValue whenChoiceValue",
    "Header": "value size style underline name",
    "Style": "",
    "Text": "name value valueType saveTextResult encoding selectionEnabled highlightColor showLabels granularity",
    "Labels": "name toName choice maxUsages showInline allowEmpty opacity fillColor strokeColor strokeWidth",
    "Label": "value alias hotkey hint background selected selectedColor maxUsages showAlias aliasStyle size html"
    " granularity category",
    "Choices": "name toName choice showInline required requiredMessage perRegion perItem value allowNested layout"
    " visibleWhen whenTagName whenLabelValue whenChoiceValue",
    "Choice": "value alias hotkey hint selected style html color",
    "Relations": "",
    "Relation": "value background",
}


@dataclass(frozen=True, slots=True)
class Control:
    """One control of the page that answers are read from."""

    name: str
    kind: str  #: labels (marks spans) | choices (answers a question): what Label Studio calls its answers
    labels: tuple[str, ...]
    per_region: bool = False  #: asked of each span
    required: bool = False  #: the page must not submit without it

    @property
    def tag(self) -> str:
        """Its element on the page: ``Labels`` or ``Choices``."""
        return self.kind.capitalize()


def controls(layer: Layer) -> tuple[Control, ...]:
    """What the page of ``layer`` asks, in order."""
    if layer.kind == "choice":
        evidence = (Control(EVIDENCE, "labels", (EVIDENCE.upper(),)),) if layer.evidence else ()
        return (Control(LABEL, "choices", layer.labels, required=True), *evidence)
    marks = layer.labels or (layer.span_name,)
    if linked := linked_label(layer):
        marks = (*marks, linked)
    asked = (Control(each.name, "choices", each.labels, True, True) for each in layer.attributes)
    return (Control(LABEL, "labels", marks), *asked)


def linked_label(layer: Layer) -> str | None:
    """The label of spans that others are linked to (claims: CLAIMANT)."""
    return layer.linked.upper() if layer.linked else None


# Whether a page is the layer's


def check(layer: Layer) -> list[Issue]:
    """Where ``config.xml`` and ``layer.toml`` differ: errors for what would lose answers, warnings for the rest."""
    where = f"labeling/{layer.name}/config.xml"
    try:
        root = ElementTree.fromstring(layer.config)
    except (ElementTree.ParseError, UnicodeDecodeError) as error:
        return [Issue("page-unreadable", where, f"is not XML: {error}")]
    found = [*_text(root), *_settings(root), *_hotkeys(root)]
    asked = {control.name: control for control in controls(layer)}
    for element in root.iter():
        name = element.get("name", "")
        if element.get("toName") and name not in asked:
            found.append(("page-control", f"{element.tag} {name!r} is not asked for by layer.toml", "take it out"))
    for control in asked.values():
        found += _control(root, control)
        found += _asked_of(root, control, layer) if control.per_region else ()
    return [Issue(code, where, message, hint=hint, severity=_severity(code)) for code, message, hint in found]


def require(layer: Layer) -> None:
    """Raises BadConfig when answers given on the layer's page would be lost."""
    for issue in errors(check(layer)):
        raise BadConfig(issue.where, issue.message, issue.hint)


Finding = tuple[str, str, str]  #: code, message, hint


def _severity(code: str) -> Severity:
    return "warning" if code in ("page-setting", "page-hotkey", "page-required") else "error"


def _text(root: Element) -> Iterator[Finding]:
    texts = [(element.get("name"), element.get("value")) for element in root.iter("Text")]
    if texts.count((TEXT, f"${TEXT}")) != 1:
        yield "page-text", "does not show the article", f'one <Text name="{TEXT}" value="${TEXT}"/> must stand in it'


def _control(root: Element, control: Control) -> Iterator[Finding]:
    """What is wrong with one control of the page."""
    named = [element for element in root.iter() if element.get("name") == control.name and element.get("toName")]
    if len(named) != 1 or named[0].tag != control.tag or named[0].get("toName") != TEXT:
        hint = f'one <{control.tag} name="{control.name}" toName="{TEXT}"> must stand in it'
        yield "page-control", f"does not ask for {control.name!r}", hint
        return
    (element,) = named
    offered = [each.get("alias") or each.get("value") or "" for each in element.iter(control.tag[:-1])]
    if sorted(offered) != sorted(control.labels):
        missing, extra = set(control.labels) - set(offered), set(offered) - set(control.labels)
        told = [f"{what} {', '.join(sorted(which))}" for what, which in (("lacks", missing), ("adds", extra)) if which]
        told = told or ["offers one twice"]
        yield "page-labels", f"{control.name!r} {' and '.join(told)}", "make config.xml and layer.toml say the same"
    if control.tag == "Choices":
        if (element.get("perRegion") == "true") != control.per_region:
            says = "of each span" if control.per_region else "of the article"
            yield "page-control", f"{control.name!r} must be asked {says}", "see its perRegion"
        if element.get("choice", "single") == "multiple":
            yield "page-control", f"{control.name!r} takes several answers; the layer takes one", 'choice="single"'
        if element.get("required") != "true":
            yield "page-required", f"{control.name!r} may be left open; that counts as an abstention", 'required="true"'


def _asked_of(root: Element, control: Control, layer: Layer) -> Iterator[Finding]:
    """A required question that does not say of which spans it is asked would be required of linked ones too."""
    linked = linked_label(layer)
    for element in root.iter(control.tag):
        of = element.get("whenLabelValue", "").split(",")
        if linked and element.get("name") == control.name and (of == [""] or linked in of):
            hint = f'whenTagName="{LABEL}" whenLabelValue="{",".join(layer.labels or (layer.span_name,))}"'
            yield "page-control", f"{control.name!r} is asked of each {linked} too", hint


def _settings(root: Element) -> Iterator[Finding]:
    """Settings that nothing reads, and task fields that no task has."""
    for element in root.iter():
        for name, value in element.items():
            for variable in findall(r"\$(\w+)", value if name in ("value", "hint", "html") else ""):
                if variable not in VARIABLES:
                    near = get_close_matches(variable, VARIABLES, n=1) or list(VARIABLES)
                    yield "page-variable", f"shows ${variable}, which no task has", f"known: {', '.join(near)}"
            known = SETTINGS.get(element.tag)
            if known is not None and name not in known.split():
                near = get_close_matches(name, known.split(), n=1)
                hint = f"did you mean {near[0]!r}?" if near else "take it out"
                yield "page-setting", f"{name!r} of a {element.tag} is read by nothing", hint


def _hotkeys(root: Element) -> Iterator[Finding]:
    seen: set[str] = set()
    for element in root.iter():
        key = element.get("hotkey")
        if key and key in seen:
            yield "page-hotkey", f"key {key!r} is given twice", "give each label its own"
        seen.add(key or "")
