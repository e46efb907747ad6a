"""Who labelled what, how far they agree, and what became gold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from copydesk.dataset.release.papers.figures.contents import _counts
from copydesk.dataset.release.papers.markdown import bullets, code, escape, number, share, table
from copydesk.dataset.release.papers.summary import Distribution, Summary
from copydesk.labeling.layers import Layer


def labels(summary: Summary) -> str:
    """Label sets with the number of gold labels per split."""
    parts = [_layer_line(layer) for layer in summary.facts.layers]
    tables = [_distribution(each) for each in summary.distributions]
    return "\n\n".join([bullets(parts), *tables]) if parts else "No layer, no labels."


def _layer_line(layer: Layer) -> str:
    asked = f", attributes {', '.join(code(attribute.name) for attribute in layer.attributes)}"
    linked = f", linked span {code(layer.linked)}" if layer.linked else ""
    targets = f", {len(layer.targets)} targets" if layer.targets else ""
    about = f"{layer.kind} layer, version {layer.version}{asked if layer.attributes else ''}{linked}{targets}"
    return f"{code(layer.name)}: {escape(layer.title)}; {about}"


def _distribution(each: Distribution) -> str:
    title = f"Gold: `{each.config}.{each.column}`"
    total = each.total
    if not total:
        return f"{title}: none decided."
    splits = list(each.counts)
    body = [
        (code(label), *(number(each.counts[split][label]) for split in splits), share(total[label], total.total()))
        for label in each.labels
    ]
    shown = f"{title}\n\n{table(('label', *splits, 'all'), body)}"
    if len(splits) == 1:
        return shown
    distance = [f"{split} {number(each.distance(split))}" for split in splits]
    return f"{shown}\n\nDistance of each split from the whole (total variation, 0 to 1): {', '.join(distance)}."


def agreement(summary: Summary) -> str:
    """Chance-corrected agreement of the released answers, per layer, with 95 % intervals."""
    found = summary.agreement
    body = [
        (code(layer), code(metric["name"]), *_interval(metric), number(metric["units"]), number(metric["annotators"]))
        for layer, metrics in found.items()
        for metric in metrics
    ]
    reasons = [
        f"`{layer}`, `{metric['name']}`: {escape(metric['reason'])}"
        for layer, metrics in found.items()
        for metric in metrics
        if metric["reason"]
    ]
    head = "Agreement of people before adjudication, from the individual answers in this release; the interval is a "
    head += "bootstrap over articles.\n\n"
    notes = "\n\n" + bullets(reasons) if reasons else ""
    return head + table(("layer", "metric", "value", "95 % interval", "units", "annotators"), body) + notes


def _interval(metric: Mapping[str, Any]) -> tuple[str, str]:
    if metric["value"] is None:
        return "–", "–"
    if metric["low"] is None:
        return number(metric["value"]), "–"
    return number(metric["value"]), f"{number(metric['low'])} to {number(metric['high'])}"


def adjudication(summary: Summary) -> str:
    """Gold by how it was decided, and what is disputed and stays out of gold."""
    hows = ("unanimous", "majority", "adjudicator", "model")
    body = [
        (code(layer), *(number(counts[how]) for how in hows), number(_disputed(summary, layer)))
        for layer, counts in summary.decided.items()
    ]
    states = [f"{code(layer)}: {_counts(counts)}" for layer, counts in summary.states.items()]
    return (
        "Gold units by how they were decided; disputed units are not in gold.\n\n"
        + table(("layer", *hows, "disputed"), body)
        + "\n\nArticles by state:\n\n"
        + bullets(states)
    )


def _disputed(summary: Summary, layer: str) -> int:
    return sum(dispute["layer"] == layer for dispute in summary.facts.disputes)


def annotators(summary: Summary) -> str:
    """Pseudonyms with roles, number of answers and median time."""
    body = [
        (
            code(each.name),
            ", ".join(each.roles),
            _counts(each.answers),
            number(each.skipped),
            number(each.withdrawn),
            "not known" if each.median_s is None else f"{each.median_s:.0f} s",
        )
        for each in summary.annotators
    ]
    header = ("annotator", "role", "answers", "skipped", "withdrawn", "median time")
    return "Annotators, by pseudonym.\n\n" + table(header, body)


def _model(least: float | None) -> str:
    return "" if least is None else f", else a model that is at least {least:.0%} sure"


def labelling(summary: Summary) -> str:
    """How labels were asked for."""
    facts = summary.facts
    helped = summary.count("helped")[True]
    return bullets(
        [
            f"answers asked per article: {facts.redundancy}; annotators {'do not see' if facts.blind else 'may see'} "
            "each other's answers",
            f"answers by system: {_counts(summary.count('systems'))}",
            f"answers given with predictions in view: {share(helped, summary.n_answers)}",
            f"adjudication per unit: unanimous, else majority{_model(facts.model)}; an attribute nobody answered is an "
            "abstention",
        ]
    )


def persons(summary: Summary) -> str:
    """Named persons among gold entities, where a layer marks them."""
    marked = [each for each in summary.distributions if "PERSON" in each.labels]
    lines = [f"mentions of persons in gold `{each.config}`: {number(each.total['PERSON'])}" for each in marked]
    return bullets(lines) if lines else "No layer of this project marks persons: not known."


def targets(summary: Summary) -> str:
    """What stances are toward: a hint at sensitive matter."""
    found = [
        f"{code(layer.name)} {code(target.target_id)}: {escape(target.title)}"
        for layer in summary.facts.layers
        for target in layer.targets
    ]
    return "Targets that articles are judged on:\n\n" + (bullets(found) if found else "none.")
