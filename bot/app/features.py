"""Everything the bot listens to, by topic of conversation."""

from collections.abc import Callable
from typing import Protocol

from slack_bolt.async_app import AsyncApp

from bot.clock import Clock
from bot.db.circuit_breaker import CircuitBreakerDatabase
from bot.db.database import Database
from bot.delivery.rate_limits import DeliveryConfig
from bot.delivery.recipients import SubscriptionService
from bot.handlers.agenda.listeners import AgendaHandlers, SharingHandlers
from bot.handlers.announce.listeners import AnnounceHandlers
from bot.handlers.ask.listeners import CommandHandlers, ConversationHandlers, Subcommands, TalkHandlers
from bot.handlers.ask.write_behind import WriteBehind
from bot.handlers.attendees import UserData
from bot.handlers.calendar.listeners import CalendarHandlers
from bot.handlers.feedback.listeners import FeedbackHandlers
from bot.handlers.home.listeners import FinderHandlers, HomeHandlers, WelcomeHandlers
from bot.handlers.my_data import MyDataHandlers
from bot.handlers.organise.listeners import DeliveryControl, OrganiseHandlers, SourceHandlers
from bot.handlers.preferences import PreferenceHandlers
from bot.handlers.presenter import Presenter
from bot.handlers.recent_changes import RecentChanges
from bot.handlers.report.collect import ReportHandlers
from bot.handlers.request_context import QuestionService
from bot.handlers.subscriptions.listeners import SubscriptionHandlers
from bot.live_schedule.current import LiveSchedule
from bot.settings import Settings
from bot.slack.request_guard import RequestGuard
from bot.slack.users import Users
from bot.telemetry.metrics import Metrics


class Feature(Protocol):
    """What people talk with the bot about, or press."""

    def register(self, app: AsyncApp, guard: RequestGuard) -> None: ...


def register_features(
    settings: Settings,
    clock: Clock,
    database: Database,
    interactive_db: CircuitBreakerDatabase,
    write_behind: WriteBehind,
    live_schedule: LiveSchedule,
    metrics: Metrics,
    wake: Callable[[], None],
) -> tuple[Feature, ...]:
    """All of them; `wake` tells the courier that there is something to deliver."""
    people = Users(settings, clock)
    desk = QuestionService(live_schedule, clock, write_behind, people, metrics, settings.command)
    subscribers = SubscriptionService(interactive_db, clock, live_schedule)
    attendees = UserData(interactive_db, subscribers)
    surfaces = Presenter(desk, attendees, settings.public_url)
    choices, mine = PreferenceHandlers(attendees, surfaces), MyDataHandlers(interactive_db)
    agendas, calendars = AgendaHandlers(desk, attendees, surfaces), CalendarHandlers(surfaces, interactive_db)
    feedback, welcome = FeedbackHandlers(desk, attendees, people, surfaces), WelcomeHandlers(interactive_db, desk, wake)
    subscriptions = SubscriptionHandlers(desk, people, subscribers, choices.on_remind_me)
    changes, sending = (
        RecentChanges(desk, surfaces, live_schedule, clock),
        DeliveryControl(subscribers, DeliveryConfig.from_settings(settings), wake),
    )
    organise = OrganiseHandlers(desk, people, surfaces, live_schedule, database, sending)
    called = Subcommands(
        agenda=agendas.on_agenda_command,
        calendar=calendars.on_command,
        changes=changes.on_command,
        feedback=feedback.on_command,
        my_data=mine.on_command,
        organise=organise.on_command,
        remind=subscriptions.on_command,
        report=ReportHandlers(desk, people, database).on_command,
        save=agendas.on_save_command,
        settings=choices.on_command,
        unsave=agendas.on_unsave_command,
    )
    asking = (
        CommandHandlers(desk, called),
        ConversationHandlers(desk),
        TalkHandlers(desk, surfaces),
        FinderHandlers(desk, surfaces),
        changes,
    )
    personal = (agendas, choices, calendars, feedback, mine, SharingHandlers(desk, attendees, surfaces))
    meeting = (HomeHandlers(surfaces, welcome), welcome, subscriptions)
    running = (
        organise,
        AnnounceHandlers(desk, people, surfaces, database, sending),
        SourceHandlers(live_schedule, people),
    )
    return (*asking, *personal, *meeting, *running)
