"""Find out what suits a person: what to see next, a plan of a day, and talks like one that they know."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, replace

from bot.handlers.plan.messages import ForYou
from bot.handlers.request_context import RequestContext
from bot.handlers.user_data import UserData
from bot.planning.day_plan import DayPlan, Interest, plan_day
from bot.planning.interests import InterestFinder, Profile, Suggestion, suggestions_of
from bot.planning.wishes import Wishes
from bot.schedule.models import Talk
from bot.schedule.queries import free_talks
from bot.search.similarity import SimilarTalk
from bot.slack.request import SlackRequest

ANYTHING = Interest(1, "fits your time")


@dataclass(frozen=True, slots=True)
class PlanService:
    """Plans and suggestions for the person behind a request, from the schedule and at the time of now."""

    context: RequestContext
    user_data: UserData

    async def for_you(self, request: SlackRequest) -> ForYou:
        """The talks that this person may want to see next; none that clashes with a saved one."""
        profile = await self.user_data.profile(request)
        suggestions = await asyncio.to_thread(self._suggestions, profile) if profile.tells else ()
        return ForYou(suggestions, profile.topics, profile.by_saved)

    async def plan(self, wishes: Wishes, profile: Profile, chosen: Collection[str] | None = None) -> DayPlan:
        """The best plan by the wishes, or else by the person's interests; saved talks of these times stay.

        `chosen` are the ids of the talks that the person left in it, once they have changed it.
        """
        return await asyncio.to_thread(self._plan, wishes, profile, chosen)

    async def similar(self, talk: Talk, saved: frozenset[str]) -> tuple[SimilarTalk, ...]:
        """The talks like one, of those that are still to come and clash with no saved talk."""
        others = self.context.talks_by_id(saved - {talk.id})
        snapshot = self.context.snapshot
        ahead = free_talks(snapshot.schedule.given, self.context.now, others)
        return await asyncio.to_thread(snapshot.index.similarity.similar_talks, talk, ahead)

    def _suggestions(self, profile: Profile) -> tuple[Suggestion, ...]:
        snapshot, now = self.context.snapshot, self.context.now
        free = free_talks(snapshot.schedule.given, now, self.context.talks_by_id(profile.saved))
        talks = [talk for talk in free if talk.id not in profile.dismissed]
        interests = InterestFinder(snapshot.index, talks).of_person(profile, snapshot.schedule)
        return suggestions_of(talks, interests, now, snapshot.schedule.walking_times)

    def _plan(self, wishes: Wishes, profile: Profile, chosen: Collection[str] | None) -> DayPlan:
        snapshot, saved = self.context.snapshot, self.context.talks_by_id(profile.saved)
        hidden = profile.saved | profile.dismissed
        talks = [talk for talk in snapshot.schedule.given if wishes.allows(talk) and talk.id not in hidden]
        if wishes.topics:
            interests = InterestFinder(snapshot.index, talks).of(wishes.topics, {})
        else:  # who asks for a plan and lets nothing count means what they saved
            asked = profile if profile.tells else replace(profile, by_saved=True)
            interests = InterestFinder(snapshot.index, talks).of_person(asked, snapshot.schedule)
        if wishes.anything:
            interests = {talk.id: ANYTHING for talk in talks} | dict(interests)
        staying = [talk for talk in saved if not talk.cancelled and wishes.start < talk.end and talk.start < wishes.end]
        walks = snapshot.schedule.walking_times
        return plan_day(talks, interests, staying, wishes.lunch, walks, chosen)
