"""Look up the person behind a request: their time zone, and whether they are an organiser."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aiohttp import ClientError
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot import telemetry
from bot.clock import monotonic
from bot.errors import FixedTextError
from bot.settings import Settings
from bot.slack.request import SlackRequest

CACHED_FOR_S = 6 * 3600.0

MAX_CACHED = 20_000  # people; the oldest look-up is dropped first

LOOKUP_TIMEOUT_S = 0.8  # an answer does not wait longer for the asker's time zone


# The bot cannot see the organisers' channel, and asking again does not help.
_INVISIBLE = frozenset({"channel_not_found", "missing_scope", "no_permission", "not_in_channel"})

_log = telemetry.logger("slack")


class NotAnOrganiser(FixedTextError):
    """Only organisers can do this. Ask an organiser or a workspace admin."""


@dataclass(frozen=True, slots=True)
class UserProfile:
    zone: ZoneInfo | None
    admin: bool
    member: bool  # of the bot's workspace, and not of another one that shares a channel with it
    fetched_at: float  # monotonic


class Users:
    """Looks people up at Slack (users.info, conversations.info, conversations.members). It keeps no names.

    Profiles are cached for time zones and for the choice of what to show. Whether somebody is an organiser is asked
    afresh each time.
    """

    def __init__(self, settings: Settings) -> None:
        """`settings.workspace` is the bot's own. People of other workspaces are never organisers."""
        self._organisers = frozenset(settings.organisers)
        self._channel = settings.organisers_channel
        self._workspace = settings.workspace
        self._profiles: dict[tuple[str, str], UserProfile] = {}
        self._confirmed_organisers: set[tuple[str, str]] = set()  # those who were organisers when last asked

    async def zone(self, request: SlackRequest) -> ZoneInfo | None:
        """The asker's time zone; None where Slack does not tell it soon."""
        if known := self._known_profile(request):
            return known.zone
        try:
            async with asyncio.timeout(LOOKUP_TIMEOUT_S):
                return (await self._fetch_profile(request)).zone
        except (TimeoutError, SlackClientError, ClientError):
            return None

    async def is_organiser(self, request: SlackRequest) -> bool:
        """Ask Slack whether the asker is an organiser now.

        Organisers are the workspace's admins, and the people and the members of the private channel in QCON_ORGANISERS.
        """
        is_organiser = await self._check_organiser(request)
        (self._confirmed_organisers.add if is_organiser else self._confirmed_organisers.discard)(_profile_key(request))
        return is_organiser

    def probably_organiser(self, request: SlackRequest) -> bool:
        """Tell whether to offer the asker the actions of organisers, as far as is known without asking Slack."""
        known = self._profiles.get(_profile_key(request))
        return (
            request.user in self._organisers
            or _profile_key(request) in self._confirmed_organisers
            or bool(known and known.admin and known.member)
        )

    async def _check_organiser(self, request: SlackRequest) -> bool:
        profile = await self._fetch_profile(request)
        if not profile.member:
            return False
        if profile.admin or request.user in self._organisers:
            return True
        return await self._in_channel(request.client, request.user)

    async def _in_channel(self, client: AsyncWebClient, user: str) -> bool:
        if not self._channel or not await organisers_channel_counts(client, self._channel):
            return False
        async for page in await client.conversations_members(channel=self._channel, limit=1000):
            if user in page["members"]:
                return True
        return False

    def _known_profile(self, request: SlackRequest) -> UserProfile | None:
        """The profile, unless it was looked up too long ago."""
        known = self._profiles.get(_profile_key(request))
        return known if known and monotonic() - known.fetched_at <= CACHED_FOR_S else None

    async def _fetch_profile(self, request: SlackRequest) -> UserProfile:
        user = (await request.client.users_info(user=request.user))["user"]
        admin = bool(user.get("is_admin") or user.get("is_owner"))
        profile = UserProfile(_zone_named(user.get("tz")), admin, _is_member(user, self._workspace), monotonic())
        self._profiles[_profile_key(request)] = profile
        if len(self._profiles) > MAX_CACHED:
            del self._profiles[next(iter(self._profiles))]
        return profile


T = TypeVar("T")

_Method = Callable[Concatenate[Any, SlackRequest, ...], Coroutine[Any, Any, T]]


def for_organisers(method: _Method[T]) -> _Method[T]:
    """Let only organisers use this method of a feature that has `users`. For anybody else, it raises NotAnOrganiser."""

    @wraps(method)
    async def checked(self: Any, request: SlackRequest, /, *args: Any, **kwargs: Any) -> T:
        if not await self.users.is_organiser(request):
            raise NotAnOrganiser
        return await method(self, request, *args, **kwargs)

    return checked


async def organisers_channel_counts(client: AsyncWebClient, channel: str) -> bool:
    """Tell whether the members of this channel are organisers: it is private, and the bot sees it.

    Otherwise log why not.
    """
    try:
        is_private = bool((await client.conversations_info(channel=channel))["channel"].get("is_private"))
    except SlackApiError as error:
        reason = str(error.response.get("error", ""))
        if reason not in _INVISIBLE:
            raise
    else:
        if is_private:
            return True
        reason = "not private"  # anybody can join it
    _log.warning("the organisers' channel does not count", channel=channel, reason=reason)
    return False


def _is_member(user: Mapping[str, Any], workspace: str) -> bool:
    """Tell whether a user object is of this workspace. In an Enterprise Grid a person may be in several."""
    teams = (user.get("enterprise_user") or {}).get("teams") or ()
    return not user.get("is_stranger") and (user.get("team_id") == workspace or workspace in teams)


def _profile_key(request: SlackRequest) -> tuple[str, str]:
    return request.workspace, request.user


def _zone_named(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None
