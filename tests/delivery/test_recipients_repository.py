from dataclasses import replace

from bot.db.database import Database
from bot.delivery import recipients_repository
from bot.delivery.recipients_repository import Preferences, Subscription


async def test_saved_talks_of_several_people_are_read_at_once_and_kept_apart(database: Database) -> None:
    for workspace, person, talk in (("T1", "U1", "a"), ("T1", "U1", "b"), ("T1", "U2", "c"), ("T2", "U1", "d")):
        await database.write(recipients_repository.save, workspace, person, talk)
    people = [("T1", "U1"), ("T2", "U2"), ("T2", "U1"), ("T1", "U1")]
    assert await database.read(recipients_repository.saved_by_person, people) == {
        ("T1", "U1"): {"a", "b"},
        ("T2", "U2"): set(),
        ("T2", "U1"): {"d"},
    }


HERE = Subscription("T1", "C1", lead=10, turned_on_by="U1")


async def test_adding_the_same_subscription_again_changes_nothing(database: Database) -> None:
    assert await database.write(recipients_repository.add_subscription, HERE)
    assert not await database.write(recipients_repository.add_subscription, replace(HERE, turned_on_by="U2"))
    assert await database.read(recipients_repository.subscriptions_of_channel, "T1", "C1") == (HERE,)


async def test_another_lead_time_replaces_the_subscription(database: Database) -> None:
    await database.write(recipients_repository.add_subscription, HERE)
    assert await database.write(recipients_repository.add_subscription, replace(HERE, lead=5))
    assert await database.read(recipients_repository.subscriptions_of_channel, "T1", "C1") == (replace(HERE, lead=5),)


async def test_one_channel_can_follow_several_tracks(database: Database) -> None:
    first, second = replace(HERE, track="a"), replace(HERE, track="b")
    await database.write(recipients_repository.add_subscription, first)
    await database.write(recipients_repository.add_subscription, second)
    assert await database.read(recipients_repository.subscriptions_of_workspace, "T1") == (first, second)


async def test_a_subscription_that_was_ended_can_be_added_again(database: Database) -> None:
    await database.write(recipients_repository.add_subscription, HERE)
    assert await database.write(recipients_repository.end_subscriptions, "T1", "C1", "U1 turned them off")
    assert not await database.write(recipients_repository.end_subscriptions, "T1", "C1", "U1 turned them off")
    assert await database.read(recipients_repository.subscriptions_of_channel, "T1", "C1") == ()
    assert await database.write(recipients_repository.add_subscription, HERE)


async def test_many_attendees_are_inserted_with_their_preferences_and_saved_talks(database: Database) -> None:
    chosen = Preferences(reminded=True, lead=10, digest=True, channel="D1")
    await database.write(
        recipients_repository.insert_attendees, "T1", {"U1": chosen, "U2": Preferences()}, {"U1": ("a", "b"), "U2": ()}
    )
    assert await database.read(recipients_repository.preferences, "T1", "U1") == chosen
    assert await database.read(recipients_repository.preferences, "T1", "U2") == Preferences()
    assert await database.read(recipients_repository.saved, "T1", "U1") == {"a", "b"}
    assert await database.read(recipients_repository.saved, "T1", "U2") == frozenset()


async def test_inserting_no_attendees_changes_nothing(database: Database) -> None:
    await database.write(recipients_repository.insert_attendees, "T1", {}, {})
    assert await database.read(recipients_repository.preferences, "T1", "U1") is None
