"""Listen to the slash command, to mentions, to direct messages, and to the buttons on answers.

The first word of the slash command may name a subcommand. Anything else is a question, answered to the asker only. A
mention is answered in its thread, a direct message in place.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple

from bot.blockkit import action_ids
from bot.blockkit.blocks import Message
from bot.handlers.ask.layout import read_page_value
from bot.handlers.ask.service import ConversationKey, QuestionService
from bot.handlers.presenter import Presenter
from bot.handlers.request_context import RequestContext
from bot.handlers.user_data import UserData
from bot.questions.models import Reader
from bot.slack.request import SlackRequest
from bot.slack.request_guard import Listener
from bot.slack.responses import dismiss_pressed, respond, respond_to_command, show_everyone
from bot.slack.routing import on_action, on_command, on_event

SPELLING_VARIANTS = MappingProxyType({"organize": "organise"})

ANY_COMMAND = re.compile("^/")  # the command's name is the app's


class Subcommands(NamedTuple):
    """The listener of each subcommand, by its name; people type the underscore as a hyphen."""

    agenda: Listener
    calendar: Listener
    changes: Listener
    feedback: Listener
    my_data: Listener
    organise: Listener
    remind: Listener
    report: Listener
    save: Listener
    settings: Listener
    unsave: Listener


SUBCOMMANDS = tuple(name.replace("_", "-") for name in Subcommands._fields)


def is_question(body: Mapping[str, Any]) -> bool:
    """Tell whether the words after the slash command begin with no subcommand."""
    return _subcommand_name(body) not in SUBCOMMANDS


def _subcommand_name(body: Mapping[str, Any]) -> str:
    """The first word, as subcommands spell it."""
    first = str(body.get("text", "")).strip().split(" ")[0].casefold()
    return SPELLING_VARIANTS.get(first, first)


class CommandHandlers:
    def __init__(
        self, context: RequestContext, questions: QuestionService, user_data: UserData, subcommands: Subcommands
    ) -> None:
        self._context = context
        self._questions = questions
        self._user_data = user_data
        self._subcommands = dict(zip(SUBCOMMANDS, subcommands, strict=True))

    @on_command(ANY_COMMAND, idempotent=is_question)
    async def on_command(self, request: SlackRequest) -> None:
        """Run the subcommand, or answer the question."""
        await self._subcommands.get(_subcommand_name(request.body), self._answer_question)(request)

    async def _answer_question(self, request: SlackRequest) -> None:
        conversation = ConversationKey(request.workspace, request.channel, user=request.user)
        reader, saved = await self._context.reader_for(request), await self._user_data.known_saved(request)
        text = str(request.body.get("text", ""))
        answer = await self._questions.answer(text, conversation, reader, share=True, saved=saved)
        await respond_to_command(request, answer)


class ConversationHandlers:
    def __init__(self, context: RequestContext, questions: QuestionService, user_data: UserData) -> None:
        self._context = context
        self._questions = questions
        self._user_data = user_data

    @on_event("app_mention")
    async def on_mention(self, request: SlackRequest) -> None:
        """Answer in the thread of the mention; no reader's zone is known, since many read it."""
        event = request.payload
        if event.get("subtype") or "user" not in event:
            return
        conversation = ConversationKey(request.workspace, event["channel"], request.thread or event["ts"])
        everyone = Reader(command=self._context.command_for(request), stays=True)
        await self._reply(request, event["text"], conversation, everyone)

    @on_event("message")
    async def on_direct_message(self, request: SlackRequest) -> None:
        """Answer in place."""
        event = request.payload
        if event.get("channel_type") != "im" or event.get("subtype") or "user" not in event:
            return
        conversation = ConversationKey(request.workspace, event["channel"], request.thread)
        reader = replace(await self._context.reader_for(request), stays=True)
        saved = await self._user_data.known_saved(request)
        await self._reply(request, event.get("text", ""), conversation, reader, saved)

    async def _reply(
        self,
        request: SlackRequest,
        text: str,
        conversation: ConversationKey,
        reader: Reader,
        saved: frozenset[str] = frozenset(),
    ) -> None:
        message = await self._questions.answer(text, conversation, reader, saved=saved)
        await request.client.chat_postMessage(
            channel=conversation.channel, thread_ts=conversation.thread or None, **message.payload()
        )


class TalkHandlers:
    def __init__(
        self, context: RequestContext, questions: QuestionService, user_data: UserData, presenter: Presenter
    ) -> None:
        self._context = context
        self._questions = questions
        self._user_data = user_data
        self._presenter = presenter

    @on_action(action_ids.DETAILS, action_ids.DETAILS_CHOSEN, action_ids.DETAILS_FOUND)
    async def on_details(self, request: SlackRequest) -> None:
        """[Details]"""
        await self._presenter.show_card(request, self._context.selected_talk(request))

    @on_action(action_ids.ASK)
    async def on_suggestion(self, request: SlackRequest) -> None:
        """A button with a suggested question."""
        await self._answer_privately(request, request.value)

    @on_action(action_ids.MORE)
    async def on_more(self, request: SlackRequest) -> None:
        """A button for the list that a message shows a part of."""
        await self._answer_privately(request, request.value, again=True)

    @on_action(action_ids.PAGE)
    async def on_page_turned(self, request: SlackRequest) -> None:
        """[Earlier], [Later]: the page takes the place of the one before where nobody else reads it."""
        number, question = read_page_value(request.value)
        await self._answer_privately(request, question, page=number, again=True, replace=True)

    async def _answer_privately(
        self,
        request: SlackRequest,
        question: str,
        *,
        page: int | None = None,
        again: bool = False,
        replace: bool = False,
    ) -> None:
        reader, saved = await self._context.reader_for(request), await self._user_data.known_saved(request)
        message = await self._questions.answer(
            question, _conversation_of(request), reader, page=page, again=again, saved=saved
        )
        await respond(request, message, replace=replace)

    @on_action(action_ids.SHARE)
    async def on_share(self, request: SlackRequest) -> None:
        """[Share]: show the answer to everyone in the channel."""
        everyone = Reader(command=self._context.command_for(request), stays=True)
        message = await self._questions.answer(request.value, _conversation_of(request), everyone, again=True)
        await show_everyone(request, message)

    @on_action(action_ids.DISMISS)
    async def on_dismiss(self, request: SlackRequest) -> None:
        """Delete the message with the button."""
        await dismiss_pressed(request, Message("All right, nothing has changed."))


def _conversation_of(request: SlackRequest) -> ConversationKey:
    """The conversation that a button was pressed in, which is that of the question before it."""
    is_shared = request.thread or request.channel.startswith("D")
    return ConversationKey(request.workspace, request.channel, request.thread, "" if is_shared else request.user)
