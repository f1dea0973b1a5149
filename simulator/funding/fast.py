"""The formula again, in floating point and for many worlds at once: what a search for formulas asks thousands of times.

It says what `formula.allocate` says before rounding, to about nine figures, and gives no whole pounds: whatever
is paid is worked out exactly there. Arrays end with an axis of members; axes before it are worlds, plans or
whatever else is worked out at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from .formula import PAID_BEFORE, Rule, amount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .formula import Member

Floats: TypeAlias = "NDArray[np.float64]"

NEARLY = 1e-9
"""A bound that is this near to a whole pound is that pound: floor × last year's pounds is a decimal."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far pounds may lie from last year's; None for no bound."""

    floor: float | None = None
    ceiling: float | None = None

    def within(self, pot: Floats, last: Floats) -> tuple[Floats, Floats]:
        """Least and most whole pounds; where nobody may have anything, anything up to the pot."""
        low = np.zeros_like(last) if self.floor is None else _up(self.floor * last)
        high = pot + np.zeros_like(last) if self.ceiling is None else _down(self.ceiling * last)
        high = np.maximum(low, high)
        nobody = ~(high > 0).any(axis=-1, keepdims=True)
        return np.where(nobody, 0.0, low), np.where(nobody, pot, high)


def _up(pounds: Floats) -> Floats:
    return np.ceil(pounds - NEARLY * np.maximum(pounds, 1))


def _down(pounds: Floats) -> Floats:
    return np.floor(pounds + NEARLY * np.maximum(pounds, 1))


def shares(amounts: Floats, copies: Floats) -> Floats:
    """Each copy's share in proportion to some amounts; equal shares where they sum to 0."""
    whole = (amounts * copies).sum(axis=-1, keepdims=True)
    equal = np.broadcast_to(1 / copies.sum(), amounts.shape)
    return np.divide(amounts, whole, out=equal.copy(), where=whole > 0)


def entitled(
    counted: Sequence[tuple[float, Floats]],
    before: Sequence[tuple[float, Floats]],
    old: Floats,
    costs: Floats,
    phase_in: float,
    copies: Floats,
) -> Floats:
    """What each copy is entitled to, as a share of the pot.

    Parameters
    ----------
    counted
        Weight and amounts of each term, but of those in `before`.
    before
        The same of terms of what was paid before, which have an area's costs in them.
    old
        Shares under the old rule; only proportions matter.
    costs
        The factor c, as far as it is made up for.
    phase_in
        φ.
    """
    weight, paid = sum(w for w, _ in counted), sum(w for w, _ in before)
    blend = np.zeros_like(old)
    if weight:
        told = sum((w / weight) * shares(x, copies) for w, x in counted if w)
        blend = blend + weight / (weight + paid) * shares(told * costs, copies)
    for w, x in before:
        blend = blend + w / (weight + paid) * shares(x, copies)
    return phase_in * blend + (1 - phase_in) * shares(old, copies)


def settle(pot: Floats, parts: Floats, copies: Floats, low: Floats, high: Floats) -> Floats:
    """Pounds of each copy in proportion to its part, within bounds, that come to the pot.

    Parameters
    ----------
    pot
        With a last axis of length one.
    """
    pot, parts, low, high = np.broadcast_arrays(pot, parts, low, high)
    lows = (low * copies).sum(axis=-1, keepdims=True)
    highs = (high * copies).sum(axis=-1, keepdims=True)
    some = parts > 0
    most = (np.where(some, high, low) * copies).sum(axis=-1, keepdims=True)
    heirs_low = np.where(some, high, low)
    left = (most < pot[..., :1]) & (highs >= pot[..., :1])
    pounds = _filled(
        pot[..., :1],
        np.where(left, np.where(some, 0.0, 1.0), parts),
        copies,
        np.where(left, heirs_low, low),
        high,
    )
    scarce, rich = lows > pot[..., :1], highs < pot[..., :1]
    pounds = np.where(scarce, low * _over(pot[..., :1], lows), pounds)
    return np.where(rich, high * _over(pot[..., :1], highs), pounds)


def _over(amount: Floats, by: Floats) -> Floats:
    shape = np.broadcast_shapes(amount.shape, by.shape)
    return np.divide(amount, by, out=np.zeros(shape), where=by > 0)


def _filled(pot: Floats, parts: Floats, copies: Floats, low: Floats, high: Floats) -> Floats:
    """Water filling: the rate at which the parts, clipped, come to the pot.

    The sum rises with the rate along straight lines that bend where a member leaves its low or meets its high.
    Between the two bends around the pot it is known who is free, and so the rate.
    """
    some = parts > 0
    safe = np.where(some, parts, 1.0)
    bends = np.concatenate(
        [np.where(some, low / safe, np.inf), np.where(some, high / safe, np.inf)], axis=-1
    )
    slope = np.where(some, parts * copies, 0.0)
    steeper = np.concatenate([slope, -slope], axis=-1)
    order = np.argsort(bends, axis=-1, kind="stable")
    bends = np.take_along_axis(bends, order, axis=-1)
    slopes = np.cumsum(np.take_along_axis(steeper, order, axis=-1), axis=-1)
    with np.errstate(invalid="ignore"):
        widths = np.diff(bends, axis=-1)
    widths = np.where(np.isfinite(widths), widths, 0.0)
    sums = (low * copies).sum(axis=-1, keepdims=True) + np.cumsum(
        slopes[..., :-1] * widths, axis=-1
    )
    reached = np.concatenate([(low * copies).sum(axis=-1, keepdims=True), sums], axis=-1)
    here = np.clip((reached < pot).sum(axis=-1, keepdims=True) - 1, 0, bends.shape[-1] - 1)
    rate = np.take_along_axis(bends, here, axis=-1)
    run = np.take_along_axis(slopes, here, axis=-1)
    short = pot - np.take_along_axis(reached, here, axis=-1)
    flat = run <= NEARLY * slope.sum(axis=-1, keepdims=True)
    rate = np.where(np.isfinite(rate), rate, 0.0)
    rate = rate + np.divide(short, run, out=np.zeros_like(short), where=~flat)
    return _polished(pot, rate, parts, copies, low, high)


def _polished(
    pot: Floats, rate: Floats, parts: Floats, copies: Floats, low: Floats, high: Floats
) -> Floats:
    """The rate once more from those who are free, so that errors of long sums do not stay."""
    wanted = rate * parts
    free = (wanted > low) & (wanted < high)
    held = (np.where(free, 0.0, np.clip(wanted, low, high)) * copies).sum(axis=-1, keepdims=True)
    weight = (np.where(free, parts, 0.0) * copies).sum(axis=-1, keepdims=True)
    better = np.divide(pot - held, weight, out=rate.copy(), where=weight > 0)
    return np.clip(better * parts, low, high)


def allocate_nearly(pot_gbp: int, members: Sequence[Member], rule: Rule) -> Floats:
    """Pounds of a copy of each member before they are rounded: what `formula.allocate` rounds."""
    copies = np.array([member.copies for member in members], dtype=np.float64)

    def column(values: Sequence[object]) -> Floats:
        return np.array([float(value) for value in values])  # type: ignore[arg-type]

    terms = [
        (float(term.weight), column([amount(term, member) for member in members]), term.counts)
        for term in rule.terms
    ]
    parts = entitled(
        [(w, x) for w, x, counts in terms if w and counts not in PAID_BEFORE],
        [(w, x) for w, x, counts in terms if w and counts in PAID_BEFORE],
        column([member.old_share for member in members]),
        1 + float(rule.area_cost) * (column([member.area_cost for member in members]) - 1),
        float(rule.phase_in),
        copies,
    )
    pot = np.array([float(pot_gbp)])
    bounds = Bounds(
        None if rule.floor is None else float(rule.floor),
        None if rule.ceiling is None else float(rule.ceiling),
    )
    low, high = bounds.within(pot, column([member.last_gbp for member in members]))
    return settle(pot, parts, copies, low, high)
