"""What one partnership would choose while the others stay: its best response."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import BadInput, Fault
from ..funding import window
from ..incentives import Estimate
from ..years import year_names
from .lives import OUTCOMES, Lives, kept_in, outcome
from .seats import read, seated, who_chooses

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from ..scenario.schema import Scenario
    from ..workers import Progress
    from .choices import Option
    from .seats import Profile

REPLICATIONS = 24
SEED = 1


@dataclass(frozen=True, slots=True)
class Horizon:
    """Whose money a partnership looks at: allocations of which years, less what is spent or not.

    Parameters
    ----------
    aim
        ``allocation``, or ``balance``: less all that is spent from the first year on.
    first, last
        The first year whose allocation can move, and the year after the last that counts, from 0.
    least_gain_gbp
        A gain a year below this is not worth changing for.
    """

    aim: str
    first: int
    last: int
    least_gain_gbp: float

    @property
    def allocations(self) -> int:
        """How many allocations count."""
        return self.last - self.first

    @property
    def least_gain(self) -> float:
        """The least gain over all of them, in pounds."""
        return self.least_gain_gbp * self.allocations

    def payoff(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Pounds, of outcomes by ... , outcome and year."""
        paid = values[..., outcome("allocation_gbp"), self.first : self.last].sum(axis=-1)
        if self.aim == "allocation":
            return np.asarray(paid)
        spent = values[..., outcome("spent_gbp"), : self.last].sum(axis=-1)
        return np.asarray(paid - spent)


def horizon_of(scenario: Scenario) -> Horizon:
    """The years whose money counts under a scenario's behaviour, cut at the end of the run.

    Raises
    ------
    BadInput
        If the run ends before any allocation can move.
    """
    formula, own = scenario.formula, scenario.behaviour
    ends = [
        window(year, formula.observation_delay_days, formula.lag_years)[1]
        for year in range(scenario.years)
    ]
    first = next((year for year, end in enumerate(ends) if end > 0), None)
    if first is None:
        rule = "be more than the formula's lag, so that what is done can move an allocation"
        advice = f"give {formula.lag_years + 1} years or more"
        raise BadInput([Fault(scenario.name, "years", rule, str(scenario.years), advice)])
    last = min(scenario.years, first + own.horizon_years)
    return Horizon(own.aim, first, last, float(own.least_gain_gbp))


@dataclass(frozen=True)
class Response:
    """What one partnership would choose, the others being as they are.

    Parameters
    ----------
    partnership
        Its name; one of them, where it stands for several.
    options
        What it may choose.
    present
        The place of what it does.
    lived
        Outcomes by option, replication, outcome and year.
    years
        Names of the years.
    """

    partnership: str
    options: tuple[Option, ...] = field(repr=False)
    present: int
    horizon: Horizon
    lived: NDArray[np.float64] = field(repr=False)
    years: tuple[str, ...]

    @cached_property
    def payoffs(self) -> NDArray[np.float64]:
        """Pounds by option and replication."""
        return self.horizon.payoff(self.lived)

    def gain(self, option: int, against: int | None = None) -> Estimate:
        """Pounds more over the horizon than what it does now, or than another option."""
        other = self.present if against is None else against
        return Estimate.of(self.payoffs[option] - self.payoffs[other])

    @cached_property
    def chosen(self) -> int:
        """The place of what it would choose: the most money, if clearly and by enough more than now."""
        clear = [
            place
            for place in range(len(self.options))
            if self.gain(place).low > 0 and self.gain(place).mean >= self.horizon.least_gain
        ]
        means = self.payoffs.mean(axis=1)
        return max(clear, key=lambda place: (means[place], -place), default=self.present)

    @property
    def changes(self) -> bool:
        """Whether it would do something else."""
        return self.chosen != self.present

    @cached_property
    def runner_up(self) -> int | None:
        """The place of the next best option, if there is another."""
        means = self.payoffs.mean(axis=1)
        others = [place for place in range(len(self.options)) if place != self.chosen]
        return max(others, key=lambda place: (means[place], -place), default=None)

    @property
    def table(self) -> pd.DataFrame:
        """One row for each option, outcome and year, and for the aim: mean and paired difference from now."""
        import pandas as pd  # takes seconds, and only this needs it

        return pd.DataFrame([*self._rows(), *self._aims()])

    def _rows(self) -> list[dict[str, Any]]:
        return [
            self._row(option, name, year, self.lived[:, :, place, at])
            for option in range(len(self.options))
            for place, name in enumerate(OUTCOMES)
            for at, year in enumerate(self.years)
        ]

    def _aims(self) -> list[dict[str, Any]]:
        name = f"aim_{self.horizon.aim}_gbp"
        years = self.years[self.horizon.first : self.horizon.last]
        period = years[0] if len(years) == 1 else f"{years[0]} to {years[-1]}"
        return [
            self._row(option, name, period, self.payoffs) for option in range(len(self.options))
        ]

    def _row(
        self, option: int, name: str, year: str, values: NDArray[np.float64]
    ) -> dict[str, Any]:
        gain = Estimate.of(values[option] - values[self.present])
        return {
            "partnership": self.partnership,
            "option": self.options[option].name,
            "is_present": option == self.present,
            "is_chosen": option == self.chosen,
            "outcome": name,
            "year": year,
            "mean": float(values[option].mean()),
            "difference": gain.mean,
            "low": gain.low,
            "high": gain.high,
        }


def responses(
    lives: Lives, profile: Profile, horizon: Horizon, players: Sequence[int]
) -> list[Response]:
    """The best responses of some of those that choose, all to the same profile."""
    table = lives.table
    asked = [(player, option) for player in players for option in range(len(table.options[player]))]
    values = iter(lives.alone(profile, asked))
    return [
        Response(
            partnership=table.players[player],
            options=table.options[player],
            present=profile[player],
            horizon=horizon,
            lived=np.stack([next(values) for _ in table.options[player]]),
            years=year_names(table.scenario.first_year, table.scenario.years),
        )
        for player in players
    ]


def best_response(
    scenario: str | Path | Scenario,
    name: str,
    *,
    replications: int = REPLICATIONS,
    seed: int = SEED,
    workers: int | None = 1,
    folder: str | Path | None = None,
    progress: Progress | None = None,
) -> Response:
    """What one partnership would choose among its options, to get the most money, if the others stay.

    Everybody is run once, as the scenario says. Then the partnership lives again under each option, with the same
    people and the same luck, and everybody's pounds are worked out again. Levers hold from the first day of the
    run; money can follow from the first allocation that counts clients of the run.

    Parameters
    ----------
    name
        The partnership. Where it stands for several alike, one of them acts.
    replications
        Runs of each option, at least 2; by default 24.
    seed
        Where chance begins. The same seed gives the same people with the same luck.
    workers
        Processes; None for one on each core. Results do not depend on it.
    folder
        Where results are kept, so that a job that is killed goes on.
    progress
        Told how much of what is run at the moment is done.

    Returns
    -------
    What it may do as ``options``; the places of what it does and what it would do as ``present`` and ``chosen``;
    ``gain(option)`` in pounds with its interval; and all that comes of each option as ``table``.

    Raises
    ------
    BadInput
        With every fault of what was given.
    """
    whole = read(scenario)
    table = seated(whole, who_chooses(whole, only=(name,)))
    horizon = horizon_of(table.scenario)
    lives = Lives(table, seed, replications, workers, kept_in(folder), progress)
    return responses(lives, table.as_it_is, horizon, [0])[0]
