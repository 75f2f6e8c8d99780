"""Read the topics that somebody names, in `/qcon interests kubernetes, databases` or in the form."""

import re
from collections.abc import Mapping
from typing import Any

from bot.planning.wishes import clauses_of, topics_of
from bot.questions.language import wish_words

MOST_TOPICS = 10

TOPIC_CHARACTERS = 60


def topic(text: str) -> str:
    """A topic as it is stored, in lower case."""
    return " ".join(text.casefold().split())[:TOPIC_CHARACTERS]


def read_topics(text: str) -> tuple[str, ...]:
    """The topics in a text, each once and in lower case, at most ten; none for `none`."""
    parts = (part for clause in clauses_of(text) for part in topics_of(clause))
    named = tuple(dict.fromkeys(filter(None, map(topic, parts))))[:MOST_TOPICS]
    return () if len(named) == 1 and named[0] in wish_words("none") else named


def submitted_interests(values: Mapping[str, Any]) -> tuple[tuple[str, ...], bool]:
    """The topics of a submitted form, at most ten, and whether what was saved and liked counts, too."""
    chosen = [row["value"] for row in values.get("offered", {}).get("chosen", {}).get("selected_options") or ()]
    others = map(topic, re.split(r"[,;\n]", values["others"]["others"]["value"] or ""))  # a track may have `and` in it
    topics = tuple(dict.fromkeys([*chosen, *filter(None, others)]))[:MOST_TOPICS]
    return topics, bool(values["by_saved"]["chosen"]["selected_options"])
