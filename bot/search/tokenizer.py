"""Text to words that compare: folded, and split at every seam, with compounds joined as well; and their short forms."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

LONGEST_WORD = 40  # characters; what is longer is no word that a person typed
LONGEST_COMPOUND = 400  # and what is longer than this is no row of them
MOST_NAMES = 40_000  # whose words are kept

# Letters that Unicode does not decompose; Cyrillic and Greek as they are commonly written in Latin letters.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ŋ": "n"}
    | dict(zip("абвгдезийклмнопрстуфхыэіґєјљњћў", "abvgdeziiklmnoprstufhyeigejlncu", strict=True))
    | {"ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya", "ъ": "", "ь": "", "ђ": "dj"}
    | dict(zip("αβγδεζηικλμνξοπρσςτυφω", "avgdeziiklmnxoprsstyfo", strict=True))
    | {"θ": "th", "χ": "ch", "ψ": "ps"}
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})

_LINK = re.compile(r"https?://\S+|<[^<>]{1,200}>")
_THOUSANDS = re.compile(r"(?<=\d)[,'](?=\d{3}\b)")
_COMPOUND = re.compile(r"(?<!\w)\.net\b|\w+(?:[-./_:&+@'’]\w+|\s/\s\w+)*(?:\+\+|#(?!\w))?", re.IGNORECASE)
_MARK = re.compile(r"(?:\+\+|#)$")  # belongs to the last part: C++, C#, F#
_SEAM = re.compile(r"[-./_:&+@'’\s]+")
_SUFFIX = re.compile(r"['’](?:s|re|ve|ll|d|m)?$", re.IGNORECASE)
_NOT = re.compile(r"n['’]t$", re.IGNORECASE)
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")  # written without spaces

_SHORTEST, _LONGEST = 3, 5  # letters of a short form; shorter ones mean anything, longer ones are not made this way

_CAPITALISED = re.compile(r"[A-Z]\w*(?:[ -](?:of |and |for |the |to |as |over |in )?[A-Z]\w*){2,5}")
_SECOND_HALF = re.compile(
    r"-(?:driven|oriented|defined|level|based|specific|aided|assisted|line|time|access|\w+-\w+) \w+"
)  # of what is commonly shortened; it is looked for first, since a hyphen is rare and quickly found
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_GAP = re.compile(r"[ -]+")
_ASIDE = re.compile(r"\([^()]*\)")


class Token(NamedTuple):
    """One place in a text: its parts in order, and the other ways to spell it as one."""

    parts: tuple[str, ...]
    joined: tuple[str, ...] = ()


def fold(text: str) -> str:
    """Lower case without accents, full-width or invisible characters; Cyrillic and Greek in Latin letters."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(c for c in apart if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    return bare.translate(_LETTERS)


def spellings(word: str) -> tuple[str, ...]:
    """The folded ways to write one word: `Rücker` is `rucker` and `ruecker`."""
    plain = fold(word)
    if word.isascii():
        return (plain,)
    spelt = fold(unicodedata.normalize("NFC", word.casefold()).translate(_UMLAUTS))
    return (plain,) if spelt == plain else (plain, spelt)


def prose(text: str) -> str:
    """A published text without its links and HTML tags."""
    return _LINK.sub(" ", text) if "<" in text or "://" in text else text


def compounds(text: str) -> list[str]:
    """The raw tokens of a text, in order: `CI / CD`, `Fong-Jones`, `LibreOffice`."""
    return _COMPOUND.findall(_THOUSANDS.sub("", text) if "," in text or "'" in text else text)


def token(compound: str) -> Token:
    """One raw token taken apart at its seams, and its parts joined."""
    compound = compound[:LONGEST_COMPOUND]
    if compound.isascii():
        return _ascii_token(compound.lower())
    pieces = _pieces(compound)
    parts = tuple(part for piece in pieces for part in _parts(piece))
    joined = {spelling for piece in pieces for spelling in spellings(piece)} | set(spellings("".join(pieces)))
    return Token(parts, tuple(sorted(word for word in joined - set(parts) if 0 < len(word) <= LONGEST_WORD)))


def _ascii_token(lower: str) -> Token:
    """The same for most words there are, quickly."""
    if lower.isalnum():
        return Token((lower[:LONGEST_WORD],))
    parts = tuple(piece[:LONGEST_WORD] for piece in _pieces(lower))
    joined = "".join(parts)
    return Token(parts, (joined,) if len(parts) > 1 and len(joined) <= LONGEST_WORD else ())


def _pieces(compound: str) -> list[str]:
    if compound.lower() == ".net":
        return [compound]
    mark = _MARK.search(compound)
    pieces = [piece for piece in _SEAM.split(_bare(compound[: mark.start()] if mark else compound)) if piece]
    return [*pieces[:-1], pieces[-1] + mark[0]] if mark and pieces else pieces


def _bare(compound: str) -> str:
    """`Boner's` and `doesn't` without what hangs on them."""
    return _NOT.sub("nt", _SUFFIX.sub("", compound)) if "'" in compound or "’" in compound else compound


def words(text: str) -> list[str]:
    """Every part of every token, in order, in its plain spelling."""
    return [part for compound in compounds(text) for part in token(compound).parts]


@lru_cache(maxsize=MOST_NAMES)
def name_words(name: str) -> tuple[str, ...]:
    """The words of a title or a person's name, kept since many are compared with each question."""
    return tuple(words(name))


def _parts(piece: str) -> list[str]:
    folded = fold(piece)
    if _UNSPACED.search(folded):
        return [folded[at : at + 2] for at in range(max(1, len(folded) - 1))]
    return [folded] if 0 < len(folded) <= LONGEST_WORD else []


def initials(text: str) -> Iterator[str]:
    """The folded initials of hyphenated compounds and of capitalised phrases.

    Those of phrases are also taken without the last word, and without the first words.
    """
    for phrase in _CAPITALISED.findall(text):
        whole = "".join(word[0] for word in _GAP.split(phrase) if word[:1].isupper())
        shorts = {whole[:-1], *(whole[at:] for at in range(len(whole)))}
        yield from (fold(short) for short in sorted(shorts) if _SHORTEST <= len(short) <= _LONGEST)
    for half in _SECOND_HALF.finditer(text):
        first = text[text.rfind(" ", 0, half.start()) + 1 : half.start()]
        whole = "".join(word[0] for word in _GAP.split(first + half.group()) if word)
        if _SHORTEST <= len(whole) <= _LONGEST:
            yield fold(whole)


def name_initials(name: str) -> str:
    """`rms` for Richard M. Stallman (GNU); nothing for names of another length."""
    letters = "".join(fold(word)[:1] for word in _ASIDE.sub(" ", name).split() if word[0].isalpha())
    return letters if _SHORTEST <= len(letters) <= _LONGEST else ""


def camel_initials(word: str) -> str:
    """`npe` for NullPointerException; nothing for words of another make."""
    if word.islower() or word[1:].islower() or word.isupper():
        return ""
    pieces = _CAMEL.split(word)
    return "".join(piece[0] for piece in pieces if piece).lower() if _SHORTEST <= len(pieces) <= _LONGEST else ""
