from bot.db.database import Database
from bot.delivery import corrections, monitoring
from bot.delivery.models import CHANNELS, PEOPLE
from tests.delivery.flow import START, attend, minutes, plans, reminders, subscribe, sweep_all

NOW = START - minutes(10)


async def test_the_audit_lists_every_delivery_with_its_talks_and_channels_first(database: Database) -> None:
    await plans(database, reminders("a", "b"))
    await subscribe(database)
    await attend(database, "U1", "b")
    await sweep_all(database, NOW)
    to_channel, to_person = await database.read(monitoring.all_deliveries)
    assert (to_channel.conversation, to_channel.rank, to_channel.talks) == ("C1", CHANNELS, ("a", "b"))
    assert (to_person.conversation, to_person.rank, to_person.talks) == ("U1", PEOPLE, ("b",))
    assert (to_person.kind, to_person.state, to_person.because) == ("reminder", "pending", "planned")
    assert (to_person.start, to_person.due, to_person.expires) == (START, NOW, START + minutes(5))


async def test_a_cancelled_delivery_stays_in_the_audit_without_its_talks(database: Database) -> None:
    await plans(database, reminders("a"))
    await attend(database, "U1", "a")
    await sweep_all(database, NOW)
    await database.write(corrections.cancel_items, corrections.items_of("T1", "U1", "reminder"), "reminders are off")
    (sending,) = await database.read(monitoring.all_deliveries)
    assert (sending.state, sending.because, sending.talks) == ("cancelled", "reminders are off", ())
