"""Listen to people who plan a day, save a plan, or look for talks like another one."""

import asyncio
from dataclasses import replace

from bot.blockkit import action_ids, inputs
from bot.blockkit.blocks import Message
from bot.db.database import Database
from bot.errors import BotError
from bot.handlers.plan import messages, repository
from bot.handlers.plan.form import read_topics
from bot.handlers.presenter import Presenter
from bot.handlers.request_context import RequestContext
from bot.handlers.user_data import UserData
from bot.planning.day_plan import DayPlan, plan_day
from bot.planning.interests import interests_of
from bot.planning.wishes import Wishes, read_wishes
from bot.schedule.models import Talk
from bot.schedule.queries import free_talks
from bot.search.similar import similar_talks
from bot.slack.request import SlackRequest
from bot.slack.responses import respond_to_command
from bot.slack.routing import on_action


class NothingToGoBy(BotError):
    """A plan was asked for without topics by a person who saved nothing."""

    def __init__(self, command: str) -> None:
        super().__init__(
            f"What interests you? Name topics, such as `{command} plan tomorrow: rust and databases, lunch at 12:30`, "
            f"set them once with `{command} interests rust, databases`, or save a talk first."
        )


class NoTalkNamed(BotError):
    """`like` was typed without a talk."""

    def __init__(self, command: str) -> None:
        super().__init__(f"Like which talk? Add its title, such as `{command} like infrastructure code`.")


class PlanHandlers:
    def __init__(self, context: RequestContext, user_data: UserData, presenter: Presenter, database: Database) -> None:
        self._context = context
        self._user_data = user_data
        self._presenter = presenter
        self._database = database

    async def on_plan_command(self, request: SlackRequest) -> None:
        """`/qcon plan saturday: rust, lunch at 12:30`"""
        await respond_to_command(request, await self._plan(request, request.arguments))

    async def on_interests_command(self, request: SlackRequest) -> None:
        """`/qcon interests kubernetes, databases`: name topics, or see those that were named."""
        person = request.workspace, request.user
        if request.arguments:
            await self._database.write(repository.set_interests, *person, read_topics(request.arguments))
        topics = await self._database.read(repository.interests, *person)
        await respond_to_command(request, messages.interests_message(topics, self._context.command_for(request)))

    async def on_like_command(self, request: SlackRequest) -> None:
        """`/qcon like terraform`: the talks like the one that fits these words best."""
        words = request.arguments
        if not words:
            raise NoTalkNamed(self._context.command_for(request))
        search = self._context.talk_search
        matches = search.matches(words)
        found = search.titled(words)[:1] or matches.talks
        if found:
            message = await self._similar(request, found[0])
        else:
            message = messages.no_talk_message(words, matches.closest)
        await respond_to_command(request, message)

    @on_action(action_ids.SIMILAR)
    async def on_similar(self, request: SlackRequest) -> None:
        """[Similar talks] on a talk's card."""
        message = await self._similar(request, self._context.selected_talk(request))
        await self._presenter.open_modal(request, inputs.message_modal(message, "Similar talks"))

    @on_action(action_ids.PLAN)
    async def on_plan(self, request: SlackRequest) -> None:
        """[Fill…] beside a gap of an agenda; the wishes are in the value."""
        await self._presenter.show_message(request, await self._plan(request, request.value))

    @on_action(action_ids.SAVE_PLAN)
    async def on_save_plan(self, request: SlackRequest) -> None:
        """[Save all]"""
        talks = [self._context.find_by_short_id(talk) for talk in request.value.split()]
        for talk in talks:
            await self._user_data.save(request, talk.id)
        await self._presenter.refresh_after_action(request, messages.plan_saved_message(len(talks)))

    async def _plan(self, request: SlackRequest, text: str) -> Message:
        saved = self._context.talks_by_id(await self._user_data.saved_talks(request))
        wishes = read_wishes(text, self._context.snapshot.schedule, self._context.now)
        if not wishes.topics:
            interests = await self._database.read(repository.interests, request.workspace, request.user)
            wishes = replace(wishes, topics=interests)
        if not wishes.topics and not saved:
            raise NothingToGoBy(self._context.command_for(request))
        plan = await asyncio.to_thread(self._best_plan, wishes, saved)
        return messages.plan_message(plan, wishes, await self._context.render_context(request))

    def _best_plan(self, wishes: Wishes, saved: tuple[Talk, ...]) -> DayPlan:
        """Plan by the topics, or by what is saved where no topics are named; saved talks of these times stay."""
        snapshot = self._context.snapshot
        open_talks = [talk for talk in snapshot.schedule.given if wishes.allows(talk) and talk not in saved]
        interests = interests_of(snapshot.index, open_talks, wishes.topics, () if wishes.topics else saved)
        staying = [talk for talk in saved if not talk.cancelled and wishes.start < talk.end and talk.start < wishes.end]
        return plan_day(open_talks, interests, staying, wishes.lunch)

    async def _similar(self, request: SlackRequest, talk: Talk) -> Message:
        """The talks like one, of those that are still to come and clash with no saved talk."""
        saved = await self._user_data.known_saved(request)
        others = [own for own in self._context.talks_by_id(saved) if own.id != talk.id]
        snapshot = self._context.snapshot
        ahead = free_talks(snapshot.schedule, self._context.now, others)
        similar = await asyncio.to_thread(similar_talks, snapshot.index, talk, ahead)
        return messages.similar_message(talk, similar, saved, await self._context.render_context(request))
