"""Cancelled and full talks, and notes, in answers, cards, agendas and menus."""

from dataclasses import replace

from bot.blockkit import inputs
from bot.blockkit.talk_text import RenderContext
from bot.cli.schedule import PlainTextBot
from bot.delivery.messages import reminder_message
from bot.handlers.agenda import messages
from bot.handlers.home import card_view
from bot.questions.models import Reader
from bot.schedule.models import Schedule, Talk
from bot.schedule.queries import agenda_days, announced_talks, overlapping
from tests.schedules import a_room, a_schedule, a_speaker, a_talk, london

FLOWS = a_talk("Event Flows", "10:35", room=a_room("Fleming", ""), speakers=(a_speaker("Ann Lee"),))

PIPES = a_talk("Pipes", "10:35", room=a_room("Whittle", ""))

TAPS = a_talk("Taps", "10:50", room=a_room("Turing", ""))

LATER = a_talk("Dams", "14:00", room=a_room("Turing", ""))

OFF, FULL = replace(FLOWS, cancelled=True), replace(FLOWS, full=True)

READER = Reader(a_schedule().conference.timezone)


def asked(question: str, *talks: Talk, at: str = "10:00") -> list[str]:
    answered = PlainTextBot.for_schedule(a_schedule(*talks, PIPES, TAPS, LATER), london(at), "/qcon").answer(question)[
        "text"
    ]
    assert isinstance(answered, str)
    return answered.splitlines()


def test_an_answer_about_a_cancelled_talk_says_so_first_and_lists_alternatives() -> None:
    assert asked("when is Event Flows?", OFF) == [
        "Cancelled: Today 10:35–11:25 · Fleming",
        "Event Flows · Ann Lee",
        "Instead, at the same time:",
        "Today 10:35, Whittle · Pipes",
        "Today 10:50, Turing · Taps",
    ]
    assert asked("is Event Flows still on?", OFF)[0] == "Cancelled: Event Flows"
    assert asked("who is Ann Lee?", OFF)[-1] == "Cancelled · Today 10:35, Fleming · Event Flows · Lee"
    assert asked("where is Ann Lee?", OFF)[0] == "Cancelled: Fleming · Today 10:35–11:25"


def test_an_answer_about_a_full_talk_says_so_and_lists_talks_that_are_not_full() -> None:
    also_full = replace(TAPS, id="also", title="Sinks", full=True)
    told = asked("where is Event Flows?", FULL, also_full)
    assert told[0] == "Full: Fleming · Today 10:35–11:25"
    assert told[2:] == [
        "Instead, at the same time:",
        "Today 10:35, Whittle · Pipes",
        "Today 10:50, Turing · Taps",
    ]
    assert asked("where is Event Flows?", FULL, at="12:00")[0] == "Fleming · Today 10:35–11:25"


def test_now_and_next_leave_out_cancelled_talks_and_mark_full_ones() -> None:
    assert not any("Event Flows" in line for line in [*asked("next", OFF), *asked("now", OFF, at="10:40")])
    assert "Full · 10:35, Fleming · Event Flows · Lee" in asked("next", FULL)
    assert asked("first talk", OFF)[0] == "Today 10:35–11:25 · Whittle"


def test_lists_show_cancelled_talks_but_do_not_count_them() -> None:
    told = asked("what's on at 10:40?", OFF)
    assert told[0] == "1 talk, today at 10:40"
    assert "Cancelled · 10:35, Fleming · Event Flows · Lee" in told


def test_answers_reminders_and_cards_show_a_talks_note() -> None:
    noted = replace(FLOWS, note="Bring a\nlaptop & <tea>.", full=True)
    assert "Note: Bring a laptop & <tea>." in asked("when is Event Flows?", noted)
    alone = PlainTextBot.for_schedule(a_schedule(noted), london("10:00"), "/qcon").answer("next")["text"]
    assert str(alone).startswith("Full: 10:35–11:25 · Fleming")
    assert str(alone).endswith("Note: Bring a laptop & <tea>.")
    message = reminder_message([noted, PIPES], a_schedule().conference, personal=False)
    assert message.text.splitlines()[:3] == [
        "Starts at *10:35 · Fleming* · Event Flows · Ann Lee",
        "The room is full.",
        "Note: Bring a laptop &amp; &lt;tea&gt;.",
    ]
    assert "Note: Bring a laptop &amp; &lt;tea&gt;." in _card(noted)


def test_a_card_marks_cancelled_and_full_talks_and_links_the_recording() -> None:
    assert "Cancelled" in _card(OFF)
    assert "Full" in _card(FULL)
    seen = replace(OFF, recording="https://example.org/video")
    assert "<https://example.org/video|Recording>" in _card(seen)
    assert "How was it?" not in _card(OFF, at="12:00")
    assert "How was it?" in _card(FLOWS, at="12:00")


def test_a_cancelled_talk_stays_in_the_agenda_and_clashes_with_nothing() -> None:
    assert overlapping(PIPES, [OFF]) == overlapping(OFF, [PIPES]) == ()
    message = messages.agenda_message(
        agenda_days([OFF, PIPES, LATER], a_schedule()), RenderContext(a_schedule(), london("10:00"), READER)
    )
    assert "Cancelled · 10:35–11:25 · Fleming · Event Flows" in message.text
    assert "clashes" not in message.text
    assert "2 hours 35 minutes free" in message.text


def test_saving_a_cancelled_talk_promises_no_reminder() -> None:
    ctx = RenderContext(a_schedule(), london("10:00"), READER)
    saved = messages.saved_message(OFF, (), 10, ctx, fresh=True).text
    assert "It's cancelled; I'll tell you if it's back on" in saved
    assert "minutes before" not in saved


def test_menus_mark_cancelled_talks_and_channels_do_not_announce_them() -> None:
    schedule = a_schedule(OFF, PIPES)
    menu = inputs.talk_menu("Save…", "save-chosen", schedule.talks, schedule.conference)
    assert [option["text"]["text"] for option in menu["options"]] == ["Cancelled: 10:35 Event Flows", "10:35 Pipes"]
    assert announced_talks(schedule) == (PIPES,)


def _card(talk: Talk, at: str = "10:00") -> str:
    schedule: Schedule = a_schedule(talk)
    view = card_view.talk_card(talk, RenderContext(schedule, london(at), READER))
    return str([block.get("text", block.get("elements")) for block in view["blocks"]])
