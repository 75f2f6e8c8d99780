"""The states of installations under way: signed and not stored, each good once, and at a pace that is bounded.

A state ties the way to Slack and back together (RFC 6749, 10.12). Anybody may ask for one, so asking for one leaves
nothing behind. Only states that came back are kept, until they would have expired.
"""

import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from bot.clock import monotonic
from bot.token_bucket import TokenBucket

VALID_FOR = timedelta(minutes=10)  # from the button until Slack sends the installer back

OFFERS_AT_ONCE, OFFERS_PER_SECOND = 50.0, 10.0

INSTALLATIONS_AT_ONCE, INSTALLATIONS_PER_SECOND = 20.0, 1.0  # each calls Slack, and writes to the database

UseOnce = Callable[[str, datetime], Awaitable[bool]]


class TooManyInstallationsError(Exception):
    """Somebody has to wait before they install the bot."""


class InstallStates(AsyncOAuthStateStore):
    """A state is `expiry.nonce.signature`, the expiry in seconds since 1970."""

    def __init__(
        self,
        secret: str,
        now: Callable[[], datetime],
        use_once: UseOnce,
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        """`use_once(state, expires)` says whether no process has seen this state before; from now on one has.

        `seconds` only ever go forward, and count the pace.
        """
        self._key = hmac.new(secret.encode(), b"install states", hashlib.sha256).digest()
        self._now = now
        self._use_once = use_once
        self._offers = TokenBucket(OFFERS_AT_ONCE, OFFERS_PER_SECOND, seconds)
        self._installations = TokenBucket(INSTALLATIONS_AT_ONCE, INSTALLATIONS_PER_SECOND, seconds)

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        """Raises TooManyInstallationsError."""
        if not self._offers.take():
            raise TooManyInstallationsError
        expires = int((self._now() + VALID_FOR).timestamp())
        claim = f"{expires}.{secrets.token_urlsafe(16)}"
        return f"{claim}.{self._signature(claim)}"

    async def async_consume(self, state: str) -> bool:
        """Tell whether the state is one of ours, in time, and used for the first time. Raises TooManyInstallationsError."""
        claim, _, signature = state.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._signature(claim).encode()):
            return False
        expires = datetime.fromtimestamp(int(claim.partition(".")[0]), UTC)
        if expires <= self._now():
            return False
        if not self._installations.take():
            raise TooManyInstallationsError
        return await self._use_once(state, expires)

    def _signature(self, claim: str) -> str:
        return hmac.new(self._key, claim.encode(), hashlib.sha256).hexdigest()
