from bot.handlers.feedback.messages import results_message
from bot.handlers.feedback.repository import TalkFeedback, Votes
from tests.schedules import a_talk


def test_a_web_address_in_a_comment_is_unchanged() -> None:
    talk = a_talk()
    comment = "*See* https://example.org/~zoe_ma/*notes*_1."
    message = results_message([(talk, TalkFeedback(talk.id, votes=Votes(1), comments=(comment,)))])

    assert "“∗See∗ <https://example.org/~zoe_ma/*notes*_1>.”" in message.text
