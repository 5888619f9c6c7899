"""How fast one page's messages are read."""

from __future__ import annotations

from connectors.api.sockets import Pace


def test_what_a_page_needs_is_read_at_once_and_a_flood_waits_in_its_own_line() -> None:
    pace = Pace()
    assert [pace.wait_s(100.0) for _ in range(60)] == [0.0] * 60
    assert 0 < pace.wait_s(100.0) <= 1 / Pace.PER_S
    flooded = Pace()
    waited_s, now_s = 0.0, 100.0
    for _ in range(1000):
        waited_s += (wait_s := flooded.wait_s(now_s))
        now_s += wait_s
    assert 45 < waited_s < 50
    assert flooded.wait_s(now_s + 60) == 0.0
