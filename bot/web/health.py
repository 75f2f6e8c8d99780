"""`/healthz`: the process lives. `/readyz`: it can do its work, or what keeps it from it."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import asdict, dataclass

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Readiness:
    """What `/readyz` tells and the ready line says."""

    talks: int
    revision: int
    next_reminder: str = ""  # ISO 8601 in UTC; empty where none is planned
    problems: tuple[str, ...] = ()  # `database: TimeoutError`: what was looked at, and what is the matter with it

    @property
    def line(self) -> str:
        """`5 talks, revision 1, next reminder 2019-03-05T10:25+00:00`."""
        return f"{self.talks} talks, revision {self.revision}, next reminder {self.next_reminder or 'none'}"

    def is_ready(self, without: Collection[str] = ()) -> bool:
        """Whether nothing is the matter, but for what is left out."""
        return all(problem.partition(":")[0] in without for problem in self.problems)


def health_routes(readiness: Callable[[], Awaitable[Readiness]]) -> list[web.RouteDef]:
    """The two questions an operator's machines ask."""

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def readyz(request: web.Request) -> web.Response:
        told = await readiness()
        ready = told.is_ready(without=request.query.getall("exclude", ()))
        return web.json_response({"ready": ready} | asdict(told), status=200 if ready else 503)

    return [web.get("/healthz", healthz), web.get("/readyz", readyz)]
