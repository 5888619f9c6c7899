"""Of a phone the pages may use microphone and camera, where somebody talks; nothing else, and nothing elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agent.library import load_library
from connectors.access.people import Role
from connectors.web import STATIC
from tests.fakes.house import House, held, settings_in

pytestmark = pytest.mark.integration

TALKING = "microphone=(self), camera=(self), geolocation=()"
NONE = "camera=(), microphone=(), geolocation=()"
SENSORS = re.compile(
    r"getUserMedia|getDisplayMedia|requestPermission|geolocation|clipboard\.read|navigator\.(?:bluetooth|usb|hid|contacts"
    r"|nfc|serial)|NDEFReader|DeviceMotionEvent|DeviceOrientationEvent|PushManager|showOpenFilePicker"
)
USED = {"getUserMedia", "requestPermission"}
"""Microphone and camera; and notes of alerts on the doctor's screen."""


def test_pages_may_ask_for_no_more_than_they_need(tmp_path: Path, root: Path) -> None:
    async def check(house: House) -> None:
        async with await house.staff(Role.DOCTOR) as doctor:
            asked = {"/r/token": TALKING, "/console/work": TALKING, "/": NONE, "/health": NONE, "/api/alerts": NONE}
            for path, policy in asked.items():
                assert (await doctor.get(path)).headers["Permissions-Policy"] == policy, path

    held(settings_in(tmp_path, root), load_library(root), check)


def test_scripts_touch_no_other_sensor() -> None:
    scripts = [path for kind in ("*.js", "*.html") for path in STATIC.rglob(kind)]
    found = {name for path in scripts for name in SENSORS.findall(path.read_text("utf-8"))}
    assert found == USED
