import pytest

from bot.handlers.plan.messages import MOST_TOPICS, read_topics, submitted_interests


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
def test_topics_are_separated_by_commas_without_duplicates(text: str, topics: tuple[str, ...]) -> None:
    assert read_topics(text) == topics


def test_at_most_ten_topics_are_kept() -> None:
    assert len(read_topics(",".join(map(str, range(30))))) == MOST_TOPICS


def test_a_form_of_interests_takes_chosen_topics_and_typed_ones_between_commas() -> None:
    values = {
        "offered": {"chosen": {"selected_options": [{"value": "risc-v"}]}},
        "others": {"others": {"value": "Research and Education, rust,, RISC-V"}},
        "by_saved": {"chosen": {"selected_options": [{"value": "by-saved"}]}},
    }

    assert submitted_interests(values) == (("risc-v", "research and education", "rust"), True)
