from bot.telemetry.metrics import Metrics
from tests.figures import figure, samples


def test_each_node_has_its_own_metrics() -> None:
    one, other = Metrics(), Metrics()
    one.questions.labels("who", "answered").inc()
    assert figure(one, "qcon_questions_total", kind="who", outcome="answered") == 1
    assert figure(other, "qcon_questions_total", kind="who", outcome="answered") == 0


def test_every_metric_name_begins_with_qcon_or_process() -> None:
    assert {one.name.split("_")[0] for one in samples(Metrics())} == {"qcon", "process"}


def test_metrics_of_the_service_level_objectives_exist_from_the_start() -> None:
    told = {(one.labels.get("audience"), one.labels.get("state")) for one in samples(Metrics())}
    assert told >= {(audience, state) for audience in ("channel", "person") for state in ("sent", "dead", "expired")}
