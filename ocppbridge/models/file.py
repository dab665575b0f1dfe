"""Files of stations and for stations: kept in the database in pieces, so that every process of every machine has them.

A file is whole (`complete`) or not there. A `FileKey` is the secret part of a URL, kept as a keyed digest: it lets one
station fetch one file until it expires, or bring one file, once.
"""

from __future__ import annotations

from typing import Final

from django.db import models

from ocppbridge.models.station import Station

CHUNK: Final = 256 * 1024


class StoredFile(models.Model):
    """One file; `name` and `content_type` are what somebody said, and are never trusted when it is handed out."""

    name = models.CharField(max_length=255, blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    md5 = models.CharField(max_length=32, blank=True, help_text="the checksum of PublishFirmware")
    complete = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="stored_file_partial", condition=models.Q(complete=False))]

    def __str__(self) -> str:
        return self.name or f"file {self.pk}"


class FileChunk(models.Model):
    """A piece of CHUNK bytes, the last one shorter."""

    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="one_chunk_per_number")]

    def __str__(self) -> str:
        return f"{self.file} #{self.number}"


class FileKey(models.Model):
    """What a station may do with one URL of ours."""

    digest = models.CharField(max_length=64, unique=True)
    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="file_keys")
    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, null=True, blank=True, help_text="to be fetched")
    log = models.ForeignKey(
        "ocppbridge.LogRequest", on_delete=models.CASCADE, null=True, blank=True, related_name="keys",
        help_text="what is brought",
    )  # fmt: skip
    update = models.ForeignKey(
        "ocppbridge.FirmwareUpdate", on_delete=models.CASCADE, null=True, blank=True, related_name="keys"
    )
    limit = models.BigIntegerField(default=0, help_text="bytes that may be brought")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True, help_text="brought, or last fetched")

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="file_key_expiry")]

    def __str__(self) -> str:
        return f"key of {self.station}"
