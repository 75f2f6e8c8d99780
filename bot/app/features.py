"""The features of the bot, built by plain constructor calls."""

from dataclasses import dataclass

from bot.clock import Clock
from bot.db.database import CircuitBreakerDatabase, Database
from bot.delivery.models import POST
from bot.delivery.rate_limits import DeliveryConfig, DeliveryControl
from bot.delivery.worker import Worker
from bot.handlers.agenda.listeners import AgendaHandlers, SharingHandlers
from bot.handlers.announce.listeners import AnnounceHandlers
from bot.handlers.ask.listeners import QuestionHandlers, TalkHandlers
from bot.handlers.ask.repository import WriteBehind
from bot.handlers.ask.service import QuestionService
from bot.handlers.calendar.feeds import CalendarHandlers
from bot.handlers.feedback.listeners import FeedbackHandlers
from bot.handlers.home.listeners import FinderHandlers, HomeHandlers, PreferenceHandlers, WelcomeHandlers
from bot.handlers.my_data import MyDataHandlers
from bot.handlers.organise.listeners import OrganiseHandlers
from bot.handlers.plan.listeners import PlanHandlers
from bot.handlers.plan.service import PlanService
from bot.handlers.presenter import Presenter
from bot.handlers.recent_changes import RecentChanges
from bot.handlers.report.listeners import ReportHandlers
from bot.handlers.request_context import RequestContext
from bot.handlers.subscriptions.listeners import SubscriptionHandlers
from bot.handlers.user_data import UserData
from bot.live_schedule.current import LiveSchedule
from bot.settings import Settings
from bot.slack.client import Identity, SlackClient
from bot.slack.limits import Deduplicator
from bot.slack.routing import subcommands_of
from bot.slack.users import Users
from bot.supervisor import Supervisor
from bot.telemetry.metrics import Metrics


@dataclass(frozen=True, slots=True)
class ListenerDeps:
    """The parts that the listeners need."""

    clock: Clock
    database: Database
    interactive_db: CircuitBreakerDatabase
    live_schedule: LiveSchedule
    worker: Worker
    client: SlackClient
    identity: Identity
    supervisor: Supervisor


def build_features(
    settings: Settings, deps: ListenerDeps, write_behind: WriteBehind, deduplicator: Deduplicator, metrics: Metrics
) -> tuple[object, ...]:
    """Build every feature, to be registered by `bot.slack.routing.register`.

    `settings.workspace` is the workspace that the bot's token is of. `deps.interactive_db` gives up soon when the database
    is away, so that people get an answer in time.
    """
    clock, live_schedule, wake = deps.clock, deps.live_schedule, deps.worker.wake
    database, interactive_db = deps.database, deps.interactive_db
    users = Users(settings)
    context = RequestContext(live_schedule, clock, users, settings.command)
    questions = QuestionService(context, write_behind, metrics)
    welcome = WelcomeHandlers(interactive_db, context, wake)
    user_data = UserData(interactive_db, clock, users, welcome.welcome_person)
    plans = PlanService(context, user_data)
    presenter = Presenter(context, user_data, plans, questions, settings.public_url)
    delivery = DeliveryControl(interactive_db, DeliveryConfig.from_settings(settings).interval(POST), wake)

    preferences = PreferenceHandlers(user_data, presenter)
    features = (
        FinderHandlers(context, presenter),
        RecentChanges(context, user_data, presenter, live_schedule),
        AgendaHandlers(context, user_data, presenter),
        PlanHandlers(context, user_data, plans, presenter),
        preferences,
        CalendarHandlers(context, presenter, interactive_db, settings.public_url),
        FeedbackHandlers(context, user_data, interactive_db, users, presenter),
        MyDataHandlers(interactive_db),
        SharingHandlers(context, user_data, presenter, deduplicator),
        HomeHandlers(presenter, welcome),
        welcome,
        SubscriptionHandlers(context, users, interactive_db, delivery, preferences.on_remind_me),
        OrganiseHandlers(context, users, presenter, live_schedule, database, delivery),
        ReportHandlers(context, users, presenter, database),
        AnnounceHandlers(context, users, presenter, database, delivery),
    )
    return (
        QuestionHandlers(context, questions, user_data, subcommands_of(features), deduplicator),
        TalkHandlers(context, questions, presenter, deduplicator),
        *features,
    )
