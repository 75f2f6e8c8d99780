"""`/slack/install` and `/slack/oauth_redirect`: a workspace installs the bot by itself (docs.slack.dev, OAuth v2)."""

import logging
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import ClientError, web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.error import BoltError
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.exc import DBAPIError

from bot import telemetry
from bot.clock import Clock
from bot.settings import Settings
from bot.store.installations import InstallationStore
from bot.views import pages
from bot.web.install_states import InstallStates, TooManyInstallationsError

INSTALL_PATH, REDIRECT_PATH = "/slack/install", "/slack/oauth_redirect"
_HTML = {
    "content-type": ["text/html; charset=utf-8"],
    "cache-control": ["no-store"],
    "referrer-policy": ["no-referrer"],
}

_log = telemetry.logger("web")


class NoConference(BoltError):
    """The operator has no conference for this workspace."""


class FullError(BoltError):
    """There are as many workspaces as one process may serve."""


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
        """`scopes` with what each is for; `wait_until_running(workspace)` waits a little for the bot there, and says whether it is."""
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
        return pages.install_page(self._name, url, self._scopes)

    async def store_installation(self, request: AsyncBoltRequest, installation: Installation) -> None:
        if installation.is_enterprise_install or not self._settings_of(installation.team_id or ""):
            raise NoConference("no conference")
        present = await self._installations.workspaces()
        if installation.team_id not in present and len(present) >= self._most:
            raise FullError("full")
        await super().store_installation(request, installation)

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
        return BoltResponse(
            status=200, body=pages.installed_page(args.installation.team_name or "", address, ready=ready)
        )

    async def _on_failed(self, args: AsyncFailureArgs) -> BoltResponse:
        if isinstance(args.error, NoConference):
            return self._not_installed("no_conference", 403)
        if isinstance(args.error, FullError):
            return self._not_installed("full", 503)
        return self._not_installed(args.reason, args.suggested_status_code)

    def _not_installed(self, reason: str, status: int) -> BoltResponse:
        told = reason if reason in pages.SCOPE_REASONS else "refused"
        _log.warning("not installed", reason=told)
        return BoltResponse(status=status, body=pages.not_installed_page(told, self._start_page))
