"""Brings scripts of others that our pages use into the tree: pinned version, checksum, packed. ``make vendor``.

npm itself fetches the package; nothing else of it is kept. NOTICE names it with its licence.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from connectors.web import STATIC


@dataclass(frozen=True, slots=True)
class Script:
    """One file of one package."""

    package: str
    version: str
    integrity: str
    """SHA-512 of the package, as npm writes it."""
    inside: str
    """Where the file lies in it."""
    sha256: str
    """Of the file."""

    @property
    def path(self) -> Path:
        """Where it lies here, packed."""
        return STATIC / "vendor" / f"{Path(self.inside).name}.gz"


LIVEKIT = Script(
    "livekit-client", "2.23.0",
    "sha512-j9Kg86nJjBjNFUD+ukp2jwMCGa0k+YD5gU//RzAM+ZY3pbG631QCte7fQjwqWMmtBzhDJL9nKYuOLMv/9IbAxg==",
    "package/dist/livekit-client.esm.mjs",
    "053820ce316a0d9881e54d4745eeb45b96575c05d3591a214f318168336e1367",
)  # fmt: skip


def unpacked(script: Script) -> bytes:
    """The file that lies here. Raises ``ValueError`` when it is another one."""
    text = gzip.decompress(script.path.read_bytes())
    if hashlib.sha256(text).hexdigest() != script.sha256:
        raise ValueError(f"{script.path} is not {script.package} {script.version}: make vendor")
    return text


def fetched(script: Script, folder: Path) -> bytes:
    """The file from the registry, checked. Raises ``ValueError`` when it is another one."""
    subprocess.run(
        ["npm", "pack", "--silent", f"{script.package}@{script.version}"], cwd=folder, check=True, timeout=300
    )
    archive = next(folder.glob("*.tgz"))
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != script.integrity:
        raise ValueError(f"{script.package} {script.version} is not the package that was pinned")
    with tarfile.open(archive) as files:
        found = files.extractfile(script.inside)
        text = found.read() if found else b""
    if hashlib.sha256(text).hexdigest() != script.sha256:
        raise ValueError(f"{script.inside} is not the file that was pinned")
    return text


def main() -> int:
    """Fetch, check, pack."""
    with tempfile.TemporaryDirectory() as folder:
        text = fetched(LIVEKIT, Path(folder))
    LIVEKIT.path.parent.mkdir(exist_ok=True)
    LIVEKIT.path.write_bytes(gzip.compress(text, 9, mtime=0))
    sys.stdout.write(f"{LIVEKIT.package} {LIVEKIT.version}: {LIVEKIT.path} ({LIVEKIT.path.stat().st_size} bytes)\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
