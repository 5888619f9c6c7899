"""Recognition bound to its evaluation."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from evaluation import asr
from evaluation.judgement import Evaluation
from suifang.recognizing import recognizer_of
from suifang.settings import Settings


async def evaluate_recognition(paths: Sequence[Path], settings: Settings) -> Evaluation:
    """Score the chosen recogniser on folders with a manifest."""
    return await asyncio.to_thread(asr.run, paths, recognizer_of(settings))
