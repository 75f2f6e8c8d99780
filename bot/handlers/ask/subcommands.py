"""The subcommands, and how to read them from what people type after the slash command or write to the bot.

After the slash command the first word decides. In a sentence to the bot it only does where it can mean nothing else:
“report” asks for the report, “report on microservices” for talks.
"""

import re
from collections.abc import Container
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from bot.planning.wishes import asks_what_fits
from bot.questions.followups import only_points
from bot.questions.parse import LONE_COMMANDS, asks_of_own

SUBCOMMANDS = (
    "agenda", "calendar", "changes", "feedback", "interests", "like", "my-data", "organise", "plan", "remind", "report", "save",
    "settings", "unsave",
)  # fmt: skip

_WITH_WORDS = frozenset({"organise", "plan", "remind", "save", "unsave"})  # these say more than their name

# Whole messages that stand for a subcommand. There are many for the settings, since people who want fewer messages
# type anything.
_ALIASES = {
    phrase: name
    for name, phrases in {
        "agenda": ("saved talks",),
        "calendar": ("my calendar",),
        "changes": ("schedule changes", "what changed", "what has changed", "what's changed", "whats changed"),
        "my-data": ("my data", "delete my data", "delete all my data", "forget me", "what do you know about me"),
        "settings": (
            "my settings", "preferences", "stop", "stop it", "stop messaging me", "stop reminders", "mute",
            "stop reminding me", "turn off reminders", "turn reminders off", "turn off my reminders", "remind off",
            "remind me off", "reminders off", "no reminders", "no more reminders", "unsubscribe",
        ),
    }.items()
    for phrase in phrases
}  # fmt: skip

# English words that are nearly a subcommand, and that a question may well begin with
_ORDINARY_WORDS = frozenset(
    {
        "cave", "fave", "gave", "have", "same", "sane", "safe", "sale", "wave", "clan", "pan", "plain", "plane", "plant",
        "play", "remand", "rewind",
    }
)  # fmt: skip

_SPELLING_VARIANTS = {"organize": "organise"}

_MENTIONS = re.compile(r"^(?:<@\w+(?:\|[^>]*)?>[\s,:]*)+")

_OWN = re.compile(r"\b(?:my|i|mein\w*|ich)\b", re.IGNORECASE)  # only such a message is read in full

_POLITE = re.compile(r"^(?:(?:please|can you|could you|show(?: me)?|open)\s+)+|\s+please$")

# The wish to be reminded of one talk, which saving it fulfils: `notify me when the Terraform talk starts`.
_REMIND_OF = re.compile(
    r"(?:remind|notify|alert|ping) me (?:\d+ ?m\w* )?(?:about|before|of|to see|when) (.+?)(?: (?:starts?|begins?|is on))?"
    r"|erinner\w*(?: du)? mich(?: bitte)?,? (?:\d+ ?m\w* )?(?:an|vor|wenn) (.+?)(?: (?:anfängt|beginnt|startet))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Subcommand:
    name: str  # one of SUBCOMMANDS
    arguments: str = ""

    @property
    def text(self) -> str:
        """The text that a slash command would have."""
        return f"{self.name} {self.arguments}".strip()

    @property
    def points_back(self) -> bool:
        """Tell whether it is about the talk spoken of before: `save it`."""
        return self.name in ("save", "unsave") and only_points(self.arguments)


@lru_cache(100)  # the guard and the listener both ask, and many people type the same (`make bench`)
def typed_subcommand(text: str) -> Subcommand | None:
    """The subcommand typed after the slash command; None where the text is a question."""
    return _aliased(text) or _reminder(text) or _by_first_word(text) or _asked_for(text)


def spoken_subcommand(text: str) -> Subcommand | None:
    """The subcommand that a message to the bot stands for; None where it is a question."""
    text = _MENTIONS.sub("", text.strip())
    if subcommand := _aliased(text) or _reminder(text):
        return subcommand
    subcommand = _by_first_word(text)
    return subcommand if subcommand and subcommand.name in _WITH_WORDS else _asked_for(text)


def suggested_command(text: str) -> str:
    """The text with its mistyped first word corrected, `agend` to `agenda`; empty where it resembles no command."""
    first, _, rest = _MENTIONS.sub("", text.strip()).partition(" ")
    typed, most = first.casefold(), 1 if len(first) < 6 else 2
    if len(typed) < 3 or typed in _ORDINARY_WORDS:
        return ""
    distances = {name: OSA.distance(typed, name, score_cutoff=most) for name in (*LONE_COMMANDS, *SUBCOMMANDS)}
    closest = min(distances, key=distances.__getitem__)
    return f"{closest} {rest}".strip() if 0 < distances[closest] <= most else ""


def suggested_with_words(text: str, known: Container[str]) -> str:
    """`save terraform` for `sav terraform`, although terraform alone is found; empty if the first word is `known`."""
    command, typed = suggested_command(text), _MENTIONS.sub("", text.strip()).partition(" ")[0]
    name, _, rest = command.partition(" ")
    return command if rest and name in _WITH_WORDS and typed.casefold() not in known else ""


def _asked_for(text: str) -> Subcommand | None:
    """The subcommand that answers a question: the plan for `what fits before lunch`, the agenda for `my next talk`."""
    if asks_what_fits(text):
        return Subcommand("plan", text)
    return Subcommand("agenda") if _OWN.search(text) and asks_of_own(text) else None


def _aliased(text: str) -> Subcommand | None:
    """The subcommand that the whole text is a name of."""
    phrase = _POLITE.sub("", " ".join(text.casefold().replace("’", "'").split()).strip(" .!?"))
    name = _ALIASES.get(phrase, _SPELLING_VARIANTS.get(phrase, phrase))
    return Subcommand(name) if name in SUBCOMMANDS else None


def _reminder(text: str) -> Subcommand | None:
    """The save that reminds of a talk: `remind me 5 min before Liz`, `erinnere mich an Brikman`."""
    wanted = _REMIND_OF.fullmatch(_POLITE.sub("", text.strip(" .!?")))
    return Subcommand("save", wanted[1] or wanted[2]) if wanted else None


def _by_first_word(text: str) -> Subcommand | None:
    first, _, rest = text.strip().partition(" ")
    name, arguments = _SPELLING_VARIANTS.get(first.casefold(), first.casefold()), rest.strip()
    return Subcommand(name, arguments) if name in SUBCOMMANDS else None
