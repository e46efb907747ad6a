"""The program ``copydesk``: run a verb, and end with the exit code that says how it went."""

from __future__ import annotations


def main() -> None:
    """Entry point of the console script."""
    from copydesk.cli import app

    app(prog_name="copydesk")


if __name__ == "__main__":
    main()
