"""Our search and its rivals behind one interface: build from a schedule, ask, get ids with scores."""

import re
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Protocol

import tantivy
from rapidfuzz import fuzz, process, utils

from bot.questions.answer import answer
from bot.questions.parse import parse
from bot.questions.results import results
from bot.schedule.models import Schedule, Talk
from bot.search.engine import search
from bot.search.index import build
from bot.search.query_terms import QueryWord

MOST = 10  # results

Ranked = Sequence[tuple[str, float]]  # ids with a score, best first


class Engine(Protocol):
    """A search over one schedule."""

    def __init__(self, schedule: Schedule) -> None: ...

    def ask(self, text: str) -> Ranked: ...


class Ours:
    """The bot's own search, which decides itself when nothing matches."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._index = build(schedule)
        self._now = schedule.starts or datetime(2019, 3, 5, tzinfo=UTC)

    def ask(self, text: str) -> Ranked:
        """Answer a question as the bot does: parse it, search, answer."""
        given = answer(parse(text, self._index.vocabulary), self._schedule, self._index, self._now).answer
        return [(one, 1.0) for one in results(given)[:MOST]]

    def find(self, about: Sequence[QueryWord]) -> None:
        """Search only, as the rivals do."""
        search(self._index, about)


class RapidFuzz:
    """WRatio over titles and names."""

    def __init__(self, schedule: Schedule) -> None:
        texts = {talk.id: f"{talk.title} {_names(talk)}" for talk in schedule.talks}
        self._texts = {number: utils.default_process(text) for number, text in texts.items()}

    def ask(self, text: str) -> Ranked:
        found = process.extract(utils.default_process(text), self._texts, scorer=fuzz.WRatio, limit=MOST)
        return [(number, score) for _, score, number in found]


class Fts5:
    """SQLite's full text index with trigrams, any word of the question, bm25."""

    def __init__(self, schedule: Schedule) -> None:
        self._database = sqlite3.connect(":memory:")
        self._database.execute(
            "CREATE VIRTUAL TABLE talks USING fts5(id UNINDEXED, title, names, abstract, tokenize='trigram')"
        )
        rows = [(talk.id, f"{talk.title} {talk.subtitle}", _names(talk), talk.abstract) for talk in schedule.talks]
        self._database.executemany("INSERT INTO talks VALUES (?, ?, ?, ?)", rows)

    def ask(self, text: str) -> Ranked:
        quoted = " OR ".join(f'"{word}"' for word in re.findall(r"\w{3,}", text))
        if not quoted:
            return []
        query = (
            "SELECT id, -bm25(talks, 0, 5, 5, 1) AS score FROM talks WHERE talks MATCH ? ORDER BY score DESC LIMIT ?"
        )
        rows: Ranked = self._database.execute(query, (quoted, MOST)).fetchall()
        return rows


class Tantivy:
    """tantivy's index, any word of the question, one slip allowed."""

    def __init__(self, schedule: Schedule) -> None:
        fields = tantivy.SchemaBuilder()
        fields.add_text_field("id", stored=True)
        for name in ("title", "names", "abstract"):
            fields.add_text_field(name, tokenizer_name="en_stem")
        self._index = tantivy.Index(fields.build())
        writer = self._index.writer(heap_size=64_000_000, num_threads=1)
        for talk in schedule.talks:
            title = f"{talk.title} {talk.subtitle}"
            writer.add_document(tantivy.Document(id=talk.id, title=title, names=_names(talk), abstract=talk.abstract))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def ask(self, text: str) -> Ranked:
        words = " ".join(re.findall(r"\w+", text.lower()))
        if not words:
            return []
        query = self._index.parse_query(
            words,
            ["title", "names", "abstract"],
            field_boosts={"title": 5.0, "names": 5.0},
            fuzzy_fields={"title": (False, 1, True), "names": (False, 1, True)},
        )
        hits = self._searcher.search(query, MOST).hits
        return [(self._searcher.doc(address)["id"][0], score) for score, address in hits]


def _names(talk: Talk) -> str:
    return " ".join(f"{speaker.name} {speaker.affiliation}" for speaker in talk.speakers)


ENGINES: dict[str, Callable[[Schedule], Engine]] = {
    "ours": Ours,
    "rapidfuzz": RapidFuzz,
    "fts5": Fts5,
    "tantivy": Tantivy,
}
