import aiohttp
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse

from bot.telemetry.metrics import Metrics
from bot.web import health
from bot.web.server import run_server

OPENMETRICS = "application/openmetrics-text; version=1.0.0"


@pytest.mark.parametrize(("accept", "read"), [("", parse), (OPENMETRICS, parse_openmetrics)])
async def test_metrics_are_refreshed_and_served_in_both_prometheus_formats(accept: str, read: object) -> None:
    metrics = Metrics()

    async def look() -> None:
        metrics.process(revision=7, schedule_age_s=1, sweep_age_s=2)

    async with (
        run_server("127.0.0.1", 0, health.metrics_routes(metrics, look)) as url,
        aiohttp.ClientSession() as session,
        session.get(f"{url}/metrics", headers={"Accept": accept}) as response,
    ):
        assert response.status == 200
        told = await response.text()
    assert callable(read)
    found = {sample.name: sample.value for family in read(told) for sample in family.samples}
    assert found["qcon_schedule_revision"] == 7
