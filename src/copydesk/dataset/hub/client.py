"""The Hub's own client, told where the Hub is, and its errors as ours.

In:  ``HF_ENDPOINT`` and ``HF_TOKEN`` of the environment.
Out: an ``HfApi``; errors that say what happened, without the token that may stand in the client's.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from copydesk.errors import CopydeskError, OutsideError

if TYPE_CHECKING:
    from huggingface_hub import HfApi

HOME = "https://huggingface.co"


def api() -> HfApi:
    from huggingface_hub import HfApi, constants
    from huggingface_hub.utils.tqdm import disable_progress_bars

    disable_progress_bars()
    endpoint = (os.environ.get("HF_ENDPOINT") or HOME).rstrip("/")
    if endpoint != HOME:
        constants.HF_HUB_DISABLE_XET = True  # other hubs do not speak it; the variable is read at import only
    return HfApi(endpoint=endpoint, token=os.environ.get("HF_TOKEN") or None)


@contextmanager
def outside(repo: str) -> Iterator[None]:
    """Errors of the client as ours, without the token that may stand in them."""
    from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError

    try:
        yield
    except HfHubHTTPError as error:
        status = error.response.status_code if error.response is not None else 0
        if isinstance(error, RepositoryNotFoundError | RevisionNotFoundError) and status not in (401, 403):
            missing = "such revision of it" if isinstance(error, RevisionNotFoundError) else "such dataset"
            raise CopydeskError(
                f"{repo}: the Hub has no {missing}", "look at its name, its tags and HF_TOKEN"
            ) from None
        if status in (401, 403):
            hint = "set HF_TOKEN to a token that may write there"
            raise CopydeskError(f"the Hub does not let us write to {repo} (HTTP {status})", hint) from None
        if status == 412:
            raise OutsideError(f"{repo} changed while we published", "publish again") from None
        raise OutsideError(f"the Hub answered {status} for {repo}", "try again later") from None
    except (OSError, _network_error()):
        address = os.environ.get("HF_ENDPOINT") or HOME
        hint = "look at the network and at HF_ENDPOINT; HF_HUB_OFFLINE=1 reads what was fetched before"
        raise OutsideError(f"the Hub at {address} cannot be reached", hint) from None


def _network_error() -> type[Exception]:
    """What the client raises when there is no connection: its HTTP library's own base class."""
    from huggingface_hub.errors import HfHubHTTPError

    bases = HfHubHTTPError.__mro__
    return next((base for base in bases if base.__name__ == "HTTPError"), OSError)
