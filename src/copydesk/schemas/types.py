"""Records as Python types. Generated from ``schemas/`` by ``scripts/generate.py``: do not edit."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

__all__ = [
    "Agency",
    "Annotation",
    "AnswerSource",
    "Article",
    "AttributeNote",
    "ClaimSpan",
    "Claims",
    "Config",
    "ConfigSplit",
    "Cut",
    "Dateline",
    "Dispute",
    "DisputeNote",
    "Entities",
    "EntitySpan",
    "Family",
    "Finding",
    "Gold",
    "HeldOut",
    "Input",
    "Judgement",
    "LabelMap",
    "LabelingNote",
    "LayerNote",
    "Link",
    "Manifest",
    "NearCopy",
    "Option",
    "Passages",
    "PreviousRelease",
    "Provenance",
    "Publisher",
    "Quote",
    "Reject",
    "Release",
    "ReleaseFile",
    "ReleasedFamily",
    "Removal",
    "RemovedPart",
    "Rights",
    "Segment",
    "Share",
    "SourceNote",
    "Split",
    "Splitting",
    "Stance",
    "TargetNote",
    "Tool",
    "WaiverNote",
]


class Publisher(TypedDict):
    """Who published the article."""

    name: str | None
    domain: str | None


class Agency(TypedDict):
    """News agency credited with the text."""

    name: str | None
    code: str | None


class Dateline(TypedDict):
    """Dateline at the head of the text."""

    text: str | None
    place: str | None


class Rights(TypedDict):
    """What may be done with the text."""

    license: str
    redistribute: bool


class Segment(TypedDict):
    """One stretch."""

    start: int
    end: int
    raw_start: int
    raw_end: int


class Finding(TypedDict):
    """One reading."""

    field: str
    value: str | None
    start: int | None
    end: int | None
    rule: str
    confidence: float


class RemovedPart(TypedDict):
    """One stretch."""

    kind: str
    start: int
    end: int
    rule: str


class Provenance(TypedDict):
    """Where the record came from and what was thrown away."""

    source: str
    path: str
    raw_sha256: str
    raw_bytes: int
    media_type: str
    warc_record: str | None
    reader: str
    tool_version: str
    config_sha256: str
    segments: list[Segment]
    findings: list[Finding]
    removed: list[RemovedPart]


class Article(TypedDict):
    """One normalised news text with source, dates and provenance."""

    article_id: str
    title: str | None
    text: str | None
    n_chars: int
    text_sha256: str
    language: str | None
    publisher: Publisher
    agency: Agency
    authors: list[str]
    dateline: Dateline
    url: str | None
    published: str | None
    published_precision: Literal["year", "month", "day", "second"] | None
    published_basis: Literal["explicit", "metadata", "url", "none"]
    published_earliest: str | None
    published_latest: str | None
    retrieved_at: str | None
    rights: Rights
    quality: list[Literal["truncated", "spun", "translated", "boilerplate-heavy", "short", "encoding-repaired", "rewritten"]]
    family_id: str | None
    split: Literal["train", "validation", "test"] | None
    layers: dict[str, Any]
    provenance: Provenance


class Passages(TypedDict):
    """One pair of passages."""

    a_start: int
    a_end: int
    b_start: int
    b_end: int


class Link(TypedDict):
    """A derivation between two articles."""

    link_id: str
    a: str
    b: str
    score: float
    band: Literal["duplicate", "family", "possible", "parted"]
    extent: Literal["whole", "part", "superset"]
    extent_confidence: float
    wording: Literal["verbatim", "edited", "spun", "rewritten"]
    wording_confidence: float
    direction: Literal["a_from_b", "b_from_a"] | None
    direction_basis: Literal["date", "credit", "containment", "people"] | None
    evidence: list[Passages]
    decided_by: Literal["model", "people"]
    reason: str | None


class Family(TypedDict):
    """Articles that derive from one text."""

    family_id: str
    members: list[str]
    aliases: list[str]


class Reject(TypedDict):
    """An input that did not become an article."""

    code: str
    where: str
    raw_sha256: str | None
    message: str


class Judgement(TypedDict):
    """What an adjudicator said of the dispute besides the answer; null for other answers, and where nothing was said."""

    confidence: Literal["low", "medium", "high"] | None
    error: Literal["overlooked", "boundaries", "misread", "guideline", "ambiguous"] | None
    unclear_guideline: bool


class AnswerSource(TypedDict):
    """Where the answer came from."""

    system: str
    project: str
    task_id: int | None
    annotation_id: int | None


class Annotation(TypedDict):
    """One person's answer on one article in one layer (and target)."""

    schema_version: Literal[1]
    annotation_id: str
    article_id: str
    text_sha256: str
    layer: str
    layer_version: str
    target: str | None
    annotator: str
    role: Literal["human", "model", "adjudicator"]
    status: Literal["submitted", "skipped", "withdrawn"]
    created_at: str
    updated_at: str
    lead_time_s: float | None
    with_predictions: bool
    review: Judgement | None
    source: AnswerSource
    value: dict[str, Any] | None


class Quote(TypedDict):
    """The span decided on; null where the unit has none, or where none is the decision."""

    start: int
    end: int
    text: str | None
    prefix: str | None
    suffix: str | None


class Share(TypedDict):
    """One label's share."""

    label: str
    share: float


class Gold(TypedDict):
    """One decided unit of one layer."""

    schema_version: Literal[1]
    unit_id: str
    article_id: str
    text_sha256: str
    layer: str
    layer_version: str
    target: str | None
    kind: Literal["answer", "span", "attribute", "linked", "label", "evidence"]
    of: str | None
    name: str | None
    span: Quote | None
    label: str | None
    how: Literal["unanimous", "majority", "model", "adjudicator"]
    annotation_ids: list[str]
    distribution: list[Share] | None


class Option(TypedDict):
    """One option."""

    span: Quote | None
    label: str | None
    annotation_ids: list[str]


class Dispute(TypedDict):
    """One unit that needs a person; it stays out of gold."""

    schema_version: Literal[1]
    unit_id: str
    article_id: str
    text_sha256: str
    layer: str
    layer_version: str
    target: str | None
    kind: Literal["answer", "span", "attribute", "linked", "label", "evidence"]
    of: str | None
    name: str | None
    options: list[Option]
    reason: str


class Split(TypedDict):
    """A family's split, once released for good."""

    schema_version: Literal[1]
    family_id: str
    split: Literal["train", "validation", "test"]
    since: str
    members: list[str]


class Removal(TypedDict):
    """An article taken out of all later releases."""

    schema_version: Literal[1]
    article_id: str
    raw_sha256: str | None
    text_sha256: str | None
    reason: str
    removed_at: str


class PreviousRelease(TypedDict):
    """The release before this one; null for the first."""

    version: str
    digest: str


class Cut(TypedDict):
    """One folder."""

    audience: Literal["local", "public"]
    digest: str
    manifest_sha256: str


class ConfigSplit(TypedDict):
    """One split."""

    split: Literal["train", "validation", "test"]
    rows: int
    rows_sha256: str


class Config(TypedDict):
    """One config."""

    name: str
    rows: int
    rows_sha256: str
    splits: list[ConfigSplit]


class ReleasedFamily(TypedDict):
    """One family."""

    family_id: str
    split: Literal["train", "validation", "test"]
    members: list[str]


class HeldOut(TypedDict):
    """One article."""

    article_id: str
    family_id: str | None
    reason: str
    detail: str


class Release(TypedDict):
    """One release that was cut: its date, and what later releases and checks compare with."""

    schema_version: Literal[1]
    version: str
    released_at: str
    bump: Literal["first", "patch", "minor", "major"]
    previous: PreviousRelease | None
    changes: dict[str, Any] | None
    cuts: list[Cut]
    configs: list[Config]
    families: list[ReleasedFamily]
    held_out: list[HeldOut]


class NearCopy(TypedDict):
    """One article."""

    article_id: str
    text_sha256: str
    spans: int
    lost: int


class ReleaseFile(TypedDict):
    """One file."""

    path: str
    sha256: str
    bytes: int
    rows: int | None


class LabelMap(TypedDict):
    """One column."""

    config: str
    column: str
    names: list[str]


class Splitting(TypedDict):
    """How families were dealt out."""

    policy: Literal["hash", "stratified", "time"]
    train: float
    validation: float
    test: float
    salt: str


class LabelingNote(TypedDict):
    """How annotators worked."""

    redundancy: int
    blind: bool
    model: float | None


class AttributeNote(TypedDict):
    """One attribute."""

    name: str
    labels: list[str]
    scale: Literal["nominal", "ordinal"]


class TargetNote(TypedDict):
    """One target."""

    target_id: str
    title: str


class LayerNote(TypedDict):
    """One layer."""

    name: str
    version: str
    title: str
    kind: Literal["spans", "choice"]
    labels: list[str]
    scale: Literal["nominal", "ordinal"]
    off_scale: list[str]
    span_name: str
    attributes: list[AttributeNote]
    linked: str | None
    targets: list[TargetNote]
    evidence: bool


class DisputeNote(TypedDict):
    """One unit."""

    layer: str
    article_id: str
    target: str | None
    kind: str
    name: str | None
    reason: str


class WaiverNote(TypedDict):
    """One waiver."""

    what: str
    reason: str


class Input(TypedDict):
    """One file."""

    path: str
    sha256: str
    bytes: int


class SourceNote(TypedDict):
    """One source."""

    name: str
    reader: str | None
    publisher: str | None
    domain: str | None
    license: str
    redistribute: bool
    columns: dict[str, Any]


class Tool(TypedDict):
    """One tool or library."""

    name: str
    version: str


class Manifest(TypedDict):
    """Everything a release holds and was made from, with digests."""

    schema_version: Literal[1]
    name: str
    title: str
    description: str
    license: str
    languages: list[str]
    version: str
    audience: Literal["local", "public"]
    hydrated: bool
    reanchored: list[NearCopy]
    bump: Literal["first", "patch", "minor", "major"]
    released_at: str
    previous: PreviousRelease | None
    changes: dict[str, Any] | None
    files: list[ReleaseFile]
    configs: list[Config]
    labels: list[LabelMap]
    families: list[ReleasedFamily]
    held_out: list[HeldOut]
    splitting: Splitting
    labeling: LabelingNote
    layers: list[LayerNote]
    disputes: list[DisputeNote]
    build: dict[str, Any]
    answers: dict[str, Any]
    scans: dict[str, Any]
    withheld_labels: list[Literal["train", "validation", "test"]]
    waivers: list[WaiverNote]
    inputs: list[Input]
    sources: list[SourceNote]
    tools: list[Tool]


class ClaimSpan(TypedDict):
    """One claim."""

    span_id: str
    start: int
    end: int
    text: str | None
    prefix: str | None
    suffix: str | None
    checkworthiness: Literal["CFS", "UFS", "NFS"] | None
    attribution: Literal["direct", "indirect", "narrator"] | None
    certainty: Literal["asserted", "hedged", "denied"] | None
    claimant: Quote | None


class Claims(TypedDict):
    """The value of one answer in layer claims."""

    spans: list[ClaimSpan]


class EntitySpan(TypedDict):
    """One mention."""

    span_id: str
    start: int
    end: int
    label: Literal["PERSON", "ORG", "GPE", "LOC", "FAC", "NORP", "EVENT", "LAW", "WORK_OF_ART", "DATE", "TIME", "MONEY", "PERCENT", "QUANTITY", "CARDINAL", "ORDINAL"]
    text: str | None
    prefix: str | None
    suffix: str | None


class Entities(TypedDict):
    """The value of one answer in layer entities."""

    spans: list[EntitySpan]


class Stance(TypedDict):
    """The value of one answer in layer stance, toward one target."""

    label: Literal["against", "neutral", "favor", "none"] | None
    evidence: Quote | None
