"""Who labels: pseudonyms and roles in ``labeling/annotators.toml``; who is behind them stays in ``project.private``.

The toml is in git and names nobody. ``people.json`` maps each pseudonym to a sign-in on each server; only the user of
this machine may read it.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from copydesk import toml
from copydesk.errors import BadConfig, CopydeskError
from copydesk.files import read_json, sha256, write_json, write_text
from copydesk.labeling.studio import Studio
from copydesk.project import Project

ROLES = ("human", "model", "adjudicator")
EVERYONE = "everyone"  #: stands where a pseudonym does, for a desk that all share
UNKNOWN = "user-"  #: before the number of a user who is no annotator of the project
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


class UnknownAnnotator(CopydeskError):
    """Nobody of this pseudonym labels in the project."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        self.name, self.known = name, tuple(known)
        super().__init__(
            f"no annotator {name!r}; this project has {', '.join(known) or 'none'}", "see `copydesk annotators list`"
        )


@dataclass(frozen=True, slots=True)
class Annotator:
    """One who labels, by pseudonym."""

    name: str
    role: str = "human"  #: human | model | adjudicator
    hands_over_to: str | None = None  #: who takes over their open tasks


@dataclass(frozen=True, slots=True)
class SignIn:
    """How a newcomer gets to the labelling pages. Shown to the operator once, at their asking."""

    name: str
    url: str
    email: str
    password: str

    def as_json(self) -> dict[str, str]:
        return {"name": self.name, "url": self.url, "email": self.email, "password": self.password}

    def __repr__(self) -> str:
        return f"SignIn({self.name!r}, …)"


def read(project: Project) -> list[Annotator]:
    """The project's annotators in the file's order; none when there is no file. Raises BadConfig, UnknownKey."""
    path = _file(project)
    if not path.exists():
        return []
    table = toml.Reader(toml.read(path), "labeling/annotators.toml")
    found = []
    for row in table.tables("annotators"):
        heir = row.take("hands_over_to", str, None)
        found.append(Annotator(row.take("name", str), row.one_of("role", ROLES, "human"), heir))
        row.close()
    table.close()
    names = [each.name for each in found]
    for name in names:
        _check_name(name)
        if names.count(name) > 1:
            raise BadConfig("labeling/annotators.toml", f"annotator {name!r} stands twice")
    heirs(found)
    return found


def heirs(known: Sequence[Annotator]) -> dict[str, str]:
    """Who in the end takes over from each who hands over. Raises BadConfig for one who is not there, and for a ring."""
    to = {each.name: each.hands_over_to for each in known}
    last = {}
    for name in to:
        passed = [name]
        while (heir := to[passed[-1]]) is not None:
            if heir not in to or heir in passed:
                why = "does not label" if heir not in to else "hands over in turn"
                problem = f"{passed[-1]!r} hands over to {heir!r}, who {why}"
                raise BadConfig("labeling/annotators.toml", problem, "name another there, or take the line out")
            passed.append(heir)
        if len(passed) > 1:
            last[name] = passed[-1]
    return last


def add(project: Project, name: str, studio: Studio, role: str | None = None, *, user: str | None = None) -> SignIn:
    """Let ``name`` label: in the toml, as a user on the server, with a sign-in of their own.

    ``role``: of a newcomer, human unless said. ``user``: the address of somebody whom the server knows already. Adding
    somebody a second time gives the same sign-in again. Raises CopydeskError, when the server has no such user, the
    user has another pseudonym already, or the annotator another role.
    """
    _check_name(name)
    if role not in (None, *ROLES):
        raise CopydeskError(f"role {role!r} is not known", f"one of: {', '.join(ROLES)}")
    known = read(project)
    mine = next((each for each in known if each.name == name), None)
    if mine and role not in (None, mine.role):
        hint = f"`copydesk annotators remove {name}` first; what they answered keeps the role it was given in"
        raise CopydeskError(f"{name!r} is there already, with the role {mine.role!r}", hint)
    if user is not None:
        _known_as(project, name, user, studio)
    sign_in = _sign_in(project, name, studio)
    if mine is None:
        _write(project, [*known, Annotator(name, role or "human")])
    return sign_in


def remove(project: Project, name: str) -> None:
    """Let ``name`` leave: no further tasks; what they answered stays theirs.

    Raises: UnknownAnnotator; CopydeskError, while somebody hands their open tasks over to ``name``.
    """
    known = read(project)
    leaving = get(known, name)
    if givers := [each.name for each in known if each.hands_over_to == name]:
        hint = f"first `copydesk annotators reassign {givers[0]} ANOTHER`, or `annotators remove {givers[0]}`"
        raise CopydeskError(f"{name!r} takes over what {' and '.join(givers)} left open", hint)
    _write(project, [each for each in known if each != leaving])


def reassign(project: Project, name: str, to: str) -> None:
    """Let ``to`` take over what ``name`` has not answered; the next push moves the open tasks.

    What ``name`` answered stays theirs. It is written in the toml, so every machine that pushes does the same.

    Raises: UnknownAnnotator, CopydeskError.
    """
    known = read(project)
    leaving, taking = get(known, name), get(known, to)
    if leaving == taking or taking.role != leaving.role or taking.hands_over_to is not None:
        raise CopydeskError(f"{to!r} cannot take over from {name!r}", "name another who labels in the same role")
    _write(project, [replace(each, hands_over_to=to) if each == leaving else each for each in known])


def get(known: Sequence[Annotator], name: str) -> Annotator:
    """The annotator called ``name``. Raises UnknownAnnotator."""
    for each in known:
        if each.name == name:
            return each
    raise UnknownAnnotator(name, [each.name for each in known])


def users(project: Project, studio: Studio) -> dict[int, str]:
    """Pseudonym by user id, for this project's people on this server; also of those whose user was deleted since."""
    labelling = {each.name for each in read(project)}
    ids = {str(user.get("email", "")).lower(): int(user["id"]) for user in studio.users()}
    found = {}
    for name, entry in sorted(_everyone(project, studio).items(), key=lambda each: each[0] in labelling):
        user_id = ids.get(entry["email"].lower()) or entry.get("user_id")
        if user_id is None:
            continue
        found[int(user_id)] = name
        if "password" in entry and entry.get("user_id") != str(user_id):
            _remember(project, studio, name, entry | {"user_id": str(user_id)})
    return found


def as_annotator(project: Project, name: str, studio: Studio) -> Studio:
    """The same server as the annotator ``name``, with the sign-in that `add` gave them."""
    entry = _people(project, studio).get(name)
    if entry is None or not entry["password"]:
        raise CopydeskError(f"the sign-in of {name!r} is not known here", "only who added them has it")
    return studio.sign_in(entry["email"], entry["password"])


def _known_as(project: Project, name: str, email: str, studio: Studio) -> None:
    """Remember that the server's user ``email``, made by someone else, is the annotator ``name``.

    Under a second pseudonym all that they answered would change hands, and count twice where both were asked.
    """
    for other, entry in _everyone(project, studio).items():
        if other != name and entry["email"].lower() == email.lower():
            hint = f"one person has one pseudonym: `copydesk annotators add {other}`, also to have them back"
            raise CopydeskError(f"{email!r} is {other!r} here already", hint)
    if email.lower() not in {str(user.get("email", "")).lower() for user in studio.users()}:
        raise CopydeskError(f"the server has no user {email!r}", "the address that they sign in with")
    _remember(project, studio, name, {"email": email, "password": ""})


def _sign_in(project: Project, name: str, studio: Studio) -> SignIn:
    entry = _people(project, studio).get(name)
    there = {str(user.get("email", "")).lower() for user in studio.users()}
    if entry is None and _email(project, name) in there:  # added from another machine
        entry = {"email": _email(project, name), "password": ""}
    elif entry is None:
        # Remembered first: a sign-up whose answer was lost is found again by its address.
        entry = {"email": _email(project, name), "password": secrets.token_urlsafe(9)}
        _remember(project, studio, name, entry)
    if entry["email"].lower() not in there:
        studio.sign_up(entry["email"], entry["password"])
    password = entry["password"] or "(as it was given to them before)"
    return SignIn(name, f"{studio.url}/user/login/", entry["email"], password)


def _email(project: Project, name: str) -> str:
    """An address that can receive nothing; the same on every machine that works with the project."""
    return f"{name}.{sha256(project.name.encode())[:8]}@copydesk.invalid"


def _everyone(project: Project, studio: Studio) -> dict[str, dict[str, str]]:
    """The sign-ins of all who ever labelled, as far as they are known here."""
    return {each.name: {"email": _email(project, each.name)} for each in read(project)} | _people(project, studio)


def _people(project: Project, studio: Studio) -> dict[str, dict[str, str]]:
    path = project.private / "people.json"
    everyone: dict[str, dict[str, dict[str, str]]] = read_json(path) if path.exists() else {}
    return everyone.get(studio.place, {})


def _remember(project: Project, studio: Studio, name: str, entry: Mapping[str, str]) -> None:
    path = project.private / "people.json"
    everyone: dict[str, Any] = read_json(path) if path.exists() else {}
    everyone.setdefault(studio.place, {})[name] = dict(entry)
    write_json(path, everyone, mode=0o600)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        hint = "lower-case letters, digits and '-'; a pseudonym, never a person's name"
        raise CopydeskError(f"annotator {name!r} cannot be a pseudonym", hint)
    if name == EVERYONE or name.startswith(UNKNOWN):
        meaning = "a desk that all share" if name == EVERYONE else "users who are no annotators"
        raise CopydeskError(f"annotator {name!r} cannot be a pseudonym: that is {meaning}", "such as ann-1")


def _file(project: Project) -> Path:
    return project.labeling / "annotators.toml"


def _write(project: Project, annotators: Sequence[Annotator]) -> None:
    head = "# Who labels, by pseudonym; who is behind them is not in git.\n"
    write_text(_file(project), head + "".join(map(_row, annotators)))


def _row(annotator: Annotator) -> str:
    row = f'\n[[annotators]]\nname = "{annotator.name}"\nrole = "{annotator.role}"\n'
    heir = annotator.hands_over_to
    return row if heir is None else f'{row}hands_over_to = "{heir}"\n'
