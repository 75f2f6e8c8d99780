"""Listen to people who name interests, plan a day, save a plan, or look for talks like another one."""

import asyncio
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from bot.blockkit import action_ids
from bot.blockkit.talk_row import DETAILS
from bot.errors import BotError
from bot.handlers.plan import messages
from bot.handlers.plan.messages import interests_form, read_topics, submitted_interests
from bot.handlers.plan.service import PlanService
from bot.handlers.presenter import Presenter
from bot.handlers.request_context import RequestContext
from bot.handlers.user_data import UserData
from bot.planning.day_plan import DayPlan
from bot.planning.interests import frequent_topics
from bot.planning.wishes import Wishes, read_wishes
from bot.schedule.models import Talk, find_by_short_id
from bot.slack.request import SlackRequest, replace_view, respond
from bot.slack.routing import on_action, on_subcommand, on_view


class NothingToGoBy(BotError):
    """A plan was asked for without topics by a person who saved nothing."""


class NoTalkNamed(BotError):
    """`like` was typed without a talk."""


@dataclass(frozen=True, slots=True)
class PlanHandlers:
    context: RequestContext
    user_data: UserData
    plans: PlanService
    presenter: Presenter

    @on_subcommand("plan")
    @on_action(action_ids.PLAN)
    async def on_plan(self, request: SlackRequest) -> None:
        """`/qcon plan saturday: rust, lunch at 12:30`, or [Fill…] beside a gap of an agenda, with the wishes in it."""
        text = request.value if request.typed is None else request.arguments
        plan, wishes = await self._draft(request, text)
        message = messages.plan_message(plan, wishes, text, await self.context.render_context(request))
        await self.presenter.show_message(request, message, title="Plan")

    @on_subcommand("interests")
    async def on_interests_command(self, request: SlackRequest) -> None:
        """`/qcon interests kubernetes, databases`: name topics, or see those that were named."""
        if request.arguments:
            await self.user_data.set_interests(request, read_topics(request.arguments))
        topics, command = (await self.user_data.profile(request)).topics, self.context.command_for(request)
        await respond(request, messages.interests_message(topics, command, cleared=bool(request.arguments)))

    @on_action(action_ids.INTERESTS)
    async def on_interests(self, request: SlackRequest) -> None:
        """[Interests…] in Home, [Choose…] in a message."""
        snapshot = self.context.snapshot
        profile = await self.user_data.profile(request)
        frequent = await asyncio.to_thread(frequent_topics, snapshot.index)
        tracks = [track.title for track in snapshot.schedule.tracks]
        view = interests_form(tracks, frequent, profile.topics, by_saved=profile.by_saved)
        await self.presenter.open_modal(request, view)

    @on_view(action_ids.INTERESTS_SUBMITTED)
    async def on_interests_submitted(self, request: SlackRequest) -> None:
        """[Save] in the form of interests."""
        topics, by_saved = submitted_interests(request.view["state"]["values"])
        await self.user_data.set_interests(request, topics)
        if by_saved != (await self.user_data.preferences(request)).by_saved:
            await self.user_data.choose(request, by_saved=by_saved)
        await self.presenter.publish_home(request)

    @on_subcommand("like")
    async def on_like_command(self, request: SlackRequest) -> None:
        """`/qcon like terraform`: the talks like the one that fits these words best."""
        words = request.arguments
        if not words:
            example = f"{self.context.command_for(request)} like infrastructure code"
            raise NoTalkNamed(f"Similar to which talk? Add its title, such as `{example}`.")
        search = self.context.talk_search
        matches = search.matches(words)
        found = search.titled(words)[:1] or matches.talks
        if not found:
            await respond(request, messages.no_talk_message(words, matches.closest))
            return
        saved, ctx = await self.user_data.known_saved(request), await self.context.render_context(request)
        similar = await self.plans.similar(found[0], saved)
        await respond(request, messages.similar_message(found[0], similar, saved, ctx))

    @on_action(action_ids.CHANGE_PLAN)
    async def on_change_plan(self, request: SlackRequest) -> None:
        """[Change…] below a plan."""
        await self.presenter.open_modal(request, await self._plan_view(request, request.value))

    @on_action(action_ids.PLAN_MENU)
    async def on_plan_menu(self, request: SlackRequest) -> None:
        """The menu of a talk in a plan that is changed."""
        action, left, *seconds = request.selected.split(" ")
        if action == DETAILS:
            await self.presenter.show_card(request, self.context.find_by_short_id(left))
            return
        text, known = json.loads(request.view["private_metadata"])
        wanted = [*(short for short in known if short != left), *seconds]
        chosen = self._still_on(wanted)
        gone = len(wanted) - len(chosen)
        view = await self._plan_view(request, text, {talk.id for talk in chosen}, gone)
        await replace_view(request, view)

    @on_action(action_ids.SAVE_PLAN)
    async def on_save_plan(self, request: SlackRequest) -> None:
        """[Save all]"""
        wanted = request.value.split()
        talks = self._still_on(wanted)
        for talk in talks:
            await self.user_data.save(request, talk.id)
        saved = messages.plan_saved_message(len(talks), gone=len(wanted) - len(talks))
        await self.presenter.refresh_after_action(request, saved)

    def _still_on(self, short_ids: Iterable[str]) -> list[Talk]:
        """Those of these talks that the schedule still has, and that are not cancelled."""
        found = (find_by_short_id(short, self.context.snapshot.schedule.talk_by_id) for short in short_ids)
        return [talk for talk in found if talk and not talk.cancelled]

    async def _plan_view(
        self, request: SlackRequest, text: str, chosen: Collection[str] | None = None, gone: int = 0
    ) -> dict[str, Any]:
        plan, wishes = await self._draft(request, text, chosen)
        return messages.plan_view(plan, wishes, text, await self.context.render_context(request), gone)

    async def _draft(
        self, request: SlackRequest, text: str, chosen: Collection[str] | None = None
    ) -> tuple[DayPlan, Wishes]:
        """The plan by these wishes, or with the talks that were chosen in it."""
        wishes = read_wishes(text, self.context.snapshot.schedule, self.context.now)
        profile = await self.user_data.profile(request)
        if not (wishes.topics or wishes.anything or profile.topics or profile.saved or profile.liked):
            command = self.context.command_for(request)
            raise NothingToGoBy(
                f"What interests you? Name topics, such as `{command} plan tomorrow: rust and databases, lunch at 12:30`, "
                f"set them once with `{command} interests rust, databases`, or save a talk first."
            )
        return await self.plans.plan(wishes, profile, chosen), wishes
