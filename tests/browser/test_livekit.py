"""The video room on a LiveKit server: livekit-client in Chromium, before a stand-in that speaks its protocol."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Service, served
from tests.browser.test_video import FIND_ROOM, MEET_MS, doctor_page, in_danger, moves, until
from tests.fakes.livekit_server import KEY, SECRET, FakeLiveKit, in_a_thread

Open = Callable[..., Any]
JOIN_MS = 6000
"""A page that has not got in by then takes all along to where they meet browser to browser."""
SHOWN = """async () => { const found = []; for (const { video } of window.room.peers.values()) {
  const frames = () => video.getVideoPlaybackQuality().totalVideoFrames;
  const before = frames(); await new Promise((r) => setTimeout(r, 400));
  found.push(frames() > before && video.srcObject.getAudioTracks().length > 0); }
  return found.length > 0 && found.every(Boolean); }"""
PAIRED = "room.peers.size > 0 && [...room.peers.values()].every(({ pc }) => pc)"


@pytest.fixture(scope="module")
def livekit() -> Iterator[tuple[FakeLiveKit, str]]:
    with in_a_thread() as both:
        yield both


@pytest.fixture(scope="module")
def service(
    root: Path, tmp_path_factory: pytest.TempPathFactory, livekit: tuple[FakeLiveKit, str]
) -> Iterator[Service]:
    lent = {"SUIFANG_LIVEKIT_URL": livekit[1], "SUIFANG_LIVEKIT_KEY": KEY, "SUIFANG_LIVEKIT_SECRET": SECRET}
    yield from served(root, tmp_path_factory.mktemp("livekit"), lent)


@pytest.fixture
def server(livekit: tuple[FakeLiveKit, str]) -> Iterator[FakeLiveKit]:
    yield livekit[0]
    livekit[0].mode, livekit[0].shut = "ok", False


def accepted(service: Service, visit_page: Open) -> tuple[Any, Any, str]:
    doctor = doctor_page(service, visit_page)
    resident, visit = in_danger(service, visit_page)
    doctor.locator(f"article[data-visit='{visit}']").get_by_role("button", name="接听").click()
    return doctor, resident, visit


def rooms_of(service: Service, visit: str) -> list[tuple[str, str]]:
    found = [event.body for event in service.of_visit(visit)]
    return [(body.place, body.problem) for body in found if type(body).__name__ == "RoomOpened"]


def in_room(page: Any, holds: str) -> bool:
    """Whether something holds in the room that the page shows now; an earlier talk may have been open there."""
    return bool(page.evaluate(FIND_ROOM)) and bool(page.evaluate(holds))


def beside(doctor: Any, resident: Any) -> None:
    """Until both see and hear each other, browser to browser."""
    for page in (doctor, resident):
        until(page, lambda page=page: in_room(page, PAIRED), 30_000)
    moves(resident, MEET_MS)
    moves(doctor, MEET_MS)


def test_they_see_and_hear_each_other_by_way_of_the_server(
    service: Service, server: FakeLiveKit, visit_page: Open
) -> None:
    doctor, resident, visit = accepted(service, visit_page)
    for page in (doctor, resident):
        until(page, lambda page=page: in_room(page, SHOWN), 30_000)
        assert not in_room(page, PAIRED)  # nothing goes browser to browser
    came = [identity.split("-")[0] for room, identity in server.joined if room == visit]
    assert sorted(came) == ["doctor", "resident"]
    doctor.get_by_label("结果").select_option("handled")
    doctor.get_by_role("button", name="保存并结束").click()
    doctor.get_by_text("已存入记录").wait_for()
    until(doctor, lambda: visit not in server.rooms)
    assert rooms_of(service, visit) == [("livekit", "")]


def test_who_is_refused_takes_all_along_browser_to_browser(
    service: Service, server: FakeLiveKit, visit_page: Open, limit: Callable[[float], float]
) -> None:
    server.shut = True
    doctor, resident, visit = accepted(service, visit_page)
    began = time.monotonic()
    beside(doctor, resident)
    assert (time.monotonic() - began) * 1000 < limit(JOIN_MS + MEET_MS)
    assert rooms_of(service, visit) == [("livekit", ""), ("own", "livekit-refused")]


def test_a_server_that_dies_in_a_talk_does_not_end_it(service: Service, server: FakeLiveKit, visit_page: Open) -> None:
    doctor, resident, visit = accepted(service, visit_page)
    for page in (doctor, resident):
        until(page, lambda page=page: in_room(page, SHOWN), 30_000)
    server.dies()
    beside(doctor, resident)
    assert rooms_of(service, visit) == [("livekit", ""), ("own", "livekit-lost")]


def test_a_server_that_is_gone_delays_nobody(service: Service, server: FakeLiveKit, visit_page: Open) -> None:
    server.mode = "failing"
    doctor, resident, visit = accepted(service, visit_page)
    moves(resident, MEET_MS)
    moves(doctor, MEET_MS)
    assert rooms_of(service, visit) == [("own", "livekit-unavailable")]
    loaded = "performance.getEntriesByType('resource').some((e) => e.name.includes('livekit-client'))"
    assert not resident.evaluate(loaded)  # who does not need it does not wait for it
