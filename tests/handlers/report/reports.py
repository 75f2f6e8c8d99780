"""A report with something of everything in it."""

from bot.handlers.feedback.repository import Votes
from bot.handlers.report.demand import ClashingTalks, Demand
from bot.handlers.report.figures import (
    ConferenceReport,
    MessageStats,
    PunctualityStats,
    QuestionStats,
    TalkStats,
)
from bot.schedule.models import Schedule
from tests.schedules import DAYS, a_conference, a_room, a_schedule, a_speaker, a_talk, a_track, london

HOSTILE = "<script>alert('x')</script> & <b>"


def a_report(schedule: Schedule | None = None, comment: str = "Too fast, but good.") -> ConferenceReport:
    """A conference of three talks, unless told another: saved, voted and written about, asked and reminded of."""
    schedule = schedule or a_schedule(
        a_talk("Complex Event Flows", speakers=(a_speaker(),), room=a_room(), track=a_track()),
        a_talk(f"Infrastructure Code {HOSTILE}", "11:50"),
        a_talk("Reactive Systems", "13:40"),
        conference=a_conference(),
    )
    first, *others, last = schedule.talks
    saved = [TalkStats(one.id, one, saved=max(5, 890 - 210 * place), votes=None) for place, one in enumerate(others)]
    liked = TalkStats(first.id, first, saved=1_204, votes=41, rating=Votes(39, 1, 1), comments=(comment,) * 7)
    return ConferenceReport(
        schedule.conference,
        london("18:15"),
        talks=(liked, *saved, TalkStats(last.id, last, saved=None, votes=None), TalkStats("gone", None, saved=9)),
        savers=318,
        reminded=290,
        voters=97,
        votes=412,
        channels=4,
        questions=QuestionStats(1_120, 84),
        days=tuple(QuestionStats(400, None if day is DAYS[1] else 20, day) for day in DAYS),
        kinds=tuple(QuestionStats(100, 5, None, kind) for kind in ("what", "list", "who", "practical")),
        unanswered=tuple((f"{HOSTILE} {number}", 30 - number) for number in range(23)),
        rarely_unanswered=37,
        demand=Demand(((f"sourdough {HOSTILE}", 12),), (ClashingTalks(first, last, 8),), ((first, 340),)),
        messages=(
            MessageStats("reminder", to_people=False, sent=20),
            MessageStats("reminder", True, 6_101, 12, 3, 44, 1),
        ),
        punctuality=(
            PunctualityStats(False, (19, 1, 0, 0, 0), 20),
            PunctualityStats(True, (5_000, 900, 100, 50, 51), 6_095),
        ),
    )


def an_empty_report() -> ConferenceReport:
    """Before anybody did anything."""
    schedule = a_schedule(a_talk())
    return ConferenceReport(
        schedule.conference, london("09:00"), tuple(TalkStats(one.id, one) for one in schedule.talks)
    )
