"""Pictures of the pages for ``docs/screenshots``: ``python -m tests.browser.pictures [NAME …] [--out FOLDER]``.

A service with made-up residents is started, a few follow-ups are held, and each page is taken on a desk and a phone.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import sync_playwright

from tests.browser.conftest import ALWAYS, CHROMIUM, DESK, PHONE, Service, served
from tests.browser.steps import started, tap, waits_for, write
from tests.browser.test_record import CONTACT, ID, OPENING, OWN, give

ROOT = Path(__file__).resolve().parents[2]
WORDS = {
    "identity": "我就是本人", "consent": "可以", "blood_pressure": "高压158，低压96", "bp_setting": "在家自己量的",
    "htn_symptoms": "头晕，腿有点肿", "heart_rate": "76下", "weight_kg_now": "62公斤", "height_cm": "158厘米",
    "smoke_per_day_now": "一天5根", "alcohol_liang_now": "不喝酒", "exercise": "一周5次，一次30分钟", "salt_now": "咸",
    "psych_adjust": "挺好的", "compliance_behavior": "一般", "medications": "氨氯地平，一天一次，一次一片",
    "med_adherence": "有时候忘", "nonadherence_reason": "忘了", "adr": "脚肿", "aux_exam": "没有做过",
    "satisfaction_score": "满意", "fpg": "6.5",
}  # fmt: skip
Shot = Callable[[Any, str], None]


def hold(service: Service, words: dict[str, str], *, until: str = "") -> str:
    """A follow-up by writing, up to an ask or to its end; the visit."""
    link = service.link()
    bearer = {"Authorization": f"Bearer {link.rsplit('/', 1)[1]}"}
    with httpx.Client(base_url=service.url, headers=bearer, timeout=60) as resident:
        visit = str(resident.post("/api/link/visit").json()["visit_id"])
        ask: str | None = "identity"
        for _ in range(60):
            if ask is None or ask == until:
                break
            ask = resident.post(f"/api/chat/{visit}", json={"text": words.get(ask, "对")}).json()["ask"]
    return visit


class Album:
    """Takes pictures of those that are wanted."""

    def __init__(self, browser: Any, service: Service, out: Path, wanted: set[str]) -> None:
        self.service = service
        self._browser = browser
        self._out = out
        self._wanted = wanted
        self._logins: dict[str, Any] = {}

    @contextmanager
    def page(self, url: str, size: dict[str, int] = DESK, **options: Any) -> Iterator[Any]:
        """A page of nobody who is logged in."""
        context = self._browser.new_context(viewport=size, locale="zh-CN", **options)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(url)
        yield page
        context.close()

    @contextmanager
    def staff(self, path: str, who: str = "doctor", size: dict[str, int] = DESK) -> Iterator[Any]:
        """A page of staff."""
        if who not in self._logins:
            with self.page(self.service.url + "/console/login") as page:
                page.get_by_label("登录名").fill(who)
                page.get_by_label("密码").fill(self.service.passwords[who])
                page.get_by_role("button", name="登录").click()
                page.locator("header.bar").wait_for()
                self._logins[who] = page.context.storage_state()
        with self.page(self.service.url + path, size, storage_state=self._logins[who]) as page:
            yield page

    def take(self, page: Any, name: str) -> None:
        """One picture: JPEG of staff's pages, PNG of residents'."""
        if self._wanted and name not in self._wanted:
            return
        page.wait_for_timeout(500)
        staff = not name.startswith(("resident-", "family-")) or name == "resident-phone"
        kind = {"type": "jpeg", "quality": 78} if staff else {"type": "png"}
        page.screenshot(path=str(self._out / f"{name}.{'jpg' if staff else 'png'}"), **kind)
        sys.stdout.write(f"{name}\n")

    def both(self, path: str, name: str, who: str = "doctor") -> None:
        """A page of staff on a desk and on a phone."""
        for size, end in ((DESK, ""), (PHONE, "-phone")):
            if not self._wanted or name + end in self._wanted:
                with self.staff(path, who, size) as page:
                    self.take(page, name + end)


def console(album: Album) -> None:
    """Pages of staff."""
    service = album.service
    album.both("/console/calls", "calls")
    with album.staff("/console/calls") as page:
        page.get_by_role("button", name="文字链接").first.click()
        page.get_by_role("dialog").wait_for()
        album.take(page, "calls-link")
    ended = hold(service, WORDS)
    hold(service, {**WORDS, "blood_pressure": "高压136，低压84"})
    hold(service, {**WORDS, "blood_pressure": "高压176，低压104"})
    running = hold(service, WORDS, until="heart_rate")
    report = service.staff("doctor").get(f"/console/visits/{ended}").text
    resident = report.partition('href="/console/residents/')[2].partition('"')[0]
    for path, name, who in (
        ("/console/work", "work", "doctor"), (f"/console/visits/{ended}", "report", "doctor"),
        (f"/console/visits/{running}", "live", "doctor"),
        (f"/console/residents/{resident}", "resident", "doctor"), ("/console/roster", "roster", "doctor"),
        ("/console/figures", "figures", "doctor"), ("/console/account", "account", "doctor"),
        ("/console/visits/" + "0" * 32, "missing", "doctor"), ("/console/operations", "operations", "operator"),
        ("/console/users", "users", "admin"), ("/console/wording", "wording", "admin"),
        ("/console/work?lang=en", "work-en", "nurse"), (f"/console/visits/{ended}?lang=en", "report-en", "nurse"),
        ("/console/operations?lang=en", "operations-en", "admin"),
    ):  # fmt: skip
        album.both(path, name, who)
    for size, end in ((DESK, ""), (PHONE, "-phone")):
        with album.page(service.url + "/console/login", size) as page:
            album.take(page, "login" + end)
    with album.staff(f"/visits/{ended}/report") as page:
        album.take(page, "form")


def in_danger(album: Album) -> None:
    """Alerts: rung on every page, listed, in English too."""
    hold(album.service, {**WORDS, "htn_symptoms": "胸口疼得厉害"}, until="someone_nearby")
    for size, end in ((DESK, ""), (PHONE, "-phone")):
        for path, name in (("figures", "ring"), ("alerts", "alerts"), ("alerts?lang=en", "alerts-en")):
            with album.staff(f"/console/{path}", "nurse", size) as page:
                page.locator("#ringing b, .brief").first.wait_for(state="attached")
                album.take(page, name + end)


def residents(album: Album) -> None:
    """Pages of residents and families."""
    service = album.service
    for size, end in ((PHONE, "360"), (DESK, "desk")):
        with album.page(service.url + "/start", size) as page:
            page.get_by_role("button").first.wait_for()
            album.take(page, f"resident-start-{end}")
            page.get_by_role("button").first.click()
            album.take(page, f"resident-start-name-{end}")
        with album.page(service.link(purpose="call"), size) as page:
            page.get_by_role("button", name="开始通话").wait_for()
            album.take(page, f"resident-call-before-{end}")
    with album.page(link := service.link(), PHONE) as page:
        started(service, page, link)
        album.take(page, "resident-chat-opening-360")
        for name in ("我就是本人", "可以"):
            tap(page, name)
        waits_for(page, "blood_pressure")
        album.take(page, "resident-chat-pad-360")
        for key in (*"148", "好了", *"92", "好了", "在家自己量的"):
            tap(page, key)
        waits_for(page, "htn_symptoms")
        tap(page, "头晕")
        album.take(page, "resident-chat-several-360")
        tap(page, "标准")
        album.take(page, "resident-chat-normal-360")
        with album.page(link, DESK) as desk:
            waits_for(desk, "htn_symptoms")
            album.take(desk, "resident-chat-desk")
    written(album)
    record(album)


def written(album: Album) -> None:
    """A doctor writes in place of the agent."""
    service = album.service
    with album.page(link := service.link(), PHONE) as page:
        visit = started(service, page, link)
        for name in ("我就是本人", "可以"):
            tap(page, name)
        waits_for(page, "blood_pressure")
        for size, end in ((DESK, ""), (PHONE, "-phone")):
            with album.staff(f"/console/visits/{visit}", size=size) as doctor:
                if size == DESK:
                    tap(doctor, "我来写")
                    doctor.get_by_label("写给居民").fill("您家里有血压计吗？")
                    doctor.keyboard.press("Enter")
                    page.locator(".bubble.staff").last.wait_for()
                    write(page, "有的，在柜子里")
                doctor.locator("#lines .them", has_text="柜子").wait_for()
                album.take(doctor, f"live-writing{end}")
        album.take(page, "resident-chat-doctor-writes-360")
        with album.page(link, DESK) as desk:
            desk.locator(".bubble.staff").last.wait_for()
            album.take(desk, "resident-chat-doctor-writes-desk")


def record(album: Album) -> None:
    """A daughter gives the health record."""
    with album.page(album.service.link("record_intake"), PHONE) as page:
        give(page, (*OPENING, *OWN[:2]))
        waits_for(page, "birth_date")
        for key in "1948":
            tap(page, key)
        album.take(page, "family-record-date-360")
        for key in (*"53", "好了"):
            tap(page, key)
        waits_for(page, "id_card_no")
        for key in (*ID[:-1], "1", "好了"):
            tap(page, key)
        album.take(page, "family-record-number-360")
        for key in ("删", "X", "好了"):
            tap(page, key)
        give(page, CONTACT)
        waits_for(page, "past_disease")
        album.take(page, "family-record-several-360")
        page.get_by_role("button", name="改：O型").click()
        album.take(page, "family-record-edit-360")


def main() -> None:
    """Take them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "screenshots")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(ALWAYS))
        for service in served(ROOT, Path(data), {"SUIFANG_WALK_IN": "true"}):
            album = Album(browser, service, args.out, set(args.names))
            console(album)
            residents(album)
            in_danger(album)
        browser.close()


if __name__ == "__main__":
    main()
