import pytest

from bot.blockkit.blocks import escape
from bot.questions.tokens import LONGEST, clean, tokens_of


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("<@U02BOT> who talks about *terraform* ? :eyes:", "who talks about terraform ?"),
        ("<@U1|bot> hi", "hi"),
        ("/qcon next security", "next security"),
        ("/pycon  now", "now"),
        ("in <#C012|random>", "in random"),
        ("see <https://example.org|the page>", "see the page"),
        ("<!here> who?", "who?"),
        ("std vec<T> and <tel:1|1>, <https://example.org>", "std vec<T> and 1, https://example.org"),
        ("&lt;Colin Breck&gt; &amp; co", "<Colin Breck> & co"),
        ("“what’s on” at 3", '"what\'s on" at 3'),
        ("~old~ _new_ `code`", "old new code"),
        ("snake_case stays", "snake_case stays"),
        ("ter\u200bra\u202eform", "terraform"),
        ("a\x00b\tc", "a b c"),
    ],
)
def test_slack_markup_is_turned_into_plain_text(typed: str, plain: str) -> None:
    assert clean(typed) == plain


def test_only_the_beginning_of_a_very_long_message_is_read() -> None:
    assert len(clean("x" * 100_000)) == LONGEST


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("kafkavortrag", ["kafka", "vortrag"]),
        ("pythonworkshops", ["python", "workshops"]),
        ("Eröffnungskeynote", ["eroffnung", "keynote"]),
        ("workshops", ["workshops"]),
        ("exkurs", ["exkurs"]),
    ],
)
def test_a_topic_and_a_word_for_a_session_may_be_written_as_one_word(typed: str, words: list[str]) -> None:
    assert [token.word for token in tokens_of(typed)[0]] == words
    assert [token.word for token in tokens_of("kafkavortrag", {"kafkavortrag"})[0]] == ["kafkavortrag"]


@pytest.mark.parametrize("text", ["what is __init__", "when is *all* of foo__bar on", "`make` with ~100 :tada:"])
def test_text_copied_from_an_answer_is_read_like_the_original(text: str) -> None:
    assert escape(text) != text
    assert clean(escape(text)) == clean(text)


@pytest.mark.parametrize(
    ("typed", "word"), [("when is g t f s on", "gtfs"), ("a w s lambda", "aws"), ("r u a bot", "you"), ("c or d", "d")]
)
def test_letters_that_are_dictated_one_by_one_are_one_word(typed: str, word: str) -> None:
    assert word in [token.word for token in tokens_of(typed)[0]]
