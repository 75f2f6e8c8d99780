"""No text of any kind raises, and the work done for one is bounded."""

import string
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blockkit import blocks
from bot.blockkit.talk_text import RenderContext
from bot.handlers.ask.messages import answer_message
from bot.questions.answer import answer
from bot.questions.models import Conversation, Reader
from bot.questions.parse import parse
from bot.questions.results import kind, results
from bot.questions.tokens import LONGEST, MOST_TOKENS, MOST_WORDS
from bot.schedule.yaml.load import load
from bot.search import engine as find
from bot.search.index import build
from bot.search.query_terms import QueryWord
from bot.settings import SHIPPED_SCHEDULE
from tests.conftest import EXAMPLES

SCHEDULE = load(SHIPPED_SCHEDULE.read_bytes(), SHIPPED_SCHEDULE.name)
INDEX = build(SCHEDULE)
READER = Reader(SCHEDULE.conference.timezone)

WORDS = st.sampled_from(
    [
        "who",
        "when",
        "where",
        "what",
        "is",
        "the",
        "talk",
        "about",
        "in",
        "at",
        "next",
        "now",
        "room",
        "track",
        "day",
        "after",
        "before",
        "lunch",
        "3",
        "14:00",
        "tomorrow",
        "tuesday",
        "5",
        "march",
        "terraform",
        "Bonér",
        "rücker",
        "<@U1>",
        "<!here>",
        "*bold*",
        "`code`",
        "&lt;",
        "&amp;",
        "?",
        "!",
        ",",
        ";",
        "--",
        "'",
        '"',
        "😀",
        "\u202eabc",
        "the",
        "second",
        "one",
        "that",
        "she",
        "else",
        "same",
        "time",
        "first",
        "last",
        "/qcon",
        "help",
        *[
            "half",
            "past",
            "to",
            "quarter",
            "noon",
            "halb",
            "um",
            "viertel",
            "nach",
            "in",
            "minutes",
            "or",
            "not",
            "except",
            "but",
            "b4",
            "tmrw",
            "rn",
            "lunch",
            "-",
            "/",
            "feb",
            "30",
            "how",
            "long",
        ],
        *[
            "till",
            "when",
            "does",
            "it",
            "start",
            "over",
            "w/",
            "n",
            "und",
            "morgen",
            "früh",
            "heut",
            "noch",
            "janson",
            "fleming",
            "wann",
            "wo",
            "qui",
            "à",
            "14h",
            "mañana",
            "for",
            "noobs",
        ],
    ]
)
ANY_TEXT = st.one_of(
    st.text(max_size=300),
    st.text(alphabet=string.printable, max_size=300),
    st.lists(WORDS, max_size=80).map(" ".join),
    st.text(alphabet="<>@!#&|*_~`:;", max_size=200),
    st.integers(1, 10_000).flatmap(lambda size: st.sampled_from("a <&\n0é\x00:*").map(lambda letter: letter * size)),
)
MOMENTS = st.datetimes(datetime(2019, 3, 1), datetime(2019, 3, 9)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001
MEMORIES = st.sampled_from(
    (
        Conversation(),
        Conversation(("infrastructure-code", "gone"), "infrastructure-code", ("yevgeniy-brikman",)),
        Conversation(("gone",), "gone", ("nobody",), "no-track", "no-room", "2019-03-05"),
        Conversation((), "", (), "operationalizing-microservices", "fleming"),
    )
)


@settings(max_examples=4 * EXAMPLES, deadline=None)
@given(ANY_TEXT, MOMENTS, MEMORIES)
def test_any_text_gets_an_answer_within_slacks_limits(text: str, now: datetime, memory: Conversation) -> None:
    reply = answer(parse(text), SCHEDULE, INDEX, now, memory)
    said = answer_message(reply.answer, RenderContext(SCHEDULE, now, READER), asked=text)
    assert said.text.strip()
    assert len(said.blocks) <= blocks.MESSAGE_BLOCKS
    assert (kind(reply.answer) in ("none", "smalltalk")) == (not results(reply.answer))
    assert Conversation.from_json(reply.remember.to_json()) == reply.remember


@settings(max_examples=2 * EXAMPLES, deadline=None)
@given(ANY_TEXT)
def test_no_text_becomes_a_mention_or_a_link_in_the_answer(text: str) -> None:
    reply = answer(parse(text), SCHEDULE, INDEX, datetime(2019, 3, 5, 10, tzinfo=UTC))
    said = answer_message(reply.answer, RenderContext(SCHEDULE, datetime(2019, 3, 5, 10, tzinfo=UTC), READER)).text
    assert "<" not in said
    assert ">" not in said


@settings(max_examples=2 * EXAMPLES, deadline=None)
@given(ANY_TEXT)
def test_the_words_searched_for_any_text_are_limited(text: str) -> None:
    question = parse(text)
    assert len(question.text.split()) <= MOST_WORDS
    assert len(question.text) <= LONGEST
    assert len(question.tokens) <= MOST_TOKENS
    for places in (question.content, *question.clauses, *question.topics):
        assert len(places) <= MOST_TOKENS
        found = find.search(INDEX, question.query(places))
        assert 0.0 <= found.probability <= 1.0


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.dictionaries(st.text(max_size=5), st.one_of(st.none(), st.integers(), st.text(), st.lists(st.text()))))
def test_any_stored_json_is_read_as_a_conversation(kept: dict[str, object]) -> None:
    assert isinstance(Conversation.from_json(kept), Conversation)


def test_a_malformed_conversation_does_not_break_the_answer() -> None:
    kept = {"talks": "infrastructure-code", "focus": 3, "room": "fleming", "day": "not a day"}
    reply = answer(
        parse("and on tuesday?"), SCHEDULE, INDEX, datetime(2019, 3, 5, tzinfo=UTC), Conversation.from_json(kept)
    )
    assert reply.answer is not None


def test_a_query_of_500_words_finds_nothing_without_failing() -> None:
    asked = tuple(QueryWord(f"word{number}") for number in range(500))
    assert find.search(INDEX, asked).hits == ()
