"""The voice split: what is kept for tests is never trained on."""

from __future__ import annotations

import sys
from subprocess import run

from models.train import voices


def test_held_out_voices_are_not_trained_on() -> None:
    assert len(voices.HELD_OUT_VARIANTS) >= 6
    assert not set(voices.HELD_OUT_VARIANTS) & set(voices.TRAIN_VARIANTS)
    assert {"f5", "m3"} <= set(voices.HELD_OUT_VARIANTS)
    assert "f2" in voices.TRAIN_VARIANTS


def test_random_variants_are_reproducible_and_differ() -> None:
    assert voices.random_variant(7) == voices.random_variant(7)
    assert voices.random_variant(7) != voices.random_variant(8)
    assert voices.random_variant(7).startswith("language variant\n")


def test_the_split_can_be_read_without_torch_or_audio_libraries() -> None:
    code = "import sys, models.train.voices; sys.exit(any(m in sys.modules for m in ('torch', 'numpy', 'av')))"
    assert run([sys.executable, "-c", code], check=False).returncode == 0
