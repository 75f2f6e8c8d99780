"""Reading what the bot counted."""

from collections.abc import Iterator

from prometheus_client.samples import Sample

from bot.telemetry.metrics import Metrics


def figure(metrics: Metrics, name: str, **labels: str) -> float:
    """One figure; 0 when nothing of the kind was ever counted."""
    return metrics.registry.get_sample_value(name, labels) or 0.0


def samples(metrics: Metrics) -> Iterator[Sample]:
    """Every figure there is."""
    for family in metrics.registry.collect():
        yield from family.samples
