"""How much hangs on each assumption: what the headline figures do when it alone moves through its range.

The figures are measured by ``python -m studies.influence`` and stand in ``influence.csv`` beside this file, with
the version of the model and a hash of the numbers that they belong to.
"""

from __future__ import annotations

import csv
import hashlib
import json
import math
from dataclasses import dataclass, replace
from functools import cache
from importlib import metadata
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Literal, NamedTuple

from ..scenario import as_dict, load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..scenario import Scenario

MEASURED_IN = "baseline_2008"
"""The scenario whose assumptions are moved."""
GAP = "move_on-park"
"""What moving ready clients on does, against keeping them for four years more."""
LEVELS = (
    "allocation_gbp",
    "in_effective_treatment",
    "in_recovery",
    "new_presentations",
    "treatment_money_used_share",
)
GAPS = ("allocation_gbp", "in_recovery")
CONFIDENCE = 0.95
"""Of all effects of one assumption together: each of the fourteen intervals is wider than it would be alone."""
COLUMNS = (
    "path",
    "end",
    "moved_to",
    "plan",
    "measure",
    "year",
    "level",
    "difference",
    "low",
    "high",
    "replications",
    "seed",
    "model",
    "numbers",
)
_IN_NUMBERS = (
    "first_year",
    "years",
    "world",
    "history",
    "formula",
    "funding",
    "plan",
    "partnerships",
)
_FILE = files(__package__).joinpath("influence.csv")

State = Literal["measured here", "measured elsewhere", "other numbers", "other version"]


class Figure(NamedTuple):
    """A headline figure of the last year: a measure under one plan, or what a plan changes of it.

    Parameters
    ----------
    plan
        The scenario, or the two whose difference it is.
    measure
        The measure.
    """

    plan: str
    measure: str

    @property
    def is_gap(self) -> bool:
        """Whether it is the difference between two plans."""
        return self.plan == GAP


FIGURES = (
    *(Figure(MEASURED_IN, measure) for measure in LEVELS),
    *(Figure(GAP, measure) for measure in GAPS),
)


@dataclass(frozen=True, slots=True)
class Effect:
    """What one headline figure does when an assumption stands at one end of its range.

    Parameters
    ----------
    figure
        The headline figure.
    moved_to
        Where the assumption stands instead of at its value.
    level
        The figure as shipped.
    difference, low, high
        How far the figure moves, and the interval that holds all effects of the assumption together 95
        times in 100.
    """

    figure: Figure
    moved_to: float
    level: float
    difference: float
    low: float
    high: float

    @property
    def share(self) -> float:
        """The difference as a share of the figure; of a gap, of its size whichever way it goes."""
        return self.difference / self.level if self.level else math.nan

    @property
    def seen(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0

    @property
    def may_turn(self) -> bool:
        """Whether the figure, moved so far, may have the other sign than the one that is shipped."""
        ends = (self.level + self.low, self.level + self.high)
        return min(ends) <= 0 <= max(ends) or min(ends) * self.level < 0

    @property
    def size(self) -> float:
        """The share without its sign, where an effect is seen; else 0."""
        return abs(self.share) if self.seen and not math.isnan(self.share) else 0.0


@dataclass(frozen=True, slots=True)
class Influence:
    """What an assumption moves, over its range.

    Parameters
    ----------
    effects
        Every headline figure at the low end, then at the high end.
    replications
        How many replications stand behind it.
    model
        Version of the model.
    numbers
        Hash of the numbers that it belongs to.
    state
        Whether it was measured in this very scenario, with these numbers, by this version.
    """

    effects: tuple[Effect, ...]
    replications: int
    model: str
    numbers: str
    state: State = "measured here"

    @property
    def size(self) -> float:
        """The one number for ordering: the largest share by which any headline figure is seen to move."""
        return max(effect.size for effect in self.effects)

    @property
    def range(self) -> tuple[float, float]:
        """The ends between which it was moved."""
        return self.effects[0].moved_to, self.effects[-1].moved_to

    @property
    def figure(self) -> Figure:
        """The headline figure that moves most."""
        return max(self.effects, key=lambda effect: effect.size).figure

    @property
    def stale(self) -> bool:
        """Whether it belongs to other numbers, or to another version, than those that are shipped."""
        return self.state in ("other numbers", "other version")

    def ends(self, figure: Figure) -> tuple[Effect, Effect]:
        """The effects on one figure at the low and at the high end."""
        low, high = (effect for effect in self.effects if effect.figure == figure)
        return low, high


def numbers(scenario: Scenario) -> str:
    """A hash of all that a scenario says in numbers: neither its words nor its evidence."""
    whole = as_dict(scenario)
    text = json.dumps(
        {part: whole[part] for part in _IN_NUMBERS}, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def model_version() -> str:
    """The version of the simulator that is installed."""
    try:
        return metadata.version("treatment-funding-simulator")
    except metadata.PackageNotFoundError:
        return "unknown"


def influences(scenario: Scenario) -> dict[str, Influence]:
    """What is known of the influence of a scenario's assumptions, by path.

    The baseline's is lent to every scenario, marked as measured elsewhere; that of numbers or of a version
    that are no longer shipped is marked as stale.
    """
    now = _Now(numbers(scenario), shipped_numbers(), model_version())
    return {
        path: replace(influence, state=now.state_of(influence))
        for path, influence in measured().items()
    }


class _Now(NamedTuple):
    """The numbers of a scenario, those that are shipped, and the version that is installed."""

    here: str
    shipped: str
    model: str

    def state_of(self, influence: Influence) -> State:
        """Whether an influence belongs to the one, or to the other, and to this version."""
        if influence.numbers not in (self.here, self.shipped):
            return "other numbers"
        if influence.model != self.model:
            return "other version"
        return "measured here" if influence.numbers == self.here else "measured elsewhere"


@cache
def shipped_numbers() -> str:
    """The hash of the numbers that are shipped."""
    return numbers(shipped())


@cache
def shipped() -> Scenario:
    """The scenario whose assumptions are moved, as it is shipped."""
    return load(MEASURED_IN)


@cache
def measured() -> dict[str, Influence]:
    """The influence of each assumption as it was measured."""
    if not _FILE.is_file():
        return {}
    return dict(influences_in(rows_of(_FILE.read_text(encoding="utf-8"))))


def rows_of(text: str) -> list[dict[str, str]]:
    """Rows of the file of influence."""
    return list(csv.DictReader(text.splitlines()))


def influences_in(rows: Iterable[dict[str, str]]) -> Iterator[tuple[str, Influence]]:
    """The influence of each assumption out of rows that stand together by path."""
    for path, together in groupby(rows, key=lambda row: row["path"]):
        each = list(together)
        first = each[0]
        yield (
            path,
            Influence(
                effects=tuple(_effect(row) for row in each),
                replications=int(first["replications"]),
                model=first["model"],
                numbers=first["numbers"],
            ),
        )


def _effect(row: dict[str, str]) -> Effect:
    told = ("moved_to", "level", "difference", "low", "high")
    return Effect(Figure(row["plan"], row["measure"]), *(float(row[name]) for name in told))
