"""Random numbers that belong to people.

A generator is keyed by seed, replication, partnership, group, purpose and spell, and fills one row for all
persons of the group in order. The plan is not part of the key and no event draws a number, so the same
person has the same luck under every plan, whatever happens to others and in whatever order.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Kind = Literal["exponential", "normal", "uniform"]
Row = NDArray[np.float64]
Generator = np.random.Generator
"""What `stream` gives, for those who hand it on."""

SEEK: Final = ("seek", "stop", "die untreated")
WAIT: Final = ("assessment", "patience", "die waiting")
TREAT: Final = ("drop out", "die in treatment", "custody", "move away", "early exit", "ready")
RECOVER: Final = ("relapse", "die in recovery")
SERVE: Final = ("stay in prison", "picked up")

_KINDS: Final[dict[str, Kind]] = {"assessment": "normal", "ready": "normal", "picked up": "uniform"}


class Chance:
    """The luck of one partnership in one replication."""

    def __init__(self, seed: int, replication: int, partnership: str):
        self._where = (seed, replication, partnership)
        self._bits = np.random.PCG64DXSM(0)
        self._generator = np.random.Generator(self._bits)

    def _rekey(self, group: str, purpose: str, spell: int) -> np.random.Generator:
        key = repr((*self._where, group, purpose, spell)).encode()
        digest = hashlib.blake2b(key, digest_size=32).digest()
        self._bits.state = {
            "bit_generator": "PCG64DXSM",
            "state": {
                "state": int.from_bytes(digest[:16], "little"),
                "inc": int.from_bytes(digest[16:], "little") | 1,
            },
            "has_uint32": 0,
            "uinteger": 0,
        }
        return self._generator

    def row(
        self, group: str, purpose: str, spell: int, people: int, kind: Kind | None = None
    ) -> Row:
        """One number for each person: unit exponential unless the purpose asks for another kind.

        A longer row begins with the same numbers as a shorter one.
        """
        generator = self._rekey(group, purpose, spell)
        match kind or _KINDS.get(purpose, "exponential"):
            case "exponential":
                return generator.standard_exponential(people)
            case "normal":
                return generator.standard_normal(people)
            case _:
                return generator.random(people)

    def arrivals(self, group: str, rate_per_day: float, until_day: float) -> Row:
        """Days on which new people come to need treatment, in order: a Poisson stream."""
        if not rate_per_day:
            return np.empty(0)
        expected = rate_per_day * until_day
        gaps = int(expected + 10 * expected**0.5 + 20)
        days = np.cumsum(self.row(group, "onset", 0, gaps)) / rate_per_day
        return days[: int(np.searchsorted(days, until_day))]


class Spells(dict[int, tuple[memoryview, ...]]):
    """The rows of one group for one state: for each spell, counted from 0, a row for each purpose.

    A spell's rows are drawn when they are first asked for.
    """

    def __init__(self, chance: Chance, group: str, purposes: Sequence[str], people: int):
        super().__init__()
        self._chance, self._group, self._people = chance, group, people
        self.purposes = tuple(purposes)

    def __missing__(self, spell: int) -> tuple[memoryview, ...]:
        rows = tuple(
            self._chance.row(self._group, purpose, spell, self._people).data
            for purpose in self.purposes
        )
        self[spell] = rows
        return rows


def stream(seed: int, purpose: str) -> np.random.Generator:
    """Random numbers for a question asked of the model, such as which assumptions to try: nobody's luck."""
    return np.random.Generator(np.random.PCG64DXSM(_key(seed, purpose)))


def old_stream(seed: int, purpose: str) -> np.random.RandomState:
    """The same for a library that takes numpy's older kind alone."""
    return np.random.RandomState(_key(seed, purpose) % 2**32)


def _key(seed: int, purpose: str) -> int:
    digest = hashlib.blake2b(repr((seed, purpose)).encode(), digest_size=16).digest()
    return int.from_bytes(digest, "little")
