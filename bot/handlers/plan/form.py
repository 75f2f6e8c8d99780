"""Read the topics that somebody names, as in `/qcon interests kubernetes, databases`."""

import re

MOST_TOPICS = 10

TOPIC_CHARACTERS = 60

_SEPARATORS = re.compile(r"[,;\n]|\s(?:and|und|y|et)\s", re.IGNORECASE)

_NONE = frozenset({"none", "nothing", "off", "clear", "keine", "nichts"})


def read_topics(text: str) -> tuple[str, ...]:
    """The topics in a text, each once and in lower case, at most ten; none for `none`."""
    topics = (" ".join(part.casefold().split())[:TOPIC_CHARACTERS] for part in _SEPARATORS.split(text))
    named = tuple(dict.fromkeys(topic for topic in topics if topic))[:MOST_TOPICS]
    return () if len(named) == 1 and named[0] in _NONE else named
