"""Documents that come with the program: the model, its limits, its validation, words, help."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import SimulatorError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_PACKAGE = files("simulator")
NEAR_LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!https?://)[^)]*\)")


def paper(name: str) -> str:
    """A document as text: ``limits.md``, ``validation.html``.

    Raises
    ------
    SimulatorError
        If it did not come with the program.
    """
    found = _find(name)
    if found is None:
        raise SimulatorError(f"{name}: the document did not come with the program; install it anew")
    return found.read_text(encoding="utf-8")


def _find(name: str) -> Traversable | None:
    checkout = Path(str(_PACKAGE)).parent
    folders: list[Traversable] = [_PACKAGE.joinpath("_docs")]
    if (checkout / "pyproject.toml").is_file():
        folders.append(checkout / "docs")
    for folder in folders:
        file = folder.joinpath(*name.split("/"))
        if file.is_file():
            return file
    return None


def chapters(name: str) -> tuple[str, dict[str, str]]:
    """A document to be set into a page: what stands before its first chapter, and each chapter by its title.

    Its own title is left out, headings below chapters keep their order from the third level on, and links to files
    beside it become plain words.
    """
    whole = NEAR_LINK.sub(lambda link: "" if link[1] else link[2], paper(name))
    whole = re.sub(r"\A# .*\n", "", whole)
    first, *rest = re.split(r"^## ", whole, flags=re.MULTILINE)
    found = {}
    for chapter in rest:
        title, _, text = chapter.partition("\n")
        found[title.strip()] = text.strip()
    return first.strip(), found
