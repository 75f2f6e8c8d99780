import pytest

from bot.search.spelling import Pairs, SpellingIndex, pack, sound

WORDS = (
    "kubernetes",
    "terraform",
    "breck",
    "closure",
    "radio",
    "stenberg",
    "ntfs",
    "grafana",
    "machacek",
    "observability",
)
NAMES = {WORDS.index("breck"), WORDS.index("stenberg"), WORDS.index("machacek")}
KNOWN = SpellingIndex(WORDS, sorted(range(len(WORDS)), key=WORDS.__getitem__), NAMES, NAMES)


def _meant(typed: str) -> list[str]:
    return [WORDS[number] for number, _ in KNOWN.lookup(typed)]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("kuberntes", "kubernetes"),
        ("teraform", "terraform"),
        ("terrafrom", "terraform"),
        ("raido", "radio"),
        ("brek", "breck"),
        ("steinberg", "stenberg"),
        ("graphana", "grafana"),
        ("mahachek", "machacek"),
        ("obsevability", "observability"),
    ],
)
def test_misspelt_words_are_corrected(typed: str, meant: str) -> None:
    assert _meant(typed) == [meant]


@pytest.mark.parametrize("typed", ["clojure", "rm", "rust", "graphql", "a" * 500])
def test_other_words_are_not_corrected(typed: str) -> None:
    assert _meant(typed) == []


def test_a_known_word_is_not_corrected() -> None:
    assert _meant("radio") == []


def test_a_word_that_only_sounds_alike_is_not_spelt_alike() -> None:
    assert _meant("makhakeq") == ["machacek"]
    assert KNOWN.spelt_like("makhakeq") == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("brikman", "brickman"),
        ("pakkanen", "paakanen"),
        ("aleksa", "alexa"),
        ("kuhn", "khun"),
        ("schmidt", "schmitt"),
        ("stephan", "stefan"),
        ("trylesinski", "trilesinski"),
    ],
)
def test_names_that_sound_alike_have_the_same_key(one: str, other: str) -> None:
    assert sound(one) == sound(other)


@pytest.mark.parametrize(("one", "other"), [("martin", "marvin"), ("kuhn", "kahn"), ("jones", "johnson")])
def test_names_that_sound_different_have_different_keys(one: str, other: str) -> None:
    assert sound(one) != sound(other)


def test_all_values_of_a_word_are_found() -> None:
    pairs = Pairs([*pack(["b"], 7), *pack(["a"], 3), *pack(["a", "c"], 1)])
    assert sorted(pairs.lookup("a")) == [1, 3]
    assert list(pairs.lookup("b")) == [7]
    assert list(pairs.lookup("nothing")) == []
