"""Every labelled question, over every schedule there is: what an attendee would see go right or wrong."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from bot.questions.answer import answer
from bot.questions.parse import parse
from bot.questions.results import results
from bot.schedule.importers.formats import import_schedule
from bot.schedule.models import Schedule
from bot.search.index import Index, build
from tests.conftest import ROOT
from tests.search.labelled import Labelled, read, score, total

SHARED = ROOT.parent / "shared" / "schedules"
INVENTED = Path(__file__).parent / "schedules"
FILES = {
    "qcon": ROOT / "data" / "qcon-london-2019.yaml",
    "cardio": INVENTED / "cardio.yaml",
    "pixel": INVENTED / "pixel.yaml",
    "fosdem": SHARED / "fosdem-2020.yaml",
    "europython": SHARED / "pretalx-api-europython-2023-latest.json",
    "camp": SHARED / "frab-camp-2019.json",
    "fosdem-2024": SHARED / "fosdem-2024.xml",
    "pyconus-2024": SHARED / "pyconus-2024.json",
    "europython-2024": SHARED / "programapi-europython-2024.json",
    "linux-conf-au": SHARED / "linux-conf-au-2020.ics",
    "joco": SHARED / "sched-joco-2023-v2.ics",
    "linz": SHARED / "sessionize-gab-linz-2020.json",
    "democon": SHARED / "pretalx-democon.json",
    "kielux": SHARED / "kielux-2020.ics",
    "teapot": ROOT / "data" / "samples" / "teapot-days.json",
}
MORE = ("qcon", "fosdem", "europython", "fosdem-2024", "pyconus-2024")  # for which there is a second file of questions
OPENING = {  # when the questions are asked, by the venue's clock
    "qcon": "2019-03-05T09:00",
    "cardio": "2024-09-12T08:30",
    "pixel": "2025-05-23T09:30",
    "fosdem": "2020-02-01T08:00",
    "europython": "2023-07-19T08:00",
    "camp": "2019-08-21T08:00",
    "fosdem-2024": "2024-02-03T08:00",
    "pyconus-2024": "2024-05-15T08:00",
    "europython-2024": "2024-07-08T08:00",
    "linux-conf-au": "2020-01-13T08:00",
    "joco": "2023-03-05T14:00",
    "linz": "2020-04-24T08:00",
    "democon": "2020-12-14T08:00",
    "kielux": "2020-09-18T08:00",
    "teapot": "2031-05-09T08:00",
}
EASY = ("exact", "abstract", "speaker", "partial", "accent", "affiliation", "typo", "roomtime", "multi", "adversarial")


@pytest.fixture(scope="module", params=FILES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def schedule(name: str) -> Schedule:
    file = FILES[name]
    if not file.exists():
        pytest.skip(f"needs ../shared/schedules/{file.name}, which is not part of this repository")
    return import_schedule(file.read_bytes(), file.name).schedule


@pytest.fixture(scope="module")
def index(schedule: Schedule) -> Index:
    return build(schedule)


def _shares(
    name: str, schedule: Schedule, index: Index, questions: Sequence[Labelled]
) -> tuple[float, float, list[str]]:
    """The share of plain questions that are right, that of refusals that are, and what is wrong."""
    opening = datetime.fromisoformat(OPENING[name]).replace(tzinfo=schedule.conference.timezone)
    scores, wrong = score(questions, lambda text: results(answer(parse(text), schedule, index, opening).answer))
    return total(scores, *EASY).share, total(scores, "negative").share, wrong


def test_plain_questions_are_answered_right(name: str, schedule: Schedule, index: Index) -> None:
    files = (name, f"{name}-more") if name in MORE else (name,)
    questions = [one for file in files for one in read(file, schedule, "f20-" if name == "fosdem" else "")]
    plain, refused, wrong = _shares(name, schedule, index, questions)
    assert plain >= 0.95, "\n".join(wrong)
    assert refused >= 0.9, "\n".join(wrong)


def test_questions_that_no_schedule_answers_are_refused(name: str, schedule: Schedule, index: Index) -> None:
    _, refused, wrong = _shares(name, schedule, index, read("anywhere", schedule))
    assert refused >= 0.93, "\n".join(wrong)
