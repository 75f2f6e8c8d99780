"""The memory of the C library: glibc keeps what is freed, unless it is told to give it back.

Schedules and their indexes take megabytes, which are freed when they are replaced.
"""

import ctypes
import sys

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # from malloc.h

_BIG = 2**20  # bytes of a block that goes back to the system as soon as it is freed


def share_one_arena() -> None:
    """Let all threads take memory from one place, so that what one has freed is of use to the others.

    Call this before there are threads. Otherwise each would keep what it needed once, to read or index a big schedule.
    Big blocks, such as documents and the arrays of an index, stay apart: glibc would keep them too, once it has seen some.
    """
    _call("mallopt", _M_ARENA_MAX, 1)
    _call("mallopt", _M_MMAP_THRESHOLD, _BIG)


def release_memory() -> None:
    """Give freed memory back to the system. This takes milliseconds, and other threads may run meanwhile."""
    _call("malloc_trim", 0)


def _call(name: str, *arguments: int) -> None:
    """Call a function of glibc. Elsewhere this does nothing."""
    function = getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
    if function is not None:
        function(*arguments)
