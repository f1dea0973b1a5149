"""What a plan does to money, to people, and to those who come for treatment."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..incentives import Estimate
from ..money import year_money
from ..partnership import STREAM_COLUMNS
from ..scenario.own_world import of_partnership
from ..wording import count, days, decimal, gbp, gbp_exact, points, share
from ..years import WEEKS_PER_YEAR
from .figures import (
    LEVEL,
    MONEY,
    PEOPLE,
    WAIT,
    Between,
    Figure,
    Finding,
    Sign,
    amount,
    joined,
    last_day,
    last_two,
    lower,
    period,
    verdict,
)
from .worth import net_worth

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..incentives import ClientKept, YearKept
    from ..replicate import Comparison, Sample

FELT_WAIT_DAYS = 1.0
"""A wait that is longer by less than a day is told, but nobody would call it a squeeze."""


_BRINGS = {
    "more": "brings in more money",
    "less": "brings in less money",
    "same": "brings in the same money",
    "open": "may bring in more money or less",
}
_LEAVES = {
    "more": "leaves more people in recovery",
    "less": "leaves fewer people in recovery",
    "same": "leaves as many people in recovery",
    "open": "may leave more people in recovery or fewer",
}


def money_and_recovery(baseline: Sample, other: Sample, subject: str, instead_of: str) -> Finding:
    """What a plan does to the allocation, to planned exits and to people in recovery.

    Parameters
    ----------
    subject
        The plan, to begin a sentence: ``Moving ready clients on at once``.
    instead_of
        The plan that it is compared with, to follow the word *against*.
    """
    between = Between(baseline, other)
    paid = [between.year("allocation_gbp", gbp, year) for year in last_two(between.years)]
    exits = between.total("planned_exits", count)
    first = between.year("planned_exits", count, 0)
    well = between.year("in_recovery", count)
    untreated = between.year("untreated", count)
    died = between.total("deaths", count)
    last = Estimate.of(baseline.of("allocation_gbp", baseline.partnerships[-1])[:, -1]).mean
    told = [
        f"{amount(figure, MONEY)} in {year}"
        for figure, year in zip(paid, between.years[-len(paid) :], strict=True)
    ]
    return Finding(
        title=f"{subject} {_BRINGS[paid[-1].sign]} and {_LEAVES[well.sign]}",
        sentence=(
            f"{subject}, against {instead_of}, brings in {joined(told)} (of {gbp(last)}). "
            f"Over the {len(between.years)} years together it means"
            f" {amount(exits, PEOPLE, 'planned exits')};"
            f" in {between.years[0]} alone, the year of transition, {amount(first, PEOPLE)}. "
            f"On {last_day(between.years[-1])} there are"
            f" {amount(well, PEOPLE, 'people in recovery')} and"
            f" {amount(untreated, PEOPLE, 'untreated people')}. Over the years together there are"
            f" {amount(died, PEOPLE, 'deaths')}.{when_people_die(other, died)}"
        ),
        verdict=verdict(paid[-1]),
        figures=(paid[-1], *paid[:-1], exits, first, well, untreated, died),
    )


def when_people_die(sample: Sample, died: Figure) -> str:
    """What is assumed of the risk of death, where the number of deaths differs."""
    if died.sign not in ("more", "less"):
        return ""
    label, in_treatment, after = _risks(sample)
    return (
        f" The model takes the risk of death ({label}) to be {1000 * after:g} in 1,000 a year in the"
        f" four weeks after leaving treatment and {1000 * in_treatment:g} in 1,000 in treatment."
    )


def _risks(sample: Sample) -> tuple[str, float, float]:
    """Death rates of the first group: in treatment, and in the four weeks after."""
    group = next(iter(sample.scenario.world.groups.values()))
    return (
        lower(group.label),
        group.treatment.deaths_per_year,
        group.after.deaths_first_4_weeks_per_year,
    )


# Whether a cut bites


def whether_the_cut_bites(
    baseline: Sample, other: Sample, kept: ClientKept, subject: str
) -> Finding:
    """Whether what a plan loses in allocation is more than what it no longer has to spend.

    The local money is the same under both plans, so the allocation lost less the spending saved is what
    is no longer left over at the year's end.

    Parameters
    ----------
    kept
        What a stable client is worth under the baseline, which may say why.
    """
    between = Between(baseline, other)
    lost = between.year("allocation_gbp", gbp)
    spent = between.year("spent_gbp", gbp)
    left = between.year("unspent_gbp", gbp)
    all_left = between.total("unspent_gbp", gbp)
    squeeze = _Squeeze(between)
    year = between.years[-1]
    why = "" if lost.sign != "less" else f" {_why(left, kept.years[-1], kept)}"
    return Finding(
        title=_bite_title(lost.sign, left.sign, squeeze.felt, subject),
        sentence=(
            f"{subject} brings in {amount(lost, MONEY)} in {year}, and"
            f" {amount(spent, MONEY)} is spent;"
            f" {amount(left, MONEY)} is left over at the end of the year."
            f" Over the {len(between.years)} years together {amount(all_left, MONEY)} is left over. "
            f"{squeeze.sentence(year)}{why}"
        ),
        verdict=verdict(left),
        figures=(left, lost, spent, all_left, *squeeze.figures),
    )


@dataclass(frozen=True, slots=True)
class _Squeeze:
    """Whether less money is felt by those who come for treatment, in the last year."""

    between: Between

    @property
    def starts(self) -> Figure:
        return self.between.year("new_presentations", count)

    @property
    def referrals(self) -> Figure:
        return self.between.year("referrals", count)

    @property
    def wait(self) -> Figure:
        return self.between.year("mean_wait_days", days)

    @property
    def caseload(self) -> Figure:
        return self.between.year("caseload_per_keyworker", decimal)

    @property
    def money_used(self) -> Figure:
        return self.between.year("treatment_money_used_share", points)

    @property
    def figures(self) -> tuple[Figure, ...]:
        return (self.starts, self.referrals, self.wait, self.caseload, self.money_used)

    @property
    def felt(self) -> bool:
        """Whether caseloads are fuller, or people wait a day longer or more."""
        waits_longer = self.wait.sign == "more" and self.wait.estimate.mean >= FELT_WAIT_DAYS
        return waits_longer or self.caseload.sign == "more"

    def sentence(self, year: str) -> str:
        place = self.between.other.partnerships[-1]
        used = Estimate.of(self.between.other.of("treatment_money_used_share", place)[:, -1]).mean
        return (
            f"In {year} there are {amount(self.referrals, PEOPLE, 'referrals')} and"
            f" {amount(self.starts, PEOPLE, 'starts')}; the average wait is"
            f" {amount(self.wait, WAIT)}; the caseload of a keyworker is"
            f" {amount(self.caseload, LEVEL)}; {share(used)} of the treatment money is used."
        )


def _bite_title(lost: Sign, left: Sign, felt: bool, subject: str) -> str:
    if lost == "open":
        return f"Whether there is a cut at all is too close to call: {lower(subject)}"
    if lost != "less":
        return "There is no cut that could bite"
    if felt and left == "more":
        return "The cut is smaller than the saving, and yet those who come are worse served"
    if felt:
        return "The cut bites: those who come are worse served"
    return {
        "more": "The cut does not bite: more is saved than lost",
        "less": "The cut is larger than the saving, but is not felt by those who come",
        "same": "The cut does not bite: exactly as much is saved as lost",
        "open": "Whether more is saved than lost is too close to call; the cut is not felt",
    }[left]


def _why(left: Figure, year: YearKept, kept: ClientKept) -> str:
    """What one client's own numbers say of the total, and whether they agree with it."""
    net = net_worth(year)
    goes_with = {("more", "less"), ("less", "more")}
    if (left.sign, net.sign) in goes_with:
        begin = "One client's own numbers say why"
    elif net.sign == "open":
        begin = "One client's own numbers are close"
    elif left.sign == "open":
        begin = "One client's own numbers are clearer"
    else:
        begin = "One client's own numbers point the other way"
    return (
        f"{begin}: kept for a year, a stable client ({kept.group.lower()}) costs"
        f" {gbp_exact(year.cost_gbp)}, or {gbp_exact(kept.cost_gbp_per_week)} a week, and brings in"
        f" {gbp_exact(year.gross_gbp.mean)} in {year.year}. The two are equal at"
        f" {gbp_exact(year.break_even_gbp_per_week.mean)} a week."
    )


# What support buys


def what_support_buys(baseline: Sample, other: Sample, subject: str, instead_of: str) -> Finding:
    """What support places do to re-presentations and recovery, how far they are used, what they cost."""
    between = Between(baseline, other)
    back = between.total("re_presentations", count)
    well = between.year("in_recovery", count)
    paid = between.total("allocation_gbp", gbp)
    spent = between.total("spent_gbp", gbp)
    support = other.scenario.world.support
    figures = (well, back, paid, spent, *_support_figures(other))
    return Finding(
        title=f"{subject} {_LEAVES[well.sign]}{_and_back(back.sign)}",
        sentence=(
            f"Against {instead_of}, {lower(subject)} means"
            f" {amount(back, PEOPLE, 're-presentations')} over the {len(between.years)} years"
            f" together, and {amount(well, PEOPLE, 'people in recovery')} on"
            f" {last_day(between.years[-1])}. {_take_up(other)} Over the years together"
            f" {amount(paid, MONEY)} is brought in, and {amount(spent, MONEY)} is spent in all. "
            f"What support does is an assumption: while it lasts the risk of relapse is"
            f" {_times(support.relapse_hazard_ratio)} without it, and afterwards"
            f" {_times(support.relapse_hazard_ratio_afterwards)} without it."
        ),
        verdict=verdict(well),
        figures=figures,
    )


def _times(ratio: float) -> str:
    return "as high as" if ratio == 1 else f"{ratio:g} times as high as"


def _and_back(sign: Sign) -> str:
    return {
        "more": ", and more come back within six months",
        "less": ", and fewer come back within six months",
        "same": ", and as many come back within six months",
        "open": "; whether fewer come back within six months is too close to call",
    }[sign]


def _support_figures(sample: Sample) -> tuple[Figure, ...]:
    planned, spent = support_gbp(sample)
    used = sample.of("support_places_used_share")[:, -1]
    exits = sample.of("planned_exits").sum(axis=1)
    supported = np.divide(
        sample.of("supported_exits").sum(axis=1),
        exits,
        out=np.full(exits.shape, np.nan),
        where=exits > 0,
    )
    years = period(sample.years)
    return (
        Figure(f"Support places used, {sample.years[-1]}", Estimate.of(used), share, False),
        Figure(f"Planned exits that got a place, {years}", Estimate.of(supported), share, False),
        Figure(
            f"Set aside for support, sum of {years}", Estimate.of(planned.sum(axis=1)), gbp, False
        ),
        Figure(f"Spent on support, sum of {years}", Estimate.of(spent.sum(axis=1)), gbp, False),
    )


def _take_up(sample: Sample) -> str:
    used, supported, planned, spent = (each.estimate.mean for each in _support_figures(sample))
    if math.isnan(used):
        return "No support places are paid for."
    return (
        f"{share(supported)} of planned exits get a support place. {share(used)} of the places are"
        f" used in {sample.years[-1]}: {gbp(planned)} is set aside for them over the years together"
        f" and {gbp(spent)} is spent."
    )


def support_gbp(sample: Sample) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Pounds set aside for support places, and spent on those in use, by replication and year.

    Of the first partnership; what a year's support costs follows from how far its places are used.
    """
    name = next(iter(sample.scenario.partnerships))
    scenario = of_partnership(sample.scenario, name)
    used = np.nan_to_num(sample.of("support_places_used_share"))
    planned, spent = np.zeros_like(used), np.zeros_like(used)
    for replication, pounds in enumerate(sample.of("allocation_gbp")):
        for year, allocation in enumerate(pounds):
            carried = _carried_in(sample, replication, year)
            money = year_money(scenario, name, year, int(allocation), carried)
            full = money.support_places * money.support_gbp_per_week * WEEKS_PER_YEAR
            planned[replication, year] = money.reintegration_gbp
            spent[replication, year] = full * used[replication, year]
    return planned, spent


def _carried_in(sample: Sample, replication: int, year: int) -> dict[str, int]:
    """Pounds that the first partnership kept from the year before, by stream, where that is known."""
    if sample.accounts is None:
        return {}
    column = sample.accounts[replication, 0, year, :, STREAM_COLUMNS.index("carried_in_gbp")]
    return dict(zip(sample.scenario.funding.streams, map(int, column), strict=True))


def of_comparison(comparison: Comparison) -> tuple[Finding, ...]:
    """For any comparison: what each scenario does to money and people, against the baseline."""
    baseline = comparison.baseline
    return tuple(
        money_and_recovery(
            baseline, other, f"“{other.scenario.title}”", f"“{baseline.scenario.title}”"
        )
        for other in comparison.others
    )
