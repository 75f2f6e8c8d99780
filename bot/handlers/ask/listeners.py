"""The slash command: its first word may name a topic, anything else is a question, answered to the asker only.

Being spoken to: a mention is answered in its thread, a direct message in place.

Buttons on answers: a talk's details, the rest of a list, a suggested question, sharing with everyone here."""

import re
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.blockkit import action_ids
from bot.handlers.presenter import Presenter
from bot.handlers.request_context import ConversationKey, QuestionService
from bot.questions.conversation import Reader
from bot.slack.request_guard import Listener, RequestGuard
from bot.slack.responses import respond_to_command

SPELLING_VARIANTS = MappingProxyType({"organize": "organise"})

ANY_COMMAND = re.compile("^/")  # the command's name is the app's


class Subcommands(NamedTuple):
    """Who answers, by the first words that begin no question; a line there is a hyphen when it is typed."""

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


class CommandHandlers:
    def __init__(self, questions: QuestionService, subcommands: Subcommands) -> None:
        self._questions = questions
        self._subcommands = dict(zip(SUBCOMMANDS, subcommands, strict=True))

    def register(self, app: AsyncApp, guard: RequestGuard) -> None:
        app.command(ANY_COMMAND)(guard.wrap(self.on_command, idempotent=self._is_question))

    async def on_command(self, args: AsyncArgs) -> None:
        await (self._subcommand(args.body) or self.on_question)(args)

    def _is_question(self, body: dict[str, Any]) -> bool:
        return self._subcommand(body) is None

    def _subcommand(self, body: dict[str, Any]) -> Listener | None:
        """Who answers what begins like this; nobody in particular where it is a question."""
        first = str(body.get("text", "")).strip().split(" ")[0].casefold()
        return self._subcommands.get(SPELLING_VARIANTS.get(first, first))

    async def on_question(self, args: AsyncArgs) -> None:
        body = args.body
        place = ConversationKey(body["team_id"], body["channel_id"], user=body["user_id"])
        message = await self._questions.answer(
            str(body.get("text", "")), place, await self._questions.reader_for(args), share=True
        )
        await respond_to_command(args, message)


class ConversationHandlers:
    def __init__(self, questions: QuestionService) -> None:
        self._questions = questions

    def register(self, app: AsyncApp, guard: RequestGuard) -> None:
        app.event("app_mention")(guard.wrap(self.on_mention))
        app.event("message")(guard.wrap(self.on_direct_message))

    async def on_mention(self, args: AsyncArgs) -> None:
        event = args.payload
        if event.get("subtype") or "user" not in event:
            return
        thread = event.get("thread_ts") or event["ts"]
        place = ConversationKey(args.context.team_id or "", event["channel"], thread)
        everyone = Reader(command=self._questions.command_for(args), stays=True)  # no zone: many read it
        await self._reply(args, event["text"], place, everyone)

    async def on_direct_message(self, args: AsyncArgs) -> None:
        event = args.payload
        if event.get("channel_type") != "im" or event.get("subtype") or "user" not in event:
            return
        thread = event.get("thread_ts", "")
        place = ConversationKey(args.context.team_id or "", event["channel"], thread)
        await self._reply(
            args, event.get("text", ""), place, replace(await self._questions.reader_for(args), stays=True)
        )

    async def _reply(self, args: AsyncArgs, text: str, conversation: ConversationKey, reader: Reader) -> None:
        message = await self._questions.answer(text, conversation, reader)
        await args.client.chat_postMessage(
            channel=conversation.channel, thread_ts=conversation.thread or None, **message.payload()
        )


class TalkHandlers:
    def __init__(self, questions: QuestionService, presenter: Presenter) -> None:
        self._questions = questions
        self._presenter = presenter

    def register(self, app: AsyncApp, guard: RequestGuard) -> None:
        app.action(action_ids.matching(action_ids.DETAILS, action_ids.DETAILS_CHOSEN, action_ids.DETAILS_FOUND))(
            guard.wrap(self.on_details)
        )
        app.action(action_ids.matching(action_ids.ASK))(guard.wrap(self.on_suggestion))
        app.action(action_ids.matching(action_ids.MORE))(guard.wrap(self.on_show_all))
        app.action(action_ids.SHARE)(guard.wrap(self.on_share))
        app.action(action_ids.DISMISS)(guard.wrap(self.on_dismiss))

    async def on_details(self, args: AsyncArgs) -> None:
        await args.ack()
        await self._presenter.show_card(args, self._questions.selected_talk(args))

    async def on_suggestion(self, args: AsyncArgs) -> None:
        await args.ack()
        message = await self._questions.answer(
            args.payload["value"], _conversation_of(args), await self._questions.reader_for(args)
        )
        await args.respond(**message.payload(), response_type="ephemeral", replace_original=False)

    async def on_show_all(self, args: AsyncArgs) -> None:
        await args.ack()
        message = await self._questions.answer(
            args.payload["value"],
            _conversation_of(args),
            await self._questions.reader_for(args),
            whole=True,
            again=True,
        )
        await args.respond(**message.payload(), response_type="ephemeral", replace_original=False)

    async def on_share(self, args: AsyncArgs) -> None:
        await args.ack()
        reader = await self._questions.reader_for(args)
        message = await self._questions.answer(
            args.payload["value"], _conversation_of(args), Reader(command=reader.command, stays=True), again=True
        )
        await args.respond(**message.payload(), response_type="in_channel", replace_original=False)

    async def on_dismiss(self, args: AsyncArgs) -> None:
        await args.ack()
        await args.respond(delete_original=True)


def _conversation_of(args: AsyncArgs) -> ConversationKey:
    """Where the button was pressed: the same conversation as the question before it."""
    context = args.context
    thread = str(args.body.get("container", {}).get("thread_ts", ""))
    direct = (context.channel_id or "").startswith("D")
    return ConversationKey(
        context.team_id or "", context.channel_id or "", thread, "" if thread or direct else context.user_id or ""
    )
