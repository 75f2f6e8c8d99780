"""Listen to organisers who ask for the report, or for what people want that the schedule does not give."""

import asyncio
from dataclasses import dataclass

from bot.blockkit import action_ids, inputs
from bot.blockkit.blocks import Message
from bot.db.database import Database
from bot.handlers.presenter import Presenter
from bot.handlers.report.demand import demand_message, demand_of
from bot.handlers.report.export import summary_message
from bot.handlers.report.repository import collect_report, read_demand
from bot.handlers.request_context import RequestContext
from bot.slack.request import SlackRequest, respond
from bot.slack.routing import on_action, on_subcommand
from bot.slack.users import Users, for_organisers


@dataclass(frozen=True, slots=True)
class ReportHandlers:
    context: RequestContext
    users: Users
    presenter: Presenter
    database: Database

    @on_subcommand("report")
    @for_organisers
    async def on_command(self, request: SlackRequest) -> None:
        """`/qcon report`"""
        snapshot, now = self.context.snapshot, self.context.now
        report = await collect_report(self.database, request.workspace, snapshot.schedule, snapshot.index, now)
        await respond(request, summary_message(report))

    @on_action(action_ids.DEMAND)
    @for_organisers
    async def on_demand(self, request: SlackRequest) -> None:
        """[Demand…] in the menu of organisers; counting may take longer than a modal may wait."""
        snapshot = self.context.snapshot
        waiting = inputs.message_modal(Message("Just a moment…"), "Demand")
        opened = await self.presenter.open_modal(request, waiting)
        demand = await self.database.read(read_demand, request.workspace)
        found = await asyncio.to_thread(demand_of, snapshot.schedule, snapshot.index, demand)
        view = inputs.message_modal(demand_message(found, snapshot.schedule.conference), "Demand")
        await request.client.views_update(view_id=opened, view=view)
