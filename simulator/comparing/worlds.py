"""Plans in many worlds: assumptions drawn together, each world lived under every plan with the same luck.

Every world has luck of its own, so that no plan wins in all of them by the luck of one population. Some worlds
are lived twice, with other luck: how far the two differ is what luck alone does.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from ..errors import BadInput, Fault
from ..sensitivity_analysis.question import View
from ..sweeps import Cell, live
from ..sweeps.batches import Batch, live_batch
from ..sweeps.tables import ending
from ..workers import Progress, spread
from .drawn import AT_MOST, assumptions_drawn, worlds_of
from .headlines import HEADLINES, Better, Headline, outcomes_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from ..scenario import Scenario
    from ..study import Checked, Dimension, Outcome

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

WORLDS = 100
FEWEST = 20
"""Below so many worlds a share of them says next to nothing."""
MOST = 10_000
MOST_SCENARIOS = 4
LUCKS = 2
"""How often a world is lived where it is lived again."""
ONE_IN = 4
"""One world in so many is lived again, so that luck can be told from what is not known."""


@dataclass(frozen=True)
class Contest:
    """Plans in many worlds.

    Parameters
    ----------
    scenarios, titles
        Names of the scenarios, and what people call them.
    dimensions
        The assumptions that were drawn, with their ranges.
    outcomes, better
        What was read off, and which way each number is better.
    points
        By world and assumption.
    numbers
        By world, scenario, outcome and luck; missing for luck that a world was not lived with, and in worlds that
        no scenario could be lived in.
    failures
        Why worlds could not be lived in, each reason once.
    """

    scenarios: tuple[str, ...]
    titles: tuple[str, ...]
    dimensions: tuple[Dimension, ...]
    outcomes: tuple[Outcome, ...]
    better: tuple[Better, ...]
    points: Floats = field(repr=False)
    numbers: Floats = field(repr=False)
    failures: tuple[str, ...] = ()

    @property
    def lived(self) -> Flags:
        """Whether each world could be lived in under every plan."""
        missing = np.isnan(self.numbers[..., 0])
        told: Flags = ~np.any(np.all(missing, axis=2), axis=1)
        return told

    @property
    def worlds(self) -> int:
        """Worlds that could be lived in."""
        return int(self.lived.sum())

    @property
    def runs(self) -> int:
        """Replications in all."""
        return int((~np.isnan(self.numbers).all(axis=2)).sum())

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Places of each plan and of the one that it is held against, which comes before it."""
        many = range(len(self.scenarios))
        return tuple((other, first) for first in many for other in many if first < other)

    def view(self, scenario: int, baseline: int, outcome: int) -> View:
        """One number of one plan against another."""
        names = self.scenarios[scenario], self.scenarios[baseline]
        return View(*names, self.outcomes[outcome], (scenario, baseline, outcome))

    def sign(self, outcome: int) -> int:
        """-1 where lower is better, else 1."""
        return -1 if self.better[outcome] == "lower" else 1

    def title(self, scenario: str) -> str:
        """What people call a scenario."""
        return self.titles[self.scenarios.index(scenario)]

    def named(self, scenarios: Sequence[Scenario]) -> Contest:
        """The same of the same plans under other names and titles, in the same order."""
        known = _named_apart(scenarios)
        names, titles = (tuple(each.name for each in known), tuple(each.title for each in known))
        return replace(self, scenarios=names, titles=titles)

    def called(self, names: Mapping[str, str]) -> Contest:
        """The same with short names for some scenarios."""
        told = tuple(
            names.get(name, title) for name, title in zip(self.scenarios, self.titles, strict=True)
        )
        return replace(self, titles=told)

    @property
    def drawn(self) -> pd.DataFrame:
        """One row for each assumption that was drawn: its value, range, grade and source."""
        import pandas as pd

        from ..study.shown import shown_range, shown_value

        columns = ["Assumption", "As it is", "Drawn from", "Grade", "Source"]
        rows = [
            (
                each.title,
                "" if each.base is None else shown_value(each, each.base),
                shown_range(each, each.low, each.high),
                each.grade,
                each.source,
            )
            for each in self.dimensions
        ]
        return pd.DataFrame(rows, columns=columns)

    @property
    def table(self) -> pd.DataFrame:
        """One row for each world and luck: assumptions by path, then each number under each plan."""
        import pandas as pd

        columns = [f"{outcome.key} {name}" for name in self.scenarios for outcome in self.outcomes]
        assumed = [each.name for each in self.dimensions]
        frames: list[pd.DataFrame] = []
        for luck in range(self.numbers.shape[-1]):
            numbers = self.numbers[..., luck].reshape(len(self.points), -1)
            told = pd.DataFrame(np.hstack([self.points, numbers]), columns=[*assumed, *columns])
            told.insert(0, "world", range(len(self.points)))
            told.insert(1, "luck", luck)
            there = np.flatnonzero(~np.all(np.isnan(numbers), axis=1))
            frames.append(told.take(there))
        return pd.concat(frames, ignore_index=True)


def in_worlds(
    scenarios: Sequence[Scenario],
    worlds: int = WORLDS,
    seed: int = 1,
    *,
    headlines: Sequence[Headline] = HEADLINES,
    at_most: int | None = AT_MOST,
    fixed: Sequence[str] = (),
    partnership: str | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> Contest:
    """Live many worlds under each of two to four plans.

    Parameters
    ----------
    scenarios
        The first is what others are held against first.
    worlds
        How many worlds; a quarter of them are lived twice.
    headlines
        What is compared.
    at_most
        How many assumptions are drawn; None for all that have a range.
    fixed
        Dotted paths of assumptions that somebody has set, and that stay so.
    partnership
        Whose numbers; by default of all together.
    workers
        Processes. Results do not depend on it.
    progress
        Told how many replications are done, and of how many.

    Raises
    ------
    BadInput
        If numbers are out of range, there is nothing to draw, or scenarios cannot be compared.
    """
    _check(scenarios, worlds, seed, workers)
    known = _named_apart(scenarios)
    outcomes = outcomes_of(headlines, known[0], partnership)
    checked = worlds_of(known, assumptions_drawn(known, at_most, fixed), worlds, seed)
    points = checked.points()
    values, failures = _lived(checked, points, outcomes, workers, progress)
    return Contest(
        scenarios=tuple(each.name for each in known),
        titles=tuple(each.title for each in known),
        dimensions=checked.dimensions,
        outcomes=outcomes,
        better=tuple(each.better for each in headlines),
        points=points,
        numbers=values,
        failures=failures,
    )


def work(
    progress: Progress,
    scenarios: Sequence[Scenario],
    worlds: int = WORLDS,
    seed: int = 1,
    at_most: int | None = AT_MOST,
    fixed: Sequence[str] = (),
    partnership: str | None = None,
    workers: int = 1,
) -> Contest:
    """The same as a job in a process of its own, which may be ended at any time."""
    return in_worlds(
        scenarios,
        worlds,
        seed,
        at_most=at_most,
        fixed=fixed,
        partnership=partnership,
        workers=workers,
        progress=progress,
    )


def runs_of(plans: int, worlds: int) -> int:
    """Replications that so many plans in so many worlds take."""
    return plans * sum(lucks_of(worlds))


def _check(scenarios: Sequence[Scenario], worlds: int, seed: int, workers: int) -> None:
    faults = [
        Fault("worlds", name, f"be a whole number from {least:,} to {most:,}", repr(got), advice)
        for name, got, least, most, advice in (
            ("worlds", worlds, FEWEST, MOST, f"give {WORLDS}"),
            ("scenarios", len(scenarios), 2, MOST_SCENARIOS, "choose two to four"),
            ("seed", seed, 0, 2**63, "give 0 or more"),
            ("workers", workers, 1, 1024, "give 1 or more"),
        )
        if not isinstance(got, int) or isinstance(got, bool) or not least <= got <= most
    ]
    if faults:
        raise BadInput(faults)


def _named_apart(scenarios: Sequence[Scenario]) -> tuple[Scenario, ...]:
    """The scenarios, with a number behind the name where two share one."""
    names = [each.name for each in scenarios]
    return tuple(
        each
        if names.count(each.name) == 1
        else each.model_copy(update={"name": f"{each.name}_{place}"})
        for place, each in enumerate(scenarios, 1)
    )


def lucks_of(worlds: int) -> list[int]:
    """How often each world is lived: the first quarter, and ten at least, twice."""
    again = max(worlds // ONE_IN, 10)
    return [LUCKS if world < again else 1 for world in range(worlds)]


def _lived(
    checked: Checked,
    points: Floats,
    outcomes: Sequence[Outcome],
    workers: int,
    progress: Progress | None,
) -> tuple[Floats, tuple[str, ...]]:
    lucks = lucks_of(len(points))
    many = len(checked.scenarios)
    values = np.full((len(points), many, len(outcomes), LUCKS), np.nan)
    failures: dict[str, None] = {}
    tasks, places = [], []
    for world, (point, luck) in enumerate(zip(points.tolist(), lucks, strict=True)):
        try:
            cells = tuple(
                Cell(checked.world(scenario, point), checked.seed, luck, LUCKS * world)
                for scenario in range(many)
            )
        except BadInput as wrong:
            failures |= dict.fromkeys(map(str, wrong.faults))
            continue
        keys = tuple(map(str, range(many)))
        tasks.append((Batch(keys, cells, live, None, ending()),))
        places.append(world)
    done, whole = 0, many * sum(lucks[world] for world in places)
    for place, told in spread(live_batch, tasks, workers):
        world = places[place]
        failures |= dict.fromkeys(told.failures.values())
        if not told.failures:
            for scenario, lived in enumerate(told.lived):
                values[world, scenario, :, : lucks[world]] = [
                    lived.outcome(outcome) for outcome in outcomes
                ]
        done += many * lucks[world]
        if progress:
            progress(done, whole)
    return values, tuple(failures)
