"""What an extra person in recovery costs: more money spent for more people, or less, or what cannot be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..incentives import Estimate, ratio_by_fieller
from ..wording import NO_INTERVAL, TOO_CLOSE, count, gbp, interval, prices_of
from .figures import MONEY, PEOPLE, Between, Figure, Finding, amount, last_day, period

if TYPE_CHECKING:
    from ..replicate import Sample
    from .figures import Sign, Verdict

TITLE = "What an extra person in recovery costs"
_CONCLUDED: dict[tuple[Sign, Sign], str] = {
    ("more", "more"): "Each extra person in recovery costs {each} (95% interval {ends}).",
    ("more", "less"): (
        "It saves money and leaves more people in recovery: {each} less for each extra person (95% interval {ends})."
    ),
    ("more", "same"): "Extra people in recovery cost nothing.",
    ("more", "open"): (
        "Whether an extra person in recovery costs money or saves it is {close} (95% interval {ends} for each)."
    ),
    ("less", "less"): (
        "It saves money, but leaves fewer people in recovery: {each} less for each person fewer (95% interval {ends})."
    ),
    ("less", "more"): "It costs more and leaves fewer people in recovery.",
    ("less", "same"): "It leaves fewer people in recovery for the same money.",
    ("less", "open"): "It leaves fewer people in recovery, and whether it saves money is {close}.",
    ("same", "more"): "It costs more and leaves no more people in recovery.",
    ("same", "less"): "It saves money and leaves as many people in recovery.",
    ("same", "same"): "As much is spent, and as many people are in recovery.",
    ("same", "open"): "As many people are in recovery; whether it saves money is {close}.",
}
"""What is concluded, by which way people in recovery and pounds spent go."""


def what_recovery_costs(baseline: Sample, plan: Sample) -> Finding:
    """What the first partnership of a plan spends more for each person more who is in recovery at the end.

    The difference in pounds spent, from whichever stream and summed over all years, is divided by the difference in
    people in recovery on the last 31 March: means over the same replications with the plan and without, with
    Fieller's 95% interval (`incentives.ratio_by_fieller`). Nothing is discounted, and years in recovery before
    the last day are not counted.

    Returns
    -------
    A finding whose first figure is the pounds for each person, missing where the sign of the difference in people is
    too close to call; the others are pounds and people. It is clear where the signs of both are.
    """
    between, place = Between(baseline, plan), plan.partnerships[0]
    spent = between.total("spent_gbp", gbp, 0, place)
    well = between.year("in_recovery", count, -1, place)
    pounds = between.values("spent_gbp", (place,)).sum(axis=1)
    people = between.values("in_recovery", (place,))[:, -1]
    each = Figure("Pounds for each person more in recovery", ratio_by_fieller(pounds, people), gbp)
    signs, alone = (_sign(well), _sign(spent)), plan.replications < 2
    facts = (
        f"Over {period(between.years)} together the partnership spends {amount(spent, MONEY)}, and on"
        f" {last_day(between.years[-1])} there are {amount(well, PEOPLE, 'people in recovery')}."
    )
    told = [_concluded(*signs, each.estimate, alone=alone)]
    if signs != ("same", "same"):
        told.insert(0, facts)
        prices = prices_of([plan.scenario.funding.price_year])
        told.append(
            f"That is its own money alone, in {prices}: what others gain or lose by it is not counted."
        )
    close: Verdict = "too close to call" if "open" in signs else "clear"
    return Finding(TITLE, " ".join(told), close, (each, spent, well))


def _sign(figure: Figure) -> Sign:
    """Which way it goes; not at all where all of it rounds to nothing."""
    return "same" if figure.shows_nothing else figure.sign


def _concluded(well: Sign, spent: Sign, each: Estimate, *, alone: bool) -> str:
    if well == "open":
        why = NO_INTERVAL if alone else TOO_CLOSE
        return f"{TITLE} cannot be told: whether there are more of them is not clear ({why})."
    size = each.turned if each.mean < 0 and spent != "open" else each
    return _CONCLUDED[well, spent].format(
        each=gbp(size.mean), ends=interval(size.low, size.high, gbp), close=TOO_CLOSE
    )
