"""Small worlds of which theory knows the answer, and changes that hold a scenario still.

They describe no place: in each, all is left out but what one law of queueing speaks of.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..model import Run
from ..scenario import Scenario, as_dict, load
from ..years import DAYS_PER_YEAR, WEEKS_PER_YEAR

if TYPE_CHECKING:
    from ..journal import Records

TINY_QUEUE = Path(str(files(__package__).joinpath("tiny_queue.yaml")))
WEEKLY_GBP = 100.0
"""What a client of the tiny queue costs."""
MEAN_STAY_DAYS = 7.0
PATIENCE_DAYS = 10.0
AT_ONCE_PER_YEAR = 100_000_000.0
PLENTY_GBP = 1_000_000_000


def tiny_queue(*changes: str) -> Scenario:
    """One queue and nothing else, with changes such as ``years=3``."""
    return load(TINY_QUEUE, changes)


def pounds_for(places: int, weekly_gbp: float = WEEKLY_GBP) -> int:
    """A year's pounds that pay for exactly so many clients: half a place more, so rounding is harmless."""
    return round((places + 0.5) * weekly_gbp * WEEKS_PER_YEAR)


def queue_of(places: int, busy_share: float, years: int, *changes: str) -> Scenario:
    """A queue for so many places, busy for that share of the time if nobody gives up."""
    onsets = busy_share * places / MEAN_STAY_DAYS * DAYS_PER_YEAR
    return tiny_queue(
        f"years={years}",
        f"formula.pot_gbp={pounds_for(places)}",
        f"world.groups.opiate.need.onset_per_year={onsets}",
        *changes,
    )


def impatient_queue(places: int, busy_share: float, years: int) -> Scenario:
    """Erlang A, in a world where who gives up is untreated again, as they were before.

    Half of those who begin to need treatment seek it at once and half stop at once, and so do those who give
    up. Patience has no memory, so it is as if each left the list for good at half the rate.
    """
    return queue_of(
        places,
        2 * busy_share,
        years,
        f"world.groups.opiate.need.first_seeking_per_year={AT_ONCE_PER_YEAR}",
        f"world.groups.opiate.need.stops_untreated_per_year={AT_ONCE_PER_YEAR}",
        f"world.groups.opiate.waiting.mean_patience_days={PATIENCE_DAYS}",
    )


def unlimited_queue(shape: float, scale_days: float, onsets: float, years: int) -> Scenario:
    """A place for everybody, and stays of a Weibull length."""
    return tiny_queue(
        f"world.groups.opiate.treatment.drop_out={{shape: {shape}, scale_days: {scale_days}}}",
        f"world.groups.opiate.need.onset_per_year={onsets}",
        f"years={years}",
    )


def changed(scenario: Scenario, **values: Any) -> Scenario:
    """A scenario with values at dotted paths written with two underscores for each dot."""
    data = as_dict(scenario)
    for name, value in values.items():
        *way, last = name.split("__")
        part = data
        for step in way:
            part = part[step]
        part[last] = value
    return checked(data, scenario)


def checked(data: dict[str, Any], scenario: Scenario) -> Scenario:
    """Plain values as a scenario again; a change to the plan is everybody's."""
    before = as_dict(scenario)["plan"]
    new = {lever: value for lever, value in data["plan"].items() if value != before[lever]}
    for partnership in data["partnerships"].values():
        partnership["plan"] |= new
    context = {"years": data["years"], "groups": list(data["world"]["groups"])}
    return Scenario.model_validate(data, context=context)


def with_frozen_formula(scenario: Scenario, **values: Any) -> Scenario:
    """The pot goes by need alone, is the same every year, and nobody's share is bounded."""
    pot = scenario.formula.pot_gbp
    return changed(
        scenario,
        formula__pot_gbp=pot[0] if isinstance(pot, tuple) else pot,
        formula__terms={"need": {"counts": "need_index", "weight": 1.0}},
        formula__phase_in_share=1.0,
        formula__floor_share=None,
        formula__ceiling_share=None,
        **values,
    )


def with_places_unlimited(scenario: Scenario, **values: Any) -> Scenario:
    """The formula is frozen, and there is money for everybody."""
    return with_frozen_formula(
        scenario, funding__streams__local_mainstream__amount_gbp=PLENTY_GBP, **values
    )


def finished(scenario: Scenario, seed: int, replication: int = 0) -> Run:
    """A replication lived to its end."""
    run = Run(scenario, seed, replication)
    run.finish()
    return run


def journal(run: Run, partnership: int = 0) -> Records:
    """The records of one partnership."""
    return run.partnerships[partnership].pathway.journal.records()
