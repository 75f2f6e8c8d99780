"""Look up the person behind a request: their time zone, and whether they are an organiser."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aiohttp import ClientError
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.errors import BotError
from bot.settings import Settings
from bot.slack.request import SlackRequest

CACHED_FOR = timedelta(hours=6)

MAX_CACHED = 20_000  # people; the oldest look-up is dropped first

LOOKUP_TIMEOUT_S = 0.8  # an answer does not wait longer for the asker's time zone


class NotAnOrganiser(BotError):
    """Only organisers may do this; ask one of them, or a workspace admin."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass(frozen=True, slots=True)
class UserProfile:
    zone: ZoneInfo | None
    admin: bool
    fetched_at: datetime


class Users:
    """Asks Slack about a person (users.info, conversations.members) and caches the answer. It keeps no name."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._organisers = frozenset(settings.organisers)
        self._channel = settings.organisers_channel
        self._clock = clock
        self._profiles: dict[tuple[str, str], UserProfile] = {}
        self._confirmed_organisers: set[tuple[str, str]] = set()  # as of the last check

    async def zone(self, request: SlackRequest) -> ZoneInfo | None:
        """The asker's time zone; None where Slack does not tell it soon."""
        try:
            async with asyncio.timeout(LOOKUP_TIMEOUT_S):
                return (await self._profile(request)).zone
        except (TimeoutError, SlackClientError, ClientError):
            return None

    async def require_organiser(self, request: SlackRequest) -> None:
        """Raise NotAnOrganiser unless `is_organiser`."""
        if not await self.is_organiser(request):
            raise NotAnOrganiser

    async def is_organiser(self, request: SlackRequest) -> bool:
        """Tell whether the asker is in QCON_ORGANISERS or the organisers' channel, or administers the workspace."""
        confirmed = await self._check_organiser(request)
        (self._confirmed_organisers.add if confirmed else self._confirmed_organisers.discard)(_profile_key(request))
        return confirmed

    def probably_organiser(self, request: SlackRequest) -> bool:
        """Tell whether to offer the asker the actions of organisers, as far as is known without asking Slack."""
        known = self._profiles.get(_profile_key(request))
        return (
            request.user in self._organisers
            or _profile_key(request) in self._confirmed_organisers
            or bool(known and known.admin)
        )

    async def _check_organiser(self, request: SlackRequest) -> bool:
        if request.user in self._organisers or await self._in_channel(request.client, request.user):
            return True
        return (await self._profile(request)).admin

    async def _in_channel(self, client: AsyncWebClient, user: str) -> bool:
        if not self._channel:
            return False
        async for page in await client.conversations_members(channel=self._channel, limit=1000):
            if user in page["members"]:
                return True
        return False

    async def _profile(self, request: SlackRequest) -> UserProfile:
        key = _profile_key(request)
        now = self._clock.real_now()
        known = self._profiles.get(key)
        if known is None or now - known.fetched_at > CACHED_FOR:
            user = (await request.client.users_info(user=key[1]))["user"]
            admin = bool(user.get("is_admin") or user.get("is_owner"))
            known = self._profiles[key] = UserProfile(_zone_named(user.get("tz")), admin, now)
            if len(self._profiles) > MAX_CACHED:
                del self._profiles[next(iter(self._profiles))]
        return known


def _profile_key(request: SlackRequest) -> tuple[str, str]:
    return request.workspace, request.user


def _zone_named(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None
