"""The recogniser's words are kept between starts, until a file changes."""

from __future__ import annotations

from pathlib import Path

from speech.recognition import lexicon


def _write(folder: Path, words: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "symptoms.yml").write_text(f"say: [{words}]\n", "utf-8")


def test_words_are_kept_until_a_file_changes(tmp_path: Path) -> None:
    folder, cache = tmp_path / "nlu_data", tmp_path / "cache"
    _write(folder, "头晕, 心(里)?慌")
    made = lexicon.read_kept((folder,), cache)
    assert "头晕" in made.phrases
    (kept,) = cache.iterdir()
    kept.write_text(kept.read_text("utf-8").replace("头晕", "头沉"), "utf-8")
    assert "头沉" in lexicon.read_kept((folder,), cache).phrases
    _write(folder, "胸闷, 心慌")
    again = lexicon.read_kept((folder,), cache)
    assert again == lexicon.read((folder,))
    assert len(list(cache.iterdir())) == 1


def test_a_cache_that_is_broken_or_refused_costs_time_only(tmp_path: Path) -> None:
    folder, cache = tmp_path / "nlu_data", tmp_path / "cache"
    _write(folder, "头晕")
    lexicon.read_kept((folder,), cache)
    (kept,) = cache.iterdir()
    kept.write_text('{"phrases": 3', "utf-8")
    assert "头晕" in lexicon.read_kept((folder,), cache).phrases
    (tmp_path / "file").write_text("x")
    assert "头晕" in lexicon.read_kept((folder,), tmp_path / "file").phrases
