"""The metrics of the bot for Prometheus. No label grows with people, channels or talks."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

# Upper bounds in seconds. What deploy/slo.yaml promises must be among them, or it could not be measured.
ANSWER_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 30.0)

SEARCH_BUCKETS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1)

LATENESS_BUCKETS = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0)


class Metrics:
    """One process's figures. It is made once, in bot.app, and handed down."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._define_answering()
        self._define_delivery()
        self._define_gauges()

    def _define_answering(self) -> None:
        self.acknowledgements = self._histogram(
            "qcon_acknowledgement_duration_seconds",
            "From a request's arrival until Slack had its acknowledgement, or not: acknowledged, unacknowledged.",
            ANSWER_BUCKETS,
            "kind",
            "result",
        )
        self.requests = self._histogram(
            "qcon_request_duration_seconds",
            "From a request until all was said and done: done, refused in words, failed, or repeated by Slack.",
            ANSWER_BUCKETS,
            "kind",
            "outcome",
        )
        self.questions = self._counter(
            "qcon_questions_total",
            "Questions answered, and refused because the schedule has nothing of it.",
            "kind",
            "outcome",
        )
        self.searches = self._histogram(
            "qcon_search_duration_seconds", "Finding the answer to a question, without any waiting.", SEARCH_BUCKETS
        )
        self._calls = self._counter(
            "qcon_slack_calls_total", "Calls of Slack's Web API: ok, refused, ratelimited, unknown.", "method", "result"
        )
        self._call_durations = self._histogram(
            "qcon_slack_call_duration_seconds", "How long Slack took to answer.", ANSWER_BUCKETS, "method"
        )

    def _define_delivery(self) -> None:
        self.ended = self._counter(
            "qcon_deliveries_ended_total",
            "Deliveries that this process brought to an end: sent, dead, expired, cancelled.",
            "kind",
            "audience",
            "state",
        )
        self.lateness = self._histogram(
            "qcon_reminder_lateness_seconds",
            "Real seconds from when a reminder was due until Slack had it; 0 when it was early.",
            LATENESS_BUCKETS,
            "audience",
        )
        for audience in ("channel", "person"):  # from the start, since Prometheus misses what appears with a value
            self.lateness.labels(audience)
            for state in ("sent", "dead", "expired"):
                self.ended.labels("reminder", audience, state)

    def _define_gauges(self) -> None:
        """Define the figures of a state. docs/observing.md says how to combine those of several processes."""
        self.deliveries = self._gauge("qcon_deliveries", "Deliveries that have not ended.", "state")
        self.overdue = self._gauge("qcon_deliveries_overdue", "Those of them whose time is over.")
        self.queue_age = self._gauge(
            "qcon_queue_age_seconds", "For how long the delivery that waits longest has been due, in real seconds."
        )
        self.held = self._gauge(
            "qcon_sending_held", "Workspaces where an organiser paused sending, or Slack stopped it.", "by"
        )
        self.database_up = self._gauge("qcon_database_up", "Whether the database answered the last look.")
        self.revision = self._gauge("qcon_schedule_revision", "The revision of the schedule that this process serves.")
        self.schedule_age = self._gauge(
            "qcon_schedule_age_seconds", "Since the schedule's source last agreed with what is served."
        )
        self.problems = self._gauge(
            "qcon_problem", "Whether something is the matter, by what `/readyz` calls it.", "problem"
        )
        self.warnings = self._gauge(
            "qcon_warning", "Whether somebody should act though the bot works well, as `/readyz` says.", "warning"
        )
        self.part_up = self._gauge("qcon_part_up", "Whether the last step of a part of this process succeeded.", "part")
        self.part_age = self._gauge(
            "qcon_part_success_age_seconds", "Since the last step of a part that succeeded; 0 while it is idle.", "part"
        )
        self.part_restarts = self._counter(
            "qcon_part_restarts_total", "Steps of a part that failed and were tried again.", "part"
        )
        self.workspaces = self._gauge(
            "qcon_workspaces",
            "Workspaces that installed the bot: open in this process, closed in it, or failed to open.",
            "state",
        )
        self.sweep_age = self._gauge("qcon_sweep_age_seconds", "Since this process's last good sweep for what is due.")

    def slack_call(self, method: str, result: str, seconds: float) -> None:
        """Record a call to Slack and its result."""
        self._calls.labels(method, result).inc()
        self._call_durations.labels(method).observe(seconds)

    def _counter(self, name: str, help_text: str, *labels: str) -> Counter:
        return Counter(name, help_text, labels, registry=self.registry)

    def _gauge(self, name: str, help_text: str, *labels: str) -> Gauge:
        return Gauge(name, help_text, labels, registry=self.registry)

    def _histogram(self, name: str, help_text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(name, help_text, labels, registry=self.registry, buckets=buckets)
