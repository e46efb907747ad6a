"""Figures: every computed passage of card and datasheet, by name.

In:  a :class:`~copydesk.dataset.release.papers.summary.Summary`.
Out: Markdown. A document prints a figure between markers that carry its name, and ``verify`` computes it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from copydesk.dataset.release.papers import markdown
from copydesk.dataset.release.papers.figures import contents, labels, origin, package
from copydesk.dataset.release.papers.summary import Summary

Figure = Callable[[Summary], str]

FIGURES: dict[str, Figure] = {
    # contents
    "about": contents.about,
    "instances": contents.instances,
    "rows": contents.rows,
    "fields": contents.fields,
    "missing": contents.missing,
    "relations": contents.relations,
    "splits": contents.splits,
    "held_out": contents.held_out,
    "redundancy": contents.redundancy,
    "families": contents.families,
    # labels
    "labels": labels.labels,
    "agreement": labels.agreement,
    "adjudication": labels.adjudication,
    "annotators": labels.annotators,
    "labelling": labels.labelling,
    "persons": labels.persons,
    "targets": labels.targets,
    # origin
    "intake": origin.intake,
    "sources": origin.sources,
    "readers": origin.readers,
    "publishers": origin.publishers,
    "timeframe": origin.timeframe,
    "preprocessing": origin.preprocessing,
    "raw": origin.raw,
    "external": origin.external,
    "personal": origin.personal,
    "removals": origin.removals,
    # package
    "package": package.package,
    "files": package.files,
    "software": package.software,
    "released": package.released,
    "license": package.license_,
    "rights": package.rights,
    "errata": package.errata,
    "version": package.version,
    "verify": package.verify,
    "load": package.load,
    "limits": package.limits,
}


def figure(name: str, summary: Summary) -> str:
    """Figure ``name`` between its markers."""
    return markdown.computed(name, FIGURES[name](summary))


def figures(names: Iterable[str], summary: Summary) -> list[str]:
    """Several figures, each between its markers."""
    return [figure(name, summary) for name in names]
