from bot.handlers.ask.layout import TALKS_SHOWN, AnswerLayout, LazyRows, render_layout
from bot.schedule.models import Talk
from tests.schedules import a_conference, a_talk

TALKS = [a_talk(f"Talk {number}", id=f"t{number}") for number in range(300)]


class Pen:
    """Writes a talk's line, and remembers that it did."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def __call__(self, talk: Talk) -> str:
        self.written.append(talk.id)
        return f"{talk.title} · " + "words " * 20


def test_of_a_long_list_only_what_is_shown_is_written() -> None:
    pen = Pen()
    message = render_layout(AnswerLayout(("Many",), LazyRows(TALKS, pen)), a_conference(), question="today")
    assert pen.written == [f"t{number}" for number in range(TALKS_SHOWN)]
    assert "and 292 more" in message.text


def test_of_the_whole_list_only_what_fits_is_written() -> None:
    pen = Pen()
    message = render_layout(AnswerLayout(("Many",), LazyRows(TALKS, pen)), a_conference(), show_all=True)
    assert TALKS_SHOWN < len(pen.written) < len(TALKS) / 2
    assert f"and {len(TALKS) - len(pen.written) + 1} more" in str(message.blocks)
