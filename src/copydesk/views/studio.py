"""Where the labelling server runs, as a person reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copydesk.views import View, lines

if TYPE_CHECKING:
    from copydesk.labeling.server import Running


def running(server: Running) -> View:
    """Where the server is."""
    if not server.running:
        return lines("Label Studio is not running; start it with `copydesk studio start`")
    return lines(f"Label Studio {server.version} at {server.url} (process {server.pid})")
