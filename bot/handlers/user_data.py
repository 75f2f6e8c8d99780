"""Read and change what a person saved and chose, and read what they voted."""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiohttp import ClientError
from slack_sdk.errors import SlackClientError

from bot.clock import Clock
from bot.db.batching import Batcher
from bot.db.database import Database, DatabaseUnavailable
from bot.delivery import recipients, recipients_repository
from bot.delivery.recipients_repository import Preferences
from bot.handlers.feedback import repository
from bot.planning.interests import Profile
from bot.slack.request import SlackRequest
from bot.slack.request_guard import Listener
from bot.slack.users import Users

# For a person who never chose: they are reminded from the first talk that they save.
DEFAULT_PREFERENCES = Preferences(reminded=True)


SAVED_TIMEOUT_S = 0.3  # for the database, before an answer is given without what the reader saved


class UserData:
    def __init__(self, database: Database, clock: Clock, users: Users, welcome: Listener) -> None:
        """`welcome` is for a person who was not welcomed before."""
        self._database = database
        self._clock = clock
        self._users = users
        self._welcome = welcome
        # Hundreds of people ask at the end of a talk; a transaction for each costs as much as their answers.
        self._saved = Batcher(database.read, recipients_repository.saved_by_person)

    async def saved_talks(self, request: SlackRequest) -> frozenset[str]:
        """The ids of the talks they saved."""
        return await self._saved(_user_key(request))

    async def known_saved(self, request: SlackRequest) -> frozenset[str]:
        """The ids of the talks they saved, or none where the database does not answer soon: an answer does not wait."""
        try:
            async with asyncio.timeout(SAVED_TIMEOUT_S):
                return await self.saved_talks(request)
        except (TimeoutError, DatabaseUnavailable):
            return frozenset()

    async def save(self, request: SlackRequest, talk: str) -> tuple[bool, Preferences]:
        """Put the talk on their agenda, and tell whether it was not there before; the first save turns reminders on."""
        now = self._clock.conference_now()
        fresh = await self._database.write(recipients.save_talk, *_user_key(request), talk, now)
        known = await self._chosen_preferences(request)
        if known is None:
            await self._welcome(request)  # or a reminder would be the first that they read in the bot's messages
            return fresh, await self.choose(request, reminded=True)
        if await self._zone_name(request) not in ("", known.zone):  # they may have travelled since
            known = await self._change(request)
        return fresh, known

    async def unsave(self, request: SlackRequest, talk: str) -> None:
        await self._database.write(recipients.unsave_talk, *_user_key(request), talk)

    async def preferences(self, request: SlackRequest) -> Preferences:
        """Their preferences, or DEFAULT_PREFERENCES where they never chose."""
        return await self._chosen_preferences(request) or DEFAULT_PREFERENCES

    async def choose(self, request: SlackRequest, **choices: Any) -> Preferences:
        """Change some of their preferences, which are fields of Preferences."""
        is_on = any(choices.values())  # without anything to send, no channel is needed
        channel = await self._new_channel(request) if is_on else {}
        return await self._change(request, **channel, **choices)

    async def set_interests(self, request: SlackRequest, topics: Sequence[str]) -> None:
        """Store these topics in place of the earlier ones."""
        await self._database.write(recipients_repository.set_interests, *_user_key(request), topics)

    async def dismiss(self, request: SlackRequest, talk: str) -> None:
        """Never suggest this talk to them again."""
        await self._database.write(recipients_repository.dismiss, *_user_key(request), talk)

    async def profile(self, request: SlackRequest) -> Profile:
        """Everything that tells what interests them."""
        found = await self._database.read(recipients_repository.profiles_of, request.workspace, [request.user])
        return found[request.user]

    async def vote(self, request: SlackRequest, talk: str) -> tuple[str, str]:
        """Their colour and comment for this talk; empty where they gave none."""
        return (await self._database.read(repository.own_votes, *_user_key(request))).get(talk, ("", ""))

    async def _new_channel(self, request: SlackRequest) -> dict[str, str]:
        """The id of their direct message, which posting, reading back and editing need, if it is not known yet."""
        if (await self.preferences(request)).channel:
            return {}
        try:
            return {"channel": await request.direct_message()}
        except (SlackClientError, ClientError, TimeoutError):
            return {}  # the direct message is opened when there is something to deliver

    async def _chosen_preferences(self, request: SlackRequest) -> Preferences | None:
        return await self._database.read(recipients_repository.preferences, *_user_key(request))

    async def _change(self, request: SlackRequest, **choices: Any) -> Preferences:
        zone = await self._zone_name(request)
        choices |= {"zone": zone} if zone else {}
        key, now = _user_key(request), self._clock.conference_now()
        return await self._database.write(recipients.change_preferences, *key, DEFAULT_PREFERENCES, choices, now)

    async def _zone_name(self, request: SlackRequest) -> str:
        """The name of their time zone, in which messages also give times; empty if Slack does not tell it soon."""
        zone = await self._users.zone(request)
        return zone.key if zone else ""


def _user_key(request: SlackRequest) -> tuple[str, str]:
    return request.workspace, request.user
