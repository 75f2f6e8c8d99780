"""Sharing one's agenda with a person or a channel."""

from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.errors import SlackApiError

from bot.errors import BotError
from bot.handlers.attendees import Attendees
from bot.handlers.boundary import Boundary
from bot.handlers.desk import Desk
from bot.handlers.surfaces import Surfaces
from bot.schedule.agenda import agenda
from bot.views import ids
from bot.views import sharing as views
from bot.views.message import Message

_REASONS = {
    "not_in_channel": "I am not in that channel. Invite me there first, or choose another.",
    "channel_not_found": "I am not in that channel. Invite me there first, or choose another.",
    "is_archived": "That channel is archived.",
    "restricted_action": "I may not post there.",
    "user_disabled": "That account is deactivated.",
    "cannot_dm_bot": "That is a bot, and bots do not read.",
}


class NothingToShareError(BotError):
    """Your agenda is empty: save a talk first."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class Sharing:
    def __init__(self, desk: Desk, attendees: Attendees, surfaces: Surfaces) -> None:
        self._desk = desk
        self._attendees = attendees
        self._surfaces = surfaces

    def listen(self, app: AsyncApp, boundary: Boundary) -> None:
        app.action(ids.SHARE_AGENDA)(boundary.guarded(self.begun))
        app.view(ids.SHARE_GIVEN)(boundary.guarded(self.given))

    async def begun(self, args: AsyncArgs) -> None:
        await args.ack()
        await self._surfaces.open(args, views.form())

    async def given(self, args: AsyncArgs) -> None:
        chosen = args.body["view"]["state"]["values"]
        person = chosen[views.PERSON][views.PERSON]["selected_user"]
        channel = chosen[views.CHANNEL][views.CHANNEL]["selected_conversation"]
        if bool(person) == bool(channel):
            wanted = "One at a time, please." if person else "Choose a person or a channel."
            await args.ack(response_action="errors", errors={views.PERSON: wanted})
        elif refused := await _post(args, person or channel, await self._agenda(args)):
            block = views.PERSON if person else views.CHANNEL
            await args.ack(response_action="errors", errors={block: refused})
        else:
            await args.ack()

    async def _agenda(self, args: AsyncArgs) -> Message:
        conference = self._desk.edition.schedule.conference
        days = agenda(self._desk.talks_of(await self._attendees.saved(args)), conference)
        if not days:
            raise NothingToShareError
        return views.shared(days, conference, args.context.user_id or "")


async def _post(args: AsyncArgs, where: str, message: Message) -> str:
    """What keeps it from being posted, in words; nothing when it stands there."""
    payload: dict[str, Any] = message.payload()
    try:
        await args.client.chat_postMessage(channel=where, **payload)
    except SlackApiError as error:
        reason = _REASONS.get(str(error.response.get("error")))
        if reason is None:
            raise
        return reason
    return ""
