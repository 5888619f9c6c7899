"""The roster of a team: who is on duty, who can take a call now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.report.markup import Markup, el
from connectors.access.people import Role
from connectors.web.console.shell import ROLES, Frame, button, empty, page, title_row

STATES = {"available": "可以接", "busy": "正忙", "away": "不在"}


@dataclass(frozen=True, slots=True)
class Shift:
    """Somebody is on duty."""

    id: str
    shown: str
    role: Role
    starts: str
    ends: str
    now: bool


@dataclass(frozen=True, slots=True)
class Mate:
    """A member of the team."""

    staff_id: str
    shown: str
    role: Role
    state: str
    at: str


@dataclass(frozen=True, slots=True)
class RosterView:
    """What the page shows."""

    shifts: tuple[Shift, ...]
    mates: tuple[Mate, ...]


def roster_page(frame: Frame, roster: RosterView) -> str:
    """The page."""
    mine = next((mate.state for mate in roster.mates if mate.staff_id == frame.staff.id), "")
    states = (
        el("button", words, type="button", class_="chip", data_state=state,
           aria_pressed="true" if state == mine else "false")
        for state, words in STATES.items()
    )  # fmt: skip
    return page(
        frame, "值班",
        title_row("值班", el("div", el("span", "我现在", class_="soft"), *states, class_="acts", id="mine")),
        el("div", _shifts(roster.shifts), _mates(roster.mates), class_="pair"),
        _new(roster.mates), script="roster",
    )  # fmt: skip


def _shifts(shifts: Sequence[Shift]) -> Markup:
    lines = (
        el("tr", el("th", shift.shown, scope="row", translate="no"), el("td", ROLES[shift.role]),
           el("td", f"{_time(shift.starts)} 至 {_time(shift.ends)}"),
           el("td", el("span", "正在值班", class_="badge signed") if shift.now else None),
           el("td", button("删", class_="drop", data_shift=shift.id, aria_label=f"删掉{shift.shown}的这一班")))
        for shift in shifts
    )  # fmt: skip
    nobody = "还没有排班。警报总是响给全团队，视频急呼先响值班的医生。"
    body = el("table", *lines, class_="stack") if shifts else empty(nobody)
    return el("section", el("h2", "排班"), body)


def _mates(mates: Sequence[Mate]) -> Markup:
    lines = (
        el("tr", el("th", mate.shown, scope="row", translate="no"), el("td", ROLES[mate.role]),
           el("td", STATES.get(mate.state, "没有说")), el("td", _time(mate.at)))
        for mate in mates
    )  # fmt: skip
    return el("section", el("h2", "谁能接"), el("table", *lines, class_="stack"))


def _new(mates: Sequence[Mate]) -> Markup:
    people = (el("option", f"{mate.shown}（{ROLES[mate.role]}）", value=mate.staff_id) for mate in mates)
    return el(
        "form", el("h2", "加一班"),
        el("label", el("span", "谁"), el("select", *people, name="staff_id", required="")),
        el("label", el("span", "从"), el("input", type="datetime-local", name="starts", required="")),
        el("label", el("span", "到"), el("input", type="datetime-local", name="ends", required="")),
        el("button", "加上", type="submit", class_="primary"), id="shift", method="dialog", class_="inline sheet",
    )  # fmt: skip


def _time(at: str) -> str:
    return at[5:16].replace("T", " ")
