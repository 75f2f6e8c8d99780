"""A source whose versions a test gives."""

from bot.live_schedule.source import ScheduleSource
from bot.live_schedule.version_cache import VersionCache
from bot.schedule.importers.models import ImportResult
from bot.search.index import build


class GivenSource(ScheduleSource):
    def __init__(self, versions: VersionCache | None = None) -> None:
        super().__init__("schedule", remember=(versions or VersionCache(build)).remember)
        self.version: ImportResult | None = None

    async def read_if_changed(self) -> ImportResult | None:
        return self.version
