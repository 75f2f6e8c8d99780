"""A question as it was read: its words, the fact that it asks for, and all that its answer depends on."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property

from bot.questions.language import Cue, Language
from bot.questions.models import MOST_REMEMBERED, NOTHING_SAID, Answer, Ask, Conversation, Reply
from bot.questions.time_expressions import NO_TIME, TimeExpression
from bot.questions.tokens import STOPS, MessageToken
from bot.schedule.models import Room, Schedule, Speaker, Talk, Track
from bot.search.index import Index
from bot.search.query_terms import QueryWord

ASKING = frozenset(["ask", "soon", "happening", "status", "relation"])  # roles of the phrases that ask something


@dataclass(frozen=True)
class Question:
    """A message and what it asks. Nothing of it has been looked up in a schedule yet.

    Places are positions in `tokens`, from 0. The content is made of the tokens that may be a topic or a name.
    """

    tokens: tuple[MessageToken, ...]
    language: Language
    cues: tuple[Cue, ...]
    excluded: tuple[tuple[int, ...], ...] = ()  # for each exception, the places of what is not wanted
    left_out: frozenset[int] = frozenset()  # the places of all exceptions, with words such as "but not"
    time: TimeExpression = NO_TIME
    timed: frozenset[int] = frozenset()  # the places of words about times and lengths
    choice: tuple[TimeExpression, ...] = ()  # when it may be, in "is it before or after lunch"
    told: frozenset[int] = frozenset()  # the places of whole sentences before a question that needs nothing of them
    told_aside: bool = False  # whether the time is in a clause that asks nothing: "I leave at 4, what can I see"
    minutes: tuple[int, int] = (0, 0)  # the least and the greatest length of a talk; (0, 0) for any
    text: str = ""  # cleaned of Slack's markup
    ask: Ask = Ask.WHAT
    command: str = ""  # the subcommand, where the message is one
    content: tuple[int, ...] = ()  # the places of the content, in order
    clauses: tuple[tuple[int, ...], ...] = ()  # the content of each clause; empty if there is only one
    asking: tuple[int, ...] = ()  # the content of those clauses that ask something
    topics: tuple[tuple[int, ...], ...] = ()  # the content of each of several topics, as in "Rust or Wasm"
    either: bool = False  # whether "or" joins the topics, rather than "and"
    soon: str = ""  # now, next or later
    pick: str = ""  # first or last of a day, opening or closing of the conference, longest or shortest
    bound: str = ""  # start for "when does it start", end for "when is it over"
    meal: str = ""  # lunch, coffee, break, meal …
    elsewhere: bool = False  # whether it asks the same for another day or place: "and on Sunday?"
    bare: bool = False  # whether it has question words only: "where?"
    lacks_words: str = ""  # the subcommand that was typed without the words that it needs
    nth: int = 0  # 2 for "the second one", -1 for "the last one"
    # How the wanted talks relate to a talk: after, before, same time, similar, else, more. Of an answer: rest or yes.
    relation: str = ""
    status: str = ""  # missed for "is … over", still, begun, reach for "can I still catch …", or just over
    detail: str = ""  # track or level, if that of a session is asked for
    until: bool = False  # whether "how long" means the time until then, rather than the length
    count: bool = False  # whether it asks "how many"
    level: str = ""  # beginner, intermediate or advanced
    aside: frozenset[int] = frozenset()  # the content that a talk need not have, such as for whom it is
    spoken: str = ""  # the language in which a talk should be given
    truncated: bool = False  # whether the message had more words than are read

    @classmethod
    def from_tokens(cls, tokens: tuple[MessageToken, ...], language: Language, text: str) -> "Question":
        """A message of which only the phrases are known yet."""
        return cls(tokens, language, tuple(language.cues([token.word for token in tokens])), text=text)

    @cached_property
    def words(self) -> tuple[str, ...]:
        return tuple(token.word for token in self.tokens)

    def has(self, *roles: str) -> bool:
        """Tell whether there is a phrase of one of these roles."""
        return any(cue.role in roles for cue in self.cues)

    def said(self, role: str, *values: str) -> str:
        """The value of the first phrase of a role; with `values`, of the first that has one of them. Empty without one.

        For a role whose phrases have no value, it is the name of the role.
        """
        found = (cue.value or role for cue in self.cues if cue.role == role and (not values or cue.value in values))
        return next(found, "")

    def places(self, *roles: str) -> set[int]:
        """The places of all phrases of these roles."""
        return {at for cue in self.cues if cue.role in roles for at in range(cue.start, cue.end)}

    def starts(self, *roles: str) -> set[int]:
        """The places at which phrases of these roles begin."""
        return {cue.start for cue in self.cues if cue.role in roles}

    def ends(self, role: str, value: str = "") -> set[int]:
        """The places right after the phrases of a role; with a `value`, only of those that have it."""
        return {cue.end for cue in self.cues if cue.role == role and value in ("", cue.value)}

    @cached_property
    def asks(self) -> tuple[int, ...]:
        """The places at which the phrases that ask something begin.

        Beside a question `missed` and `now` only tell something: `missed the bus, who is on`, `landing now, what's on at 2`.
        """
        surely = self.starts("ask", "happening") or self.starts("soon")
        return tuple(
            sorted(at for at in self.starts(*ASKING) if not surely or at in surely or self._clause_end(at) == "?")
        )

    def _clause_end(self, at: int) -> str:
        """The sign or word that ends the clause of a place; empty at the end of the message."""
        return next((self.words[end] for end in self.breaks if end > at), "")

    @cached_property
    def topical(self) -> frozenset[str]:
        """The words right after an `about`: two, since the first may go with the second."""
        return frozenset(word for end in self.ends("about") for word in self.words[end : end + 2])

    @cached_property
    def meals(self) -> tuple[tuple[int, int, str], ...]:
        """The meals that it names, in order: where each name begins and ends, and which meal it is."""
        time, words = self.language.time, self.words
        spans = ((at, at + length) for at in range(len(words)) for length in (2, 1) if at + length <= len(words))
        named = ((start, end, time.meals.get(words[start:end]) or self._drink(start, end)) for start, end in spans)
        return tuple(span for span in named if span[2])

    def _drink(self, start: int, end: int) -> str:
        """The meal that a drink asks for; empty if it goes with the next word: `pub sub`, `the espresso workshop`."""
        language, following = self.language, self.words[end] if end < len(self.words) else ""
        plain = (language.known - language.sessions) | language.conference | language.weak | language.asides
        told = (
            following in plain
            or end in self.timed
            or (following,) in language.time.meals
            or any(cue.start == end for cue in self.cues)
        )
        free = not following.isalpha() or (told and following not in language.sessions - language.conference)
        return language.time.drinks.get(self.words[start:end], "") if free else ""

    def in_one_clause(self, one: int, other: int) -> bool:
        """Tell whether no sign or conjunction between clauses stands between two places."""
        first, last = sorted((one, other))
        return not any(first < at < last for at in self.breaks)

    @cached_property
    def signs(self) -> frozenset[int]:
        """The places of commas and of signs that end a clause."""
        return frozenset(at for at, word in enumerate(self.words) if word in STOPS or word == ",")

    @cached_property
    def breaks(self) -> tuple[int, ...]:
        """The places of the signs and conjunctions between its clauses."""
        return tuple(sorted(self.signs | self.starts("break")))

    @cached_property
    def pauses(self) -> frozenset[int]:
        """The places of commas, and of words that can separate an exception as a comma does: `please`, `but`."""
        commas = {at for at in self.signs if self.words[at] == ","}
        return frozenset(commas | self.places("pause"))

    def is_joined(self, at: int, *values: str) -> bool:
        """Tell whether there is a connector at a place: `and`, `or`. With `values`, only those count."""
        joins = (cue for cue in self.cues if cue.role == "connector" and cue.start == at)
        return any(not values or cue.value in values for cue in joins)

    def is_listed_on(self, at: int) -> bool:
        """Tell whether there is a connector, or a sign as in `keynotes, panels`, at a place."""
        return self.words[at] in (",", "/", "&", "+") or self.is_joined(at)

    @property
    def scope_of_one(self) -> bool:
        """Tell whether it asks for a fact about a single session."""
        one = self.ask in (Ask.WHEN, Ask.WHERE, Ask.HOW_LONG, Ask.WHO) or bool(self.status or self.detail) or self.until
        return one and not self.count and not (self.soon == "now" and self.ask is Ask.WHO)

    def speaks_of_all(self, conference: Collection[str]) -> bool:
        """Tell whether it means the whole conference rather than a day; `conference` are the words of its name."""
        names = {word for word in conference if not word.isdigit() and word not in self.language.known}
        return not (names | self.language.conference).isdisjoint(self.words)

    @property
    def about(self) -> tuple[QueryWord, ...]:
        """The content, as it is searched for."""
        return self.query(self.content)

    @property
    def free_places(self) -> list[int]:
        """The places outside of times and exceptions."""
        gone = self.timed.union(*self.excluded)
        return [place for place in range(len(self.tokens)) if place not in gone]

    def parts(self, places: Iterable[int]) -> list[tuple[int, str]]:
        """The parts of the tokens at these places, each part with its place."""
        return [(place, part) for place in places for part in self.tokens[place].parts]

    def words_at(self, places: Iterable[int]) -> tuple[str, ...]:
        """The words at these places, as they are meant."""
        return tuple(self.words[place] for place in places)

    def typed(self, places: Iterable[int]) -> str:
        """The words at these places, as they were typed."""
        typed = {self.tokens[place].place: self.tokens[place].typed for place in sorted(places)}
        return " ".join(typed.values()).replace(" ,", ",")

    def tells(self, places: Iterable[int]) -> bool:
        """Tell whether one of the words at these places is more than ordinary talk."""
        return any(not word.optional for word in self.query(places))

    def query(self, places: Iterable[int]) -> tuple[QueryWord, ...]:
        """The words at these places, as they are searched for: each once. Everyday words are optional."""
        return self._queries(tuple(places))

    @cached_property
    def _queries(self) -> Callable[[tuple[int, ...]], tuple[QueryWord, ...]]:
        return cache(self._query)  # the same places are looked at by several steps

    def _query(self, places: tuple[int, ...]) -> tuple[QueryWord, ...]:
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
        """Tell whether the word at a place is the name of a person asked for: `who is rms`, not `who covers svd`."""
        ends = self._after_who
        after = place in ends or (place - 1 in ends and self.words[place - 1] not in self.language.session)
        return after or self.command == "speaker"

    @cached_property
    def _after_who(self) -> set[int]:
        return self.ends("ask", "who")

    def _around(self, place: int) -> tuple[str, ...]:
        """The neighbouring words that are true of every session, but may belong to a title: `event` sourcing."""
        beside = (self.words[at] for at in (place - 1, place + 1) if 0 <= at < len(self.words))
        return tuple(word for word in beside if word in self.language.session)


@dataclass(frozen=True, slots=True)
class QuestionContext:
    """A question, and everything else that its answer depends on. `now` is aware."""

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

    def is_aside(self, word: str) -> bool:
        """Tell whether a word is hardly what a sentence asks about: a verb or the like with which no word here begins."""
        question = self.question
        likely = word in question.topical or not question.asks
        return not likely and word in question.language.asides and not self.index.beginning_with(word, 1)

    def numbers(self, talks: Collection[Talk]) -> frozenset[int]:
        """The talks' numbers in the index."""
        return frozenset(self.index.numbers[talk.id] for talk in talks)

    def hosted_by(self, people: Collection[Speaker]) -> tuple[Track, ...]:
        """The tracks that any of these people hosts."""
        return tuple(track for track in self.schedule.tracks if any(person in track.host for person in people))

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
        """A reply with this answer, which remembers what it is about; if about nothing, what was remembered before."""
        ids = tuple(talk.id for talk in talks)[:MOST_REMEMBERED]
        people = tuple(speaker.id for speaker in speakers)
        if not (ids or people or track or room):
            return Reply(answer, self.conversation)
        where = track.id if track else "", room.id if room else "", day.isoformat() if day else ""
        return Reply(answer, Conversation(ids, ids[0] if ids else "", people, *where))
