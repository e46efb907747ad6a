"""Where rows come from, in PROV terms: raw files → articles → answers → gold → rows.

In:  a summary of the release.
Out: nodes for Croissant: sources as entities, stages as activities with the agents that carried them out.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from copydesk.dataset.release.facts import ReleaseFacts
from copydesk.dataset.release.papers.summary import Summary

Node = dict[str, Any]


def of_dataset(summary: Summary) -> Node:
    """What the release was derived from, and the stages that made it."""
    return {
        "prov:wasDerivedFrom": [_source(summary, name) for name in sorted(_sources(summary))],
        "prov:wasGeneratedBy": [_build(summary), _labelling(summary), _adjudication(summary), _release(summary)],
    }


def of_config(facts: ReleaseFacts, config: str) -> Node:
    """What the rows of one config were derived from."""
    if config == "articles":
        return {"prov:wasGeneratedBy": _ref("stage/build")}
    if config == "families":
        return {"prov:wasDerivedFrom": [_ref("articles")], "prov:wasGeneratedBy": _ref("stage/build")}
    if config == "annotations":
        return {"prov:wasDerivedFrom": [_ref("articles")], "prov:wasGeneratedBy": _ref("stage/labelling")}
    given = ["articles", "annotations"] if "annotations" in facts.configs else ["articles"]
    return {"prov:wasDerivedFrom": [_ref(each) for each in given], "prov:wasGeneratedBy": _ref("stage/adjudication")}


def _sources(summary: Summary) -> Counter[str]:
    return summary.by("sources", 0)


def _source(summary: Summary, name: str) -> Node:
    size = summary.count("raw_bytes")[name]
    licences = {licence for source, licence, _ in summary.count("rights") if source == name}
    return {
        "@type": "prov:Entity",
        "@id": f"source/{name}",
        "name": name,
        "description": f"Raw files of {_sources(summary)[name]} articles, {size} bytes; "
        "provenance.raw_sha256 of each row names its bytes.",
        "license": sorted(licences),
    }


def _build(summary: Summary) -> Node:
    used = [_ref(f"source/{name}") for name in sorted(_sources(summary))]
    versions = sorted(summary.by("readers", 1))
    agents = [{"@type": "prov:SoftwareAgent", "name": f"Copydesk {version}"} for version in versions]
    said = "Reads raw files into articles, and links those that derive from one another."
    return _stage("build", said, used, agents)


def _labelling(summary: Summary) -> Node:
    agents = [{"@type": _agent(each.roles), "name": each.name} for each in summary.annotators]
    said = f"{summary.n_answers} individual answers on articles."
    return _stage("labelling", said, [_ref("articles")], agents)


def _agent(roles: tuple[str, ...]) -> str:
    return "prov:SoftwareAgent" if roles == ("model",) else "prov:Person"


def _adjudication(summary: Summary) -> Node:
    decided: Counter[str] = sum(summary.decided.values(), Counter())
    how = ", ".join(f"{name} {count}" for name, count in sorted(decided.items())) or "nothing decided"
    return _stage("adjudication", f"Decides gold per unit: {how}.", [_ref("annotations")], [])


def _release(summary: Summary) -> Node:
    facts = summary.facts
    used = [_ref(config) for config in facts.configs]
    agent = {"@type": "prov:SoftwareAgent", "name": f"Copydesk {facts.tools.get('copydesk', 'of unknown version')}"}
    stage = _stage("release", f"Deals families into splits and writes rows; {facts.audience} release.", used, [agent])
    return stage | {"prov:endedAtTime": facts.released_at}


def _stage(name: str, said: str, used: list[Node], agents: list[Node]) -> Node:
    stage: Node = {"@type": "prov:Activity", "@id": f"stage/{name}", "name": name, "description": said}
    return stage | {"prov:used": used} | ({"prov:wasAssociatedWith": agents} if agents else {})


def _ref(node: str) -> Node:
    return {"@id": node}
