"""The registry names what is wrong with model files and how to mend it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import yaml

from models import registry
from models.errors import ModelError


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    files = {}
    for role, name in (("model", "net.onnx"), ("tokens", "tokens.txt"), ("card", "CARD.md")):
        content = f"content of {name}".encode()
        (tmp_path / name).write_bytes(content)
        files[role] = {"file": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    path = tmp_path / "manifest.yaml"
    path.write_text(yaml.safe_dump({"models": {"small": {"licence": "x", "source": "y", "files": files}}}), "utf-8")
    return path


def test_finds_the_files_of_a_model(manifest: Path) -> None:
    model = registry.bundled("small", manifest)
    assert model.path.name == "net.onnx"
    assert model.tokens.read_text("utf-8") == "content of tokens.txt"
    assert model.card.is_file()


def test_unknown_name_lists_the_known_ones(manifest: Path) -> None:
    with pytest.raises(ModelError, match="small") as caught:
        registry.bundled("large", manifest)
    assert caught.value.code == "model.unknown"


def test_missing_file_comes_with_a_remedy(manifest: Path) -> None:
    (manifest.parent / "net.onnx").unlink()
    with pytest.raises(ModelError, match=r"net\.onnx") as caught:
        registry.bundled("small", manifest)
    assert caught.value.code == "model.missing"
    assert "git checkout" in caught.value.remedy


def test_check_notices_a_changed_byte(manifest: Path) -> None:
    assert len(registry.check(manifest)) == 3
    (manifest.parent / "tokens.txt").write_text("content of tokens.txT", "utf-8")
    with pytest.raises(ModelError) as caught:
        registry.check(manifest)
    assert caught.value.code == "model.damaged"


@pytest.mark.parametrize("text", ["", "models: 3", "models: {a: {files: {model: {file: x}}}}", "{"])
def test_a_broken_manifest_is_one_clear_error(manifest: Path, text: str) -> None:
    manifest.write_text(text, "utf-8")
    with pytest.raises(ModelError) as caught:
        registry.entries(manifest)
    assert caught.value.code == "model.manifest"


def test_the_bundled_files_are_whole() -> None:
    assert {entry.role for entry in registry.check()} == {"model", "tokens", "card"}


def test_bundled_tokens_begin_with_blank_and_are_toned_syllables() -> None:
    tokens = registry.bundled("syllable-ctc").tokens.read_text("utf-8").splitlines()
    assert tokens[0] == "<blk>"
    assert len(tokens) == len(set(tokens))
    assert {"gao1", "ya1", "bai3", "wu3", "de5", "nv3", "xiong1"} <= set(tokens)
    assert all(token[-1] in "12345" for token in tokens[1:])
