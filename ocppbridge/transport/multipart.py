"""The first file out of a multipart/form-data body, as it comes in pieces: what some stations POST in place of a PUT.

Pure: bytes in, bytes of the file out. Parts without a file name are fields, and are skipped like what follows the file.
"""

from __future__ import annotations

from email.message import Message
from typing import Final

HEAD_LIMIT: Final = 8192


class NotMultipart(ValueError):
    """The body is not what its content type says."""


class FirstFile:
    """See the module's docstring. `over` when the file has come whole."""

    def __init__(self, content_type: str) -> None:
        said = Message()
        said["Content-Type"] = content_type
        boundary = said.get_param("boundary")
        if said.get_content_type() != "multipart/form-data" or not isinstance(boundary, str) or not boundary:
            raise NotMultipart("a multipart body names its boundary")
        self._boundary = b"\r\n--" + boundary.encode("latin-1", "replace")
        self._held = b"\r\n"  # the first boundary stands at the beginning of the body, as if after a line
        self._inside = self.over = False
        self._outside = True
        self.name = ""

    def feed(self, data: bytes) -> bytes:
        """What of the file is in it."""
        if self.over:
            return b""
        self._held += data
        while self._outside:
            if not self._next_part():
                return b""
        found, ended = self._until_boundary()
        self.over = ended
        return found

    def _next_part(self) -> bool:
        """Whether the head of the next part has come whole; a file's is the last that is wanted."""
        if self._inside:  # of a field
            _, ended = self._until_boundary()
            if not ended:
                return False
            self._inside = False
        head, gap, rest = self._held.partition(b"\r\n\r\n")
        if not gap:
            if len(self._held) > HEAD_LIMIT:
                raise NotMultipart("the head of the part does not end")
            return False
        if not head.startswith(self._boundary):
            raise NotMultipart("it does not begin with its boundary")
        said = Message()
        for line in head.split(b"\r\n")[2:]:
            name, _, value = line.decode("utf-8", "replace").partition(":")
            said[name.strip() or "X"] = value.strip()
        self.name = said.get_filename() or ""
        self._held, self._inside, self._outside = rest, True, not self.name
        return True

    def _until_boundary(self) -> tuple[bytes, bool]:
        """What stands before the next boundary, and whether that has come; it stays held."""
        end = self._held.find(self._boundary)
        cut = end if end >= 0 else max(len(self._held) - len(self._boundary) + 1, 0)  # it may be cut in two
        found, self._held = self._held[:cut], self._held[cut:]
        return found, end >= 0
