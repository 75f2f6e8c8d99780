from bot.db.database import Database
from bot.handlers.calendar import feeds


async def test_a_token_stays_until_it_is_renewed(database: Database) -> None:
    first = await database.write(feeds.feed_token, "T1", "U1")
    assert await database.write(feeds.feed_token, "T1", "U1") == first
    assert await database.read(feeds.feed_owner, first) == ("T1", "U1")


async def test_a_renewed_token_opens_the_feed_and_the_previous_one_does_not(database: Database) -> None:
    first = await database.write(feeds.feed_token, "T1", "U1")
    second = await database.write(feeds.renew_feed, "T1", "U1")
    assert await database.read(feeds.feed_owner, first) is None
    assert await database.read(feeds.feed_owner, second) == ("T1", "U1")


async def test_tokens_are_long_and_differ(database: Database) -> None:
    tokens = {await database.write(feeds.feed_token, "T1", f"U{number}") for number in range(20)}
    assert len(tokens) == 20
    assert all(len(token) >= 32 for token in tokens)


async def test_an_ended_feed_has_no_owner(database: Database) -> None:
    token = await database.write(feeds.feed_token, "T1", "U1")
    await database.write(feeds.end_feed, "T1", "U1")
    assert await database.read(feeds.feed_owner, token) is None
