"""The production models that can be pulled, and which of them lie in the model folder. Fetches and loads nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from models.errors import ModelError
from models.registry import HOME

LIST = HOME / "published.yaml"
LOCK = "pulled.json"
_BLOCK = 1 << 20


@dataclass(frozen=True)
class PublishedFile:
    """One file of a model."""

    role: str
    name: str
    url: str
    about_bytes: int
    """Rounded; the exact size is pinned at the first pull."""


@dataclass(frozen=True)
class PublishedModel:
    """One model that others publish."""

    name: str
    engine: str
    """Which recognition engine loads it."""
    kind: str
    """How that engine loads it."""
    about: str
    licence: str
    source: str
    files: tuple[PublishedFile, ...]

    @property
    def about_bytes(self) -> int:
        """Of all files."""
        return sum(file.about_bytes for file in self.files)


@dataclass(frozen=True)
class Pin:
    """What a file was when it was pulled first."""

    size: int
    sha256: str


class State(StrEnum):
    """Of a model in the folder."""

    ABSENT = "not pulled"
    PARTIAL = "in part"
    PULLED = "pulled"


@dataclass(frozen=True)
class LocalModel:
    """A model whose files are all there."""

    model: PublishedModel
    folder: Path

    def path(self, role: str) -> Path:
        """Where the file of a role lies."""
        return self.folder / next(file.name for file in self.model.files if file.role == role)


def published(hub: str = "", path: Path | None = None) -> tuple[PublishedModel, ...]:
    """All of the list; ``hub`` replaces the address of the model hub by a mirror's."""
    path = path or LIST
    try:
        document = yaml.safe_load(path.read_text("utf-8"))
        base = (hub or str(document["hub"])).rstrip("/")
        return tuple(_model(name, content, base) for name, content in document["models"].items())
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as fault:
        raise ModelError(
            "model.list", f"{path} cannot be read as a list of models ({fault}).", "Restore it from the repository."
        ) from None


def find(name: str, models: tuple[PublishedModel, ...]) -> PublishedModel:
    """The model of that name. Raises `ModelError` naming those there are."""
    for model in models:
        if model.name == name:
            return model
    known = ", ".join(model.name for model in models)
    raise ModelError("model.unknown", f"There is no model {name!r} to pull.", f"Known are: {known}.")


def state(model: PublishedModel, folder: Path) -> State:
    """How much of a model is there; reads no content."""
    there = [(folder / model.name / file.name).is_file() for file in model.files]
    begun = any(there) or any((folder / model.name / f"{file.name}.part").is_file() for file in model.files)
    return State.PULLED if all(there) else State.PARTIAL if begun else State.ABSENT


def local(model: PublishedModel, folder: Path) -> LocalModel:
    """The files of a pulled model. Raises `ModelError` when one is missing."""
    if state(model, folder) is not State.PULLED:
        raise ModelError(
            "model.not-pulled",
            f"The model {model.name!r} is {state(model, folder)} in {folder}.",
            f"Run: suifang models pull {model.name}",
        )
    return LocalModel(model, folder / model.name)


def verify(model: PublishedModel, folder: Path) -> dict[str, Pin]:
    """Compare every file with what was pinned. Raises `ModelError` at the first that differs or is missing."""
    found = local(model, folder)
    pins = read_pins(found.folder)
    for file in model.files:
        pin, now = pins.get(file.name), measure(found.folder / file.name)
        if pin is None:
            message = f"{file.name} of {model.name!r} was never pinned."
            raise ModelError("model.not-pinned", message, f"Run: suifang models pull {model.name}")
        if pin != now:
            raise ModelError(
                "model.damaged",
                f"{found.folder / file.name} is not the file that was pulled.",
                f"Delete it and run: suifang models pull {model.name}",
            )
    return pins


def read_pins(folder: Path) -> dict[str, Pin]:
    """Sizes and checksums pinned in a model's folder; none when nothing was pulled."""
    path = folder / LOCK
    try:
        document = json.loads(path.read_text("utf-8"))
        return {name: Pin(int(pin["size"]), str(pin["sha256"])) for name, pin in document["files"].items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise ModelError(
            "model.lock", f"{path} cannot be read ({fault}).", "Delete it and pull the model again."
        ) from None


def write_pins(folder: Path, pins: Mapping[str, Pin]) -> None:
    """Replace the pins of a model's folder at once."""
    document = {"files": {name: {"size": pin.size, "sha256": pin.sha256} for name, pin in sorted(pins.items())}}
    part = folder / f"{LOCK}.part"
    part.write_text(json.dumps(document, indent=1) + "\n", "utf-8")
    part.replace(folder / LOCK)


def measure(path: Path) -> Pin:
    """Size and checksum of a file."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source:
        while block := source.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return Pin(size, digest.hexdigest())


def _model(name: str, content: dict[str, Any], hub: str) -> PublishedModel:
    base = f"{hub}/{content['id']}"
    files = tuple(
        PublishedFile(role, file["file"], f"{base}/resolve/{content['revision']}/{file['file']}", int(file["size"]))
        for role, file in content["files"].items()
    )
    texts = (str(content[key]) for key in ("engine", "kind", "about", "licence"))
    engine, kind, about, licence = texts
    return PublishedModel(name, engine, kind, about, licence, base, files)
