"""The schedule changes while the bot runs: notices, `/qcon changes`, and questions at the same moment."""

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

from bot.app.single import RunningBot, run_single
from bot.db.database import Transaction
from bot.db.tables import AGENDA, PEOPLE
from bot.delivery import queue, recipients_repository
from bot.delivery.recipients_repository import Subscription
from bot.fake_slack.workspace import ORGANISER, SlackMessage
from bot.schedule.models import Schedule
from bot.schedule.overrides import override_of
from bot.schedule.yaml.dump import schedule_yaml
from tests.end_to_end.conftest import World, settings_for
from tests.fake_slack.server import SlackForTests
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
class CrowdedWorkspace:
    """A workspace full of people, and a schedule file that the bot watches."""

    slack: SlackForTests
    bot: RunningBot
    file: Path
    people: list[str]  # ids
    channels: dict[str, str] = field(default_factory=dict)  # name -> id

    @property
    def team_id(self) -> str:
        return self.slack.workspace.team_id

    async def saves(self, people: Iterable[str], talk: str, *, reminded: bool = True, lead: int = 10) -> None:
        saved = [{"workspace": self.team_id, "person": person, "talk": talk} for person in people]
        chosen = {"workspace": self.team_id, "reminded": reminded, "lead": lead, "digest": False, "zone": ""}
        direct = self.slack.workspace.direct

        async def seed(tx: Transaction) -> None:
            now, bot = await tx.now(), self.slack.workspace.bot.id
            await tx.execute(insert(AGENDA), [row | {"saved_at": now} for row in saved])
            rows = [{"person": row["person"], "channel": direct(bot, row["person"]).id} for row in saved]
            await tx.execute(insert(PEOPLE), [chosen | row | {"changed_at": now} for row in rows])

        await self.bot.database.write(seed)

    async def unsaves(self, people: Iterable[str], talk: str) -> None:
        for person in people:
            await self.bot.database.write(recipients_repository.unsave, self.team_id, person, talk)

    async def follows(self, name: str, track: str = "", room: str = "", lead: int = 10) -> None:
        made = self.slack.workspace.add_conversation(name, members=[self.slack.workspace.bot.id])
        self.channels[name] = made.id
        wanted = Subscription(self.team_id, made.id, lead, "U9", track, room)
        await self.bot.database.write(recipients_repository.add_subscription, wanted)

    async def is_reminded_at_once(self, conversation: str) -> None:
        """Enqueue reminders that are already due, as for people who ask for them late."""
        now = self.bot.clock.conference_now()
        assert await self.bot.database.write(queue.enqueue_for_conversation, self.team_id, conversation, now)

    async def first_in(self, name: str, within_s: float = 20) -> SlackMessage:
        """Wait for the first delivery in this channel."""
        messages = self.slack.workspace.conversation(name).messages

        def first() -> SlackMessage | None:
            return next((message for message in messages.values() if message.delivery_id), None)

        found: SlackMessage = await self.slack.workspace.wait_until(first, within_s)
        return found

    def becomes(self, schedule: Schedule) -> None:
        self.file.write_bytes(schedule_yaml(schedule))

    def received(self, text: str) -> Counter[str]:
        """The number of copies of this message per person or channel, by id."""
        bot, conversations = self.slack.workspace.bot.id, self.slack.workspace.conversations
        recipients = [conversations[message.channel] for message in self.slack.deliveries() if message.text == text]
        return Counter(
            next(member for member in conversation.members if member != bot)
            if conversation.kind == "im"
            else conversation.id
            for conversation in recipients
        )

    async def until(self, number: int, text: str) -> None:
        await self.slack.workspace.wait_until(lambda: self.received(text).total() >= number, 60)


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[CrowdedWorkspace]:
    async with SlackForTests.serving() as slack:
        file = tmp_path / "schedule.yaml"
        file.write_bytes(schedule_yaml(AS_PLANNED))
        team = slack.workspace.add_conversation("organisers", "private", [ORGANISER.id, slack.workspace.bot.id])
        settings = replace(settings_for(slack, tmp_path), schedule=str(file), organisers_channel=team.id)
        async with run_single(replace(settings, rate_per_minute=100_000)) as bot:
            slack.connect(f"{bot.url}/slack/events")
            yield CrowdedWorkspace(slack, bot, file, list(slack.add_people(EVERYONE)))


async def test_a_notice_reaches_everybody_concerned_and_nobody_else(workspace: CrowdedWorkspace) -> None:
    savers, elsewhere, unsavers = workspace.people[:800], workspace.people[800:850], workspace.people[850:900]
    silent, reminded = workspace.people[900:950], workspace.people[950]  # the rest saved nothing
    await workspace.saves(savers, "event-flows")
    await workspace.saves(elsewhere, "other-1")
    await workspace.saves(unsavers, "event-flows")
    await workspace.unsaves(unsavers, "event-flows")
    await workspace.saves(silent, "event-flows", reminded=False)
    await workspace.saves([reminded], "event-flows", lead=30)
    await workspace.follows("everything")
    await workspace.follows("of-the-track", track="microservices")
    await workspace.follows("of-the-room", room="fleming")
    await workspace.follows("of-another-track", track="languages")
    await workspace.follows("reminded", lead=30)
    await workspace.is_reminded_at_once(reminded)
    await workspace.is_reminded_at_once(workspace.channels["reminded"])
    workspace.bot.worker.wake()
    await workspace.until(2, "Starts at *10:45 · Fleming* · Event Flows · Ann")  # exactly half an hour before
    await workspace.unsaves([reminded], "event-flows")
    await workspace.bot.database.write(
        recipients_repository.end_subscriptions, workspace.team_id, workspace.channels["reminded"], "off"
    )

    workspace.becomes(MOVED)
    expected = {
        *savers,
        reminded,
        *(workspace.channels[name] for name in ("everything", "of-the-track", "of-the-room")),
    }
    expected.add(workspace.channels["reminded"])
    await workspace.until(len(expected) + 2, NOTICE)  # the two reminders are edited to say so, too
    olivia = workspace.slack.person(ORGANISER.id)
    summary = await olivia.sees("organisers", "Revision 2")
    assert summary.text.endswith(": 1 moved. 801 people and 4 channels are notified.")
    await asyncio.sleep(1)  # for anything else that may come
    edited = Counter([reminded, workspace.channels["reminded"]])
    assert workspace.received(NOTICE) == Counter(expected) + edited
    await olivia.sees("organisers", "gets reminders for Fleming, but the schedule no longer has a session there.")
    assert len(workspace.slack.deliveries()) == len(expected) + 2 + 2
    assert workspace.slack.journal.duplicates() == {}


async def test_every_attendee_can_look_up_the_changes(workspace: CrowdedWorkspace) -> None:
    amara = workspace.slack.person("amara")
    assert (await amara.ask("/qcon changes")).text.startswith("No schedule changes since Tue 5 March 10:2")
    await workspace.follows("everything")
    workspace.becomes(a_schedule(LATER, *(a_talk(f"New {n}", "16:00") for n in range(3)), *OTHERS[1:]))
    notice = await workspace.first_in("everything")
    assert notice.text.splitlines() == [
        NOTICE,
        "Cancelled: Other 0 (was 15:00, Room 0)",
        *[f"New: *16:00* · New {n}" for n in range(3)],
    ]
    changes = (await amara.ask("/qcon changes")).text.splitlines()
    assert changes[0].startswith("*5 changes since Tue 5 March 10:2")
    own_time = re.compile(r"Tue 5 March | \(\d\d:\d\d for you\)")  # Amara is in Lagos
    assert "London time" in changes[0]
    assert "Moved: *now Tue 5 March 11:00 (12:00 for you), Whittle*" in changes[1]
    assert [own_time.sub("", line) for line in changes[1:]] == notice.text.splitlines()


async def test_a_notice_of_very_many_changes_has_a_button_for_all_of_them(workspace: CrowdedWorkspace) -> None:
    await workspace.follows("everything")
    workspace.becomes(a_schedule(FLOWS, *OTHERS, *(a_talk(f"New {n}", "11:05") for n in range(20))))
    notice = await workspace.first_in("everything")
    assert notice.text.splitlines()[-1] == "and 12 more changes"
    amara = workspace.slack.person("amara")
    workspace.slack.workspace.join(workspace.slack.workspace.conversation("everything"), amara.id)
    await amara.click(notice, "all-changes")
    assert (
        "New: *Tue 5 March 11:05 (12:05 for you)* · New 19" in (await amara.sees("everything", "20 changes since")).text
    )


async def test_questions_asked_while_the_schedule_changes_are_answered_from_one_revision(world: World) -> None:
    """Every title has its version's number: no answer may mix two, and none may be missing."""
    people, conference = list(world.slack.add_people(100)), world.bot.live_schedule
    for person in people:
        world.slack.workspace.join(world.slack.workspace.conversation("general"), person)
    titles = {talk.id: talk.title for talk in conference.current.schedule.talks}
    answered: list[set[str]] = []

    asking = cycle(people)

    async def ask_on() -> None:
        while conference.current.revision < REVISIONS:
            answer = await world.slack.person(next(asking)).ask("/qcon today", within_s=20)
            assert answer.text.startswith("*5 talks")
            answered.append(set(re.findall(r"Take (\d+) ", answer.text)))

    async def changes() -> None:
        while True:
            snapshot = conference.current
            take = snapshot.revision + 1
            edits = [override_of(talk, title=f"Take {take} {titles[talk.id]}") for talk in snapshot.schedule.talks]
            await conference.apply(edits, f"take {take}", "U9", on=snapshot)

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
