"""The work list: where every visit of a team stands, and why. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from agent.clinical.forms import Form
from agent.clinical.labels import Labels
from agent.report.words import evidence_words
from connectors.signing.ports import Due, TrendAlert
from connectors.storage.worklist import AlertRow, WorkRow
from connectors.web.console.views import Bucket, CallItem, WorkItem
from suifang.calling import CallList

WAITS = timedelta(days=2)
"""A record that waits longer for its doctor is overdue."""
LATEST = timedelta(days=1)
"""An alert nobody took within a day is no alarm any more: it stays in the list, by its record."""
LISTED_DUE = 50
SHOWN = 2
LONG = 32
"""Characters of what a resident said, in a list."""


@dataclass(frozen=True, slots=True)
class Words:
    """How things are called."""

    labels: Labels
    flow: Callable[[str], str]
    form: Callable[[str], Form | None]
    """The form of a flow."""
    now: datetime


def work_items(
    rows: Sequence[WorkRow], dues: Sequence[Due], words: Words, bad: Sequence[TrendAlert] = ()
) -> tuple[WorkItem, ...]:
    """The list, the most urgent first; within a kind whoever waits longest, of what is done the newest."""
    held = {(row.resident_id, row.flow) for row in rows if not row.signed}
    again = _begun_after(rows)
    items = [(row.started, visit_item(row, words, again=again.get((row.resident_id, row.flow), ""))) for row in rows]
    waiting = [due for due in dues if (due.resident_id, due.flow) not in held]
    items += [(alert.at, _bad_item(alert, words)) for alert in bad]
    items += [(due.due, _due_item(due, words)) for due in waiting[:LISTED_DUE]]
    done = [(when, item) for when, item in items if item.bucket is Bucket.DONE]
    todo = [(when, item) for when, item in items if item.bucket is not Bucket.DONE]
    order = {bucket: number for number, bucket in enumerate(Bucket)}
    todo.sort(key=lambda pair: (order[pair[1].bucket], pair[0]))
    done.sort(key=lambda pair: pair[0], reverse=True)
    return tuple(item for _, item in (*todo, *done))


def call_items(found: CallList, rows: Sequence[WorkRow], team: str, words: Words) -> Iterator[CallItem]:
    """Whom one team is to call: what was sent back with why, then what is due and not being held already."""
    again = {one.visit_id: one for one in found.recalled}
    held = {(row.resident_id, row.flow) for row in rows if not row.signed}
    for due in found.due:
        sent = again.get(due.id)
        if due.team != team or (sent is None and (due.resident_id, due.flow) in held):
            continue
        yield CallItem(
            due.resident_id, due.name, person_words(due.sex, due.birth_date, words), due.flow, words.flow(due.flow),
            due.due, f"{sent.by} 退回重打：{sent.why}" if sent else "", sent.visit_id if sent else "",
        )  # fmt: skip


def visit_item(row: WorkRow, words: Words, again: str = "") -> WorkItem:
    """A visit as a row; ``again`` is when a later visit of the same resident and flow began."""
    bucket = _bucket(row, words.now, again)
    return WorkItem(
        bucket, f"/console/visits/{row.visit_id}", row.name, person_words(row.sex, row.birth_date, words),
        words.flow(row.flow), tuple(_why(row, bucket, words)), tuple(_facts(row.body)), row.started[:16],
        _state(row, words.labels),
    )  # fmt: skip


def person_words(sex: str, birth_date: str, words: Words) -> str:
    """``女 78岁``; what is not known is left out."""
    known = [] if sex in ("0", "9", "") else [words.labels.word("sexes", sex)]
    years = age_on(birth_date, words.now.date())
    return " ".join([*known, *([] if years is None else [f"{years}岁"])])


def age_on(birth_date: str, today: date) -> int | None:
    """Full years; None when the day of birth is not known."""
    try:
        born = date.fromisoformat(birth_date)
    except ValueError:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def urgent(alert: AlertRow) -> bool:
    """Life is in danger."""
    return alert.severity.startswith("P0")


def _bucket(row: WorkRow, now: datetime, again: str) -> Bucket:
    if row.signed:
        return Bucket.DONE
    loose = [alert for alert in row.alerts if not alert.by]
    if any(urgent(alert) or row.running for alert in loose) and _fresh(row.last, now, LATEST):
        return Bucket.ALERT
    if row.running:
        return Bucket.RUNNING
    if row.recall is not None and row.recall.at >= row.recorded[:19] and again <= row.recall.at:
        return Bucket.RECALL
    if row.alerts or row.unreached:
        return Bucket.CRITICAL
    return Bucket.REVIEW if _fresh(row.ended or row.started, now, WAITS) else Bucket.OVERDUE


def _begun_after(rows: Sequence[WorkRow]) -> Mapping[tuple[str, str], str]:
    newest: dict[tuple[str, str], str] = {}
    for row in rows:
        key = (row.resident_id, row.flow)
        newest[key] = max(newest.get(key, ""), row.started)
    return newest


def _fresh(at: str, now: datetime, span: timedelta) -> bool:
    try:
        return now - datetime.fromisoformat(at).replace(tzinfo=None) < span
    except ValueError:
        return False


def _why(row: WorkRow, bucket: Bucket, words: Words) -> Iterator[str]:
    if row.unreached:
        yield "视频链接没送到：请给居民打电话"
    for alert in sorted(row.alerts, key=lambda alert: not urgent(alert)):
        label, rank = words.labels.word("flags", alert.flag), words.labels.word("severities", alert.severity)
        taken = f"（{alert.by} 已接）" if alert.by else ""
        yield f"{label} · {rank}{taken}：{_short(evidence_words(alert.evidence, words.form(row.flow)))}"
    if row.recall is not None and bucket is Bucket.RECALL:
        yield f"{row.recall.by} 退回重打：{_short(row.recall.why)}"
    if bucket is Bucket.OVERDUE:
        yield f"等签字已 {_days(row.ended or row.started, words.now)} 天"
    if row.outcome and row.outcome != "completed":
        yield words.labels.word("outcomes", row.outcome)
    if row.proposals:
        yield f"档案建议 {row.proposals} 条"
    yield from _checks(row.body)


def _checks(body: Mapping[str, Any]) -> Iterator[str]:
    listen = [line["label"] for line in body.get("fields", ()) if (line.get("evidence") or {}).get("listen")]
    if listen:
        yield f"请听录音：{'、'.join(listen[:SHOWN])}" + _more(listen)
    doubts = list(body.get("contradictions", ()))
    if doubts:
        yield doubts[0] + _more(doubts, 1)
    changes = [_changed(change) for change in body.get("changes", ())]
    if changes:
        yield "；".join(changes[:SHOWN]) + _more(changes)


def _changed(change: Mapping[str, str]) -> str:
    """``收缩压 136→150``: the unit stands in the report."""
    before, after = change["before"], change["after"]
    unit = before.rpartition(" ")[2]
    if unit and unit == after.rpartition(" ")[2] and unit != before:
        before, after = before.removesuffix(unit).strip(), after.removesuffix(unit).strip()
    return f"{change['label']} {before}→{after}"


def _more(items: Sequence[str], shown: int = SHOWN) -> str:
    return f" 等 {len(items)} 处" if len(items) > shown else ""


def _facts(body: Mapping[str, Any]) -> Iterator[str]:
    """The first number of the form, and the class that is suggested."""
    values = {line["slot"]: line.get("value") for line in body.get("fields", ())}
    for item in body.get("headline", ()):
        known = [values.get(slot) for slot in item["slots"]]
        if any(value is not None for value in known):
            yield f"{item['label']} {'/'.join('?' if value is None else f'{value:g}' for value in known)}"
            break
    suggested = (body.get("suggestion") or {}).get("visit_class_words")
    if suggested:
        yield f"建议：{suggested}"


def _state(row: WorkRow, labels: Labels) -> str:
    if row.signed:
        return f"{row.author} 已签"
    if row.running:
        return "通话中" if row.channel == "voice" else "对话中"
    return f"{row.author} 已改，待签字" if row.record_status == "corrected" else "待签字"


def _bad_item(alert: TrendAlert, words: Words) -> WorkItem:
    return WorkItem(
        Bucket.TREND, f"/console/residents/{alert.resident_id}", alert.name,
        person_words(alert.sex, alert.birth_date, words), alert.title, (alert.why,), (), alert.at,
        f"报{alert.doctor}" if alert.doctor else "",
    )  # fmt: skip


def _due_item(due: Due, words: Words) -> WorkItem:
    late = _days(due.due, words.now)
    return WorkItem(
        Bucket.OVERDUE, f"/console/residents/{due.resident_id}", due.name,
        person_words(due.sex, due.birth_date, words), words.flow(due.flow),
        (f"应在 {due.due} 随访" + (f"，已过 {late} 天" if late else "，今天到期"),), (), due.due, "未随访",
    )  # fmt: skip


def _days(at: str, now: datetime) -> int:
    try:
        return max(0, (now.date() - date.fromisoformat(at[:10])).days)
    except ValueError:
        return 0


def _short(text: str) -> str:
    return text if len(text) <= LONG else text[: LONG - 1] + "…"
