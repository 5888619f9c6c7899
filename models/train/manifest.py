"""Command that writes the sizes and checksums of the bundled files into the manifest."""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import yaml

from models.registry import MANIFEST

_HEAD = "# The model files that come with the code. `python -m models.train.manifest` refreshes sizes and checksums.\n"


def refresh(manifest: Path) -> None:
    """Read every file named in the manifest and note what it is now."""
    document = yaml.safe_load(manifest.read_text("utf-8"))
    for model in document["models"].values():
        for described in model["files"].values():
            content = (manifest.parent / described["file"]).read_bytes()
            described["size"] = len(content)
            described["sha256"] = hashlib.sha256(content).hexdigest()
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120)
    manifest.write_text(_HEAD + text, encoding="utf-8")


def main() -> None:
    """Refresh the manifest."""
    parser = argparse.ArgumentParser(description="Refresh sizes and checksums in models/manifest.yaml.")
    parser.add_argument("--manifest", type=Path, default=MANIFEST)
    refresh(parser.parse_args().manifest)


if __name__ == "__main__":
    main()
