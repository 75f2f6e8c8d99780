"""From the content of a question to talks, people and tracks: several readings compete, and the best one answers."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from rapidfuzz import fuzz, process

from bot.questions import listings
from bot.questions.filters import Narrowed, first_or_last, talks_of_level
from bot.questions.language import LETTERS
from bot.questions.models import AboutPerson, Ask, Matches, NothingFound, Reply, Scope
from bot.questions.parse import parse
from bot.questions.question import Question, QuestionContext
from bot.schedule.models import Schedule, Speaker, Talk, Track, in_order
from bot.search import fields
from bot.search.engine import Found, Hit, Query, choose, search
from bot.search.index import Index
from bot.search.query_terms import QueryWord
from bot.search.tokenizer import name_words, words
from bot.search.venue_names import OF_SEVERAL_KINDS

MOST_CLAUSES = 8  # of one message are searched
MOST_TOPICS = 4  # of one question
MOST_MENTIONS = 3  # talks on one of several topics, beyond which the title has to name it
MOST_CLOSEST = 3
RAMBLING = 3  # clauses with something to search for
LOOKED_AT = 5  # of the best hits, for people
MOST_HALVES = 4  # words of names that are looked up; whoever types more means no person
RARE = 50  # sessions: what stands in more is a common word rather than a name
AS_GOOD = 1.0  # how far behind the best score a talk may be that is as good an answer
FAR = 2.0  # a talk this far behind the best does not answer a question for one fact
LEAST_TITLE = 3  # words of a title that stands in a question
MOST_BESIDE = 7  # words of such a question beside the title
SHORTEST_TITLE, LONGEST_TITLE = 12, 80  # letters of a part of a title that may be misspelt …
NEARLY = 90  # … and of 100, how much of it has to be right
OFTEN = 3  # times that the same session is given, of which only the next is told
FEW = 2  # people of one name, of whom one may be meant
KINDS = OF_SEVERAL_KINDS | {kind + "s" for kind in OF_SEVERAL_KINDS}
HEADLINE = fields.TITLE | fields.SUBTITLE | fields.SPEAKER


def answer_by_title(context: QuestionContext) -> Reply | None:
    """Answer with the talk whose title, or its part before a colon, was typed, even if that has other meanings."""
    question = context.question
    spelled_out = tuple(part for token in question.tokens for part in token.parts)
    for said in dict.fromkeys((tuple(words(question.text)), spelled_out)):
        if talks := _titled(context, said):
            return _answer_by_name(context, talks, question)
        for beside in range(1, min(MOST_BESIDE, len(said) - LEAST_TITLE) + 1):
            for start in range(beside + 1):
                end = start + len(said) - beside
                if talks := _titled(context, said[start:end]):
                    rest = parse(" ".join((*said[:start], *said[end:])))
                    return _answer_by_name(context, talks, rest) if _asks_of_one(rest) else None
    return None


def answer_by_misspelt_title(context: QuestionContext) -> Reply | None:
    """Answer with the talk of whose title the message is nearly a part: `fearles deploys on fryday`."""
    question, index = context.question, context.index
    asks, known = question.places("ask", "status"), question.language.known
    left = [at for at in range(len(question.words)) if at not in asks]
    telling = next((number for number, at in enumerate(left) if question.words[at] not in known), 0)
    for places in (left, left[telling:]):  # with and without the words that lead to it
        said = words(question.typed(places))
        text = " ".join(said)
        if len(said) < LEAST_TITLE or not SHORTEST_TITLE <= len(text) <= LONGEST_TITLE:
            continue
        titles = [title for title in _titles_with_any(index, said) if len(title) >= len(text)]
        if found := process.extractOne(text, titles, scorer=fuzz.partial_ratio, score_cutoff=NEARLY):
            talks = _titled(context, found[0].split())
            return _answer_by_name(context, talks, question) if talks else None
    return None


def _titles_with_any(index: Index, said: Iterable[str]) -> Iterator[str]:
    """The titles of the talks that have one of these words, folded; of rare words only, to compare few with a message."""
    for word in said:
        if (known := index.vocabulary.get(word)) is not None and index.spread(known) <= RARE:
            for number in index.stretch(known)[0].tolist():
                if number < len(index.talks):
                    yield " ".join(name_words(index.talks[number].title))


def _titled(context: QuestionContext, said: Sequence[str]) -> tuple[Talk, ...]:
    """The talks of a title, in order of interest; of half a title only if its words tell something."""
    numbers = context.index.titles.get(" ".join(said))
    if not numbers:
        return ()
    talks = (context.index.talks[number] for number in numbers if number < len(context.index.talks))
    told = bool(context.question.content)
    talks = (talk for talk in talks if not talk.is_break and (told or len(name_words(talk.title)) == len(said)))
    return tuple(_without_repeats(context, listings.in_order_of_interest(context, talks)))


def _asks_of_one(question: Question) -> bool:
    """Tell whether a question asks for nothing but a fact, of what was left out of it: `when is`, `is … still on`."""
    asks, known = question.places("ask", "status", "detail"), question.language.known
    plain = all(at in asks or word in known for at, word in enumerate(question.words))
    return plain and question.scope_of_one


def _answer_by_name(context: QuestionContext, talks: tuple[Talk, ...], asked: Question) -> Reply:
    shape = Matches(asked.ask, talks, status=asked.status, detail=asked.detail, until=asked.until)
    return context.reply(shape, talks, talks[0].speakers)


def search_readings(context: QuestionContext, narrowed: Narrowed, *, chatty: bool = False) -> Found:
    """Search for several readings and return the best: all words, those of the clauses that ask, and each clause."""
    question = context.question
    within = narrowed.within(context)
    left = frozenset(narrowed.content)
    places = [(narrowed.content, "whole"), (question.asking, "clause")]
    topical = question.tells(question.asking)  # any talk on Go? my team needs it
    clauses = (clause for clause in question.clauses if not (topical and set(question.asking).isdisjoint(clause)))
    places += [(clause, "clause") for clause in islice(clauses, MOST_CLAUSES)]
    told = question.tells(narrowed.content)
    queries = dict[tuple[int, ...], Query]()
    for row, reading in places:
        content = tuple(place for place in row if place in left)
        query = search_words(context, content)
        chatter = reading == "clause" and told and not question.tells(content)
        if query and content not in queries and not chatter:
            queries[content] = Query(query, within, reading, float(chatty))
    found = choose(context.index, list(queries.values()))
    asked = {word.word for word in question.query(question.asking)}
    if topical and any(typed not in asked for typed, _ in found.corrections):  # is Ada here? I read her bok
        found = found._replace(hits=(), closest=(*found.hits, *found.closest)[:MOST_CLOSEST])
    if found.hits or within is None:
        return found
    if narrowed.excepted:  # what is as good as an excepted talk is good enough
        everywhere = {*within, *context.numbers(narrowed.excepted)}
        found = choose(context.index, [query._replace(within=everywhere) for query in queries.values()])
        hits, closest = (tuple(hit for hit in row if hit.number in within) for row in (found.hits, found.closest))
        return found._replace(hits=hits, closest=closest)
    if narrowed.scope.kind or (question.time and len(question.clauses) >= RAMBLING):
        # "her keynote" may be a talk, "this morning" when they arrived
        wider = choose(context.index, [query._replace(within=None, reading="unfiltered") for query in queries.values()])
        if wider.hits:
            return wider
    return found


def with_biographies(found: Found) -> Found:
    """The result, or if it has no hits, the closest talks by people whose biographies have a word: `anyone from Spotify`."""
    told = tuple(hit for hit in found.closest if hit.fields & fields.BIO) if not found.unknown else ()
    return found if found.hits else found._replace(hits=told)


def search_words(context: QuestionContext, places: Sequence[int]) -> tuple[QueryWord, ...]:
    """The words to search for; kinds of session, which the schedule may not name, are optional.

    If all of them are ordinary talk, none of them is optional.
    """
    query = [
        word._replace(optional=word.optional or word.word in KINDS or context.is_aside(word.word))
        for word in context.question.query(places)
    ]
    if all(word.optional for word in query):
        query = [word._replace(optional=False) for word in query]
    return tuple(query)


def answer_topics(context: QuestionContext, narrowed: Narrowed) -> Reply | None:
    """Answer with the talks on each of several topics, and their numbers; None if one talk has all topics."""
    question, index = context.question, context.index
    left = frozenset(narrowed.content) - question.aside
    groups = [tuple(place for place in topic if place in left) for topic in question.topics]
    groups = [group for group in groups if question.tells(group)][:MOST_TOPICS]
    if len(groups) < 2:
        return None
    within, words = narrowed.within(context), search_words(context, narrowed.content)
    whole = search(index, words, within).hits
    best = whole[0].number if whole else None
    found = [(query, search(index, query, within).hits) for query in (search_words(context, group) for group in groups)]
    own = any(_has_all(index, hit, query) for query, hits in found for hit in hits if hit.number != best)
    listed = own and (question.either or question.ask is Ask.LIST)
    if whole and not listed and _has_all(index, whole[0], words):
        return None
    apart = all(_has_all(index, hits[0], query) for query, hits in found if hits)
    if not (question.either or apart) and all(any(hit.number == best for hit in hits) for _, hits in found):
        return None
    if not (all(hits for _, hits in found) or question.either or (apart and not whole)):
        return None
    found = [(query, _named_in_title(hits)) for query, hits in found]
    ordered = _ranked_by_topics(context, found)
    if not ordered or (len(ordered) == 1 and all(hits for _, hits in found)):
        return None
    counts = tuple((question.typed(group), len(hits)) for group, (_, hits) in zip(groups, found, strict=True))
    ask = Ask.LIST if question.ask is Ask.WHAT else question.ask
    shape = Matches(ask, ordered, question.typed(narrowed.content), parts=counts, scope=narrowed.scope)
    return _with_found(context, shape, ordered, ordered[0].speakers)


def _named_in_title(hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """The hits whose title names the topic, if there are many and the best one does: the others only mention it."""
    named = HEADLINE | fields.TRACK | fields.AFFILIATION
    many = len(hits) > MOST_MENTIONS and hits[0].fields & named
    return tuple(hit for hit in hits if hit.fields & named) if many else hits


def _ranked_by_topics(
    context: QuestionContext, found: Iterable[tuple[Sequence[QueryWord], Sequence[Hit]]]
) -> tuple[Talk, ...]:
    """The talks on any of several topics, those on more of them first."""
    named = Counter[Talk]()
    for query, hits in found:
        for hit in hits:
            if isinstance(hit.session, Talk):
                named[hit.session] += _has_all(context.index, hit, query)
    return tuple(sorted(listings.in_order_of_interest(context, named), key=lambda talk: -named[talk]))


def _has_all(index: Index, hit: Hit, query: Iterable[QueryWord]) -> bool:
    """Tell whether a session's title and names have every word."""
    return all(word.optional or _is_in_heading(index, word.word, hit.number) for word in query)


def _is_in_heading(index: Index, word: str, number: int) -> bool:
    return any(index.mark(form, number) & HEADLINE for form in index.forms(word))


def _ranked(context: QuestionContext, hits: Sequence[Hit]) -> tuple[Talk, ...]:
    """The talks found: those about as good as the best one in order of interest, then the others, best first."""
    question = context.question
    talks = [(hit.session, hit.score) for hit in hits if isinstance(hit.session, Talk)]
    if not talks:
        return ()
    best = talks[0][1]
    if question.ask in (Ask.WHEN, Ask.WHERE, Ask.HOW_LONG):
        talks = [(talk, score) for talk, score in talks if score >= best - FAR]
    first = [talk for talk, score in talks if score >= best - AS_GOOD]
    rest = [talk for talk, score in talks if score < best - AS_GOOD]
    ordered = listings.in_order_of_interest(context, first)
    if question.level and (fit := talks_of_level(context, (*ordered, *rest))):
        return tuple(fit)
    if (question.status or question.until) and ordered:
        ended = (talk for talk in ordered if talk.end <= context.now and context.day_of(talk.start) == context.today)
        both = question.status not in ("", "reach") and ordered[0].start > context.now  # it is over, but there is more
        return (*(ended if both else ()), *(talk for talk in ordered if talk.start == ordered[0].start))
    return tuple(_without_repeats(context, (*ordered, *rest)))


def _without_repeats(context: QuestionContext, talks: Sequence[Talk]) -> Iterable[Talk]:
    """Keep only the next of a session that is repeated, unless all are asked for."""
    question = context.question
    times = Counter(talk.title for talk in talks)
    again = question.count or question.ask in (Ask.LIST, Ask.WHEN)
    shown: set[str] = set()
    for talk in talks:
        if again or talk.title not in shown or times[talk.title] < OFTEN:
            yield talk
        shown.add(talk.title)


def answer_from_hits(context: QuestionContext, narrowed: Narrowed, found: Found) -> Reply:
    """Answer with a person, a track or talks, depending on the best hit."""
    best, question = found.hits[0], context.question
    query = found.query.words or question.query(narrowed.content)
    people = people_named(context.index, query, found)
    if isinstance(best.session, Track) and len(people) == 1:
        given = context.schedule.talks_by(people[0])
        host = AboutPerson(question.ask, people[0], given, context.hosted_by(people))
        return context.reply(host, given, people, best.session)
    if isinstance(best.session, Track):
        return listings.list_remaining(context, _narrowed_to_track(context, narrowed, best.session))
    if topical := _talks_on_half_a_name(people, query, found):
        found, people = found._replace(hits=topical), ()
    if narrowed.scope == Scope(without=narrowed.scope.without):
        found = found._replace(hits=_named_in_title(found.hits))
    talks = _ranked(context, found.hits)
    one_fact = question.status or question.detail or question.count or question.until or question.choice
    people = (*people, *namesakes_of(people, context.schedule))
    if _is_one_name(people) and not one_fact and is_about(people[0], query, found):
        given = tuple(talk for talk in talks if not set(people).isdisjoint(talk.speakers)) or talks
        given = _picked(given, question.pick)
        person = AboutPerson(question.ask, people[0], given, context.hosted_by(people), namesakes=people[1:])
        return context.reply(person, given, people)
    talks = _picked(talks, question.pick)
    tracks = tuple(hit.session for hit in found.hits if isinstance(hit.session, Track))
    ask = Ask.LIST if question.soon == "later" and question.ask is Ask.WHAT else question.ask
    shape = Matches(
        ask,
        talks,
        question.typed(significant_places(context, narrowed.content)),
        tracks,
        found.corrections,
        status=question.status,
        detail=question.detail,
        until=question.until,
        scope=narrowed.scope,
    )
    return _with_found(context, shape, talks, people or talks[0].speakers)


def _with_found(context: QuestionContext, shape: Matches, talks: Sequence[Talk], people: Sequence[Speaker]) -> Reply:
    """The reply that remembers talks in the order in which they are shown; "it" is the best of them, which is first here."""
    shown = in_order(talks) if shape.ask is Ask.LIST or shape.parts else talks
    reply = context.reply(shape, shown, people)
    return replace(reply, remember=replace(reply.remember, focus=talks[0].id))


def _picked(talks: tuple[Talk, ...], pick: str) -> tuple[Talk, ...]:
    """The first, last, longest or shortest of the talks found: `my last talk on Rust`."""
    pick = "" if pick in ("opening", "closing") else pick  # which are titles too
    return (pick and first_or_last(sorted(talks, key=lambda talk: talk.start), pick)) or talks


def nothing_found(context: QuestionContext, narrowed: Narrowed, found: Found) -> Reply:
    """Answer that nothing was found, with the closest talks and the names that may have been meant."""
    hits = found.closest
    if narrowed.is_narrow and not narrowed.excepted:
        elsewhere = search(context.index, search_words(context, narrowed.content))
        hits = elsewhere.hits or hits or elsewhere.closest
    closest = tuple(hit.session for hit in hits if isinstance(hit.session, Talk))[:MOST_CLOSEST]
    people = people_partly_named(context.index, found)
    meant = tuple(dict.fromkeys(person.name for person in people))[:MOST_CLOSEST]
    words = context.question.typed(significant_places(context, narrowed.content))
    reply = context.reply(NothingFound(words, closest, found.unknown, meant, narrowed.scope))
    if len(people) != 1:
        return reply
    return replace(reply, remember=replace(reply.remember, speakers=(people[0].id,), offered="person"))


def significant_places(context: QuestionContext, content: Sequence[int]) -> Sequence[int]:
    """The words to repeat in the answer: without ordinary talk, if there are others."""
    question = context.question
    weak = question.language.weak
    return [at for at in content if question.words[at] not in weak and at not in question.aside] or content


def _narrowed_to_track(context: QuestionContext, narrowed: Narrowed, track: Track) -> Narrowed:
    """The talks of a track that was found by its words."""
    kept = narrowed.keep((talk for talk in narrowed.talks if talk.track == track), track=track)
    return replace(kept, track=track, hosted=True)


def people_named(index: Index, query: Sequence[QueryWord], found: Found) -> tuple[Speaker, ...]:
    """The speakers and hosts of the best hits whose names, or corrections to them, the question has."""
    said = {word.word for word in query if word.word not in LETTERS} | {index.words[number] for number in found.words}
    named: dict[str, Speaker] = {}
    for hit in found.hits[:LOOKED_AT]:
        if hit.fields & (fields.SPEAKER | fields.AFFILIATION):
            people = hit.session.speakers if isinstance(hit.session, Talk) else hit.session.host
            named |= {person.id: person for person in people if not said.isdisjoint(name_words(person.name))}
    return tuple(named.values())


def namesakes_of(people: Sequence[Speaker], schedule: Schedule) -> Iterator[Speaker]:
    """The other speakers with the name of these people, if these have one name."""
    if _is_one_name(people):
        name = name_words(people[0].name)
        yield from (other for other in schedule.speakers if name_words(other.name) == name and other not in people)


def _is_one_name(people: Sequence[Speaker]) -> bool:
    return len({name_words(person.name) for person in people}) == 1


def people_partly_named(index: Index, found: Found) -> tuple[Speaker, ...]:
    """The people who may be meant if a search found nothing: a rare word of their name is in the question."""
    people: dict[str, Speaker] = {}
    halves = [word for word in sorted(found.words & index.names) if index.spread(word) <= RARE]
    for word in halves[:MOST_HALVES]:
        named = people_named(index, asked := (QueryWord(index.words[word]),), search(index, asked))
        people |= {person.id: person for person in named if len(named) <= FEW}
    return tuple(people.values())


def _talks_on_half_a_name(people: Collection[Speaker], query: Sequence[QueryWord], found: Found) -> tuple[Hit, ...]:
    """The hits on a topic that has the name of a person, if a title has it: Tor."""
    hits = tuple(hit for hit in found.hits if hit.fields & ~(fields.SPEAKER | fields.AFFILIATION))
    given = {speaker for hit in hits if isinstance(hit.session, Talk) for speaker in hit.session.speakers}
    titled = any(hit.fields & fields.TITLE for hit in hits) and given.isdisjoint(people)
    return hits if people and len(query) == 1 and titled else ()


def is_about(person: Speaker, query: Sequence[QueryWord], found: Found) -> bool:
    """Tell whether the question names nothing but a person."""
    name = set(name_words(person.name))
    guessed = {typed for typed, known in found.corrections if known in name}
    return all(
        word.optional or word.word in name or word.word in guessed or not name.isdisjoint(word.also) for word in query
    )
