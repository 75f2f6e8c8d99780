"""What kind of thing an entry is, in the words of the house: above all, which are breaks."""

import re

from bot.schedule.model import BREAK_KINDS
from bot.schedule.texts import one_line

_SAME_AS_TALK = frozenset({"", "talk", "lecture", "session", "other", "event", "presentation", "speech", "vortrag"})
_WORDS = {
    "lunch": r"lunch|mittagessen|mittagspause|almuerzo|déjeuner",
    "coffee": r"coffee|tea|kaffee|kaffeepause|café",
    "registration": r"registration|check-?in|badge pick-?up|einlass|doors open",
    "social": r"party|reception|get-together|social event|drinks",
    "break": r"break|pause|breakfast|brunch|dinner|frühstück|abendessen",
}
_IN_A_TITLE = {kind: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for kind, words in _WORDS.items()}
# A title of nothing but such words: `Coffee & Tea break`, `Lunch (Red Team)`; but not `Break the Build`. What stands before a colon is the
# name of the day or the stage: `Main stage: morning tea`.
_ANY = "|".join(_WORDS.values())
_ONLY_A_BREAK = re.compile(
    rf"(?:(?:morning|afternoon|evening|short|long|lunch) )?(?:{_ANY})(?: ?(?:&|and|/|\+) ?(?:{_ANY}))?"
    r"(?: (?:break|time|pause))?(?: ?\([^()]*\))?",
    re.IGNORECASE,
)


def kind_of(published: str, title: str, *, spoken: bool, is_break: bool = False) -> str:
    """The kind of an entry; `is_break` says that the file lists it among its breaks, `spoken` that somebody speaks."""
    kind = one_line(published).lower()
    title = one_line(title)
    if kind in BREAK_KINDS and kind != "break":
        return kind
    if is_break or kind == "break" or (not spoken and _ONLY_A_BREAK.fullmatch(title.rpartition(": ")[2])):
        return next((kind for kind, words in _IN_A_TITLE.items() if words.search(title)), "break")
    return "talk" if kind in _SAME_AS_TALK else kind
