"""`/healthz`: the process lives. `/readyz`: it can do its work, or what keeps it from it."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Readiness:
    """What `/readyz` tells and the ready line says."""

    talks: int
    revision: int
    next_reminder: str  # ISO 8601 in UTC; empty where none is planned
    problems: tuple[str, ...] = field(default=())

    @property
    def line(self) -> str:
        """`5 talks, revision 1, next reminder 2019-03-05T10:25+00:00`."""
        return f"{self.talks} talks, revision {self.revision}, next reminder {self.next_reminder or 'none'}"


def routes(readiness: Callable[[], Awaitable[Readiness]]) -> list[web.RouteDef]:
    """The two questions an operator's machines ask."""

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def readyz(_: web.Request) -> web.Response:
        told = await readiness()
        return web.json_response({"ready": not told.problems} | asdict(told), status=503 if told.problems else 200)

    return [web.get("/healthz", healthz), web.get("/readyz", readyz)]
