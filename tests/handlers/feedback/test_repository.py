from bot.db.database import Database
from bot.handlers.feedback import repository
from bot.handlers.feedback.repository import TalkFeedback, Votes

AMARA, KENJI = ("T1", "U1"), ("T1", "U2")


async def test_a_vote_can_be_changed_and_counts_once(database: Database) -> None:
    await database.write(repository.set_vote, *AMARA, "flows", "red")
    await database.write(repository.set_vote, *AMARA, "flows", "green")
    assert await database.read(repository.all_feedback, "T1") == (TalkFeedback("flows", votes=Votes(1)),)


async def test_a_comment_stays_when_the_vote_changes(database: Database) -> None:
    await database.write(repository.set_vote, *AMARA, "flows", "red")
    await database.write(repository.set_comment, *AMARA, "flows", " Too long ")
    await database.write(repository.set_vote, *AMARA, "flows", "yellow")
    assert await database.read(repository.own_votes, *AMARA) == {"flows": ("yellow", "Too long")}


async def test_a_comment_without_a_vote_is_not_kept(database: Database) -> None:
    await database.write(repository.set_comment, *AMARA, "flows", "hm")
    assert await database.read(repository.all_feedback, "T1") == ()


async def test_talks_with_most_votes_come_first_and_other_workspaces_do_not_count(database: Database) -> None:
    for who, talk in ((AMARA, "flows"), (KENJI, "flows"), (AMARA, "code"), (("T2", "U3"), "code")):
        await database.write(repository.set_vote, *who, talk, "green")
    assert [(one.talk, one.votes.green) for one in await database.read(repository.all_feedback, "T1")] == [
        ("flows", 2),
        ("code", 1),
    ]
