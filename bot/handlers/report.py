"""What the conference comes to, in short, for organisers."""

from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.conference.report import collect_report
from bot.handlers.desk import QuestionService
from bot.handlers.people import Users
from bot.handlers.reply import respond_to_command
from bot.store.database import Database
from bot.views.report.message import summary_message


class ReportHandlers:
    def __init__(self, questions: QuestionService, users: Users, database: Database) -> None:
        self._questions = questions
        self._users = users
        self._database = database

    async def on_command(self, args: AsyncArgs) -> None:
        """`/qcon report`"""
        await self._users.require_organiser(args)
        workspace, schedule = args.context.team_id or "", self._questions.snapshot.schedule
        await respond_to_command(
            args, summary_message(await collect_report(self._database, workspace, schedule, self._questions.now))
        )
