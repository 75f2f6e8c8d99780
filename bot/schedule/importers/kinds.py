"""What kind of thing an entry is, in the words of the house: above all, which are breaks."""

import re

from bot.schedule.model import BREAK_KINDS
from bot.schedule.texts import single_line

_SAME_AS_TALK = frozenset({"", "talk", "lecture", "session", "other", "event", "presentation", "speech", "vortrag"})
_KIND_PATTERNS = {
    "lunch": r"lunch|mittagessen|mittagspause|almuerzo|déjeuner",
    "coffee": r"coffee|tea|kaffee|kaffeepause|café",
    "registration": r"registration|check-?in|badge pick-?up|einlass|doors open",
    "social": r"party|reception|get-together|social event|drinks",
    "break": r"break|pause|breakfast|brunch|dinner|frühstück|abendessen",
}
_IN_A_TITLE = {kind: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for kind, words in _KIND_PATTERNS.items()}
# A title of nothing but such words: `Coffee & Tea break`, `Lunch (Red Team)`; but not `Break the Build`. What stands before a colon is the
# name of the day or the stage: `Main stage: morning tea`.
_ANY_KIND = "|".join(_KIND_PATTERNS.values())
_ONLY_A_BREAK = re.compile(
    rf"(?:(?:morning|afternoon|evening|short|long|lunch) )?(?:{_ANY_KIND})(?: ?(?:&|and|/|\+) ?(?:{_ANY_KIND}))?"
    r"(?: (?:break|time|pause))?(?: ?\([^()]*\))?",
    re.IGNORECASE,
)


def session_kind(published: str, title: str, *, has_speakers: bool, is_break: bool = False) -> str:
    """The kind of an entry; `is_break` says that the file lists it among its breaks, `has_speakers` that somebody speaks."""
    kind = single_line(published).lower()
    title = single_line(title)
    if kind in BREAK_KINDS and kind != "break":
        return kind
    if is_break or kind == "break" or (not has_speakers and _ONLY_A_BREAK.fullmatch(title.rpartition(": ")[2])):
        return next((kind for kind, words in _IN_A_TITLE.items() if words.search(title)), "break")
    return "talk" if kind in _SAME_AS_TALK else kind
