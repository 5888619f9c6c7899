"""Calls in which something breaks: the call goes on, or ends cleanly, and nothing is left behind."""

from __future__ import annotations

import asyncio
import threading
import time
from functools import partial

import numpy as np
import pytest

from agent.domain.effects import Say
from agent.domain.events import VoiceFailed
from agent.errors import SpeechError
from speech.bench import Workbench
from speech.call import Wording, run_call
from speech.channel import VirtualTime, audio_pair
from speech.ledger import HangUp
from speech.notices import AgentSpeaks, Notice
from speech.recognition.standby import Standby
from tests.fakes.dialogue import FakeDialogue
from tests.fakes.resident import FakeResident, Step
from tests.fakes.running import QUESTION, Notices, hold, parts, run
from tests.fakes.voice import FakeRecognizer, FakeSynthesizer

SAID = [Step(("没有",)), Step(("没有",))]
APOLOGY = Wording().not_heard


def spoken(notices: Notices) -> list[str]:
    return [n.text for n in notices.of(AgentSpeaks)]


def test_a_recogniser_that_raises_is_tried_again_and_then_apologised_for() -> None:
    broken = FakeRecognizer(faults=[RuntimeError("core dumped"), RuntimeError("again")])
    held = hold(FakeDialogue(complete=("没有",)), SAID, recognizer=broken)
    assert APOLOGY in spoken(held.notices)
    assert held.dialogue.heard == ["没有"]
    assert [f.code for f in held.result.faults] == ["recognition-failed"]
    assert "core dumped" not in held.result.faults[0].message


def test_one_failed_partial_costs_nothing() -> None:
    held = hold(FakeDialogue(complete=("没有",)), SAID[:1], recognizer=FakeRecognizer(faults=[RuntimeError("once")]))
    assert held.dialogue.heard == ["没有"]
    assert APOLOGY not in spoken(held.notices)


def test_a_recogniser_that_hangs_is_given_up_after_its_time() -> None:
    hanging = FakeRecognizer(faults=[0.5, 0.5])
    held = hold(FakeDialogue(complete=("没有",)), SAID, recognizer=hanging, engine_timeout_s=0.05)
    assert [f.code for f in held.result.faults] == ["engine-hangs"]
    assert held.dialogue.heard == ["没有"]


def test_a_recogniser_that_never_works_ends_the_call_politely() -> None:
    dead = FakeRecognizer(faults=[RuntimeError("dead")] * 50)
    held = hold(FakeDialogue(), [Step(("没有",))] * 5, recognizer=dead)
    assert held.result.hang_up is HangUp.FAILED
    assert spoken(held.notices)[-1] == Wording().give_up
    assert held.dialogue.closed == ["engine_failed"]


def test_an_engine_that_raises_is_replaced_and_no_word_is_lost() -> None:
    opened: list[FakeRecognizer] = []

    def spare() -> FakeRecognizer:
        opened.append(FakeRecognizer())
        return opened[-1]

    standby = Standby(FakeRecognizer(faults=[RuntimeError("dead")] * 50), spare)
    held = hold(FakeDialogue(complete=("没有",)), SAID[:1], recognizer=standby)
    assert held.dialogue.heard == ["没有"]
    assert APOLOGY not in spoken(held.notices)
    assert len(opened) == standby.changes == 1
    assert [e.body for e in held.dialogue.events if isinstance(e.body, VoiceFailed)] == [
        VoiceFailed("recognition", "recognition-failed")
    ]


def test_an_engine_that_hangs_is_replaced_at_its_first_partial() -> None:
    standby = Standby(FakeRecognizer(faults=[0.5] * 50), FakeRecognizer)
    held = hold(FakeDialogue(complete=("没有",)), SAID[:1], recognizer=standby, engine_timeout_s=0.05)
    assert held.dialogue.heard == ["没有"]
    assert [f.code for f in held.result.faults] == ["engine-hangs"]


def test_a_spare_engine_without_files_is_apologised_for() -> None:
    def broken() -> FakeRecognizer:
        raise OSError("no such file")

    standby = Standby(FakeRecognizer(faults=[RuntimeError("dead")] * 2), broken)
    held = hold(FakeDialogue(complete=("没有",)), SAID, recognizer=standby)
    assert [f.code for f in held.result.faults] == ["recognition-spare"]
    assert APOLOGY in spoken(held.notices)
    assert held.dialogue.heard == ["没有"]


def test_with_keys_a_call_without_recogniser_goes_on() -> None:
    dead = FakeRecognizer(faults=[RuntimeError("dead")] * 50)
    notices: list[Notices] = []

    def typed() -> str | None:
        asked = notices and Wording().use_keys in spoken(notices[0])
        return "没有" if asked and not dialogue.heard else None

    dialogue = FakeDialogue(complete=("没有",))

    async def call() -> None:
        near, far = audio_pair(VirtualTime())
        made = parts(recognizer=dead, typed=typed, keys=True)
        notices.append(Notices(made))
        async with asyncio.TaskGroup() as group:
            group.create_task(FakeResident(far, [Step(("没有",))] * 3).run())
            await run_call(near, dialogue, [QUESTION], made, notices[0])
        made.bench.close()

    run(call())
    assert dialogue.heard == ["没有"]
    assert Wording().give_up not in spoken(notices[0])


def test_calls_that_fail_together_change_the_engine_once() -> None:
    standby = Standby(FakeRecognizer(), FakeRecognizer)
    standby.change(0)
    standby.change(0)
    assert standby.changes == 1


def test_a_clause_that_cannot_be_spoken_is_left_out() -> None:
    opening = [Say("您好啊您好。您的血压是多少？", "utter_ask_blood_pressure", ask="blood_pressure")]
    broken = FakeSynthesizer(faults=[ValueError("voice lost")])
    held = hold(FakeDialogue(complete=("没有",)), SAID[:1], opening, synthesizer=broken)
    assert [f.stage for f in held.result.faults] == ["synthesis"]
    assert held.dialogue.heard == ["没有"]


def test_a_conversation_that_raises_is_apologised_for() -> None:
    class Broken(FakeDialogue):
        def hear(self, text, confidence, now):  # type: ignore[no-untyped-def]
            if not self.heard:
                self.heard.append(text)
                raise KeyError("slot")
            return super().hear(text, confidence, now)

    held = hold(Broken(complete=("没有",)), SAID)
    assert held.result.faults[0].stage == "dialogue"
    assert APOLOGY in spoken(held.notices)
    assert len(held.dialogue.heard) == 2


def test_an_observer_that_raises_does_not_end_the_call() -> None:
    class Broken:
        def observe(self, notice: Notice) -> None:
            raise RuntimeError("display")

    async def call() -> FakeDialogue:
        near, far = audio_pair(VirtualTime())
        dialogue = FakeDialogue(complete=("没有",))
        made = parts()
        async with asyncio.TaskGroup() as group:
            group.create_task(FakeResident(far, SAID[:1]).run())
            await run_call(near, dialogue, [QUESTION], made, Broken())
        made.bench.close()
        return dialogue

    assert run(call()).heard == ["没有"]


class BadLine:
    """A channel that delivers frames of a wrong shape."""

    def __init__(self, bad: int) -> None:
        self.bad = bad
        self.frames = 0
        self.closed = 0

    async def receive(self) -> np.ndarray | None:
        self.frames += 1
        if self.frames > 100:
            return None
        await asyncio.sleep(0)
        return np.zeros(160 if self.frames <= self.bad else 320, np.int16)

    async def send(self, frame: np.ndarray) -> None:
        return

    async def clear(self) -> float:
        return 0.0

    async def aclose(self) -> None:
        self.closed += 1


def test_truncated_frames_are_told_once_and_passed_over() -> None:
    line, dialogue, made = BadLine(bad=10), FakeDialogue(), parts()
    notices = Notices(made)
    result = run(run_call(line, dialogue, [QUESTION], made, notices))
    assert [f.code for f in result.faults] == ["audio-frame-format"]
    assert result.hang_up is HangUp.RESIDENT


def test_a_line_of_a_wrong_rate_is_an_error_with_a_remedy() -> None:
    line, dialogue, made = BadLine(bad=100), FakeDialogue(), parts()
    with pytest.raises(SpeechError) as caught:
        run(run_call(line, dialogue, [QUESTION], made, Notices(made)))
    assert caught.value.code == "audio-frame-format"
    assert "16000 Hz" in caught.value.remedy
    assert dialogue.closed == ["bad_audio"]
    assert line.closed == 1


def test_cancelling_keeps_the_events_and_leaves_no_task() -> None:
    dialogue = FakeDialogue()

    async def call() -> None:
        near, far = audio_pair(VirtualTime())
        made = parts(recognizer=FakeRecognizer(faults=[0.2]))
        resident = FakeResident(far, SAID)
        async with asyncio.TaskGroup() as group:
            group.create_task(resident.run())
            held = group.create_task(run_call(near, dialogue, [QUESTION], made, Notices(made)))
            await resident.reached_ms(3_000)
            held.cancel()
        made.bench.close()

    run(call())
    assert dialogue.closed == ["stopped"]


def test_the_bench_replaces_a_hanging_thread() -> None:
    async def work() -> int:
        bench = Workbench(1)
        with pytest.raises(SpeechError, match="engine-hangs"):
            await bench.run(lambda: time.sleep(0.3), timeout_s=0.02)
        answer = await bench.run(lambda: 42, timeout_s=0.2)
        bench.close()
        bench.close()
        return answer

    assert run(work()) == 42


def test_urgent_work_goes_before_what_waits() -> None:
    async def work() -> list[str]:
        bench, done = Workbench(1), list[str]()
        begun, may_end = threading.Event(), threading.Event()

        def busy() -> None:
            begun.set()
            may_end.wait(10)

        async with asyncio.TaskGroup() as group:
            group.create_task(bench.run(busy, timeout_s=10))
            await asyncio.to_thread(begun.wait, 10)
            for name, urgent in (("partial", False), ("another", False), ("final", True)):
                group.create_task(bench.run(partial(done.append, name), timeout_s=10, urgent=urgent))
            await asyncio.sleep(0)
            assert bench.waiting == 3
            may_end.set()
        bench.close()
        return done

    assert run(work()) == ["final", "partial", "another"]


def test_a_full_bench_says_so() -> None:
    async def work() -> None:
        bench = Workbench(1, max_waiting=1)
        begun, may_end = threading.Event(), threading.Event()

        def busy() -> None:
            begun.set()
            may_end.wait(10)

        async with asyncio.TaskGroup() as group:
            group.create_task(bench.run(busy, timeout_s=10))
            await asyncio.to_thread(begun.wait, 10)
            group.create_task(bench.run(lambda: None, timeout_s=10))
            await asyncio.sleep(0)
            with pytest.raises(SpeechError, match="engine-busy"):
                await bench.run(lambda: None, timeout_s=1)
            may_end.set()
        bench.close()

    run(work())
