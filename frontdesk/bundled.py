"""Files that lie beside the package in a checkout and inside it where it was installed."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def find_bundled(path: str) -> Path:
    """Where a file or folder of the repository is on this machine, `path` being relative to its root."""
    beside = _PACKAGE.parent / path
    return beside if (_PACKAGE.parent / "pyproject.toml").is_file() else _PACKAGE / "bundled" / path
