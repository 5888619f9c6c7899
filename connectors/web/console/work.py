"""The work list, sorted by risk; filtering and keys are the script's."""

from __future__ import annotations

from collections import Counter

from agent.report.markup import Markup, el
from connectors.web.console.shell import Frame, empty, page, title_row, trouble
from connectors.web.console.views import Bucket, WorkItem, WorkPage

BUCKETS = {
    Bucket.ALERT: "正在报警", Bucket.CRITICAL: "红旗待审", Bucket.TREND: "走势变坏", Bucket.OVERDUE: "已超期",
    Bucket.REVIEW: "待审", Bucket.RUNNING: "进行中", Bucket.RECALL: "待重打", Bucket.DONE: "已签",
}  # fmt: skip


def work_page(frame: Frame, work: WorkPage) -> str:
    """The page."""
    counts = Counter(item.bucket for item in work.items)
    chips = [_chip("todo", "待办", len(work.items) - counts[Bucket.DONE], pressed=True)]
    chips += [_chip(bucket.value, title, counts[bucket]) for bucket, title in BUCKETS.items()]
    search = el("input", type="search", id="search", placeholder="找姓名、原因（按 / ）", aria_label="找居民")
    return page(
        frame, "工作列表",
        title_row("工作列表", search),
        trouble(work.trouble and f"签约系统现在连不上，到期名单暂缺：{work.trouble}"),
        el("div", *chips, class_="chips", role="group", aria_label="只看"),
        rows(work.items) if work.items else empty("现在没有要处理的随访。"),
        el("p", "没有符合的随访。", class_="empty", id="none", hidden=""),
        script="work",
    )  # fmt: skip


def rows(items: tuple[WorkItem, ...]) -> Markup:
    """The rows as a list; each is one link."""
    return el("ol", *(row(item) for item in items), class_="rows", id="rows")


def row(item: WorkItem) -> Markup:
    """One row."""
    person = el("span", el("b", item.name, translate="no"), el("span", item.person, class_="soft"), class_="person")
    why = el("span", *(el("span", words) for words in item.why), class_="why")
    facts = el("span", *(el("span", words) for words in item.facts), class_="facts")
    end = el("span", el("span", item.state, class_="state"), el("time", item.when.replace("T", " ")), class_="end")
    return el(
        "li",
        el("a", el("span", BUCKETS[item.bucket], class_="tag"), person, el("span", item.what, class_="what"),
           why, facts, end, href=item.href),
        class_=f"row {item.bucket}", data_bucket=item.bucket.value,
    )  # fmt: skip


def _chip(key: str, title: str, count: int, *, pressed: bool = False) -> Markup:
    return el(
        "button", title, el("span", str(count), class_="count"), type="button", data_filter=key,
        aria_pressed="true" if pressed else "false", class_=f"chip {key}",
    )  # fmt: skip
