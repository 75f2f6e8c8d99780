"""Standard error through a thread, so that a reader who stops reading cannot stop the process."""

import io
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, suppress
from queue import Full, Queue

STDERR = 2

MAX_WAITING = 10_000  # texts, a few megabytes

FLUSH_S = 1.0  # for the last texts, at a stop


class BackgroundStream(io.TextIOBase):
    """A stream whose texts a thread writes to a file descriptor.

    A text that finds no room is dropped, and so is one that cannot be written: a full disk is no reason to stop.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._texts: Queue[str | None] = Queue(MAX_WAITING)
        self._dropped = 0
        self._thread = threading.Thread(target=self._write_all, name="stderr", daemon=True)
        self._thread.start()

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def write(self, text: str) -> int:
        try:
            self._texts.put_nowait(text)
        except Full:
            self._dropped += 1
        return len(text)

    def end(self) -> None:
        """Wait a little until the last text is written. Nothing is written after it."""
        with suppress(Full):
            self._texts.put_nowait(None)
            self._thread.join(FLUSH_S)

    def _write_all(self) -> None:
        """Write to the descriptor itself: a thread that hangs must hold no lock that the interpreter's end needs."""
        while (text := self._texts.get()) is not None:
            if dropped := self._dropped:
                self._dropped -= dropped
                text = f"{dropped} pieces of this log were dropped, because nobody read it.\n{text}"
            rest = text.encode(errors="backslashreplace")
            with suppress(OSError):
                while rest:
                    rest = rest[os.write(self._descriptor, rest) :]


@contextmanager
def background_stderr() -> Iterator[None]:
    """Send everything that goes to standard error through a thread while the block is open."""
    stream = BackgroundStream(STDERR)
    try:
        with redirect_stderr(stream):
            yield
    finally:
        stream.end()


def open_unblocked_stderr() -> int:
    """Open standard error once more, so that a write fails where it would block.

    Only Linux can, and not if it is a socket. Elsewhere, return the descriptor of standard error itself.
    """
    try:
        return os.open(f"/proc/self/fd/{STDERR}", os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK | os.O_NOCTTY)
    except (OSError, AttributeError):
        return STDERR
