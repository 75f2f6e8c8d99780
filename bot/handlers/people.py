"""Who is asking: their time zone, and whether they are an organiser."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aiohttp import ClientError
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.errors import BotError
from bot.handlers.boundary import Listener
from bot.settings import Settings

KEPT_FOR = timedelta(hours=6)
KEPT_AT_MOST = 20_000  # people; the oldest look-up goes first
PATIENCE_S = 0.8  # an answer does not wait longer for the asker's time zone


class NotAnOrganiser(BotError):
    """Only organisers may do this; ask one of them, or a workspace admin."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass(frozen=True, slots=True)
class Person:
    zone: ZoneInfo | None
    admin: bool
    seen_at: datetime


class People:
    """Asks Slack about a person once in a while (users.info, conversations.members), and keeps no name."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._organisers = frozenset(settings.organisers)
        self._channel = settings.organisers_channel
        self._clock = clock
        self._known: dict[tuple[str, str], Person] = {}
        self._passed: set[tuple[str, str]] = set()  # who was an organiser when that was asked last

    async def zone(self, args: AsyncArgs) -> ZoneInfo | None:
        """The asker's time zone; nothing where Slack does not tell it soon."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                return (await self._person(args)).zone
        except (TimeoutError, SlackClientError, ClientError):
            return None

    async def demand_organiser(self, args: AsyncArgs) -> None:
        """Raises NotAnOrganiser unless the asker is named in QCON_ORGANISERS or administers the workspace."""
        if not await self.is_organiser(args):
            raise NotAnOrganiser

    def for_organisers(self, listener: Listener) -> Listener:
        """The listener for organisers only: whoever else asks is told NotAnOrganiser, whatever they press or forge."""

        async def checked(args: AsyncArgs) -> None:
            await self.demand_organiser(args)
            await listener(args)

        return checked

    async def is_organiser(self, args: AsyncArgs) -> bool:
        """Whether the asker is named in QCON_ORGANISERS or administers the workspace."""
        is_one = await self._is_organiser(args)
        (self._passed.add if is_one else self._passed.discard)(_key(args))
        return is_one

    def seems_organiser(self, args: AsyncArgs) -> bool:
        """Whether to offer the asker what organisers do, as far as is known without asking Slack."""
        known = self._known.get(_key(args))
        return args.context.user_id in self._organisers or _key(args) in self._passed or bool(known and known.admin)

    async def _is_organiser(self, args: AsyncArgs) -> bool:
        if args.context.user_id in self._organisers or await self._in_channel(args.client, args.context.user_id or ""):
            return True
        return (await self._person(args)).admin

    async def _in_channel(self, client: AsyncWebClient, user: str) -> bool:
        if not self._channel:
            return False
        async for page in await client.conversations_members(channel=self._channel, limit=1000):
            if user in page["members"]:
                return True
        return False

    async def _person(self, args: AsyncArgs) -> Person:
        key = _key(args)
        now = self._clock.machine()
        known = self._known.get(key)
        if known is None or now - known.seen_at > KEPT_FOR:
            user = (await args.client.users_info(user=key[1]))["user"]
            admin = bool(user.get("is_admin") or user.get("is_owner"))
            known = self._known[key] = Person(_zone(user.get("tz")), admin, now)
            if len(self._known) > KEPT_AT_MOST:
                del self._known[next(iter(self._known))]
        return known


def _key(args: AsyncArgs) -> tuple[str, str]:
    return args.context.team_id or "", args.context.user_id or ""


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None
