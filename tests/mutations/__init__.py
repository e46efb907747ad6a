"""Ways to tamper with a release: bytes, files, rows, documents, manifest, signature.

A mutation is *sealed* when the forger rewrites what can be rewritten without a key: shard names, manifest, sums, and
(for rows) all documents. Each names the checks of which at least one must fail.
"""

from __future__ import annotations

from collections.abc import Iterator

from mutations.documents import DOCUMENTS
from mutations.kind import Mutation
from mutations.places import PLAIN
from mutations.rows import ROWS

__all__ = ["SEALED", "UNSEALED", "Mutation", "drawn"]

UNSEALED = [mutation for mutation in PLAIN if not mutation.sealed]
SEALED = [*ROWS, *DOCUMENTS, *(mutation for mutation in PLAIN if mutation.sealed)]


def drawn(seed: int, unsealed: int, sealed: int) -> Iterator[tuple[int, Mutation]]:
    """Mutations in turn, each with the seed it is applied with; the same for the same arguments."""
    for n in range(unsealed):
        yield seed * 1_000_003 + n, UNSEALED[n % len(UNSEALED)]
    for n in range(sealed):
        yield seed * 1_000_003 + unsealed + n, SEALED[n % len(SEALED)]
