"""Releases through Hugging Face's libraries; nothing outside this folder imports ``datasets`` or ``huggingface_hub``.

The address and the token come from the environment: ``HF_ENDPOINT``, ``HF_TOKEN``.
"""

from copydesk.dataset.hub.loading import NotVerified, UnknownConfig, compare_loaded, fetched, load, load_config
from copydesk.dataset.hub.publishing import BranchMoved, NotCleared, Published, TagTaken, publish

__all__ = [
    "BranchMoved",
    "NotCleared",
    "NotVerified",
    "Published",
    "TagTaken",
    "UnknownConfig",
    "compare_loaded",
    "fetched",
    "load",
    "load_config",
    "publish",
]
