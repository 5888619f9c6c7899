"""Turns and overlaps through the real pipeline: bundled recogniser, real voice activity, espeak-ng voices."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import numpy as np
import pytest

from speech.audio import silence, write_wav
from speech.ports import Pcm, VoiceStyle
from speech.synthesis.espeak import EspeakSynthesizer
from suifang import cli

pytestmark = pytest.mark.integration
OLD_MAN = VoiceStyle("cmn+m3", 120)


def spoken(*parts: str | int) -> Pcm:
    async def speak() -> Pcm:
        engine = EspeakSynthesizer()
        try:
            clips = [silence(p) if isinstance(p, int) else await engine.synthesize(p, OLD_MAN) for p in parts]
        finally:
            await engine.aclose()
        return np.concatenate(clips)

    return asyncio.run(speak())


def test_a_pause_inside_a_blood_pressure_an_interruption_and_a_hum(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUIFANG_DATA_DIR", str(tmp_path / "var"))
    answer = spoken(400, "高压一百五", 900, "低压九十五")
    end_s = len(answer) / 16_000
    write_wav(tmp_path / "t.wav", np.concatenate([answer, silence(1_000)]))
    write_wav(tmp_path / "stop.wav", spoken(1_200, "等一下我有话要说", 2_000))
    write_wav(tmp_path / "hum.wav", spoken(1_200, "嗯", 2_000))
    agent = "agent: 您最近有没有头晕、胸闷这些不舒服, onset: 1.2"
    (tmp_path / "cases.yaml").write_text(
        f"- {{id: t1, audio: t.wav, ask: blood_pressure, speech: [[0.4, {end_s:.2f}]], end: {end_s:.2f}}}\n"
        f"- {{id: b1, audio: stop.wav, {agent}, kind: interruption}}\n"
        f"- {{id: b2, audio: hum.wav, {agent}, kind: backchannel}}\n",
        "utf-8",
    )
    out = tmp_path / "out.json"
    assert cli.main(["eval", "turns", str(tmp_path / "cases.yaml"), "--json", str(out)]) == 0
    assert "cut_in_rate 0.0" in capsys.readouterr().out
    totals = json.loads(out.read_text("utf-8"))["totals"]
    assert totals["interruption_recall"] == 1.0
    assert totals["false_stop_rate"] == 0.0
    assert totals["stop_p95_ms"] <= 250
    assert 0 < totals["gap_p50_ms"] <= 700
