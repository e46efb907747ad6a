"""How long `copydesk --help` takes, as a ratio to `python -c pass`, A B A B, files cached.

python benchmarks/startup.py [ROUNDS]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

COPYDESK = Path(sys.executable).with_name("copydesk")


def seconds(*command: str | Path) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main(rounds: int) -> None:
    bare, helped = (sys.executable, "-c", "pass"), (COPYDESK, "--help")
    seconds(*bare), seconds(*helped)  # warm the file cache
    pairs = [(seconds(*bare), seconds(*helped)) for _ in range(rounds)]
    a, b = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"python -c pass {a * 1000:.0f} ms, copydesk --help {b * 1000:.0f} ms, ratio {b / a:.1f} (n={rounds})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
