"""The data folder of the embedded engines (HUB_DATA): data, sockets, logs, locks, this installation's secret key.

PostgreSQL refuses to run as root, so as root it runs as uid 65534 ("nobody"), who must be able to reach its files.
Below a private home it cannot; then its files move to a folder under /var/lib.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import tempfile
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

NOBODY = 65534
LONGEST_SOCKET = 107  # bytes of sockaddr_un.sun_path without its NUL
SHARED = Path("/var/lib/ocpi-roaming-hub")


class DataDirError(Exception):
    """The data folder cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Sockets:
    postgres: Path  # a folder: PostgreSQL puts .s.PGSQL.5432 in it
    valkey: Path


@dataclass(frozen=True)
class DataDir:
    path: Path

    @property
    def engine_uid(self) -> int:
        return NOBODY if os.geteuid() == 0 else os.geteuid()

    @cached_property
    def engine_path(self) -> Path:
        """Where the engine's own files stand: here, unless its user cannot get here."""
        if self.engine_uid == os.geteuid() or barrier(self.path) is None:
            return self.path
        return SHARED / self._mark

    @cached_property
    def sockets(self) -> Sockets:
        place = self.engine_path / "run"
        if len(os.fsencode(place / ".s.PGSQL.5432")) > LONGEST_SOCKET:
            place = Path(tempfile.gettempdir()) / f"hub-{os.geteuid()}-{self._mark}"
        return Sockets(place, place / "valkey.sock")

    @property
    def postgres_data(self) -> Path:
        return self.engine_path / "postgres"

    def prepare(self) -> None:
        """Make the folders. Others may pass through (the engine's user must), only that user may look inside."""
        for folder in {self.path, self.engine_path}:
            make_passable(folder)
        self._make_private(self.sockets.postgres)
        self._make_private(self.postgres_data)

    def secret_key(self) -> str:
        """The key of this installation, made at the first start and readable by its owner only."""
        place = self.path / "secret_key"
        if not place.exists():
            make_passable(self.path)
            draft = place.with_name(f"secret_key.{os.getpid()}")
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
            with contextlib.suppress(FileExistsError):
                os.link(draft, place)  # unlike a rename, this never replaces the key of a faster starter
            draft.unlink()
        return place.read_text().strip()

    @property
    def _mark(self) -> str:
        return sha256(os.fsencode(self.path.resolve())).hexdigest()[:16]

    def _make_private(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), self.engine_uid}:
            raise DataDirError(f"{folder} belongs to somebody else; remove it or set HUB_DATA to another folder")
        if found.st_uid != self.engine_uid:
            os.chown(folder, self.engine_uid, self.engine_uid)


def make_passable(folder: Path) -> None:
    """Make what is missing on the way, open for passing through whatever the umask says; leave what exists alone."""
    for missing in [one for one in reversed([folder, *folder.parents]) if not one.exists()]:
        missing.mkdir(exist_ok=True)
        missing.chmod(0o711)


def barrier(path: Path) -> Path | None:
    """The first folder on the way to `path` that a stranger may not pass."""
    for folder in reversed([path, *path.parents]):
        if folder.is_dir() and not folder.stat().st_mode & stat.S_IXOTH:
            return folder
    return None
