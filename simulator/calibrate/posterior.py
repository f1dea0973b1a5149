"""What the figures say of the assumptions: every set of values that they allow, and how well each is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import log_ndtr
from scipy.stats import qmc

from ..chance import old_stream, stream
from ..errors import MissingExtra

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from .emulator import Emulator

FURTHEST = 1e9


@dataclass(frozen=True)
class Likelihood:
    """How well sets of assumptions explain the figures.

    Every doubt counts: the figure's own standard error, the chance that it holds, the chance that the
    simulated means still hold, and the stand-in's.

    Parameters
    ----------
    emulator
        What figures would be.
    aims
        The figures; where one is suppressed, missing.
    below
        The bound under which a suppressed figure lies, else missing.
    covariance
        Of the figures around what the emulator's true mean would be.
    fitted
        Places of the figures that count.
    """

    emulator: Emulator
    aims: NDArray[np.float64]
    below: NDArray[np.float64]
    covariance: NDArray[np.float64]
    fitted: tuple[int, ...]

    def __call__(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log-likelihood of points of the unit cube; outside it, minus infinity."""
        inside = np.all((points >= 0) & (points <= 1), axis=1)
        told = np.full(len(points), -np.inf)
        if inside.any():
            told[inside] = self._inside(points[inside])
        return told

    def _inside(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        known = [i for i in self.fitted if np.isfinite(self.aims[i])]
        hidden = [i for i in self.fitted if np.isfinite(self.below[i])]
        mean, variance = self.emulator(points, [*known, *hidden])
        told = np.zeros(len(points))
        # A figure that no point gave says nothing of the assumptions: it cannot be met, and is told as such.
        there: NDArray[np.bool_] = np.all(np.isfinite(mean), axis=0)
        seen = np.flatnonzero(there[: len(known)])
        if len(seen):
            places = [known[i] for i in seen]
            spread = self.covariance[np.ix_(places, places)] + _diagonals(variance[:, seen])
            off = mean[:, seen] - self.aims[places]
            solved = np.linalg.solve(spread, off[..., np.newaxis])[..., 0]
            told += -0.5 * (np.einsum("ij,ij->i", off, solved) + np.linalg.slogdet(spread)[1])
        for place, i in enumerate(hidden, len(known)):
            if there[place]:
                sd = np.sqrt(self.covariance[i, i] + variance[:, place] + 1e-12)
                told += log_ndtr((_edge(self.below[i]) - mean[:, place]) / sd)
        return np.maximum(told, -FURTHEST)


def _edge(below: float) -> float:
    """Where a suppressed figure ends: a count below 5 is at most 4; a share has no steps."""
    return below - 0.5 if below >= 1 else below


def _diagonals(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    return rows[:, :, np.newaxis] * np.eye(rows.shape[1])


def sample(
    likelihood: Likelihood,
    free: NDArray[np.bool_],
    fixed: NDArray[np.float64],
    draws: int,
    seed: int,
    steps: int = 1500,
    beat: Callable[[], None] = lambda: None,
) -> NDArray[np.float64]:
    """Sets of assumptions, as often as the figures allow them; before, all of the range is alike.

    Parameters
    ----------
    free
        Which assumptions move; the others stay at ``fixed``.
    draws
        How many sets to return.
    beat
        Called each time that the chain has looked at some sets, twice in a step.

    Returns
    -------
    By draw and assumption, in the unit cube.

    Raises
    ------
    MissingExtra
        Without emcee.
    """
    try:
        import emcee
    except ImportError as error:
        raise MissingExtra("calibrate", "calibrate") from error
    d = int(free.sum())
    walkers = max(40, 4 * d)
    begin = _good_places(likelihood, free, fixed, walkers, seed)

    def log_probability(places: NDArray[np.float64]) -> NDArray[np.float64]:
        beat()
        return likelihood(_whole(places, free, fixed))

    moves = [(emcee.moves.DEMove(), 0.8), (emcee.moves.DESnookerMove(), 0.2)]
    chain = emcee.EnsembleSampler(walkers, d, log_probability, vectorize=True, moves=moves)
    state = emcee.State(begin, random_state=old_stream(seed, "walkers").get_state())
    chain.run_mcmc(state, steps)
    flat = chain.get_chain(discard=steps // 3, flat=True)
    chosen = np.linspace(0, len(flat) - 1, draws).astype(np.int64)
    mixed = stream(seed, "mixing").permutation(chosen)
    return _whole(flat[mixed], free, fixed)


def _whole(
    places: NDArray[np.float64], free: NDArray[np.bool_], fixed: NDArray[np.float64]
) -> NDArray[np.float64]:
    points = np.tile(fixed, (len(places), 1))
    points[:, free] = places
    return points


def _good_places(
    likelihood: Likelihood,
    free: NDArray[np.bool_],
    fixed: NDArray[np.float64],
    walkers: int,
    seed: int,
) -> NDArray[np.float64]:
    """Where walkers begin: drawn from a cover of the cube by how well the places explain the figures."""
    d = int(free.sum())
    places = qmc.LatinHypercube(d, rng=stream(seed, "cover")).random(200 * walkers)
    log = likelihood(_whole(places, free, fixed))
    # Tempered, so that walkers begin apart: at least as many places as walkers keep a real weight.
    heat = 1.0
    for _ in range(60):
        weight = np.exp((log - log.max()) / heat)
        if weight.sum() ** 2 / (weight**2).sum() >= walkers:
            break
        heat *= 1.5
    rng = stream(seed, "first places")
    chosen = rng.choice(len(places), size=walkers, replace=False, p=weight / weight.sum())
    return places[chosen]
