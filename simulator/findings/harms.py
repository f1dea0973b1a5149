"""What a plan does to harm: deaths, people without treatment who need it, and people who come back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..wording import count
from .figures import Between, Figure
from .plans import when_people_die

if TYPE_CHECKING:
    from ..replicate import Sample

HARMS = {"deaths": "total", "untreated": "last", "re_presentations": "total"}
"""Measures that nobody wants more of: what happens in every year is summed, who stands somewhere is of the last day."""


@dataclass(frozen=True, slots=True)
class Harms:
    """What a plan does to harm.

    Parameters
    ----------
    figures
        Paired differences in the order of `HARMS`; each more is worse.
    assumed
        What is assumed of the risk of death, where the number of deaths clearly differs.
    """

    figures: tuple[Figure, ...]
    assumed: str

    @property
    def none(self) -> bool:
        """Whether there is no difference at all, in any run."""
        return all(figure.sign == "same" for figure in self.figures)


def what_it_harms(baseline: Sample, plan: Sample) -> Harms:
    """What a plan does to harm in one partnership, the first of the plan, against the same replications without it."""
    between, place = Between(baseline, plan), plan.partnerships[0]
    figures = tuple(
        between.total(measure, count, 0, place)
        if when == "total"
        else between.year(measure, count, -1, place)
        for measure, when in HARMS.items()
    )
    return Harms(figures, when_people_die(plan, figures[0]).strip())
