"""What a fit says: how close each figure is, how well each assumption is known, which figures pull apart."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..replicate import paired

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from .result import Fit
    from .targets import Fitted, Target

CLOSE = {"fit": 0.05, "test": 0.10}
"""How near a figure must be, as a share of it: nearer where it was fitted to."""
HELD = (0.05, 0.95)
"""The interval that holds an assumption nine times in ten."""
UNIFORM_SD = 1 / np.sqrt(12)
"""Of anything in its range, before the figures say a word."""

Verdict = Literal["pass", "near", "miss"]


def nearness(found: float, aim: float, close_share: float, doubt: float) -> Verdict:
    """Pass within a share of a figure, near within two standard deviations of its doubt, else a miss."""
    apart = abs(found - aim)
    if apart <= close_share * abs(aim):
        return "pass"
    return "near" if apart <= 2 * doubt else "miss"


@dataclass(frozen=True, slots=True)
class FigureFound:
    """One figure: what was published, and what the model gives.

    Parameters
    ----------
    before, after
        Means of the scenario as it was and as fitted, with luck that the fit has not seen.
    error
        Monte-Carlo error of the mean after.
    doubt
        Standard deviation of the figure around the model: its own error, and the chance that it holds.
    by_chance, by_assumptions
        Standard deviations of one partnership's figure: over luck, and over the sets of assumptions that
        the figures allow.
    can_be_met
        Whether any set that was run comes within two standard errors.
    """

    target: Target
    before: float
    after: float
    error: float
    doubt: float
    by_chance: float
    by_assumptions: float
    can_be_met: bool

    @property
    def off(self) -> float:
        """Distance after the fit, as a share of the figure; missing where it is suppressed or nothing."""
        return self.after / self.target.value - 1 if self.target.value else float("nan")

    @property
    def verdict(self) -> Verdict:
        """Pass within 5% (10% where it tests the fit); near within two standard deviations of doubt; else a miss."""
        target = self.target
        if target.below is not None:
            return "pass" if self.after < target.below else "miss"
        doubt = float(np.hypot(self.doubt, self.error))
        return nearness(self.after, target.value or 0.0, CLOSE[target.use], doubt)


@dataclass(frozen=True, slots=True)
class AssumptionFound:
    """One fitted assumption: the value taken, and the values that the figures allow.

    Parameters
    ----------
    low, high
        Nine in ten of the sets that the figures allow lie between.
    left
        What is left of the range's own spread: 1 where the figures say nothing.
    at_an_end
        Whether a third of the sets crowd into the outer twentieths of the range: the figures would go
        further.
    with_other
        The assumption that moves most with it, and their correlation.
    """

    fitted: Fitted
    lowest: float
    highest: float
    best: float
    median: float
    low: float
    high: float
    left: float
    at_an_end: bool
    with_other: tuple[str, float] | None

    @property
    def known(self) -> str:
        """How well the figures determine it, in words."""
        if self.left < 0.3:
            return "well"
        return "partly" if self.left < 0.75 else "hardly"


@dataclass(frozen=True, slots=True)
class Pull:
    """Two figures that want the assumptions moved in opposite directions."""

    first: Target
    second: Target
    cosine: float
    over: str


def figures(fit: Fit) -> list[FigureFound]:
    """Every figure, fitted or kept for testing, in the order of the file."""
    return [_figure(fit, i, target) for i, target in enumerate(fit.aim.targets.targets)]


def _figure(fit: Fit, i: int, target: Target) -> FigureFound:
    mean, _, _, error = paired(fit.after[:, [i]])
    before, _, _, _ = paired(fit.before[:, [i]])
    by_chance, by_assumptions = split_by_luck(fit.predicted[..., i])
    return FigureFound(
        target,
        float(before[0]),
        float(mean[0]),
        float(np.nan_to_num(error[0])),
        float(fit.doubts[i]),
        by_chance,
        by_assumptions,
        _can_be_met(fit, i, target),
    )


def split_by_luck(draws: NDArray[np.float64]) -> tuple[float, float]:
    """Standard deviations over luck and over draws, which all have the same luck.

    What luck does to all draws alike cancels between them; what is left of it in a draw's mean is the
    interaction, estimated by what rows and columns do not explain.
    """
    known = draws[np.all(np.isfinite(draws), axis=1)]
    if len(known) < 2:
        return float("nan"), float("nan")
    rows, columns = known.mean(axis=1, keepdims=True), known.mean(axis=0, keepdims=True)
    left = known - rows - columns + known.mean()
    many = known.shape[1]
    residual = float((left**2).sum() / ((len(known) - 1) * (many - 1)))
    between = float(rows.var(ddof=1)) - residual / many
    within = float(known.var(axis=1, ddof=1).mean())
    return within**0.5, max(0.0, between) ** 0.5


def _can_be_met(fit: Fit, i: int, target: Target) -> bool:
    reached = fit.simulated[:, i]
    reached = reached[np.isfinite(reached)]
    if not len(reached):
        return False
    reach = 2 * float(fit.doubts[i])
    if target.below is not None:
        return bool(reached.min() - reach < target.below)
    aim = target.value or 0.0
    return bool(reached.min() - reach <= aim <= reached.max() + reach)


def assumptions(fit: Fit) -> list[AssumptionFound]:
    """Every fitted assumption, in the order of the file."""
    cube = fit.scale.cube(fit.sets)
    together = _correlations(cube)
    return [_assumption(fit, i, cube[:, i], together[i]) for i in range(cube.shape[1])]


def _assumption(
    fit: Fit, i: int, places: NDArray[np.float64], together: NDArray[np.float64]
) -> AssumptionFound:
    low, median, high = np.quantile(fit.sets[:, i], [HELD[0], 0.5, HELD[1]])
    others = [j for j in range(len(together)) if j != i]
    strongest = max(others, key=lambda j: abs(together[j])) if others else None
    named = fit.aim.targets.fit
    with_other = (
        (named[strongest].name, float(together[strongest])) if strongest is not None else None
    )
    return AssumptionFound(
        named[i],
        fit.aim.low[i],
        fit.aim.high[i],
        fit.best[i],
        float(median),
        float(low),
        float(high),
        float(places.std() / UNIFORM_SD),
        bool(np.mean((places < 0.05) | (places > 0.95)) > 1 / 3),
        with_other,
    )


def _correlations(cube: NDArray[np.float64]) -> NDArray[np.float64]:
    centred = cube - cube.mean(axis=0)
    sd = np.maximum(centred.std(axis=0), 1e-12)
    told: NDArray[np.float64] = (centred / sd).T @ (centred / sd) / len(cube)
    return told


def pulls(fit: Fit, most: int = 6) -> list[Pull]:
    """Pairs of fitted figures that are both off and want opposite moves, the strongest first."""
    wants = {i: _wants(fit, i) for i in fit.aim.fitted}
    strong = {i: want for i, want in wants.items() if np.linalg.norm(want) > 0}
    found = []
    for i, j in combinations(strong, 2):
        first, second = strong[i], strong[j]
        cosine = float(first @ second / (np.linalg.norm(first) * np.linalg.norm(second)))
        if cosine < -0.5:
            over = fit.aim.targets.fit[int(np.argmin(first * second))].name
            targets = fit.aim.targets.targets
            weight = float(-first @ second)
            found.append((weight, Pull(targets[i], targets[j], cosine, over)))
    found.sort(key=lambda each: -each[0])
    return [pull for _, pull in found[:most]]


def _wants(fit: Fit, i: int) -> NDArray[np.float64]:
    """Where a figure that is off by more than its own doubt would move each assumption."""
    aim = fit.aim.targets.targets[i].value
    if aim is None:
        return np.zeros(len(fit.best))
    sd = float(fit.doubts[i])
    off = (aim - float(np.nanmean(fit.after[:, i]))) / sd
    return off / sd * fit.slopes[i] if abs(off) > 1 else np.zeros(len(fit.best))


def sentences(fit: Fit) -> Iterator[str]:
    """The findings that a reader must not miss, in plain words."""
    told = figures(fit)
    for use, name in (("fit", "fitted"), ("test", "kept to test the fit")):
        mine = [each for each in told if each.target.use == use]
        if mine:
            met = sum(each.verdict == "pass" for each in mine)
            near = sum(each.verdict == "near" for each in mine)
            share = f"{CLOSE[use]:.0%}"
            yield (
                f"Figures {name}: {len(mine)}. Within {share}: {met}. Beyond, but within twice their"
                f" doubt: {near}. Missed: {len(mine) - met - near}."
            )
    for each in told:
        if each.target.use == "fit" and not each.can_be_met:
            yield (
                f"{each.target.what} cannot be met: no set of assumptions in these ranges that was"
                " run comes near it."
            )
    if not fit.settled:
        yield (
            "The fit stopped for want of runs before its stand-in was good enough; intervals are wider"
            " than the figures allow. Run it again with more points."
        )


def as_records(fit: Fit) -> dict[str, Any]:
    """Everything that was found, in plain values that JSON can hold."""
    return {
        "scenario": fit.aim.scenario.name,
        "targets": fit.aim.targets.title,
        "points": len(fit.simulated),
        "rounds": fit.rounds,
        "settled": fit.settled,
        "findings": list(sentences(fit)),
        "figures": [_figure_record(each) for each in figures(fit)],
        "assumptions": [_assumption_record(each) for each in assumptions(fit)],
        "pulls": [
            {"first": each.first.what, "second": each.second.what, "over": each.over}
            for each in pulls(fit)
        ],
    }


def _figure_record(each: FigureFound) -> dict[str, Any]:
    target = each.target
    told = {
        "measure": target.measure,
        "group": target.group,
        "year": target.year,
        "use": target.use,
        "grade": target.grade,
        "source": target.source,
        "value": target.value,
        "below": target.below,
        "uncertainty": target.uncertainty,
        "before": each.before,
        "after": each.after,
        "mc_error": each.error,
        "off_share": each.off,
        "by_chance": each.by_chance,
        "by_assumptions": each.by_assumptions,
        "verdict": each.verdict,
        "can_be_met": each.can_be_met,
    }
    return {name: _plain(value) for name, value in told.items()}


def _assumption_record(each: AssumptionFound) -> dict[str, Any]:
    told = {
        "name": each.fitted.name,
        "paths": list(each.fitted.paths),
        "year": each.fitted.year,
        "best": each.best,
        "median": each.median,
        "low": each.low,
        "high": each.high,
        "lowest": each.lowest,
        "highest": each.highest,
        "spread_left_share": each.left,
        "known": each.known,
        "at_an_end": each.at_an_end,
    }
    return {name: _plain(value) for name, value in told.items()}


def _plain(value: Any) -> Any:
    """Numbers to 10 significant digits; what is missing is null."""
    if isinstance(value, float):
        return None if math.isnan(value) else float(f"{value:.10g}")
    return value
