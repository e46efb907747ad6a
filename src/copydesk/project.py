"""A project: the folder with ``copydesk.toml``, its settings, and where everything in it stands.

In:  ``copydesk.toml`` (and, by name, the folders of design: dataset/, labeling/, schemas/, build/, dist/).
Out: a frozen :class:`Project`; nothing here reads data.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from copydesk import toml
from copydesk.errors import BadConfig, NotAProject
from copydesk.files import sha256

SPLITS = ("train", "validation", "test")
CONFIG = "copydesk.toml"


@dataclass(frozen=True, slots=True)
class Splits:
    """How ``release`` deals families out: a policy, three shares that sum to 1, a salt."""

    policy: str = "hash"  #: hash | stratified | time
    train: float = 0.8
    validation: float = 0.1
    test: float = 0.1
    salt: str = ""


@dataclass(frozen=True, slots=True)
class Labeling:
    """How annotators work."""

    redundancy: int = 2  #: answers asked per article
    blind: bool = True  #: one Label Studio project per annotator
    layers: tuple[str, ...] = ("entities", "stance", "claims")
    training: tuple[str, ...] = ()  #: articles that newcomers label first, whose gold is known
    model: float | None = None  #: how sure the model must be to decide what people dispute; null: it decides nothing


@dataclass(frozen=True, slots=True)
class Waiver:
    """A person's word that a release may go out although a check or question stands open."""

    what: str  #: name of a check or a datasheet question; a prefix covers all below it
    reason: str

    def covers(self, name: str) -> bool:
        """``datasheet`` covers ``datasheet`` and ``datasheet.motivation.purpose``."""
        return name == self.what or name.startswith(f"{self.what}.")


@dataclass(frozen=True, slots=True)
class ReleaseSettings:
    """What a release leaves out and what was waived."""

    withhold_labels: tuple[str, ...] = ()
    waivers: tuple[Waiver, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """One Copydesk project; every path that a stage needs is an attribute or property here."""

    root: Path  #: absolute, resolved
    name: str
    title: str
    description: str
    languages: tuple[str, ...]
    license: str
    splits: Splits = field(default_factory=Splits)
    labeling_settings: Labeling = field(default_factory=Labeling)
    release: ReleaseSettings = field(default_factory=ReleaseSettings)
    hub_repo: str | None = None

    @classmethod
    def open(cls, start: Path) -> Project:
        """The project that ``start`` is in. Raises NotAProject, BadConfig, UnknownKey."""
        start = start.resolve()
        for folder in (start, *start.parents):
            if (folder / CONFIG).is_file():
                return cls.load(folder)
        raise NotAProject(start)

    @classmethod
    def load(cls, root: Path) -> Project:
        """The project whose ``copydesk.toml`` is in ``root``."""
        config = toml.Reader(toml.read(root / CONFIG), CONFIG)
        project = cls(
            root=root,
            name=_name(config),
            title=config.take("title", str, ""),
            description=config.take("description", str, ""),
            languages=_languages(config),
            license=config.take("license", str, "unknown"),
            splits=_splits(config.table("splits")),
            labeling_settings=_labeling(config.table("labeling")),
            release=_release(config.table("release")),
            hub_repo=_hub(config.table("hub")),
        )
        config.close()
        return project

    @property
    def dataset(self) -> Path:
        return self.root / "dataset"

    @property
    def labeling(self) -> Path:
        return self.root / "labeling"

    @property
    def schemas(self) -> Path:
        return self.root / "schemas"

    @property
    def build(self) -> Path:
        return self.root / "build"

    @property
    def dist(self) -> Path:
        return self.root / "dist"

    @property
    def private(self) -> Path:
        """This project's folder in the user's data folder: server data, exports, the map of users to pseudonyms.

        Never in git, never under ``build/``; one per project, told apart by the project's place, so that a new
        ``name`` in the settings does not lose it.
        """
        key = f"{self.root.name}-{sha256(os.fsencode(self.root))[:12]}"
        return Path(platformdirs.user_data_dir("copydesk")) / key


def _name(config: toml.Reader) -> str:
    name: str = config.take("name", str)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name):
        raise BadConfig(
            CONFIG, f"name {name!r} must be ASCII letters, digits, '-', '_' or '.', a letter or digit first"
        )
    return name


def _languages(config: toml.Reader) -> tuple[str, ...]:
    languages = config.strings("languages", ["en"])
    for language in languages:
        if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", language):
            raise BadConfig(CONFIG, f"languages names {language!r}", "write a BCP 47 tag, such as en or pt-BR")
    return languages


def _splits(table: toml.Reader) -> Splits:
    splits = Splits(
        policy=table.one_of("policy", ("hash", "stratified", "time"), "hash"),
        **{name: float(table.take(name, (int, float), getattr(Splits(), name))) for name in SPLITS},
        salt=table.take("salt", str, ""),
    )
    table.close()
    shares = [getattr(splits, name) for name in SPLITS]
    # ``not <=`` refuses nan too.
    if min(shares) < 0 or not abs(sum(shares) - 1) <= 1e-9:
        raise BadConfig(f"{CONFIG} [splits]", f"{', '.join(SPLITS)} must be at least 0 and sum to 1")
    return splits


def _labeling(table: toml.Reader) -> Labeling:
    labeling = Labeling(
        redundancy=table.take("redundancy", int, 2),
        blind=table.take("blind", bool, True),
        layers=table.strings("layers", list(Labeling().layers)),
        training=table.strings("training", []),
        model=table.take("model", (int, float), None),
    )
    table.close()
    if len(set(labeling.layers)) < max(1, len(labeling.layers)):
        raise BadConfig(f"{CONFIG} [labeling]", "layers must name each layer once, and one at least")
    if labeling.redundancy < 1:
        raise BadConfig(f"{CONFIG} [labeling]", f"redundancy {labeling.redundancy} must be at least 1")
    if labeling.model is not None and not 0.5 < labeling.model <= 1:
        raise BadConfig(f"{CONFIG} [labeling]", f"model {labeling.model} must be a probability above 0.5")
    return labeling


def _release(table: toml.Reader) -> ReleaseSettings:
    withheld = table.strings("withhold_labels", [])
    waivers = []
    for row in table.tables("waivers"):
        waiver = Waiver(row.take("what", str), row.take("reason", str))
        row.close()
        if not waiver.reason.strip():
            raise BadConfig(f"{CONFIG} [[release.waivers]]", f"the waiver for {waiver.what!r} gives no reason")
        waivers.append(waiver)
    table.close()
    for split in withheld:
        if split not in SPLITS:
            raise BadConfig(f"{CONFIG} [release]", f"withhold_labels names {split!r}", f"one of: {', '.join(SPLITS)}")
    return ReleaseSettings(withheld, tuple(waivers))


def _hub(table: toml.Reader) -> str | None:
    repo: str | None = table.take("repo", str, None)
    table.close()
    if repo and not re.fullmatch(r"[\w.-]+/[\w.-]+", repo):
        raise BadConfig(f"{CONFIG} [hub]", f"repo {repo!r} is not of the form ORG/NAME")
    return repo or None
