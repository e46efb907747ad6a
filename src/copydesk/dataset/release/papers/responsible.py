"""Croissant's responsible-AI properties (RAI 1.0): counted where the data says it, else in people's own words.

In:  a summary of the release.
Out: properties ``rai:…``. What neither the data nor a person says is left out.
"""

from __future__ import annotations

from typing import Any

from copydesk.dataset.release.papers.summary import Summary

#: Properties that only people can fill, and the question of the datasheet that asks for each.
ANSWERED = {
    "rai:dataCollection": "collection.acquired",
    "rai:annotatorDemographics": "collection.workforce",
    "rai:dataBiases": "uses.impact",
    "rai:dataLimitations": "uses.unsuitable",
    "rai:dataReleaseMaintenancePlan": "maintenance.updates",
    "rai:dataSocialImpact": "collection.impact",
    "rai:dataUseCases": "uses.tasks",
}


def properties(summary: Summary) -> dict[str, Any]:
    """All properties that can be filled."""
    answers = summary.facts.answers
    said = {name: answers[question] for name, question in ANSWERED.items() if question in answers}
    counted = {
        "rai:dataCollectionTimeframe": _timeframe(summary),
        "rai:dataCollectionMissingData": _missing(summary),
        "rai:dataCollectionRawData": _raw(summary),
        "rai:dataPreprocessingProtocol": _preprocessing(summary),
        "rai:dataAnnotationProtocol": [
            f"{layer.name} {layer.version}: {layer.title}" for layer in summary.facts.layers
        ],
        "rai:dataAnnotationPlatform": sorted(summary.count("systems")),
        "rai:dataAnnotationAnalysis": _analysis(summary),
        "rai:annotationsPerItem": _per_item(summary),
        "rai:machineAnnotationTools": _machines(summary),
        "rai:personalSensitiveInformation": _personal(summary),
    }
    return said | {name: value for name, value in counted.items() if value}


def _timeframe(summary: Summary) -> list[str]:
    times = summary.tally
    return [each["retrieved_at"] for each in (times.earliest, times.latest) if "retrieved_at" in each]


def _missing(summary: Summary) -> str:
    counts = [f"{name} {count}" for name, count in summary.missing.items() if count]
    return f"Of {summary.n_articles} articles, null or empty: {', '.join(counts)}." if counts else ""


def _raw(summary: Summary) -> str:
    sources = summary.by("sources", 0)
    listed = ", ".join(f"{name} ({count} articles)" for name, count in sorted(sources.items()))
    return f"Sources: {listed}. Raw bytes are named by provenance.raw_sha256." if listed else ""


def _preprocessing(summary: Summary) -> list[str]:
    removed = [f"{kind} {count}" for kind, count in sorted(summary.count("removed").items())]
    steps = ["Text normalised to Unicode NFC with line breaks as \\n."]
    return steps + ([f"Stretches removed from texts, by kind: {', '.join(removed)}."] if removed else [])


def _analysis(summary: Summary) -> list[str]:
    found = summary.agreement
    return [
        f"{layer} {metric['name']} {metric['value']} (95 % interval {metric['low']} to {metric['high']}; "
        f"{metric['units']} units, {metric['annotators']} annotators)"
        for layer, metrics in found.items()
        for metric in metrics
        if metric["value"] is not None
    ]


def _per_item(summary: Summary) -> str:
    given = summary.count("answers")
    if not given:
        return ""
    return f"{summary.facts.redundancy} asked per article and task; {given['submitted']} submitted in all."


def _machines(summary: Summary) -> list[str]:
    helped = summary.count("helped")[True]
    models = [each.name for each in summary.annotators if "model" in each.roles]
    return models + ([f"predictions in view for {helped} answers"] if helped else [])


def _personal(summary: Summary) -> list[str]:
    """What the scan found, then what a person says about it."""
    found = summary.facts.scans.get("personal") or {}
    counts = [f"{kind}: {count['hits']} in {count['articles']} articles" for kind, count in sorted(found.items())]
    answers = summary.facts.answers
    said = [answers[name] for name in ("composition.sensitive", "composition.identifiable") if name in answers]
    return counts + said
