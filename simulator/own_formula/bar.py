"""A bar that must come to 100%: the weights of a formula's terms."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from ..errors import Fault
from ..wording import MINUS

PARTS = 10_000
"""Hundredths of a percent in a whole bar."""


@dataclass(frozen=True, slots=True)
class Bar:
    """The weights of a formula's terms, which must come to 100% before a pot can be shared.

    Weights are added as their decimals read, so that 10% and 20% and 70% are a whole.

    Parameters
    ----------
    weights
        The share of the pot that follows each term.
    """

    weights: tuple[float, ...]

    @property
    def filled_share(self) -> float:
        """How much of the bar is filled: 1 where it is full."""
        return float(self._whole)

    @property
    def missing_share(self) -> float:
        """What is missing; below 0 where there is too much."""
        return float(1 - self._whole)

    @property
    def is_full(self) -> bool:
        """Whether the weights come to 100%, each being 0 or more."""
        return abs(1 - self._whole) <= Fraction(1, 10**9) and min(self.weights, default=0) >= 0

    @property
    def sentence(self) -> str:
        """What a reader is told of it."""
        if self.is_full:
            return "The bar is full: 100% of the pot is given a rule."
        return f"The bar must come to 100%: it comes to {_percent(self._whole)}; {self._advice}."

    def fault(self, where: str) -> Fault:
        """What is wrong with it, where it is not full."""
        return Fault(where, "the bar", "come to 100%", _percent(self._whole), self._advice)

    @property
    def stretched(self) -> tuple[float, ...]:
        """Weights in the same proportion, to whole hundredths of a percent, that come to 100%; all alike where none has any."""
        sizes = [max(Fraction(0), part) for part in self._parts] or [Fraction(1)]
        whole = sum(sizes) or Fraction(len(sizes))
        sizes = sizes if any(sizes) else [Fraction(1)] * len(sizes)
        exact = [size / whole * PARTS for size in sizes]
        parts = [math.floor(each) for each in exact]
        largest = sorted(range(len(parts)), key=lambda at: (parts[at] - exact[at], at))
        for at in largest[: PARTS - sum(parts)]:
            parts[at] += 1
        return tuple(part / PARTS for part in parts[: len(self.weights)])

    @property
    def _parts(self) -> list[Fraction]:
        """Each weight as its decimal reads; what is no number counts as nothing."""
        return [
            Fraction(str(weight)) if math.isfinite(weight) else Fraction(0)
            for weight in self.weights
        ]

    @property
    def _whole(self) -> Fraction:
        return sum(self._parts, Fraction(0))

    @property
    def _advice(self) -> str:
        if min(self.weights, default=0) < 0:
            return "give no term less than 0%"
        if self._whole < 1:
            return f"give the missing {_percent(1 - self._whole)} to a term"
        return f"take {_percent(self._whole - 1)} away"


def _percent(part: Fraction) -> str:
    """A share with two decimals at most; with more where it would read as a whole bar, or as nothing."""
    near = f"{float(100 * part):.2f}"
    hides = part not in (0, 1) and near in ("0.00", "100.00")
    text = (f"{float(100 * part):.8f}" if hides else near).rstrip("0").rstrip(".")
    return f"{text.replace('-', MINUS)}%"
