"""Show and change a person's settings: the time of reminders, the morning digest, recordings in the evening."""

from dataclasses import dataclass

from bot.blockkit import action_ids
from bot.handlers.home.home_view import preferences_message
from bot.handlers.presenter import Presenter
from bot.handlers.user_data import UserData
from bot.slack.request import SlackRequest, respond
from bot.slack.routing import on_action, on_subcommand


@dataclass(frozen=True, slots=True)
class PreferenceHandlers:
    user_data: UserData
    presenter: Presenter

    @on_subcommand("settings")
    @on_action(action_ids.SETTINGS)
    async def on_settings(self, request: SlackRequest) -> None:
        """`/qcon settings`, [Settings]"""
        message = preferences_message(await self.user_data.preferences(request))
        await self.presenter.show_message(request, message, title="Settings")

    @on_action(action_ids.REMIND_ME)
    async def on_remind_me(self, request: SlackRequest) -> None:
        """[Me, about my saved talks]"""
        await self.remind_me(request)

    async def remind_me(self, request: SlackRequest, lead: int | None = None) -> None:
        """`/qcon remind me`, typed or pressed: turn reminders on, `lead` minutes before a talk if that was typed."""
        chosen_lead = {"lead": lead} if lead else {}
        message = preferences_message(await self.user_data.choose(request, reminded=True, **chosen_lead))
        if request.typed is not None:
            await respond(request, message)
        else:
            await self.presenter.refresh_after_action(request, message, replace=True)

    @on_action(action_ids.CHOOSE_LEAD)
    async def on_lead_selected(self, request: SlackRequest) -> None:
        choices = (
            {"reminded": False} if request.selected == "off" else {"reminded": True, "lead": int(request.selected)}
        )
        chosen = await self.user_data.choose(request, **choices)
        await self.presenter.refresh_after_action(request, preferences_message(chosen), replace=True)

    @on_action(action_ids.CHOOSE_DIGEST, action_ids.CHOOSE_CATCH_UP)
    async def on_switched(self, request: SlackRequest) -> None:
        """[On] or [Off] in the menu of the morning digest, or of recordings in the evening."""
        name = "digest" if request.payload["action_id"] == action_ids.CHOOSE_DIGEST else "catch_up"
        chosen = await self.user_data.choose(request, **{name: request.selected == "on"})
        await self.presenter.refresh_after_action(request, preferences_message(chosen), replace=True)
