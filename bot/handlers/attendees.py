"""What a person saved and chose, as the handlers change it."""

from dataclasses import replace

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.store import agenda, people
from bot.store.database import Database
from bot.store.people import Choices


class Attendees:
    """One person at a time: whoever is behind a request."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def saved(self, args: AsyncArgs) -> frozenset[str]:
        """The ids of the talks they saved."""
        return await self._database.read(agenda.saved, *_who(args))

    async def save(self, args: AsyncArgs, talk: str) -> Choices:
        """Put the talk on their agenda; the first one turns reminders on. Gives what they chose."""
        await self._database.write(agenda.save, *_who(args), talk)
        chosen = await self._database.read(people.choices, *_who(args))
        return chosen or await self.remind(args)

    async def unsave(self, args: AsyncArgs, talk: str) -> None:
        await self._database.write(agenda.unsave, *_who(args), talk)

    async def choices(self, args: AsyncArgs) -> Choices:
        """What they chose, or what one has who never did."""
        return await self._database.read(people.choices, *_who(args)) or Choices()

    async def remind(self, args: AsyncArgs, lead: int | None = None) -> Choices:
        """Turn their reminders on, in a direct message that is opened now: posting and editing there need its id."""
        before = await self.choices(args)
        channel = before.channel or str((await args.client.conversations_open(users=args.context.user_id))["channel"]["id"])
        return await self._choose(args, replace(before, reminded=True, lead=lead or before.lead, channel=channel))

    async def never_remind(self, args: AsyncArgs) -> Choices:
        return await self._choose(args, replace(await self.choices(args), reminded=False))

    async def digest(self, args: AsyncArgs, *, wanted: bool) -> Choices:
        """Turn the morning digest on or off; it too comes as a direct message."""
        before = await self.choices(args)
        channel = before.channel or str((await args.client.conversations_open(users=args.context.user_id))["channel"]["id"])
        return await self._choose(args, replace(before, digest=wanted, channel=channel))

    async def _choose(self, args: AsyncArgs, chosen: Choices) -> Choices:
        await self._database.write(people.choose, *_who(args), chosen)
        return chosen


def _who(args: AsyncArgs) -> tuple[str, str]:
    return args.context.team_id or "", args.context.user_id or ""
