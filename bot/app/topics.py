"""Everything the bot listens to, by topic of conversation."""

from collections.abc import Callable
from typing import Protocol

from slack_bolt.async_app import AsyncApp

from bot.clock import Clock
from bot.conference.running import RunningConference
from bot.handlers.agenda import Agendas
from bot.handlers.announce import Announce
from bot.handlers.attendees import Attendees
from bot.handlers.boundary import Boundary
from bot.handlers.calendar import Calendars
from bot.handlers.changes import Changes
from bot.handlers.choices import PersonalChoices
from bot.handlers.command import Command, Topics
from bot.handlers.conversation import Conversations
from bot.handlers.desk import Desk
from bot.handlers.feedback import Feedback
from bot.handlers.finding import Finding
from bot.handlers.home import Home
from bot.handlers.notebook import Notebook
from bot.handlers.organise import Organise
from bot.handlers.people import People
from bot.handlers.personal import Personal
from bot.handlers.report import Reports
from bot.handlers.schedule import Schedules
from bot.handlers.sending import Sending
from bot.handlers.sharing import Sharing
from bot.handlers.subscriptions import Subscriptions
from bot.handlers.surfaces import Surfaces
from bot.handlers.talks import Talks
from bot.handlers.welcome import Welcome
from bot.reminders.rhythm import Rhythm
from bot.reminders.subscribers import Subscribers
from bot.settings import Settings
from bot.store.database import Database
from bot.store.impatient import Impatient
from bot.telemetry.metrics import Metrics


class Topic(Protocol):
    """What people talk with the bot about, or press."""

    def listen(self, app: AsyncApp, boundary: Boundary) -> None: ...


def topics(
    settings: Settings,
    clock: Clock,
    database: Database,
    prompt: Impatient,
    notebook: Notebook,
    conference: RunningConference,
    metrics: Metrics,
    wake: Callable[[], None],
) -> tuple[Topic, ...]:
    """All of them; `wake` tells the courier that there is something to deliver."""
    people = People(settings, clock)
    desk = Desk(conference, clock, notebook, people, metrics, settings.command)
    subscribers = Subscribers(prompt, clock, conference)
    attendees = Attendees(prompt, subscribers)
    surfaces = Surfaces(desk, attendees, settings.public_url)
    choices, mine = PersonalChoices(attendees, surfaces), Personal(prompt)
    agendas, calendars = Agendas(desk, attendees, surfaces), Calendars(surfaces, prompt)
    feedback, welcome = Feedback(desk, attendees, people, surfaces), Welcome(prompt, desk, wake)
    subscriptions = Subscriptions(desk, people, subscribers, choices.remind_me)
    changes, sending = Changes(desk, surfaces, conference, clock), Sending(subscribers, Rhythm.of(settings), wake)
    organise = Organise(desk, people, surfaces, conference, database, sending)
    called = Topics(
        agenda=agendas.shown,
        calendar=calendars.asked,
        changes=changes.asked,
        feedback=feedback.asked,
        my_data=mine.asked,
        organise=organise.asked,
        remind=subscriptions.asked,
        report=Reports(desk, people, database).asked,
        save=agendas.save_asked,
        settings=choices.asked,
        unsave=agendas.unsave_asked,
    )
    asking = (Command(desk, called), Conversations(desk), Talks(desk, surfaces), Finding(desk, surfaces), changes)
    personal = (agendas, choices, calendars, feedback, mine, Sharing(desk, attendees, surfaces))
    meeting = (Home(surfaces, welcome), welcome, subscriptions)
    running = (organise, Announce(desk, people, surfaces, database, sending), Schedules(conference, people))
    return (*asking, *personal, *meeting, *running)
