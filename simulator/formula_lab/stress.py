"""A formula under stress: which harms it does, how large, to whom, and the smallest scenario that shows each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from .. import replicate
from ..errors import BadInput
from ..incentives import Estimate, client_kept
from ..model import rule as rule_in_year
from ..wording import gbp, signed
from .asked import check, check_numbers, unknown
from .harms import ALL_HARMS, CLIFFS, HARMS, Harm, Pair, Read, Verdict
from .plans import check_nobody_chooses, check_partnership
from .simpler import isolated, with_years
from .smallest import Smallest, look, smallest
from .worth import Cliff, Example, by_group, cliffs, example

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..funding import Rule
    from ..replicate import Sample
    from ..scenario import Scenario

Say: TypeAlias = "Callable[[str], None]"
REPLICATIONS = 12
CLIFF_GBP = 100.0
"""A jump of less than this for one client is no cliff."""


@dataclass(frozen=True, slots=True)
class Stressed:
    """One harm: whether it was found, how large, where, and the smallest scenario that shows it.

    Attributes
    ----------
    searched
        What was tried.
    told
        What was seen where it was largest.
    also
        What else there is to know, in words.
    smallest
        The smallest pair of scenarios, where the harm was found and is one of runs.
    cliff, example
        The worth by day, and two partnerships with one client each, where the harm is a cliff.
    """

    name: str
    title: str
    definition: str
    unit: str
    verdict: Verdict
    size: Estimate
    threshold: float
    where: str
    searched: tuple[str, ...]
    told: str
    also: str
    smallest: Smallest | None = field(default=None, repr=False)
    cliff: Cliff | None = field(default=None, repr=False)
    example: Example | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Stress:
    """What came of all harms that were looked for."""

    scenario: Scenario = field(repr=False)
    partnership: str
    harms: tuple[Stressed, ...] = field(repr=False)
    replications: int
    seed: int


def chosen_harms(names: Sequence[str]) -> tuple[str, ...]:
    """The harms of these names, by default all, in the order in which they are told.

    Raises
    ------
    BadInput
        If there is none of a name.
    """
    faults = [unknown("harm", name, ALL_HARMS) for name in names if name not in ALL_HARMS]
    if faults:
        raise BadInput(faults)
    return tuple(name for name in ALL_HARMS if not names or name in names)


def stress(
    scenario: Scenario,
    *,
    harms: Sequence[str] = (),
    partnership: str | None = None,
    replications: int = REPLICATIONS,
    seed: int = 1,
    workers: int = 1,
    shrink: bool = True,
    say: Say = lambda _: None,
) -> Stress:
    """Look for harms that the scenario's formula does to one partnership, the others being a forecast.

    Parameters
    ----------
    harms
        Names (`harms.ALL_HARMS`); by default all.
    shrink
        Whether to look for the smallest scenario of each that is found.
    say
        Told what is being done.
    """
    check(
        lambda: check_nobody_chooses(scenario),
        lambda: check_partnership(scenario, partnership),
        lambda: chosen_harms(harms),
        lambda: check_numbers(("replications", replications, 1), ("seed", seed, 0)),
    )
    name = partnership or next(iter(scenario.partnerships))
    base = isolated(scenario, name)
    wanted = chosen_harms(harms)
    how = _How(replications, seed, workers, shrink, say)
    found = [_looked_for(HARMS[each], base, how) for each in wanted if each in HARMS]
    edges = [each for each in wanted if each in CLIFFS]
    if edges:
        say("Cliffs")
        (sample,) = replicate.run([base], replications, seed, workers)
        found += [_edge(each, base) for each in cliffs(sample) if each.name in edges]
    return Stress(scenario, name, tuple(found), replications, seed)


@dataclass(frozen=True, slots=True)
class _How:
    replications: int
    seed: int
    workers: int
    shrink: bool
    say: Say


def _looked_for(harm: Harm, base: Scenario, how: _How) -> Stressed:
    how.say(harm.title)
    base = with_years(base, max(harm.years, base.years)) if harm.years else base
    pairs = harm.pairs(base)
    if not pairs:
        return _nothing(harm, "the scenario has one group")
    pair = pairs[_largest(_look_at_all(harm, pairs, how))]
    # The largest of several is large by luck in part: what is told is that pair under fresh luck.
    read = look(harm, pair, how.replications, how.seed, how.workers, first=how.replications)
    small = None
    if how.shrink and read.verdict == "found":
        small = smallest(harm, base, pair, how.replications, how.seed, how.workers, how.say)
    return Stressed(
        name=harm.name,
        title=harm.title,
        definition=harm.definition,
        unit=harm.unit,
        verdict=read.verdict,
        size=read.size,
        threshold=read.threshold,
        where=pair.where,
        searched=tuple(f"{each.told} ({each.where})" for each in pairs),
        told=pair.told,
        also=read.also or _also(harm, pair, how),
        smallest=small,
    )


def _nothing(harm: Harm, why: str) -> Stressed:
    zero = Estimate(0.0, 0.0, 0.0)
    return Stressed(
        harm.name, harm.title, harm.definition, harm.unit, "not found", zero, 0.0, "–", (), why, ""
    )


def _look_at_all(harm: Harm, pairs: Sequence[Pair], how: _How) -> list[Read]:
    """What is read off each pair; a scenario that stands in several is run once."""
    distinct: list[Scenario] = []
    for pair in pairs:
        for each in (pair.without, pair.with_it):
            if not any(each is other or each == other for other in distinct):
                distinct.append(each)
    samples = replicate.run(distinct, how.replications, how.seed, how.workers)

    def paid(scenario: Scenario) -> Sample:
        return next(s for s, each in zip(samples, distinct, strict=True) if each == scenario)

    reads = []
    for pair in pairs:
        before = paid(pair.without).of("allocation_gbp")
        after = paid(pair.with_it).of("allocation_gbp")
        reads.append(harm.read(after - before, before, pair))
    return reads


def _largest(reads: Sequence[Read]) -> int:
    return max(range(len(reads)), key=lambda at: reads[at].size.mean)


def _also(harm: Harm, pair: Pair, how: _How) -> str:
    """What one client is worth: of a client kept, net of cost; of each group, for each pound of cost."""
    if harm.name not in ("parking", "skimming"):
        return ""
    (sample,) = replicate.run([pair.without], how.replications, how.seed, how.workers)
    return _client_kept(sample) if harm.name == "parking" else _group_worths(sample)


def _client_kept(sample: Sample) -> str:
    told = []
    for key, group in sample.scenario.world.groups.items():
        last = client_kept(sample, key).years[-1]
        gross, net = last.gross_gbp.mean, last.net_gbp.mean
        told.append(
            f"{group.label.lower()} {signed(gross, gbp)} before and {signed(net, gbp)} after"
        )
    return "one ready client kept a year brings in, before and after what the client costs: " + (
        "; ".join(told)
    )


def _group_worths(sample: Sample) -> str:
    told = [
        f"{each.group.lower()} {gbp(each.per_client_gbp.mean)} a client,"
        f" £{each.per_pound_gbp.mean:.2f} for £1 of a settled client's cost"
        for each in by_group(sample)
    ]
    return "all that is counted of a group brings in: " + "; ".join(told)


def _edge(cliff: Cliff, base: Scenario) -> Stressed:
    size = _larger(cliff.jump)
    read = Read(size, CLIFF_GBP)
    rule = rule_in_year(base, base.years - 1)
    what = (
        "days after the start on which a client drops out"
        if cliff.name == "cliff_12_weeks"
        else "days after a planned exit on which the client comes back"
    )
    return Stressed(
        name=cliff.name,
        title=cliff.title,
        definition=f"One day more or less changes what a client is worth: {what}.",
        unit="£ a client",
        verdict=read.verdict,
        size=size,
        threshold=CLIFF_GBP,
        where=cliff.group,
        searched=(f"{what}: {cliff.days[0]} to {cliff.days[-1]}, each group",),
        told=f"from day {cliff.jump_at - 1} to day {cliff.jump_at}",
        also="",
        cliff=cliff,
        example=_example(cliff, rule) if read.verdict == "found" else None,
    )


def _larger(jump: Estimate) -> Estimate:
    """A jump by its size, whichever way it goes."""
    if jump.mean >= 0:
        return jump
    return Estimate(-jump.mean, -jump.high, -jump.low)


def _example(cliff: Cliff, rule: Rule) -> Example:
    return example(cliff, rule)
