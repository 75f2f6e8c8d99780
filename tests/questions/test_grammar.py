import pytest

from bot.questions.grammar import MOST_WORDS, parse
from bot.questions.question import Ask


def _about(text: str) -> list[str]:
    return [asked.word for asked in parse(text).about]


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("now", "now"),
        ("/qcon NEXT", "next"),
        ("next security", "next"),
        ("today", "day"),
        ("tomorrow", "day"),
        ("day 2", "day"),
        ("day tuesday", "day"),
        ("day 5 march", "day"),
        ("talk terraform", "talk"),
        ("speaker Bonér", "speaker"),
        ("track security", "track"),
        ("room Fleming", "room"),
        ("room 8 wednesday afternoon", "room"),
        ("help", "help"),
        ("", "help"),
        ("  <@U1>  ", "help"),
    ],
)
def test_commands_are_known_in_any_case_with_stray_spaces(text: str, command: str) -> None:
    assert parse(text).command == command


@pytest.mark.parametrize(
    "text",
    ["talk about kubernetes", "room for Tom Christie please", "now in Fleming", "today after lunch", "track of time"],
)
def test_sentences_that_begin_like_a_command_are_questions(text: str) -> None:
    assert parse(text).command == ""


@pytest.mark.parametrize(
    ("text", "ask"),
    [
        ("who talks about terraform?", Ask.WHO),
        ("when is Liz on", Ask.WHEN),
        ("what time is Andy Wingo on", Ask.WHEN),
        ("room for Tom Christie", Ask.WHERE),
        ("where's the keynote", Ask.WHERE),
        ("which room is the rust track in", Ask.WHERE),
        ("how long is it", Ask.HOW_LONG),
        ("how long until the keynote", Ask.HOW_LONG),
        ("any talks on k8s", Ask.LIST),
        ("what's on at 14:00", Ask.LIST),
        ("terraform", Ask.WHAT),
        ("wann ist der Vortrag", Ask.WHEN),
    ],
)
def test_what_is_asked_for_is_told(text: str, ask: Ask) -> None:
    assert parse(text).ask is ask


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Who talks about *Terraform*, please?", ["terraform"]),
        ("what's brikman on about", ["brikman"]),
        ("MINITEL!!!! NOW", ["minitel"]),
        ("Rücker's talk tomorrow at 3", ["rucker"]),
        ("when is <Colin Breck> & co speaking", ["colin", "breck", "co"]),
        ("first talk on sunday", []),
        ("what is 2+2", []),
        ("jpeg 2000", ["jpeg", "2000"]),
        ("I don't know", []),
    ],
)
def test_only_what_it_is_about_is_searched_for(text: str, about: list[str]) -> None:
    assert _about(text) == about


def test_what_stands_side_by_side_is_known_to() -> None:
    assert [asked.beside for asked in parse("Tom Jones on reactive systems").about] == [False, True, False, True]


def test_the_subject_is_told_as_it_was_typed() -> None:
    assert parse("any talks on Apache Kafka tomorrow?").subject == "Apache Kafka"


@pytest.mark.parametrize(
    ("text", "pick"),
    [
        ("last talk?", "last"),
        ("opening keynote", "opening"),
        ("who closes the legal devroom", "closing"),
        ("first talk in UB5.132", "first"),
        ("making phones last longer", ""),
        ("first steps in rust", ""),
    ],
)
def test_first_and_last_are_only_said_of_sessions(text: str, pick: str) -> None:
    assert parse(text).pick == pick


@pytest.mark.parametrize(
    ("text", "nth"),
    [
        ("the second one", 2),
        ("third", 3),
        ("the last one", -1),
        ("2", 2),
        ("#1", 1),
        ("last talk", -1),
        ("second life", 0),
    ],
)
def test_one_of_several_is_chosen_by_number(text: str, nth: int) -> None:
    assert parse(text).nth == nth


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("and after that?", "after"),
        ("what's after the terraform talk", "after"),
        ("what else does she give", "else"),
        ("what's on at the same time", "same time"),
        ("tell me more", "more"),
        ("before that", "before"),
        ("who talks about life after death", ""),
    ],
)
def test_what_stands_beside_a_talk_is_asked_for(text: str, relation: str) -> None:
    assert parse(text).relation == relation


def test_long_messages_are_cut_and_say_so() -> None:
    question = parse("word " * 1_000)
    assert len(question.words) == MOST_WORDS
    assert question.truncated
    assert not parse("word " * MOST_WORDS).truncated


def test_a_long_message_is_taken_apart_into_clauses_and_what_stands_after_about() -> None:
    question = parse("Sorry to bother you, I am lost; could you tell me about state machines? Cheers")
    assert ("state", "machines") in [tuple(asked.word for asked in clause) for clause in question.clauses]


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("who uses godot", ["godot"]),
        ("who tells war stories", ["war", "stories"]),
        ("who works", ["works"]),
        ("has the terraform talk started yet?", ["terraform"]),
    ],
)
def test_verbs_that_only_ask_are_not_searched_for(text: str, about: list[str]) -> None:
    assert _about(text) == about


def test_what_is_true_of_every_session_is_kept_beside_what_is_asked() -> None:
    (sourcing,) = parse("event sourcing").about
    assert sourcing.around == ("event",)
    assert parse("how do book covers get made").about[0].around == ("covers",)


def test_a_time_is_understood_after_a_room() -> None:
    assert parse("room 8 wednesday afternoon").time.relation == "between"


def test_next_is_no_time_within_a_name() -> None:
    assert parse("next.js").soon == ""
    assert parse("what's next").soon == "next"
