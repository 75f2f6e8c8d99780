"""What people thought of a talk: a vote, a comment with it, and the results for organisers."""

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.errors import BotError
from bot.handlers.attendees import Attendees
from bot.handlers.boundary import Boundary
from bot.handlers.desk import Desk
from bot.handlers.people import People
from bot.handlers.reply import answer
from bot.handlers.surfaces import Surfaces
from bot.schedule.model import Talk
from bot.store.feedback import VOTES
from bot.views import feedback as views
from bot.views import ids


class TooEarlyError(BotError):
    """This talk has not begun. Tell me afterwards how it was."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class Feedback:
    def __init__(self, desk: Desk, attendees: Attendees, people: People, surfaces: Surfaces) -> None:
        self._desk = desk
        self._attendees = attendees
        self._people = people
        self._surfaces = surfaces

    def listen(self, app: AsyncApp, boundary: Boundary) -> None:
        app.action(ids.any_of(ids.VOTE))(boundary.guarded(self.voted))
        app.action(ids.COMMENT)(boundary.guarded(self.comment_begun))
        app.view(ids.COMMENT_GIVEN)(boundary.guarded(self.comment_given))

    async def asked(self, args: AsyncArgs) -> None:
        """`/qcon feedback`: the results, for organisers."""
        await self._people.demand_organiser(args)
        tallies = await self._attendees.tallies(args)
        known = self._desk.edition.schedule.talk_by_id
        told = [
            (known[one.talk], {"green": one.green, "yellow": one.yellow, "red": one.red}, one.comments)
            for one in tallies
            if one.talk in known
        ]
        await answer(args, views.results(told))

    async def voted(self, args: AsyncArgs) -> None:
        await args.ack()
        colour, talk = self._read(args.payload["value"])
        if self._desk.now < talk.start:
            raise TooEarlyError
        await self._attendees.give_vote(args, talk.id, colour)
        await self._surfaces.show(args, views.thanks(talk, colour))

    async def comment_begun(self, args: AsyncArgs) -> None:
        await args.ack()
        colour, talk = self._read(args.payload["value"])
        _, before = await self._attendees.vote(args, talk.id)
        await self._surfaces.open(args, views.comment_form(talk, colour, before))

    async def comment_given(self, args: AsyncArgs) -> None:
        _, talk = self._read(args.body["view"]["private_metadata"])
        comment = args.body["view"]["state"]["values"]["comment"]["text"]["value"] or ""
        await self._attendees.comment(args, talk.id, comment)
        await args.ack()

    def _read(self, value: str) -> tuple[str, Talk]:
        colour, _, talk = value.partition(" ")
        if colour not in VOTES:
            raise TypeError("the button's value holds no vote")
        return colour, self._desk.talk(talk)
