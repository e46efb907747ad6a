"""The language of a text, from its first thousand characters."""

from __future__ import annotations

from functools import cache
from typing import Any

READ = 1000  #: characters looked at
SURE = 0.5


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # half a second to load: only where texts are read

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def detect(text: str) -> tuple[str, float] | None:
    """Language tag and confidence; None when the text does not tell."""
    language, confidence = _identifier().classify(text[:READ])
    return (str(language), float(confidence)) if confidence >= SURE else None
