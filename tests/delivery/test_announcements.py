import json
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import pytest
from sqlalchemy import select

from bot.db.database import Database, Transaction
from bot.db.tables import DELIVERIES
from bot.delivery import broadcasts, change_notices, corrections, recipients_repository
from bot.delivery.broadcasts import Announcement, AnnouncementAudience
from bot.delivery.change_notices import TalkNotice
from bot.delivery.models import CHANNELS, LOW
from bot.delivery.recipients_repository import Audience, Preferences, Subscription
from tests.delivery import flow
from tests.delivery.flow import START, attend, lease

EVERYONE = Announcement("a1", "Lunch is served.", AnnouncementAudience("T1"), "U9", START, START + timedelta(hours=3))

SAVERS = replace(EVERYONE, recipients=AnnouncementAudience("T1", talk="flows"))

OF_TRACK = replace(EVERYONE, recipients=AnnouncementAudience("T1", track="micro"))

CHANNELS_OF = MappingProxyType({"C1": ("", ""), "C2": ("micro", ""), "C3": ("web", ""), "C4": ("", "fleming")})


async def _deliveries(tx: Transaction) -> dict[str, tuple[int, str]]:
    c = DELIVERIES.c
    return {
        row.conversation: (row.rank, row.content) for row in await tx.execute(select(c.conversation, c.rank, c.content))
    }


@pytest.fixture
async def attendees(database: Database) -> Database:
    """Four channels, one with two subscriptions, and four people, one with reminders off."""
    for channel, (track, room) in CHANNELS_OF.items():
        await database.write(recipients_repository.add_subscription, Subscription("T1", channel, 10, "U9", track, room))
    await database.write(recipients_repository.add_subscription, Subscription("T1", "C3", 10, "U9", "data"))
    await database.write(recipients_repository.add_subscription, Subscription("T2", "C9", 10, "U9"))
    for person in ("U1", "U2", "U3"):
        await attend(database, person, "flows", "code")
    await database.write(recipients_repository.save_preferences, "T1", "U3", Preferences(reminded=False))
    await attend(database, "U4", "code")
    return database


@pytest.mark.parametrize(
    ("announcement", "reached"),
    [(EVERYONE, {"C1", "C2", "C3", "C4"}), (OF_TRACK, {"C1", "C2"}), (SAVERS, {"U1", "U2"})],
)
async def test_an_announcement_reaches_each_counted_recipient_once(
    attendees: Database, announcement: Announcement, reached: set[str]
) -> None:
    counted = await attendees.read(broadcasts.count_recipients, announcement.recipients)
    assert counted.size == len(reached)
    assert [await attendees.write(broadcasts.announce, announcement) for _ in range(2)] == [len(reached), 0]
    assert set(await attendees.read(_deliveries)) == reached


async def test_the_audience_names_channels_and_only_counts_people(attendees: Database) -> None:
    assert await attendees.read(broadcasts.count_recipients, OF_TRACK.recipients) == Audience(0, ("C1", "C2"))
    assert await attendees.read(broadcasts.count_recipients, SAVERS.recipients) == Audience(2, ())


async def test_only_announcements_to_people_rank_behind_reminders(attendees: Database) -> None:
    await attendees.write(broadcasts.announce, EVERYONE)
    await attendees.write(broadcasts.announce, replace(SAVERS, id="a2"))
    found = await attendees.read(_deliveries)
    assert {found["C1"][0], found["U1"][0]} == {CHANNELS, LOW}
    assert json.loads(found["U1"][1]) == {"text": "Lunch is served.", "talk": "flows"}


async def test_another_announcement_reaches_the_same_people(attendees: Database) -> None:
    await attendees.write(broadcasts.announce, SAVERS)
    assert await attendees.write(broadcasts.announce, replace(SAVERS, id="a2")) == 2


async def test_an_announcement_that_is_not_posted_yet_can_be_cancelled(attendees: Database) -> None:
    await attendees.write(broadcasts.announce, EVERYONE)
    await lease(attendees, START)
    assert await attendees.write(broadcasts.cancel_announcement, "T1", "a1", "U9") == 4
    assert set(await attendees.read(flow.states)) == {"cancelled"}
    assert await attendees.write(broadcasts.cancel_announcement, "T1", "a1", "U9") == 0


async def test_an_attendee_who_unsaves_a_talk_gets_no_announcement_about_it(attendees: Database) -> None:
    await attendees.write(broadcasts.announce, SAVERS)
    await attendees.write(recipients_repository.unsave, "T1", "U1", "flows")
    await attendees.write(corrections.cancel_items, corrections.items_about("T1", "U1", "flows"), "no longer saved")
    assert sorted(await attendees.read(flow.states)) == ["cancelled", "pending"]


async def test_a_notice_counts_attendees_who_saved_a_talk_and_have_reminders_on(attendees: Database) -> None:
    flows, code, nobodys = (TalkNotice(talk, START, announced=False) for talk in ("flows", "code", "nobody's"))
    assert await attendees.read(change_notices.count_notice_audience, [flows, code]) == Audience(3, ())
    assert await attendees.read(change_notices.count_notice_audience, [nobodys]) == Audience()
