"""Find out what suits a person: what to see next, a plan of a day, and talks like one that they know."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from bot.handlers.plan.for_you import ForYou
from bot.handlers.request_context import RequestContext
from bot.handlers.user_data import UserData
from bot.planning.day_plan import DayPlan, plan_day
from bot.planning.interests import interests_of
from bot.planning.suggestions import Suggestion, suggestions_of
from bot.planning.wishes import Wishes
from bot.schedule.models import Talk
from bot.schedule.queries import free_talks
from bot.search.similar import SimilarTalk, similar_talks
from bot.slack.request import SlackRequest


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything that tells what interests a person; only they see it."""

    topics: tuple[str, ...]
    by_saved: bool  # they want what they saved and liked to count, too
    saved: tuple[Talk, ...]
    liked: Mapping[str, str]  # ids of the talks that they saved or liked -> the reason that is told
    dismissed: frozenset[str]  # ids of talks that are not for them


class PlanService:
    """Plans and suggestions for the person behind a request, from the schedule and at the time of now."""

    def __init__(self, context: RequestContext, user_data: UserData) -> None:
        self._context = context
        self._user_data = user_data

    async def profile(self, request: SlackRequest) -> Profile:
        """Read everything that tells what interests this person."""
        saved = self._context.talks_by_id(await self._user_data.saved_talks(request))
        praised = self._context.talks_by_id(await self._user_data.liked_talks(request))
        liked = {talk.id: f"because you saved “{talk.title}”" for talk in saved}
        liked |= {talk.id: f"because you liked “{talk.title}”" for talk in praised}
        chosen = await self._user_data.preferences(request)
        topics, dismissed = await self._user_data.interests(request), await self._user_data.dismissed(request)
        return Profile(topics, chosen.by_saved, saved, liked, dismissed)

    async def for_you(self, request: SlackRequest) -> ForYou:
        """The talks that this person may want to see next; none that clashes with a saved one."""
        profile = await self.profile(request)
        suggestions = await asyncio.to_thread(self._suggestions, profile)
        return ForYou(suggestions, profile.topics, profile.by_saved)

    async def plan(self, wishes: Wishes, profile: Profile) -> DayPlan:
        """The best plan by the wishes, or else by the person's interests; saved talks of these times stay."""
        return await asyncio.to_thread(self._plan, wishes, profile)

    async def similar(self, talk: Talk, saved: frozenset[str]) -> tuple[SimilarTalk, ...]:
        """The talks like one, of those that are still to come and clash with no saved talk."""
        others = [own for own in self._context.talks_by_id(saved) if own.id != talk.id]
        snapshot = self._context.snapshot
        ahead = free_talks(snapshot.schedule, self._context.now, others)
        return await asyncio.to_thread(similar_talks, snapshot.index, talk, ahead)

    def _suggestions(self, profile: Profile) -> tuple[Suggestion, ...]:
        snapshot, now = self._context.snapshot, self._context.now
        liked = profile.liked if profile.by_saved else {}
        if not (profile.topics or liked):
            return ()
        talks = [talk for talk in free_talks(snapshot.schedule, now, profile.saved) if talk.id not in profile.dismissed]
        return suggestions_of(talks, interests_of(snapshot.index, talks, profile.topics, liked), now)

    def _plan(self, wishes: Wishes, profile: Profile) -> DayPlan:
        snapshot, saved = self._context.snapshot, profile.saved
        topics = wishes.topics or profile.topics
        liked = profile.liked if not topics or (profile.by_saved and not wishes.topics) else {}
        hidden = profile.dismissed.union(talk.id for talk in saved)
        talks = [talk for talk in snapshot.schedule.given if wishes.allows(talk) and talk.id not in hidden]
        staying = [talk for talk in saved if not talk.cancelled and wishes.start < talk.end and talk.start < wishes.end]
        return plan_day(talks, interests_of(snapshot.index, talks, topics, liked), staying, wishes.lunch)
