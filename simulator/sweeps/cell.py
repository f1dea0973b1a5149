"""A cell: one scenario, run so many times from a seed; what came of it; and the text that identifies it."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeAlias

from .. import precision, replicate
from ..behaviour import resolved
from ..errors import BadInput, Fault
from ..evidence.influence import model_version
from ..measures import MEASURES
from ..precision import Precision
from ..replicate import ALL
from ..scenario import canonical_json

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..scenario import Scenario
    from ..study import Outcome

    Floats = NDArray[np.float64]

MODEL_ROOMS = (
    "chance.py",
    "crew.py",
    "distributions.py",
    "funding",
    "journal.py",
    "journey.py",
    "measures.py",
    "model.py",
    "money",
    "partnership.py",
    "pathway.py",
    "places.py",
    "precision",
    "replicate.py",
    "scenario/draws.py",
    "scenario/own_world.py",
    "scenario/schema.py",
    "stock.py",
    "years.py",
)
"""Where a replication's numbers are made: a cell that was run by other code is not the same cell."""
LIBRARIES = ("numpy", "scipy", "simpy")
"""On whose versions the digits of a result depend too."""
ALSO_BY_CHOICE = ("behaviour",)
"""Where plans are chosen, where partnerships choose."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One scenario, run so many times from a seed.

    Parameters
    ----------
    scenario
        Without words and evidence.
    size
        How many replications, or how well means are to be known.
    first
        The number of the first replication.
    """

    scenario: Scenario
    seed: int
    size: int | Precision
    first: int = 0

    def key(self, version: str) -> str:
        """A text that is the same for the same cell run by the same model, and only for it."""
        whole = canonical_json(
            self.scenario
        )  # in which names are sorted; people come group by group
        order = [*self.scenario.world.groups]
        told = [whole, order, self.seed, self.first, _told(self.size), version]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _told(size: int | Precision) -> Any:
    if isinstance(size, Precision):
        return [size.share, list(size.measures), size.max_replications, size.partnership]
    return size


@dataclass(frozen=True, slots=True)
class Lived:
    """What came of a cell.

    Parameters
    ----------
    partnerships, years, groups
        Names on the axes; the last group, and the last partnership where there are several, are all together.
    values
        By replication, partnership, measure, year and group, as in `Sample.values`.
    """

    partnerships: tuple[str, ...]
    years: tuple[str, ...]
    groups: tuple[str, ...]
    values: Floats

    def by_year(self, measure: str, partnership: str | None = None, group: str = ALL) -> Floats:
        """One measure by replication and year; of all partnerships together where none is named."""
        place = self.partnerships.index(partnership) if partnership else -1
        told: Floats = self.values[:, place, MEASURES.index(measure), :, self.groups.index(group)]
        return told

    def outcome(self, outcome: Outcome) -> Floats:
        """One outcome by replication."""
        by_year = self.by_year(outcome.measure, outcome.partnership, outcome.group)
        return outcome.of_years(by_year)


Model: TypeAlias = Callable[[Cell], Lived]
"""What makes a cell's numbers. A function of a module, so that other processes find it."""


def live(cell: Cell) -> Lived:
    """Run a cell with the simulator, in this process."""
    scenario = resolved(cell.scenario, workers=1).scenario
    if isinstance(cell.size, Precision):
        sample: replicate.Sample = precision.run(scenario, cell.size, cell.seed, 1)
    else:
        (sample,) = replicate.run([scenario], cell.size, cell.seed, 1, first=cell.first)
    return Lived(sample.partnerships, sample.years, sample.groups, sample.values)


@cache
def version_of(model: Model) -> str:
    """What identifies a model's code: of the simulator its version, source and libraries; of any other its module's source.

    Raises
    ------
    BadInput
        If it is no function of a module, so that two of them could not be told apart, nor found by other processes.
    """
    if model is live:
        return f"{model_version()}+{_source()}"
    name, module = getattr(model, "__qualname__", ""), inspect.getmodule(model)
    if not inspect.isfunction(model) or "<" in name or module is None:
        rule, advice = "be a function of a module", "write it at the top of a module, with def"
        raise BadInput([Fault("sweep", "the model", rule, repr(model), advice)])
    return f"{module.__name__}.{name}+{_hash(inspect.getsource(module))}"


def _source() -> str:
    """A hash of the source of every room in which numbers are made, the same on every system."""
    package = files(__package__.partition(".")[0])
    texts = []
    for room in (*MODEL_ROOMS, *ALSO_BY_CHOICE):
        place = package.joinpath(*room.split("/"))
        inside = [place] if place.is_file() else sorted(place.iterdir(), key=lambda f: f.name)
        texts += [f.read_text(encoding="utf-8") for f in inside if f.name.endswith(".py")]
    return _hash("".join([*texts, *(f"{name} {metadata.version(name)}" for name in LIBRARIES)]))


def _hash(text: str) -> str:
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()[:12]
