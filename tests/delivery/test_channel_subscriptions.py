from dataclasses import replace

from bot.db.database import Database
from bot.delivery import recipients_repository
from bot.delivery.recipients_repository import Subscription

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
