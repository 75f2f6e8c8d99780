"""Answers without a search: now, next, later; when a day starts and ends; meals and breaks."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.questions.filters import Narrowed, first_or_last, talks_of_level
from bot.questions.meals import Pause, is_talk, pauses, says_meal
from bot.questions.models import (
    EVERYTHING,
    AboutRoom,
    AboutTrack,
    Ask,
    Bounds,
    Listing,
    Matches,
    NothingFound,
    NotInSchedule,
    OnNext,
    OnNow,
    Pauses,
    Practical,
    Reply,
    Scope,
)
from bot.questions.question import QuestionContext
from bot.schedule.models import Talk
from bot.search.tokenizer import name_words

JUST_BEGUN = timedelta(minutes=10)  # "next" includes what one can still join
JUST_OVER = timedelta(minutes=45)  # a break that somebody may think is still on
MOST_CLOSEST = 3  # talks that are offered where none is marked with the level
MOST_DAYS = 10  # that are searched for a meal


def list_remaining(context: QuestionContext, narrowed: Narrowed) -> Reply:
    """Answer a question without search words: with the talks that its filters leave."""
    for step in _STEPS:
        if reply := step(context, narrowed):
            return reply
    return context.reply(NothingFound(""))


def in_order_of_interest(context: QuestionContext, talks: Iterable[Talk]) -> list[Talk]:
    """Talks in order of interest: running, upcoming, past.

    After "did I miss", those that have just ended come first.
    """
    running, upcoming = (1, 0) if context.question.soon in ("next", "later") else (0, 1)

    def rank(talk: Talk) -> tuple[int, float]:
        when = running if talk.is_on(context.now) else upcoming if talk.start >= context.now else 2
        start = talk.start.timestamp()
        if not context.question.status:
            return when, start
        other_day = context.day_of(talk.start) != context.today  # was it just on, or will it be?
        return when + 3 * other_day, -start if when == 2 else start

    return sorted(talks, key=rank)


def fact_about_one(context: QuestionContext, talks: Sequence[Talk], scope: Scope) -> Reply:
    """Answer with a fact about the talk that is nearest in time: `how long till the keynote`."""
    question = context.question
    ordered = in_order_of_interest(context, [talk for talk in talks if not talk.is_break] or talks)
    if question.status or question.until:
        ordered = [talk for talk in ordered if talk.start == ordered[0].start]
    shape = Matches(
        question.ask, tuple(ordered), status=question.status, detail=question.detail, until=question.until, scope=scope
    )
    return context.reply(shape, ordered, ordered[0].speakers)


def listing(context: QuestionContext, talks: Sequence[Talk], scope: Scope, pick: str = "") -> Reply:
    """Answer with talks in order of start, and their filters.

    If one fact is asked for, answer with that of the next talk.
    """
    if talks and context.question.ask in (Ask.WHEN, Ask.WHERE, Ask.HOW_LONG) and not pick:
        return fact_about_one(context, talks, scope)
    talks = _only_talks(context, talks)
    real = tuple(talk for talk in talks if talk.is_event)
    shape = Listing(tuple(talks), scope, context.question.ask)
    if scope.shown and pick and real:  # the next question may choose another of the list
        return Reply(shape, replace(context.conversation, focus=real[0].id, speakers=()))
    whole = EVERYTHING if scope.shown else scope  # else the next question is about these talks alone
    return context.reply(shape, real, track=whole.track, room=whole.room, day=whole.day)


def _only_talks(context: QuestionContext, talks: Sequence[Talk]) -> Sequence[Talk]:
    """The talks without parties, desks and the like, if "talks" are asked for and there are any."""
    asked = not context.question.language.sessions.isdisjoint(context.question.words)
    return (asked and [talk for talk in talks if is_talk(talk)]) or talks


def first_or_last_of(context: QuestionContext, narrowed: Narrowed) -> Reply:
    """Answer with the first or last talks: of those that are left, of today, or of the conference."""
    question, today = context.question, context.schedule.talks_on(context.today)
    of_the_day = question.pick in ("first", "second", "third", "last") or "day" in question.words
    talks = today if today and of_the_day and not narrowed.is_narrow else _starting_that_day(context, narrowed)
    chosen = first_or_last(talks, question.pick)
    if chosen and (question.status or question.until):
        return fact_about_one(context, chosen, narrowed.scope)
    return listing(context, chosen, narrowed.scope, question.pick)


def _starting_that_day(context: QuestionContext, narrowed: Narrowed) -> Sequence[Talk]:
    """The talks that start on the asked day; all of them if no day was named."""
    day = narrowed.scope.day
    return [talk for talk in narrowed.talks if context.day_of(talk.start) == day] if day else narrowed.talks


def _running_now(context: QuestionContext, narrowed: Narrowed) -> Reply:
    """Answer with the talks that run now, and those that start next."""
    given = [talk for talk in narrowed.talks if not talk.cancelled]
    running = tuple(talk for talk in given if talk.is_on(context.now))
    then = next_starting(given, context.now)
    ask = context.question.ask if context.question.ask is Ask.WHO else Ask.LIST
    meant = [talk for talk in running if not talk.is_break] or then
    scope = narrowed.scope
    return context.reply(OnNow(running, then, scope, ask), meant, track=scope.track, room=scope.room)


def next_up(context: QuestionContext, narrowed: Narrowed) -> Reply:
    """Answer with the talks that start next or began within the last ten minutes, and a break that comes first."""
    question, scope = context.question, narrowed.scope
    to_come = scope.room or scope.track or question.bound == "start" or question.relation
    joinable = context.now - (timedelta(0) if to_come else JUST_BEGUN)
    given = [talk for talk in narrowed.talks if not talk.cancelled]
    real = _only_talks(context, [talk for talk in given if not talk.is_break and talk.end > context.now])
    found = next_starting(real, joinable)
    pause = next(
        (Pause(talk.start, talk.end, talk) for talk in given if talk.is_break and talk.end > context.now), None
    )
    if pause and found and pause.start > found[0].start:
        pause = None
    ask = question.ask if question.ask in (Ask.HOW_LONG, Ask.WHO) else Ask.LIST
    return context.reply(OnNext(found, pause, scope=scope, ask=ask), found, track=scope.track, room=scope.room)


def after_talk(context: QuestionContext, talk: Talk, talks: Sequence[Talk], scope: Scope) -> Reply:
    """Answer with the talks that start next once a talk is over."""
    given = [other for other in talks if not other.cancelled and other.id != talk.id]
    found = next_starting([other for other in given if not other.is_break], talk.end, inclusive=True)
    rest = (other for other in given if other.is_break and talk.end <= other.start < talk.end + JUST_BEGUN)
    pause = next((Pause(other.start, other.end, other) for other in rest), None)
    room = scope.room if context.conversation.room else None
    return context.reply(OnNext(found, pause, after=talk, scope=scope), found or (talk,), room=room)


def next_starting(talks: Sequence[Talk], moment: datetime, *, inclusive: bool = False) -> tuple[Talk, ...]:
    """The talks that start first after a moment; `inclusive` counts those that start at that moment."""
    ahead = [talk for talk in talks if talk.start > moment or (inclusive and talk.start == moment)]
    return tuple(talk for talk in ahead if talk.start == ahead[0].start) if ahead else ()


def only_upcoming(context: QuestionContext, narrowed: Narrowed) -> Narrowed:
    """Keep the talks that have not begun, of today unless another day was named."""
    all_days = "week" in context.question.words
    day = None if narrowed.scope.day or all_days else context.today
    ahead = (talk for talk in narrowed.talks if talk.start > context.now)
    talks = (talk for talk in ahead if day is None or context.day_of(talk.start) == day)
    since = max(narrowed.scope.since or context.now, context.now)
    until = narrowed.scope.until if context.question.time.relation else None
    return narrowed.keep(talks, day=narrowed.scope.day or day, since=since, until=until, left=True)


def _fact_about_only_one(context: QuestionContext, narrowed: Narrowed) -> Reply | None:
    """Answer with a fact about the only session of its kind: `how long till the keynote`."""
    if context.question.scope_of_one and not context.question.pick and narrowed.scope.kind and narrowed.talks:
        return fact_about_one(context, narrowed.talks, narrowed.scope)
    return None


def _later(context: QuestionContext, narrowed: Narrowed) -> Reply:
    left = only_upcoming(context, narrowed)
    return listing(context, left.talks, left.scope)


def _now_next_or_later(context: QuestionContext, narrowed: Narrowed) -> Reply | None:
    """Answer now, next or later. For a room, a question that only asks what is on means now."""
    question = context.question
    of_rooms = question.said("rooms", "other") or (narrowed.scope.room and question.has("happening"))
    soon = question.soon if _is_of_today(context) and question.status != "just over" else ""
    if question.relation == "after" and soon != "later" and (question.has("refers") or not question.time):
        soon = "next"  # after what is on now
    if not soon and of_rooms and not question.time and context.is_conference_day:
        soon = "now"
    return _SOON[soon](context, narrowed) if soon else None


_SOON = {"now": _running_now, "next": next_up, "later": _later}


def _first_or_last(context: QuestionContext, narrowed: Narrowed) -> Reply | None:
    return first_or_last_of(context, narrowed) if context.question.pick else None


def _track_answer(context: QuestionContext, narrowed: Narrowed) -> Reply | None:
    if narrowed.track is None or context.question.time or context.question.count:
        return None
    shape = AboutTrack(context.question.ask, narrowed.track, narrowed.talks, narrowed.hosted)
    return context.reply(shape, narrowed.talks, narrowed.track.host, narrowed.track)


def _free_then(context: QuestionContext, narrowed: Narrowed) -> Reply | None:
    """Answer that no talk is on at the asked moment, with a break and what comes next."""
    real = tuple(talk for talk in narrowed.talks if not talk.is_break)
    if not narrowed.free or not narrowed.scope.at or not narrowed.talks:
        return None
    then = next_starting(real, narrowed.scope.at)
    pauses = tuple(talk for talk in narrowed.talks if talk.is_on(narrowed.scope.at))
    return context.reply(OnNow(pauses, then, narrowed.scope), then)


def _remaining_talks(context: QuestionContext, narrowed: Narrowed) -> Reply | None:
    return listing(context, narrowed.talks, narrowed.scope) if narrowed.is_narrow else None


def _whole_day(context: QuestionContext, narrowed: Narrowed) -> Reply | None:
    """Answer with the talks that are on, or with a whole day."""
    question = context.question
    if question.has("happening") and not question.has("everything"):
        return _running_now(context, narrowed)
    if question.has("everything") and question.ask is Ask.LIST:
        day = _day_to_show(context)
        return listing(context, context.schedule.talks_during(day), Scope(day=day))
    return None


def _missed(context: QuestionContext, narrowed: Narrowed) -> Reply | None:
    """Answer with the talks that ended today, or last, unless another time was named: `what did I miss in Hall B`."""
    if context.question.status not in ("missed", "just over") or context.question.time:
        return None
    ended = [
        talk
        for talk in narrowed.talks
        if context.day_of(talk.start) == context.today and talk.end <= context.now and not talk.is_break
    ]
    if context.question.status == "just over":
        ended = [talk for talk in ended if talk.end == max(talk.end for talk in ended)]
    return listing(context, ended, replace(narrowed.scope, day=context.today, until=context.now))


def _is_of_today(context: QuestionContext) -> bool:
    """Tell whether "now" and "later" can be meant: no other day or hour was named."""
    time = context.question.time
    if not time:
        return True
    today = not time.day or (time.day, time.value) == ("relative", (0,))
    soon = context.question.soon
    return today and (not time.relation or soon == "later" or (soon == "next" and time.relation == "after"))


def _day_to_show(context: QuestionContext) -> date:
    """Today, or the next day with talks, or the first."""
    days = [day for day in context.schedule.conference.days if context.schedule.talks_on(day)]
    coming = [day for day in days if day >= context.today]
    return (coming or days or [context.schedule.conference.days[0]])[0]


def _room_answer(context: QuestionContext, narrowed: Narrowed) -> Reply | None:
    """Answer with the place of a room: `how do I find the hudson room`."""
    question, room = context.question, narrowed.scope.room
    if not room or question.ask is not Ask.WHERE or question.time or question.soon or question.command:
        return None
    given = [talk for talk in narrowed.talks if not talk.cancelled]
    shown = tuple(talk for talk in given if talk.is_on(context.now)) or next_starting(given, context.now)
    return context.reply(AboutRoom(room, shown), shown, room=room)


def _level_answer(context: QuestionContext, narrowed: Narrowed) -> Reply | None:
    """Answer with the talks of a level that are still to come."""
    if not context.question.level or _is_named_by_level(context, narrowed):
        return None
    ahead_of = [talk for talk in narrowed.talks if talk.end > context.now]
    scope = replace(narrowed.scope, level=context.question.level)
    fit = talks_of_level(context, ahead_of or narrowed.talks)
    if not fit:
        closest = talks_of_level(context, ahead_of or narrowed.talks, by_text=True)
        return context.reply(NothingFound("", tuple(closest[:MOST_CLOSEST]), scope=scope))
    for_whom = context.question.places("level", "newcomer")
    asked = set(context.question.words_at(set(context.question.content) - for_whom))
    fit = [talk for talk in fit if not asked.isdisjoint(name_words(talk.title))] or fit  # is there an orientation
    return listing(context, in_order_of_interest(context, fit), scope)


def _is_named_by_level(context: QuestionContext, narrowed: Narrowed) -> bool:
    """Tell whether the level was said as part of a track's or room's name: `the beginners' track`."""
    scope, said = narrowed.scope, context.question.words_at(context.question.places("level"))
    name = scope.track.title if scope.track else scope.room.name if scope.room else ""
    return bool(said) and set(said) <= set(name_words(name))


# The bounds of a day


def _start_or_end(context: QuestionContext, narrowed: Narrowed) -> Reply | None:
    """Answer when a day, or the whole conference, starts or ends."""
    if not _asks_for_bounds(context):
        return None
    question, end = context.question, context.question.bound == "end"
    real = [talk for talk in narrowed.talks if is_talk(talk) and not talk.cancelled]
    day = narrowed.scope.day
    if day is None and not question.speaks_of_all(context.index.venue.conference) and not _is_over(context):
        day = _day_to_show(context)
    if day:
        real = [talk for talk in real if context.day_of(talk.start) == day]
        last = context.schedule.span_of(day)[1]
        real = [talk for talk in real if talk.end <= last] or real  # what goes on for days ends none of them
    if not real:
        return listing(context, (), narrowed.scope)
    edge = max(talk.end for talk in real) if end else min(talk.start for talk in real)
    talks = tuple(talk for talk in real if (talk.end if end else talk.start) == edge)
    ask = Ask.HOW_LONG if question.ask is Ask.HOW_LONG else Ask.WHEN
    return context.reply(Bounds(end, talks, day, narrowed.scope, ask, _asks_whether_over(context)), talks, day=day)


def _is_over(context: QuestionContext) -> bool:
    """Tell whether the whole conference is over, and not only what the schedule has of it."""
    ends, last = context.schedule.ends, context.schedule.conference.days[-1]
    return ends is not None and ends <= context.now and last <= context.today


def _conference_days(context: QuestionContext, narrowed: Narrowed) -> Reply | None:
    """Answer a question for the length of the conference with its days."""
    question = context.question
    if question.ask is not Ask.HOW_LONG or question.until or question.bound or narrowed.is_narrow:
        return None
    return context.reply(NotInSchedule()) if question.speaks_of_all(context.index.venue.conference) else None


def _asks_for_bounds(context: QuestionContext) -> bool:
    question = context.question
    if not question.bound or question.soon == "next" or question.status in ("still", "begun"):
        return False
    if question.time.relation not in ("", "between"):
        return False
    if _asks_whether_over(context):
        return True
    return question.ask in (Ask.WHEN, Ask.HOW_LONG) or (question.until and question.ask is not Ask.LIST)


def _asks_whether_over(context: QuestionContext) -> bool:
    """Tell whether the question is if, rather than when, the day or the conference is over."""
    question = context.question
    return question.bound == "end" and question.status == "missed" and question.ask in (Ask.WHAT, Ask.LIST)


_STEPS = (
    _conference_days,
    _room_answer,
    _fact_about_only_one,
    _level_answer,
    _start_or_end,
    _now_next_or_later,
    _first_or_last,
    _missed,
    _track_answer,
    _free_then,
    _remaining_talks,
    _whole_day,
)


# Meals and breaks


def next_meal(context: QuestionContext, narrowed: Narrowed) -> Pauses | None:
    """The asked meal or break; None if the schedule leaves no time for one."""
    question = context.question
    found = None if question.count else _next_pause(context, narrowed, question.meal)
    if found is None:
        return None
    pause, named = found
    ask = question.ask if question.ask in (Ask.WHERE, Ask.HOW_LONG) else Ask.WHEN
    return Pauses(question.meal, pause, ask, question.until, named, question.status)


def other_break(context: QuestionContext, narrowed: Narrowed) -> Reply | None:
    """Answer that the asked meal is not listed, and which break comes next; None if it is listed, or none comes."""
    meal = context.question.meal
    listed = _next_pause(context, replace(narrowed, scope=EVERYTHING), meal)  # at another time, perhaps
    found = None if listed else _next_pause(context, narrowed, "break")
    if found is None or found[0].talk is None or found[0].end <= context.now:
        return None
    return context.reply(Practical("", pause=found[0]._replace(name=meal)))


def _next_pause(context: QuestionContext, narrowed: Narrowed, meal: str) -> tuple[Pause, bool] | None:
    """The asked meal or break that is on, or the next, or else the last; and whether the question has its own name."""
    question, schedule = context.question, context.schedule
    days = [narrowed.scope.day] if narrowed.scope.day else list(narrowed.scope.days or schedule.conference.days)
    coming = [day for day in days if day >= context.today]
    found = [pause for day in (coming or days[-1:])[:MOST_DAYS] for pause in pauses(meal, schedule, day)]
    since, until = narrowed.scope.since, narrowed.scope.until
    if since or until:  # is there a break before 3
        found = [pause for pause in found if _overlaps(pause, since, until)]
    said = set(question.words_at(question.content))
    shared = [len(said & _own_words(pause.talk, context)) if pause.talk else 0 for pause in found]
    most = max(shared, default=0)  # the red team's dinner, not the gold team's
    names = [pause for pause, count in zip(found, shared, strict=True) if count == most > 0]
    chosen = names or found
    if question.status:  # is it still on?
        just = [pause for pause in chosen if pause.start <= context.now < pause.end + JUST_OVER]
        chosen = just or chosen

    def rank(pause: Pause) -> tuple[date, bool]:  # a coffee break, rather than any other that is still to come that day
        any_fits = meal in ("meal", "break") or pause.name or (pause.start <= context.now and question.soon != "next")
        fits = pause.talk and pause.talk.is_break and (any_fits or says_meal(pause.talk, meal))
        return context.day_of(pause.start), not fits

    best = min((pause for pause in chosen if pause.end > context.now), key=rank, default=chosen[-1] if chosen else None)
    return (best, bool(names)) if best else None


def _overlaps(pause: Pause, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or pause.end > since) and (until is None or pause.start < until)


def _own_words(talk: Talk, context: QuestionContext) -> set[str]:
    language = context.question.language
    of_meals = {word for phrase in (*language.time.meals, *language.time.drinks) for word in phrase}
    return set(name_words(talk.title)) - of_meals - language.known
