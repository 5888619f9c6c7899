"""Have prompts spoken ahead of calls: ``prewarm(texts)``, or texts line by line on stdin with ``python -m``."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterable
from pathlib import Path

from agent.errors import SuifangError
from speech.ports import VoiceStyle
from speech.synthesis.cache import PromptCache
from speech.synthesis.espeak import EspeakSynthesizer


async def prewarm(texts: Iterable[str], style: VoiceStyle, folder: Path) -> int:
    """Speak every clause of ``texts`` into the cache folder; returns their number. Raises SpeechError."""
    cache = PromptCache(EspeakSynthesizer(), folder)
    try:
        return await cache.prewarm(texts, style)
    finally:
        await cache.aclose()


def main() -> int:
    """Command line; 2 when the engine cannot speak."""
    parser = argparse.ArgumentParser(description="Speak prompts into the cache; texts on stdin, one a line.")
    parser.add_argument("folder", type=Path, help="cache folder, e.g. var/prompts")
    parser.add_argument("--voice", default="cmn")
    parser.add_argument("--rate", type=int, default=160, help="words per minute of espeak-ng")
    given = parser.parse_args()
    texts = [line.strip() for line in sys.stdin if line.strip()]
    try:
        count = asyncio.run(prewarm(texts, VoiceStyle(given.voice, given.rate), given.folder))
    except SuifangError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{count} clauses ready in {given.folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
