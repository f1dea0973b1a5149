"""Funding streams over the years of a run: what came in a year, what was spent, kept and given back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .money.streams import USES, is_fenced
from .partnership import STREAM_COLUMNS

if TYPE_CHECKING:
    from .replicate import Sample
    from .scenario.schema import Scenario

SPENT = tuple(f"{use}_gbp" for use in USES)
PLAIN = 2
"""As many streams as every scenario may have without a word: what the formula pays, and local money."""


@dataclass(frozen=True, slots=True)
class StreamMeans:
    """One stream: means over years and replications, of one partnership or of all together.

    Parameters
    ----------
    stream, label
        Its name in the scenario, and in reports.
    income_gbp, carried_in_gbp
        What comes in a year, and what was kept from the year before.
    spent_gbp, kept_gbp, goes_back_gbp
        What becomes of both, in pounds a year.
    detox_beds, detox_episodes
        Inpatient beds that it buys, and stays that they have room for, a year.
    """

    stream: str
    label: str
    income_gbp: float
    carried_in_gbp: float
    spent_gbp: float
    kept_gbp: float
    goes_back_gbp: float
    detox_beds: float
    detox_episodes: float


def has_rules(scenario: Scenario) -> bool:
    """Whether there is more to tell of its streams than that two of them pay for everything."""
    streams = scenario.funding.streams
    return len(streams) > PLAIN or any(
        is_fenced(each) or each.carry_over_share != 0 or each.won_share != 1
        for each in streams.values()
    )


def stream_means(sample: Sample, partnership: str | None = None) -> list[StreamMeans]:
    """Each stream in the order of the scenario; without a partnership of all together, copies counted."""
    streams = sample.scenario.funding.streams
    if sample.accounts is None:
        return []
    by_partnership = sample.accounts.mean(axis=(0, 2))  # by partnership, stream and column
    owns = sample.scenario.partnerships
    counted = np.array([own.copies for own in owns.values()], dtype=np.float64)
    if partnership is not None:
        counted = np.array([float(name == partnership) for name in owns])
    rows = np.tensordot(counted, by_partnership, axes=1)
    return [
        _means(name, stream.label, dict(zip(STREAM_COLUMNS, map(float, row), strict=True)))
        for (name, stream), row in zip(streams.items(), rows, strict=True)
    ]


def _means(name: str, label: str, row: dict[str, float]) -> StreamMeans:
    return StreamMeans(
        name,
        label,
        income_gbp=row["income_gbp"],
        carried_in_gbp=row["carried_in_gbp"],
        spent_gbp=sum(row[column] for column in SPENT),
        kept_gbp=row["carried_out_gbp"],
        goes_back_gbp=row["returned_gbp"],
        detox_beds=row["detox_beds"],
        detox_episodes=row["detox_episodes"],
    )
