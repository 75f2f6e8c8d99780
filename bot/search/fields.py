"""The fields of a session in which a word may stand, as bits of a mark; the higher bits tell where in an abstract."""

from typing import Any

import numpy as np

Marks = np.ndarray[Any, np.dtype[np.uint64]]
Numbers = np.ndarray[Any, np.dtype[np.int32]]  # of sessions
Floats = np.ndarray[Any, np.dtype[np.float32]]

TITLE = 1
SPEAKER = 2  # a speaker's or a track host's name
AFFILIATION = 4  # their role and where they work
SUBTITLE = 8
TRACK = 16  # the title of the track a talk belongs to
ABSTRACT = 32
BIO = 64
KIND = 128

FIELD_BITS = 8
FIELDS = (1 << FIELD_BITS) - 1
WINDOWS = 64 - FIELD_BITS  # the windows that an abstract is cut into, one bit each, to tell what stands together
SMALLEST_WINDOW = 14  # words

_TOGETHER = TITLE | SUBTITLE | SPEAKER | AFFILIATION | TRACK  # so short that words in one of them are near each other
_WORTH = {TITLE: 1.0, SPEAKER: 1.0, SUBTITLE: 0.95, AFFILIATION: 0.9, ABSTRACT: 0.75, TRACK: 0.7, KIND: 0.7, BIO: 0.45}

# By the fields of a mark: how sure a word there makes one that the session is about it. It only orders candidates.
WORTH: Floats = np.array(
    [max((worth for bit, worth in _WORTH.items() if mark & bit), default=0.0) for mark in range(FIELDS + 1)], np.float32
)


def near(one: int, other: int) -> bool:
    """Tell whether two words are in the same or neighbouring windows of an abstract, or in one title, name or role."""
    windows = one >> FIELD_BITS
    return bool((one & _TOGETHER | (windows | windows << 1 | windows >> 1) << FIELD_BITS) & other)
