"""YAML of a run, with values of the environment in place of `${NAME}` and `${NAME:-default}`."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mailroom.contracts.errors import UsageError

FILE_SUFFIX = "_FILE"
_VARIABLE = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?\}")


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a mapping, its variables filled in.

    A variable that is not set is looked for as `NAME_FILE`, the file that holds it: how containers are given secrets.

    Raises:
        UsageError: The file cannot be read, is no mapping in YAML, or names a variable that is not set.
    """
    import yaml  # noqa: PLC0415 - only a run from a file needs it

    try:
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{path}: not readable as YAML: {_in_a_line(error)}") from error
    if not isinstance(tree, dict):
        raise UsageError(f"{path}: write settings as `name: value`; training/examples has runs to start from")
    return {str(name): _filled(value, path) for name, value in tree.items()}


def _in_a_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _filled(value: Any, path: Path) -> Any:
    if isinstance(value, Mapping):
        return {name: _filled(item, path) for name, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, path) for item in value]
    if isinstance(value, str):
        return _VARIABLE.sub(lambda match: _value(match, path), value)
    return value


def _value(match: re.Match[str], path: Path) -> str:
    name, default = match["name"], match["default"]
    if name in os.environ:
        return os.environ[name]
    if f"{name}{FILE_SUFFIX}" in os.environ:
        return _content(Path(os.environ[f"{name}{FILE_SUFFIX}"]), name)
    if default is None:
        raise UsageError(f"{path}: {name} is not set: export it, or {name}{FILE_SUFFIX} with a file's name")
    return default


def _content(file: Path, name: str) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UsageError(f"{name}{FILE_SUFFIX}: {file} cannot be read ({error.strerror})") from error
