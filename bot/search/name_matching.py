"""A room or a track by its name, as somebody types it."""

from collections.abc import Mapping

from rapidfuzz import fuzz, process, utils

NEAR = 85  # of 100: a slip or two in a name, no more


def named(words: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """The ids whose names are meant, from `{id: name}`: the exact one, else those that contain the words, else near ones."""
    said = utils.default_process(words)
    plain = {id: utils.default_process(name) for id, name in names.items()}
    if not said:
        return ()
    exact = tuple(id for id, name in plain.items() if name == said or id == words)
    holding = tuple(id for id, name in plain.items() if f" {said} " in f" {name} ")
    near = process.extract(said, plain, scorer=fuzz.WRatio, score_cutoff=NEAR, limit=8)
    return exact or holding or tuple(str(id) for _, _, id in near)
