"""What sounds like what: the shipped table of readings, and every shipped pattern by its sound."""

import gc
import re
from pathlib import Path

from pypinyin import Style, lazy_pinyin
from pypinyin.pinyin_dict import pinyin_dict

from agent.library import load_library
from agent.understanding.phrases import Phrases
from agent.understanding.pinyin import syllable, toned
from agent.understanding.redflags.lexicon import Part
from agent.understanding.symptom_lexicon import Concept

ROOT = Path(__file__).resolve().parents[3]


def test_the_table_of_readings_says_what_the_library_says() -> None:
    for char in map(chr, pinyin_dict):
        said = lazy_pinyin(char, style=Style.TONE3, neutral_tone_with_five=True)[0]
        assert toned(char) == said
        assert char < "㐀" or syllable(char) in (said[:-1], "en")
    assert syllable("嗯") == "en"
    assert [syllable(char) for char in "a9，😀㐂"] == list("a9，😀㐂")


def test_every_pattern_of_the_lexicons_can_be_heard() -> None:
    library = load_library(ROOT)
    heard = [one for one in gc.get_objects() if isinstance(one, (Phrases, Concept, Part))]
    assert len(heard) > 500
    for one in heard:
        folded = (one.folded,) if isinstance(one, Part) else one.by_sound
        assert all(isinstance(pattern, re.Pattern) for pattern in folded)
    assert library.knowledge.redflags.parts
