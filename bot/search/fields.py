"""Where a word stands in a session, as bits of a mark, and how much that says about the session."""

from collections.abc import Mapping
from functools import reduce

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

WINDOWS = 64 - FIELD_BITS  # the windows an abstract is cut into: further bits of the mark, to tell what stands together

SMALLEST_WINDOW = 14  # words

_TOGETHER = TITLE | SUBTITLE | SPEAKER | AFFILIATION | TRACK  # so short that words in one of them are near each other

ABOUT = TITLE | SUBTITLE | TRACK | ABSTRACT | KIND  # what a session is, rather than who gives it

_SAYS = {
    TITLE: 1.0,
    SPEAKER: 1.0,
    SUBTITLE: 0.95,
    AFFILIATION: 0.95,
    ABSTRACT: 0.88,
    TRACK: 0.8,
    KIND: 0.8,
    BIO: 0.6,
}

IDLE_IN_PASSING = 0.55  # what an everyday word in running text is worth beside a telling one

PLAIN_IN_BIO = 0.45  # plain English in somebody's life is not what they speak about: not enough by itself


def _says(worth: Mapping[int, float]) -> tuple[float, ...]:
    return tuple(max((says for bit, says in worth.items() if mark & bit), default=0.0) for mark in range(FIELDS + 1))


# By the fields of a mark: how sure a word there makes one that the session is about it, 0 to 1. The same for plain English
# rather than the name of something, and for what is idle here.
SAYS = _says(_SAYS)

SAYS_PLAIN = _says({**_SAYS, BIO: PLAIN_IN_BIO})

SAYS_IDLE = _says({**_SAYS, **{bit: _SAYS[bit] * IDLE_IN_PASSING for bit in (ABSTRACT, BIO)}})

_STANDS = {TITLE: 0.4, SPEAKER: 0.4, SUBTITLE: 0.2, AFFILIATION: 0.2, TRACK: 0.12, ABSTRACT: 0.1, KIND: 0.1, BIO: 0.02}

_PROMINENCE = tuple(
    reduce(float.__add__, (stands for bit, stands in _STANDS.items() if mark & bit), 0.0) for mark in range(FIELDS + 1)
)

_OFTEN = tuple(0.01 * min(5, windows) for windows in range(WINDOWS + 1))  # by the number of windows


def prominence(mark: int) -> float:
    """How much a session with a word in these fields goes before others: 0 to about 1.5."""
    return _PROMINENCE[mark & FIELDS] + _OFTEN[(mark >> FIELD_BITS).bit_count()]


def near(one: int, other: int) -> bool:
    """Whether two words stand in the same or in neighbouring windows of an abstract, or in one title, name or role."""
    return bool(reach(one) & other)


def reach(mark: int) -> int:
    """Where words are near this one: the bits of which their marks have at least one."""
    windows = mark >> FIELD_BITS
    return mark & _TOGETHER | (windows | windows << 1 | windows >> 1) << FIELD_BITS
