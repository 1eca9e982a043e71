"""Counters and gauges for Prometheus. Labels are taken from closed lists; nothing of a visitor can become one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from livesupport import __version__

disable_created_metrics()  # type: ignore[no-untyped-call]  # a time stamp beside every counter would double the page for nobody's use

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
WAITS = (1, 3, 5, 10, 20, 30, 60, 120, 300, 600, 1800)
LATENCIES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Stats(Protocol):
    """How much is going on now; the desk's answer has these numbers, among others."""

    @property
    def visitors(self) -> int: ...
    @property
    def agents(self) -> int: ...
    @property
    def waiting(self) -> int: ...
    @property
    def active(self) -> int: ...
    @property
    def messages(self) -> int: ...


class Metrics:
    """All metrics of one running server, in a registry of its own."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        Gauge("livesupport_build_info", "Always 1; the label is the version", ["version"], registry=registry).labels(
            __version__
        ).set(1)
        self._connections = Gauge("livesupport_ws_connections", "Open sockets", ["role"], registry=registry)
        self._active = Gauge("livesupport_chats_active", "Chats between a visitor and an agent", registry=registry)
        self._queue = Gauge("livesupport_queue_length", "Visitors who wait", registry=registry)
        self._wait = Histogram(
            "livesupport_queue_wait_seconds", "From start to the first agent", buckets=WAITS, registry=registry
        )
        self._chats = Counter("livesupport_chat_events_total", "What happened to chats", ["event", "label"], registry=registry)
        self._requests = Histogram(
            "livesupport_http_request_duration_seconds",
            "HTTP requests by route",
            ["method", "route", "status"],
            buckets=LATENCIES,
            registry=registry,
        )
        self._disk = Gauge("livesupport_disk_free_bytes", "Room where files are kept", registry=registry)
        self._jobs = Counter("livesupport_jobs_total", "Work that was done later", ["kind", "result"], registry=registry)

    def watch(self, stats: Callable[[], Stats]) -> None:
        """Names the function that is asked for the present state at each scrape."""
        self._connections.labels("visitor").set_function(lambda: stats().visitors)
        self._connections.labels("agent").set_function(lambda: stats().agents)
        self._active.set_function(lambda: stats().active)
        self._queue.set_function(lambda: stats().waiting)
        self.registry.register(_Messages(stats))

    def watch_disk(self, free: Callable[[], int]) -> None:
        """Names the function that is asked for the room on the disk, in bytes, at each scrape."""
        self._disk.set_function(free)

    def chat(self, event: str, label: str = "", seconds: float | None = None) -> None:
        """Counts what happened to a chat; `seconds` is the wait of one that was matched."""
        self._chats.labels(event, label).inc()
        if event == "matched" and seconds is not None:
            self._wait.observe(seconds)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts an answered HTTP request. `route` is the pattern ("/tickets/{number}"), never the path."""
        self._requests.labels(method, route, str(status)).observe(seconds)

    def job(self, kind: str, result: str) -> None:
        """Counts an attempt at a job; `result` is done, retried or given_up."""
        self._jobs.labels(kind, result).inc()

    def render(self) -> bytes:
        """All of it in the Prometheus text format (`CONTENT_TYPE`)."""
        return generate_latest(self.registry)


class _Messages(Collector):
    """A counter that the desk keeps itself, so that a message costs an addition and no call."""

    def __init__(self, stats: Callable[[], Stats]) -> None:
        self._stats = stats

    def collect(self) -> Iterator[CounterMetricFamily]:
        yield CounterMetricFamily("livesupport_messages", "Messages relayed", value=self._stats().messages)
