"""An independent engine gives the same: the pathway in simpy against the same network in Ciw.

What Ciw expresses: onset, seeking, assessment, a list in order of referral with patience, a limited number of
places that all groups share, five rival exits with Weibull, lognormal and exponential clocks and quarterly
reviews, recovery, relapse, prison, release, return. What it does not: pounds, the formula, cost phases,
caseloads, support places, outreach. So the money is replaced by places that cost all the same.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np

from ..money import setting
from ..scenario import as_dict, load
from ..wording import measure_name, sentence_case, unit_of
from ..years import CLOSE_OUT_DAYS
from .checks import Check, Section, passed
from .figures import percent, plain
from .intervals import SECTION, difference
from .worlds import WEEKLY_GBP, checked, pounds_for, with_frozen_formula

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..scenario import Scenario
    from .ciw_network import Place
    from .effort import Effort

    Floats = NDArray[np.float64]

PLACES = 60
PEOPLE = {"opiate": 240, "crack": 30, "other": 130}
"""People with the need on day 0, none of them treated before; a fifth of a partnership."""
SIZE = 1 / 5
NOTHING_ELSE = {
    "early_exit_rate_per_year": 0.0,
    "treatment_share": 1.0,
    "reintegration_share": 0.0,
    "outreach_share": 0.0,
    "stretch_share": 0.0,
}
FULL = 60
EXTRA = "validate"
PART = "The whole pathway, a fifth of a partnership with a list"
SOURCE = "Ciw 3.2, with its own event list and random numbers; Palmer et al., Journal of Simulation 13:68, 2019"
MEASURED = (
    "in_treatment",
    "waiting",
    "untreated",
    "in_recovery",
    "referrals",
    "new_presentations",
    "gave_up_waiting",
    "mean_wait_days",
    "planned_exits",
    "unplanned_exits",
    "deaths",
)
HOW = (
    "The same people, clocks, list and routes were written a second time for Ciw, a library for queueing"
    " networks that shares nothing with this simulator. The assumptions are those of baseline_2008; money is"
    f" replaced by {PLACES} places that all cost the same, since Ciw knows no pounds, and everybody with the"
    " need is untreated on day 0. The first figures are means of Ciw, the second those of this simulator,"
    " by year. A measure passes where the interval of the difference holds 0 in every year (Welch; all"
    " intervals hold together in 99 of 100 repetitions), and is a miss otherwise."
)


def section(effort: Effort, places_here: int = PLACES) -> Section:
    """Against another engine."""
    return Section(
        "engine", "An independent engine", HOW, tuple(engine_checks(effort, places_here))
    )


def installed() -> bool:
    """Whether Ciw is there."""
    return find_spec("ciw") is not None


def engine_checks(effort: Effort, places_here: int = PLACES) -> list[Check]:
    """Means by year in both engines.

    Parameters
    ----------
    places_here
        Places in this simulator; another number than in Ciw is for tests that a difference is a miss.
    """
    if not installed():
        return [_not_run(measure) for measure in MEASURED]
    theirs = ciw_means(effort)
    (sample,) = effort.samples([scenario(places_here)], FULL)
    family = len(MEASURED) * len(sample.years)
    return [
        _check(measure, sample.of(measure), theirs[:, row], family)
        for row, measure in enumerate(MEASURED)
    ]


def _not_run(measure: str) -> Check:
    install = f"Install it: pip install 'treatment-funding-simulator[{EXTRA}]'"
    found = "not run: Ciw is not installed"
    return Check(PART, _claim(measure), "as in Ciw", found, "not run", SOURCE, install)


def _claim(measure: str) -> str:
    name, unit = measure_name(measure), unit_of(measure)
    return f"{sentence_case(name)}: as in Ciw" + (f" ({unit})" if unit == "days" else "")


def scenario(places: int) -> Scenario:
    """A fifth of the baseline's partnership, with so many places that all cost the same."""
    frozen = with_frozen_formula(load("baseline_2008"))
    data = as_dict(frozen)
    for name, group in data["world"]["groups"].items():
        for flow in ("onset_per_year", "moves_in_per_year"):
            group["need"][flow] *= SIZE
        for phase in ("first_12_weeks", "settled", "ready"):
            group["treatment"][f"cost_{phase}_gbp_per_week"] = WEEKLY_GBP
        past = data["history"]["groups"][name]
        for state in ("in_treatment", "waiting", "treated_before", "in_recovery"):
            past[state]["people"] = 0
        past |= {"in_prison": 0, "never_treated": PEOPLE[name]}
    data["world"] |= {"fixed_overhead_gbp": 0}
    data["world"]["caseload"]["drop_out_exponent"] = 0.0
    data["formula"] |= {"pot_gbp": pounds_for(places)}
    data["formula"]["rest"]["partnerships"] = 0
    for stream in data["funding"]["streams"].values():
        if stream["amount_gbp"] != "formula":
            stream["amount_gbp"] = 0
    data["plan"] |= NOTHING_ELSE | {"move_on_delay_days": held_days(frozen)}
    return checked(data, frozen)


def held_days(whole: Scenario) -> dict[str, float]:
    """How long ready clients of each group are kept in the first year; here in all."""
    return {name: setting(whole.plan.move_on_delay_days, name, 0) for name in whole.world.groups}


def place(places: int) -> Place:
    """The same for Ciw."""
    from .ciw_network import Place

    whole = scenario(places)
    groups, prison, held = whole.world.groups, whole.world.prison, held_days(whole)
    return Place(groups, prison, PEOPLE, held, places, whole.years, CLOSE_OUT_DAYS)


def ciw_replication(places: int, seed: int, replication: int) -> Floats:
    """One replication in Ciw."""
    from .ciw_network import replicate

    return replicate(place(places), seed + replication)


def ciw_means(effort: Effort) -> Floats:
    """Replications in Ciw: by replication, measure and year."""
    (told,) = effort.arrays(ciw_replication, [(PLACES,)], FULL)
    return told


def _check(measure: str, ours: Floats, theirs: Floats, family: int) -> Check:
    gap = difference(ours, theirs, family, SECTION)
    means = theirs.mean(axis=0)
    largest = float(np.max(np.abs(gap.mean)) / means.max())
    return Check(
        PART,
        _claim(measure),
        _by_year(means),
        f"{_by_year(ours.mean(axis=0))}; at most {percent(largest)} apart",
        passed(gap.holds(np.zeros(len(means)))),
        SOURCE,
        f"Of the largest figure. A gap of {percent(gap.reach / float(means.max()))} would have shown.",
    )


def _by_year(means: Floats) -> str:
    return ", ".join(plain(float(mean), figures=3) for mean in means)
