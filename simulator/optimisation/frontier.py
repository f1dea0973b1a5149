"""Plans that no other beats in everything: which they are, how far they reach, and which of them are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"


def undominated(scores: Floats, distance: Sequence[float] | None = None) -> NDArray[np.bool_]:
    """Which points no other beats: none is as good in everything and better in something.

    Parameters
    ----------
    scores
        By point and objective, less being better; a point that is not a number is beaten.
    distance
        Of points that are alike only that with the least stays, then the first; without it all stay.
    """
    found = np.zeros(len(scores), dtype=bool)
    for place, point in enumerate(scores):
        as_good = (scores <= point).all(axis=1)
        alike = (scores == point).all(axis=1)
        beaten = (as_good & ~alike).any() or np.isnan(point).any()
        found[place] = not beaten and (distance is None or _first(alike, distance) == place)
    return found


def _first(alike: NDArray[np.bool_], distance: Sequence[float]) -> int:
    return min(np.flatnonzero(alike).tolist(), key=lambda place: (distance[place], place))


def reached(scores: Floats) -> Floats:
    """How much of the space between the best and the worst in every objective the frontier takes, after each trial.

    Returns
    -------
    From 0 to 1 and never falling: the hypervolume, every objective scaled by what was tried. Points that are not a
    number add nothing.

    References
    ----------
    While, Bradstreet and Barone, A fast way of calculating exact hypervolumes, 2012.
    """
    counted = ~np.isnan(scores).any(axis=1)
    if not counted.any():
        return np.zeros(len(scores))
    best, worst = scores[counted].min(axis=0), scores[counted].max(axis=0)
    scaled = (scores - best) / np.where(worst > best, worst - best, 1.0)
    gained, front = np.zeros(len(scores)), np.empty((0, scores.shape[1]))
    for place in np.flatnonzero(counted):
        gained[place] = _adds(scaled[place], front)
        if gained[place] > 0:
            front = _kept(np.vstack([front, scaled[place]]))
    total: Floats = np.cumsum(gained)
    return total


def hypervolume(points: Floats) -> float:
    """The volume that points take below 1 in every objective, less being better."""
    volume = 0.0
    for place, point in enumerate(points):
        volume += _adds(point, points[place + 1 :])
    return volume


def _adds(point: Floats, front: Floats) -> float:
    """The volume that a point takes and the others do not."""
    whole = float(np.prod(np.maximum(1.0 - point, 0.0)))
    if not whole or not len(front):
        return whole
    inside = np.maximum(front, point)
    return whole - hypervolume(_kept(inside[(inside < 1).all(axis=1)]))


def _kept(points: Floats) -> Floats:
    """The points that none beats, each once."""
    apart = np.unique(points, axis=0)
    return apart[undominated(apart)]


def far_apart(scores: Floats, most: int) -> list[int]:
    """Places of some points that lie far from each other: the best in each objective, the most even, those between."""
    if len(scores) <= most:
        return list(range(len(scores)))
    low, high = scores.min(axis=0), scores.max(axis=0)
    scaled = (scores - low) / np.where(high > low, high - low, 1.0)
    found = [int(scaled[:, axis].argmin()) for axis in range(scaled.shape[1])]
    found = list(dict.fromkeys([*found, int(scaled.max(axis=1).argmin())]))[:most]
    while len(found) < most:
        away = np.abs(scaled[:, np.newaxis] - scaled[found]).sum(axis=2).min(axis=1)
        found.append(int(away.argmax()))
    return sorted(found)
