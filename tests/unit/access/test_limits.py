"""Counting requests, on a clock of our own."""

from __future__ import annotations

import pytest

from agent.errors import InputError
from connectors.access import limits
from connectors.access.limits import MemoryLimiter, Rate
from suifang.egress import check_egress
from suifang.settings import Settings
from tests.fakes.running import run

TEN = Rate(10, 60.0)


class Clock:
    """Seconds."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_so_many_at_once_then_one_by_one() -> None:
    async def check() -> None:
        clock = Clock()
        limiter = MemoryLimiter(clock)
        assert [await limiter.take("a", TEN) for _ in range(10)] == [0.0] * 10
        assert await limiter.take("a", TEN) == pytest.approx(6.0)
        assert await limiter.take("b", TEN) == 0.0, "everybody has a share"
        clock.now += 6.0
        assert await limiter.take("a", TEN) == 0.0
        assert await limiter.take("a", TEN) > 0
        clock.now += 60.0
        assert [await limiter.take("a", TEN) for _ in range(10)] == [0.0] * 10

    run(check())


def test_it_does_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    async def check() -> None:
        monkeypatch.setattr(limits, "MOST_KEYS", 50)
        clock = Clock()
        limiter = MemoryLimiter(clock)
        for number in range(500):
            clock.now += 1.0
            assert await limiter.take(str(number), TEN) == 0.0
        assert len(limiter._spent_until) <= 50

    run(check())


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:5000", "http://[::1]/", "http://localhost:1", "https://a.example/", ""]
)
def test_hosts_that_may_be_called(url: str) -> None:
    assert check_egress(Settings(egress_hosts=("a.example",)), "SUIFANG_X_URL", url) == url


@pytest.mark.parametrize(
    "url", ["https://b.example", "http://10.0.0.5", "https://a.example.evil", "http://127.0.0.1.evil"]
)
def test_hosts_that_may_not(url: str) -> None:
    with pytest.raises(InputError, match="SUIFANG_X_URL") as caught:
        check_egress(Settings(egress_hosts=("a.example",)), "SUIFANG_X_URL", url)
    assert caught.value.code == "egress-closed"
