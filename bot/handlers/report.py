"""What the conference comes to, in short, for organisers."""

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.conference.report import reported
from bot.handlers.desk import Desk
from bot.handlers.people import People
from bot.handlers.reply import answer
from bot.store.database import Database
from bot.views.report.message import summary


class Reports:
    def __init__(self, desk: Desk, people: People, database: Database) -> None:
        self._desk = desk
        self._people = people
        self._database = database

    async def asked(self, args: AsyncArgs) -> None:
        """`/qcon report`"""
        await self._people.demand_organiser(args)
        workspace, schedule = args.context.team_id or "", self._desk.edition.schedule
        await answer(args, summary(await reported(self._database, workspace, schedule, self._desk.now)))
