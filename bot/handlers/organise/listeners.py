"""Organisers run the day: a menu, a form for each deed, what it will come to, and then it is so; and undoing.

Versions of the operator's schedule that were refused: an organiser may use one anyway.

How what the bot sends unasked goes out: whether it is paused, how long it takes, and that there is something new."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Protocol

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.blockkit import action_ids
from bot.blockkit.blocks import OPTIONS
from bot.db.database import Database
from bot.delivery import change_messages, change_notices
from bot.delivery.models import POST
from bot.delivery.rate_limits import DeliveryConfig
from bot.delivery.recipients import SubscriptionService
from bot.errors import InvalidForm
from bot.handlers.organise import form_views
from bot.handlers.organise import messages as organise_messages
from bot.handlers.organise.form import OrganiserForm, parse_action
from bot.handlers.organise.messages import ActionPlan, OrganiserChange
from bot.handlers.presenter import Presenter, View
from bot.handlers.request_context import QuestionService
from bot.live_schedule import repository
from bot.live_schedule.current import LiveSchedule, Snapshot
from bot.live_schedule.repository import StoredOverride
from bot.schedule.diff import schedule_changes
from bot.schedule.models import Talk
from bot.schedule.organiser_actions import OrganiserAction, new_clashes
from bot.schedule.overrides import Override, merge_overrides
from bot.search.beginnings import named
from bot.slack.request_guard import RequestGuard
from bot.slack.responses import ack_with_view, arguments_of, form_values
from bot.slack.users import Users


class SourceHandlers:
    def __init__(self, conference: LiveSchedule, users: Users) -> None:
        self._conference = conference
        self._users = users

    def register(self, app: AsyncApp, guard: RequestGuard) -> None:
        app.action(action_ids.USE_SOURCE)(guard.wrap(self.on_use_anyway))

    async def on_use_anyway(self, args: AsyncArgs) -> None:
        """[Use it anyway]"""
        await args.ack()
        await self._users.require_organiser(args)
        by = args.context.user_id or ""
        edition = await self._conference.use_anyway(int(args.payload["value"]), by)
        await args.respond(**change_messages.used_anyway_message(edition.revision, by).payload(), replace_original=True)


class DeliveryControl:
    """The flow of deliveries, as organisers see and stop it."""

    def __init__(self, subscriptions: SubscriptionService, config: DeliveryConfig, wake: Callable[[], None]) -> None:
        """`wake` tells the courier that there is something to deliver."""
        self._subscriptions = subscriptions
        self._interval = config.interval(POST)
        self.wake = wake

    def time_to_send(self, messages: int) -> timedelta:
        """How long it takes at least until so many are out, at the rate that is permitted."""
        return messages * self._interval

    async def is_paused(self, args: AsyncArgs) -> bool:
        return await self._subscriptions.is_paused(args.context.team_id or "")

    async def pause(self, args: AsyncArgs) -> None:
        """Send nothing unasked any more."""
        await self._subscriptions.pause(args.context.team_id or "", args.context.user_id or "")

    async def resume(self, args: AsyncArgs) -> None:
        """Send again what is still useful."""
        await self._subscriptions.resume(args.context.team_id or "")
        self.wake()


OUTDATED_TEXT = "The schedule has changed meanwhile. Look again, please."


class ScheduleEditor(Protocol):
    """Lays changes over the schedule, and takes them back."""

    async def apply(self, edits: Sequence[Override], action: str, by: str, on: Snapshot) -> Snapshot: ...

    async def undo(self, override: int, by: str) -> Snapshot: ...


class OrganiseHandlers:
    def __init__(
        self,
        questions: QuestionService,
        users: Users,
        presenter: Presenter,
        editor: ScheduleEditor,
        database: Database,
        delivery: DeliveryControl,
    ) -> None:
        self._questions = questions
        self._users = users
        self._presenter = presenter
        self._editor = editor
        self._database = database
        self._delivery = delivery

    def register(self, app: AsyncApp, guard: RequestGuard) -> None:
        for action, listener in (
            (action_ids.matching(action_ids.ORGANISE, action_ids.ORGANISE_FOUND), self.on_talk_selected),
            (action_ids.matching(action_ids.ORGANISER_ACTION), self.on_action_selected),
            (action_ids.matching(action_ids.LIST_CHANGES), self.on_list_changes),
            (action_ids.matching(action_ids.UNDO), self.on_undo),
            (action_ids.matching(action_ids.PAUSE_HERE), self.on_pause),
            (action_ids.matching(action_ids.RESUME_HERE), self.on_resume),
        ):
            app.action(action)(guard.wrap(self._users.organisers_only(listener)))
        app.view(action_ids.ACTION_FORM)(guard.wrap(self._users.organisers_only(self.on_form_submitted)))
        app.view(action_ids.ACTION_CONFIRM)(guard.wrap(self._users.organisers_only(self.on_confirmed)))
        app.options(action_ids.ROOM_FOUND)(guard.wrap(self.room_options))
        app.options(action_ids.TARGET_FOUND)(guard.wrap(self.target_options))

    async def on_command(self, args: AsyncArgs) -> None:
        """`/qcon organise`, or with the words for one session."""
        await self._users.require_organiser(args)
        words = arguments_of(args)
        meant = self._questions.search_talks(words).talks if words else ()
        view = await self._menu(args, meant[0] if len(meant) == 1 else None)
        await args.ack()
        await args.client.views_open(trigger_id=args.body["trigger_id"], view=view)

    async def on_talk_selected(self, args: AsyncArgs) -> None:
        """A session was found in the menu, or [Organise…] pressed on its card: the menu takes the card's place."""
        await args.ack()
        await self._update_modal(args, await self._menu(args, self._questions.selected_talk(args)))

    async def on_action_selected(self, args: AsyncArgs) -> None:
        await args.ack()
        deed, _, id = args.payload["value"].partition(" ")
        talk = self._questions.find_talk(id) if id else None
        number = secrets.token_hex(4)
        form = form_views.action_form(deed, talk, self._questions.snapshot.schedule, self._questions.now, number)
        await self._presenter.open_modal(
            args, form or organise_messages.confirm_view(await self._plan(args, OrganiserForm(deed, id, number)))
        )

    async def on_form_submitted(self, args: AsyncArgs) -> None:
        view = args.body["view"]
        form = replace(OrganiserForm.from_json(view["private_metadata"]), fields=form_values(view))
        try:
            plan = await self._plan(args, form)
        except InvalidForm as error:
            await args.ack(response_action="errors", errors=error.problems)
        else:
            await args.ack(response_action="push", view=organise_messages.confirm_view(plan))

    async def on_confirmed(self, args: AsyncArgs) -> None:
        form, revision = organise_messages.confirmed_form(args.body["view"]["private_metadata"])
        edition = self._questions.snapshot
        plan = await self._plan(args, form, edition)
        if revision == edition.revision:
            await ack_with_view(args, self._publish_plan(args, plan, edition), organise_messages.working_view())
        else:
            await args.ack(response_action="update", view=organise_messages.confirm_view(plan, OUTDATED_TEXT))

    async def on_list_changes(self, args: AsyncArgs) -> None:
        await args.ack()
        await self._presenter.open_modal(args, await self._changes())

    async def on_undo(self, args: AsyncArgs) -> None:
        await args.ack()
        number = int(args.payload["value"])
        await self._editor.undo(number, args.context.user_id or "")
        self._delivery.wake()
        if args.body["view"]["callback_id"] == action_ids.CHANGES:
            await self._update_modal(args, await self._changes())
        else:
            words = [one.action for one in await self._recent_overrides() if one.id == number]
            await self._update_modal(args, organise_messages.undone_view("".join(words)))

    async def on_pause(self, args: AsyncArgs) -> None:
        await args.ack()
        await self._delivery.pause(args)
        await self._update_modal(args, await self._refreshed_menu(args))

    async def on_resume(self, args: AsyncArgs) -> None:
        await args.ack()
        await self._delivery.resume(args)
        await self._update_modal(args, await self._refreshed_menu(args))

    async def room_options(self, args: AsyncArgs) -> None:
        rooms, typed = self._questions.snapshot.schedule.room_by_id, args.payload["value"]
        found = named(typed, {room.id: room.place for room in rooms.values()}, OPTIONS)
        await args.ack(options=form_views.room_options([rooms[one] for one in found], typed))

    async def target_options(self, args: AsyncArgs) -> None:
        schedule, typed = self._questions.snapshot.schedule, args.payload["value"]
        rooms = {room.id: room.place for room in schedule.rooms}
        tracks = {track.id: track.title for track in schedule.tracks}
        found = ([(id, names[id]) for id in named(typed, names, OPTIONS)] for names in (rooms, tracks))
        await args.ack(option_groups=form_views.target_options(*found))

    async def _menu(self, args: AsyncArgs, talk: Talk | None) -> View:
        paused = await self._delivery.is_paused(args)
        return organise_messages.organiser_menu(
            self._questions.snapshot.schedule, self._questions.now, talk, paused=paused
        )

    async def _refreshed_menu(self, args: AsyncArgs) -> View:
        """The menu that something was pressed in, as it is now."""
        talk = self._questions.snapshot.schedule.talk_by_id.get(args.body["view"]["private_metadata"])
        return await self._menu(args, talk)

    async def _plan(self, args: AsyncArgs, form: OrganiserForm, snapshot: Snapshot | None = None) -> ActionPlan:
        """What the form comes to; raises as `parse_action` does. It takes a while for a whole day of hundreds."""
        snapshot = snapshot or self._questions.snapshot
        plan = await asyncio.to_thread(_build_plan, form, snapshot, self._questions)
        return replace(plan, notified=await self._notified(args, plan))

    async def _notified(self, args: AsyncArgs, plan: ActionPlan) -> str:
        news = change_notices.notices_for(
            change_notices.not_over(schedule_changes(plan.before, plan.after), self._questions.now)
        )
        if not news:
            return organise_messages.silent_text()
        audience = await self._database.read(change_notices.count_notice_audience, news)
        takes, paused = self._delivery.time_to_send(audience.size), await self._delivery.is_paused(args)
        return organise_messages.notified_text(audience.people, audience.channels, takes, paused=paused)

    async def _publish_plan(self, args: AsyncArgs, plan: ActionPlan, on: Snapshot) -> View:
        by = args.context.user_id or ""
        await self._editor.apply(plan.action.overrides, plan.action.description, by, on)
        self._delivery.wake()
        return organise_messages.done_view(
            plan.action.description, plan.notified, await self._number_of(plan.action, by)
        )

    async def _number_of(self, action: OrganiserAction, by: str) -> int:
        """Of the amendment that was just made; 0 when it is not among the last any more."""
        made = (one.id for one in await self._recent_overrides() if (one.by, one.edits) == (by, action.overrides))
        return next(made, 0)

    async def _recent_overrides(self) -> Sequence[StoredOverride]:
        return await self._database.read(repository.recent_overrides, organise_messages.MAX_CHANGES)

    async def _changes(self) -> View:
        made = [
            OrganiserChange(one.id, self._questions.conference_at(one.at), one.by, one.action, one.undone_by)
            for one in await self._recent_overrides()
        ]
        return organise_messages.changes_view(made, self._questions.snapshot.schedule.conference)

    async def _update_modal(self, args: AsyncArgs, view: dict[str, Any]) -> None:
        """In the place of the modal that something was pressed in."""
        await args.client.views_update(view_id=args.body["view"]["id"], view=view)


def _build_plan(form: OrganiserForm, snapshot: Snapshot, questions: QuestionService) -> ActionPlan:
    before = snapshot.schedule
    deed = parse_action(form, before, questions.now)
    after = merge_overrides(before, deed.overrides).schedule
    clashes = new_clashes(before, after, [edit.talk for edit in deed.overrides])
    return ActionPlan(form, deed, before, after, snapshot.revision, clashes)
