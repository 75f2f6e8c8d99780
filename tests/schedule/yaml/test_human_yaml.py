from hypothesis import given

from bot.schedule.models import Schedule
from bot.schedule.yaml.dump import schedule_yaml
from bot.schedule.yaml.load import load
from tests.schedule.generated import schedules
from tests.schedules import a_conference, a_room, a_schedule, a_speaker, a_talk


@given(schedules())
def test_any_schedule_is_read_back_equal(schedule: Schedule) -> None:
    assert load(schedule_yaml(schedule), "x") == schedule


def test_real_schedules_come_back_equal(qcon: Schedule, fosdem: Schedule) -> None:
    assert load(schedule_yaml(qcon), "x") == qcon
    assert load(schedule_yaml(fosdem), "x") == fosdem


def test_a_schedule_is_written_as_a_person_would_write_it() -> None:
    talk = a_talk("Flows: a tale", speakers=(a_speaker("Bo"), a_speaker("Al")), room=a_room(), abstract="One.\n\nTwo.")
    assert schedule_yaml(a_schedule(talk, conference=a_conference(days=a_conference().days[:1]))).decode() == (
        "conference:\n"
        "  name: QCon London 2019\n"
        "  timezone: Europe/London\n"
        "  days: [2019-03-04]\n"
        "\n"
        "rooms:\n"
        "- id: fleming\n"
        "  name: Fleming\n"
        "  floor: 3rd floor\n"
        "\n"
        "speakers:\n"
        "- id: bo\n"
        "  name: Bo\n"
        "\n"
        "- id: al\n"
        "  name: Al\n"
        "\n"
        "talks:\n"
        "- id: flows-a-tale\n"
        "  title: 'Flows: a tale'\n"
        "  speakers: [bo, al]\n"
        "  room: fleming\n"
        "  start: 2019-03-05 10:35\n"
        "  end: 2019-03-05 11:25\n"
        "  abstract: |-\n"
        "    One.\n"
        "\n"
        "    Two.\n"
    )


def test_a_schedule_without_talks_can_be_written() -> None:
    assert load(schedule_yaml(a_schedule()), "x") == a_schedule()
