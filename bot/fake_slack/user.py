"""A person in the fake workspace, through whom tests and the playground act."""

from collections.abc import Iterable
from typing import Any

from bot.fake_slack.arguments import SlackRefusal
from bot.fake_slack.block_elements import options_of
from bot.fake_slack.block_kit import elements_of
from bot.fake_slack.delivery_to_app import Acknowledgement
from bot.fake_slack.user_actions import UserActions
from bot.fake_slack.views import SlackView
from bot.fake_slack.workspace import WAIT_S, Block, SlackConversation, SlackMessage, SlackUser, WorkspaceEvent

# The field of `actions` and of a view's state that holds an element's choice.
SINGLE_KINDS = {
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
}

# The same for elements that take several choices.
MULTI_KINDS = {
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
}

SINGLE_OPTION_KINDS = frozenset({"static_select", "external_select", "radio_buttons", "overflow"})


def element_state(element: Block, choice: Any, suggested: Iterable[Block] = ()) -> dict[str, Any]:
    """Return an element's state after a choice, as Slack describes it in `actions` and in a view's state.

    `choice` is an option's value, a list of values, or the text or date entered. None clears the element.

    `suggested` holds the options that the bot offered for an external menu. Raises SlackRefusal for any other option.
    """
    kind = element["type"]
    if kind == "button":
        return {"type": kind, "text": element["text"]} | ({"value": element["value"]} if "value" in element else {})
    if kind in SINGLE_KINDS:
        return {"type": kind, SINGLE_KINDS[kind]: choice}
    if kind in MULTI_KINDS:
        return {"type": kind, MULTI_KINDS[kind]: list(choice or ())}
    options = {option["value"]: option for option in (*options_of(element), *suggested)}
    values = [choice] if isinstance(choice, str) else list(choice or ())
    if missing := [value for value in values if value not in options]:
        raise SlackRefusal("not_offered", values=missing)
    chosen = [options[value] for value in values]
    if kind in SINGLE_OPTION_KINDS:
        return {"type": kind, "selected_option": chosen[0] if chosen else None}
    return {"type": kind, "selected_options": chosen}


def initial_choice(element: Block) -> Any:
    """Return an element's initial choice in the form that `element_state` takes, or None."""
    for field, value in element.items():
        if field == "initial_option":
            return value["value"]
        if field == "initial_options":
            return [option["value"] for option in value]
        if field.startswith("initial_"):
            return value
    return None


def initial_options(element: Block) -> list[Block]:
    """Return the options that a menu shows before a person types."""
    initial = (element.get("initial_option"), *(element.get("initial_options") or ()))
    return [option for option in initial if option]


def find_element(
    blocks: Iterable[Block], action_id: str, value: str | None = None, block_id: str | None = None
) -> tuple[str, Block]:
    """Find an element by action id, and by value and block if given. Return its block's id and itself.

    The value of a menu of actions is that of any of its options. Raises SlackRefusal where there is no such element.
    """
    for block in blocks:
        for element in elements_of(block):
            matches = element.get("action_id") == action_id and block_id in (None, block.get("block_id"))
            if matches and value in (None, element.get("value"), *_action_values(element)):
                return str(block.get("block_id")), element
    raise SlackRefusal("no_such_element", action_id=action_id)


def _action_values(element: Block) -> list[str]:
    return [option["value"] for option in element["options"]] if element["type"] == "overflow" else []


class FakeUser:
    """The actions and the view of one person.

    `where` is a conversation's id or name; `DIRECT` is the one with the bot.
    """

    DIRECT = "@"

    def __init__(self, user: SlackUser, actions: UserActions) -> None:
        self.user = user
        self._actions = actions
        self._workspace = actions.workspace
        self._suggested: dict[str, dict[str, Block]] = {}  # options that the bot offered, by action id and value

    @property
    def id(self) -> str:
        return self.user.id

    def conversation(self, where: str) -> SlackConversation:
        """Return a conversation. Raises SlackRefusal where there is none."""
        if where == self.DIRECT:
            return self._workspace.direct(self._workspace.bot.id, self.id)
        return self._workspace.conversation(where)

    def reads(self, where: str) -> list[SlackMessage]:
        """List the messages that this person sees in a conversation, with replies, oldest first."""
        return [message for message in self.conversation(where).messages.values() if message.visible_to(self.id)]

    def say(self, where: str, text: str, thread_ts: str = "", file: str = "") -> SlackMessage:
        return self._actions.say(self.id, self.conversation(where), text, thread_ts, file)

    def edit(self, message: SlackMessage, text: str) -> None:
        self._actions.edit(message, text)

    async def command(self, text: str, where: str = "general") -> Acknowledgement:
        """Type a slash command, such as `/qcon next`."""
        command, _, rest = text.partition(" ")
        return await self._actions.command(self.id, self.conversation(where), command, rest)

    async def ask(
        self, text: str, where: str = "general", thread_ts: str = "", within_s: float = WAIT_S
    ) -> SlackMessage:
        """Type a command or a message. Return the first message that the bot (or Slackbot) then shows."""
        before = {message.ts for message in self.reads(where)}
        if text.startswith("/"):
            await self.command(text, where)
        else:
            before.add(self.say(where, text, thread_ts).ts)
        return await self.sees(where, after=before, within_s=within_s)

    async def sees(
        self, where: str, text: str = "", after: set[str] | None = None, within_s: float = WAIT_S
    ) -> SlackMessage:
        """Wait for a message by an app that contains `text` and is not among the timestamps in `after`.

        Raises TimeoutError.
        """

        def find() -> SlackMessage | None:
            for message in self.reads(where):
                is_new = message.ts not in (after or ())
                if is_new and self._is_answer(message) and text in f"{message.text}\n{message.readable_text}":
                    return message
            return None

        message: SlackMessage = await self._workspace.wait_until(find, within_s)
        return message

    async def click(
        self,
        where: SlackMessage | SlackView,
        action_id: str,
        choice: Any = None,
        value: str | None = None,
        block_id: str | None = None,
    ) -> Acknowledgement:
        """Use an element: press a button, or make a `choice`. Its `value` finds it where several share an action id.

        In a menu of actions the `value` is also the choice.
        """
        block_id, element = find_element(_blocks(where), action_id, value, block_id)
        state = element_state(element, value if choice is None else choice, self._suggestions(action_id))
        if isinstance(where, SlackView) and element["type"] not in ("button", "overflow"):
            where.values.setdefault(block_id, {})[action_id] = state
        return await self._actions.use_element(self.id, where, {"action_id": action_id, "block_id": block_id} | state)

    async def suggest(
        self, where: SlackMessage | SlackView, action_id: str, typed: str, block_id: str | None = None
    ) -> list[Block]:
        """Type into an external menu. Return the options that the bot offers, without their groups."""
        groups = await self.suggest_in_groups(where, action_id, typed, block_id)
        return [option for group in groups for option in group["options"]]

    async def suggest_in_groups(
        self, where: SlackMessage | SlackView, action_id: str, typed: str, block_id: str | None = None
    ) -> list[Block]:
        """Type into an external menu. Return the options in groups, `{label, options}`.

        Options without groups come as one group without a label.
        """
        block_id, _ = find_element(_blocks(where), action_id, block_id=block_id)
        acknowledgement = await self._actions.suggest(self.id, where, block_id, action_id, typed)
        body = acknowledgement.body if isinstance(acknowledgement.body, dict) else {}
        groups: list[Block] = body.get("option_groups") or [{"label": None, "options": body.get("options") or []}]
        options = {option["value"]: option for group in groups for option in group["options"]}
        self._suggested.setdefault(action_id, {}).update(options)
        return groups

    @property
    def modal(self) -> SlackView | None:
        """Return the modal that this person sees."""
        return self._workspace.views.top(self.id)

    async def sees_modal(self, title: str = "", within_s: float = WAIT_S) -> SlackView:
        """Wait for a modal whose title contains `title`. Raises TimeoutError."""

        def find() -> SlackView | None:
            return self.modal if self.modal and title in self.modal.payload["title"]["text"] else None

        view: SlackView = await self._workspace.wait_until(find, within_s)
        return view

    def fill(self, action_id: str, choice: Any, block_id: str | None = None) -> None:
        """Fill in an input of the modal without submitting."""
        view = self._open_modal()
        block_id, element = find_element(view.payload["blocks"], action_id, block_id=block_id)
        suggested = (*self._suggestions(action_id), *initial_options(element))
        view.values.setdefault(block_id, {})[action_id] = element_state(element, choice, suggested)

    async def submit(self, **filled: Any) -> dict[str, str]:
        """Submit the modal, with values for inputs by action id.

        Return the errors by block id; none if it was accepted.
        """
        view = self._open_modal()
        for action_id, choice in filled.items():
            self.fill(action_id, choice)
        with_initial_state(view)
        acknowledgement = await self._actions.submit(view)
        if not acknowledgement.ok:
            return {"": acknowledgement.failure}
        body = acknowledgement.body if isinstance(acknowledgement.body, dict) else {}
        return dict(body["errors"]) if body.get("response_action") == "errors" else {}

    async def dismiss(self, *, everything: bool = False) -> None:
        """Close the modal."""
        await self._actions.dismiss(self._open_modal(), everything=everything)

    async def shortcut(self, callback_id: str, message: SlackMessage | None = None) -> Acknowledgement:
        return await self._actions.shortcut(self.id, callback_id, message)

    @property
    def home(self) -> SlackView | None:
        """Return the bot's App Home as it was last published."""
        return self._workspace.views.home(self.id)

    async def opens_home(self) -> SlackView:
        """Open the App Home and wait until it is published. Raises TimeoutError."""
        published = False

        def watch(event: WorkspaceEvent) -> None:
            nonlocal published
            published = published or (event.kind == "home" and event.user == self.id)

        self._workspace.watchers.append(watch)
        self._actions.open_home(self.id)
        try:
            await self._workspace.wait_until(lambda: published)
        finally:
            self._workspace.watchers.remove(watch)
        view = self.home
        assert view is not None  # noqa: S101  # it was just published
        return view

    def _suggestions(self, action_id: str) -> list[Block]:
        return list(self._suggested.get(action_id, {}).values())

    def _open_modal(self) -> SlackView:
        if self.modal is None:
            raise SlackRefusal("no_modal_open")
        return self.modal

    def _is_answer(self, message: SlackMessage) -> bool:
        return message.from_app or message.user == "USLACKBOT"


def _blocks(where: SlackMessage | SlackView) -> list[Block]:
    return where.blocks if isinstance(where, SlackMessage) else list(where.payload["blocks"])


def with_initial_state(view: SlackView) -> None:
    """Give every input its place in the view's state, as Slack does: its initial choice, or nothing."""
    for block in view.payload["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            values = view.values.setdefault(block["block_id"], {})
            if element["action_id"] not in values:
                values[element["action_id"]] = element_state(element, initial_choice(element), initial_options(element))
