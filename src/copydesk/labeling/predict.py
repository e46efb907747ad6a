"""What annotators start from, where a layer names a predictor: any callable from a text to spans.

In:  ``predictor`` in ``layer.toml``: one of ours, one that an installed package offers (entry point group
     ``copydesk.predictors``), or ``MODULE:NAME``; then articles.
Out: Label Studio predictions, checked as a person's answer would be.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Protocol

from copydesk.errors import BadConfig, CopydeskError
from copydesk.labeling import results
from copydesk.labeling.layers import Layer
from copydesk.labeling.regions import Item
from copydesk.spans import quoted

Found = Mapping[str, Any]


class Predictor(Protocol):
    """Finds spans in a text.

    Each is a mapping: ``start`` and ``end`` in code points; ``label`` where the layer has labels; answers to the
    layer's questions and its linked span (``{"start": …, "end": …}``) by their names, or left out. ``version`` stands
    on the callable, or as ``__version__`` in its module.
    """

    def __call__(self, text: str) -> Iterable[Found]: ...


PREDICTORS = {
    "claimants": "copydesk.labeling.predictors.claimants:find",
    "small-english": "copydesk.labeling.predictors.small_english:find",
}


class BadPrediction(CopydeskError):
    """A predictor fails, or finds what cannot be in the text."""

    def __init__(self, name: str, article_id: str, problem: str) -> None:
        self.name, self.article_id = name, article_id
        super().__init__(f"the predictor {name!r} on {article_id}: {problem}", "mend it, or take it out of layer.toml")


def load(layer: Layer) -> Predicted | None:
    """The layer's predictor, ready for articles; None where it names none. Raises BadConfig."""
    if layer.predictor is None:
        return None
    where = f"labeling/{layer.name}/layer.toml"
    others = {point.name: point.value for point in entry_points(group="copydesk.predictors")}
    address = (others | PREDICTORS).get(layer.predictor, layer.predictor)
    module, colon, name = address.partition(":")
    if not colon:
        known = ", ".join(sorted(others | PREDICTORS))
        raise BadConfig(where, f"predictor {layer.predictor!r} is not known", f"one of {known}, or MODULE:NAME")
    try:
        found: Any = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise BadConfig(where, f"predictor {layer.predictor!r} cannot be loaded: {error}") from None
    version = getattr(found, "version", None) or getattr(sys.modules[module], "__version__", None)
    if not callable(found) or not isinstance(version, str):
        hint = f"set {name}.version, or __version__ in {module}"
        raise BadConfig(where, f"predictor {layer.predictor!r} says no version", hint)
    return Predicted(layer, f"{layer.predictor} {version}", found)


@dataclass(frozen=True)
class Predicted:
    """One layer's predictions, each article looked at once."""

    layer: Layer
    name: str  #: predictor and version
    find: Callable[[str], Iterable[Found]]
    _known: dict[str, list[Item]] = field(default_factory=dict)

    def result(self, article: Mapping[str, Any]) -> list[Item]:
        """What the page shows of an article: empty where nothing was found. Raises BadPrediction."""
        if article["text_sha256"] not in self._known:
            value = {"spans": list(self._spans(article))}
            self._known[article["text_sha256"]] = results.result(self.layer, value, article["text"])
        return self._known[article["text_sha256"]]

    def _spans(self, article: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The spans as the layer has them, in order. Labels that the layer does not have are left out."""
        try:
            found = [dict(each) for each in self.find(article["text"])]
            found.sort(key=lambda each: (each["start"], each["end"]))
        except CopydeskError:
            raise
        except Exception as error:
            raise BadPrediction(self.name, article["article_id"], f"{type(error).__name__}: {error}") from error
        after = 0
        for each in found:
            if self.layer.labels and each.get("label") not in self.layer.labels:
                continue
            span = self._quoted(article, each)
            if span["start"] < after:
                raise BadPrediction(self.name, article["article_id"], f"spans overlap at {span['start']}")
            after = span["end"]
            yield self._asked(article, each, span)

    def _asked(self, article: Mapping[str, Any], found: Found, span: dict[str, Any]) -> dict[str, Any]:
        """``span`` with its label, its answers and its linked span; null where the predictor says nothing."""
        span |= {"label": found["label"]} if self.layer.labels else {}
        for attribute in self.layer.attributes:
            said = found.get(attribute.name)
            if said is not None and said not in attribute.labels:
                raise BadPrediction(self.name, article["article_id"], f"{attribute.name} is {said!r}")
            span[attribute.name] = said
        if self.layer.linked:
            linked = found.get(self.layer.linked)
            span[self.layer.linked] = self._quoted(article, linked) if linked else None
        return span

    def _quoted(self, article: Mapping[str, Any], found: Found) -> dict[str, Any]:
        start, end = found.get("start"), found.get("end")
        if not (type(start) is int and type(end) is int and 0 <= start < end <= len(article["text"])):
            problem = f"{start!r} to {end!r} is no range of {len(article['text'])} code points"
            raise BadPrediction(self.name, article["article_id"], problem)
        return dict(quoted(article["text"], start, end))
