"""The schedule changes while the bot runs: notices, `/qcon changes`, and questions at that very moment."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import cycle
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot.app import RunningBot, run_single
from bot.db.database import Transaction
from bot.db.tables import AGENDA, PEOPLE
from bot.delivery import enqueue, recipients_repository
from bot.delivery.recipients_repository import Subscription
from bot.fake_slack import FakeSlack
from bot.fake_slack.models import ORGANISER, SlackMessage
from bot.schedule.models import Schedule
from bot.schedule.overrides import override_of
from bot.schedule.yaml.dump import schedule_yaml
from tests.end_to_end.conftest import World, settings_for
from tests.schedules import a_room, a_schedule, a_speaker, a_talk, a_track, london

EVERYONE = 1_000

REVISIONS = 12  # while people ask

MICRO, LANGUAGES, FLEMING = a_track("Microservices"), a_track("Languages"), a_room("Fleming", "")

FLOWS = a_talk("Event Flows", "10:45", track=MICRO, room=FLEMING, speakers=(a_speaker("Ann"),))

OTHERS = [a_talk(f"Other {n}", "15:00", track=LANGUAGES, room=a_room(f"Room {n}")) for n in range(5)]

AS_PLANNED = a_schedule(FLOWS, *OTHERS)

LATER = replace(FLOWS, start=london("11:00"), end=london("11:50"), room=a_room("Whittle", ""))

MOVED = a_schedule(LATER, *OTHERS)

NOTICE = "Moved: *now 11:00, Whittle* · Event Flows · Ann (was 10:45, Fleming)"


@dataclass
class Crowd:
    """A workspace full of people, and a schedule file that the bot watches."""

    slack: FakeSlack
    bot: RunningBot
    file: Path
    people: list[str]  # ids
    channels: dict[str, str] = field(default_factory=dict)  # name -> id

    @property
    def workspace(self) -> str:
        return self.slack.workspace.team_id

    async def saves(self, people: Iterable[str], talk: str, *, reminded: bool = True, lead: int = 10) -> None:
        saved = [{"workspace": self.workspace, "person": one, "talk": talk} for one in people]
        chosen = {"workspace": self.workspace, "reminded": reminded, "lead": lead, "digest": False, "zone": ""}
        direct = self.slack.workspace.direct

        async def seed(tx: Transaction) -> None:
            now, bot = await tx.now(), self.slack.workspace.bot.id
            await tx.execute(insert(AGENDA), [one | {"saved_at": now} for one in saved])
            rows = [{"person": one["person"], "channel": direct(bot, one["person"]).id} for one in saved]
            await tx.execute(insert(PEOPLE), [chosen | row | {"changed_at": now} for row in rows])

        await self.bot.database.write(seed)

    async def unsaves(self, people: Iterable[str], talk: str) -> None:
        for one in people:
            await self.bot.database.write(recipients_repository.unsave, self.workspace, one, talk)

    async def follows(self, name: str, track: str = "", room: str = "", lead: int = 10) -> None:
        made = self.slack.workspace.add_conversation(name, members=[self.slack.workspace.bot.id])
        self.channels[name] = made.id
        wanted = Subscription(self.workspace, made.id, lead, "U9", track, room)
        await self.bot.database.write(recipients_repository.add_subscription, wanted)

    async def is_reminded_at_once(self, conversation: str) -> None:
        """Enqueue reminders that are already due, as for people who ask for them late."""
        now = self.bot.clock.conference_now()
        assert await self.bot.database.write(enqueue.enqueue_for_conversation, self.workspace, conversation, now)

    async def first_in(self, name: str, within_s: float = 20) -> SlackMessage:
        """Wait for the first delivery in this channel."""
        messages = self.slack.workspace.conversation(name).messages

        def first() -> SlackMessage | None:
            return next((one for one in messages.values() if one.delivery_id), None)

        found: SlackMessage = await self.slack.workspace.wait_until(first, within_s)
        return found

    def becomes(self, schedule: Schedule) -> None:
        self.file.write_bytes(schedule_yaml(schedule))

    def told(self, text: str) -> Counter[str]:
        """The number of copies of this message per person or channel, by id."""
        bot, conversations = self.slack.workspace.bot.id, self.slack.workspace.conversations
        there = [conversations[one.channel] for one in self.slack.deliveries() if one.text == text]
        return Counter(
            next(member for member in one.members if member != bot) if one.kind == "im" else one.id for one in there
        )

    async def until(self, number: int, text: str) -> None:
        await self.slack.workspace.wait_until(lambda: self.told(text).total() >= number, 60)


@pytest.fixture
async def crowd(tmp_path: Path) -> AsyncIterator[Crowd]:
    async with FakeSlack.serving() as slack:
        file = tmp_path / "schedule.yaml"
        file.write_bytes(schedule_yaml(AS_PLANNED))
        team = slack.workspace.add_conversation("organisers", "private", [ORGANISER.id, slack.workspace.bot.id])
        settings = replace(settings_for(slack, tmp_path), schedule=str(file), organisers_channel=team.id)
        async with run_single(replace(settings, rate_per_minute=100_000)) as bot:
            slack.connect(f"{bot.url}/slack/events")
            yield Crowd(slack, bot, file, list(slack.add_people(EVERYONE)))


async def test_a_notice_reaches_exactly_those_it_should(crowd: Crowd) -> None:
    savers, elsewhere, unsavers = crowd.people[:800], crowd.people[800:850], crowd.people[850:900]
    silent, reminded = crowd.people[900:950], crowd.people[950]  # the rest saved nothing
    await crowd.saves(savers, "event-flows")
    await crowd.saves(elsewhere, "other-1")
    await crowd.saves(unsavers, "event-flows")
    await crowd.unsaves(unsavers, "event-flows")
    await crowd.saves(silent, "event-flows", reminded=False)
    await crowd.saves([reminded], "event-flows", lead=30)
    await crowd.follows("everything")
    await crowd.follows("of-the-track", track="microservices")
    await crowd.follows("of-the-room", room="fleming")
    await crowd.follows("of-another-track", track="languages")
    await crowd.follows("reminded", lead=30)
    await crowd.is_reminded_at_once(reminded)
    await crowd.is_reminded_at_once(crowd.channels["reminded"])
    crowd.bot.worker.wake()
    await crowd.until(2, "*10:45 · Fleming* · Event Flows · Ann")  # half an hour before, and no sooner
    await crowd.unsaves([reminded], "event-flows")
    await crowd.bot.database.write(
        recipients_repository.end_subscriptions, crowd.workspace, crowd.channels["reminded"], "off"
    )

    crowd.becomes(MOVED)
    expected = {*savers, reminded, *(crowd.channels[name] for name in ("everything", "of-the-track", "of-the-room"))}
    expected.add(crowd.channels["reminded"])
    await crowd.until(len(expected) + 2, NOTICE)  # the two reminders say so too, by now
    olivia = crowd.slack.person(ORGANISER.id)
    summary = await olivia.sees("organisers", "Revision 2")
    assert summary.text.endswith(": 1 moved. 801 people and 4 channels are told.")
    await asyncio.sleep(1)  # whatever else may come
    edited = Counter([reminded, crowd.channels["reminded"]])
    assert crowd.told(NOTICE) == Counter(expected) + edited
    assert len(crowd.slack.deliveries()) == len(expected) + 2 + 1
    assert crowd.slack.journal.duplicates() == {}


async def test_everyone_can_look_up_what_changed(crowd: Crowd) -> None:
    amara = crowd.slack.person("amara")
    assert (await amara.ask("/qcon changes")).text.startswith("Nothing has changed since Tue 5 March 10:2")
    await crowd.follows("everything")
    crowd.becomes(a_schedule(LATER, *(a_talk(f"New {n}", "16:00") for n in range(3)), *OTHERS[1:]))
    notice = await crowd.first_in("everything")
    assert notice.text.splitlines() == [
        NOTICE,
        "Cancelled: Other 0 (was 15:00, Room 0)",
        *[f"New: *16:00* · New {n}" for n in range(3)],
    ]
    told = (await amara.ask("/qcon changes")).text.splitlines()
    assert told[0].startswith("*5 talks have changed since Tue 5 March 10:2")
    assert told[1:] == notice.text.splitlines()


async def test_of_very_many_changes_the_notice_leads_to_all(crowd: Crowd) -> None:
    await crowd.follows("everything")
    crowd.becomes(a_schedule(FLOWS, *OTHERS, *(a_talk(f"New {n}", "11:05") for n in range(20))))
    notice = await crowd.first_in("everything")
    assert notice.text.splitlines()[-1] == "and 12 more changes"
    amara = crowd.slack.person("amara")
    crowd.slack.workspace.join(crowd.slack.workspace.conversation("everything"), amara.id)
    await amara.click(notice, "all-changes")
    assert "New: *11:05* · New 19" in (await amara.sees("everything", "20 talks have changed")).text


async def test_who_asks_while_the_schedule_changes_is_answered_from_one_revision(world: World) -> None:
    """Every title has its version's number: no answer may mix two, and none may be missing."""
    people, conference = (
        list(world.slack.add_people(100)),
        world.bot.live_schedule,
    )  # whose coming is no crowd by itself
    for one in people:
        world.slack.workspace.join(world.slack.workspace.conversation("general"), one)
    titles = {talk.id: talk.title for talk in conference.current.schedule.talks}
    answered: list[set[str]] = []

    asking = cycle(people)  # nobody in a rush

    async def ask_on() -> None:
        while conference.current.revision < REVISIONS:
            told = await world.slack.person(next(asking)).ask("/qcon today", within_s=20)
            assert told.text.startswith("*5 talks")
            answered.append(set(re.findall(r"Take (\d+) ", told.text)))

    async def changes() -> None:
        while True:
            edition = conference.current
            take = edition.revision + 1
            edits = [override_of(talk, title=f"Take {take} {titles[talk.id]}") for talk in edition.schedule.talks]
            await conference.apply(edits, f"take {take}", "U9", on=edition)

    await conference.apply(
        [override_of(talk, title=f"Take 2 {talk.title}") for talk in conference.current.schedule.talks],
        "take 2",
        "U9",
        on=conference.current,
    )
    changing = asyncio.create_task(changes())
    await asyncio.gather(*(ask_on() for _ in range(12)))
    changing.cancel()
    with suppress(asyncio.CancelledError):
        await changing
    assert len(answered) > 100
    assert {len(takes) for takes in answered} == {1}
    assert len(set().union(*answered)) > REVISIONS / 2
