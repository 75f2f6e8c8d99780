"""Sharing one's agenda with a person or a channel."""

from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.errors import SlackApiError

from bot.errors import BotError
from bot.handlers.attendees import UserData
from bot.handlers.boundary import RequestGuard
from bot.handlers.desk import QuestionService
from bot.handlers.surfaces import Presenter
from bot.schedule.agenda import agenda_days
from bot.views import ids
from bot.views import sharing as views
from bot.views.message import Message

_SHARE_REFUSALS = {
    "not_in_channel": "I am not in that channel. Invite me there first, or choose another.",
    "channel_not_found": "I am not in that channel. Invite me there first, or choose another.",
    "is_archived": "That channel is archived.",
    "restricted_action": "I may not post there.",
    "user_disabled": "That account is deactivated.",
    "cannot_dm_bot": "That is a bot, and bots do not read.",
}


class NothingToShare(BotError):
    """Your agenda is empty: save a talk first."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class SharingHandlers:
    def __init__(self, questions: QuestionService, user_data: UserData, presenter: Presenter) -> None:
        self._questions = questions
        self._user_data = user_data
        self._presenter = presenter

    def register(self, app: AsyncApp, guard: RequestGuard) -> None:
        app.action(ids.SHARE_AGENDA)(guard.wrap(self.on_share_clicked))
        app.view(ids.SHARE_SUBMITTED)(guard.wrap(self.on_share_submitted))

    async def on_share_clicked(self, args: AsyncArgs) -> None:
        await args.ack()
        await self._presenter.open_modal(args, views.share_form())

    async def on_share_submitted(self, args: AsyncArgs) -> None:
        chosen = args.body["view"]["state"]["values"]
        person = chosen[views.PERSON_FIELD][views.PERSON_FIELD]["selected_user"]
        channel = chosen[views.CHANNEL_FIELD][views.CHANNEL_FIELD]["selected_conversation"]
        if bool(person) == bool(channel):
            wanted = "One at a time, please." if person else "Choose a person or a channel."
            await args.ack(response_action="errors", errors={views.PERSON_FIELD: wanted})
        elif refused := await _post_agenda(args, person or channel, await self._agenda(args)):
            block = views.PERSON_FIELD if person else views.CHANNEL_FIELD
            await args.ack(response_action="errors", errors={block: refused})
        else:
            await args.ack()

    async def _agenda(self, args: AsyncArgs) -> Message:
        conference = self._questions.snapshot.schedule.conference
        days = agenda_days(self._questions.talks_by_id(await self._user_data.saved_talks(args)), conference)
        if not days:
            raise NothingToShare
        return views.shared_agenda_message(days, conference, args.context.user_id or "")


async def _post_agenda(args: AsyncArgs, where: str, message: Message) -> str:
    """What keeps it from being posted, in words; nothing when it stands there."""
    payload: dict[str, Any] = message.payload()
    try:
        await args.client.chat_postMessage(channel=where, **payload)
    except SlackApiError as error:
        reason = _SHARE_REFUSALS.get(str(error.response.get("error")))
        if reason is None:
            raise
        return reason
    return ""
