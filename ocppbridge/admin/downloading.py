"""A stored file handed to staff: as an attachment that no browser runs, under a name that says no more than that."""

from __future__ import annotations

from django.http import StreamingHttpResponse

from ocppbridge.models import StoredFile
from ocppbridge.services import files


def download(file: StoredFile, name: str) -> StreamingHttpResponse:
    """Whatever the station said of its type."""
    answer = StreamingHttpResponse(files.pieces(file), content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="{files.safe_name(name)}"'
    answer["Content-Length"] = str(file.size)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["Cache-Control"] = "no-store"
    return answer
