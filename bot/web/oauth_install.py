"""Installation by OAuth: `/slack/install` and `/slack/oauth_redirect`, with their pages (docs.slack.dev, OAuth v2).

A state ties the way to Slack and back together (RFC 6749, 10.12). Anybody may ask for one, so asking for one leaves
nothing behind, as it would with slack_sdk's own stores. Only states that came back are kept, until they would have
expired.
"""

import base64
import hashlib
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import htpy as h
from aiohttp import ClientError, web
from cryptography.fernet import Fernet, InvalidToken
from markupsafe import Markup
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.error import BoltError
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.exc import DBAPIError

from bot import telemetry
from bot.clock import Clock, monotonic
from bot.settings import Settings
from bot.slack.posting import FAILURES
from bot.token_bucket import TokenBucket
from bot.web.installations import InstallationStore

POLICY = "default-src 'none'; style-src 'unsafe-inline'"

STYLE = """
:root { color-scheme: light dark; }
body {
  max-width: 34rem; margin: 0 auto; padding: clamp(2rem, 12vh, 8rem) 1.5rem 3rem;
  background: light-dark(#fffdfa, #151d20); color: light-dark(#1c2a2d, #e7eeed);
  font: 17px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
}
h1 { font-size: clamp(1.6rem, 6vw, 2.1rem); line-height: 1.2; letter-spacing: -0.015em; margin: 0 0 0.6em; }
p { margin: 0 0 0.8em; }
.list { margin: 2em 0 0.6em; }
ul { margin: 0; padding: 0; list-style: none; color: light-dark(#5a686b, #9db0b1); font-size: 0.9375rem; }
li { padding: 0.45em 0; border-top: 1px solid light-dark(#e8e2d8, #2a373b); }
code { color: light-dark(#1c2a2d, #e7eeed); }
.press {
  display: inline-block; margin: 0.6em 0 0.2em; padding: 0.6em 1.3em; border-radius: 0.5em; text-decoration: none;
  font-weight: 600; background: light-dark(#0b6e75, #6fd0d3); color: light-dark(#ffffff, #10201f);
}
.press:focus-visible { outline: 3px solid light-dark(#c07a1c, #e3b15c); outline-offset: 3px; }
"""


def html_page(title: str, sentences: Sequence[str], press: tuple[str, str] | None = None, *more: h.Node) -> str:
    """The document; `press` is what stands on a button, and the address it leads to."""
    document = h.html(lang="en")[
        h.head[
            h.meta(charset="utf-8"),
            h.meta(http_equiv="Content-Security-Policy", content=POLICY),
            h.meta(name="viewport", content="width=device-width, initial-scale=1"),
            h.title[title],
            h.style[Markup(STYLE)],  # noqa: S704  # our own
        ],
        h.body[
            h.main[
                h.h1[title],
                (h.p[sentence] for sentence in sentences),
                press and h.a(".press", href=press[1])[press[0]],
                more,
            ]
        ],
    ]
    return "".join(document.iter_chunks())


def install_page(name: str, address: str, scopes: Sequence[tuple[str, str]]) -> str:
    """Before the bot is installed: what it does, what it asks for and why, and the way to Slack."""
    asked = h.ul(aria_label="What it asks for")[(h.li[h.code[scope], f" {reason}"] for scope, reason in scopes)]
    sentences = (
        "It answers questions about what's on, who's speaking and where, and reminds channels and people before sessions start.",
        "Slack will ask for your consent next.",
    )
    return html_page(
        f"Add {name} to your workspace",
        sentences,
        ("Add to Slack", address),
        h.p(".list")["What it's allowed to do, and why:"],
        asked,
    )


def installed_page(team: str, open_in_slack: str, *, ready: bool) -> str:
    """After Slack's consent."""
    first = "All set: the bot is running." if ready else "The bot is being set up, and will be ready within a minute."
    sentences = (first, "Invite it to a channel there, then ask it anything: it introduces itself.")
    return html_page(f"Installed in {team or 'your workspace'}", sentences, ("Open Slack", open_in_slack))


def not_installed_page(reason: str, again: str) -> str:
    """Nothing was installed, and why."""
    return html_page("Nothing was installed", (REFUSAL_REASONS.get(reason, REFUSAL_REASONS[""]),), ("Try again", again))


REFUSAL_REASONS = {
    "": "Slack refused. Try again; if it keeps happening, tell whoever runs the bot.",
    "access_denied": "The installation was cancelled. Nothing has changed.",
    "invalid_browser": "Slack sent you back to a different browser. Start and finish in the same one.",
    "invalid_state": "That took more than ten minutes, or the page was opened twice. Start again.",
    "missing_code": "Slack sends people here when they install the bot. Start with the button.",
    "invalid_code": "This installation has expired. Start again.",
    "no_conference": "There is no conference for your workspace yet. Ask whoever runs this bot to add one.",
    "organisation": "This bot is installed in one workspace at a time, not in a whole organisation. Choose a workspace.",
    "full": "This bot already serves as many workspaces as it may. Ask whoever runs it to allow more.",
    "busy": "Lots of people are installing the bot right now. Try again in a minute.",
    "unreachable": "Slack could not be reached. Try again in a minute.",
    "away": "The bot cannot reach its database. Try again in a minute.",
}

VALID_FOR = timedelta(minutes=10)  # from the button until Slack sends the installer back

OFFERS_AT_ONCE, OFFERS_PER_SECOND = 50.0, 10.0

INSTALLATIONS_AT_ONCE, INSTALLATIONS_PER_SECOND = 20.0, 1.0  # each calls Slack, and writes to the database

UseOnce = Callable[[str, datetime], Awaitable[bool]]


class TooManyInstallationsError(Exception):
    """Somebody has to wait before they install the bot."""


class InstallStates(AsyncOAuthStateStore):
    """Makes the states of installations under way, each good once, and at a pace that is bounded."""

    def __init__(
        self,
        secret: str,
        now: Callable[[], datetime],
        use_once: UseOnce,
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        """`use_once(nonce, expires)` says whether no process has seen this state's nonce before; from now on one has.

        `seconds` only ever go forward, and count the pace.
        """
        key = hashlib.sha256(b"install states" + secret.encode()).digest()
        self._cipher = Fernet(base64.urlsafe_b64encode(key))  # it signs, and knows the time
        self._now = now
        self._use_once = use_once
        self._offers = TokenBucket(OFFERS_AT_ONCE, OFFERS_PER_SECOND, seconds)
        self._installations = TokenBucket(INSTALLATIONS_AT_ONCE, INSTALLATIONS_PER_SECOND, seconds)

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        """Raises TooManyInstallationsError."""
        if not self._offers.take():
            raise TooManyInstallationsError
        return self._cipher.encrypt_at_time(secrets.token_hex(16).encode(), int(self._now().timestamp())).decode()

    async def async_consume(self, state: str) -> bool:
        """Tell whether the state is one of ours, in time, and used for the first time.

        Raises TooManyInstallationsError.
        """
        now, seconds = self._now(), int(VALID_FOR.total_seconds())
        try:
            nonce = self._cipher.decrypt_at_time(state.encode(), seconds, int(now.timestamp())).decode()
        except InvalidToken:
            return False
        if not self._installations.take():
            raise TooManyInstallationsError
        return await self._use_once(nonce, now + VALID_FOR)


INSTALL_PATH, REDIRECT_PATH = "/slack/install", "/slack/oauth_redirect"

_HTML = {
    "content-type": ["text/html; charset=utf-8"],
    "cache-control": ["no-store"],
    "referrer-policy": ["no-referrer"],
}

_log = telemetry.logger("web")


class InstallRefusedError(BoltError):
    """An installation that Slack allowed and the bot does not take."""

    def __init__(self, reason: str, status: int) -> None:
        """`reason` is a key of REFUSAL_REASONS, `status` that of the answer."""
        super().__init__(reason)
        self.reason = reason
        self.status = status


class InstallFlow(AsyncOAuthFlow):
    """Bolt's flow, for workspaces that have a conference here; state and browser are checked by Bolt."""

    def __init__(
        self,
        settings: Settings,
        client: AsyncWebClient,
        installations: InstallationStore,
        scopes: Mapping[str, str],
        wait_until_running: Callable[[str], Awaitable[bool]],
    ) -> None:
        """`scopes` says what each is for; `wait_until_running(workspace)` waits a little and tells if the bot runs."""
        self._settings_of = settings.for_workspace
        self._name = settings.command.removeprefix("/")
        self._scopes = tuple(scopes.items())
        self._wait_until_running = wait_until_running
        self._installations = installations
        self._most = settings.most_workspaces
        self._start_page = f"{settings.public_url}{INSTALL_PATH}"
        silent = logging.Logger("bot.web.install", logging.CRITICAL)  # Bolt's words quote the code; ours do not
        flow = AsyncOAuthSettings(
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            scopes=sorted(scopes),
            redirect_uri=f"{settings.public_url}{REDIRECT_PATH}",
            install_path=INSTALL_PATH,
            redirect_uri_path=REDIRECT_PATH,
            callback_options=AsyncCallbackOptions(success=self._on_installed, failure=self._on_failed),
            installation_store=installations,
            state_store=InstallStates(settings.client_secret, Clock().system_now, installations.use_state),
            logger=silent,
        )
        super().__init__(client=client, settings=flow, logger=silent)

    def routes(self) -> list[web.RouteDef]:
        """The two pages."""
        return [web.get(INSTALL_PATH, self._install_page), web.get(REDIRECT_PATH, self._callback)]

    async def build_install_page_html(self, url: str, request: AsyncBoltRequest) -> str:
        return install_page(self._name, url, self._scopes)

    async def store_installation(self, request: AsyncBoltRequest, installation: Installation) -> None:
        present = await self._installations.workspaces()
        is_present = installation.team_id in present
        try:
            self._check(installation, has_room=is_present or len(present) < self._most)
        except InstallRefusedError:
            if not is_present:  # else it may be the token that the workspace has
                await self._revoke(installation)
            raise
        await super().store_installation(request, installation)

    def _check(self, installation: Installation, *, has_room: bool) -> None:
        """Raise InstallRefusedError where the bot cannot work in this workspace."""
        if installation.is_enterprise_install:
            raise InstallRefusedError("organisation", 403)
        if not self._settings_of(installation.team_id or ""):
            raise InstallRefusedError("no_conference", 403)
        if not has_room:
            raise InstallRefusedError("full", 503)

    async def _revoke(self, installation: Installation) -> None:
        """Give back the token of a refused installation, so that the bot does not stay where it does not work."""
        try:
            await self.client.auth_revoke(token=installation.bot_token)
        except FAILURES as error:
            _log.warning("could not revoke the token of a refused installation", error=type(error).__name__)

    async def _install_page(self, request: web.Request) -> web.Response:
        return await self._handle_callback(self.handle_installation, request)

    async def _callback(self, request: web.Request) -> web.Response:
        return await self._handle_callback(self.handle_callback, request)

    async def _handle_callback(
        self, handle: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]], request: web.Request
    ) -> web.Response:
        try:
            response = await handle(await to_bolt_request(request))
        except TooManyInstallationsError:
            response = self._not_installed("busy", 429)
        except (ClientError, TimeoutError):
            response = self._not_installed("unreachable", 503)
        except (DBAPIError, OSError):
            response = self._not_installed("away", 503)
        response.headers |= _HTML
        page = await to_aiohttp_response(response)
        for cookie in page.cookies.values():
            cookie["samesite"] = "Lax"  # other sites cannot have it sent along, except by leading here as Slack does
        return page

    async def _on_installed(self, args: AsyncSuccessArgs) -> BoltResponse:
        workspace = args.installation.team_id or ""
        _log.info("installed", workspace=workspace)
        address = f"slack://app?team={workspace}&id={args.installation.app_id}"
        ready = await self._wait_until_running(workspace)
        return BoltResponse(status=200, body=installed_page(args.installation.team_name or "", address, ready=ready))

    async def _on_failed(self, args: AsyncFailureArgs) -> BoltResponse:
        if isinstance(args.error, InstallRefusedError):
            return self._not_installed(args.error.reason, args.error.status)
        return self._not_installed(args.reason, args.suggested_status_code)

    def _not_installed(self, reason: str, status: int) -> BoltResponse:
        told = reason if reason in REFUSAL_REASONS else "refused"
        _log.warning("not installed", reason=told)
        return BoltResponse(status=status, body=not_installed_page(told, self._start_page))
