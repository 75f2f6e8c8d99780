"""Write the words that are hardly ever a topic: verbs, adverbs, and everyday adjectives of English and German.

    pip install wordfreq german-nouns
    python -m training.make_asides

They go to bot/questions/languages/asides/, folded as messages are. English: the bot's own list, by what
WordNet 3.0 (Debian's wordnet-base, which must be installed) says of each word, weighted with how often WordNet's authors met
it as a noun, a verb, an adjective and an adverb. German: the commonest words of wordfreq that are no nouns of german-nouns.
"""

import csv
import re
import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path

from wordfreq import top_n_list, zipf_frequency

from bot.search.lexicon import EVERYDAY, lexicon
from bot.search.tokenizer import spellings

WORDNET = Path("/usr/share/wordnet")
FOLDER = Path(__file__).parent.parent / "bot" / "questions" / "languages" / "asides"
PARTS = ("noun", "verb", "adj", "adv")
NUMBERS = {"1": 0, "2": 1, "3": 2, "4": 3, "5": 2}  # of the parts in WordNet's list of counts -> their places in PARTS
RARE_SENSE = 0.3  # how often a sense counts that WordNet's authors did not meet
MOSTLY = 0.2  # the share of nouns, and of adjectives, up to which a word is a verb or an adverb
RAREST = 30  # ten times the Zipf value of an English verb or adverb that is kept
FIRST_GERMAN = 15_000  # words of German that are looked at
WIDTH = 120  # columns of the files
LEAST_FOREIGN = 35  # an English noun this common may be a topic in German messages too
ENDINGS = (("ied", "y"), ("ed", "e"), ("ed", ""), ("ing", "e"), ("ing", ""), ("es", ""), ("s", ""))

Shares = Sequence[float]  # of a word as a noun, verb, adjective and adverb


def main() -> None:
    english = frozenset(_english())
    _write("en", english)
    _write("de", frozenset(_german(english)))


def _write(code: str, words: frozenset[str]) -> None:
    folded = sorted({spelling for word in words for spelling in spellings(word)})
    (FOLDER / f"{code}.txt").write_text(textwrap.fill(" ".join(folded), WIDTH) + "\n", encoding="utf-8")


def _english() -> Iterator[str]:
    shares, irregular = _wordnet(), _irregular_verbs()
    for word, band in lexicon().english.items():
        if not word.isalpha() or len(word) < 3:
            continue
        noun, _, adjective, _ = shares.get(word) or _as_verb(word, shares, irregular)
        if noun <= MOSTLY and (band >= EVERYDAY - 5 or (adjective <= MOSTLY and band >= RAREST)):
            yield word


def _as_verb(word: str, shares: Mapping[str, Shares], irregular: Mapping[str, str]) -> Shares:
    """A form of a verb counts as a verb, unless it is a noun's as well, as in `scales`."""
    roots = [irregular[word]] if word in irregular else list(_roots(word))
    for root in roots:
        if root in shares and shares[root][1]:
            past = word in irregular or word.endswith("ed")
            return (0, 1, 0, 0) if past else shares[root]
    return (1, 0, 0, 0)


def _roots(word: str) -> Iterator[str]:
    for ending, instead in ENDINGS:
        if word.endswith(ending):
            root = word.removesuffix(ending) + instead
            yield root
            if root[-2:-1] == root[-1:]:
                yield root[:-1]  # planned, plan


def _wordnet() -> dict[str, Shares]:
    counts: dict[str, list[float]] = {}
    for at, part in enumerate(PARTS):
        for line in (WORDNET / f"index.{part}").read_text(encoding="utf-8").splitlines():
            if not line.startswith(" "):
                word, _, senses, *_ = line.split()
                counts.setdefault(word, [0.0] * len(PARTS))[at] += RARE_SENSE * int(senses)
    for line in (WORDNET / "cntlist.rev").read_text(encoding="utf-8").splitlines():
        key, _, count = line.split()
        word, _, rest = key.partition("%")
        counts.setdefault(word, [0.0] * len(PARTS))[NUMBERS[rest[0]]] += int(count)
    return {word: [count / sum(of) for count in of] for word, of in counts.items()}


def _irregular_verbs() -> dict[str, str]:
    lines = (WORDNET / "verb.exc").read_text(encoding="utf-8").splitlines()
    return {form: root for form, root, *_ in map(str.split, lines)}


def _german(english: frozenset[str]) -> Iterator[str]:
    nouns, known = _german_nouns(), lexicon().english
    common = {word: None for word in top_n_list("de", FIRST_GERMAN) if re.fullmatch("[a-zäöüß]{3,}", word)}
    for word in common:
        foreign = word in known and word not in english and known[word] >= LEAST_FOREIGN
        more_english = zipf_frequency(word, "en") >= zipf_frequency(word, "de")
        if word not in nouns and not (foreign or more_english):
            yield word
            yield from _spoken(re.sub("e?t$", "", word), common, nouns, known)


def _spoken(stem: str, common: Collection[str], nouns: Collection[str], known: Collection[str]) -> Iterator[str]:
    """More forms of a verb, whose infinitive is also listed as a noun: schaffen, ich schaffe, ich schaff."""
    if f"{stem}en" in common:
        yield from (f"{stem}en", f"{stem}e")
        if stem not in nouns and stem not in known:
            yield stem


def _german_nouns() -> frozenset[str]:
    with resources.files("german_nouns").joinpath("nouns.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    forms = (
        form for row in rows for name, form in row.items() if name == "lemma" or "singular" in name or "plural" in name
    )
    return frozenset(form.lower() for form in forms if form)


if __name__ == "__main__":
    main()
