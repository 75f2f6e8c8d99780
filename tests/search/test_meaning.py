import numpy as np

from bot.search.meaning import MISSING, word_vectors

VECTORS = word_vectors()


def _alike(one: str, other: str) -> float:
    first, second = VECTORS.vectors(VECTORS.rows([one, other]))
    return float(first @ second)


def test_words_of_similar_meaning_are_nearer_than_others() -> None:
    assert _alike("pictures", "photography") > 0.4
    assert _alike("kids", "children") > 0.4
    assert _alike("pictures", "kubernetes") < 0.3


def test_vectors_have_length_1_but_for_rounding() -> None:
    vectors = VECTORS.vectors(VECTORS.rows(["music", "kubernetes", "security"]))
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=0.05)


def test_a_word_without_a_vector_is_marked_as_missing() -> None:
    rows = VECTORS.rows(["xyzzyqwert", "", "music"])
    assert rows.tolist()[:2] == [MISSING, MISSING]
    assert rows[2] != MISSING
    assert not VECTORS.vectors(rows)[:2].any()


def test_an_inflected_word_has_the_vector_of_its_plain_form() -> None:
    (known,) = VECTORS.rows(["kubernetes"])
    assert VECTORS.rows(["kubernetesed"])[0] in (known, MISSING)
    assert VECTORS.rows(["hackathoning"])[0] == VECTORS.rows(["hackathon"])[0] != MISSING
