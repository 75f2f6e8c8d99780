"""Every surface with talks draws the same row, for real and for hostile schedules; private ones mark the talks that the person saved."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import cycle
from zoneinfo import ZoneInfo

import pytest

from bot.blockkit import action_ids, inputs, talk_text
from bot.blockkit.blocks import Block, ListPage, Message, escape, with_note
from bot.blockkit.talk_row import RowStyle
from bot.blockkit.talk_text import RenderContext
from bot.delivery import messages as delivery_messages
from bot.delivery.messages import ChangedTalk, ChangeWording, change_notice
from bot.delivery.recipients_repository import Preferences
from bot.fake_slack.block_kit import problems
from bot.handlers.agenda import messages as agenda_messages
from bot.handlers.ask.layout import AnswerLayout, render_layout
from bot.handlers.ask.listings import render_listing
from bot.handlers.home import card_view, home_view
from bot.handlers.home.card_view import UserTalkState
from bot.handlers.home.home_view import HomePage, HomeVisitor
from bot.handlers.plan.messages import similar_message
from bot.handlers.recent_changes import changes_message
from bot.questions.answer import answer
from bot.questions.models import Listing, Reader
from bot.questions.parse import parse
from bot.schedule.models import Room, Schedule, Talk, short_id
from bot.schedule.queries import agenda_days
from bot.search.index import build
from bot.search.similarity import SimilarTalk
from tests.handlers.test_within_limits import hostile
from tests.schedules import a_schedule

LAGOS = ZoneInfo("Africa/Lagos")

MOST_LISTED = 60  # talks of a schedule that these tests list

TITLE = 20  # characters of a title that every row has room for


@dataclass(frozen=True)
class Surface:
    """A part of the bot that shows talks."""

    name: str
    blocks: Iterable[Block]
    says_state: bool = True  # its rows are the talk row; those of reminders and notices say other things
    marks_saved: bool = True  # not where everything is saved


def _private(ctx: RenderContext, saved: frozenset[str]) -> Iterator[Surface]:
    """Everything with rows that one person sees."""
    talks, schedule, visitor = ctx.schedule.talks, ctx.schedule, HomeVisitor(saved, Preferences(True, 10))
    mine = [talk for talk in talks if talk.id in saved]
    for page in range(3):
        listed = render_layout(AnswerLayout((), talks, in_order=True), ctx, "all talks", page=page, saved=saved)
        yield Surface("list", listed.blocks)
    ranked = render_layout(AnswerLayout((), talks[::-1]), ctx, "kafka", saved=saved)
    yield Surface("matches", ranked.blocks)
    yield Surface("home", home_view.front_page(ctx, visitor)["blocks"], marks_saved=False)
    pages = [HomePage("day", day.isoformat()) for day in schedule.conference.days]
    pages += [HomePage("room", short_id(room.id)) for room in schedule.rooms[:5]]
    pages += [HomePage("track", short_id(track.id)) for track in schedule.tracks[:5]]
    pages += [HomePage("speaker", short_id(speaker.id)) for speaker in schedule.speakers[:5]]
    for home_page in (*pages, HomePage("now"), HomePage("next")):
        view = home_view.browse_page(home_page, ctx, visitor)
        assert view
        yield Surface(home_page.kind, view["blocks"])
    for number in range(3):
        agenda = agenda_messages.agenda_message(agenda_days(mine, schedule), ctx, number)
        yield Surface("agenda", agenda.blocks, marks_saved=False)
    for talk in talks[:5]:
        state = UserTalkState(saved=saved)
        yield Surface("details", card_view.talk_card(talk, ctx, state)["blocks"])
    for speaker in schedule.speakers[:5]:
        yield Surface("speaker's window", card_view.speaker_view(speaker, ctx, saved)["blocks"])
    similar = [SimilarTalk(talk, ("kafka",)) for talk in talks[:3]]
    yield Surface("similar", similar_message(talks[0], similar, saved, ctx).blocks)
    changed = [ChangedTalk(replace(talk, start=talk.start - timedelta(hours=1)), talk) for talk in talks[:20]]
    yield Surface("changes", changes_message(changed, ctx.now, ctx, saved).blocks, says_state=False)
    if len(mine) > 1:
        digest = delivery_messages.morning_digest(mine, schedule, schedule.day_of(mine[0].start), LAGOS, ctx.moved)
        yield Surface("digest", digest.blocks, says_state=False)
        reminder = delivery_messages.reminder_message(mine, schedule.conference, LAGOS, personal=True)
        yield Surface("reminder", reminder.blocks, says_state=False)
        notice = change_notice(
            [ChangedTalk(None, talk) for talk in mine], ChangeWording(schedule.conference, None), personal=True
        )
        yield Surface("notice", notice.blocks, says_state=False)


def _rows(blocks: Iterable[Block]) -> Iterator[tuple[str, list[str], set[str]]]:
    """The short id of the talk, the lines and the menu of each row."""
    for block in blocks:
        menu = block.get("accessory", {})
        if menu.get("action_id") == action_ids.TALK_MENU:
            values = [option["value"] for option in menu["options"]]
            yield values[0].split(" ")[1], block["text"]["text"].split("\n"), {value.split(" ")[0] for value in values}


@pytest.fixture(params=["qcon", "fosdem", "hostile"])
def schedule(request: pytest.FixtureRequest) -> Schedule:
    found = hostile() if request.param == "hostile" else request.getfixturevalue(request.param)
    talks = found.talks[:: max(1, len(found.talks) // MOST_LISTED)]
    marked = (replace(talk, full=number % 5 == 1, cancelled=number % 7 == 2) for number, talk in enumerate(talks))
    return a_schedule(*marked, conference=found.conference)


@pytest.fixture(params=[0, 1, 2], ids=["before", "during", "after"])
def ctx(request: pytest.FixtureRequest, schedule: Schedule) -> RenderContext:
    times = (schedule.starts, schedule.talks[len(schedule.talks) // 2].start, schedule.ends)
    now = times[request.param] or datetime(2019, 3, 5, tzinfo=UTC)
    moved = frozenset(talk.id for talk in schedule.talks[::3])
    return RenderContext(schedule, now + timedelta(minutes=1), Reader(LAGOS, "/qcon"), moved)


@pytest.fixture
def saved(schedule: Schedule) -> frozenset[str]:
    return frozenset(talk.id for talk in schedule.talks[::2])


def _expected_states(talk: Talk, ctx: RenderContext) -> list[str]:
    if talk.cancelled:
        return ["Cancelled"]
    if talk.end <= ctx.now:
        return ["Over"]
    states = ["Full"] * talk.full + ["Moved"] * (talk.id in ctx.moved)
    return [*states, "On now until"] if talk.start <= ctx.now else states


def test_every_row_has_its_time_title_and_states_in_words(ctx: RenderContext, saved: frozenset[str]) -> None:
    talks = {short_id(talk.id): talk for talk in ctx.schedule.talks}
    for surface in _private(ctx, saved):
        for id, lines, _ in _rows(surface.blocks):
            talk = talks[id]
            title = escape(talk.title)[:TITLE].replace("*", "∗")  # as in bold
            assert title in lines[0].replace("*", "∗"), surface.name
            if not surface.says_state:
                continue
            assert lines[0].startswith("*"), surface.name
            assert talk_text.clock_time(talk.start, ctx.conference) in lines[0], surface.name
            told = " · ".join(lines[1:]).replace("*", "")
            for state in _expected_states(talk, ctx):
                assert state in told, (surface.name, lines)
            if surface.marks_saved:
                assert ("Saved" in told) == (talk.id in saved), (surface.name, lines)
            theirs = talk_text.reader_time(talk.start, ctx.conference, LAGOS).strip(" ()")
            assert theirs in told, (surface.name, lines)


def test_every_row_has_one_menu_that_never_offers_to_save_a_saved_talk(
    ctx: RenderContext, saved: frozenset[str]
) -> None:
    talks = {short_id(talk.id): talk for talk in ctx.schedule.talks}
    names = set()
    for surface in _private(ctx, saved):
        for id, _, choices in _rows(surface.blocks):
            names.add(surface.name)
            assert {"details", "share"} <= choices
            assert ("save" in choices) == (talks[id].id not in saved and not talks[id].cancelled), surface.name
            assert bool(choices & {"remove", "drop"}) == (talks[id].id in saved), surface.name
        buttons = [part for block in surface.blocks for part in block.get("elements", ()) if part["type"] == "button"]
        offered = {part.get("value") for part in buttons if part["action_id"] == action_ids.SAVE}
        assert not offered & saved, surface.name
    assert {"list", "matches", "day", "room", "agenda", "speaker's window", "similar", "changes"} <= names


def test_a_public_list_shows_no_state_of_one_person_or_moment(ctx: RenderContext) -> None:
    everyone = ctx._replace(reader=Reader(stays=True))
    days = agenda_days(ctx.schedule.talks, ctx.schedule)
    shared = agenda_messages.shared_agenda_message(days, everyone, "U012ABC")
    listed = render_layout(AnswerLayout((), ctx.schedule.talks, in_order=True), everyone, "all talks", page=1)
    for message in (shared, listed):
        for _, lines, choices in _rows(message.blocks):
            assert not any(word in "\n".join(lines[1:]) for word in ("*Saved*", "*On now", "*Over*", "for you"))
            assert not choices & {"remove", "drop"}


def test_the_hours_and_days_of_a_list_come_in_order_with_a_heading_each(ctx: RenderContext) -> None:
    talks = {short_id(talk.id): talk for talk in ctx.schedule.talks}
    listed: list[Talk] = []
    for page in range(len(talks)):  # of which the last is shown for each number beyond
        message = render_layout(AnswerLayout((), ctx.schedule.talks, in_order=True), ctx, "all talks", page=page)
        named = ""
        for block in message.blocks:
            if block["type"] == "section" and "accessory" not in block:
                named = block["text"]["text"]
            for id, _, _ in _rows([block]):
                assert talk_text.day_name(ctx.schedule.day_of(talks[id].start), ctx.conference) in named
                listed.append(talks[id])
    assert tuple(dict.fromkeys(listed)) == ctx.schedule.talks


def test_a_list_about_a_room_or_a_speaker_does_not_repeat_it(ctx: RenderContext, saved: frozenset[str]) -> None:
    pages = [(HomePage("room", short_id(room.id)), room.place) for room in ctx.schedule.rooms[:5]]
    pages += [(HomePage("speaker", short_id(speaker.id)), speaker.name) for speaker in ctx.schedule.speakers[:5]]
    for page, named in pages:
        view = home_view.browse_page(page, ctx, HomeVisitor(saved))
        assert view
        rows = list(_rows(view["blocks"]))
        assert rows
        assert all(escape(named) not in "\n".join(lines[1:]) for _, lines, _ in rows), page


def _in_rooms(schedule: Schedule, *rooms: Room | None) -> Schedule:
    """The schedule's talks in these rooms by turns."""
    talks = (replace(talk, room=room) for talk, room in zip(schedule.talks, cycle(rooms), strict=False))
    return replace(schedule, talks=tuple(talks))


def test_a_list_in_one_room_names_it_once_and_a_list_in_two_names_it_in_each_row(fosdem: Schedule) -> None:
    first, second = fosdem.rooms[:2]
    question = "what's on saturday"
    for rooms, is_repeated in (((first,), False), ((first, second), True), ((first, None), True)):
        schedule = _in_rooms(fosdem, *rooms)
        ctx = RenderContext(schedule, schedule.talks[0].start - timedelta(hours=1), Reader(command="/qcon"))
        found = answer(parse(question), schedule, build(schedule), ctx.now).answer
        assert isinstance(found, Listing)
        listed = render_layout(render_listing(found, ctx), ctx, question)
        page = HomePage("day", schedule.conference.days[0].isoformat())
        day = home_view.browse_page(page, ctx, HomeVisitor(frozenset()))
        assert day
        for blocks in (listed.blocks, day["blocks"]):
            rows = ["\n".join(lines) for _, lines, _ in _rows(blocks)]
            assert any(first.place in row for row in rows) == is_repeated
            elsewhere = str([block for block in blocks if "accessory" not in block])
            assert (first.place in elsewhere) != is_repeated


def test_a_note_that_a_talk_was_saved_stands_below_its_row_within_slacks_limits(
    ctx: RenderContext, saved: frozenset[str]
) -> None:
    style, talks = RowStyle(day=True), {short_id(talk.id): talk for talk in ctx.schedule.talks}
    for page in range(3):
        layout = AnswerLayout(("*Many*",), ctx.schedule.talks, in_order=True, style=style)
        listed = render_layout(layout, ctx, "q" * 200, page, saved, share=True, redrawn=True)
        rows = [(at, talks[id]) for at, block in enumerate(listed.blocks) for id, *_ in _rows([block])]
        assert rows
        for at, talk in rows:
            told = agenda_messages.saved_message(talk, ctx.schedule.talks[:3], 10, ctx, fresh=True)
            noted = with_note(listed, listed.blocks[at]["block_id"], told)
            assert "Saved" in noted.blocks[at + 1]["text"]["text"]
            assert ListPage.of_block(noted.blocks[at + 1]["block_id"]) == ListPage.of_block(
                listed.blocks[at]["block_id"]
            )
            assert problems("message", noted.payload()) == []


def test_a_button_to_everything_at_a_time_finds_it(fosdem: Schedule) -> None:
    index = build(fosdem)
    for start in sorted({talk.start for talk in fosdem.talks})[::7]:
        question = inputs.talks_at_button("See all", start, fosdem.conference)["value"]
        found = answer(parse(question), fosdem, index, fosdem.talks[0].start).answer
        assert isinstance(found, Listing)
        assert {talk.id for talk in fosdem.given if talk.start == start} <= {talk.id for talk in found.talks}, question


def test_a_question_too_long_for_a_blocks_id_is_not_named_there(ctx: RenderContext) -> None:
    layout = AnswerLayout((), ctx.schedule.talks, in_order=True)
    listed = render_layout(layout, ctx, "q" * 300, redrawn=True)
    assert not any(block.get("block_id") for block in listed.blocks)
    assert with_note(listed, "b1", Message("Saved.")) == Message(f"Saved.\n{listed.text}", listed.blocks)


def test_a_talk_that_its_list_no_longer_shows_is_named_in_the_note(schedule: Schedule) -> None:
    ctx = RenderContext(schedule, schedule.talks[0].start, Reader(LAGOS, "/qcon"))
    gone, *others = schedule.talks
    before = render_layout(AnswerLayout((), [gone, *others[:2]]), ctx, "next", redrawn=True)
    now = render_layout(AnswerLayout((), others[:2]), ctx, "next", redrawn=True)
    saved = agenda_messages.saved_message(gone, (), 10, ctx, fresh=True, below_row=True)
    noted = with_note(now, before.blocks[0]["block_id"], saved)
    assert noted.blocks[-1]["text"]["text"] == saved.text
    assert noted.blocks[:-1] == now.blocks
    beside = with_note(before, before.blocks[0]["block_id"], saved)
    assert beside.blocks[1]["text"]["text"] == "Saved. I'll remind you 10 minutes before."
