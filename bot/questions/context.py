"""The context of a question, and its reply."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from bot.questions.models import MOST_REMEMBERED, NOTHING_SAID, Answer, Conversation, Reader
from bot.questions.question import Question
from bot.schedule.models import Room, Schedule, Speaker, Talk, Track
from bot.search.index import Index


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, and what to remember for the next question of this conversation."""

    answer: Answer
    remember: Conversation = NOTHING_SAID


@dataclass(frozen=True, slots=True)
class QuestionContext:
    """A question with all that its answer may depend on; `now` is aware."""

    question: Question
    schedule: Schedule
    index: Index
    now: datetime
    conversation: Conversation
    reader: Reader

    @property
    def today(self) -> date:
        return self.schedule.day_of(self.now)

    @property
    def is_conference_day(self) -> bool:
        return self.today in self.schedule.conference.days

    def numbers(self, talks: Collection[Talk]) -> frozenset[int]:
        """The talks' numbers in the index."""
        return frozenset(self.index.numbers[talk.id] for talk in talks)

    def day_of(self, moment: datetime) -> date:
        return self.schedule.day_of(moment)

    def reply(
        self,
        answer: Answer,
        talks: Iterable[Talk] = (),
        speakers: Iterable[Speaker] = (),
        track: Track | None = None,
        room: Room | None = None,
        day: date | None = None,
    ) -> Reply:
        """The answer, remembering what it spoke of; of nothing, what was spoken of before."""
        ids = tuple(talk.id for talk in talks)[:MOST_REMEMBERED]
        people = tuple(speaker.id for speaker in speakers)
        if not (ids or people or track or room):
            return Reply(answer, self.conversation)
        where = track.id if track else "", room.id if room else "", day.isoformat() if day else ""
        return Reply(answer, Conversation(ids, ids[0] if ids else "", people, *where))
