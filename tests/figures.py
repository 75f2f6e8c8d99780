"""Read the bot's metrics."""

from collections.abc import Iterator

from prometheus_client.samples import Sample

from bot.telemetry.metrics import Metrics


def figure(metrics: Metrics, name: str, **labels: str) -> float:
    """One sample; 0 if nothing of the kind was counted yet."""
    return metrics.registry.get_sample_value(name, labels) or 0.0


def samples(metrics: Metrics) -> Iterator[Sample]:
    """All samples."""
    for family in metrics.registry.collect():
        yield from family.samples
