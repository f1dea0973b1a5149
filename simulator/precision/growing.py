"""Replications until there are enough: a pilot, then more of the same run."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import replicate
from ..errors import BadInput, Fault
from ..replicate import Comparison, Sample
from ..scenario.tree import instead
from .attained import Attained, Known
from .stopping import PILOT, half_width_shares, next_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ..scenario.draws import Draws
    from ..scenario.schema import Scenario
    from ..workers import Progress
    from .wanted import Precision

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PreciseSample(Sample):
    """As many replications of one scenario as a wanted precision took."""

    attained: Attained = field(kw_only=True)


@dataclass(frozen=True)
class PreciseComparison(Comparison):
    """As many replications of several scenarios as a wanted precision of their differences took."""

    attained: Attained = field(kw_only=True)


def attained_by(result: object) -> Attained | None:
    """The precision that a result attained, where one was wanted."""
    return result.attained if isinstance(result, PreciseSample | PreciseComparison) else None


def run(
    scenario: Scenario,
    precision: Precision,
    seed: int,
    workers: int | None = None,
    progress: Progress | None = None,
    *,
    draws: Draws | None = None,
) -> PreciseSample:
    """Run a scenario as many times as a precision of its means takes.

    The result is that of `replicate.run` with as many replications, to the byte.

    Raises
    ------
    BadInput
        If a measure has no value, or what `replicate.run` refuses.
    """
    most = _most(precision, draws)
    pilot = replicate.run([scenario], PILOT, seed, workers, progress, draws=draws)
    (sample,) = _continued(pilot, precision, most, workers, progress)
    return PreciseSample(**_fields(sample), attained=_attained([sample], precision))


def compare(
    scenarios: Sequence[Scenario],
    precision: Precision,
    seed: int,
    workers: int | None = None,
    progress: Progress | None = None,
    *,
    draws: Draws | None = None,
) -> PreciseComparison:
    """Compare scenarios with the first as many times as a precision of all differences takes.

    The result is that of `replicate.compare` with as many replications, to the byte.

    Raises
    ------
    BadInput
        If a measure has no value, or what `replicate.compare` refuses.
    """
    most = _most(precision, draws)
    pilot = replicate.compare(scenarios, PILOT, seed, workers, progress, draws=draws)
    first, *others = _continued(pilot.samples, precision, most, workers, progress)
    attained = _attained([first, *others], precision)
    return PreciseComparison(first, tuple(others), attained=attained)


def _most(precision: Precision, draws: Draws | None) -> int:
    """As many replications as are allowed; beyond the last draw they would tell nothing new of the worlds."""
    if draws is None:
        return precision.max_replications
    return max(PILOT, min(precision.max_replications, len(draws.rows)))


def _continued(
    pilot: Sequence[Sample],
    precision: Precision,
    most: int,
    workers: int | None,
    progress: Progress | None,
) -> list[Sample]:
    samples = [*pilot]
    _check_measurable(samples, precision)
    seed, draws = samples[0].seed, samples[0].draws
    while True:
        values, levels = _measured(samples, precision)
        count = next_count(values, levels, precision.share, most)
        if (there := len(values)) >= count:
            return samples
        more = replicate.run(
            [sample.scenario for sample in samples],
            count - there,
            seed,
            workers,
            _further(progress, there * len(samples)),
            first=there,
            draws=draws,
        )
        samples = [_joined(*pair) for pair in zip(samples, more, strict=True)]


def _further(progress: Progress | None, before: int) -> Progress | None:
    if progress is None:
        return None
    return lambda done, total: progress(before + done, before + total)


def _joined(earlier: Sample, later: Sample) -> Sample:
    values = np.concatenate([earlier.values, later.values])
    inputs = earlier.inputs + later.inputs
    known = [each.accounts for each in (earlier, later) if each.accounts is not None]
    accounts = np.concatenate(known) if len(known) == len((earlier, later)) else None
    joined = {"values": values, "inputs": inputs, "accounts": accounts}
    return Sample(**(_fields(earlier) | joined))


def _fields(sample: Sample) -> dict[str, Any]:
    return {each.name: getattr(sample, each.name) for each in fields(Sample)}


def _columns(sample: Sample, precision: Precision) -> Floats:
    """By replication, the wanted measures one after another, each with its years."""
    place = precision.partnership or sample.partnerships[-1]
    if place not in sample.partnerships:
        rule, advice = "be one of the scenario's", instead(place, sample.partnerships)
        raise BadInput([Fault("precision", "partnership", rule, repr(place), advice)])
    return np.hstack([sample.of(measure, place) for measure in precision.measures])


def _measured(samples: Sequence[Sample], precision: Precision) -> tuple[Floats, list[Floats]]:
    """What must be known, and what it is measured against: one scenario's means, or differences."""
    first, *others = (_columns(sample, precision) for sample in samples)
    if not others:
        return first, [first]
    theirs, ours = np.hstack(others), np.hstack([first for _ in others])
    return theirs - ours, [theirs, ours]


def _rows(samples: Sequence[Sample], precision: Precision) -> list[tuple[str, str, str]]:
    """Scenario, measure and year of each column that is measured."""
    return [
        (sample.scenario.name, measure, year)
        for sample in samples[1:] or samples
        for measure in precision.measures
        for year in sample.years
    ]


def _attained(samples: Sequence[Sample], precision: Precision) -> Attained:
    shares = half_width_shares(*_measured(samples, precision))
    rows = zip(_rows(samples, precision), shares.tolist(), strict=True)
    known = tuple(Known(*row, share) for row, share in rows if not math.isnan(share))
    first = samples[0]
    baseline = first.scenario.name if len(samples) > 1 else None
    return Attained(precision, first.replications, known, baseline, first.holds)


def _check_measurable(samples: Sequence[Sample], precision: Precision) -> None:
    """Refuse what no number of replications would make known."""
    values, _ = _measured(samples, precision)
    valued = np.asarray(np.any(~np.isnan(values), axis=0))
    measures = np.array([measure for _, measure, _ in _rows(samples, precision)])
    rule, advice = "have a value in some year", "name another measure"
    if faults := [
        Fault("run", "measure", rule, name, advice)
        for name in precision.measures
        if not valued[measures == name].any()
    ]:
        raise BadInput(faults)
