"""When the fault is ours: a report file that a person can send, without secrets in it."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import traceback
from pathlib import Path

import copydesk

SECRETS = ("LABEL_STUDIO_API_KEY", "HF_TOKEN")


def scrub(text: str) -> str:
    """``text`` without the values of the environment's secrets."""
    for name in SECRETS:
        if value := os.environ.get(name):
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
