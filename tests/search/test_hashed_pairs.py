from bot.search.hashed_pairs import Pairs, pack, pack_all


def test_all_values_of_a_word_are_found() -> None:
    pairs = Pairs([pack("b", 7), pack("a", 3), *pack_all(["a", "c"], 1)])
    assert sorted(pairs.lookup("a")) == [1, 3]
    assert list(pairs.lookup("b")) == [7]
    assert list(pairs.lookup("nothing")) == []
    assert len(pairs) == 4
