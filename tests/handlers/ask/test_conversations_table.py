from bot.db.database import Database
from bot.handlers.ask import repository
from tests.conftest import MachineTime

HERE = ("T1", "C1", "U1")


async def test_the_latest_conversation_of_each_person_is_remembered(database: Database) -> None:
    await database.write(repository.remember_conversations, {HERE: '{"talk": "a"}'})
    await database.write(repository.remember_conversations, {HERE: '{"talk": "b"}'})
    assert await database.read(repository.recall_conversation, *HERE) == '{"talk": "b"}'
    assert await database.read(repository.recall_conversation, "T1", "C1", "U2") is None


async def test_a_conversation_is_forgotten_after_half_an_hour(database: Database, machine: MachineTime) -> None:
    await database.write(repository.remember_conversations, {HERE: "{}"})
    machine.forward(minutes=31)
    assert await database.read(repository.recall_conversation, *HERE) is None
