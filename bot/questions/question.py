"""A question as it was read: its sentence, which fact about which sessions it asks for, and all that the answer depends on."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from bot.questions.language import Cue, Language
from bot.questions.models import MOST_REMEMBERED, NOTHING_SAID, Answer, Ask, Conversation, Reply
from bot.questions.time_expressions import NO_TIME, TimeExpression
from bot.questions.tokens import STOPS, MessageToken
from bot.schedule.models import Room, Schedule, Speaker, Talk, Track
from bot.search.index import Index
from bot.search.query_terms import QueryWord

ASKING = frozenset(["ask", "soon", "happening", "status", "relation"])  # roles of phrases that ask something


@dataclass(frozen=True)
class Question:
    """A message in one language and what it asks; nothing of it has been looked up in a schedule yet.

    Places are those of its tokens.
    """

    tokens: tuple[MessageToken, ...]
    language: Language
    cues: tuple[Cue, ...]
    excluded: tuple[tuple[int, ...], ...] = ()  # what follows each "but not" …
    left_out: frozenset[int] = frozenset()  # … and that with the "but not"
    time: TimeExpression = NO_TIME
    timed: frozenset[int] = frozenset()  # what says something about time
    told_aside: bool = False  # whether the time is told in a clause that asks nothing
    minutes: tuple[int, int] = (0, 0)  # the least and the most that a talk should take
    text: str = ""  # cleaned of Slack's markup
    ask: Ask = Ask.WHAT
    command: str = ""  # the subcommand, where the message is one
    content: tuple[int, ...] = ()  # the tokens that may be a topic or a name, in order
    clauses: tuple[tuple[int, ...], ...] = ()  # the content clause by clause, where there are several
    asking: tuple[int, ...] = ()  # the content of the clauses that ask something
    topics: tuple[tuple[int, ...], ...] = ()  # the content of either side of an "or", where there are several
    either: bool = False  # whether the topics are joined by "or" rather than by "and"
    soon: str = ""  # now, next, later: times that only the clock knows
    pick: str = ""  # first, last (of the day), opening, closing (of the conference), longest, shortest
    bound: str = ""  # start or end: when it starts, when it is over
    meal: str = ""  # lunch, coffee, break, meal …
    elsewhere: bool = False  # "and on Sunday?"
    bare: bool = False  # "where?"
    nth: int = 0  # "the second one" is 2, "the last one" -1
    relation: str = ""  # after, before, same time, similar, else, more: what it wants to know beside a talk
    status: str = ""  # "did I miss …" is missed, "is … still on" is still, "what was just on" is just over
    until: bool = False  # "how long until …", rather than how long it takes
    count: bool = False  # "how many"
    level: str = ""  # beginner, intermediate, advanced
    aside: frozenset[int] = frozenset()  # content that is not missed: what says for whom it is
    spoken: str = ""  # the language that a talk should be given in
    truncated: bool = False  # there were more words than are read

    @cached_property
    def words(self) -> tuple[str, ...]:
        return tuple(token.word for token in self.tokens)

    def has(self, *roles: str) -> bool:
        """Tell whether there is a phrase of one of these roles."""
        return any(cue.role in roles for cue in self.cues)

    def said(self, role: str, *values: str) -> str:
        """The first value that a role has, of some or of any; its own name where its values have none."""
        found = (cue.value or role for cue in self.cues if cue.role == role and (not values or cue.value in values))
        return next(found, "")

    def places(self, *roles: str) -> set[int]:
        """The places of all phrases of some roles."""
        return {at for cue in self.cues if cue.role in roles for at in range(cue.start, cue.end)}

    def starts(self, *roles: str) -> set[int]:
        """The places at which phrases of some roles begin."""
        return {cue.start for cue in self.cues if cue.role in roles}

    def ends(self, role: str, value: str = "") -> set[int]:
        """The places after the phrases of a role, with this value or any."""
        return {cue.end for cue in self.cues if cue.role == role and value in ("", cue.value)}

    @cached_property
    def asks(self) -> tuple[int, ...]:
        """The places at which something is asked."""
        return tuple(sorted(self.starts(*ASKING)))

    @cached_property
    def signs(self) -> frozenset[int]:
        """The places of commas and of signs that end a clause."""
        return frozenset(at for at, word in enumerate(self.words) if word in STOPS or word == ",")

    @cached_property
    def breaks(self) -> tuple[int, ...]:
        """The places of the signs and conjunctions that part its clauses."""
        return tuple(sorted(self.signs | self.starts("break")))

    @cached_property
    def pauses(self) -> frozenset[int]:
        """The places of commas, and of words that may set an exception apart like them: `please`, `but`."""
        commas = {at for at in self.signs if self.words[at] == ","}
        return frozenset(commas | self.places("pause"))

    def is_joined(self, at: int, *values: str) -> bool:
        """Tell whether a connector stands at a place, one of these or any: `and`, `or`."""
        joins = (cue for cue in self.cues if cue.role == "connector" and cue.start == at)
        return any(not values or cue.value in values for cue in joins)

    def is_listed_on(self, at: int) -> bool:
        """Tell whether a connector, or a sign that lists things, stands at a place: `keynotes, panels`."""
        return self.words[at] in (",", "/", "&") or self.is_joined(at)

    @property
    def scope_of_one(self) -> bool:
        """Tell whether it asks for a fact that only one session has."""
        one = self.ask in (Ask.WHEN, Ask.WHERE, Ask.HOW_LONG, Ask.WHO) or bool(self.status) or self.until
        return one and not self.count and not (self.soon == "now" and self.ask is Ask.WHO)

    def speaks_of_all(self, conference: Collection[str]) -> bool:
        """Tell whether the whole conference is meant, and not a day of it; `conference` are the words of its name."""
        names = {word for word in conference if not word.isdigit() and word not in self.language.known}
        return not (names | self.language.conference).isdisjoint(self.words)

    @property
    def about(self) -> tuple[QueryWord, ...]:
        """Everything that may be a topic or a name, as it is searched for."""
        return self.query(self.content)

    @property
    def free_places(self) -> list[int]:
        """The places of its tokens outside of times and exceptions."""
        gone = self.timed.union(*self.excluded)
        return [place for place in range(len(self.tokens)) if place not in gone]

    def parts(self, places: Iterable[int]) -> list[tuple[int, str]]:
        """The parts of some of its tokens, each with its place."""
        return [(place, part) for place in places for part in self.tokens[place].parts]

    def words_at(self, places: Iterable[int]) -> tuple[str, ...]:
        """Some of its tokens, as they are meant."""
        return tuple(self.words[place] for place in places)

    def typed(self, places: Iterable[int]) -> str:
        """Some of its tokens, as they were typed."""
        typed = {self.tokens[place].place: self.tokens[place].typed for place in sorted(places)}
        return " ".join(typed.values()).replace(" ,", ",")

    def query(self, places: Iterable[int]) -> tuple[QueryWord, ...]:
        """Some of its tokens, as they are searched for: each word once, ordinary talk as optional."""
        query: dict[str, QueryWord] = {}
        last = -2
        for place in places:
            token = self.tokens[place]
            for part in token.parts:
                number = (part.isdigit() and len(part) < 3) or part in self.language.numbers
                number = number and last != place - 1
                optional = part in self.language.weak or place in self.aside or number
                also = (*token.joined, *self.language.same_number(part))
                beside, person = last in (place - 1, place), self._asks_who(place)
                query.setdefault(part, QueryWord(part, also, beside, self._around(place), person, optional))
                last = place
        return tuple(query.values())

    def _asks_who(self, place: int) -> bool:
        """Tell whether a token names the person asked for: `who is rms`, but not `who covers svd`."""
        ends = self.ends("ask", "who")
        after = place in ends or (place - 1 in ends and self.words[place - 1] not in self.language.session)
        return after or self.command == "speaker"

    def _around(self, place: int) -> tuple[str, ...]:
        """The neighbouring words that fit every session but may be half of a title: `event` sourcing."""
        beside = (self.words[at] for at in (place - 1, place + 1) if 0 <= at < len(self.words))
        return tuple(word for word in beside if word in self.language.session)


@dataclass(frozen=True, slots=True)
class QuestionContext:
    """A question with all that its answer may depend on; `now` is aware."""

    question: Question
    schedule: Schedule
    index: Index
    now: datetime
    conversation: Conversation = NOTHING_SAID

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
