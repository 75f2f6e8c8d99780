from dataclasses import replace
from datetime import date

from bot.schedule import organiser_actions
from bot.schedule.models import Schedule, Talk
from bot.schedule.overrides import merge_overrides
from tests.schedules import a_conference, a_room, a_schedule, a_speaker, a_talk, a_track, london

FLEMING, WHITTLE = a_room(), a_room("Whittle", "2nd floor")

TUESDAY = date(2019, 3, 5)

FLOWS = a_talk("Event Flows", "14:55", room=FLEMING, speakers=(a_speaker(),))


def _after(schedule: Schedule, action: organiser_actions.OrganiserAction) -> Schedule:
    return merge_overrides(schedule, action.overrides).schedule


def _span(talk: Talk) -> tuple[str, str]:
    local = a_conference().local
    return f"{local(talk.start):%H:%M}", f"{local(talk.end):%H:%M}"


def test_one_talk_is_delayed_and_lasts_as_long() -> None:
    action = organiser_actions.delay_talks([FLOWS], 15)
    after = _after(a_schedule(FLOWS), action)
    assert _span(after.talk_by_id["event-flows"]) == ("15:10", "16:00")
    assert action.description == "delayed “Event Flows” by 15 minutes"


def test_only_the_upcoming_sessions_of_a_room_are_delayed_together() -> None:
    begun, lunch = a_talk("Begun", "10:00", room=FLEMING), a_talk("Lunch", "12:00", kind="lunch", room=FLEMING)
    elsewhere = a_talk("Elsewhere", "14:55", room=WHITTLE)
    tomorrow = a_talk("Tomorrow", london("10:00", "2019-03-06"), room=FLEMING)
    off = replace(a_talk("Off", "15:30", room=FLEMING), cancelled=True)
    schedule = a_schedule(begun, lunch, FLOWS, elsewhere, tomorrow, off)
    coming = organiser_actions.upcoming_talks(schedule, london("10:30"), TUESDAY, room=FLEMING.id)
    assert [talk.title for talk in coming] == ["Lunch", "Event Flows"]
    action = organiser_actions.delay_talks(coming, 20, "in Fleming")
    assert action.description == "delayed 2 sessions in Fleming by 20 minutes"
    after = _after(schedule, action)
    assert _span(after.talk_by_id["lunch"])[0] == "12:20"
    assert after.talk_by_id["elsewhere"] == elsewhere


def test_a_track_and_a_whole_day_can_be_delayed() -> None:
    track = a_track()
    of_track = a_talk("Of the track", "11:00", track=track)
    schedule = a_schedule(of_track, FLOWS)
    assert organiser_actions.upcoming_talks(schedule, london("10:00"), TUESDAY, track=track.id) == (of_track,)
    assert organiser_actions.upcoming_talks(schedule, london("10:00"), TUESDAY) == schedule.talks


def test_a_move_overrides_only_the_fields_that_differ() -> None:
    action = organiser_actions.move_talk(FLOWS, a_conference(), FLOWS.start, FLOWS.end, "Whittle")
    assert [dict(one.after.present) for one in action.overrides] == [{"room": "Whittle"}]
    assert action.description == "moved “Event Flows” to 14:55, Whittle"


def test_a_move_to_the_same_time_and_room_overrides_nothing() -> None:
    assert organiser_actions.move_talk(FLOWS, a_conference(), FLOWS.start, FLOWS.end, "Fleming").overrides == ()


def test_a_move_that_makes_a_talk_longer_names_its_end() -> None:
    action = organiser_actions.move_talk(FLOWS, a_conference(), FLOWS.start, london("16:15"), "Fleming")
    assert action.description == "moved “Event Flows” to 14:55–16:15, Fleming"


def test_a_move_to_another_day_names_the_day() -> None:
    start = london("09:00", "2019-03-06")
    assert (
        organiser_actions.move_talk(FLOWS, a_conference(), start, start + FLOWS.length, "").description
        == "moved “Event Flows” to Wed 6 March 09:00"
    )


def test_a_talk_is_cancelled_with_the_reason_and_reinstated() -> None:
    cancelled = _after(a_schedule(FLOWS), organiser_actions.cancel_talk(FLOWS, "The speaker is ill.")).talk_by_id[
        "event-flows"
    ]
    assert (cancelled.cancelled, cancelled.reason) == (True, "The speaker is ill.")
    assert organiser_actions.cancel_talk(cancelled).overrides == ()
    again = _after(a_schedule(cancelled), organiser_actions.reinstate_talk(cancelled)).talk_by_id["event-flows"]
    assert not again.cancelled


def test_cancelling_without_a_reason_keeps_the_existing_note() -> None:
    noted = replace(FLOWS, note="Bring a laptop.")
    [edit] = organiser_actions.cancel_talk(noted).overrides
    assert dict(edit.after.present) == {"cancelled": True}


def test_a_reason_ends_with_its_change_and_the_note_stays() -> None:
    noted = replace(FLOWS, note="Bring a laptop.")
    cancelled = _after(a_schedule(noted), organiser_actions.cancel_talk(noted, "The speaker is ill."))
    talk = cancelled.talk_by_id["event-flows"]
    assert (talk.note, talk.reason) == ("Bring a laptop.", "The speaker is ill.")
    assert _after(cancelled, organiser_actions.reinstate_talk(talk)).talk_by_id["event-flows"] == noted


def test_a_reason_ends_with_the_next_move_but_not_with_a_note() -> None:
    delayed = _after(a_schedule(FLOWS), organiser_actions.delay_talks([FLOWS], 15, reason="The projector is broken."))
    [talk] = delayed.talks
    assert _after(delayed, organiser_actions.set_note(talk, "Upstairs")).talks[0].reason == "The projector is broken."
    moved = organiser_actions.move_talk(talk, a_conference(), talk.start, talk.end, "Whittle")
    assert _after(delayed, moved).talks[0].reason == ""
    again = organiser_actions.delay_talks([talk], 15, reason="It is still broken.")
    assert _after(delayed, again).talks[0].reason == "It is still broken."


def test_a_full_talk_is_full_no_longer_in_another_room() -> None:
    crowded = replace(FLOWS, full=True)
    for room, is_full in (("Whittle", False), ("", False), ("Fleming", True)):
        moved = organiser_actions.move_talk(crowded, a_conference(), FLOWS.start, FLOWS.start, room)
        assert _after(a_schedule(crowded), moved).talk_by_id["event-flows"].full == is_full


def test_a_talk_can_be_marked_full_and_not_full_again() -> None:
    crowded = _after(a_schedule(FLOWS), organiser_actions.mark_full(FLOWS)).talk_by_id["event-flows"]
    assert crowded.full
    assert not _after(a_schedule(crowded), organiser_actions.mark_not_full(crowded)).talk_by_id["event-flows"].full


def test_organisers_can_change_speakers_notes_and_links() -> None:
    after = a_schedule(FLOWS)
    for action in (
        organiser_actions.change_speakers(FLOWS, ["Bernd Ruecker", "Somebody New"]),
        organiser_actions.set_note(FLOWS, "Bring a laptop."),
        organiser_actions.set_links(FLOWS, "https://example.org/live", ""),
    ):
        after = _after(after, action)
    talk = after.talk_by_id["event-flows"]
    assert [speaker.name for speaker in talk.speakers] == ["Bernd Ruecker", "Somebody New"]
    assert (talk.note, talk.stream, talk.recording) == ("Bring a laptop.", "https://example.org/live", "")
    assert organiser_actions.set_note(talk, "").description == "took the note off “Event Flows”"


def test_an_open_space_that_is_submitted_twice_is_added_once() -> None:
    schedule = a_schedule(FLOWS)
    wanted = ("k7", "Open space: sagas", london("16:30"), london("17:15"), "Garden tent", ("Amara Okafor",))
    after = _after(schedule, organiser_actions.add_session(schedule, *wanted))
    [added] = [talk for talk in after.talks if talk.title == "Open space: sagas"]
    assert added.room
    assert added.room.name == "Garden tent"
    assert organiser_actions.add_session(after, *wanted).overrides == ()


def _moved_into_whittle(*others: Talk) -> tuple[organiser_actions.Clash, ...]:
    before = a_schedule(FLOWS, *others)
    after = _after(before, organiser_actions.move_talk(FLOWS, a_conference(), FLOWS.start, FLOWS.end, "Whittle"))
    return organiser_actions.new_clashes(before, after, ["event-flows"])


def test_a_move_into_an_occupied_room_is_a_clash() -> None:
    [clash] = _moved_into_whittle(a_talk("There first", "15:00", room=WHITTLE))
    assert (clash.other.title, clash.what) == ("There first", "Whittle")


def test_breaks_adjacent_talks_and_cancelled_ones_do_not_clash() -> None:
    lunch = a_talk("Coffee", "15:00", kind="coffee", room=WHITTLE)
    after = a_talk("After", "15:45", room=WHITTLE)
    off = replace(a_talk("Off", "15:00", room=WHITTLE), cancelled=True)
    assert _moved_into_whittle(lunch, after, off) == ()


def test_a_speaker_in_two_places_is_a_clash_unless_it_was_so_before() -> None:
    other = a_talk("Other", "15:20", speakers=(a_speaker(),))
    before = a_schedule(FLOWS, other)
    assert organiser_actions.new_clashes(before, before, ["event-flows"]) == ()
    apart = a_schedule(FLOWS, replace(other, start=london("18:00"), end=london("19:00")))
    [clash] = organiser_actions.new_clashes(apart, before, ["event-flows", "other"])
    assert clash.what == "Bernd Ruecker"
