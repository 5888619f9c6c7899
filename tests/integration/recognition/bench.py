"""The bundled language with the syllables of its own table: no acoustic model is needed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pypinyin import Style, lazy_pinyin

from speech.recognition import decoder, lexicon
from speech.recognition.language import Language, load
from speech.recognition.syllable_ctc import LANGUAGE, sounds

WORDS = lexicon.Lexicon(
    ("替米沙坦", "美卡素", "耳朵嗡嗡响", "胸口疼得厉害", "喘不上气"),
    {
        "medicine": ("替米沙坦", "美卡素", "氨氯地平"),
        "symptom": ("头晕", "耳鸣"),
        "red_flag": ("胸口疼得厉害", "喘不上气"),
    },
)


@dataclass(frozen=True)
class Bench:
    """Everything the search needs but posteriors."""

    tokens: tuple[str, ...]
    language: Language
    sounds: decoder.Sounds
    tuning: decoder.Tuning

    def syllables(self, text: str) -> list[str]:
        """Readings of a text, as the acoustic model spells them."""
        return lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True)

    def decode(self, log_probs: npt.NDArray[np.float32], ask: str | None = None) -> str:
        """The best words."""
        mixture = self.language.mixture(ask, ())
        beam = decoder.advance(decoder.opening(mixture), log_probs, self.sounds, mixture, self.tuning)
        best = decoder.best_paths(beam, mixture, self.tuning, True)[0]
        return "".join(self.language.alphabet.chars[node.char] for node in best.nodes)


def make() -> Bench:
    table = lexicon.read_readings(LANGUAGE / "readings.tsv")
    tokens = ("<blk>", *sorted({syllable for entries in table.values() for syllable, _ in entries}))
    language = load(LANGUAGE, tokens, WORDS)
    return Bench(tokens, language, sounds(tokens, language), decoder.Tuning())
