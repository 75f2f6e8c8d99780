"""Marisol follows the conference in London from New York: every message to her alone has her own time too."""

from datetime import UTC, datetime

from bot.schedule.overrides import override_of
from tests.end_to_end.conftest import World

MORNING = datetime(2019, 3, 5, 8, 0, 5, tzinfo=UTC)

DUE = datetime(2019, 3, 5, 14, 46, tzinfo=UTC)  # ten minutes before a talk at 14:55


async def test_agenda_digest_notice_and_reminder_have_her_own_time(world: World) -> None:
    marisol = world.slack.person("marisol")
    await world.bot.set_time(datetime(2019, 3, 5, 3, tzinfo=UTC), 1)
    settings = await marisol.ask("/qcon settings")
    await marisol.click(settings, "choose-digest", "on")
    await marisol.sees("general", "Morning digest: on")
    saved = await marisol.ask("/qcon save Lessons From 300k+ Lines of Infrastructure Code")
    assert "Tue 5 March 14:55 London time (09:55 for you)" in saved.text
    agenda = await marisol.ask("/qcon agenda")
    assert "14:55–15:45 (09:55 for you) · Fleming" in agenda.text
    assert "09:55 for you" in str(agenda.blocks)

    await world.bot.set_time(MORNING, 1)
    digest = await marisol.sees("@", "Your day, Tue 5 March: 1 talk")
    assert "14:55–15:45 (09:55 for you) · Fleming" in digest.text
    assert "09:55 for you" in str(digest.blocks)

    live = world.bot.live_schedule
    talk = live.current.schedule.talk_by_id["infrastructure-code"]
    await live.apply([override_of(talk, room="Whittle")], "moved", world.organiser.id, on=live.current)
    world.bot.worker.wake()
    notice = await marisol.sees("@", "Moved:")
    assert "*now 14:55 (09:55 for you), Whittle*" in notice.text

    await world.bot.set_time(DUE, 1)
    reminder = await marisol.sees("@", "14:55 (09:55 for you) · Whittle")
    assert "Infrastructure Code" in reminder.text


async def test_answers_name_the_date_and_the_city_even_when_nothing_is_on(world: World) -> None:
    marisol = world.slack.person("marisol")
    assert (await marisol.ask("/qcon tomorrow")).text == "Nothing on Wed 6 March (London time)."
    first, *_ = (await marisol.ask("/qcon when is terraform")).text.splitlines()
    assert first == "*Tue 5 March, 14:55–15:45 London time (09:55 for you)* · Fleming, 3rd floor"


REPLIES = [
    "/qcon changes", "/qcon next", "/qcon now", "/qcon today", "/qcon where is fleming", "/qcon who is yevgeniy brikman",
    "/qcon plan tuesday: terraform and kafka", "/qcon how long until lunch", "/qcon like reactive systems", "/qcon save infrastructure",
    "/qcon save Lessons From 300k+ Lines of Infrastructure Code", "/qcon unsave lessons", "/qcon what's on february 30",
]  # fmt: skip


async def test_every_reply_with_a_time_or_a_day_names_the_city(world: World) -> None:
    marisol = world.slack.person("marisol")
    await world.bot.set_time(datetime(2019, 3, 5, 11, tzinfo=UTC), 1)
    for question in REPLIES:
        reply = await marisol.ask(question)
        assert "London time" in reply.text, (question, reply.text)


async def test_an_attendee_in_the_venues_time_zone_sees_no_city_and_no_second_time(world: World) -> None:
    for question in ("/qcon tomorrow", "/qcon when is terraform", "/qcon today"):
        answer = await world.organiser.ask(question)
        assert "London" not in answer.text
        assert "for you" not in answer.text
