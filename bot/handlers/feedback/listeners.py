"""Listen to votes on talks and to comments, and show organisers the results."""

from dataclasses import dataclass

from bot.blockkit import action_ids
from bot.db.database import Database
from bot.errors import FixedTextError
from bot.handlers.feedback import messages, repository
from bot.handlers.feedback.repository import Votes
from bot.handlers.presenter import Presenter
from bot.handlers.request_context import RequestContext
from bot.handlers.user_data import UserData
from bot.schedule.models import Talk
from bot.slack.request import SlackRequest, form_values, respond
from bot.slack.routing import on_action, on_subcommand, on_view
from bot.slack.users import Users, for_organisers


class TooEarly(FixedTextError):
    """This talk hasn't started yet. You can rate it once it has."""


@dataclass(frozen=True, slots=True)
class FeedbackHandlers:
    context: RequestContext
    user_data: UserData
    database: Database
    users: Users
    presenter: Presenter

    @on_subcommand("feedback")
    @for_organisers
    async def on_command(self, request: SlackRequest) -> None:
        """`/qcon feedback`: the results, for organisers."""
        known = self.context.snapshot.schedule.talk_by_id
        feedback = await self.database.read(repository.all_feedback, request.workspace)
        results = [(known[tally.talk], tally) for tally in feedback if tally.talk in known]
        await respond(request, messages.results_message(results))

    @on_action(action_ids.VOTE)
    async def on_vote(self, request: SlackRequest) -> None:
        colour, talk = self._parse_vote(request.value)
        if self.context.now < talk.start:
            raise TooEarly
        await self.database.write(repository.set_vote, request.workspace, request.user, talk.id, colour)
        await self.presenter.refresh_after_action(request, messages.thanks_message(talk, colour))

    @on_action(action_ids.COMMENT)
    async def on_comment_clicked(self, request: SlackRequest) -> None:
        colour, talk = self._parse_vote(request.value)
        _, before = await self.user_data.vote(request, talk.id)
        await self.presenter.open_modal(request, messages.comment_form(talk, colour, before))

    @on_view(action_ids.COMMENT_SUBMITTED)
    async def on_comment_submitted(self, request: SlackRequest) -> None:
        _, talk = self._parse_vote(request.view["private_metadata"])
        comment = form_values(request.view).get(messages.COMMENT_FIELD, "")
        await self.database.write(repository.set_comment, request.workspace, request.user, talk.id, comment)

    def _parse_vote(self, value: str) -> tuple[str, Talk]:
        colour, _, talk = value.partition(" ")
        if colour not in Votes._fields:
            raise TypeError("the button's value holds no vote")
        return colour, self.context.find_talk(talk)
