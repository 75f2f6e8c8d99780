"""Listen to people who share their agenda or a talk with somebody, or with a channel.

The form is acknowledged before anything is posted, so that a slow Slack never makes people share twice.
"""

from dataclasses import dataclass

from slack_sdk.errors import SlackApiError

from bot.blockkit import action_ids
from bot.blockkit.blocks import Message
from bot.errors import FixedTextError, InvalidForm
from bot.handlers.agenda import messages
from bot.handlers.presenter import Presenter
from bot.handlers.request_context import RequestContext
from bot.handlers.user_data import UserData
from bot.schedule.models import Talk
from bot.schedule.queries import agenda_days
from bot.slack.client import posting_refusal
from bot.slack.deduplication import Deduplicator
from bot.slack.request import SlackRequest
from bot.slack.responses import ack_with_placeholder, update_modal
from bot.slack.routing import on_action, on_view

_NOT_MEMBER = "I'm not in that channel. Invite me there first, or choose another."

_REFUSALS = {
    "not_in_channel": _NOT_MEMBER,
    "channel_not_found": _NOT_MEMBER,
    "is_archived": "That channel is archived.",
    "restricted_action": "I'm not allowed to post there.",
    "user_disabled": "That account is deactivated. Choose somebody else.",
    "cannot_dm_bot": "That's a bot, and bots can't read this.",
    "ratelimited": "Slack is busy. Try again in a minute.",
}


class NothingToShare(FixedTextError):
    """Your agenda is empty. Save a talk first, then share it."""


@dataclass(frozen=True, slots=True)
class SharingHandlers:
    context: RequestContext
    user_data: UserData
    presenter: Presenter
    deduplicator: Deduplicator

    @on_action(action_ids.SHARE_AGENDA)
    async def on_share_clicked(self, request: SlackRequest) -> None:
        await self.presenter.open_modal(request, messages.share_form())

    @on_view(action_ids.SHARE_SUBMITTED)
    async def on_share_submitted(self, request: SlackRequest) -> None:
        """Send an agenda or a talk to one person, or post it in one channel."""
        view, chosen = request.view, request.view["state"]["values"]
        person = chosen[messages.PERSON_FIELD][messages.PERSON_FIELD]["selected_user"]
        channel = chosen[messages.CHANNEL_FIELD][messages.CHANNEL_FIELD]["selected_conversation"]
        if bool(person) == bool(channel):
            wanted = "Choose one of the two." if person else "Choose a person or a channel."
            raise InvalidForm({messages.PERSON_FIELD: wanted})
        if channel and (refusal := await posting_refusal(request.client, channel)):
            raise InvalidForm({messages.CHANNEL_FIELD: _REFUSALS.get(refusal, _NOT_MEMBER)})

        talk = self.context.find_talk(view["private_metadata"]) if view["private_metadata"] else None
        shared = await self._shared_message(request, talk)
        await ack_with_placeholder(request, messages.sharing_view())
        if await self.deduplicator.is_first(f"share {view['id']} {view['hash']}"):
            problem = await _post(request, person or channel, shared)
            where = f"<@{person}>" if person else f"<#{channel}>"
            result = messages.share_form(talk, problem) if problem else messages.shared_view(where)
            await update_modal(request, result, problem or messages.shared_text(where))

    async def _shared_message(self, request: SlackRequest, talk: Talk | None) -> Message:
        """The talk for others, or else the whole agenda."""
        ctx = self.context.render_context_of(self.context.everyone(request))
        if talk:
            return messages.shared_talk_message(talk, ctx, request.user)
        saved = self.context.talks_by_id(await self.user_data.saved_talks(request))
        if not saved:
            raise NothingToShare
        return messages.shared_agenda_message(agenda_days(saved, ctx.schedule), ctx, request.user)


async def _post(request: SlackRequest, where: str, message: Message) -> str:
    """Post the message; the result is the reason why it was refused, empty when it was posted."""
    try:
        await request.client.chat_postMessage(channel=where, **message.payload())
    except SlackApiError as error:
        refusal = str(error.response.get("error"))
        if refusal in _REFUSALS:
            return _REFUSALS[refusal]
        raise
    return ""
