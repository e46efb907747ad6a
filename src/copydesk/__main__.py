"""The program ``copydesk``: run a verb, and end with the exit code that says how it went."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress

HELP = os.path.join(os.path.dirname(__file__), "help.txt")  # noqa: PTH118, PTH120 - pathlib costs as much as all the rest
WIDTH = 80  #: columns for which ``help.txt`` is laid out


def main() -> None:
    """Entry point of the console script."""
    if sys.stdout and sys.argv[1:] in (["--help"], ["-h"]) and shutil.get_terminal_size().columns >= WIDTH:
        _help()
        return
    from copydesk.cli import app

    app(prog_name="copydesk")


def _help() -> None:
    """What the parser would say, without the tenth of a second that importing one takes."""
    with open(HELP, "rb") as file, suppress(BrokenPipeError):  # noqa: PTH123
        sys.stdout.buffer.write(file.read())
        sys.stdout.flush()


if __name__ == "__main__":
    main()
