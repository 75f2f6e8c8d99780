"""What a person saved and chose, as the handlers change it."""

from dataclasses import replace

from aiohttp import ClientError
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.errors import SlackClientError

from bot.db.database import Database
from bot.delivery import recipients_repository
from bot.delivery.recipients import SubscriptionService
from bot.delivery.recipients_repository import Preferences
from bot.handlers.feedback import repository
from bot.handlers.feedback.repository import TalkFeedback

# What holds for who never chose: from the first talk they save they are reminded.
DEFAULT_PREFERENCES = Preferences(reminded=True)


class UserData:
    """One person at a time: whoever is behind a request."""

    def __init__(self, database: Database, subscriptions: SubscriptionService) -> None:
        self._database = database
        self._subscriptions = subscriptions

    async def saved_talks(self, args: AsyncArgs) -> frozenset[str]:
        """The ids of the talks they saved."""
        return await self._database.read(recipients_repository.saved, *_user_key(args))

    async def save(self, args: AsyncArgs, talk: str) -> tuple[bool, Preferences]:
        """Put the talk on their agenda, and say whether it was not there; the first one turns reminders on."""
        fresh = await self._subscriptions.save(*_user_key(args), talk)
        return fresh, await self._subscriptions.preferences(*_user_key(args)) or await self.enable_reminders(args)

    async def unsave(self, args: AsyncArgs, talk: str) -> None:
        await self._subscriptions.unsave(*_user_key(args), talk)

    async def preferences(self, args: AsyncArgs) -> Preferences:
        """What they chose, or what one has who never did."""
        return await self._subscriptions.preferences(*_user_key(args)) or DEFAULT_PREFERENCES

    async def enable_reminders(self, args: AsyncArgs, lead: int | None = None) -> Preferences:
        """Turn their reminders on, so many minutes before."""
        before = await self._with_channel(args)
        return await self._save_preferences(args, replace(before, reminded=True, lead=lead or before.lead))

    async def disable_reminders(self, args: AsyncArgs) -> Preferences:
        return await self._save_preferences(args, replace(await self.preferences(args), reminded=False))

    async def set_digest(self, args: AsyncArgs, *, wanted: bool) -> Preferences:
        """Turn the morning digest on or off."""
        return await self._save_preferences(args, replace(await self._with_channel(args), digest=wanted))

    async def vote(self, args: AsyncArgs, talk: str) -> tuple[str, str]:
        """Their colour and comment for this talk; empty where they gave none."""
        return (await self._database.read(repository.own_votes, *_user_key(args))).get(talk, ("", ""))

    async def set_vote(self, args: AsyncArgs, talk: str, colour: str) -> None:
        await self._database.write(repository.set_vote, *_user_key(args), talk, colour)

    async def set_comment(self, args: AsyncArgs, talk: str, words: str) -> None:
        await self._database.write(repository.set_comment, *_user_key(args), talk, words)

    async def all_feedback(self, args: AsyncArgs) -> tuple[TalkFeedback, ...]:
        """What everyone of the workspace thought, without names."""
        return await self._database.read(repository.all_feedback, args.context.team_id or "")

    async def _with_channel(self, args: AsyncArgs) -> Preferences:
        """Their choices with the direct message's id: posting there, reading back and editing need it."""
        before = await self.preferences(args)
        if before.channel:
            return before
        try:
            opened = await args.client.conversations_open(users=args.context.user_id)
        except (SlackClientError, ClientError, TimeoutError):
            return before  # it is opened when there is something to deliver
        return replace(before, channel=str(opened["channel"]["id"]))

    async def _save_preferences(self, args: AsyncArgs, wanted: Preferences) -> Preferences:
        await self._subscriptions.save_preferences(*_user_key(args), wanted)
        return wanted


def _user_key(args: AsyncArgs) -> tuple[str, str]:
    return args.context.team_id or "", args.context.user_id or ""
