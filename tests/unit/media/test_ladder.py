"""Who is rung, in what order, and what becomes of a call that nobody takes."""

from __future__ import annotations

from connectors.media.ladder import OnDuty, Ring, Said, Standing, Step, accept, advance, decline, order, told

WANG, LI = OnDuty("w", "王医生"), OnDuty("l", "李医生")
CALL = Ring("v", "T1", "chest_pain")
RING_S = 25.0


def test_the_first_on_duty_is_rung_at_once() -> None:
    rung = advance(CALL, [WANG, LI], 0.1, RING_S)
    assert (rung.step, rung.doctor) == (Step.RINGING, WANG)
    assert "王医生" in told(rung)


def test_who_does_not_answer_is_followed_by_the_next_and_then_it_is_a_task() -> None:
    rung = advance(CALL, [WANG, LI], 0.0, RING_S)
    assert advance(rung, [WANG, LI], 24.9, RING_S) == rung
    second = advance(rung, [WANG, LI], 25.0, RING_S)
    assert second.doctor == LI
    task = advance(second, [WANG, LI], 50.0, RING_S)
    assert task.step is Step.NOBODY
    assert "幺二零" in told(task)


def test_who_declines_or_leaves_is_not_waited_for() -> None:
    rung = advance(CALL, [WANG, LI], 0.0, RING_S)
    assert advance(decline(rung, "w"), [WANG, LI], 1.0, RING_S).doctor == LI
    assert advance(rung, [LI], 1.0, RING_S).doctor == LI


def test_nobody_on_duty_is_waited_for_and_then_told() -> None:
    assert advance(CALL, [], 10.0, RING_S) == CALL
    assert advance(CALL, [WANG], 12.0, RING_S).doctor == WANG
    assert advance(CALL, [], 25.0, RING_S).step is Step.NOBODY


def test_the_first_who_accepts_has_it_also_late() -> None:
    taken = accept(advance(CALL, [WANG, LI], 0.0, RING_S), LI, 3.0)
    assert (taken.step, taken.doctor) == (Step.ACCEPTED, LI)
    assert accept(taken, WANG, 4.0) == taken
    assert advance(taken, [WANG, LI], 100.0, RING_S) == taken
    task = advance(CALL, [], 25.0, RING_S)
    assert accept(task, WANG, 90.0).doctor == WANG


def test_every_announcement_has_a_number_of_its_own() -> None:
    rung = advance(CALL, [WANG], 0.0, RING_S)
    assert [rung.number, accept(rung, WANG, 1.0).number] == [1, 2]


def test_the_roster_decides_who_is_rung_first() -> None:
    zhao, sun = OnDuty("z", "赵医生"), OnDuty("s", "孙医生")
    here = [WANG, LI, zhao, sun]
    roster = {"l": Standing(on_shift=True), "z": Standing(on_shift=True, said=Said.BUSY), "s": Standing(said=Said.AWAY)}
    assert order(here, roster, frozenset()) == [LI, WANG, zhao]
    assert order(here, {}, frozenset()) == here
    # Who is in a talk comes last, and is rung all the same when nobody else is left.
    assert order(here, roster, frozenset({"l"})) == [WANG, LI, zhao]
    rung = advance(CALL, order([WANG, LI], roster, frozenset()), 0.0, RING_S)
    assert rung.doctor == LI
    # Who says 不在 while it rings there is not waited for.
    away = {"l": Standing(on_shift=True, said=Said.AWAY)}
    assert advance(rung, order([WANG, LI], away, frozenset()), 1.0, RING_S).doctor == WANG
