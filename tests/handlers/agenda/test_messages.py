from bot.blockkit.talk_text import RenderContext
from bot.fake_slack.block_kit import problems
from bot.handlers.agenda import messages
from bot.questions.models import Reader
from bot.schedule.models import Room, Schedule
from bot.schedule.queries import agenda_days
from tests.schedules import a_conference, a_room, a_schedule, a_talk, london

CONFERENCE = a_conference()

CTX = RenderContext(a_schedule(), london("10:00"), Reader(CONFERENCE.timezone, "/pycon"))

ELSEWHERE = CTX._replace(reader=Reader(command="/qcon"))

FLOWS = a_talk("Complex Event Flows", "10:35", room=a_room())

RIVAL = a_talk("Rival", "11:00", room=a_room("Mountbatten", "6th floor"))

LATER = a_talk("Reactive Systems", "13:40", room=a_room())


def test_an_agenda_is_listed_by_day_with_clashes_gaps_and_floors() -> None:
    message = messages.agenda_message(agenda_days([FLOWS, RIVAL, LATER], a_schedule()), CTX)
    assert message.text.splitlines() == [
        "Your agenda",
        "*Tue 5 March*",
        "10:35–11:25 · Fleming, 3rd floor · Complex Event Flows",
        "    clashes with _Rival_",
        "    _another floor_",
        "11:00–11:50 · Mountbatten, 6th floor · Rival",
        "    clashes with _Complex Event Flows_",
        "    _1 hour 50 minutes free, then another floor_",
        "13:40–14:30 · Fleming, 3rd floor · Reactive Systems",
    ]


def test_the_rows_of_an_agenda_show_clashes_and_the_time_between_talks() -> None:
    message = messages.agenda_message(agenda_days([FLOWS, RIVAL, LATER], a_schedule()), CTX)
    texts = [block["text"]["text"] if "text" in block else block["elements"][0].get("text") for block in message.blocks]
    assert texts[1:-2] == [
        "*Today, Tue 5 March*",
        "*10:35 · Complex Event Flows*\nFleming, 3rd floor\nClashes with _Rival_",
        "another floor",
        "*11:00 · Rival*\nMountbatten, 6th floor\nClashes with _Complex Event Flows_",
        "1 hour 50 minutes free, then another floor",
        "*13:40 · Reactive Systems*\nFleming, 3rd floor",
    ]


def test_a_long_agenda_opens_at_the_present_hour() -> None:
    talks = [
        a_talk(f"Talk {number}", f"{9 + number // 4:02}:{15 * (number % 4):02}", minutes=15) for number in range(40)
    ]
    days = agenda_days(talks, a_schedule())
    message = messages.agenda_message(days, CTX._replace(now=london("13:05")))
    assert "13–24 of 40" in str(message.blocks)
    labels = [element["text"]["text"] for element in message.blocks[-1]["elements"] if element["type"] == "button"]
    assert labels[:2] == ["Earlier", "Later"]


def test_an_empty_agenda_says_how_to_fill_it() -> None:
    assert "`/pycon save` and its title" in messages.agenda_message((), CTX).text


def test_a_saved_talk_is_confirmed_with_its_time_clashes_and_reminder() -> None:
    told = messages.saved_message(FLOWS, [RIVAL], 10, ELSEWHERE, fresh=True).text
    assert told == (
        "Saved: *Complex Event Flows*, Tue 5 March 10:35. It clashes with _Rival_. "
        "I'll remind you 10 minutes before. To change this: `/qcon settings`."
    )


def test_a_talk_that_was_already_saved_is_confirmed_as_such() -> None:
    told = messages.saved_message(FLOWS, (), None, ELSEWHERE, fresh=False).text
    assert told.startswith("Already on your agenda: *Complex Event Flows*")
    assert "Your reminders are off" in told


def test_a_search_without_results_offers_the_closest_talks() -> None:
    told = messages.no_match_message("<!here> kafka", [FLOWS], ELSEWHERE)
    assert told.text.startswith("No sessions found for “&lt;!here&gt; kafka”. Closest matches:")
    assert messages.no_match_message("kafka", (), ELSEWHERE).blocks == ()


def test_an_agenda_of_a_whole_big_conference_is_within_slacks_limits(fosdem: Schedule) -> None:
    ctx = CTX._replace(schedule=fosdem)
    message = messages.agenda_message(agenda_days(fosdem.talks, fosdem), ctx)
    assert problems("message", message.payload()) == []
    assert "more" in message.text.splitlines()[-1]


def test_hostile_names_stay_within_slacks_limits_and_mention_nobody() -> None:
    room = Room("r", "<!channel> & " * 100)
    talks = [a_talk("<@U1> *bold* " * 50, london("10:00"), id=f"{n:0128}", room=room) for n in range(60)]
    message = messages.agenda_message(agenda_days(talks, a_schedule()), CTX)
    assert problems("message", message.payload()) == []
    assert "<" not in message.text
