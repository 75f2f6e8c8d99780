from datetime import timedelta

from bot.blockkit import action_ids
from bot.blockkit.blocks import MESSAGE_BLOCKS, MESSAGE_CHARACTERS, Message
from bot.delivery.messages import rehearsal_message, reminder_message, suggested_questions
from bot.schedule.models import Schedule
from bot.schedule.queries import announced_talks, upcoming_posts
from tests.schedules import a_conference, a_room, a_schedule, a_speaker, a_talk

CONFERENCE = a_conference()


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
