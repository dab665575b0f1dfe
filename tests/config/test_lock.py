"""The lock file: hashes for everything that pyproject.toml asks for, and no address of any index."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "config" / "requirements.lock").read_text()


def folded(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_lock_names_no_index() -> None:
    assert "://" not in LOCK


def test_every_line_of_the_lock_is_pinned_and_hashed() -> None:
    for block in re.split(r"\n(?=\S)", LOCK.strip()):
        assert re.match(r"[A-Za-z0-9._-]+==\S+", block), block[:60]
        assert "--hash=sha256:" in block, block[:60]


def test_the_lock_has_all_that_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = {folded(re.split(r"[\[<>=~! ;]", line)[0]) for line in wanted}
    locked = {folded(line.split("==")[0]) for line in LOCK.splitlines() if "==" in line}
    assert names - locked == set(), "run `make lock`"
