"""All that Copydesk asks of a Label Studio server. Only this module imports ``label_studio_sdk``.

The client is the SDK's (keys, both kinds of token, connections); requests and answers are plain JSON, because the
SDK's typed answers describe the enterprise edition and cost seconds on ten thousand tasks. The SDK's own retries are
off: a repeated import makes every task twice. A write that may or may not have happened raises :class:`Unsure`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import orjson

from copydesk.errors import CopydeskError, OutsideError
from copydesk.labeling import server
from copydesk.project import Project

if TYPE_CHECKING:
    import httpx

LOCAL = "local"  #: the place of the project's own server
URL, API_KEY = "LABEL_STUDIO_URL", "LABEL_STUDIO_API_KEY"
PAGE = 1000  #: tasks per page of a listing, to begin with
SPOILT = 100  #: tasks of a listing that the server may fail to send; with more it is the server that fails
READ_S, WRITE_S = 120.0, 300.0
COUNTS = ("total_annotations_number", "skipped_annotations_number")  #: of a project's answers; costly to the server

_PAGE_BYTES, _PAGE_MOST = 12_000_000, 5000  # a page costs the server a look at the whole project besides

_JSON = {"Content-Type": "application/json"}
_PROJECT = (
    *("id", "title", "description", "created_at", "label_config", "expert_instruction", "show_instruction"),
    *("show_skip_button", "enable_empty_annotation", "maximum_annotations", "model_version", "show_collab_predictions"),
)
_TASK = ("id", "data", "updated_at", "total_predictions", "annotations")
_ANSWER = (
    *("id", "completed_by", "updated_by", "created_at", "updated_at", "was_cancelled", "lead_time"),
    *("parent_prediction", "result"),
)

Json = dict[str, Any]
Extent = tuple[int, str]  #: how many tasks a project has, and the newest change of any (empty without tasks)


class Unsure(OutsideError):
    """The connection broke while the server was writing: it may have written or not; look before writing again."""


class Refused(OutsideError):
    """The server understood and said no."""

    def __init__(self, status: int, message: str, hint: str = "") -> None:
        self.status = status
        super().__init__(message, hint)


class Studio:
    """One server, as one user."""

    def __init__(self, url: str, api_key: str, *, place: str | None = None) -> None:
        """``place`` names the server in the ledger; for the local server it stays when the port changes."""
        if not (api_key.isascii() and api_key.isprintable() and api_key.strip()):
            raise CopydeskError("the key holds characters that no key has", f"check {API_KEY}")
        self.url = url.rstrip("/")
        self.place = place or self.url
        self._api_key = api_key
        self._sdk: Any = None

    def __repr__(self) -> str:
        return f"Studio({_shown(self.url)!r})"

    @classmethod
    def connect(cls, project: Project) -> Studio:
        """The server named by LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY, else the project's own.

        Raises: OutsideError, when none answers, it is no Label Studio, or the key is wrong.
        """
        url, api_key = os.environ.get(URL), os.environ.get(API_KEY)
        if bool(url) != bool(api_key):
            raise CopydeskError(
                f"{URL if url else API_KEY} is set, {API_KEY if url else URL} is not", "set both, or neither"
            )
        if url and api_key:
            studio = cls(url, api_key)
        else:
            running = server.status(project)
            if running.url is None:
                hint = f"run `copydesk studio start`, or set {URL} and {API_KEY}"
                raise OutsideError("this project's Label Studio does not run", hint)
            studio = cls(running.url, server.keys(project).token, place=LOCAL)
        studio.check()
        return studio

    def check(self) -> None:
        """Raises OutsideError unless a Label Studio answers and knows the key."""
        if "release" not in self._object("GET", "api/version"):
            raise OutsideError(f"what answers at {_shown(self.url)} is not Label Studio", f"check {URL}")
        self.me()

    def me(self) -> Json:
        """The user whose key this is."""
        path = "api/current-user/whoami"
        return self._rows([self._object("GET", path)], path)[0]

    # Projects

    def projects(self, more: Sequence[str] = ()) -> list[Json]:
        """Every project that the user can see; ``more`` names fields such as ``COUNTS``."""
        found: dict[int, Json] = {}
        for page in count(1):  # a server gives fewer a page than it is asked for: a hundred
            asked = {"page": page, "page_size": PAGE, "include": ",".join((*_PROJECT, *more))}
            answer = self._object("GET", "api/projects/", params=asked)
            rows = {row["id"]: row for row in self._rows(answer.get("results"), "api/projects/")}
            if answer.get("next") and not rows.keys() - found.keys():
                raise self._odd("api/projects/")
            found |= rows  # one made meanwhile moves another to the next page
            if not answer.get("next"):
                break
        return list(found.values())

    def create_project(self, fields: Mapping[str, Any]) -> Json:
        return self._object("POST", "api/projects/", json=dict(fields))

    def update_project(self, project_id: int, fields: Mapping[str, Any]) -> Json:
        return self._object("PATCH", f"api/projects/{project_id}/", json=dict(fields))

    def delete_project(self, project_id: int) -> None:
        self._call("DELETE", f"api/projects/{project_id}/", timeout=WRITE_S)

    # Tasks

    def import_tasks(self, project_id: int, tasks: Sequence[Mapping[str, Any]]) -> list[int]:
        """Create tasks (``data``, perhaps ``predictions``) in one transaction; their ids in the same order.

        Raises: Unsure, when the answer did not arrive.
        """
        path, params = f"api/projects/{project_id}/import", {"return_task_ids": True}
        answer = self._object("POST", path, json=list(tasks), params=params, timeout=WRITE_S)
        ids: list[int] = answer.get("task_ids") or []
        if len(ids) != len(tasks):
            raise Unsure(f"Label Studio took {len(ids)} of {len(tasks)} tasks")
        return ids

    def extent(self, project_id: int) -> Extent:
        """How much there is, and since when."""
        query = {"ordering": ["-tasks:updated_at"]}
        params = {"project": project_id, "include": "id,updated_at", "page_size": 1, "query": _json(query)}
        answer = self._object("GET", "api/tasks/", params=params)
        rows, total = self._rows(answer.get("tasks"), "api/tasks/"), answer.get("total")
        newest = rows[0].get("updated_at") if rows else ""
        if not isinstance(total, int) or not isinstance(newest, str):
            raise self._odd("api/tasks/")
        return total, newest

    def tasks(self, project_id: int, include: Sequence[str], since: str | None = None) -> Iterator[Json]:
        """Tasks by ascending id with the fields in ``include``; with ``since``, those changed at or after it."""
        yield from self._listing(project_id, include, [_changed_since(since)] if since else [])

    def answered(self, project_id: int, since: str | None = None, *, most: bool = False) -> Iterator[Json]:
        """Tasks with all their annotations; with ``since``, all that changed at or after it, also those with none now.

        A listing that leaves out what nobody reads: half the server's work for an export of any kind.
        ``most``: most tasks have answers. To list the others too costs the server less than to tell them apart, which
        it does anew for every page.
        """
        fields = (*_TASK, *(f"annotations.{name}" for name in _ANSWER))
        lean = {"fields": "all", "expand": "annotations", "review": True}  # "review": nothing is counted up per task
        has_answers = {"filter": "filter:tasks:annotations_ids", "operator": "empty", "type": "Number", "value": False}
        filters = [_changed_since(since)] if since else [] if most else [has_answers]
        for task in self._listing(project_id, fields, filters, spare=SPOILT, **lean):
            if not most or task.get("annotations") != []:
                yield task

    def _listing(
        self, project_id: int, include: Sequence[str], filters: list[Json], spare: int = 0, **more: Any
    ) -> Iterator[Json]:
        """Tasks by ascending id. A page begins after the last id, so no task is passed over when another one goes.

        One answer that the server took but cannot send (half an emoji, a lone surrogate) makes every page with it
        fail. It is found by smaller and smaller pages; of its task there is only the id. ``spare`` says of how many
        tasks that may be so; who must know each task whole spares none.
        """
        wanted = {"project": project_id, "include": ",".join(include), "resolve_uri": False} | more
        last, size, suspect = 0, PAGE, 0  # suspect: of so many tasks from here on one cannot be sent
        while True:
            after = {"filter": "filter:tasks:id", "operator": "greater", "type": "Number", "value": last}
            query = {"ordering": ["tasks:id"], "filters": {"conjunction": "and", "items": [*filters, after]}}
            params = wanted | {"page_size": size, "query": _json(query)}
            try:
                body = self._call("GET", "api/tasks/", params=params)
            except Refused as error:
                if error.status != HTTPStatus.INTERNAL_SERVER_ERROR or not spare:
                    raise
                suspect = size
                if size > 1:
                    size //= 2
                    continue
                spare -= 1
                body = self._call("GET", "api/tasks/", params={**params, "include": "id", "fields": "", "expand": ""})
            answer = self._parsed(body, "api/tasks/")
            rows, total = self._rows(answer.get("tasks"), "api/tasks/"), answer.get("total")
            ids = [row["id"] for row in rows]
            if not isinstance(total, int) or min(ids, default=last + 1) <= last:
                raise self._odd("api/tasks/")
            yield from rows
            if total <= len(ids) or not ids:
                return
            last = max(ids)
            suspect -= len(ids)
            if suspect <= 0:
                size = max(1, min(_PAGE_MOST, size * PAGE, len(ids) * _PAGE_BYTES // len(body)))

    def task(self, task_id: int) -> Json | None:
        """One task with annotations and drafts; None when it is gone."""
        try:
            return self._object("GET", f"api/tasks/{task_id}/")
        except Refused as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    def update_task(self, task_id: int, fields: Mapping[str, Any]) -> Json:
        return self._object("PATCH", f"api/tasks/{task_id}/", json=dict(fields))

    def mark_tasks(self, project_id: int, task_ids: Sequence[int], name: str, value: str) -> None:
        """Set one field in the data of many tasks; their ``updated_at`` stays."""
        chosen = {"all": False, "included": list(task_ids)}
        body = {"selectedItems": chosen, "value_name": name, "value_type": "String", "value": value}
        self._action(project_id, "add_data_field", body)

    def delete_tasks(self, project_id: int, task_ids: Sequence[int]) -> None:
        """Delete tasks and all that hangs on them; those that are gone already are passed over."""
        self._action(project_id, "delete_tasks", {"selectedItems": {"all": False, "included": list(task_ids)}})

    def _action(self, project_id: int, name: str, body: Json) -> None:
        if body["selectedItems"]["included"]:
            self._call("POST", "api/dm/actions/", params={"project": project_id, "id": name}, json=body)

    # Annotations

    def annotate(self, task_id: int, result: Sequence[Mapping[str, Any]], **fields: Any) -> Json:
        """Store one answer. ``unique_id`` makes it exact once: the second time raises Refused with status 409."""
        return self._object("POST", f"api/tasks/{task_id}/annotations/", json={"result": list(result), **fields})

    def update_annotation(self, annotation_id: int, fields: Mapping[str, Any]) -> Json:
        return self._object("PATCH", f"api/annotations/{annotation_id}/", json=dict(fields))

    def delete_annotation(self, annotation_id: int) -> None:
        self._call("DELETE", f"api/annotations/{annotation_id}/")

    # People

    def users(self) -> list[Json]:
        answer = self._json(self._call("GET", "api/users/"), "api/users/")
        return self._rows(answer.get("results") if isinstance(answer, dict) else answer, "api/users/")

    def sign_up(self, email: str, password: str) -> None:
        """Make a user by the invitation link's own form, so that the password is known and sign-up stays closed."""
        invite = self._object("GET", "api/invite")["invite_url"]
        with self._browser() as browser:
            if not self._submit(browser, invite, {"email": email, "password": password, "allow_newsletters": "false"}):
                raise OutsideError(f"Label Studio did not take the new user {email!r}", "is the name taken already?")

    def sign_in(self, email: str, password: str) -> Studio:
        """The same server, as another user."""
        with self._browser() as browser:
            if not self._submit(browser, "user/login/", {"email": email, "password": password}):
                raise OutsideError(f"Label Studio does not let {email!r} in", "was the password changed there?")
            answer = browser.get(f"{self.url}/api/current-user/token")
        token = answer.json().get("token") if answer.is_success else None
        if not token:
            raise OutsideError(f"Label Studio gives {email!r} no token", "allow legacy tokens in its organization")
        return Studio(self.url, token, place=self.place)

    def _browser(self) -> httpx.Client:
        import httpx

        return httpx.Client(timeout=READ_S, trust_env=self.place != LOCAL, follow_redirects=False)

    def _submit(self, browser: httpx.Client, path: str, fields: dict[str, str]) -> bool:
        """Send a form of the server's pages; whether it took it, and so sent us on."""
        import httpx

        address = urljoin(f"{self.url}/", path.removeprefix("/"))
        try:
            form = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get(address).text)
            token = {"csrfmiddlewaretoken": form[1]} if form else {}
            answer = browser.post(address, data=fields | token, headers={"Referer": address})
        except httpx.HTTPError as error:
            raise _broken(self.url, error, writes=True) from None
        return answer.status_code == HTTPStatus.FOUND

    # Transport

    def _object(self, method: str, path: str, **request: Any) -> Json:
        return self._parsed(self._call(method, path, **request), path)

    def _parsed(self, body: bytes, path: str) -> Json:
        answer = self._json(body, path)
        if not isinstance(answer, dict):
            raise self._odd(path)
        return answer

    def _rows(self, found: object, path: str) -> list[Json]:
        """Objects with a number each; raises OutsideError for anything else that an address may answer."""
        if isinstance(found, list) and all(isinstance(row, dict) and type(row.get("id")) is int for row in found):
            return found
        raise self._odd(path)

    def _odd(self, path: str) -> OutsideError:
        return OutsideError(f"{_shown(self.url)}/{path} answered something else than Label Studio does")

    def _json(self, body: bytes, path: str) -> Any:
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError:
            message = f"what answers at {_shown(self.url)}/{path} is not Label Studio: its answer is not JSON"
            raise OutsideError(message, f"check {URL}") from None

    def _call(self, method: str, path: str, *, timeout: float = READ_S, **request: Any) -> bytes:
        """The body of an answer. Raises Unsure, Refused, OutsideError; none of them holds the key."""
        import httpx
        from label_studio_sdk.core.api_error import ApiError

        if "json" in request:  # the SDK's own encoder walks every value in Python first
            request["content"], request["headers"] = orjson.dumps(request.pop("json")), _JSON
        try:
            options = {"max_retries": 0, "timeout": timeout}
            answer = self._http().request(path, method=method, request_options=options, **request)
        except httpx.HTTPError as error:
            raise _broken(self.url, error, writes=method != "GET") from None
        except ApiError as error:  # the SDK refuses a key that has expired, before it asks
            raise Refused(error.status_code or 0, "the key is not valid", f"check {API_KEY}") from None
        body: bytes = answer.content
        if answer.status_code < HTTPStatus.BAD_REQUEST:
            return body
        raise _refusal(self.url, method, path, answer.status_code, body)

    def _http(self) -> Any:
        if self._sdk is None:
            import httpx
            from label_studio_sdk import LabelStudio

            # No proxy to this machine; a redirect would turn a write into a read.
            client = httpx.Client(trust_env=self.place != LOCAL, follow_redirects=False)
            sdk: Any = LabelStudio
            self._sdk = sdk(base_url=self.url, api_key=self._api_key, httpx_client=client, max_retries=0)
        return self._sdk._client_wrapper.httpx_client


def _changed_since(instant: str) -> Json:
    return {"filter": "filter:tasks:updated_at", "operator": "greater_or_equal", "type": "Datetime", "value": instant}


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _shown(url: str) -> str:
    """An address without the user and password that it may hold."""
    address = urlsplit(url)
    return address._replace(netloc=address.netloc.rpartition("@")[2]).geturl()


def _broken(url: str, error: Exception, *, writes: bool) -> OutsideError:
    import httpx

    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol)):
        hint = f"run `copydesk studio start`, or check {URL}"
        return OutsideError(f"no server answers at {_shown(url)}", hint)
    kind = Unsure if writes else OutsideError
    return kind(f"the connection to {_shown(url)} broke ({type(error).__name__})", "run this again")


def _refusal(url: str, method: str, path: str, status: int, body: bytes) -> OutsideError:
    if status == HTTPStatus.UNAUTHORIZED:
        return Refused(status, f"{_shown(url)} does not accept the key", f"check {API_KEY}")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and method != "GET":
        return Unsure(f"{_shown(url)} failed with {status} at {path}", "run this again")
    try:
        detail = orjson.loads(body)
        said = detail.get("validation_errors") or detail.get("detail") if isinstance(detail, dict) else detail
    except orjson.JSONDecodeError:
        said = "no reason given"
    return Refused(status, f"{_shown(url)} refused {method} {path} with {status}: {str(said)[:300]}")
