"""When the fault is ours: a report file that a person can send, without secrets in it."""

from __future__ import annotations

import os
import platform
import re
import sys
import tempfile
import traceback
from pathlib import Path
from urllib.parse import quote

import copydesk

#: by name, what of the environment nobody else may read: LABEL_STUDIO_API_KEY, HF_TOKEN, AWS_SECRET_ACCESS_KEY, …
SECRETS = re.compile("API_KEY|SECRET|TOKEN|PASSWORD", re.IGNORECASE)
MIN_SECRET = 6  #: letters; what is shorter, as a 1 that switches something on, is no secret


def scrub(text: str) -> str:
    """``text`` without the values of the environment's secrets, as they are and as an address writes them."""
    found = [(value, name) for name, value in os.environ.items() if SECRETS.search(name) and len(value) >= MIN_SECRET]
    forms = {(form, name) for value, name in found for form in (value, quote(value), quote(value, safe=""))}
    for value, name in sorted(forms, key=lambda each: (-len(each[0]), each)):
        text = text.replace(value, f"<{name}>")
    return text


def report(error: BaseException) -> Path:
    """Write what happened, on what versions, and return the file."""
    lines = [
        f"copydesk {copydesk.__version__}, Python {platform.python_version()}, {platform.platform()}",
        f"arguments: {sys.argv[1:]}",
        "",
        *traceback.format_exception(error),
    ]
    handle, name = tempfile.mkstemp(prefix="copydesk-report-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(scrub("\n".join(lines)))
    return Path(name)
