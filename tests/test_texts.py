"""`make texts` finds what people read, and leaves out what only programs read."""

from tests.texts import texts, texts_of

SOURCE = '''
"""A docstring of a module."""

LABEL = "Save"
_KEY = "some-key"


class Gone(FixedTextError):
    """That talk is gone. Ask again."""


def told(number, name: "Name"):
    """A docstring of a function."""
    log.info("a request was answered")
    pattern = re.compile(r"Hello (World|You) there")
    raise ValueError("No number, which only a programmer reads")
    return f"{number} talks by {name.title()} " "are saved."
'''


def test_sentences_labels_and_errors_are_found_with_a_mark_for_each_value() -> None:
    assert [found.text for found in texts_of("bot/x.py", SOURCE)] == [
        "Save",
        "That talk is gone. Ask again.",
        "{number} talks by {…} are saved.",
    ]


def test_texts_of_every_surface_are_among_them() -> None:
    found = {text.text for text in texts()}
    assert {"My agenda", "Only organisers can do this. Ask an organiser or a workspace admin.", "Undo this?"} <= found
    assert any("Press Enter to accept the default" in text for text in found)
