"""The live part keeps one contract: in process, and with a real Redis server between two workers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from agent.errors import StorageError
from connectors.live import Live, MemoryLive
from tests.fakes.redis_server import server as redis_server

Check = Callable[[Live, Live], Awaitable[None]]
PATIENCE_SECONDS = 0.4


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """One Redis server for all."""
    with redis_server() as (address, _):
        yield address


@asynccontextmanager
async def two_workers(address: str) -> AsyncIterator[tuple[Live, Live]]:
    from connectors.live.redis import RedisLive, open_redis  # noqa: PLC0415 - an extra

    async with AsyncExitStack() as stack:
        lives = [await stack.enter_async_context(open_redis(address, name)) for name in ("one", "two")]
        for live in lives:
            assert isinstance(live, RedisLive)
            await live._redis.flushall()
            live._patience_seconds = PATIENCE_SECONDS
        yield lives[0], lives[1]


@pytest.fixture(params=["memory", "redis"])
def holds(request: pytest.FixtureRequest) -> Callable[[Check], None]:
    """Run a check: in one process both ends are the same."""

    def run(check: Check) -> None:
        async def inside() -> None:
            if request.param == "memory":
                live = MemoryLive(patience_seconds=PATIENCE_SECONDS)
                await check(live, live)
                return
            async with two_workers(request.getfixturevalue("server")) as (one, two):
                await check(one, two)

        asyncio.run(inside())

    return run


def test_one_holds_a_name_at_a_time(holds: Callable[[Check], None]) -> None:
    async def check(one: Live, two: Live) -> None:
        inside: list[str] = []

        async def hold(live: Live, name: str) -> None:
            async with live.hold("visit:v"):
                assert not inside
                inside.append(name)
                await asyncio.sleep(0.02)
                inside.remove(name)

        await asyncio.gather(*(hold(live, f"task {n}") for n in range(3) for live in (one, two)))
        async with one.hold("visit:v"), two.hold("visit:another"):
            with pytest.raises(StorageError) as caught:
                async with two.hold("visit:v"):
                    pass
        assert (caught.value.code, caught.value.retryable) == ("live-busy", True)
        with pytest.raises(ZeroDivisionError):
            async with one.hold("visit:v"):
                raise ZeroDivisionError
        async with two.hold("visit:v"):
            pass

    holds(check)


def test_a_limit_counts_in_all_workers_and_by_name(holds: Callable[[Check], None]) -> None:
    async def check(one: Live, two: Live) -> None:
        assert [await live.allow("login:1.2.3.4", 3, 60) for live in (one, two, one, two)] == [True, True, True, False]
        assert await two.allow("login:5.6.7.8", 3, 60)
        assert await one.allow("short", 1, 1)
        assert not await two.allow("short", 1, 1)
        await asyncio.sleep(1.1)
        assert await two.allow("short", 1, 1)

    holds(check)


def test_news_come_once_in_order_and_from_where_one_was(holds: Callable[[Check], None]) -> None:
    async def check(one: Live, two: Live) -> None:
        await one.publish("visits", {"visit": "before"})
        seen: list[str] = []
        ids: list[str] = []

        async def watch() -> None:
            async for news in two.follow("visits"):
                seen.append(news.body["visit"])
                ids.append(news.id)
                if len(seen) == 3:
                    return

        watching = asyncio.create_task(watch())
        await asyncio.sleep(0.2)
        for visit in ("a", "b", "c"):
            await one.publish("visits", {"visit": visit})
            await one.publish("elsewhere", {"visit": "x"})
        await asyncio.wait_for(watching, 5)
        assert seen == ["a", "b", "c"]
        later = [news.body["visit"] async for news in _first(two.follow("visits", ids[0]), 2)]
        assert later == ["b", "c"]

    holds(check)


async def _first(news: AsyncIterator[object], count: int) -> AsyncIterator[object]:
    async for item in news:
        yield item
        count -= 1
        if not count:
            return


def test_a_session_goes_from_worker_to_worker() -> None:
    async def check() -> None:
        with redis_server() as (address, _):
            async with two_workers(address) as (one, two):
                assert not await one.take("visit:v")
                assert await one.take("visit:v")
                assert not await two.take("visit:v")
                assert (await one.mine("visit:v"), await two.mine("visit:v")) == (False, True)
                assert not await one.take("visit:v")  # what it remembers is stale
        alone = MemoryLive()
        assert await alone.take("visit:v")
        assert await alone.mine("visit:v")

    asyncio.run(check())


def test_a_server_that_is_gone_is_one_error_without_the_password() -> None:
    pytest.importorskip("redis", reason="Redis: its client is not installed")
    from connectors.live.redis import open_redis  # noqa: PLC0415 - an extra

    async def opened(address: str) -> None:
        async with open_redis(address, "w"):
            pass

    for address, code in (("redis://:secret@127.0.0.1:1/0", "live-unreachable"), ("no://secret", "live-address")):
        with pytest.raises(StorageError) as caught:
            asyncio.run(opened(address))
        assert caught.value.code == code
        assert "secret" not in str(caught.value)


def test_a_server_that_dies_meanwhile_is_an_error_that_may_pass() -> None:
    async def check() -> None:
        with redis_server() as (address, running):
            async with two_workers(address) as (one, _):
                running.kill()
                running.wait()
                for work in (one.take("s"), one.allow("n", 1, 1), one.publish("t", {"a": "b"}), one.ping()):
                    with pytest.raises(StorageError) as caught:
                        await work
                    assert (caught.value.code, caught.value.retryable) == ("live-unreachable", True)

    asyncio.run(check())
