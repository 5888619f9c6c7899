"""A doctor's review through store, library and outbox: corrections, signatures, case files."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from agent.domain.answers import Resident
from agent.errors import InputError
from agent.library import Library, load_library
from connectors.storage.parcels import OutboxStatus
from connectors.storage.ports import Channel
from evaluation.answers import evaluate_answers
from evaluation.cases import answer_case as read_answer_case
from evaluation.cases import read_cases, red_flag_case
from suifang.app import App, open_app
from suifang.case_files import add_case, missed_flag
from suifang.judging import Judge
from suifang.reviewing import Reviewing, Signer, answer_case
from suifang.settings import Settings
from suifang.visits import Caller

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 23, 9, 30)
LI = Signer("李医生", "2026-11-23T14:00:00")
WHY = ("听录音是145", True)
Check = Callable[[App, Reviewing, str], Awaitable[None]]


@pytest.fixture(scope="module")
def library(root: Path) -> Library:
    return load_library(root)


@pytest.fixture
def holds(tmp_path: Path, root: Path, library: Library) -> Callable[[Check], None]:
    """Run a check on a visit whose conversation was broken off after the blood pressure."""

    def run(check: Check) -> None:
        async def inside() -> None:
            async with open_app(Settings(root=root, data_dir=tmp_path), library) as app:
                caller = Caller(Resident("王桂花", "R00001", "2", date(1948, 5, 3)), {})
                visit, _ = await app.visits.open("hypertension_followup", caller, Channel.TERMINAL, NOW)
                for words in ("我就是", "行，你说吧", "高压一百五，低压九十五"):
                    await visit.hear(words, NOW)
                await visit.close("input ended", NOW)
                await app.papers.draw_up(visit.id)
                await check(app, Reviewing(app.library, app.store), visit.id)

        asyncio.run(inside())

    return run


def test_a_correction_is_a_new_version_and_the_log_stays(holds: Callable[[Check], None]) -> None:
    async def check(app: App, reviewing: Reviewing, visit: str) -> None:
        log = await app.store.events.read(visit)
        _, change = await reviewing.correct(visit, "sbp", "145", LI, WHY)
        assert (change.old, change.new, change.who, change.at) == (150, 145, "李医生", LI.at)
        sheet = await reviewing.sheet(visit)
        assert [(v.version, v.status, v.author) for v in sheet.versions] == [
            (1, "draft", ""),
            (2, "corrected", "李医生"),
        ]
        line = sheet.report.line("sbp")
        assert line is not None
        assert line.evidence is not None
        assert (line.value, line.evidence.speaker_words) == (145, "医生")
        assert await app.store.events.read(visit) == log
        assert "145 mmHg" in (await app.papers.draw_up(visit)).text
        assert len((await reviewing.sheet(visit)).versions) == 2  # drawing up again adds nothing

    holds(check)


def test_only_a_signature_with_a_class_goes_to_the_backend(holds: Callable[[Check], None]) -> None:
    async def check(app: App, reviewing: Reviewing, visit: str) -> None:
        with pytest.raises(InputError, match="class"):
            await reviewing.sign(visit, LI, accept=False)
        assert (await app.store.outbox.counts())[OutboxStatus.WAITING] == 0
        version = await reviewing.sign(visit, LI, accept=True)
        (row,) = await app.store.outbox.rows()
        assert (row.key, row.resident_id, version) == (f"{visit}:2", "R00001", 2)
        assert row.body["values"]["sbp"] == 150
        assert row.body["visit_class"] == "2"
        assert row.body["signed_by"] == row.body["values"]["doctor_sign"] == "李医生"
        assert "transcript" not in row.body
        with pytest.raises(InputError, match="signed by"):
            await reviewing.sign(visit, LI, accept=True)
        assert await app.store.reviews.waiting() == ()

    holds(check)


def test_a_signed_record_changes_only_by_a_new_version(holds: Callable[[Check], None], tmp_path: Path) -> None:
    async def check(app: App, reviewing: Reviewing, visit: str) -> None:
        await reviewing.sign(visit, LI, accept=True)
        await reviewing.correct(visit, "dbp", "85", LI, WHY)
        assert [w.status for w in await app.store.reviews.waiting()] == ["corrected"]
        await reviewing.sign(visit, Signer("陈医生", "2026-11-23T15:00:00"), accept=True)
        sheet = await reviewing.sheet(visit)
        assert [v.status for v in sheet.versions] == ["draft", "signed", "corrected", "signed"]
        assert [row.key for row in await app.store.outbox.rows()] == [f"{visit}:2", f"{visit}:4"]
        assert [dict(v.body)["signed"] for v in sheet.versions] == [False, True, False, True]
        with sqlite3.connect(tmp_path / "suifang.db") as database, pytest.raises(sqlite3.IntegrityError):
            database.execute("UPDATE records SET status = 'draft'")

    holds(check)


def test_two_doctors_at_once_and_a_full_disk_leave_nothing_half_done(
    holds: Callable[[Check], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def check(app: App, reviewing: Reviewing, visit: str) -> None:
        done = await asyncio.gather(
            reviewing.sign(visit, LI, accept=True), reviewing.sign(visit, LI, accept=True), return_exceptions=True
        )
        assert sum(isinstance(result, int) for result in done) == 1
        assert [row.key for row in await app.store.outbox.rows()] == [f"{visit}:2"]
        await reviewing.correct(visit, "sbp", "145", LI, WHY)

        def full(*_args: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("connectors.storage.reviews.enqueue", full)
        with pytest.raises(Exception, match="No space left"):
            await reviewing.sign(visit, LI, accept=True)
        sheet = await reviewing.sheet(visit)
        assert [v.status for v in sheet.versions] == ["draft", "signed", "corrected"]
        assert all(c.slot != "doctor_sign" or c.at == LI.at for c in sheet.corrections)

    holds(check)


BAD = (
    ("nothing", "1", "x", "slot-unknown"),
    ("sbp", "high", "x", "value-unreadable"),
    ("weight_kg_now", "nan", "x", "value-unreadable"),
    ("visit_class", "9", "x", "value-unreadable"),
    ("next_visit_date", "2026-02-30", "x", "value-unreadable"),
    ("htn_symptoms", "1,99", "x", "value-unreadable"),
    ("sbp", "150", "x", "value-same"),
    ("sbp", "145", " ", "why-missing"),
)


def test_bad_corrections(holds: Callable[[Check], None]) -> None:
    async def check(_app: App, reviewing: Reviewing, visit: str) -> None:
        for slot, text, why, code in BAD:
            with pytest.raises(InputError) as caught:
                await reviewing.correct(visit, slot, text, LI, (why, False))
            assert caught.value.code == code
        assert len((await reviewing.sheet(visit)).versions) == 1

    holds(check)


def test_values_of_every_kind_and_none(holds: Callable[[Check], None]) -> None:
    async def check(app: App, reviewing: Reviewing, visit: str) -> None:
        for slot, text, words in (
            ("htn_symptoms", "2,6", "头痛头晕"), ("weight_kg_now", "58.5", "58.5 kg"), ("salt_now", "2", "中"),
            ("next_visit_date", "2026-12-07", "2026-12-07"), ("medications", "amlodipine:1:1:片,metformin", "氨氯地平"),
        ):  # fmt: skip
            await reviewing.correct(visit, slot, text, LI, ("补记", False))
            line = (await reviewing.sheet(visit)).report.line(slot)
            assert line is not None
            assert words in line.words
        await reviewing.correct(visit, "dbp", "-", LI, ("没有说过", True))
        line = (await reviewing.sheet(visit)).report.line("dbp")
        assert line is not None
        assert line.value is None

    holds(check)


def test_a_misheard_value_becomes_a_case(holds: Callable[[Check], None], library: Library, tmp_path: Path) -> None:
    async def check(_app: App, reviewing: Reviewing, visit: str) -> None:
        sheet, change = await reviewing.correct(visit, "sbp", "145", LI, WHY)
        path = tmp_path / "cases" / "mine.yaml"
        add_case(path, answer_case(sheet, change, "高压一百四十五，低压九十五"))
        (case,) = read_cases([path], read_answer_case)
        assert (case.ask, dict(case.expect)) == ("blood_pressure", {"sbp": 145, "dbp": 95})
        assert evaluate_answers([case], Judge(library).read).totals["ok"] == 1
        with pytest.raises(InputError, match="already"):
            add_case(path, answer_case(sheet, change))
        _, filled = await reviewing.correct(visit, "salt_now", "2", LI, ("补记", True))
        with pytest.raises(InputError, match="nobody said"):
            answer_case(sheet, filled)

    holds(check)


def test_a_missed_flag_becomes_a_case(holds: Callable[[Check], None], tmp_path: Path) -> None:
    async def check(_app: App, reviewing: Reviewing, visit: str) -> None:
        sheet = await reviewing.sheet(visit)
        turn = sheet.report.transcript[-1].turn if sheet.report.transcript[-1].speaker == "self" else 3
        path = tmp_path / "missed.yaml"
        add_case(path, missed_flag(sheet, turn, "chest_pain"))
        (case,) = read_cases([path], red_flag_case)
        assert case.text == "高压一百五，低压九十五"
        for bad in ((99, "chest_pain"), (turn, "headache")):
            with pytest.raises(InputError):
                missed_flag(sheet, *bad)

    holds(check)


def test_the_next_conversation_knows_the_signed_visit_before(holds: Callable[[Check], None]) -> None:
    async def check(app: App, reviewing: Reviewing, visit: str) -> None:
        wang = Caller(Resident("王桂花", "R00001", "2", date(1948, 5, 3)), {})
        unsigned, _ = await app.visits.open("hypertension_followup", wang, Channel.TERMINAL, NOW)
        assert unsigned.conversation.state.history == {}
        await unsigned.close("hung up", NOW)
        await reviewing.correct(visit, "sbp", "145", LI, WHY)
        await reviewing.correct(visit, "visit_class", "2", LI, ("血压未达标", False))
        await reviewing.sign(visit, LI, accept=True)
        after, _ = await app.visits.open("hypertension_followup", wang, Channel.TERMINAL, NOW)
        history = after.conversation.state.history
        assert (history["sbp"], history["dbp"], history["visit_class"]) == (145, 95, "2")
        other, _ = await app.visits.open(
            "hypertension_followup", Caller(Resident("李梅", "R00002"), {}), Channel.TERMINAL, NOW
        )
        assert other.conversation.state.history == {}

    holds(check)
