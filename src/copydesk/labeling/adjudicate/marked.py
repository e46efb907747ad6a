"""Decide the spans of one article: which are there, their range and label, and what is said of each.

Three votes on each group of overlapping marks (at most one of each annotator): is it there (of all who answered),
where does it begin and end, what is it (of those who marked it). Each wants more than half.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from copydesk.labeling.adjudicate.ballot import Ballot, Option
from copydesk.labeling.adjudicate.choice import as_span, decide_span
from copydesk.labeling.adjudicate.opinions import Shares, group_key
from copydesk.labeling.adjudicate.sheet import Sheet
from copydesk.labeling.agreement.matching import Mark, groups, marks
from copydesk.labeling.layers import Attribute
from copydesk.spans import Span

Answer = Mapping[str, Any]


class Group(NamedTuple):
    """Marks that mean one stretch, the ids of all answers to the article, and the votes on range and label."""

    marks: tuple[Mark, ...]
    answered: tuple[str, ...]
    ranges: Ballot[Span]
    labels: Ballot[str | None]

    @classmethod
    def of(cls, made: Sequence[Mark], answered: tuple[str, ...]) -> Group:
        if len({(mark.span, mark.label) for mark in made}) == 1:  # as nearly all are
            ids = tuple(sorted(mark.annotation_id for mark in made))
            same, label = made[0].span, made[0].label
            return cls(
                tuple(made),
                answered,
                Ballot((Option(same, ids),), len(made)),
                Ballot((Option(label, ids),), len(made)),
            )
        ranges = Ballot.of(((mark.span, mark.annotation_id) for mark in made), len(made))
        labels = Ballot.of(((mark.label, mark.annotation_id) for mark in made), len(made))
        return cls(tuple(made), answered, ranges, labels)

    @property
    def is_left_out(self) -> bool:
        """Whether more than half did not mark it."""
        return 2 * len(self.marks) < len(self.answered)

    @property
    def reason(self) -> str | None:
        """Why it is in dispute; None when it is not."""
        if 2 * len(self.marks) == len(self.answered):
            return "only-some-marked"
        if not self.ranges.winner:
            return "boundaries-differ"
        return None if self.labels.winner else "labels-differ"

    @property
    def span(self) -> Span:
        """The best supported range."""
        return self.ranges.options[0].value

    @property
    def label(self) -> str | None:
        return self.labels.options[0].value

    @property
    def how(self) -> str:
        same = len(self.ranges.options) == len(self.labels.options) == 1
        return "unanimous" if same and len(self.marks) == len(self.answered) else "majority"


def decide(sheet: Sheet, answers: Sequence[Answer], word: Answer | None) -> None:
    """Fill ``sheet`` from people's answers; ``word`` is the adjudicator's, which wins."""
    answered = tuple(answer["annotation_id"] for answer in answers)
    found = [Group.of(group, answered) for group in groups(_all(sheet, answers))]
    if word:
        _adjudicated(sheet, found, word)
        return
    sheet.left_out += sum(group.is_left_out for group in found)
    standing = [group for group in found if not group.is_left_out]
    agreed = [group for group in standing if group.reason is None]
    clashing = _clashing(agreed)
    taken = [group.span for group in agreed]
    for group in sorted(standing, key=_place):
        reason = group.reason or ("overlapping" if id(group) in clashing else None)
        if reason is None:
            _decided(sheet, group)
        elif reason == "overlapping" or not _by_model(sheet, group, taken):
            sheet.dispute("span", reason=reason, options=_options(group), at=group.span)


def _all(sheet: Sheet, answers: Sequence[Answer]) -> list[Mark]:
    return [mark for answer in answers for mark in marks(sheet.layer, answer)]


def _clashing(agreed: Sequence[Group]) -> set[int]:
    """Groups whose decided ranges overlap although nobody marked both."""
    clashing: set[int] = set()
    alive: list[Group] = []
    for group in sorted(agreed, key=_place):
        alive = [each for each in alive if each.span.end > group.span.start]
        for other in alive:
            if not _supporters(group) & _supporters(other):
                clashing |= {id(group), id(other)}
        alive.append(group)
    return clashing


def _place(group: Group) -> tuple[int, int]:
    """What groups are sorted by: spans compare as these do, only more slowly."""
    return group.span.start, group.span.end


def _supporters(group: Group) -> set[str]:
    return {mark.annotation_id for mark in group.marks if mark.span == group.span}


def _options(group: Group) -> list[tuple[Span | None, str | None, tuple[str, ...]]]:
    ballot = Ballot.of((((mark.span, mark.label), mark.annotation_id) for mark in group.marks), len(group.answered))
    options: list[tuple[Span | None, str | None, tuple[str, ...]]] = [
        (*option.value, option.annotation_ids) for option in ballot.options
    ]
    marked = {mark.annotation_id for mark in group.marks}
    if without := tuple(each for each in group.answered if each not in marked):
        options.append((None, None, without))
    return options


def _decided(sheet: Sheet, group: Group) -> None:
    ids = [mark.annotation_id for mark in group.marks if (mark.span, mark.label) == (group.span, group.label)]
    span_id = sheet.decide(
        "span",
        how=group.how,
        annotation_ids=ids,
        at=group.span,
        span=group.span,
        label=group.label,
        distribution=group.labels.shares if sheet.layer.labels else None,
    )
    _said(sheet, span_id, group)


def _by_model(sheet: Sheet, group: Group, taken: list[Span]) -> bool:
    """Decide a disputed span by the model step, if there is one and it is sure of range and label."""
    if sheet.opinions is None:
        return False
    span = sheet.opinions.range_of(sheet.article["article_id"], group.marks)
    shares = sheet.opinions.sure("span", group_key(group.marks)) if sheet.layer.labels else None
    if span is None or (sheet.layer.labels and shares is None) or any(span.overlaps(other) for other in taken):
        return False
    taken.append(span)
    label = shares[0]["label"] if shares else None
    span_id = sheet.decide(
        "span", how="model", annotation_ids=group.answered, at=span, span=span, label=label, distribution=shares
    )
    _said(sheet, span_id, group)
    return True


def _said(sheet: Sheet, span_id: str, group: Group) -> None:
    """What was said of a decided span: its attributes and its linked span."""
    for attribute in sheet.layer.attributes:
        opinion = sheet.opinions.sure(attribute.name, group_key(group.marks)) if sheet.opinions else None
        _voted(sheet, span_id, attribute, _attribute(group.marks, attribute), opinion)
    if name := sheet.layer.linked:
        votes = ((as_span(mark.record[name]), mark.annotation_id) for mark in group.marks)
        decide_span(sheet, "linked", span_id, name, Ballot.of(votes, len(group.marks)))


def _attribute(made: Sequence[Mark], attribute: Attribute) -> Ballot[str]:
    """Votes on one attribute; null is an abstention."""
    given = ((mark.record[attribute.name], mark.annotation_id) for mark in made)
    return Ballot.of(((label, annotation_id) for label, annotation_id in given if label is not None), len(made))


def _voted(sheet: Sheet, of: str, attribute: Attribute, ballot: Ballot[str], opinion: Shares | None = None) -> None:
    """Decide an attribute by the vote, else by the model's sure ``opinion``, else leave it in dispute."""
    if winner := ballot.winner:
        sheet.decide(
            "attribute",
            how=ballot.how,
            annotation_ids=winner.annotation_ids,
            of=of,
            name=attribute.name,
            label=winner.value,
            distribution=ballot.shares,
        )
    elif opinion:
        ids = [each for option in ballot.options for each in option.annotation_ids]
        label = opinion[0]["label"]
        sheet.decide(
            "attribute", how="model", annotation_ids=ids, of=of, name=attribute.name, label=label, distribution=opinion
        )
    elif ballot.options:  # nobody answered: nothing to decide
        options = [(None, option.value, option.annotation_ids) for option in ballot.options]
        sheet.dispute("attribute", reason=ballot.reason, options=options, of=of, name=attribute.name)


def _adjudicated(sheet: Sheet, found: Sequence[Group], word: Answer) -> None:
    """The adjudicator's spans stand; an attribute left open there is decided by those who marked the same stretch."""
    ids = [word["annotation_id"]]
    for mark in sorted(marks(sheet.layer, word), key=lambda each: each.order):
        people = _same_stretch(found, mark)
        shares = Ballot.of(((each.label, each.annotation_id) for each in people), len(people)).shares
        span_id = sheet.decide(
            "span",
            how="adjudicator",
            annotation_ids=ids,
            at=mark.span,
            span=mark.span,
            label=mark.label,
            distribution=(shares or [{"label": mark.label, "share": 1.0}]) if sheet.layer.labels else None,
        )
        for attribute in sheet.layer.attributes:
            ballot, label = _attribute(people, attribute), mark.record[attribute.name]
            if label is None:
                _voted(sheet, span_id, attribute, ballot)
                continue
            distribution = ballot.shares or [{"label": label, "share": 1.0}]
            sheet.decide(
                "attribute",
                how="adjudicator",
                annotation_ids=ids,
                of=span_id,
                name=attribute.name,
                label=label,
                distribution=distribution,
            )
        if name := sheet.layer.linked:
            span = as_span(mark.record[name])
            sheet.decide("linked", how="adjudicator", annotation_ids=ids, of=span_id, name=name, span=span)


def _same_stretch(found: Sequence[Group], mark: Mark) -> tuple[Mark, ...]:
    """The people's marks that overlap the adjudicator's best."""
    best = max(found, key=lambda group: max(each.span.iou(mark.span) for each in group.marks), default=None)
    return tuple(each for each in best.marks if each.span.overlaps(mark.span)) if best else ()
