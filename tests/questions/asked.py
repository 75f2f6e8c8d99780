"""One question at the shipped schedule, for tests of how questions are read."""

from datetime import UTC, datetime

from bot.questions.answer import answer
from bot.questions.models import Answer
from bot.questions.parse import parse
from bot.schedule.yaml.load import load
from bot.search.index import build
from bot.settings import SHIPPED_SCHEDULE

MORNING = datetime(2019, 3, 5, 10, 20, tzinfo=UTC)


def ask(text: str, now: datetime = MORNING) -> Answer:
    """The answer, with nothing said before."""
    schedule = load(SHIPPED_SCHEDULE.read_bytes(), SHIPPED_SCHEDULE.name)
    return answer(parse(text), schedule, build(schedule), now).answer
