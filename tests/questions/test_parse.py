import pytest

from bot.questions.models import Ask
from bot.questions.parse import parse
from bot.questions.time_expressions import time_of
from bot.questions.tokens import MOST_WORDS


def _about(text: str) -> list[str]:
    question = parse(text)
    return [word.word for word in question.query(question.content)]


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
def test_the_question_word_decides_which_fact_is_asked_for(text: str, ask: Ask) -> None:
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
def test_only_the_subject_of_a_question_is_searched_for(text: str, about: list[str]) -> None:
    assert _about(text) == about


def test_adjacent_words_of_a_query_are_marked() -> None:
    question = parse("Tom Jones on reactive systems")
    assert [word.beside for word in question.query(question.content)] == [False, True, False, True]


def test_the_subject_is_repeated_as_it_was_typed() -> None:
    question = parse("any talks on Apache Kafka tomorrow?")
    assert question.typed(question.content) == "Apache Kafka"


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
def test_first_and_last_count_only_if_said_of_sessions(text: str, pick: str) -> None:
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
def test_an_earlier_result_is_chosen_by_its_number(text: str, nth: int) -> None:
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
def test_a_question_may_ask_for_talks_related_to_another(text: str, relation: str) -> None:
    assert parse(text).relation == relation


def test_a_long_message_is_truncated_and_marked_as_such() -> None:
    question = parse("word " * 1_000)
    assert len(question.tokens) == MOST_WORDS
    assert question.truncated
    assert not parse("word " * MOST_WORDS).truncated


def test_a_long_message_is_split_into_clauses_and_the_words_after_about() -> None:
    question = parse("Sorry to bother you, I am lost; could you tell me about state machines? Cheers")
    assert ("state", "machines") in [question.words_at(clause) for clause in question.clauses]


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("who uses godot", ["godot"]),
        ("who tells war stories", ["war", "stories"]),
        ("who works", ["works"]),
        ("has the terraform talk started yet?", ["terraform"]),
    ],
)
def test_verbs_that_only_form_the_question_are_not_searched_for(text: str, about: list[str]) -> None:
    assert _about(text) == about


def test_generic_words_are_kept_as_context_of_the_topic() -> None:
    sourcing, covers = parse("event sourcing"), parse("how do book covers get made")
    assert sourcing.query(sourcing.content)[0].around == ("event",)
    assert covers.query(covers.content)[0].around == ("covers",)


def test_a_time_is_understood_after_a_room() -> None:
    assert parse("room 8 wednesday afternoon").time.relation == "between"


def test_next_inside_a_name_is_not_a_time() -> None:
    assert parse("next.js").soon == ""
    assert parse("what's next").soon == "next"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("whats on rn in janson", {"soon": "now"}),
        ("was kommt heut noch", {"soon": "later"}),
        ("anything left tonite?", {"soon": "later"}),
        ("wann gehts los", {"bound": "start"}),
        ("when is everything over on friday", {"bound": "end"}),
        ("how long til lunch", {"meal": "lunch", "until": True}),
        ("how long is the lunch break", {"meal": "lunch", "until": False}),
        ("how many keynotes r there", {"count": True}),
        ("talks for noobs", {"level": "beginner"}),
        ("any talk in english", {"spoken": "en"}),
        ("welche vorträge sind auf deutsch", {"spoken": "de"}),
        ("is terraform over?", {"status": "missed"}),
        ("ist complex event flows vorbei", {"status": "missed"}),
        ("ist die konferenz rum", {"status": "missed", "content": ()}),
        ("ist die konferenz fertig?", {"status": "missed", "content": ()}),
        ("vorträge über rum", {"status": "", "content": (2,)}),
        ("gibt es was mit rum", {"status": "", "content": (4,)}),
        ("est-ce que la conférence est terminée", {"status": "missed"}),
        ("ya terminó la conferencia?", {"status": "missed"}),
        ("talks over 45 minutes", {"status": "", "minutes": (45, 24 * 60)}),
        ("hab ich den qt workshop verpasst", {"status": "missed"}),
        ("sdr n space / satellites", {"either": True}),
        ("what about fleming", {"elsewhere": True}),
        ("any quantum stuff left today or is it all done", {"soon": "later", "status": ""}),
        ("what follows the owls session", {"relation": "after"}),
        ("whens the afternoon break", {"meal": "break"}),
        ("anything for begginers", {"level": "beginner"}),
        ("hab noch nie gestickt, wo kann ich das lernen", {"level": "beginner"}),
        ("my first time here, what should i see", {"level": "beginner"}),
        ("she wants to code for the very first time", {"level": "beginner"}),
        ("my first time here, any kite talks", {"level": ""}),
        ("my first time here, whats on now", {"level": "", "soon": "now"}),
        ("my first time here, whats on tomorrow", {"level": ""}),
        ("my first time here, whats in the big hall", {"level": ""}),
        ("bin zum ersten mal hier, was gibts zu eulen", {"level": ""}),
        ("bin zum ersten mal hier, was soll ich mir ansehen", {"level": "beginner"}),
        ("bin zum ersten mal hier, wann ist mittag", {"level": "", "meal": "lunch"}),
        ("never did quantum, where do i start", {"level": "beginner"}),
        ("workshops today where u need no experience", {"ask": Ask.WHAT, "level": "beginner"}),
        ("talks where i dont need to know anything", {"ask": Ask.LIST, "level": "beginner"}),
        ("a talk where you learn git", {"ask": Ask.WHAT}),
        ("tell me where i find the git workshop", {"ask": Ask.WHERE}),
        ("intro to git", {"level": "beginner"}),
        ("advanced git", {"level": "advanced"}),
        ("kites from now on", {"soon": "later"}),
        ("drachen ab jetzt", {"soon": "later"}),
        ("whats parallel to the keynote", {"relation": "same time"}),
        ("right after lunch in hall b", {"pick": "first"}),
        ("läuft der owl workshop noch?", {"status": "still"}),
        ("owls schon aus?", {"status": "missed"}),
        ("raum fürs hamnet?", {"ask": Ask.WHERE}),
        ("mittag schon vorbei?", {"meal": "lunch", "status": "missed"}),
        ("and when", {"bare": True}),
    ],
)
def test_slang_and_abbreviations_typed_on_a_phone_are_understood(text: str, told: dict[str, object]) -> None:
    question = parse(text)
    assert {name: getattr(question, name) for name in told} == told


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("emulators or retro stuff", [("emulators",), ("retro",)]),
        ("async / threading talks today", [("async",), ("threading",)]),
        ("rust, go, zig", [("rust",), ("go",), ("zig",)]),
        ("entweder blätter oder wurzeln", [("blatter",), ("wurzeln",)]),
        ("sowohl blätter als auch wurzeln", [("blatter",), ("wurzeln",)]),
        ("blätter bzw wurzeln", [("blatter",), ("wurzeln",)]),
        ("blätter sowie wurzeln", [("blatter",), ("wurzeln",)]),
        ("leaves or", []),
        ("state machines", []),
    ],
)
def test_the_words_on_each_side_of_or_are_topics(text: str, topics: list[tuple[str, ...]]) -> None:
    question = parse(text)
    assert [question.words_at(topic) for topic in question.topics] == topics


@pytest.mark.parametrize(
    ("text", "excluded", "left"),
    [
        ("llm stuff but not in the ai room", ["in the ai room"], ["llm"]),
        ("keynotes today, not the welcome one", ["welcome one"], ["keynotes"]),
        ("workshops heut aber nix mit inkscape", ["mit inkscape"], ["workshops"]),
        ("surveillance except the eu one pls", ["the eu one"], ["surveillance"]),
        ("python but not web or data", ["web", "data"], ["python"]),
        ("neither django nor flask, whats on", ["django", "flask"], []),
        ("no python, what else is on", ["python"], []),
        ("rust but not async tomorrow", ["async"], ["rust"]),
        ("talks but not in the afternoon", ["in the afternoon"], []),
        ("keynotes except todays n yesterdays", ["todays", "yesterdays"], ["keynotes"]),
        ("something that isnt about ai", ["ai"], []),
        ("today but no talks before 12", ["talks before 12"], []),
        ("rust and no async rust", ["async rust"], ["rust"]),
    ],
)
def test_excluded_words_are_not_part_of_the_topic(text: str, excluded: list[str], left: list[str]) -> None:
    question = parse(text)
    assert [question.typed(places) for places in question.excluded] == excluded
    assert list(question.words_at(question.content)) == left


@pytest.mark.parametrize(
    "text",
    [
        "are there no talks today",
        "no talks tomorrow?",
        "no talks today, right?",
        "nothing after 5?",
        "is there nothing on tomorrow",
        "no more talks today?",
        "gibt es keine vorträge nach 17 uhr",
        "keine talks heute?",
        "low code and no code",
    ],
)
def test_no_and_nothing_inside_a_name_or_question_exclude_nothing(text: str) -> None:
    question = parse(text)
    assert question.excluded == ()
    assert question.time or question.content


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("got a train at 8, when does the last thing end today", "today"),
        ("half past five in hall b, whats that", "half past five"),
        ("i leave at 4, a mate said someone talks about owls, what time is that", ""),
        ("im sat in the rust room, what comes after this one", ""),
        ("half 2 in hall b?", "half 2"),
        ("half one and half the other", ""),
        ("half eleven whats on", "half eleven"),
        ("what's on today, tuesday", "on today tuesday"),
        ("what's on tomorrow (wednesday)", "on tomorrow wednesday"),
        ("what's on monday, tuesday and wednesday", "on monday tuesday wednesday"),
        ("was läuft am montag, dienstag oder mittwoch", "am montag dienstag mittwoch"),
        ("im here since tuesday. whats on today", "on today"),
        ("a talk i can follow after five minutes", ""),
    ],
)
def test_only_a_time_that_is_asked_about_counts(text: str, time: str) -> None:
    assert parse(text).time == time_of(time)


@pytest.mark.parametrize(
    "text", ["what's on today, tuesday", "what's on tomorrow (wednesday)", "im here since tuesday. whats on today"]
)
def test_the_name_of_a_day_beside_another_day_is_not_a_topic(text: str) -> None:
    question = parse(text)
    assert not {"tuesday", "wednesday"}.intersection(question.words_at(question.content))


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("talks under 30 min this afternoon", (0, 30)),
        ("which talks are 45 minutes long", (45, 45)),
        ("20 min talks", (20, 20)),
        ("welche sessions dauern nur 45 minuten", (45, 45)),
        ("anything in the next 30 minutes", (0, 0)),
    ],
)
def test_the_wanted_length_of_a_talk_is_understood(text: str, minutes: tuple[int, int]) -> None:
    assert parse(text).minutes == minutes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("was läuft grad in curie", "de"),
        ("julian assange wann", "de"),
        ("whats on now", "en"),
        ("quantencomputer", "en"),
        ("qui parle en ce moment dans chavanne", "fr"),
        ("qué hay ahora en la sala 2", "es"),
        ("esa talk?", "en"),
        ("esa charla?", "es"),
    ],
)
def test_the_language_is_recognised_by_its_function_words(text: str, code: str) -> None:
    assert parse(text).language.code == code


def test_a_misspelt_cue_is_understood_unless_it_is_a_known_word() -> None:
    assert parse("what is hapening tomorrow").has("happening")
    assert parse("whats on thrusday").time.day == "weekday"
    assert parse("tacke").query((0,))[0].word == "tacke"
    assert parse("speakr", {"speakr"}).tokens[0].word == "speakr"


@pytest.mark.parametrize("text", ["10:00, this one, except when", "at 10:00; that, except where"])
def test_an_excluded_question_word_asks_for_nothing(text: str) -> None:
    question = parse(text)
    assert question.ask is Ask.WHAT
    assert question.time == time_of("10:00")


@pytest.mark.parametrize("text", ["❶", "day ❶", "in ❶ minutes", "14 uhr ❶❷", "5 march ❶❷❸❹", "the ❶ one"])
def test_a_digit_in_a_circle_is_no_number(text: str) -> None:
    question = parse(text)
    assert not question.nth
    assert "❶" not in question.words_at(question.timed)


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("talks on c", ["c"]),
        ("c talks", ["c"]),
        ("r talks?", ["r"]),
        ("any r talks today", ["r"]),
        ("r?", ["r"]),
        ("talks about r language", ["r", "language"]),
        ("talks on r and d", ["r", "d"]),
        ("vorträge über c", ["c"]),
        ("vorträge zu r", ["r"]),
        ("what r talks on now", []),
        ("r there any talks", []),
        ("c'est quand", []),
    ],
)
def test_a_single_letter_is_a_topic_beside_a_word_for_sessions(text: str, about: list[str]) -> None:
    assert _about(text) == about


@pytest.mark.parametrize(
    ("text", "announced"),
    [("2 Go talks: when are they?", 0), ("zwei Go Vorträge: wann sind die?", 0), ("2 things: when is lunch?", 2)],
)
def test_a_number_of_talks_announces_no_questions(text: str, announced: int) -> None:
    assert len(parse(text).told) == announced
