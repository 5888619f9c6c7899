"""Pages of operators and admins: residents and contracts, dead letters, health, accounts, wording. Nothing clinical."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.report.markup import Markup, el
from connectors.access.people import Role, StaffRow, StaffStatus
from connectors.api.letters import Letter
from connectors.web.console.shell import ROLES, Frame, button, empty, page, title_row, trouble

KINDS = {
    "follow_up": "随访记录", "alert": "警报", "appointment": "预约", "education": "健康指导", "contract": "签约",
    "satisfaction": "满意度", "record_change": "健康档案建议", "trend_seen": "走势已看", "room_link": "视频链接短信",
}  # fmt: skip
PARTS = {"store": "数据库", "flows": "随访流程", "live": "实时消息"}
STATES = {"ok": "正常", "not installed": "没有安装"}
REASONS = {
    "backend-refused": "对方不收这份内容：请医生更正后重签，或改好对方的数据再送",
    "resident-unknown": "对方没有这位居民：先在对方建档，再送", "contract-missing": "居民在对方没有签约：先签约，再送",
    "contract-expired": "对方的签约到期了：先续签，再送", "key-reused": "对方已有同编号的另一份：比对后重签",
    "courier-died": "报送的进程断了：看服务日志，再送", "backend-timeout": "对方没有及时回答：检查线路，再送",
    "backend-unreachable": "连不上对方：检查地址和线路，再送",
    "backend-contract": "对方的接口版本不同：升级其中一方，再送",
    "courier-fault": "报送时程序出错：看服务日志，再送",
    "link-over": "短信来不及了：请给居民打电话", "phone-unknown": "没有能收短信的号码：请给居民打电话，并改好号码",
    "message-refused": "短信网关不收这个号码：请给居民打电话，并改好号码",
    "message-unreachable": "连不上短信网关：请给居民打电话，再检查地址",
    "message-timeout": "短信网关没有及时回答：请给居民打电话，再检查线路",
    "message-garbage": "短信网关的回答没有编号：请给居民打电话，再检查地址",
    "messages-off": "没有设短信网关：请给居民打电话，再设好网关",
}  # fmt: skip
SAID = "responses"
"""Files of what is said to residents."""
STATUS = {StaffStatus.ACTIVE: "可用", StaffStatus.DISABLED: "已停用"}


@dataclass(frozen=True, slots=True)
class Contracted:
    """A resident with their contract; no disease, no value, of the name the surname only."""

    id: str
    name: str
    contract: str
    due: str
    """The next follow-up that is due; empty for none."""


@dataclass(frozen=True, slots=True)
class HouseView:
    """How the service does."""

    residents: tuple[Contracted, ...]
    letters: tuple[Letter, ...]
    waiting: Mapping[str, int]
    """Letters by status."""
    parts: Mapping[str, str]
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file of wording or thresholds in use."""

    name: str
    version: str
    lines: tuple[tuple[str, str, str], ...]
    """Id, words, source and mark."""


def operations_page(frame: Frame, house: HouseView) -> str:
    """The page."""
    search = el("input", type="search", id="search", placeholder="找编号或签约", aria_label="找居民")
    return page(
        frame, "运行",
        trouble(house.trouble and f"签约系统现在连不上：{house.trouble}"),
        el("div", _health(house.parts), _letters(frame, house), class_="pair"),
        title_row("居民和签约", search),
        _residents(house.residents), script="operations",
    )  # fmt: skip


def _health(parts: Mapping[str, str]) -> Markup:
    lines = (
        el(
            "tr",
            el("th", PARTS.get(name, name), scope="row"),
            el("td", el("span", STATES.get(state, state), class_=_mark(state))),
        )
        for name, state in parts.items()
    )
    return el("section", el("h2", "各部分的状态"), el("table", *lines))


def _mark(state: str) -> str:
    return "mark" if state == "ok" or state.startswith("在用") else "mark warn"


def _letters(frame: Frame, house: HouseView) -> Markup:
    waiting = house.waiting.get("waiting", 0) + house.waiting.get("leased", 0)
    lines = (
        el("tr", el("th", f"{letter.number}", scope="row"), el("td", KINDS.get(letter.kind, letter.kind)),
           el("td", letter.created[:16].replace("T", " ")), el("td", f"试过 {letter.tries} 次"),
           el("td", REASONS.get(letter.code, "看服务日志，再送"), " ", el("code", letter.code)),
           el("td", button("再送", class_="retry", data_letter=str(letter.number))
              if frame.staff.role is Role.OPERATOR else None))
        for letter in house.letters
    )  # fmt: skip
    body = el("table", *lines, class_="stack") if house.letters else el("p", "没有送不出去的。", class_="soft")
    return el(
        "section",
        el("h2", "报送签约系统"),
        el("p", f"等着送 {waiting} 件，已送 {house.waiting.get('sent', 0)} 件"),
        body,
    )


def _residents(residents: Sequence[Contracted]) -> Markup:
    if not residents:
        return empty("还没有居民。")
    head = el("tr", *(el("th", name, scope="col") for name in ("编号", "姓名", "签约", "下次随访")))
    lines = (
        el("tr", el("td", one.id), el("th", one.name, scope="row", translate="no"), el("td", one.contract),
           el("td", one.due, data_head="下次随访"))
        for one in residents
    )  # fmt: skip
    return el("section", el("table", el("thead", head), el("tbody", *lines), id="residents", class_="stack"))


def users_page(frame: Frame, accounts: Sequence[StaffRow]) -> str:
    """Accounts of staff."""
    head = ("登录名", "姓名", "角色", "团队", "状态", "验证码", "")
    lines = (
        el(
            "tr", el("th", row.staff.name, scope="row"), el("td", row.staff.shown, translate="no"),
            el("td", ROLES[row.staff.role]), el("td", row.staff.team), el("td", STATUS[row.status]),
            el("td", "已设" if row.totp else "没有", data_head="验证码"),
            el("td", *_account_acts(frame, row), class_="acts"), data_name=row.staff.name,
        )
        for row in accounts
    )  # fmt: skip
    table = el(
        "table",
        el("thead", el("tr", *(el("th", name, scope="col") for name in head))),
        el("tbody", *lines),
        class_="stack",
    )
    roles = (el("option", words, value=role.value) for role, words in ROLES.items())
    form = el(
        "form", el("h2", "新账号"),
        _entry("登录名", "name", pattern="[a-z][a-z0-9._\\-]{1,31}", required=""), _entry("姓名", "shown", required=""),
        el("label", el("span", "角色"), el("select", *roles, name="role")),
        _entry("团队编号", "team", required="", value=frame.staff.team),
        el("button", "建立", type="submit", class_="primary"), id="new", method="dialog", class_="inline sheet",
    )  # fmt: skip
    return page(frame, "账号", title_row("账号和角色"), el("section", table, class_="wide"), form, script="users")


def _account_acts(frame: Frame, row: StaffRow) -> list[Markup]:
    name = row.staff.name
    acts = [button("重设密码", data_act="reset", aria_label=f"重设 {name} 的密码")]
    if row.totp:
        acts.append(button("重设验证码", data_act="totp", aria_label=f"重设 {name} 的验证码"))
    if row.status is StaffStatus.ACTIVE and name != frame.staff.name:
        acts.append(button("停用", data_act="disable", class_="danger", aria_label=f"停用 {name}"))
    return acts


def _entry(label: str, name: str, **attributes: str | None) -> Markup:
    return el("label", el("span", label), el("input", type="text", name=name, **attributes))


def wording_page(frame: Frame, files: Sequence[DataFile]) -> str:
    """Wording and thresholds in use, with version, source and mark."""
    search = el("input", type="search", id="search", placeholder="找一句话、一个阈值", aria_label="找")
    parts = (
        el(
            "details", el("summary", f"{file.name}（版本 {file.version}，{len(file.lines)} 条）"),
            el("table", *(_line(*found, said=file.name.startswith(SAID)) for found in file.lines)),
        )
        for file in files
    )  # fmt: skip
    lead = el("p", "这里只能看。要改请改 dialogues/ 下的文件，由医生审过再上线。", class_="soft")
    return page(frame, "用语与阈值", title_row("用语与阈值", search), lead, *parts, script="wording")


def _line(key: str, words: str, source: str, *, said: bool) -> Markup:
    """What is said to residents is Chinese on every page."""
    told = el("td", words, translate="no" if said else None)
    return el("tr", el("th", el("code", key), scope="row"), told, el("td", source, class_="soft", translate="no"))
