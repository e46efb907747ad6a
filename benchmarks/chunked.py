"""How much of a changed release a Hub has to store anew.

In:  the files of two releases.
Out: the share of the later one's bytes that stand in chunks which the earlier one lacks.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from copydesk import files

LEAST, MOST = 8 * 1024, 128 * 1024  #: bytes of a chunk


def chunks(data: bytes) -> Iterator[bytes]:
    """Content-defined chunks of about 64 KiB, as a Hub's storage cuts them (https://huggingface.co/docs/xet/chunking).

    Cut where a rolling hash of the last 32 bytes has 16 zero bits, but no chunk is shorter than ``LEAST`` or longer
    than ``MOST``.
    """
    table = np.random.default_rng(0).integers(0, 2**63, 256, dtype=np.uint64)
    gear = table[np.frombuffer(data, dtype=np.uint8)]
    rolled = np.zeros(len(gear), dtype=np.uint64)
    for shift in range(32):
        rolled[shift:] += gear[: len(gear) - shift] << np.uint64(shift)
    cuts = np.flatnonzero((rolled >> np.uint64(16)) & np.uint64(0xFFFF) == 0) + 1
    start = 0
    while start < len(data):
        after = np.searchsorted(cuts, start + LEAST)
        end = min(int(cuts[after]) if after < len(cuts) else len(data), start + MOST, len(data))
        yield data[start:end]
        start = end


def new_bytes(before: Path, after: Path) -> float:
    """Share of the data of ``after`` in chunks that ``before`` does not have."""
    known = {files.sha256(chunk) for path in sorted(before.glob("data/*/*")) for chunk in chunks(path.read_bytes())}
    total = fresh = 0
    for path in sorted(after.glob("data/*/*")):
        for chunk in chunks(path.read_bytes()):
            total += len(chunk)
            fresh += 0 if files.sha256(chunk) in known else len(chunk)
    return fresh / total
