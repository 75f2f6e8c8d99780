from bot.handlers.feedback.messages import results_message
from tests.schedules import a_talk


def test_an_address_in_a_comment_stays_what_it_is() -> None:
    message = results_message(
        [(a_talk(), {"green": 1, "yellow": 0, "red": 0}, ["*See* https://example.org/~zoe_ma/*notes*_1."])]
    )

    assert "“∗See∗ <https://example.org/~zoe_ma/*notes*_1>.”" in message.text
