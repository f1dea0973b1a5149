"""Files that are never half there: written beside their place, then renamed."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PART = ".part"
"""How a file ends that is not whole yet."""


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A place beside a file, which takes the file's own when all is written.

    An older file is replaced at once or not at all, and whatever goes wrong, nothing stays behind.

    Raises
    ------
    OSError, ValueError
        Where it cannot be written; who asked for it says so in words of their own.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}{PART}")
    try:
        yield part
        part.replace(path)
    finally:
        with suppress(OSError, ValueError):  # a name that no file can have was told before
            part.unlink()


def put(path: Path, content: bytes, *, durable: bool = False) -> Path:
    """Write a whole file, in a folder that is made where there is none.

    Parameters
    ----------
    durable
        Whether it must be on the disk before the file takes its name, so that it outlives a machine that stops.

    Raises
    ------
    OSError, ValueError
        Where it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with beside(path) as part, part.open("wb") as out:
        out.write(content)
        if durable:
            out.flush()
            os.fsync(out.fileno())
    return path


def remove_unfinished(folder: Path) -> None:
    """Take away what a process that was killed left here; what another one is writing stays."""
    for path in folder.glob(f".*{PART}"):
        writer = path.name.removesuffix(PART).rpartition(".")[2]
        if not (writer.isdecimal() and _is_alive(int(writer))):
            with suppress(OSError):
                path.unlink()


def _is_alive(pid: int) -> bool:
    """Whether a process runs; where that cannot be asked without harm, it is taken to."""
    if os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
