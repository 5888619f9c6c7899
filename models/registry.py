"""Finds the bundled model files and checks that they are whole. Loads no model."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from models.errors import ModelError

HOME = Path(__file__).parent
MANIFEST = HOME / "manifest.yaml"
_RESTORE = "Restore it from the repository: git checkout -- models/bundled"


@dataclass(frozen=True)
class BundledModel:
    """One model that comes with the code."""

    path: Path
    """The ONNX file."""
    tokens: Path
    """One token per line; the line number is the id."""
    card: Path
    """What the model is and is not."""


@dataclass(frozen=True)
class FileEntry:
    """One file the manifest promises."""

    model: str
    role: str
    path: Path
    size: int
    sha256: str


def bundled(name: str, manifest: Path = MANIFEST) -> BundledModel:
    """The files of a bundled model; raises `ModelError` when one is not there."""
    files = {entry.role: entry for entry in entries(manifest) if entry.model == name}
    if not files:
        known = ", ".join(sorted({entry.model for entry in entries(manifest)}))
        raise ModelError("model.unknown", f"There is no bundled model {name!r}.", f"Known are: {known}.")
    for entry in files.values():
        if not entry.path.is_file():
            raise ModelError("model.missing", f"{entry.path} of the model {name!r} is missing.", _RESTORE)
    return BundledModel(files["model"].path, files["tokens"].path, files["card"].path)


def check(manifest: Path = MANIFEST) -> tuple[FileEntry, ...]:
    """Compare every file with its size and checksum; raises `ModelError` at the first that differs."""
    found = entries(manifest)
    for entry in found:
        if not entry.path.is_file():
            raise ModelError("model.missing", f"{entry.path} of the model {entry.model!r} is missing.", _RESTORE)
        content = entry.path.read_bytes()
        if len(content) != entry.size or hashlib.sha256(content).hexdigest() != entry.sha256:
            raise ModelError("model.damaged", f"{entry.path} is not the file of the manifest.", _RESTORE)
    return found


def entries(manifest: Path = MANIFEST) -> tuple[FileEntry, ...]:
    """All files of the manifest, in its order."""
    try:
        document = yaml.safe_load(manifest.read_text("utf-8"))
        return tuple(
            _entry(manifest.parent, model, role, described)
            for model, content in document["models"].items()
            for role, described in content["files"].items()
        )
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as fault:
        raise ModelError(
            "model.manifest", f"{manifest} cannot be read as a model manifest ({fault}).", _RESTORE
        ) from None


def _entry(folder: Path, model: str, role: str, described: dict[str, Any]) -> FileEntry:
    return FileEntry(model, role, folder / described["file"], int(described["size"]), str(described["sha256"]))
