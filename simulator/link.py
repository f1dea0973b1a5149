"""A link that carries a whole visit to the app: checked, versioned, and told plainly where it is broken."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import zlib
from typing import Any

from .errors import BadInput, Fault

VERSION = "1"
CHECK = 8
"""Characters of the check that stands before the rest."""
LARGEST_LINK = 60_000
LARGEST_TEXT = 2_000_000
"""Characters of a link, and bytes that it may unfold to."""

WHERE = "the link"
ASK = "ask for the link once more, or start afresh"


def link_of(told: dict[str, Any]) -> str:
    """Plain values as a short text that may stand in an address."""
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), allow_nan=False)
    folded = base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")
    return f"{VERSION}{_check(folded)}{folded}"


def read_link(link: str) -> dict[str, Any]:
    """What a link carries.

    Raises
    ------
    BadInput
        If it is cut off, changed, of a version that is not known, or too long.
    """
    if len(link) > LARGEST_LINK:
        raise _broken(f"be at most {LARGEST_LINK:,} characters long", f"{len(link):,}")
    if not link.startswith(VERSION):
        raise _broken("be of a version that is known here", f"version {link[:1]!r}")
    check, folded = link[1 : 1 + CHECK], link[1 + CHECK :]
    if not folded or _check(folded) != check:
        raise _broken("be whole", "one that was cut off or changed on its way")
    told = _unfolded(folded)
    if not isinstance(told, dict):
        raise _broken("hold a proposal", type(told).__name__)
    return told


def _check(folded: str) -> str:
    return hashlib.sha256(folded.encode()).hexdigest()[:CHECK]


def _unfolded(folded: str) -> Any:
    try:
        packed = base64.urlsafe_b64decode(folded + "=" * (-len(folded) % 4))
        unpacking = zlib.decompressobj()
        text = unpacking.decompress(packed, LARGEST_TEXT)
    except (binascii.Error, zlib.error, ValueError) as error:
        raise _broken("be whole", "one that cannot be unfolded") from error
    if unpacking.unconsumed_tail or not unpacking.eof:
        raise _broken("unfold to a proposal", "too much")
    try:
        told = json.loads(text, parse_constant=_no_number)
        # Half a character, which no page can show and no file can hold, fails here.
        json.dumps(told, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise _broken("hold a proposal", "something else") from error
    return told


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _broken(rule: str, got: str) -> BadInput:
    return BadInput([Fault(WHERE, "it", rule, got, ASK)])
