"""Results of a rehearsal, grouped and counted, and the forecast of when everything goes out on the day."""

from datetime import timedelta
from pathlib import Path

from bot.app.single import run_single
from bot.clock import Clock
from bot.delivery import administration, recipients, recipients_repository
from bot.delivery.models import DIGEST, REMINDER
from bot.delivery.recipients_repository import Preferences, Subscription
from bot.rehearsal.results import (
    MinuteLoad,
    MissingMessage,
    TimelineRow,
    forecast_slots,
    message_totals,
    minute_loads,
    timeline,
)
from bot.schedule.models import Schedule
from bot.schedule.yaml.dump import schedule_yaml
from bot.settings import Settings
from tests.fake_slack.server import SlackForTests
from tests.rehearsal.deliveries import a_digest, a_reminder
from tests.rehearsal.messages import a_message, a_result
from tests.schedules import a_schedule, a_talk, london

TEXT = a_message().text

SECOND = timedelta(seconds=1)


def test_personal_messages_due_together_are_one_row_after_those_of_channels() -> None:
    rows = timeline(
        [
            a_message(talks=("b",)),
            a_message("10:25", "#general", ("a", "b")),
            a_message(talks=("a", "b")),
            a_message("08:00", kind=DIGEST),
        ]
    )
    assert rows == [
        TimelineRow(london("08:00"), DIGEST, "", 1, ("complex-event-flows",), TEXT),
        TimelineRow(london("10:25"), REMINDER, "#general", 1, ("a", "b"), TEXT),
        TimelineRow(london("10:25"), REMINDER, "", 2, ("b", "a"), TEXT),
    ]


def test_two_messages_in_one_channel_are_two_rows() -> None:
    assert [row.messages for row in timeline([a_message(channel="#a"), a_message(channel="#a")])] == [1, 1]


def test_the_busiest_minutes_come_first_with_their_first_and_last_message() -> None:
    second = timedelta(seconds=1)
    busy, quiet = minute_loads([a_message("09:00", late_s=None), *(a_message(late_s=s) for s in (-20, 0, 30))])
    assert busy == MinuteLoad(london("10:25"), 3, london("10:25") - 20 * second, london("10:25") + 30 * second)
    assert busy.late == 30 * second
    assert (quiet.messages, quiet.first, quiet.last, quiet.late) == (1, None, None, timedelta())


def test_a_message_that_goes_out_early_is_not_late() -> None:
    assert minute_loads([a_message(late_s=-20)])[0].late == timedelta()


def test_messages_are_counted_by_kind_for_channels_and_for_people() -> None:
    assert message_totals([a_message(channel="#a"), a_message(), a_message(), a_message(kind=DIGEST)]) == {
        REMINDER: (1, 2),
        DIGEST: (0, 1),
    }


def test_a_rehearsal_succeeds_if_every_message_arrived_once_and_in_time(qcon: Schedule) -> None:
    assert a_result(qcon, a_message()).succeeded
    assert not a_result(qcon, a_message(), repeated=1).succeeded
    assert not a_result(qcon, a_message(late_s=None)).succeeded
    assert not a_result(qcon, missing=(MissingMessage(london("10:25"), REMINDER, "", "dead: no_text"),)).succeeded


def test_a_single_message_goes_out_when_it_is_due() -> None:
    assert forecast_slots([a_reminder("C1", "10:25")], 300) == {"C1 10:25": london("10:25")}
    assert forecast_slots([], 300) == {}


def test_people_are_reminded_early_enough_for_the_last_one_to_be_in_time() -> None:
    slots = forecast_slots([a_reminder(f"U{n:03}") for n in range(300)], 300)
    moments = sorted(slot for slot in slots.values() if slot)
    assert moments[0] == london("10:24")
    assert moments[-1] == london("10:25") - SECOND / 5
    assert len(set(moments)) == 300


def test_reminders_start_at_most_15_minutes_early_and_the_rest_are_late() -> None:
    slots = forecast_slots([a_reminder(f"U{n:04}") for n in range(1_000)], 60)
    moments = sorted(slot for slot in slots.values() if slot)
    assert moments[0] == london("10:10")
    assert moments[-1] == london("10:10") + 999 * SECOND


def test_a_reminder_that_would_be_too_late_to_be_useful_is_not_sent() -> None:
    slots = forecast_slots([a_reminder(f"U{n:04}") for n in range(2_000)], 60)
    assert sum(slot is None for slot in slots.values()) == 200  # 30 minutes from 10:10 until 10:40
    assert max(slot for slot in slots.values() if slot) < london("10:40")


def test_channels_are_punctual_and_go_before_people() -> None:
    slots = forecast_slots([*(a_reminder(f"U{n:03}") for n in range(120)), a_reminder("C1"), a_reminder("C2")], 60)
    assert slots["C1 10:25"] == london("10:25")
    assert slots["C2 10:25"] == london("10:25") + SECOND
    people = [slot for to, slot in slots.items() if slot and to.startswith("U")]
    assert sum(slot > london("10:25") for slot in people) == 0  # the channels' slots were allowed for


def test_a_channel_gets_one_message_a_second_and_others_need_not_wait_for_it() -> None:
    twice = [a_reminder("C1", id="a"), a_reminder("C1", id="b"), a_reminder("C2", id="c")]
    slots = forecast_slots(twice, 600)
    assert slots["a"] == london("10:25")
    assert slots["b"] == london("10:25") + SECOND
    assert slots["c"] == london("10:25") + SECOND / 10  # the next slot, which b cannot use


def test_digests_are_never_early_and_go_out_after_reminders() -> None:
    slots = forecast_slots([*(a_digest(f"U{n:03}") for n in range(60)), a_reminder("C1", "08:00")], 60)
    assert slots["C1 08:00"] == london("08:00")
    digests = sorted(slot for to, slot in slots.items() if slot and to.endswith("digest"))
    assert digests == [london("08:00") + n * SECOND for n in range(1, 61)]


async def test_the_real_bot_sends_when_the_forecast_says(tmp_path: Path) -> None:
    """Remind 60 people and two channels in real time, at 20 messages a second."""
    a_minute, people = 1_200, 60
    clock, schedule = Clock(), a_schedule(a_talk("Talk", "10:35", id="t"))
    clock.sync_to(london("10:25") - 5 * SECOND)
    file = tmp_path / "schedule.yaml"
    file.write_bytes(schedule_yaml(schedule))
    async with SlackForTests.serving(clock) as slack:
        ids = slack.add_people(people)
        settings = Settings(
            bot_token=slack.bot_token,
            signing_secret=slack.signing_secret,
            slack_api_url=slack.api_url,
            port=0,
            schedule=str(file),
            database_url=f"sqlite:///{tmp_path}/bot.sqlite3",
            rate_per_minute=a_minute,
        )
        async with run_single(settings, clock) as bot:
            workspace = slack.workspace
            choices = {person: Preferences(reminded=True, channel=direct) for person, direct in ids.items()}
            await bot.database.write(
                recipients_repository.insert_attendees, workspace.team_id, choices, dict.fromkeys(ids, ("t",))
            )
            for name in ("general", "random"):
                channel = workspace.conversation(name)
                channel.members[workspace.bot.id] = None
                wanted = Subscription(workspace.team_id, channel.id, 10, "U1")
                await bot.database.write(recipients.turn_on, wanted, clock.conference_now())
            bot.worker.wake()
            await workspace.wait_until(lambda: len(slack.journal.messages) == people + 2, within_s=20)
            slots = forecast_slots(await bot.database.read(administration.all_deliveries), a_minute)
        posted_at = {message.delivery_id: message.real_time for message in slack.journal.messages}
    differences = sorted(abs(posted_at[delivery] - slot) for delivery, slot in slots.items() if slot)
    assert len(differences) == people + 2
    assert differences[len(differences) // 2] < SECOND  # the median, since a busy machine delays a few
