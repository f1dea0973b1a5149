"""Many files as one ZIP that has the same bytes whenever it is made."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from collections.abc import Mapping

FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The first day that a ZIP can tell: it says that no date is meant."""
UNIX = 3
READABLE = 0o644 << 16


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Files by their name in one ZIP, in their order."""
    whole = io.BytesIO()
    with ZipFile(whole, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            member = ZipInfo(name, FIRST_DAY)
            member.compress_type = ZIP_DEFLATED
            member.create_system = UNIX
            member.external_attr = READABLE
            archive.writestr(member, content)
    return whole.getvalue()


def names(content: bytes) -> list[str]:
    """The names of a ZIP's files, in their order."""
    with ZipFile(io.BytesIO(content)) as archive:
        return archive.namelist()


def unzipped(content: bytes) -> dict[str, bytes]:
    """The files of a ZIP by their name, in their order."""
    with ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
