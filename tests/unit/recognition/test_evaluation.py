"""``eval asr``: comparable texts, manifests, totals; the sentences of the corpus."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from agent.errors import InputError
from evaluation import asr
from evaluation.asr_corpus import SENTENCES, sentences, telephone
from evaluation.asr_text import comparable, edits
from speech.audio import write_wav
from speech.ports import Hints, Hypothesis, Pcm


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("高压一百五，低压95。", "高压150低压九十五"),
        ("一百五十二九十", "152/90"),
        ("幺三八零零", "13800"),
        ("空腹七点二", "空腹7.2"),
        ("一百零五", "105"),
        ("两千三", "2300"),
        ("十点半", "10点半"),
        ("一百五九十五", "150 95"),
    ],
)
def test_numerals_and_digits_are_alike(one: str, other: str) -> None:
    assert comparable(one).replace("/", "") == comparable(other).replace("/", "").replace("，", "")


def test_different_numbers_stay_different() -> None:
    assert comparable("一百五") != comparable("一百零五")


def test_edits_are_counted() -> None:
    assert edits("头晕", "头晕") == 0
    assert edits("有点头晕", "点头疼") == 2


class Parrot:
    """Says the same to everything."""

    def open(self, hints: Hints) -> Parrot:
        return self

    def accept(self, pcm: Pcm) -> None: ...

    def partial(self) -> Hypothesis:
        return self.finish()

    def finish(self) -> Hypothesis:
        return Hypothesis("一百五", 0.9, 0.0, 1.0)


def _folder(folder: Path, lines: str) -> Path:
    write_wav(folder / "a.wav", np.zeros(8000, np.int16), 8000)
    (folder / "manifest.tsv").write_text(lines, "utf-8")
    return folder


def test_a_folder_is_scored(tmp_path: Path) -> None:
    done = asr.run([_folder(tmp_path, "a.wav\t150\na.wav\t一百六\tzhang\theart_rate\n")], Parrot())
    assert [case.ok for case in done.cases] == [True, False]
    assert (done.totals["n"], done.totals["chars"], done.totals["cer"]) == (2, 6, pytest.approx(1 / 6, abs=1e-3))
    assert done.totals["cer_low"] < done.totals["cer"] < done.totals["cer_high"]


def test_audio_comes_out_at_16_khz(tmp_path: Path) -> None:
    assert len(asr.read_audio(_folder(tmp_path, "") / "a.wav")) == 16000


@pytest.mark.parametrize(("lines", "what"), [("a.wav\n", ":1"), ("a.wav\tx\nb.wav\ty\n", ":2: b.wav")])
def test_a_bad_manifest_names_file_line_and_remedy(tmp_path: Path, lines: str, what: str) -> None:
    with pytest.raises(InputError, match=what):
        asr.read_manifests([_folder(tmp_path, lines)])


def test_what_is_no_audio_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_text("no audio")
    with pytest.raises(InputError, match=r"x\.wav"):
        asr.read_audio(tmp_path / "x.wav")


def test_the_corpus_has_enough_sentences_of_many_asks() -> None:
    found = sentences(SENTENCES)
    assert len({one.text for one in found}) >= 150
    assert len({one.ask for one in found}) >= 20
    assert len({one.id for one in found}) == len(found)


def test_the_telephone_halves_the_rate_and_keeps_the_loudness() -> None:
    tone = (np.sin(np.arange(16000) / 8) * 8000).astype(np.int16)
    heard = telephone(tone, np.random.default_rng(0))
    assert len(heard) == 8000
    assert 0.8 < np.std(heard) / np.std(tone) < 1.2
