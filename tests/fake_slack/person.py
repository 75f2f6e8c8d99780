"""A person in the fake workspace who can wait for what the bot shows."""

from bot.fake_slack.user import FakeUser, as_slack_text
from bot.fake_slack.views import SlackView
from bot.fake_slack.workspace import WAIT_S, Block, SlackMessage, WorkspaceEvent


class Person(FakeUser):
    """A person with actions that only tests need."""

    def edit(self, message: SlackMessage, text: str) -> None:
        self._workspace.edit(message, text=as_slack_text(self._workspace, text))

    async def suggest(
        self, where: SlackMessage | SlackView, action_id: str, typed: str, block_id: str | None = None
    ) -> list[Block]:
        """Type into an external menu. Return the options that the bot offers, without their groups."""
        groups = await self.suggest_in_groups(where, action_id, typed, block_id)
        return [option for group in groups for option in group["options"]]

    async def sees_modal(self, title: str = "", within_s: float = WAIT_S) -> SlackView:
        """Wait for a modal whose title contains `title`. Raises TimeoutError."""

        def find() -> SlackView | None:
            return self.modal if self.modal and title in self.modal.payload["title"]["text"] else None

        view: SlackView = await self._workspace.wait_until(find, within_s)
        return view

    async def opens_home(self) -> SlackView:
        """Open the App Home and wait until it is published. Raises TimeoutError."""
        published = False

        def watch(event: WorkspaceEvent) -> None:
            nonlocal published
            published = published or (event.kind == "home" and event.user == self.id)

        self._workspace.watchers.append(watch)
        self.open_home()
        try:
            await self._workspace.wait_until(lambda: published)
        finally:
            self._workspace.watchers.remove(watch)
        view = self.home
        assert view is not None  # it was just published
        return view
