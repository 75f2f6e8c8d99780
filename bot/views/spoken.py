"""Questions answered as plain text, for `qcon-bot ask`: the same path as in Slack, without Slack."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from typing import Any

from bot.questions.answer import answer
from bot.questions.batch import as_json
from bot.questions.conversation import Reader
from bot.questions.grammar import parse
from bot.schedule.model import Schedule
from bot.search.index import Index, build
from bot.views.answers import answer_message

_BOLD = re.compile(r"\*(\S(?:[^*\n]*\S)?)\*")


@dataclass(frozen=True, slots=True)
class PlainTextBot:
    """A schedule that answers, as of one moment; each question stands alone."""

    schedule: Schedule
    index: Index
    now: datetime
    command: str

    @classmethod
    def for_schedule(cls, schedule: Schedule, at: datetime, command: str) -> "PlainTextBot":
        """`at` without a zone is the venue's wall clock."""
        aware = at if at.tzinfo else at.replace(tzinfo=schedule.conference.timezone)
        return cls(schedule, build(schedule), aware.astimezone(UTC), command)

    def answer(self, text: str) -> dict[str, Any]:
        """`{"results", "answered", "kind", "text"}`, for a reader at the venue."""
        reader = Reader(self.schedule.conference.timezone, self.command)
        given = answer(parse(text), self.schedule, self.index, self.now, reader=reader).answer
        return as_json(given, strip_mrkdwn(answer_message(given, self.schedule, self.now, reader).text))


def strip_mrkdwn(text: str) -> str:
    """mrkdwn as plain text: without stars, and with `&`, `<` and `>` as themselves."""
    return unescape(_BOLD.sub(r"\1", text).replace("`", ""))
