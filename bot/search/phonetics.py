"""The sound of a name as a key: spellings of people who only heard it share one key."""

import re

_SPELT = str.maketrans({"c": "k", "q": "k", "x": "ks", "z": "s", "y": "i", "w": "v", "h": None, "j": "i"})
_TWICE = re.compile(r"(.)\1+")


def sound(word: str) -> str:
    """The key of a folded word: Brikman and Brickman, Pakkanen and Paakanen, Aleksa and Alexa, Kuhn and Khun."""
    return _TWICE.sub(r"\1", word.replace("ph", "f").replace("dt", "t").translate(_SPELT))
