"""`python -m tests.faults.impatient run`: the bot with short limits, whose event loop hangs after SIGUSR1."""

import signal
import time
from functools import partial

from bot.app import process
from bot.cli import serve
from bot.cli.main import main
from bot.supervisor import Supervisor

HANGS_AFTER_S = 3.0

if __name__ == "__main__":
    serve.HANGS_AFTER_S = HANGS_AFTER_S
    vars(process)["Supervisor"] = partial(Supervisor, dead_after_s=1.0)
    signal.signal(signal.SIGUSR1, lambda *_: time.sleep(1000))
    main()
