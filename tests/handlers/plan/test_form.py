import pytest

from bot.handlers.plan.form import MOST_TOPICS, read_topics


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("kubernetes, databases", ("kubernetes", "databases")),
        ("Rust and  Machine   Learning; rust", ("rust", "machine learning")),
        ("none", ()),
        (" , ", ()),
        ("none, rust", ("none", "rust")),
    ],
)
def test_topics_are_separated_by_commas_and_named_once(text: str, topics: tuple[str, ...]) -> None:
    assert read_topics(text) == topics


def test_a_person_names_at_most_ten_topics() -> None:
    assert len(read_topics(",".join(map(str, range(30))))) == MOST_TOPICS
