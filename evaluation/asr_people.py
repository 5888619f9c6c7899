"""Recordings of people that were kept from training, as manifests of the ``asr`` format.

    python -m evaluation.asr_people FOLDER [--out var/asr/people]

FOLDER holds the unpacked public collections (``models/bundled/MODEL_CARD.md`` names them). The split is the
one the model was trained with.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import defaultdict
from pathlib import Path

from agent.errors import InputError, SuifangError
from models.train.recordings import Recording, recordings

KINDS = {
    "students": "12 words, students never heard",
    "words": "words, women heard in training",
    "sentences": "news sentences, readers heard in training",
}
"""Syllables by themselves are no words and are left to ``models.train.evaluate``."""
MOST = 250


def kept(root: Path) -> dict[str, list[Recording]]:
    """Up to ``MOST`` test recordings of each kind. Raises InputError when the folder has none."""
    found: dict[str, list[Recording]] = defaultdict(list)
    for recording in recordings(root) if root.is_dir() else ():
        if recording.test and recording.kind in KINDS:
            found[recording.kind].append(recording)
    if not found:
        raise InputError("asr-people", f"no recordings in {root}", "unpack the collections there")
    rng = random.Random(7)
    return {kind: rng.sample(some, min(MOST, len(some))) for kind, some in sorted(found.items())}


def write(root: Path, out: Path) -> list[Path]:
    """One folder with a manifest for each kind; the audio stays where it is."""
    folders = []
    for kind, some in kept(root).items():
        folder = out / kind
        folder.mkdir(parents=True, exist_ok=True)
        rows = (f"{recording.path.resolve()}\t{recording.text}\t{kind}\t\n" for recording in some)
        (folder / "manifest.tsv").write_text("".join(rows), "utf-8")
        folders.append(folder)
    return folders


def main() -> int:
    """Write the manifests; 0 done, 2 cannot run."""
    parser = argparse.ArgumentParser(description="Manifests of the recordings kept from training.")
    parser.add_argument("root", type=Path)
    parser.add_argument("--out", type=Path, default=Path("var/asr/people"))
    arguments = parser.parse_args()
    try:
        folders = write(arguments.root, arguments.out)
    except (SuifangError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write("".join(f"{folder}\n" for folder in folders))
    return 0


if __name__ == "__main__":
    sys.exit(main())
