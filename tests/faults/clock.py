"""Put the clock of a real process back or forward from outside, with a small library that is loaded into it."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

# `clock_gettime` of the C library, with the seconds in a file added to the real time. Monotonic time stays as it is.
SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int clock_gettime(clockid_t id, struct timespec *time) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(id, time);
    if (id == CLOCK_REALTIME && result == 0) {
        FILE *file = fopen(getenv("CLOCK_OFFSET_FILE"), "r");
        long seconds = 0;
        if (file) {
            if (fscanf(file, "%ld", &seconds) != 1) seconds = 0;
            fclose(file);
        }
        time->tv_sec += seconds;
    }
    return result;
}
"""


@dataclass(frozen=True)
class ShiftedClock:
    """A clock that a process reads instead of the machine's."""

    library: Path
    offset: Path

    @classmethod
    def create(cls, folder: Path) -> "ShiftedClock":
        """Compile the library. The test is skipped where that cannot be done."""
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            pytest.skip("there is no C compiler")
        source, library = folder / "clock.c", folder / "clock.so"
        source.write_text(SOURCE)
        subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True, capture_output=True)
        clock = cls(library, folder / "offset")
        clock.set(0)
        return clock

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which a process uses this clock."""
        return {"LD_PRELOAD": str(self.library), "CLOCK_OFFSET_FILE": str(self.offset)}

    def set(self, seconds: int) -> None:
        """Let the clock be so many seconds ahead of the machine's, or behind it."""
        self.offset.with_suffix(".new").write_text(str(seconds))
        self.offset.with_suffix(".new").replace(self.offset)
