"""What Prometheus reads: the documented names, and no label that could hold a person."""

from __future__ import annotations

from typing import NamedTuple

from livesupport.metrics import Metrics


class Stats(NamedTuple):
    visitors: int = 5
    agents: int = 2
    waiting: int = 1
    active: int = 3
    messages: int = 40


def test_the_present_state_is_asked_for_at_each_scrape() -> None:
    metrics, asked = Metrics(), [Stats(), Stats(visitors=6)]
    metrics.watch(lambda: asked[0])

    first = metrics.render().decode()
    del asked[0]

    assert 'livesupport_ws_connections{role="visitor"} 5.0' in first
    assert 'livesupport_ws_connections{role="agent"} 2.0' in first
    assert "livesupport_chats_active 3.0" in first
    assert "livesupport_queue_length 1.0" in first
    assert "livesupport_messages_total 40.0" in first
    assert 'livesupport_ws_connections{role="visitor"} 6.0' in metrics.render().decode()


def test_events_of_chats_are_counted_by_kind_and_reason() -> None:
    metrics = Metrics()

    metrics.chat("matched", seconds=4.0)
    metrics.chat("ended", "visitor_left")
    metrics.chat("ended", "visitor_left")

    page = metrics.render().decode()
    assert 'livesupport_chat_events_total{event="ended",label="visitor_left"} 2.0' in page
    assert 'livesupport_queue_wait_seconds_bucket{le="3.0"} 0.0' in page
    assert 'livesupport_queue_wait_seconds_bucket{le="5.0"} 1.0' in page


def test_requests_are_counted_by_route_and_never_by_path() -> None:
    metrics = Metrics()

    metrics.request("GET", "/tickets/{number}", 200, 0.012)

    page = metrics.render().decode()
    assert 'livesupport_http_request_duration_seconds_count{method="GET",route="/tickets/{number}",status="200"} 1.0' in page


def test_two_servers_in_one_process_do_not_share_their_numbers() -> None:
    one, other = Metrics(), Metrics()

    one.chat("started")

    assert 'event="started"' not in other.render().decode()
    assert "livesupport_build_info" in other.render().decode()
