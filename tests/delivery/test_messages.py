from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.blockkit import action_ids
from bot.blockkit.blocks import MESSAGE_BLOCKS, Message
from bot.delivery.messages import (
    ChangedTalk,
    ChangeWording,
    change_notice,
    corrected_message,
    rehearsal_message,
    reminder_message,
    suggested_questions,
)
from bot.schedule.diff import talk_changes
from bot.schedule.models import Schedule, Talk
from bot.schedule.queries import announced_talks, upcoming_posts
from tests.delivery.conftest import Day
from tests.schedules import a_conference, a_room, a_schedule, a_speaker, a_talk, london

CONFERENCE = a_conference()

MESSAGE_CHARACTERS = 12_000  # over all blocks; Slack refuses at about 13,000 with msg_blocks_too_long


def buttons(message: Message) -> list[tuple[str, str]]:
    accessories = [block["accessory"] for block in message.blocks if "accessory" in block]
    rows = [element for block in message.blocks if block["type"] == "actions" for element in block["elements"]]
    return [(element["action_id"], element.get("value", "")) for element in (*accessories, *rows)]


def test_a_reminder_of_one_talk_is_one_line_with_details_and_save_buttons() -> None:
    talk = a_talk(speakers=(a_speaker("Bernd Ruecker"),), room=a_room())
    message = reminder_message([talk], CONFERENCE, personal=False)
    assert message.text == "Starts at *10:35 · Fleming, 3rd floor* · Complex Event Flows · Bernd Ruecker"
    assert buttons(message) == [(action_ids.DETAILS, talk.id), (action_ids.SAVE, talk.id)]


def test_a_personal_reminder_has_a_settings_button_and_no_save_button() -> None:
    talk = a_talk()
    message = reminder_message([talk], CONFERENCE, personal=True)
    assert buttons(message) == [(action_ids.DETAILS, talk.id), (action_ids.SETTINGS, "")]


def test_parallel_talks_have_a_menu_each() -> None:
    message = reminder_message([a_talk("One"), a_talk("Two")], CONFERENCE, personal=False)
    assert buttons(message) == [(action_ids.TALK_MENU, ""), (action_ids.TALK_MENU, "")]


def test_a_reminder_of_many_talks_lists_eight_and_has_a_button_for_the_rest() -> None:
    talks = [a_talk(f"Talk {n}", room=a_room(f"R{n}")) for n in range(24)]
    message = reminder_message(talks, CONFERENCE, personal=False)
    assert message.text.splitlines()[-1] == "and 16 more at 10:35"
    assert buttons(message)[-1] == (action_ids.MORE, "what's on Tue 5 March at 10:35")


def test_a_title_mentions_nobody() -> None:
    message = reminder_message([a_talk("<!here> & <@U1>")], CONFERENCE, personal=False)
    assert "&lt;!here&gt; &amp; &lt;@U1&gt;" in message.text


def test_a_rehearsed_reminder_says_so_and_names_nobody() -> None:
    message = rehearsal_message(reminder_message([a_talk()], CONFERENCE, personal=True), "U0AMARA001")
    assert message.text.startswith("Rehearsal · would go to a person")
    assert "U0AMARA001" not in message.text


def test_every_reminder_of_a_big_conference_is_within_slacks_limits(fosdem: Schedule) -> None:
    first = fosdem.starts
    assert first is not None
    for post in upcoming_posts(announced_talks(fosdem), timedelta(minutes=10), first - timedelta(days=1)):
        message = reminder_message(post.talks, fosdem.conference, personal=True)
        assert len(message.blocks) <= MESSAGE_BLOCKS
        assert sum(len(block["text"]["text"]) for block in message.blocks if "text" in block) < MESSAGE_CHARACTERS


def test_the_suggested_question_names_a_speaker_with_one_talk_and_not_the_staff(fosdem: Schedule) -> None:
    assert suggested_questions(fosdem)[1] == "When is Thorsten Leemhuis on?"


def test_the_suggested_question_names_the_only_speaker_even_with_two_talks() -> None:
    twice = [
        a_talk(title, start, speakers=(a_speaker("Zoe Ma"),)) for title, start in (("One", "10:00"), ("Two", "11:00"))
    ]
    assert suggested_questions(a_schedule(*twice))[1] == "When is Zoe Ma on?"
    assert suggested_questions(a_schedule(a_talk("Alone")))[1] == "What's on now?"


FLEMING, WHITTLE, ANN, BOB = a_room("Fleming", ""), a_room("Whittle", ""), a_speaker("Ann"), a_speaker("Bob")

TUESDAY, WEDNESDAY = date(2019, 3, 5), date(2019, 3, 6)

WORDING = ChangeWording(CONFERENCE, TUESDAY)

TALK = a_talk("Event Flows", "14:55", room=FLEMING, speakers=(ANN,))


def at(clock: str, talk: Talk = TALK, day: str = "2019-03-05") -> Talk:
    start = london(clock, day)
    return replace(talk, start=start, end=start + talk.length)


def line_for(before: Talk | None, now: Talk | None, today: date | None = TUESDAY) -> str:
    return ChangeWording(CONFERENCE, today).line(ChangedTalk(before, now))


def test_a_moved_talk_is_shown_with_its_new_and_old_time_and_room() -> None:
    elsewhere = replace(at("15:10"), room=WHITTLE)
    assert line_for(TALK, elsewhere) == "Moved: *now 15:10, Whittle* · Event Flows · Ann (was 14:55, Fleming)"


def test_a_new_room_is_named_with_its_floor_and_so_is_a_namesake() -> None:
    upstairs = replace(TALK, room=a_room("Whittle", "6th floor"))
    assert line_for(TALK, upstairs) == "Moved: *now 14:55, Whittle, 6th floor* · Event Flows · Ann (was 14:55, Fleming)"
    downstairs = replace(TALK, room=replace(a_room("Whittle", "1st floor"), id="other"))
    assert line_for(upstairs, downstairs).endswith("(was 14:55, Whittle, 6th floor)")


def test_a_day_that_is_not_today_is_named() -> None:
    assert line_for(TALK, at("15:10"), date(2019, 3, 4)) == (
        "Moved: *now Tue 5 March 15:10, Fleming* · Event Flows · Ann (was 14:55, Fleming)"
    )
    assert line_for(TALK, at("15:10", day="2019-03-06")) == (
        "Moved: *now Wed 6 March 15:10, Fleming* · Event Flows · Ann (was 14:55, Fleming)"
    )
    assert line_for(TALK, at("15:10", day="2019-03-06"), WEDNESDAY).endswith("(was Tue 5 March 14:55, Fleming)")


def test_a_longer_talk_is_shown_with_its_end() -> None:
    longer = replace(TALK, end=london("16:30"))
    assert line_for(TALK, longer) == "Moved: *now 14:55–16:30, Fleming* · Event Flows · Ann (was 14:55–15:45, Fleming)"


def test_a_talk_that_starts_and_ends_later_by_different_times_is_shown_with_its_end() -> None:
    both = replace(TALK, start=london("15:10"), end=london("17:30"))
    assert line_for(TALK, both) == "Moved: *now 15:10–17:30, Fleming* · Event Flows · Ann (was 14:55–15:45, Fleming)"


def test_a_notice_says_that_a_talk_is_over_by_its_new_time() -> None:
    over = ChangedTalk(TALK, at("09:00"), is_over=True)
    assert WORDING.explained(over) == (
        "Moved: *now 09:00, Fleming* · Event Flows · Ann (was 14:55, Fleming)\nIt's already over."
    )


def test_a_talk_without_a_room_any_more_says_so() -> None:
    assert line_for(TALK, replace(TALK, room=None)).startswith("Moved: *now 14:55, no room yet*")


def test_a_talk_marked_as_cancelled_and_one_that_is_gone_read_the_same() -> None:
    gone = "Cancelled: Event Flows · Ann (was 14:55, Fleming)"
    assert line_for(TALK, None) == line_for(TALK, replace(TALK, cancelled=True)) == gone


def test_a_new_talk_and_one_that_is_back_on_are_shown_with_time_and_room() -> None:
    off = replace(TALK, cancelled=True)
    assert line_for(None, TALK) == "New: *14:55, Fleming* · Event Flows · Ann"
    assert line_for(off, TALK) == "Back on: *14:55, Fleming* · Event Flows · Ann"
    assert line_for(off, at("15:10")) == "Back on: *15:10, Fleming* · Event Flows · Ann (was 14:55, Fleming)"


def test_a_new_title_and_new_speakers_are_shown_with_the_old_ones() -> None:
    retitled, given_by_bob = replace(TALK, title="Rivers"), replace(TALK, speakers=(BOB,))
    assert line_for(TALK, retitled) == "Now titled: *Rivers* · 14:55, Fleming · Ann (was Event Flows)"
    assert line_for(TALK, given_by_bob) == "Now given by: *Bob* · Event Flows · 14:55, Fleming (was Ann)"
    nobody = "No speakers named any more: *Event Flows* · 14:55, Fleming (was Ann)"
    assert line_for(TALK, replace(TALK, speakers=())) == nobody
    baker, namesake = a_speaker("Ann", "Baker"), replace(ANN, id="ann-2")
    handed = "Now given by: *Ann (another person with that name)* · Event Flows · 14:55, Fleming (was Ann (Baker))"
    assert line_for(replace(TALK, speakers=(baker,)), replace(TALK, speakers=(namesake,))) == handed
    both = replace(at("15:10"), title="Rivers", speakers=(BOB,))
    assert line_for(TALK, both) == "Moved: *now 15:10, Fleming* · Rivers · Bob (was 14:55, Fleming; Event Flows; Ann)"


def test_a_notice_mentions_nobody() -> None:
    nasty = replace(TALK, title="<!here>", speakers=(a_speaker("<@U1>"),), room=a_room("<!channel>", "<1>"))
    for line in (
        line_for(nasty, at("15:10", nasty)),
        line_for(nasty, None),
        line_for(TALK, nasty),
        line_for(nasty, TALK),
    ):
        assert not {"<!", "<@", "<1"} & {line[at : at + 2] for at in range(len(line))}


def test_a_channels_notice_offers_save_and_a_persons_notice_offers_settings() -> None:
    off = ChangedTalk(TALK, replace(TALK, cancelled=True))
    new = ChangedTalk(None, a_talk("New"))
    to_channel = change_notice([off, new], WORDING, personal=False)
    menus = [[option["value"].split()[0] for option in block["accessory"]["options"]] for block in to_channel.blocks]
    assert menus == [["details", "share"], ["details", "save", "share"]]
    assert buttons(change_notice([off], WORDING, personal=True)) == [
        (action_ids.DETAILS, TALK.id),
        (action_ids.SETTINGS, ""),
    ]


def test_a_notice_of_many_changes_lists_the_first_and_has_a_button_for_all() -> None:
    many = [ChangedTalk(a_talk(f"Talk {n}"), None) for n in range(9)]
    message = change_notice(many, WORDING, personal=False)
    assert message.text.splitlines()[-2:] == ["Cancelled: Talk 7 (was 10:35)", "and 1 more change"]
    assert buttons(message)[-1] == (action_ids.ALL_CHANGES, "")


def test_only_the_outdated_lines_of_a_message_are_edited() -> None:
    off = replace(TALK, cancelled=True)
    lines = [
        ChangedTalk(a_talk("Same"), a_talk("Same")),
        ChangedTalk(TALK, at("15:10")),
        ChangedTalk(TALK, off),
        ChangedTalk(off, off),
    ]
    message = corrected_message(lines, WORDING, personal=False)
    assert message.text.splitlines() == [
        "*10:35* · Same",
        "Moved: *now 15:10, Fleming* · Event Flows · Ann (was 14:55, Fleming)",
        "Cancelled: Event Flows · Ann (was 14:55, Fleming)",
        "Cancelled: Event Flows · Ann (was 14:55, Fleming)",
    ]


def test_a_notice_gives_the_reason_of_its_change_and_not_of_an_earlier_one() -> None:
    late = replace(at("15:10"), reason="The speaker's train is late.", note="Bring a laptop.")
    message = change_notice([ChangedTalk(TALK, late)], WORDING, personal=True)
    assert message.text.splitlines()[1:] == ["Note: The speaker's train is late. · Bring a laptop."]
    message = change_notice([ChangedTalk(late, replace(late, room=None))], WORDING, personal=True)
    assert message.text.splitlines()[1:] == ["Note: Bring a laptop."]


def test_a_notice_includes_the_organisers_note() -> None:
    late = replace(at("15:10"), note="The speaker's train is late.")
    message = change_notice([ChangedTalk(TALK, late)], WORDING, personal=True)
    assert message.text.splitlines() == [
        "Moved: *now 15:10, Fleming* · Event Flows · Ann (was 14:55, Fleming)",
        "Note: The speaker's train is late.",
    ]


def test_a_notice_gives_a_reader_elsewhere_their_own_time() -> None:
    moved, berlin = [ChangedTalk(TALK, at("15:10"))], ZoneInfo("Europe/Berlin")
    line = "Moved: *now 15:10 (16:10 for you), Fleming* · Event Flows · Ann (was 14:55, Fleming)"
    assert change_notice(moved, ChangeWording(CONFERENCE, TUESDAY, berlin), personal=True).text == line
    assert corrected_message(moved, ChangeWording(CONFERENCE, TUESDAY, berlin), personal=True).text == line


def test_a_notice_of_a_change_that_was_undone_says_so() -> None:
    message = corrected_message(
        [ChangedTalk(TALK, TALK)], ChangeWording(CONFERENCE, None), personal=True, is_notice=True
    )
    assert message.text == "Taken back: still *Tue 5 March 14:55, Fleming* · Event Flows"


def test_a_notice_of_a_full_room_names_other_talks_at_that_time() -> None:
    full, other = replace(TALK, full=True), a_talk("Chaos *and* Order", "14:55", room=a_room("Whittle", "2nd floor"))
    message = change_notice([ChangedTalk(TALK, full, (other,))], WORDING, personal=True)
    assert message.text.splitlines() == [
        "Full: *14:55, Fleming* · Event Flows · Ann",
        "Also on then: _Chaos ∗and∗ Order_ · Whittle, 2nd floor",
    ]
    assert [change.kind for change in talk_changes(TALK, full)] == ["full"]
    assert talk_changes(full, TALK) == ()


AMARA, KENJI = "U0AMARA001", "U0KENJI001"

ABOUT = "Saga orchestration and compensation in workflows."

FLOWS = a_talk("Flows", "10:35", room=a_room("Fleming"), abstract=ABOUT)

NOON = a_talk("Sagas at noon", "12:00", room=a_room("Whittle"), abstract=ABOUT)

LATER = a_talk("Sagas again", "15:00", room=a_room("Whittle"), abstract=ABOUT)

LUNCH = a_talk("A walk", "12:10", room=a_room("Fleming"), abstract="Trees.")

OTHERS = [a_talk(f"Other {number}", "16:00", abstract=f"Something{number}.") for number in range(4)]


def _day_with(first: Talk) -> Schedule:
    return a_schedule(first, NOON, LATER, LUNCH, *OTHERS)


async def _notices(day: Day, changed: Talk) -> list[str]:
    """The notices to both people once the first talk has changed, the shorter one first."""
    await day.start_process(_day_with(FLOWS))
    await day.attend(AMARA, "flows")
    await day.attend(KENJI, "flows", "a-walk")
    await day.processes[0].conference.publish_source(_day_with(changed))
    day.wake()
    return sorted((message.readable_text for message in await day.arrived(2, 30)), key=len)


async def test_the_notice_of_a_cancelled_talk_lists_similar_ones_that_the_reader_can_attend(day: Day) -> None:
    texts = await _notices(day, replace(FLOWS, cancelled=True))
    assert "Similar, and free on your agenda:\n• _Sagas again_ · 15:00, Whittle" in texts[0]
    assert "Sagas at noon" not in texts[0]  # it clashes with the walk
    assert "_Sagas again_ · 15:00, Whittle" in texts[1]
    assert "_Sagas at noon_ · 12:00, Whittle" in texts[1]
    assert all("Save a similar one…" in text for text in texts)


async def test_the_notice_of_a_full_room_lists_similar_talks(day: Day) -> None:
    texts = await _notices(day, replace(FLOWS, full=True))
    assert all("Similar, and free on your agenda:\n• " in text for text in texts)
