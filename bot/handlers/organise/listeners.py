"""Listen to organisers who run the day: choose an action, fill in its form, confirm the plan, undo.

Also, when a version of the schedule's source was refused, an organiser may use it anyway.
"""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.blockkit import action_ids
from bot.blockkit.blocks import OPTIONS, section
from bot.db.database import Database
from bot.delivery import alert_messages, change_notices
from bot.delivery.pauses import DeliveryControl
from bot.handlers.organise import form_views, messages, practical
from bot.handlers.organise.form import Action, OrganiserForm, parse_action
from bot.handlers.organise.messages import ActionPlan
from bot.handlers.presenter import Presenter, View
from bot.handlers.request_context import RequestContext
from bot.live_schedule import repository
from bot.live_schedule.current import LiveSchedule, Snapshot
from bot.live_schedule.repository import StoredOverride
from bot.questions.models import Reader
from bot.schedule.diff import schedule_changes
from bot.schedule.models import Talk
from bot.schedule.organiser_actions import OrganiserAction, new_clashes
from bot.schedule.overrides import merge_overrides
from bot.search.autocomplete import named_like
from bot.slack.request import (
    SlackRequest,
    ack_with_next_view,
    ack_with_view,
    form_values,
    replace_pressed,
    replace_view,
    respond,
)
from bot.slack.routing import on_action, on_options, on_subcommand, on_view
from bot.slack.users import Users, for_organisers

OUTDATED_TEXT = "The schedule has changed in the meantime. Please check again."


@dataclass(frozen=True, slots=True)
class OrganiseHandlers:
    context: RequestContext
    users: Users
    presenter: Presenter
    live_schedule: LiveSchedule
    database: Database
    delivery: DeliveryControl

    @on_subcommand("organise")
    @for_organisers
    async def on_command(self, request: SlackRequest) -> None:
        """`/qcon organise`, or `/qcon organise <words>` for one session."""
        words = request.arguments
        talks = self.context.talk_search.matches(words).talks if words else ()
        talk = talks[0] if len(talks) == 1 else None
        if "trigger_id" not in request.body:  # a message cannot open a modal
            await respond(request, messages.menu_offer(talk))
            return
        view = await self._menu(request, talk)
        await request.ack()
        await request.client.views_open(trigger_id=request.trigger_id, view=view)

    @on_action(action_ids.ORGANISE_MENU)
    @for_organisers
    async def on_menu_button(self, request: SlackRequest) -> None:
        """[Organise…], alone or for one session."""
        talk = self.context.find_talk(request.value) if request.payload.get("value") else None
        await self.presenter.open_modal(request, await self._menu(request, talk))

    @on_action(action_ids.ORGANISE, action_ids.ORGANISE_FOUND)
    @for_organisers
    async def on_talk_selected(self, request: SlackRequest) -> None:
        """A session was chosen, or [Organise…] was pressed on its card: the menu takes the card's place."""
        await replace_view(request, await self._menu(request, self.context.selected_talk(request)))

    @on_action(action_ids.ORGANISER_ACTION)
    @for_organisers
    async def on_action_selected(self, request: SlackRequest) -> None:
        """Open the form of the action; an action without a form is confirmed at once."""
        name, _, talk_id = request.value.partition(" ")
        action, number = Action(name), secrets.token_hex(4)
        talk = self.context.find_talk(talk_id) if talk_id else None
        view = form_views.action_form(action, talk, self.context.snapshot.schedule, self.context.now, number)
        if view is None:
            view = messages.confirm_view(await self._plan(request, OrganiserForm(action, talk_id, number)))
        await self.presenter.open_modal(request, view)

    @on_view(action_ids.ACTION_FORM)
    @for_organisers
    async def on_form_submitted(self, request: SlackRequest) -> None:
        """Show the plan over the form."""
        view = request.view
        form = replace(OrganiserForm.from_json(view["private_metadata"]), fields=form_values(view))
        await ack_with_next_view(request, messages.confirm_view(await self._plan(request, form)))

    @on_view(action_ids.ACTION_CONFIRM)
    @for_organisers
    async def on_confirmed(self, request: SlackRequest) -> None:
        """Publish the plan; where the schedule has changed since it was shown, show the new plan instead."""
        form, revision = messages.confirmed_form(request.view["private_metadata"])
        snapshot = self.context.snapshot
        plan = await self._plan(request, form, snapshot)
        if revision == snapshot.revision:
            publishing = self._publish(request, plan.action, plan.notified, snapshot)
            await ack_with_view(request, publishing, messages.working_view())
        else:
            await request.ack(response_action="update", view=messages.confirm_view(plan, OUTDATED_TEXT))

    @on_action(action_ids.PRACTICAL)
    @for_organisers
    async def on_practical_answers(self, request: SlackRequest) -> None:
        """[Practical answers…]"""
        await self.presenter.open_modal(request, practical.practical_form(self.context.snapshot.schedule))

    @on_view(action_ids.PRACTICAL_FORM)
    @for_organisers
    async def on_answers_submitted(self, request: SlackRequest) -> None:
        """Set the answers at once: nobody is notified, so there is nothing to confirm."""
        snapshot, view = self.context.snapshot, request.view
        action = practical.parse_answers(form_values(view), view["private_metadata"], snapshot.schedule)
        publishing = self._publish(request, action, messages.SILENT_TEXT, snapshot)
        await ack_with_view(request, publishing, messages.working_view())

    @on_action(action_ids.LIST_CHANGES)
    @for_organisers
    async def on_list_changes(self, request: SlackRequest) -> None:
        await self.presenter.open_modal(request, await self._changes())

    @on_action(action_ids.UNDO)
    @for_organisers
    async def on_undo(self, request: SlackRequest) -> None:
        """Undo an action, in the list of changes or in a message."""
        number, before = int(request.value), self.live_schedule.current.schedule
        after = (await self.live_schedule.undo(number, request.user)).schedule
        self.delivery.wake()
        undone = [change for change in await self._recent_overrides() if change.id == number]
        result = "".join(messages.undone_text(change, before, after) for change in undone)
        if request.view["callback_id"] == action_ids.CHANGES:
            await replace_view(request, await self._changes(result))
        else:
            await replace_view(request, messages.final_view("Undone", [section(result or "Undone.")]))

    @on_action(action_ids.PAUSE_HERE, action_ids.RESUME_HERE)
    @for_organisers
    async def on_pause_or_resume(self, request: SlackRequest) -> None:
        """[Pause all sending], [Resume sending]"""
        paused = request.payload["action_id"] == action_ids.PAUSE_HERE
        await self.delivery.set_paused(request.workspace, request.user, paused=paused)
        talk = self.context.snapshot.schedule.talk_by_id.get(request.view["private_metadata"])
        await replace_view(request, await self._menu(request, talk))

    @on_action(action_ids.USE_SOURCE)
    @for_organisers
    async def on_use_anyway(self, request: SlackRequest) -> None:
        """[Use it anyway]"""
        snapshot = await self.live_schedule.use_anyway(int(request.value), request.user)
        message = alert_messages.used_anyway_message(snapshot.revision, request.user)
        if request.is_in_modal:
            await replace_view(request, messages.final_view("Done", message.blocks))
        else:
            await replace_pressed(request, message)

    @on_options(action_ids.ROOM_FOUND)
    async def room_options(self, request: SlackRequest) -> None:
        rooms = named_like(request.value, self.context.snapshot.schedule.rooms, lambda room: room.place, OPTIONS)
        await request.ack(options=form_views.room_options(rooms, request.value))

    @on_options(action_ids.TARGET_FOUND)
    async def target_options(self, request: SlackRequest) -> None:
        schedule, typed = self.context.snapshot.schedule, request.value
        rooms = named_like(typed, schedule.rooms, lambda room: room.place, OPTIONS)
        tracks = named_like(typed, schedule.tracks, lambda track: track.title, OPTIONS)
        await request.ack(option_groups=form_views.target_options(rooms, tracks))

    async def _menu(self, request: SlackRequest, talk: Talk | None) -> View:
        paused = await self.delivery.is_paused(request.workspace)
        rejected = await self.database.read(repository.rejected_version)
        question = alert_messages.rejected_alert(rejected.because, rejected.number) if rejected else None
        ctx = self.context.render_context_of(Reader())  # in the venue's time
        return messages.organiser_menu(ctx, talk, question, paused=paused)

    async def _plan(self, request: SlackRequest, form: OrganiserForm, snapshot: Snapshot | None = None) -> ActionPlan:
        """The plan of a filled-in form; raises as `parse_action` does.

        It leaves the event loop, since a day of hundreds of talks takes a while.
        """
        snapshot = snapshot or self.context.snapshot
        plan = await asyncio.to_thread(_build_plan, form, snapshot, self.context)
        return replace(plan, notified=await self._notified(request, plan))

    async def _notified(self, request: SlackRequest, plan: ActionPlan) -> str:
        """A sentence on who will be notified of the plan."""
        notices = change_notices.notices_for(
            change_notices.not_over(schedule_changes(plan.before, plan.after), self.context.now)
        )
        if not notices:
            return messages.SILENT_TEXT
        audience = await self.database.read(change_notices.count_notice_audience, notices)
        return messages.notified_text(audience, await self.delivery.pace(request.workspace, audience.size))

    async def _publish(self, request: SlackRequest, action: OrganiserAction, notified: str, on: Snapshot) -> View:
        await self.live_schedule.apply(action.overrides, action.description, request.user, on)
        self.delivery.wake()
        change = await self._change_number(action, request.user)
        return messages.done_view(action.description, notified, change)

    async def _change_number(self, action: OrganiserAction, by: str) -> int:
        """The number of the change that was just made; 0 when it is no longer among the latest."""
        changes = await self._recent_overrides()
        return next((change.id for change in changes if (change.by, change.edits) == (by, action.overrides)), 0)

    async def _recent_overrides(self) -> Sequence[StoredOverride]:
        return await self.database.read(repository.recent_overrides, messages.MAX_CHANGES)

    async def _changes(self, result: str = "") -> View:
        changes = [
            replace(change, at=self.context.conference_at(change.at)) for change in await self._recent_overrides()
        ]
        return messages.changes_view(changes, self.context.snapshot.schedule.conference, result)


def _build_plan(form: OrganiserForm, snapshot: Snapshot, context: RequestContext) -> ActionPlan:
    before = snapshot.schedule
    action = parse_action(form, before, context.now)
    after = merge_overrides(before, action.overrides).schedule
    clashes = new_clashes(before, after, [edit.talk for edit in action.overrides])
    return ActionPlan(form, action, before, after, snapshot.revision, clashes)
