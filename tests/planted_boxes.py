"""Worlds of which it is known where a plan fails: planted boxes, with as much noise as is asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator import study
from simulator.chance import stream
from simulator.discovery import Discovery
from simulator.study.dimension import Spread


def Dimension(  # noqa: N802
    name,
    title="An assumption",
    unit="",
    low=0.0,
    high=1.0,
    values=None,
    grade="assumed",
    base=None,
):
    """One axis of a study, as the study makes it."""
    spread = Spread(values=values, low=low, high=high)
    return study.Dimension(name, title, unit, (name,), "set", spread, base=base, grade=grade)


@dataclass(frozen=True)
class Outcome:
    """A number that is read off each replication, as the study tells it."""

    key: str = "in_recovery@last"
    label: str = "in recovery on 31 March 2013"
    unit: str = "people"
    measure: str = "in_recovery"
    year: str = "last"
    group: str = "all"
    partnership: str | None = None

    def show(self, value):
        return f"{value:,.0f}"

    def show_difference(self, value):
        return f"{value:+,.0f}".replace("-", "−")


SCENARIOS = ("park", "move_on")
NAMES = {"park": "Keep them", "move_on": "Move them on"}
FEWER = {"outcome": "in_recovery@last", "scenario": "move_on", "against": "park", "below": 0}


def asked(**others):
    return Discovery.model_validate({"fails_when": FEWER} | others)


def axes(number):
    return tuple(Dimension(f"d{i}", f"Assumption {i}") for i in range(number))


def uniform(worlds, dimensions, seed):
    return stream(seed, "planted points").random((worlds, dimensions))


def values_of(means, replications=4, spread=1.0, seed=1):
    """Values by point, scenario, outcome and replication, whose paired difference has these very means."""
    means = np.asarray(means, dtype=float)
    luck = stream(seed, "planted luck").standard_normal((len(means), replications))
    luck -= luck.mean(axis=1, keepdims=True)
    common = 100 + 5 * stream(seed, "common luck").standard_normal(replications)
    park = np.broadcast_to(common, luck.shape)
    return np.stack([park, park + means[:, np.newaxis] + spread * luck], axis=1)[:, :, np.newaxis]


def failing(fails, seed=1):
    """Values of a plan that fails in just these worlds, and clearly so."""
    return values_of(np.where(fails, -50.0, 50.0), seed=seed)


def noisily(within, inside, outside, seed):
    """Failing with one chance inside a box and another outside."""
    return stream(seed, "planted noise").random(len(within)) < np.where(within, inside, outside)
