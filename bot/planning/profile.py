"""The interests of one person: the topics they named, and the talks they saved, liked or do not want."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.schedule.models import Schedule


@dataclass(frozen=True, slots=True)
class Profile:
    """The interests of one person, by ids of talks. Nobody else sees it."""

    topics: tuple[str, ...] = ()  # in lower case
    by_saved: bool = False  # what they saved and liked counts, too
    catch_up: bool = False  # in the evening they learn of recordings of what they missed
    saved: frozenset[str] = frozenset()
    liked: frozenset[str] = frozenset()
    dismissed: frozenset[str] = frozenset()

    @property
    def tells(self) -> bool:
        """Whether it tells anything that the person wants to count."""
        return bool(self.topics or (self.by_saved and (self.saved or self.liked)))

    def examples(self, schedule: Schedule) -> Mapping[str, str]:
        """The talks that they saved or liked, each with the reason that is told where another one is like it."""
        verbs = dict.fromkeys(self.saved, "saved") | dict.fromkeys(self.liked, "liked")
        known = schedule.talk_by_id
        return {id: f"because you {verb} “{known[id].title}”" for id, verb in sorted(verbs.items()) if id in known}
