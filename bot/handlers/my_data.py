"""Show people what the bot stores about them, send all of it, and delete it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.blockkit import action_ids
from bot.blockkit.blocks import Message, actions, button, confirmation, escape_entities, section
from bot.db import data_protection
from bot.db.data_protection import RowsByTable
from bot.db.database import Database
from bot.slack.request import SlackRequest, respond
from bot.slack.routing import on_action, on_subcommand

TABLE_TEXTS = {
    "agenda": "your saved talks",
    "feedback": "your votes and comments",
    "people": "your settings and time zone",
    "interests": "the topics that interest you",
    "dismissals": "talks that I won't suggest to you again",
    "feeds": "your calendar feed's secret address",
    "conversations": "talks in your recent questions (kept for half an hour)",
    "deliveries": "messages I sent you, with the time",
    "delivery_talks": "talks mentioned in those messages",
    "subscriptions": "channels you turned reminders on for",
    "holds": "times you paused sending",
}

ONE_ROW = frozenset({"people", "feeds"})  # tables that hold one thing about a person, which is not counted

PIECE_CHARACTERS = 2_900  # characters of one section of the export

Rows = Sequence[Mapping[str, Any]]


def stored_data_message(rows: Mapping[str, Rows]) -> Message:
    if not rows:
        return Message("I store nothing about you.")
    lines = [f"• {TABLE_TEXTS[table]}{'' if table in ONE_ROW else f': {len(rows)}'}" for table, rows in rows.items()]
    rest = "I don't store your messages or your name. Organisers see vote counts, and comments without names."
    text = "\n".join(["*What I store about you*", *lines, rest])
    confirm = confirmation(
        "Delete all your data?",
        "This deletes your saved talks, votes and settings, and stops your reminders. You can't undo it.",
        "Delete",
        "Keep it",
    )
    buttons = [
        button("Send me my data", action_ids.SEND_MY_DATA),
        button("Delete my data", action_ids.DELETE_MY_DATA, style="danger", confirm=confirm),
    ]
    return Message(text, (section(text), actions(buttons)))


def export_messages(rows: Mapping[str, Rows]) -> Sequence[Message]:
    """All of it as JSON, in as many messages as needed."""
    text = json.dumps(rows, default=_json_value, ensure_ascii=False, indent=1).replace("`", r"\u0060")
    pieces = [text[start : start + PIECE_CHARACTERS] for start in range(0, len(text), PIECE_CHARACTERS)]
    return [Message(f"```{escape_entities(piece)}```") for piece in pieces]


def _json_value(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)


@dataclass(frozen=True, slots=True)
class MyDataHandlers:
    database: Database

    @on_subcommand("my-data")
    async def on_command(self, request: SlackRequest) -> None:
        """`/qcon my-data`"""
        await respond(request, stored_data_message(await self._stored_rows(request)))

    @on_action(action_ids.SEND_MY_DATA)
    async def on_export(self, request: SlackRequest) -> None:
        """[Send me my data]"""
        channel = await request.direct_message()
        for message in export_messages(await self._stored_rows(request)):
            await request.client.chat_postMessage(channel=channel, **message.payload())
        await respond(request, Message("I've sent it to your direct messages."))

    @on_action(action_ids.DELETE_MY_DATA)
    async def on_delete(self, request: SlackRequest) -> None:
        """[Delete my data]"""
        await self.database.write(data_protection.delete_personal_rows, request.workspace, request.user)
        told = "All your data is deleted, and your reminders are off. Save a talk to start again."
        await respond(request, Message(told), replace=True)

    async def _stored_rows(self, request: SlackRequest) -> Mapping[str, RowsByTable]:
        return await self.database.read(data_protection.personal_rows, request.workspace, request.user)
