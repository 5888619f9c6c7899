"""The real programs: typed chat, the spoken demonstration, Ctrl-C, kill."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.e2e

SUIFANG = (sys.executable, "-m", "suifang")
PLAIN = """我就是
行
高压一百三十二，低压七十八
我胸口疼得厉害
有，我闺女在
"""


def suifang(*words: str, data: Path, typed: str = "") -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "SUIFANG_DATA_DIR": str(data)}
    return subprocess.run(
        [*SUIFANG, *words], input=typed, capture_output=True, text=True, env=env, timeout=300, check=False
    )


def rows(data: Path, query: str) -> list[Any]:
    with sqlite3.connect(data / "suifang.db") as database:
        return database.execute(query).fetchall()


def test_a_typed_emergency(tmp_path: Path) -> None:
    done = suifang("chat", "hypertension_followup", "--now", "2026-11-23T09:30", data=tmp_path, typed=PLAIN)
    assert done.returncode == 0, done.stderr
    assert "幺二零" in done.stdout or "120" in done.stdout
    report = Path(done.stdout.rsplit("report: ", 1)[1].strip())
    assert "我胸口疼得厉害" in report.read_text("utf-8")
    assert rows(tmp_path, "SELECT status, outcome FROM visits") == [("draft", "escalated")]
    assert rows(tmp_path, "SELECT flag FROM alerts") == [("chest_pain",)]


def test_input_that_ends_leaves_an_incomplete_visit(tmp_path: Path) -> None:
    done = suifang("chat", "hypertension_followup", "--json", data=tmp_path, typed="我就是\n行\n")
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["outcome"] == "incomplete"
    assert rows(tmp_path, "SELECT status FROM visits") == [("incomplete",)]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("chat", "no_such_flow"), "flow-unknown"),
        (("chat", "hypertension_followup", "--resident", "王/7"), "resident"),
        (("chat", "hypertension_followup", "--now", "noon"), "now"),
        (("demo", "--rate", "5"), "demo-rate"),
        (("eval", "dialogues", "/no/such/place"), "no_such_path"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(tmp_path: Path, words: tuple[str, ...], code: str) -> None:
    done = suifang(*words, data=tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"[{code}]" in done.stderr
    assert not (tmp_path / "visits").exists()


@pytest.mark.parametrize(("stop", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_chat_that_is_broken_off_keeps_its_events(tmp_path: Path, stop: int, code: int) -> None:
    env = {**os.environ, "SUIFANG_DATA_DIR": str(tmp_path)}
    with subprocess.Popen(
        [*SUIFANG, "chat", "hypertension_followup"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env=env,
    ) as child:  # fmt: skip
        assert child.stdin is not None
        child.stdin.write("我就是\n")
        child.stdin.flush()
        wait_for(tmp_path, "SELECT count(*) FROM events WHERE type = 'ResidentSaid'", 1)
        child.send_signal(stop)
        _, err = child.communicate(timeout=30)
    assert child.returncode == code, err
    assert "Traceback" not in err
    assert rows(tmp_path, "SELECT status FROM visits") == [("incomplete",)]
    assert rows(tmp_path, "SELECT type FROM events ORDER BY seq DESC LIMIT 1") == [("ConversationClosed",)]


def test_a_spoken_follow_up(tmp_path: Path) -> None:
    done = suifang("demo", "--fast", "--json", data=tmp_path)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert set(result) >= {"outcome", "slots", "truth", "gaps_ms", "set", "report"}
    assert result["outcome"] == "completed"
    right = sum(slot in result["slots"] for slot in result["truth"])
    assert right >= 0.8 * len(result["truth"]), done.stderr
    assert sorted(result["gaps_ms"])[len(result["gaps_ms"]) // 2] <= 700
    page = Path(result["report"]).read_text("utf-8")
    assert page.count('src="data:audio/wav;base64,') >= 10
    clips = list((Path(result["report"]).parent / "clips").iterdir())
    assert rows(tmp_path, "SELECT count(*) FROM clips") == [(len(clips),)]
    assert not any(clip.read_bytes().startswith(b"RIFF") for clip in clips)


def test_a_call_that_is_broken_off_keeps_its_events(tmp_path: Path) -> None:
    env = {**os.environ, "SUIFANG_DATA_DIR": str(tmp_path)}
    with subprocess.Popen([*SUIFANG, "demo", "--json"], stderr=subprocess.PIPE, text=True, env=env) as child:
        wait_for(tmp_path, "SELECT count(*) FROM events WHERE type = 'AgentSaid'", 2)
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=60)
    assert child.returncode == 130, err
    assert "Traceback" not in err
    assert rows(tmp_path, "SELECT status, outcome FROM visits") == [("incomplete", "incomplete")]


def wait_for(data: Path, query: str, least: int, seconds: float = 60) -> None:
    """Until the database says at least so much."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if rows(data, query)[0][0] >= least:
                return
        except sqlite3.OperationalError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"{query} stayed below {least}")
