"""Listen to the slash command, to mentions, to direct messages, and to the buttons on answers.

The words may name a subcommand. Anything else is a question. A command is answered to the asker only, a mention in its
thread, a direct message in place. What is private is answered privately everywhere. When a message is edited, its
answer is found again without anything stored: it carries the timestamp of its question in its metadata.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import unescape
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.blockkit import action_ids
from bot.blockkit.blocks import ListPage, Message
from bot.handlers.ask import messages
from bot.handlers.ask.repository import ConversationRef
from bot.handlers.ask.service import QuestionService, conversation_of, conversation_ref
from bot.handlers.ask.subcommands import Subcommand, spoken_subcommand, typed_subcommand
from bot.handlers.presenter import Presenter
from bot.handlers.request_context import RequestContext
from bot.slack.deduplication import Deduplicator, message_key
from bot.slack.request import SlackRequest, dismiss_pressed, respond, show_everyone
from bot.slack.request_guard import Listener, new_message_key
from bot.slack.routing import on_action, on_command, on_event

ANSWER_EVENT_TYPE = "qcon_answer"  # of the metadata

ANSWERED_WITHIN_S = 300  # an answer is looked for up to this long after its question

HISTORY_LAG_S = 3.0  # a post may be missing from Slack's history for this long

# A message with a file, one that is also shown in the channel, and `/me`. Others are written by Slack.
_WRITTEN_BY_PEOPLE = frozenset({None, "file_share", "me_message", "thread_broadcast"})


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    channel: str
    user: str
    ts: str
    thread: str  # empty outside of threads
    text: str
    is_edited: bool
    has_files: bool

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> "IncomingMessage | None":
        """Read an event.

        None for a message by an app or by Slack, which get no answer, and for an edit that leaves the text as it was.
        """
        is_change = event.get("subtype") == "message_changed"
        message: Mapping[str, Any] = event["message"] if is_change else event
        if message.get("bot_id") or "user" not in message or message.get("subtype") not in _WRITTEN_BY_PEOPLE:
            return None
        if is_change and message.get("text") == (event.get("previous_message") or {}).get("text"):
            return None
        ts, thread = str(message["ts"]), str(message.get("thread_ts") or "")
        return cls(
            channel=str(event["channel"]),
            user=str(message["user"]),
            ts=ts,
            thread="" if thread == ts else thread,
            text=unescape(str(message.get("text") or "")),
            is_edited="edited" in message,
            has_files=bool(message.get("files")),
        )


async def post_answer(request: SlackRequest, message: IncomingMessage, thread: str, answer: Message) -> None:
    await request.client.chat_postMessage(
        channel=message.channel, thread_ts=thread or None, metadata=_metadata(message), **answer.payload()
    )


async def find_answer(
    request: SlackRequest, message: IncomingMessage, thread: str, *, wait: bool
) -> dict[str, Any] | None:
    """The answer to this message, as Slack's history has it.

    `wait` says that it may have been posted a moment ago: then it is looked for once more after a while.
    """
    posted = await _look(request, message, thread)
    if posted is None and wait:
        await asyncio.sleep(HISTORY_LAG_S)
        posted = await _look(request, message, thread)
    return posted


async def _look(request: SlackRequest, message: IncomingMessage, thread: str) -> dict[str, Any] | None:
    window: dict[str, Any] = {"oldest": message.ts, "latest": f"{float(message.ts) + ANSWERED_WITHIN_S:.6f}"}
    window |= {"channel": message.channel, "include_all_metadata": True, "limit": 100}
    try:
        if thread:
            page = await request.client.conversations_replies(ts=thread, **window)
        else:
            page = await request.client.conversations_history(**window)
    except SlackApiError as error:
        if error.response.get("error") != "thread_not_found":
            raise
        return None
    return next((posted for posted in page["messages"] if _answered(posted).get("question") == message.ts), None)


def _metadata(message: IncomingMessage) -> dict[str, Any]:
    payload = {"question": message.ts, "words": _digest(message.text)}
    return {"event_type": ANSWER_EVENT_TYPE, "event_payload": payload}


def _answered(posted: dict[str, Any]) -> dict[str, Any]:
    """The metadata of an answer; empty for any other message."""
    metadata = posted.get("metadata") or {}
    return metadata.get("event_payload") or {} if metadata.get("event_type") == ANSWER_EVENT_TYPE else {}


def _digest(text: str) -> str:
    """Tell one text from another without keeping it."""
    return hashlib.blake2s(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def is_question(body: Mapping[str, Any]) -> bool:
    """Tell whether the words after the slash command name no subcommand."""
    return typed_subcommand(str(body.get("text", ""))) is None


@dataclass(frozen=True, slots=True)
class QuestionHandlers:
    """Subcommands and questions, however they are asked, and the buttons on answers."""

    context: RequestContext
    questions: QuestionService
    presenter: Presenter
    subcommands: Mapping[str, Listener]  # by their names
    deduplicator: Deduplicator

    @on_command(idempotent=is_question)
    async def on_command(self, request: SlackRequest) -> None:
        conversation = conversation_ref(request.workspace, request.channel, user=request.user)
        typed = typed_subcommand(request.text)
        if subcommand := await self.questions.in_conversation(typed, request.text, conversation):
            await self._run(subcommand, request)
            return
        await respond(request, await self.questions.answer(request, request.text, conversation, share=True))

    @on_action(action_ids.ASK)
    async def on_suggestion(self, request: SlackRequest) -> None:
        """A button with a suggested question or subcommand."""
        if subcommand := typed_subcommand(request.value):
            await self._run(subcommand, request)
            return
        await respond(request, await self.questions.answer(request, request.value, conversation_of(request)))

    @on_event("app_mention")
    async def on_mention(self, request: SlackRequest) -> None:
        """Answer in the thread of the mention, which many read."""
        if message := IncomingMessage.from_event(request.payload):
            await self._react(request, message, message.thread or message.ts)

    @on_event("message")
    async def on_direct_message(self, request: SlackRequest) -> None:
        """Answer in place."""
        if request.payload.get("channel_type") != "im":
            return
        if message := IncomingMessage.from_event(request.payload):
            await self._react(replace(request, user=message.user), message, message.thread)

    @on_action(action_ids.DETAILS, action_ids.DETAILS_CHOSEN, action_ids.DETAILS_FOUND)
    async def on_details(self, request: SlackRequest) -> None:
        """[Details]"""
        await self.presenter.show_card(request, self.context.selected_talk(request))

    @on_action(action_ids.MORE)
    async def on_more(self, request: SlackRequest) -> None:
        """A button for the list that a message shows a part of."""
        await self.presenter.show_list(request, request.value)

    @on_action(action_ids.PAGE)
    async def on_page_turned(self, request: SlackRequest) -> None:
        """[Earlier], [Later], [Back], [More]: the page takes the place of the one before where nobody else reads it."""
        page = ListPage.from_value(request.value)
        await self.presenter.show_list(request, page.question, page.number, replace=True)

    @on_action(action_ids.SHARE_ANSWER)
    async def on_share(self, request: SlackRequest) -> None:
        """[Share here]: show the answer to everyone in the conversation, once."""
        key = f"share {request.channel} {request.pressed_ts} {request.value}"
        if not await self.deduplicator.is_first(key):
            await respond(request, Message("You've already shared this here."))
            return
        answer = await self.questions.answer_everyone(request, request.value, conversation_of(request), again=True)
        try:
            await show_everyone(request, messages.shared_answer(answer, request.user))
        except SlackApiError:
            await self.deduplicator.forget(key)
            raise
        await respond(request, Message("Shared: everyone here can see it now."))

    @on_action(action_ids.DISMISS)
    async def on_dismiss(self, request: SlackRequest) -> None:
        """Delete the message with the button."""
        await dismiss_pressed(request, Message("All right, nothing has changed."))

    async def _run(self, subcommand: Subcommand, request: SlackRequest) -> None:
        """Let the subcommand's listener answer the request, wherever the words were typed."""
        await self.subcommands[subcommand.name](replace(request, typed=subcommand.text))

    async def _react(self, request: SlackRequest, message: IncomingMessage, thread: str) -> None:
        """Run the subcommand that the message names, or answer its question in the thread, if one is given.

        When a message was edited, its answer is edited too. An edit runs no subcommand a second time.
        """
        # The guard has already dropped repeats of new messages. Another process may be answering an edited one.
        first = bool(new_message_key(request.body)) or await self.deduplicator.is_first(
            message_key(message.channel, message.ts)
        )
        conversation = conversation_ref(request.workspace, message.channel, thread)
        if message.is_edited and (posted := await find_answer(request, message, thread, wait=not first)):
            if _answered(posted).get("words") != _digest(message.text):  # else it is answered as it is now
                answer = await self._answer(request, message.text, conversation)
                await request.client.chat_update(
                    channel=message.channel, ts=posted["ts"], metadata=_metadata(message), **answer.payload()
                )
        elif not first:
            return
        elif subcommand := await self.questions.in_conversation(
            spoken_subcommand(message.text), message.text, conversation
        ):
            await self._run(subcommand, request)
        elif message.has_files and not message.text.strip():
            no_files = Message("I can't open files. Ask me in words, such as “what's on next?”.")
            await post_answer(request, message, thread, no_files)
        else:
            await post_answer(request, message, thread, await self._answer(request, message.text, conversation))

    async def _answer(self, request: SlackRequest, text: str, conversation: ConversationRef) -> Message:
        if request.payload["type"] == "app_mention":
            return await self.questions.answer_everyone(request, text, conversation)
        return await self.questions.answer(request, text, conversation, stays=True)
