"""Who gains and who loses: the same people under two plans, by substance group and by where they stood on day 0.

A single person's gain is in part luck, since who has another second journey has other luck in it. So what counts is
how many more gain than lose, over paired replications.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..incentives import Estimate
from ..replicate import ALL
from ..wording import verdict
from ..years import first_day
from .stages import NAMES, STAGES, TREATED, Stage, rung

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from .lives import Lives

    Floats = NDArray[np.float64]

N = len(STAGES)
STOOD: dict[str, tuple[Stage, ...]] = {
    "untreated": (Stage.UNTREATED,),
    "waiting": (Stage.WAITING,),
    "in treatment, not ready": (Stage.IN_TREATMENT,),
    "in treatment, ready to leave": (Stage.READY,),
    "in recovery": (Stage.IN_RECOVERY,),
    "in prison": (Stage.PRISON,),
    "came to need treatment during the run": (Stage.NOT_YET,),
    ALL: STAGES,
}
"""Where people stood on day 0."""
TIME_IN: dict[str, tuple[Stage, ...]] = {
    "untreated": (Stage.UNTREATED,),
    "waiting": (Stage.WAITING,),
    "in treatment": TREATED,
    "of that, ready to leave": (Stage.READY,),
    "in recovery": (Stage.IN_RECOVERY,),
}
"""What people's time is told in."""
_RUNGS = np.array([np.nan if (step := rung(stage)) is None else step for stage in STAGES])
BETTER_A = _RUNGS[:, np.newaxis] > _RUNGS  # nothing is better than what is not known
"""Which pairs of stages at the end, under A and under B, are better under A."""
BETTER_B = BETTER_A.T
ALIKE = _RUNGS[:, np.newaxis] == _RUNGS
NOT_COMPARED = ~(BETTER_A | BETTER_B | ALIKE)


@dataclass(frozen=True, slots=True)
class Pair:
    """One replication's people under both plans.

    Parameters
    ----------
    ends
        People by group, stage on day 0, stage at the end under A, and under B.
    days
        Days spent by plan, group, stage on day 0 and stage.
    """

    ends: Floats
    days: Floats

    def times(self, copies: int) -> Pair:
        """The same of so many partnerships alike."""
        return Pair(self.ends * copies, self.days * copies)

    def plus(self, other: Pair) -> Pair:
        """The people of both."""
        return Pair(self.ends + other.ends, self.days + other.days)


def paired_people(a: Lives, b: Lives, years: int, n_groups: int) -> Pair:
    """Count the same people of one partnership under plan A and under plan B."""
    until = first_day(years)
    end_a, end_b = a.at(until), b.at(until)
    came = ((end_a != Stage.NOT_YET) | (end_b != Stage.NOT_YET)).astype(np.float64)
    stood = a.group_of * N + a.on_day_0
    cell = (stood * N + end_a) * N + end_b
    people = np.bincount(cell, came, n_groups * N**3).astype(np.float64)
    ends: Floats = people.reshape(n_groups, N, N, N)
    days = np.zeros((2, n_groups * N, N))
    for plan, each in enumerate((a, b)):
        np.add.at(days[plan], stood, each.days_in(until))
    return Pair(ends, days.reshape(2, n_groups, N, N))


@dataclass(frozen=True, slots=True)
class Gains:
    """Who gains and who loses between plan A and plan B, over paired replications.

    Parameters
    ----------
    groups
        Substance groups and what they are called.
    ends, days
        As in `Pair`, by replication first.
    """

    groups: dict[str, str]
    ends: Floats
    days: Floats

    @classmethod
    def of(cls, groups: dict[str, str], runs: Sequence[Pair]) -> Gains:
        """The gains of several replications."""
        return cls(dict(groups), np.stack([r.ends for r in runs]), np.stack([r.days for r in runs]))

    def people(self, group: str = ALL, stood: str = ALL) -> Floats:
        """People by replication: all, better under A, better under B, alike, and not compared."""
        pairs = self._chosen(self.ends, group, stood)
        kinds = (np.ones((N, N)), BETTER_A, BETTER_B, ALIKE, NOT_COMPARED)
        return np.stack([(pairs * kind).sum(axis=(1, 2)) for kind in kinds], axis=1)

    def net(self, group: str = ALL, stood: str = ALL) -> Estimate:
        """How many more stand better at the end under plan B than under plan A, less those who stand worse."""
        _, better_a, better_b, _, _ = self.people(group, stood).T
        return Estimate.of(better_b - better_a)

    def time(self, kind: str, group: str = ALL, stood: str = ALL) -> Estimate:
        """Days a person more under plan B in some stages (`TIME_IN`), over the whole run."""
        per_plan = [self._days(plan, kind, group, stood) for plan in (0, 1)]
        return Estimate.of(per_plan[1] - per_plan[0])

    def deaths(self, group: str = ALL, stood: str = ALL) -> tuple[Estimate, Estimate, Estimate]:
        """People who die under A alone, under B alone, and how many more die under B."""
        pairs = self._chosen(self.ends, group, stood)
        a = pairs[:, Stage.DIED].sum(axis=1) - pairs[:, Stage.DIED, Stage.DIED]
        b = pairs[:, :, Stage.DIED].sum(axis=1) - pairs[:, Stage.DIED, Stage.DIED]
        return Estimate.of(a), Estimate.of(b), Estimate.of(b - a)

    @property
    def better(self) -> str:
        """Which plan more people stand better under, ``A`` or ``B``; empty where it is too close to call."""
        net = self.net()
        if verdict(net.low, net.high):
            return ""
        return "B" if net.mean > 0 else "A"

    @property
    def table(self) -> pd.DataFrame:
        """One row for each group and place on day 0 where anybody stood: means of people, and the net."""
        import pandas as pd

        return pd.DataFrame(
            self._row(group, stood)
            for group in (*self.groups, ALL)
            for stood in STOOD
            if self.people(group, stood)[:, 0].any()
        )

    @property
    def time_table(self) -> pd.DataFrame:
        """Days a person spends in each stage over the run: under A, under B, and how many more under B."""
        import pandas as pd

        return pd.DataFrame(
            {
                "group": group,
                "stood_on_day_0": stood,
                "time": kind,
                "a_days": float(self._days(0, kind, group, stood).mean()),
                "b_days": float(self._days(1, kind, group, stood).mean()),
                **_told(self.time(kind, group, stood)),
            }
            for group in (*self.groups, ALL)
            for stood in STOOD
            if self.people(group, stood)[:, 0].all()
            for kind in TIME_IN
        )

    @property
    def ends_table(self) -> pd.DataFrame:
        """Where the same people stand at the end under A and under B: mean people by group."""
        import pandas as pd

        return pd.DataFrame(
            {"group": group, "under_a": NAMES[a], "under_b": NAMES[b], "people": float(people)}
            for group in (*self.groups, ALL)
            for a in STAGES
            for b in STAGES
            if (people := self._chosen(self.ends, group, ALL)[:, a, b].mean())
        )

    def _row(self, group: str, stood: str) -> dict[str, object]:
        people, better_a, better_b, alike, not_compared = self.people(group, stood).mean(axis=0)
        only_a, only_b, _ = self.deaths(group, stood)
        return {
            "group": group,
            "stood_on_day_0": stood,
            "people": float(people),
            "better_under_a": float(better_a),
            "better_under_b": float(better_b),
            "alike": float(alike),
            "not_compared": float(not_compared),
            **_told(self.net(group, stood)),
            "died_under_a_alone": only_a.mean,
            "died_under_b_alone": only_b.mean,
        }

    def _days(self, plan: int, kind: str, group: str, stood: str) -> Floats:
        """Days a person by replication; of nobody, nothing."""
        people = self.people(group, stood)[:, 0]
        days = self._chosen(self.days[:, plan], group, stood)[:, list(TIME_IN[kind])].sum(axis=1)
        return np.divide(days, people, out=np.zeros(len(people)), where=people > 0)

    def _chosen(self, by_group: Floats, group: str, stood: str) -> Floats:
        """An array by replication, group and stage on day 0, summed over what is not asked."""
        mine = by_group.sum(axis=1) if group == ALL else by_group[:, list(self.groups).index(group)]
        return mine[:, list(STOOD[stood])].sum(axis=1)


def _told(more_under_b: Estimate) -> dict[str, object]:
    return {
        "b_less_a": more_under_b.mean,
        "low": more_under_b.low,
        "high": more_under_b.high,
        "says": verdict(more_under_b.low, more_under_b.high),
    }
