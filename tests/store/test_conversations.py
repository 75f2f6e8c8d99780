from bot.store import conversations
from bot.store.database import Database
from tests.conftest import MachineTime

HERE = ("T1", "C1", "U1")


async def test_what_was_said_last_is_remembered_for_each_person(database: Database) -> None:
    await database.write(conversations.remember_conversations, {HERE: '{"talk": "a"}'})
    await database.write(conversations.remember_conversations, {HERE: '{"talk": "b"}'})
    assert await database.read(conversations.recall_conversation, *HERE) == '{"talk": "b"}'
    assert await database.read(conversations.recall_conversation, "T1", "C1", "U2") is None


async def test_half_an_hour_later_it_is_forgotten(database: Database, machine: MachineTime) -> None:
    await database.write(conversations.remember_conversations, {HERE: "{}"})
    machine.forward(minutes=31)
    assert await database.read(conversations.recall_conversation, *HERE) is None


async def test_it_can_be_forgotten_at_once(database: Database) -> None:
    await database.write(conversations.remember_conversations, {HERE: "{}"})
    await database.write(conversations.forget_conversation, *HERE)
    assert await database.read(conversations.recall_conversation, *HERE) is None
