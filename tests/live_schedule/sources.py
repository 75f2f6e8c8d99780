"""A source whose versions a test gives."""

from bot.live_schedule.source import ScheduleSource
from bot.schedule.importers.models import ImportResult


class GivenSource(ScheduleSource):
    def __init__(self) -> None:
        super().__init__("schedule")
        self.version: ImportResult | None = None

    async def read_if_changed(self, _max_age_s: float = 0) -> ImportResult | None:
        return self.version
