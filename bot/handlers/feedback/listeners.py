"""What people thought of a talk: a vote, a comment with it, and the results for organisers."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.blockkit import action_ids
from bot.errors import BotError
from bot.handlers.attendees import UserData
from bot.handlers.feedback import messages
from bot.handlers.feedback.repository import VOTES
from bot.handlers.presenter import Presenter
from bot.handlers.request_context import QuestionService
from bot.schedule.models import Talk
from bot.slack.request_guard import RequestGuard
from bot.slack.responses import respond_to_command
from bot.slack.users import Users


class TooEarly(BotError):
    """This talk has not begun. Tell me afterwards how it was."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class FeedbackHandlers:
    def __init__(self, questions: QuestionService, user_data: UserData, users: Users, presenter: Presenter) -> None:
        self._questions = questions
        self._user_data = user_data
        self._users = users
        self._presenter = presenter

    def register(self, app: AsyncApp, guard: RequestGuard) -> None:
        app.action(action_ids.matching(action_ids.VOTE))(guard.wrap(self.on_vote))
        app.action(action_ids.COMMENT)(guard.wrap(self.on_comment_clicked))
        app.view(action_ids.COMMENT_SUBMITTED)(guard.wrap(self.on_comment_submitted))

    async def on_command(self, args: AsyncArgs) -> None:
        """`/qcon feedback`: the results, for organisers."""
        await self._users.require_organiser(args)
        tallies = await self._user_data.all_feedback(args)
        known = self._questions.snapshot.schedule.talk_by_id
        told = [
            (known[one.talk], {"green": one.green, "yellow": one.yellow, "red": one.red}, one.comments)
            for one in tallies
            if one.talk in known
        ]
        await respond_to_command(args, messages.results_message(told))

    async def on_vote(self, args: AsyncArgs) -> None:
        await args.ack()
        colour, talk = self._parse_vote(args.payload["value"])
        if self._questions.now < talk.start:
            raise TooEarly
        await self._user_data.set_vote(args, talk.id, colour)
        await self._presenter.refresh_after_action(args, messages.thanks_message(talk, colour))

    async def on_comment_clicked(self, args: AsyncArgs) -> None:
        await args.ack()
        colour, talk = self._parse_vote(args.payload["value"])
        _, before = await self._user_data.vote(args, talk.id)
        await self._presenter.open_modal(args, messages.comment_form(talk, colour, before))

    async def on_comment_submitted(self, args: AsyncArgs) -> None:
        _, talk = self._parse_vote(args.body["view"]["private_metadata"])
        comment = args.body["view"]["state"]["values"]["comment"]["text"]["value"] or ""
        await self._user_data.set_comment(args, talk.id, comment)
        await args.ack()

    def _parse_vote(self, value: str) -> tuple[str, Talk]:
        colour, _, talk = value.partition(" ")
        if colour not in VOTES:
            raise TypeError("the button's value holds no vote")
        return colour, self._questions.find_talk(talk)
