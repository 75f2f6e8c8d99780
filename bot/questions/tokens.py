"""A message as tokens: cleaned of Slack's markup, cut at its seams, with shorthand spelled out."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from rapidfuzz.distance import DamerauLevenshtein

from bot.questions.language import LETTERS, SHORTEST_SLIP, Language, Words, language_of, languages
from bot.search.lexicon import lexicon
from bot.search.tokenizer import fold, token

LONGEST = 2_000  # characters of a message that are looked at
MOST_WORDS = 64  # of them that are read
MOST_TOKENS = 2 * MOST_WORDS  # and as many tokens, signs and spelled out words included
LONGEST_SHORTHAND = 3  # words

_PLAIN = str.maketrans(
    {"‘": "'", "’": "'", "´": "'", "`": " ", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "\u00a0": " "}
    | dict(
        zip("∗ˍ∼‵∶", "*_~ :", strict=True)
    )  # as `bot.blockkit.blocks.escape` writes them, in what is copied from an answer
    | dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e", None)
    | {code: " " for code in range(32) if code != 10}
    | {127: " "}
)
_MENTION = re.compile(r"<(?:@[^<>|]*|![^<>|]*)(?:\|[^<>]*)?>")
_LABELLED = re.compile(r"<[^<>|]*\|([^<>]*)>")
_LINK = re.compile(r"<(?:#|(?=(?:https?|mailto|tel):))([^<>|]*)>")
_EMOJI = re.compile(
    r":(?=[^:\s]*[a-z])[a-z0-9_+'-]{2,40}:|[\u2600-\u27bf\U0001f300-\U0001faff]|(?<!\S)[:;]-?[()DP](?!\S)"
)
_EMOJI_BEFORE_TEXT = re.compile(rf"(?<=\w)\s*(?:{_EMOJI.pattern})(?=\s*\w)")
_DRAWN = re.compile(r"([a-z])\1{2,}")  # sooo, eattttt
_STRESS = re.compile(r"(?<![^\W_])[*_~]+|[*_~]+(?![^\W_])")
_COMMAND = re.compile(r"^\s*/[\w-]+(?=\s|$)")
_SPACES = re.compile(r"[ \t\u2000-\u200a\u3000]+")

_WITH = re.compile(r"\b(w)/(o?)(?=\s|$|[a-z])", re.IGNORECASE)
_PIECE = re.compile(
    r"\d{4}-\d\d-\d\d|\d{1,2}(?:[:.]\d\d|h(?:\d\d)?)?(?:[ap]m)?(?=[-–]\d)|(?<!\w)\.(?i:net)\b|\b\w{1,2}&\w{1,2}\b|\b\w{1,3}/\w{1,3}(?:\+\+|#|\b)(?!/)|\w+(?:\+\+|#(?!\w))|\w+(?:[-.:_@'’]\w+)*|[&+/,;:.?!()\n–—-]"
)
_LETTERS = re.compile(r"(?<!\S)(?!r u|u r|n )[a-z](?: [a-z]){2,}(?![\w'])")  # g t f s, as it is dictated
_APOSTROPHE = re.compile(r"^(\w+)['’](\w+)$")
_HANGS = {"re": "are", "ll": "will", "ve": "have", "d": "would", "m": "am"}
STOPS = frozenset(".?!;:\n()–—")  # where a clause ends
SIGNS = STOPS | frozenset(",/&+-")


@dataclass(frozen=True, slots=True)
class MessageToken:
    """One word as it is meant, or one sign."""

    word: str  # folded, spelled out
    typed: str
    place: int  # of the word it was typed as, from 0; words that were spelled out of one share it
    parts: tuple[str, ...] = ()  # what is searched for, folded: several for `event-driven` …
    joined: tuple[str, ...] = ()  # … and the other ways to write it

    @property
    def is_sign(self) -> bool:
        return self.word in SIGNS


def clean(text: str) -> str:
    """The text without mentions, links' brackets, emoji codes, stress marks and a leading slash command."""
    text = text[:LONGEST].translate(_PLAIN)
    if "<" in text:
        text = _LINK.sub(r"\1", _LABELLED.sub(r"\1", _MENTION.sub(" ", text)))
    if "&" in text:
        text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    text = _EMOJI_BEFORE_TEXT.sub(" . ", text)  # people end a clause with one
    text = _EMOJI.sub(" ", text)
    text = _STRESS.sub(" ", text)
    return _SPACES.sub(" ", _COMMAND.sub("", text)).strip()


def tokens_of(text: str, known: Collection[str] = ()) -> tuple[tuple[MessageToken, ...], Language]:
    """The tokens of a cleaned text, at most MOST_TOKENS, and its language; `known` words are no slips."""
    pieces = list(islice(_pieces(text, known), MOST_TOKENS))
    language = language_of([word for piece in pieces if piece.word not in LETTERS for word in piece.word.split("'")])
    apart = [part for piece in pieces for part in _without_elision(piece, language)]
    spelled = list(islice(_spelled_out(apart, language, known), MOST_TOKENS))
    return tuple(_corrected(spelled, language, known)), language


def _pieces(text: str, known: Collection[str]) -> Iterator[MessageToken]:
    if "/" in text:
        text = _WITH.sub(lambda found: f"with{'out' if found[2] else ''} ", text)
    text = _LETTERS.sub(lambda letters: letters[0].replace(" ", ""), text)
    for place, piece in enumerate(map(_drawn_in, _PIECE.findall(text))):
        if piece in SIGNS:
            yield MessageToken(piece, piece, place)
        else:
            word, (parts, joined) = fold(piece).replace("’", "'"), token(piece)
            whole = MessageToken(word, piece, place, parts, joined)
            halves = () if word in known or word in lexicon().english else _halves(word)
            yield from _in_words(whole, halves) if halves else (whole,)


def _drawn_in(piece: str) -> str:
    """`soooo` as so, `cooool` as cool: a letter that stands three times or more, as plain English has it."""
    if not _DRAWN.search(piece):
        return piece
    spellings = (_DRAWN.sub(letters, piece) for letters in (r"\1\1", r"\1"))
    return next((spelling for spelling in spellings if spelling in lexicon().english), piece)


def _halves(word: str) -> tuple[str, ...]:
    """The halves of a compound that ends in a word for a session, in any language: `kafkavortrag`."""
    patterns = (language.patterns["compound"] for language in languages() if "compound" in language.patterns)
    return next((found.groups() for pattern in patterns if (found := pattern.fullmatch(word))), ())


def _spelled_out(pieces: Sequence[MessageToken], language: Language, known: Collection[str]) -> Iterator[MessageToken]:
    at = 0
    while at < len(pieces):
        for length in range(min(LONGEST_SHORTHAND, len(pieces) - at), 0, -1):
            short = tuple(piece.word for piece in pieces[at : at + length])
            long = language.spelled_out.get(short)
            if long and not (length == 1 and _is_meant_so(pieces, at, language, long, known)):
                yield from _in_words(pieces[at], long)
                break
        else:
            length = 1
            yield from _without_apostrophe(pieces[at], language)
        at += length


def _is_meant_so(
    pieces: Sequence[MessageToken], at: int, language: Language, long: Words, known: Collection[str]
) -> bool:
    """Tell whether a word is what it looks like: `R`, `talks on r`, `any r talks`, `5 min`, a known `diner`."""
    piece = pieces[at]
    if piece.word in known and len(piece.word) >= SHORTEST_SLIP:
        return DamerauLevenshtein.distance(piece.word, " ".join(long)) == 1  # one letter is wrong: a dinner or a diner
    if piece.word not in language.ambiguous:
        return False
    before, following = [earlier.word for earlier in pieces[:at]], [later.word for later in pieces[at + 1 : at + 2]]
    if piece.word in LETTERS:
        alone = not before and not any(map(str.isalnum, following))
        asks = language.before_is.intersection(before[-1:])  # what r talks about
        beside = alone or (not asks and not language.sessions.isdisjoint(following))
        if beside or any(cue.role == "about" and cue.end == at for cue in language.cues(before)):
            return True
    around = [pieces[other].word for other in (at - 1, at + 1) if 0 <= other < len(pieces)]
    return piece.typed.isupper() or (len(piece.word) > 1 and any(word.isdigit() for word in around))


def _in_words(piece: MessageToken, words: Sequence[str]) -> Iterator[MessageToken]:
    for word in words:
        parts, joined = token(word)
        joined = joined if len(words) > 1 else (*joined, *piece.parts)
        yield MessageToken(word, piece.typed, piece.place, parts, joined)


def _without_elision(piece: MessageToken, language: Language) -> tuple[MessageToken, ...]:
    """`l'atelier` as l atelier, `qu'est-ce` as qu est-ce; `O'Reilly` as it is."""
    short, _, rest = piece.word.partition("'")
    if not rest or short not in language.elided:
        return (piece,)
    return (MessageToken(short, piece.typed, piece.place, (short,)), replace(piece, word=rest, parts=token(rest).parts))


def _without_apostrophe(piece: MessageToken, language: Language) -> Iterator[MessageToken]:
    """`who's` as who is, `they're` as they are, `isn't` as is not; `Boner's` as Boner."""
    hangs = _APOSTROPHE.match(piece.word)
    if not hangs:
        yield piece
        return
    word, rest = hangs[1], hangs[2]
    if rest == "t" and word.endswith("n"):
        yield from _in_words(piece, ("can" if word == "can" else word[:-1], "not"))
    elif rest in _HANGS or (rest == "s" and word in language.before_is):
        yield from _in_words(piece, (word, _HANGS.get(rest, "is")))
    elif rest == "s":
        yield replace(piece, word=word)
    else:
        yield piece


def _corrected(tokens: Iterable[MessageToken], language: Language, known: Collection[str]) -> Iterator[MessageToken]:
    for piece in tokens:
        may_slip = piece.word.isalpha() and not piece.typed[:1].isupper() and piece.word not in known
        meant = language.meant(piece.word) if may_slip else piece.word
        yield piece if meant == piece.word else replace(piece, word=meant)
