"""The first file out of a multipart/form-data body, as it comes in pieces: what some stations POST in place of a PUT.

Pure: bytes in, bytes of the file out. The head of the first part is dropped, and whatever follows the next boundary.
"""

from __future__ import annotations

from email.message import Message
from typing import Final

HEAD_LIMIT: Final = 8192


class NotMultipart(ValueError):
    """The body is not what its content type says."""


class FirstPart:
    """See the module's docstring."""

    def __init__(self, content_type: str) -> None:
        said = Message()
        said["Content-Type"] = content_type
        boundary = said.get_param("boundary")
        if said.get_content_type() != "multipart/form-data" or not isinstance(boundary, str) or not boundary:
            raise NotMultipart("a multipart body names its boundary")
        self._begin = b"--" + boundary.encode("latin-1", "replace")
        self._end = b"\r\n" + self._begin
        self._held = b""
        self._inside = self.over = False
        self.name = ""

    def feed(self, data: bytes) -> bytes:
        """What of the file is in it."""
        if self.over:
            return b""
        self._held += data
        if not self._inside and not self._open():
            return b""
        end = self._held.find(self._end)
        if end >= 0:
            self.over = True
            found, self._held = self._held[:end], b""
            return found
        keep = len(self._end) - 1  # the boundary may be cut in two
        found, self._held = self._held[: max(len(self._held) - keep, 0)], self._held[-keep:]
        return found

    def _open(self) -> bool:
        """Whether the head of the part has come whole; its name is in it."""
        head, gap, rest = self._held.partition(b"\r\n\r\n")
        if not gap:
            if len(self._held) > HEAD_LIMIT:
                raise NotMultipart("the head of the part does not end")
            return False
        if not head.startswith(self._begin):
            raise NotMultipart("it does not begin with its boundary")
        said = Message()
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.decode("utf-8", "replace").partition(":")
            said[name.strip()] = value.strip()
        self.name = said.get_filename() or ""
        self._inside, self._held = True, rest
        return True
