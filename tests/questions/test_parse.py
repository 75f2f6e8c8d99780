import pytest

from bot.questions.models import Ask
from bot.questions.parse import parse
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
    question = parse("Tom Jones on reactive systems")
    assert [word.beside for word in question.query(question.content)] == [False, True, False, True]


def test_the_subject_is_told_as_it_was_typed() -> None:
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
    assert len(question.tokens) == MOST_WORDS
    assert question.truncated
    assert not parse("word " * MOST_WORDS).truncated


def test_a_long_message_is_taken_apart_into_clauses_and_what_stands_after_about() -> None:
    question = parse("Sorry to bother you, I am lost; could you tell me about state machines? Cheers")
    assert ("state", "machines") in [question.words(clause) for clause in question.clauses]


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
    sourcing, covers = parse("event sourcing"), parse("how do book covers get made")
    assert sourcing.query(sourcing.content)[0].around == ("event",)
    assert covers.query(covers.content)[0].around == ("covers",)


def test_a_time_is_understood_after_a_room() -> None:
    assert parse("room 8 wednesday afternoon").time.relation == "between"


def test_next_is_no_time_within_a_name() -> None:
    assert parse("next.js").soon == ""
    assert parse("what's next").soon == "next"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("whats on rn in janson", {"soon": "now", "happening": True}),
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
        ("right after lunch in hall b", {"pick": "first"}),
        ("läuft der owl workshop noch?", {"status": "still"}),
        ("owls schon aus?", {"status": "missed"}),
        ("raum fürs hamnet?", {"ask": Ask.WHERE}),
        ("mittag schon vorbei?", {"meal": "lunch", "status": "missed"}),
        ("and when", {"bare": True}),
    ],
)
def test_what_people_type_on_a_phone_is_told(text: str, told: dict[str, object]) -> None:
    question = parse(text)
    assert {name: getattr(question, name) for name in told} == told


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("emulators or retro stuff", [("emulators",), ("retro",)]),
        ("async / threading talks today", [("async",), ("threading",)]),
        ("rust, go, zig", [("rust",), ("go",), ("zig",)]),
        ("leaves or", []),
        ("state machines", []),
    ],
)
def test_the_sides_of_an_or_are_topics(text: str, topics: list[tuple[str, ...]]) -> None:
    question = parse(text)
    assert [question.words(topic) for topic in question.topics] == topics


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
def test_what_is_to_be_left_out_is_no_topic(text: str, excluded: list[str], left: list[str]) -> None:
    question = parse(text)
    assert [question.typed(places) for places in question.excluded] == excluded
    assert list(question.words(question.content)) == left


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
def test_a_question_about_nothing_and_a_name_with_no_leave_nothing_out(text: str) -> None:
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
def test_a_time_is_asked_about_or_only_told(text: str, time: str) -> None:
    assert parse(text).time.words == time


@pytest.mark.parametrize(
    "text", ["what's on today, tuesday", "what's on tomorrow (wednesday)", "im here since tuesday. whats on today"]
)
def test_no_name_of_a_day_is_a_topic_beside_another(text: str) -> None:
    question = parse(text)
    assert not {"tuesday", "wednesday"}.intersection(question.words(question.content))


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
def test_how_long_a_talk_should_take_is_told(text: str, minutes: tuple[int, int]) -> None:
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
    ],
)
def test_the_language_is_told_by_its_small_words(text: str, code: str) -> None:
    assert parse(text).language.code == code


def test_a_misspelt_cue_is_one_unless_it_is_a_known_word() -> None:
    assert parse("what is hapening tomorrow").happening
    assert parse("whats on thrusday").time.day == "weekday"
    assert parse("tacke").query((0,))[0].word == "tacke"
    assert parse("speakr", {"speakr"}).tokens[0].word == "speakr"


@pytest.mark.parametrize("text", ["10:00, this one, except when", "at 10:00; that, except where"])
def test_a_word_that_is_left_out_asks_nothing(text: str) -> None:
    question = parse(text)
    assert question.ask is Ask.WHAT
    assert "10:00" in question.time.words
