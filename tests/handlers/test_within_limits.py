"""Every message about a whole schedule is one that Slack takes; the stand-in, which checks for itself, is the judge."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings

from bot.blockkit import inputs
from bot.blockkit.blocks import Message, section
from bot.blockkit.talk_text import RenderContext
from bot.delivery import messages as delivery_messages
from bot.delivery.broadcasts import AnnouncementAudience
from bot.delivery.messages import ChangedTalk, ChangeWording
from bot.delivery.pauses import SendingPace
from bot.delivery.recipients_repository import Audience, Preferences
from bot.fake_slack.block_kit import problems
from bot.handlers import announce
from bot.handlers.agenda import messages as agenda_messages
from bot.handlers.ask import messages as ask_messages
from bot.handlers.ask.layout import render_layout
from bot.handlers.calendar import messages as calendar_messages
from bot.handlers.feedback import messages as feedback_messages
from bot.handlers.feedback.repository import TalkFeedback, Votes
from bot.handlers.home import card_view, home_view
from bot.handlers.home.home_view import HomePage, HomeVisitor
from bot.handlers.organise import form as organise_form
from bot.handlers.organise import form_views
from bot.handlers.organise import messages as organise_messages
from bot.handlers.organise.form import Action, OrganiserForm
from bot.handlers.plan.messages import ForYou, interests_form
from bot.handlers.report.export import summary_message
from bot.handlers.subscriptions import messages as subscriptions_messages
from bot.live_schedule.repository import StoredOverride
from bot.planning.interests import TOPIC_CHARACTERS, Suggestion, topic_key
from bot.questions.answer import answer
from bot.questions.models import Reader
from bot.questions.parse import parse
from bot.schedule.models import Room, Schedule, Speaker, Talk, short_id
from bot.schedule.organiser_actions import Clash
from bot.schedule.overrides import merge_overrides
from bot.schedule.queries import agenda_days
from bot.search.index import Index, build
from tests.handlers.report.reports import a_report
from tests.schedule.generated import schedules
from tests.schedules import a_schedule, a_talk

READER = Reader(ZoneInfo("Asia/Tokyo"))

EVERYONE = ("help", "now", "next", "today", "tomorrow", "all talks", "anything on kafka?", "first talk", "last talk")


def hostile() -> Schedule:
    """24 rooms at once; titles that mention, link and never end, 13 speakers each, in letters of every kind."""
    nasty = (
        "<!here> " * 30,
        "*bold* _it_ `code` ~no~ " * 9,
        "\u202eright to left" * 14,
        "😀" * 200,
        "&amp;<@U1>&lt;" * 16,
        "a" * 200,
    )
    speakers = tuple(
        Speaker(f"s{n}", "<!channel> Æthelþryð van der Grœneveld 😀", "Chief & <role>" * 9, "<Co>" * 40)
        for n in range(13)
    )
    rooms = (Room(f"r{n}", f"Room <{n}> & more") for n in range(24))
    given = (
        a_talk(nasty[n % 6][:200], id=f"t{n}", speakers=speakers, room=room, abstract=nasty[n % 6] * 60)
        for n, room in enumerate(rooms)
    )
    return a_schedule(*given)


def shut(schedule: Schedule) -> Schedule:
    """A third is full and noted at length, a fifth cancelled."""
    noted = (
        replace(talk, full=not n % 3, note=talk.abstract[: not n % 3 and 900]) for n, talk in enumerate(schedule.talks)
    )
    return a_schedule(*(replace(talk, cancelled=not n % 5) for n, talk in enumerate(noted)))


def _messages(schedule: Schedule) -> Iterator[Message]:
    """The answers, announcements and views of this schedule."""
    index = build(schedule)
    for start, group in groupby(schedule.talks, key=lambda talk: talk.start):
        together = tuple(group)
        yield delivery_messages.reminder_message(together, schedule.conference, personal=False)
        yield delivery_messages.rehearsal_message(
            delivery_messages.reminder_message(together, schedule.conference, personal=True), "U012ABC"
        )
        yield from _notices(together, schedule)
        for text in ("now", "next"):
            yield from _answers(text, schedule, index, start - timedelta(minutes=5))
    now = schedule.talks[0].start
    rooms = [f"room {room.name}" for room in schedule.rooms]
    tracks = [f"track {track.title}" for track in schedule.tracks]
    people = [f"speaker {speaker.name}" for speaker in schedule.speakers[:100]]
    for text in (*EVERYONE, *rooms, *tracks, *people, *(f"talk {talk.title}" for talk in schedule.talks[:100])):
        yield from _answers(text, schedule, index, now)
    ctx = RenderContext(schedule, now, READER)
    for some in ((), schedule.talks[:1], schedule.talks):
        yield agenda_messages.agenda_message(agenda_days(some, schedule), ctx)
    for talk in schedule.talks:
        yield agenda_messages.saved_message(talk, schedule.talks[:3], 10, ctx, fresh=True)
        yield feedback_messages.thanks_message(talk, "green")
    missed = [
        Suggestion(replace(talk, recording=f"https://example.org/{talk.id}"), "matches x")
        for talk in schedule.talks[:3]
    ]
    yield feedback_messages.evening_message(schedule.talks, missed)
    for some in (schedule.talks[:1], schedule.talks):
        yield delivery_messages.morning_digest(some, schedule, schedule.day_of(some[0].start))
        yield agenda_messages.shared_agenda_message(agenda_days(some, schedule), ctx, "U012ABC")
        yield agenda_messages.choose_to_save(some, ctx)
        yield agenda_messages.no_match_message("<!here>" * 100, some, ctx)
    feedback = [(talk, TalkFeedback(talk.id, Votes(1, 2, 3), ("<!here> " * 300,) * 9)) for talk in schedule.talks]
    yield feedback_messages.results_message(feedback)
    yield summary_message(a_report(schedule))
    yield delivery_messages.personal_welcome(schedule, "/qcon")
    yield delivery_messages.channel_welcome(schedule, "/qcon", "")
    yield calendar_messages.feed_message("https://bot.example.org/calendar/mine/token.ics")
    yield home_view.preferences_message(Preferences(True, 10, digest=True, catch_up=True))
    yield subscriptions_messages.choose_message("/qcon")


def _notices(talks: Sequence[Talk], schedule: Schedule) -> Iterator[Message]:
    """Notices of every kind of change to these talks, for channels and for people."""
    others = [replace(talk, start=talk.end, title=talk.title[::-1], speakers=talk.speakers[:-1]) for talk in talks]
    for now in (others, [replace(talk, cancelled=True) for talk in talks], [None] * len(talks)):
        told = [ChangedTalk(before, after) for before, after in zip(talks, now, strict=True)]
        yield delivery_messages.change_notice(told, ChangeWording(schedule.conference, None), personal=True)
        yield delivery_messages.corrected_message(told, ChangeWording(schedule.conference, None), personal=False)
    yield delivery_messages.change_notice(
        [ChangedTalk(None, talk) for talk in talks], ChangeWording(schedule.conference, None), personal=False
    )


def _answers(text: str, schedule: Schedule, index: Index, now: datetime) -> Iterator[Message]:
    given = answer(parse(text), schedule, index, now).answer
    ctx = RenderContext(schedule, now, READER)
    layout = ask_messages.answer_layout(given, ctx)
    for page in (None, 0, 1, 2, 10_000):
        yield render_layout(layout, ctx, text, page, share=True)


def _mrkdwn(part: Any) -> Iterator[str]:
    """Every text in which Slack would see a mention."""
    if isinstance(part, dict) and part.get("type") == "mrkdwn":
        yield part["text"]
    elif isinstance(part, dict):
        yield from _mrkdwn(tuple(part.values()))
    elif isinstance(part, list | tuple):
        for one in part:
            yield from _mrkdwn(one)


def _expect_escaped(told: str) -> None:
    """Check that nobody is mentioned, and that the titles of `hostile` are shown as they are written."""
    assert "<!" not in told.replace("<!date^", "")
    assert "<@" not in told.replace("<@U012ABC> shares", "")
    assert not any(formatted in told for formatted in ("*bold*", "_it_", "`code`", "~no~"))


@pytest.fixture(params=["qcon", pytest.param("fosdem", marks=pytest.mark.slow), "hostile"])
def schedule(request: pytest.FixtureRequest) -> Schedule:
    found = hostile() if request.param == "hostile" else request.getfixturevalue(request.param)
    assert isinstance(found, Schedule)
    return found


def test_every_message_is_within_slacks_limits_and_reads_without_its_blocks(schedule: Schedule) -> None:
    for message in _messages(schedule):
        assert message.text
        assert problems("message", message.payload()) == []


def test_no_message_mentions_anybody_or_formats_text_of_the_schedule(schedule: Schedule) -> None:
    for message in _messages(schedule):
        for told in (message.text, *_mrkdwn(message.blocks)):
            _expect_escaped(told)


def test_full_noted_and_cancelled_talks_stay_within_slacks_limits() -> None:
    schedule = shut(hostile())
    for message in _messages(schedule):
        assert problems("message", message.payload()) == []
        for told in _mrkdwn(message.blocks):
            _expect_escaped(told)
    for talk in schedule.talks:
        assert problems("modal", card_view.talk_card(talk, RenderContext(schedule, talk.start, READER))) == []


def test_web_addresses_in_abstracts_notes_and_bios_become_correct_links() -> None:
    address = "https://people.example.org/~foo/talk_"
    speaker = Speaker("foo", "Foo", bio=f"*At* {address}")
    talk = replace(a_talk(abstract=f"Slides: {address}", speakers=(speaker,)), note=f"Now at {address}.")
    ctx = RenderContext(a_schedule(talk), talk.start, READER)
    card, person = card_view.talk_card(talk, ctx), card_view.speaker_view(speaker, ctx)
    assert str(card).count(f"<{address}>") == 2
    assert f"∗At∗ <{address}>" in str(person)


def test_every_talks_details_fit_a_modal(schedule: Schedule) -> None:
    def details(talk: Talk) -> dict[str, object]:
        return card_view.talk_card(talk, RenderContext(schedule, talk.start, READER))

    for talk in schedule.talks:
        assert problems("modal", details(talk)) == []
        for told in _mrkdwn(details(talk)):
            _expect_escaped(told)


def _pages(schedule: Schedule) -> Iterator[HomePage]:
    for day in schedule.conference.days:
        for number in range(len(schedule.talks_on(day)) // home_view.PAGE_SIZE + 1):
            yield HomePage("day", day.isoformat(), number)
    things: tuple[tuple[str, Iterable[str]], ...] = (
        ("track", schedule.track_by_id),
        ("room", schedule.room_by_id),
        ("speaker", schedule.speaker_by_id),
    )
    yield from (HomePage(by, short_id(id)) for by, ids in things for id in list(ids)[:150])
    yield from (HomePage(kind, number=number) for kind in ("now", "next", "agenda") for number in (None, 0, 1, 10_000))


def test_every_page_of_app_home_is_within_slacks_limits_and_mentions_nobody(schedule: Schedule) -> None:
    saved = frozenset(talk.id for talk in schedule.talks[::2])
    visitor = HomeVisitor(saved, Preferences(True, 10, digest=True))
    for page in _pages(schedule):
        view = home_view.browse_page(page, RenderContext(schedule, schedule.talks[0].start, READER), visitor)
        assert view
        assert problems("home", view) == []
        for told in _mrkdwn(view):
            _expect_escaped(told)


def test_the_front_page_is_within_slacks_limits_however_much_is_on_and_saved(schedule: Schedule) -> None:
    for start in sorted({talk.start for talk in schedule.talks}):
        suggested = [Suggestion(talk, f"because you saved “{talk.title}”") for talk in schedule.talks[:3]]
        for_you = ForYou(suggested, [talk.title[:TOPIC_CHARACTERS] for talk in schedule.talks[:10]], by_saved=True)
        visitor = HomeVisitor(frozenset(schedule.talk_by_id), may_organise=True, for_you=for_you)
        view = home_view.front_page(RenderContext(schedule, start, READER), visitor)
        assert problems("home", view) == []
        for told in _mrkdwn(view):
            _expect_escaped(told)


def test_the_form_of_interests_is_within_slacks_limits(schedule: Schedule) -> None:
    tracks, topics = [track.title for track in schedule.tracks], [talk.title for talk in schedule.talks[:30]]
    chosen = [topic_key(title) for title in (*tracks, *topics)]
    assert problems("modal", interests_form(tracks, topics, chosen[:5], by_saved=True)) == []
    assert problems("modal", interests_form(tracks, topics, chosen[-5:], by_saved=False)) == []


def test_every_talk_is_on_a_page_of_app_home(schedule: Schedule) -> None:
    pages = [page for page in _pages(schedule) if page.kind == "day"]
    visitor = HomeVisitor()
    shown = [
        home_view.browse_page(page, RenderContext(schedule, schedule.talks[0].start, READER), visitor) for page in pages
    ]
    details = {one["value"] for view in shown for one in _row_options(view)}
    assert all(f"details {short_id(talk.id)}" in details for talk in schedule.talks)


def test_every_speakers_modal_and_every_form_fits(schedule: Schedule) -> None:
    for speaker in schedule.speakers:
        assert (
            problems("modal", card_view.speaker_view(speaker, RenderContext(schedule, schedule.talks[0].start, READER)))
            == []
        )
    forms = [
        card_view.finder_view(),
        agenda_messages.share_form(),
        feedback_messages.comment_form(schedule.talks[0], "green", "x" * 3_000),
    ]
    for form in forms:
        assert problems("modal", form) == []


CONFERENCE_ACTIONS = (Action.DELAY_SEVERAL, Action.ADD)


def _filled_forms(schedule: Schedule) -> Iterator[OrganiserForm]:
    """Everything an organiser can do to a talk or to all, filled in as richly as the form lets them."""
    quotes = '"<&\\' * 1_000
    link = "https://example.org/" + "&" * (organise_form.LINK_CHARACTERS - 20)
    fields = {
        "minutes": "15",
        "day": schedule.conference.date_of(schedule.talks[-1].start).isoformat(),
        "time": "23:59",
        "room": organise_form.NEW_ROOM + quotes[: organise_form.ROOM_CHARACTERS],
        "where": organise_form.EVERYTHING,
        "title": quotes[: organise_form.TITLE_CHARACTERS],
        "names": "\n".join([quotes[:48]] * 20),
        "words": quotes[: organise_form.WORDS_CHARACTERS],
        "stream": link,
        "recording": link,
    }
    talk = schedule.talks[-1]
    for action in Action:
        shown = form_views.action_form(
            action, None if action in CONFERENCE_ACTIONS else talk, schedule, talk.start, "k7"
        ) or {"blocks": ()}
        asked = [block["block_id"] for block in shown["blocks"] if block["type"] == "input"]
        yield OrganiserForm(action, talk.id, "k7", {name: fields[name] for name in asked})


def _organiser_views(schedule: Schedule) -> Iterator[dict[str, Any]]:
    """Every modal that organisers see."""
    now = schedule.talks[0].start - timedelta(minutes=1)
    ctx = RenderContext(schedule, now, Reader())
    yield from (
        organise_messages.organiser_menu(ctx, None, None, paused=True),
        organise_messages.working_view(),
        organise_messages.final_view("Undone", [section("x" * 999)]),
    )
    for talk in (*schedule.talks[:30], replace(schedule.talks[0], cancelled=True, full=True, note="<!here> " * 400)):
        yield organise_messages.organiser_menu(ctx, talk, None, paused=False)
        yield from (shown for action in Action if (shown := form_views.action_form(action, talk, schedule, now, "k7")))
    yield from (
        shown for action in CONFERENCE_ACTIONS if (shown := form_views.action_form(action, None, schedule, now, "k7"))
    )
    change = StoredOverride(7, "U012ABC", now, "moved “<!here>” " * 50, ())
    yield organise_messages.changes_view([change, replace(change, undone_by="U012ABC")] * 30, schedule.conference)
    on, off = (
        replace(schedule, talks=tuple(replace(one, cancelled=so, full=so) for one in schedule.talks))
        for so in (False, True)
    )
    for form in _filled_forms(schedule):
        before = off if form.action in (Action.REINSTATE, Action.NOT_FULL) else on
        parsed = organise_form.parse_action(form, before, now)
        clashes = [Clash(schedule.talks[0], schedule.talks[-1], "<!here>" * 9)] * 9
        told = organise_messages.notified_text(Audience(5_000, ("C012ABC",) * 3), SendingPace(timedelta(minutes=17)))
        plan = organise_messages.ActionPlan(
            form, parsed, before, merge_overrides(before, parsed.overrides).schedule, 7, clashes, told
        )
        yield from (
            organise_messages.confirm_view(plan, "Look again."),
            organise_messages.done_view(parsed.description, told, 7),
        )


def test_every_organiser_view_is_within_slacks_limits_and_mentions_nobody(schedule: Schedule) -> None:
    for modal in _organiser_views(schedule):
        assert problems("modal", modal) == []
        for said in _mrkdwn(modal):
            _expect_escaped(said.replace("<@U012ABC>", ""))


def test_every_announcement_is_within_slacks_limits_and_mentions_nobody(schedule: Schedule) -> None:
    talk, conference, takes = schedule.talks[0], schedule.conference, timedelta(minutes=17)
    for text in ("<!here> " * 175, "&" * 1_400, "https://example.org/" + "&" * 1_380, '"\n' * 699):
        draft = announce.AnnouncementDraft("k7", text, AnnouncementAudience(talk=talk.id))
        modal = announce.confirm_view(draft, schedule, Audience(5_000), SendingPace(takes))
        assert problems("modal", modal) == []
        for personal in (False, True):
            said = announce.announcement_message(text, talk, conference, personal=personal)
            assert problems("message", said.payload()) == []
            assert not any("<!" in told or "<@" in told for told in (said.text, *_mrkdwn(said.blocks)))
    for one in (
        announce.announcement_form("k7", talk, conference, talk.start),
        announce.done_view("k7", 5_000, SendingPace(takes, is_paused=True)),
    ):
        assert problems("modal", one) == []


def test_every_option_in_the_organisers_menus_fits(schedule: Schedule) -> None:
    groups = [
        *form_views.target_options(schedule.rooms, schedule.tracks),
        *announce.recipient_options(schedule.tracks, schedule.talks, schedule.conference),
    ]
    for group in groups:
        menu = {"type": "static_select", "action_id": "a", "option_groups": [group]}
        payload = {"text": "options", "blocks": [{"type": "actions", "elements": [menu]}]}
        assert [one for one in problems("message", payload) if "too_long" not in one] == []
    assert all(len(one["value"]) <= 75 for one in form_views.room_options(schedule.rooms, "<!here>" * 99))


def test_every_option_of_a_picker_fits(schedule: Schedule) -> None:
    options = [*inputs.talk_options(schedule.talks, schedule.conference), *inputs.speaker_options(schedule.speakers)]
    menu = {"type": "static_select", "action_id": "a", "options": options[:100]}
    payload = {"text": "options", "blocks": [{"type": "actions", "elements": [menu]}]}
    assert [one for one in problems("message", payload) if "too_long" not in one] == []


@settings(max_examples=40)
@given(schedules())
def test_views_of_any_schedule_are_within_slacks_limits(schedule: Schedule) -> None:
    now = schedule.starts or datetime(2019, 3, 5, 10, tzinfo=UTC)
    visitor = HomeVisitor(frozenset(schedule.talk_by_id), Preferences(True, 10))
    homes = [home_view.front_page(RenderContext(schedule, now, READER), visitor)]
    homes += [
        view
        for page in _pages(schedule)
        if (view := home_view.browse_page(page, RenderContext(schedule, now, READER), visitor))
    ]
    assert [one for view in homes for one in problems("home", view)] == []
    modals = [card_view.talk_card(talk, RenderContext(schedule, now, READER)) for talk in schedule.talks]
    modals += [card_view.speaker_view(speaker, RenderContext(schedule, now, READER)) for speaker in schedule.speakers]
    assert [one for modal in modals for one in problems("modal", modal)] == []
    messages = [
        agenda_messages.agenda_message(agenda_days(schedule.talks, schedule), RenderContext(schedule, now, READER))
    ]
    messages += [
        delivery_messages.reminder_message([talk], schedule.conference, personal=True) for talk in schedule.talks
    ]
    messages += [
        delivery_messages.morning_digest([talk], schedule, schedule.day_of(talk.start)) for talk in schedule.talks
    ]
    assert [one for message in messages for one in problems("message", message.payload())] == []


def test_links_into_calendars_fit_a_button(schedule: Schedule) -> None:
    for talk in schedule.talks:
        for _, address in calendar_messages.calendar_links(talk, schedule.conference, ""):
            assert len(address) <= 3_000


def _row_options(view: Any) -> Iterator[dict[str, Any]]:
    for block in view["blocks"]:
        yield from block.get("accessory", {}).get("options", ())
