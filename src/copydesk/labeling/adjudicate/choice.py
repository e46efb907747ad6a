"""Decide one choice: its label, then the evidence of those who chose it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from copydesk.labeling.adjudicate.ballot import Ballot
from copydesk.labeling.adjudicate.sheet import Sheet
from copydesk.spans import Span

Answer = Mapping[str, Any]


def decide(sheet: Sheet, answers: Sequence[Answer], word: Answer | None) -> None:
    """Fill ``sheet`` from people's answers; ``word`` is the adjudicator's, which wins."""
    ballot = Ballot.of(
        ((answer["value"]["label"], answer["annotation_id"]) for answer in answers if answer["value"]["label"]),
        len(answers),
    )
    if word and word["value"]["label"]:
        _adjudicated(sheet, ballot, word)
    elif winner := ballot.winner:
        label_id = sheet.decide(
            "label",
            how=ballot.how,
            annotation_ids=winner.annotation_ids,
            label=winner.value,
            distribution=ballot.shares,
        )
        _evidence(sheet, label_id, [each for each in answers if each["annotation_id"] in winner.annotation_ids])
    elif sheet.opinions and (shares := sheet.opinions.sure("label", sheet.article["article_id"], sheet.target)):
        label = shares[0]["label"]
        ids = [each for option in ballot.options for each in option.annotation_ids]
        label_id = sheet.decide("label", how="model", annotation_ids=ids, label=label, distribution=shares)
        _evidence(sheet, label_id, [each for each in answers if each["value"]["label"] == label])
    else:
        options = [(None, option.value, option.annotation_ids) for option in ballot.options]
        sheet.dispute("label", reason=ballot.reason if options else "too-few-answers", options=options)


def _adjudicated(sheet: Sheet, ballot: Ballot[str], word: Answer) -> None:
    ids, label = [word["annotation_id"]], word["value"]["label"]
    shares = ballot.shares or [{"label": label, "share": 1.0}]
    label_id = sheet.decide("label", how="adjudicator", annotation_ids=ids, label=label, distribution=shares)
    if sheet.layer.evidence:
        span = as_span(word["value"]["evidence"])
        sheet.decide("evidence", how="adjudicator", annotation_ids=ids, of=label_id, span=span)


def _evidence(sheet: Sheet, label_id: str, supporters: Sequence[Answer]) -> None:
    """No evidence given is an answer, too: that no passage decides."""
    if not sheet.layer.evidence or not supporters:
        return
    ballot = Ballot.of(
        ((as_span(answer["value"]["evidence"]), answer["annotation_id"]) for answer in supporters), len(supporters)
    )
    decide_span(sheet, "evidence", label_id, None, ballot)


def decide_span(sheet: Sheet, kind: str, of: str, name: str | None, ballot: Ballot[Span | None]) -> None:
    """Decide an attached span (evidence, linked), where None is the answer that there is none."""
    if winner := ballot.winner:
        ids = winner.annotation_ids
        sheet.decide(kind, how=ballot.how, annotation_ids=ids, of=of, name=name, span=winner.value)
    else:
        options = [(option.value, None, option.annotation_ids) for option in ballot.options]
        sheet.dispute(kind, reason=_reason(ballot), options=options, of=of, name=name)


def _reason(ballot: Ballot[Span | None]) -> str:
    spans = [option.value for option in ballot.options if option.value]
    if len(spans) == len(ballot.options) and all(span.overlaps(spans[0]) for span in spans):
        return "boundaries-differ"
    return ballot.reason


def as_span(record: Mapping[str, Any] | None) -> Span | None:
    return Span(record["start"], record["end"]) if record else None
