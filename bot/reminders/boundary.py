"""Where the reminders' loops meet errors: each is logged under an id, and the loop goes on."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import ParamSpec

from bot import telemetry
from bot.store.database import is_transient

P = ParamSpec("P")

_log = telemetry.logger("reminders")


async def run_safely(action: str, step: Callable[P, Awaitable[object]], *args: P.args, **kwargs: P.kwargs) -> bool:
    """Whether the step went well; if not, that is logged, and what it left undone is found again in the database."""
    try:
        await step(*args, **kwargs)
    except asyncio.CancelledError:
        raise
    except Exception as error:
        if is_transient(error):
            _log.warning("the database is away", doing=action, error=type(error).__name__)
        else:
            place = telemetry.error_location(error.__traceback__)
            _log.error("failed", doing=action, incident=secrets.token_hex(4), error=type(error).__name__, where=place)
        return False
    return True
