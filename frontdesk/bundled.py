"""Files that come with the program: beside the package in a checkout, inside it where it was installed, and in it always."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

_PACKAGE = Path(__file__).parent


def find_bundled(path: str) -> Path:
    """Where a file or folder of the repository is on this machine, `path` being relative to its root."""
    beside = _PACKAGE.parent / path
    return beside if (_PACKAGE.parent / "pyproject.toml").is_file() else _PACKAGE / "bundled" / path


def load_data(package: str, *path: str) -> Any:
    """A YAML file inside a package as plain values. Raises FileNotFoundError."""
    # The compiled parser: reading the lexicons is most of a start.
    return YAML(typ="safe").load(files(package).joinpath(*path).read_text(encoding="utf-8"))
