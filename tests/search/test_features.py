"""The features of a session do not depend on the number of other sessions."""

import numpy as np
import pytest

from bot.questions.parse import parse
from bot.search.decision import PAIR
from bot.search.engine import pair_features, retrieve, worth_of
from bot.search.index import Index, build
from bot.search.query_terms import read_terms
from tests.schedules import a_schedule, a_speaker, a_talk, a_track

TRACK = a_track("Operating")
FLOWS = a_talk(
    "Complex Event Flows", id="flows", speakers=(a_speaker("Bernd Rücker", "Founder", "Camunda"),), abstract="Zeebe is written in Java."
)  # fmt: skip
OTHERS = [a_talk(f"Gardening {number}", id=f"g{number}", abstract="Roses.") for number in range(50)]
SMALL = build(a_schedule(FLOWS, a_talk("Gardening", track=TRACK)))
LARGE = build(a_schedule(FLOWS, *OTHERS))


def _features(question: str, index: Index = SMALL, id: str = "flows") -> dict[str, float]:
    terms = read_terms(index, parse(question).about)
    candidates = retrieve(index, terms, worth_of(index, terms), None, by_meaning=False)
    rows = pair_features(index, terms, candidates)
    assert rows.shape == (len(candidates.numbers), len(PAIR))
    assert np.isfinite(rows).all()
    row = rows[candidates.numbers.tolist().index(index.numbers[id])]
    return dict(zip(PAIR, row.tolist(), strict=True))


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("flows", "in title"), ("rücker", "in name"), ("camunda", "in affiliation"), ("zeebe", "in abstract"),
    ],
)  # fmt: skip
def test_features_tell_which_field_contains_a_word(question: str, field: str) -> None:
    seen = _features(question)
    assert seen[field] == pytest.approx(1, abs=0.02)
    assert seen["nothing missing"] == 1
    assert seen["words found"] == 1


def test_features_tell_which_words_are_missing_and_the_words_typed_before_them() -> None:
    seen = _features("zeebe gardening")
    assert seen["missing ordinary here"] + seen["missing thing here"] > 0
    assert seen["missing after"] > 0
    assert seen["missing before"] == 0
    assert seen["nothing missing"] == 0


def test_features_tell_full_names_and_full_titles() -> None:
    assert _features("bernd rücker")["full name"] == 1
    assert _features("rücker")["full name"] == 0
    assert _features("gardening", id="gardening")["title covered"] == pytest.approx(1)


def test_features_hardly_depend_on_the_size_of_the_schedule() -> None:
    small, large = _features("flows of camunda"), _features("flows of camunda", LARGE)
    for name in ("in title", "in affiliation", "words found", "explained", "title covered", "evidence"):
        assert small[name] == pytest.approx(large[name], abs=0.05), name
