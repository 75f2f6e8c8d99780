"""The Web API's methods, by family: each reads its arguments and gives the answer's fields, or refuses."""

from collections.abc import Callable
from typing import Any

from bot.playground.standin.arguments import Arguments
from bot.playground.standin.workspace import FakeWorkspace

Method = Callable[[FakeWorkspace, Arguments], dict[str, Any]]
