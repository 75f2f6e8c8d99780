"""The talks that an attendee would call similar, for sixty talks of three published schedules."""

from collections.abc import Mapping
from pathlib import Path

from bot.schedule.models import Schedule

SIMILAR = Path(__file__).parent / "similar"
SCHEDULES = ("fosdem", "pyconus-2024", "linux-conf-au")  # names in tests.search.test_labelled.FILES


def similar_labels(name: str, schedule: Schedule) -> Mapping[str, frozenset[str]]:
    """The id of each labelled talk, and the ids of those like it."""
    full = {id.split("@")[0].removeprefix("f20-"): id for id in schedule.talk_by_id}
    rows = [line.split(":") for line in (SIMILAR / f"{name}.txt").read_text(encoding="utf-8").splitlines()]
    return {full[talk]: frozenset(full[id] for id in similar.split()) for talk, similar in rows}
