"""What a person saved and chose, as the handlers change it."""

from dataclasses import replace

from aiohttp import ClientError
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.errors import SlackClientError

from bot.reminders.subscribers import Subscribers
from bot.store import agenda, feedback
from bot.store.database import Database
from bot.store.feedback import Tally
from bot.store.people import Choices

# What holds for who never chose: from the first talk they save they are reminded.
UNCHOSEN = Choices(reminded=True)


class Attendees:
    """One person at a time: whoever is behind a request."""

    def __init__(self, database: Database, subscribers: Subscribers) -> None:
        self._database = database
        self._subscribers = subscribers

    async def saved(self, args: AsyncArgs) -> frozenset[str]:
        """The ids of the talks they saved."""
        return await self._database.read(agenda.saved, *_who(args))

    async def save(self, args: AsyncArgs, talk: str) -> tuple[bool, Choices]:
        """Put the talk on their agenda, and say whether it was not there; the first one turns reminders on."""
        fresh = await self._subscribers.save(*_who(args), talk)
        return fresh, await self._subscribers.choices(*_who(args)) or await self.remind(args)

    async def unsave(self, args: AsyncArgs, talk: str) -> None:
        await self._subscribers.unsave(*_who(args), talk)

    async def choices(self, args: AsyncArgs) -> Choices:
        """What they chose, or what one has who never did."""
        return await self._subscribers.choices(*_who(args)) or UNCHOSEN

    async def remind(self, args: AsyncArgs, lead: int | None = None) -> Choices:
        """Turn their reminders on, so many minutes before."""
        before = await self._reachable(args)
        return await self._choose(args, replace(before, reminded=True, lead=lead or before.lead))

    async def never_remind(self, args: AsyncArgs) -> Choices:
        return await self._choose(args, replace(await self.choices(args), reminded=False))

    async def digest(self, args: AsyncArgs, *, wanted: bool) -> Choices:
        """Turn the morning digest on or off."""
        return await self._choose(args, replace(await self._reachable(args), digest=wanted))

    async def vote(self, args: AsyncArgs, talk: str) -> tuple[str, str]:
        """Their colour and comment for this talk; empty where they gave none."""
        return (await self._database.read(feedback.voted, *_who(args))).get(talk, ("", ""))

    async def give_vote(self, args: AsyncArgs, talk: str, colour: str) -> None:
        await self._database.write(feedback.vote, *_who(args), talk, colour)

    async def comment(self, args: AsyncArgs, talk: str, words: str) -> None:
        await self._database.write(feedback.comment, *_who(args), talk, words)

    async def tallies(self, args: AsyncArgs) -> tuple[Tally, ...]:
        """What everyone of the workspace thought, without names."""
        return await self._database.read(feedback.tallies, args.context.team_id or "")

    async def _reachable(self, args: AsyncArgs) -> Choices:
        """Their choices with the direct message's id: posting there, reading back and editing need it."""
        before = await self.choices(args)
        if before.channel:
            return before
        try:
            opened = await args.client.conversations_open(users=args.context.user_id)
        except (SlackClientError, ClientError, TimeoutError):
            return before  # it is opened when there is something to deliver
        return replace(before, channel=str(opened["channel"]["id"]))

    async def _choose(self, args: AsyncArgs, chosen: Choices) -> Choices:
        await self._subscribers.choose(*_who(args), chosen)
        return chosen


def _who(args: AsyncArgs) -> tuple[str, str]:
    return args.context.team_id or "", args.context.user_id or ""
