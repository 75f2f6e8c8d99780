"""How much each talk matters to a person: by the topics they name, and by the talks they saved."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from bot.planning.day_plan import Interest
from bot.planning.profile import Profile
from bot.questions.parse import parse
from bot.schedule.models import Schedule, Talk
from bot.search import fields
from bot.search.engine import search
from bot.search.index import Index
from bot.search.similar import LEAST

HEADLINE = 1000  # the worth of the best talk that has the topic in its title or track …
ABSTRACT = 250  # … and of one that only mentions it
IN_TRACK = 500  # of one in a track that is named as a topic
STEP = 5  # each next talk on a topic is worth less by so much, but at least …
LEAST_WORTH = 50
LIKE = 500  # the worth of a talk exactly like a saved one
REASONS = 2  # that are told of one talk
_HEADLINE = fields.TITLE | fields.SUBTITLE | fields.TRACK


def interests_of_person(
    index: Index, talks: Sequence[Talk], profile: Profile, schedule: Schedule
) -> Mapping[str, Interest]:
    """The interest of one person in each of these talks; without topics it goes by what they saved and liked."""
    examples = profile.examples(schedule) if profile.by_saved or not profile.topics else {}
    return interests_of(index, talks, profile.topics, examples)


def interests_of(
    index: Index, talks: Sequence[Talk], topics: Sequence[str], liked: Mapping[str, str]
) -> Mapping[str, Interest]:
    """The interest in each of these talks that matches a topic, or is like a liked talk; by id.

    `liked` has the ids of talks, each with the reason that is told: `because you saved “…”`.
    """
    worths: dict[str, int] = defaultdict(int)
    reasons: dict[str, list[str]] = defaultdict(list)
    numbers = [index.numbers[talk.id] for talk in talks if talk.id in index.numbers]
    for topic in topics:
        for talk in talks:
            if talk.track and " ".join(talk.track.title.casefold().split()) == topic:
                worths[talk.id] += IN_TRACK
                reasons[talk.id].append(f"in {talk.track.title}")
        for place, hit in enumerate(search(index, parse(topic).about, numbers).hits):
            most = HEADLINE if hit.fields & _HEADLINE else ABSTRACT
            worths[hit.session.id] += max(most - STEP * place, LEAST_WORTH)
            if not hit.fields & fields.TRACK:
                reasons[hit.session.id].append(f"matches {topic}")
    for talk_id, reason in liked.items():
        if talk_id not in index.numbers:
            continue
        likeness = index.similarity.to(index.numbers[talk_id])[numbers]
        for place in np.flatnonzero(likeness >= LEAST).tolist():
            similar = index.talks[numbers[place]].id
            if similar not in liked:
                worths[similar] += int(LIKE * likeness[place])
                reasons[similar].append(reason)
    return {id: Interest(worth, " · ".join(reasons[id][:REASONS])) for id, worth in worths.items() if worth > 0}
