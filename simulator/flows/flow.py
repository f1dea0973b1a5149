"""Stocks and flows of one plan: where people stood on each 1 April, where they went, and what moved them.

People are counted twice over: by person, from where somebody stood when a period began to where the same person
stood when it ended; and by move, each time that anybody passed from one stage to another. Both add up to the same
stocks. Bands are those that hold nine runs in ten.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..errors import BadInput, Fault
from ..incentives import Estimate, band
from ..journal import Happened
from ..replicate import ALL
from ..years import DAYS_PER_YEAR, first_day, year_names
from .stages import NAMES, STAGES, TREATED, Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from .lives import Lives

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

N = len(STAGES)


@dataclass(frozen=True, slots=True)
class Spread:
    """A mean over replications, and the band that holds nine runs in ten; of few runs, all of them."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, by_replication: Floats) -> Spread:
        """The spread of one number for each replication."""
        return cls(float(by_replication.mean()), *band(by_replication))


@dataclass(frozen=True, slots=True)
class Counted:
    """One replication's people and moves.

    Parameters
    ----------
    crossed
        People by year (and last, the whole run), group, stage when it began, and stage when it ended.
    moved
        Moves by year, group, stage before and stage after.
    happened
        Records by year, group and kind, as `Happened` numbers.
    """

    crossed: Floats
    moved: Floats
    happened: Floats

    def times(self, copies: int) -> Counted:
        """The same of so many partnerships alike."""
        return Counted(self.crossed * copies, self.moved * copies, self.happened * copies)

    def plus(self, other: Counted) -> Counted:
        """The people of both."""
        return Counted(
            self.crossed + other.crossed,
            self.moved + other.moved,
            self.happened + other.happened,
        )


def counted(lives: Lives, years: int, n_groups: int) -> Counted:
    """Count one partnership's people and moves of one replication."""
    stood = lives.on([first_day(year) for year in range(years + 1)])
    spans = [(year, year + 1) for year in range(years)] + [(0, years)]
    crossed = np.stack([_crossed(lives, stood[a], stood[b], n_groups) for a, b in spans])
    year = (lives.day // DAYS_PER_YEAR).astype(np.int64)
    inside = year < years
    where = year[inside] * n_groups + lives.group_of[lives.person[inside]]
    before, after, what = lives.before[inside], lives.stage[inside], lives.what[inside]
    cells = years * n_groups
    changes = before != after
    step = (where * N + before) * N + after
    moved = np.bincount(step[changes], minlength=cells * N * N)
    kinds = len(Happened)
    happened = np.bincount(where * kinds + what, minlength=cells * kinds)
    return Counted(
        crossed,
        moved.reshape(years, n_groups, N, N).astype(np.float64),
        happened.reshape(years, n_groups, kinds).astype(np.float64),
    )


def _crossed(lives: Lives, begin: Ints, end: Ints, n_groups: int) -> Floats:
    cell = (lives.group_of * N + begin) * N + end
    people = np.bincount(cell, minlength=n_groups * N * N).reshape(n_groups, N, N)
    people[:, Stage.NOT_YET, Stage.NOT_YET] = 0  # not there at all, in this period
    return people.astype(np.float64)


@dataclass(frozen=True, slots=True)
class Flow:
    """Where people went under one plan, over some replications.

    Parameters
    ----------
    title
        What the plan is called.
    first_year
        The calendar year in which the run begins.
    groups
        Substance groups and what they are called.
    crossed, moved, happened
        As in `Counted`, by replication first.
    """

    title: str
    first_year: int
    groups: dict[str, str]
    crossed: Floats
    moved: Floats
    happened: Floats

    @classmethod
    def of(
        cls, title: str, first_year: int, groups: dict[str, str], runs: Sequence[Counted]
    ) -> Flow:
        """The flow of several replications."""
        crossed, moved, happened = (
            np.stack([getattr(run, name) for run in runs])
            for name in ("crossed", "moved", "happened")
        )
        return cls(title, first_year, dict(groups), crossed, moved, happened)

    @property
    def replications(self) -> int:
        """How many replications there are."""
        return len(self.crossed)

    @property
    def years(self) -> tuple[str, ...]:
        """Names of the years."""
        return year_names(self.first_year, self.moved.shape[1])

    def period(self, year: str | None = None) -> tuple[str, str]:
        """The first and the last day of a year, or of the whole run, in words."""
        place = len(self.years) if year is None else self._year(year)
        first = 0 if year is None else place
        last = place if year is None else place + 1
        return f"1 April {self.first_year + first}", f"31 March {self.first_year + last}"

    def people(self, year: str | None = None, group: str = ALL) -> Floats:
        """People by replication, stage at the beginning and stage at the end, each person once.

        Parameters
        ----------
        year
            A year such as ``2009-10``; by default the whole run.
        group
            A substance group; by default all.

        Raises
        ------
        BadInput
            If there is no such year or group.
        """
        place = len(self.years) if year is None else self._year(year)
        return self._of_group(self.crossed[:, place], group)

    def moves(self, year: str | None = None, group: str = ALL) -> Floats:
        """Moves by replication, stage before and stage after: somebody may move several times."""
        return self._of_group(self._summed(self.moved, year), group)

    def kinds(self, year: str | None = None, group: str = ALL) -> Floats:
        """What happened, by replication and kind of record (`Happened`)."""
        return self._of_group(self._summed(self.happened, year), group)

    def stocks(self, group: str = ALL) -> Floats:
        """People by replication, date (each 1 April, then the last 31 March) and stage."""
        yearly = self._of_group(np.moveaxis(self.crossed[:, :-1], 2, 1), group)
        begins = yearly.sum(axis=3)
        ends = yearly[:, -1:].sum(axis=2)
        stocks = np.concatenate([begins, ends], axis=1)
        whole = self.people(group=group)
        came = whole[:, Stage.NOT_YET].sum(axis=1)  # who was to come when each year began
        since = np.cumsum(yearly[:, :, Stage.NOT_YET].sum(axis=2), axis=1)
        stocks[:, :, Stage.NOT_YET] = came[:, np.newaxis] - np.pad(since, ((0, 0), (1, 0)))
        return stocks

    def table(self, year: str | None = None, group: str = ALL) -> pd.DataFrame:
        """Where people stood and where they stand then: one row for each pair of stages that anybody links."""
        import pandas as pd

        people, (begin, end) = self.people(year, group), self.period(year)
        return pd.DataFrame(
            {
                "plan": self.title,
                "group": group,
                "from_date": begin,
                "from": NAMES[a],
                "to_date": end,
                "to": NAMES[b],
                **_columns(people[:, a, b]),
            }
            for a in STAGES
            for b in STAGES
            if people[:, a, b].any()
        )

    def stock_table(self, group: str = ALL) -> pd.DataFrame:
        """People in each stage when each year began, and at the end."""
        import pandas as pd

        stocks = self.stocks(group)
        dates = [self.period(year)[0] for year in self.years] + [self.period()[1]]
        return pd.DataFrame(
            {
                "plan": self.title,
                "group": group,
                "date": date,
                "stage": NAMES[stage],
                **_columns(stocks[:, place, stage]),
            }
            for place, date in enumerate(dates)
            for stage in STAGES
            if stage != Stage.NOT_YET
        )

    def moves_table(self, year: str | None = None, group: str = ALL) -> pd.DataFrame:
        """Moves between stages in a year, or in the whole run."""
        import pandas as pd

        moves, (begin, end) = self.moves(year, group), self.period(year)
        return pd.DataFrame(
            {
                "plan": self.title,
                "group": group,
                "from_date": begin,
                "to_date": end,
                "from": NAMES[a],
                "to": NAMES[b],
                **_columns(moves[:, a, b]),
            }
            for a in STAGES
            for b in STAGES
            if moves[:, a, b].any()
        )

    def of_those(
        self, begin: Sequence[Stage], end: Sequence[Stage], year: str | None = None
    ) -> tuple[Spread, Spread]:
        """Of the people who stood in some stages: how many, and how many stand in others at the end."""
        people = self.people(year)[:, list(begin)].sum(axis=1)
        return Spread.of(people.sum(axis=1)), Spread.of(people[:, list(end)].sum(axis=1))

    @property
    def treated_to_recovery(self) -> tuple[Spread, Spread]:
        """Clients in treatment on day 0, and those of them who are in recovery at the end."""
        return self.of_those(TREATED, (Stage.IN_RECOVERY,))

    def _of_group(self, by_group: Floats, group: str) -> Floats:
        """One group's part of an array by replication and group, or all together."""
        if group == ALL:
            return by_group.sum(axis=1)
        if group not in self.groups:
            raise BadInput([_unknown("group", group, (*self.groups, ALL))])
        return by_group[:, list(self.groups).index(group)]

    def _summed(self, yearly: Floats, year: str | None) -> Floats:
        return yearly.sum(axis=1) if year is None else yearly[:, self._year(year)]

    def _year(self, year: str) -> int:
        if year not in self.years:
            raise BadInput([_unknown("year", year, self.years)])
        return self.years.index(year)


def _unknown(name: str, got: str, known: Sequence[str]) -> Fault:
    return Fault("flow", name, f"be one of {', '.join(known)}", repr(got), "choose one of these")


def _columns(by_replication: Floats) -> dict[str, float]:
    spread = Spread.of(by_replication)
    return {"mean": spread.mean, "low": spread.low, "high": spread.high}


def difference(
    a: Flow, b: Flow, begin: Sequence[Stage] | None, end: Sequence[Stage], group: str = ALL
) -> Estimate:
    """How many more stand in some stages at the end under plan B than under plan A, with its 95% interval.

    Parameters
    ----------
    begin
        Only those who stood in these stages on day 0; by default everybody.
    """
    of = list(STAGES if begin is None else begin)
    ended = [each.people(group=group)[:, of][:, :, list(end)].sum(axis=(1, 2)) for each in (a, b)]
    return Estimate.of(ended[1] - ended[0])
