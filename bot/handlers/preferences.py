"""A person's settings: when to be reminded, and whether the day begins with a digest."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.blockkit import action_ids
from bot.blockkit.blocks import Message
from bot.delivery.recipients_repository import Preferences
from bot.handlers.attendees import UserData
from bot.handlers.home import home_view
from bot.handlers.presenter import Presenter
from bot.slack.request_guard import RequestGuard
from bot.slack.responses import respond_to_command


class PreferenceHandlers:
    def __init__(self, user_data: UserData, presenter: Presenter) -> None:
        self._user_data = user_data
        self._presenter = presenter

    def register(self, app: AsyncApp, guard: RequestGuard) -> None:
        app.action(action_ids.SETTINGS)(guard.wrap(self.on_button))
        app.action(action_ids.CHOOSE_LEAD)(guard.wrap(self.on_lead_selected))
        app.action(action_ids.CHOOSE_DIGEST)(guard.wrap(self.on_digest_selected))

    async def on_command(self, args: AsyncArgs) -> None:
        """`/qcon settings`"""
        await respond_to_command(args, _settings_message(await self._user_data.preferences(args)))

    async def on_remind_me(self, args: AsyncArgs) -> None:
        """`/qcon remind me`, typed or pressed."""
        if "command" in args.body:
            await respond_to_command(args, _settings_message(await self._user_data.enable_reminders(args)))
        else:
            await args.ack()
            await self._presenter.refresh_after_action(
                args, _settings_message(await self._user_data.enable_reminders(args)), replace=True
            )

    async def on_button(self, args: AsyncArgs) -> None:
        await args.ack()
        await self._presenter.show_message(args, _settings_message(await self._user_data.preferences(args)))

    async def on_lead_selected(self, args: AsyncArgs) -> None:
        await args.ack()
        lead = args.payload["selected_option"]["value"]
        chosen = (
            self._user_data.disable_reminders(args)
            if lead == "off"
            else self._user_data.enable_reminders(args, int(lead))
        )
        await self._presenter.refresh_after_action(args, _settings_message(await chosen), replace=True)

    async def on_digest_selected(self, args: AsyncArgs) -> None:
        await args.ack()
        wanted = args.payload["selected_option"]["value"] == "on"
        await self._presenter.refresh_after_action(
            args, _settings_message(await self._user_data.set_digest(args, wanted=wanted)), replace=True
        )


def _settings_message(preferences: Preferences) -> Message:
    return home_view.preferences_message(preferences.lead if preferences.reminded else None, preferences.digest)
