"""Draws 149 made-up partnerships that together are like England, and at most 12 types of them.

    python -m studies.draw_england    writes scenarios/england_2008.yaml and england_2008_types.yaml

None of the 149 is a real place. No table by partnership of people, need or costs was to be had, so each
characteristic is drawn from a distribution that is an assumption (`ASSUMED`): its quantiles, in an order that is
shuffled with a fixed seed. Totals are those of 149 average partnerships. What each was paid before is then chosen
so that the rule of 2008-09 to 2010-11, worked out by `funding.allocate` on what is counted before day 0, gives the
published extremes. The same bytes come each time.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from simulator import scenario as scenarios
from simulator.chance import stream
from simulator.funding import Counts, Member, Rule, allocate
from simulator.model import rule
from simulator.money import in_year
from simulator.partnership import counted_before

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from simulator.scenario import Scenario

    Column = NDArray[np.float64]

SCENARIOS = Path(__file__).parents[1] / "scenarios"
ENGLAND, TYPES = "england_2008", "england_2008_types"
N, SEED = 149, 2008
MOST_TYPES = 12

# Published: Hansard 7 July 2009 (nine, 78%, 60%); Community Care 29 January 2007 (pounds a head).
FALL_FURTHEST, LEFT_TO_THEM = 9, 0.70
LARGEST_GAIN = 1.78
LEVEL_OR_GAIN = 89
"""60% of 149 are 89.4."""
LEAST_A_HEAD_GBP, MOST_A_HEAD_GBP = 1134, 3370
"""In 2007-08; before that year's transition £882 and £3,536."""
FLOORS = (0.9, 0.888889, 0.875, 0.9, 0.9)
"""A tenth of the pounds of 2007-08 each year for three years, 0.9 × 0.888889 × 0.875 = 0.70; then of last year's."""

ASSUMED = {
    "size": 0.6,
    "opiate": 0.15,
    "crack": 0.5,
    "other": 0.35,
    "need": 0.25,
    "population": 0.3,
}
"""Spreads: the standard deviation of the logarithm over partnerships."""
LIKE_EACH_OTHER = {"need": ("opiate", 0.5), "population": ("need", -0.5)}
"""Which other characteristic one goes with, and the correlation of their normal scores."""
DEAR_SHARE, DEAR, CHEAP = 33 / 149, (1.06, 1.25), (0.92, 1.0)
"""The part of England that is dear, and the evenly spread costs there and elsewhere before they are scaled."""
LOSERS_BUT_NINE, WINNERS_FROM = (0.72, 0.985), 1.015
"""The new rule's pounds over the old ones: those who lose, and the least of those who gain."""
PAIRED = 0.4
"""How far who gains goes with what the new rule pays a head: it raises those with many who weigh twice."""


@dataclass(frozen=True)
class England:
    """Characteristics of the partnerships, one of each column for each."""

    size: Column
    mix: dict[str, Column]
    need: Column
    population: Column
    cost: Column
    old: Column
    copies: Sequence[int]

    @property
    def names(self) -> list[str]:
        """Made-up names."""
        word = "Area" if len(self.size) == N else "Type"
        width = len(str(len(self.size)))
        return [f"{word} {number:0{width}d}" for number in range(1, len(self.size) + 1)]


# Drawing


def scores(name: str) -> Column:
    """Normal scores of the 149 quantiles, shuffled."""
    return ndtri((stream(SEED, f"england, {name}").permutation(N) + 0.5) / N)


def drawn_scores() -> dict[str, Column]:
    """Normal scores of every characteristic, some of them like another."""
    told: dict[str, Column] = {}
    for name in (*ASSUMED, "cost"):
        other, alike = LIKE_EACH_OTHER.get(name, ("", 0.0))
        own = scores(name)
        told[name] = alike * told[other] + (1 - alike**2) ** 0.5 * own if other else own
    return told


def scaled(column: Column, weights: Column) -> Column:
    """The column times what makes its weighted mean 1."""
    return column * weights.sum() / (weights * column).sum()


def to_whole(column: Column, total: int, unit: float = 1e-4) -> Column:
    """Rounded to so many units, by the largest remainder, so that the sum is exact."""
    parts = column * (total / unit) / column.sum()
    whole = np.floor(parts)
    spare = round(total / unit - whole.sum())
    whole[np.argsort(whole - parts, kind="stable")[:spare]] += 1
    return np.round(whole * unit, 4)


def costs_of(places: Column) -> Column:
    """Costs before they are scaled: dear for the last part of the places 0 to 1, evenly spread in each part."""
    edge = 1 - DEAR_SHARE
    dear = DEAR[0] + (DEAR[1] - DEAR[0]) * (places - edge) / DEAR_SHARE
    cheap = CHEAP[0] + (CHEAP[1] - CHEAP[0]) * places / edge
    return np.where(places > edge, dear, cheap)


def without_old_shares(baseline: Scenario) -> England:
    """Partnerships that were all paid alike before."""
    z = drawn_scores()
    size = to_whole(np.exp(ASSUMED["size"] * z["size"]), N)
    spread = {name: np.exp(ASSUMED[name] * z[name]) for name in ASSUMED}
    england = England(
        size=size,
        mix={g: np.round(scaled(spread[g], size), 4) for g in baseline.world.groups},
        need=np.round(scaled(spread["need"], size), 4),
        population=np.round(scaled(spread["population"], size), 4),
        cost=np.ones(N),
        old=np.ones(N),
        copies=(1,) * N,
    )
    shares = entitled(baseline, england)
    cost = np.round(scaled(costs_of(ndtr(z["cost"])), shares), 4)
    return replace(england, cost=cost)


# The formula, by the model's own arithmetic


def members(
    baseline: Scenario, england: England, last_gbp: Sequence[int] | None = None
) -> list[Member]:
    """The partnerships as the formula sees them in its first window."""
    before = counted_before(baseline)
    each = baseline.history.allocation_gbp
    return [
        Member(
            name,
            Counts(
                effective=tuple(
                    number * england.size[i] * england.mix[group][i]
                    for group, number in zip(baseline.world.groups, before.effective, strict=True)
                ),
                completions=before.completions,
            ),
            need=england.need[i] * england.size[i],
            population=england.population[i] * england.size[i],
            area_cost=england.cost[i],
            old_share=england.old[i] * england.size[i],
            last_gbp=last_gbp[i] if last_gbp else round(each * england.size[i] * england.old[i]),
            copies=england.copies[i],
        )
        for i, name in enumerate(england.names)
    ]


def heads(baseline: Scenario, england: England) -> Column:
    """Clients in effective treatment in the year before day 0: who a sum a head is a head of."""
    return np.array([sum(m.counts.effective) for m in members(baseline, england)])


def entitled(baseline: Scenario, england: England) -> Column:
    """Pounds under the new rule alone, of the pot of the first year, with no bounds."""
    new = Rule(rule(baseline, 0).terms, area_cost=baseline.formula.area_cost_share)
    told = allocate(in_year(baseline.formula.pot_gbp, 0), members(baseline, england), new)
    return np.array([float(told.entitlement[name]) for name in england.names])


def phased_in(baseline: Scenario, england: England, years: int = 3) -> list[list[int]]:
    """Pounds before day 0 and in each of the first years, on the counts of the first window."""
    pounds = [[member.last_gbp for member in members(baseline, england)]]
    for year in range(years):
        each = replace(rule(baseline, year), floor=FLOORS[year])
        pot = in_year(baseline.formula.pot_gbp, year)
        told = allocate(pot, members(baseline, england, pounds[-1]), each)
        pounds.append([told.pounds[name][0] for name in england.names])
    return pounds


# What was paid before


def gains(worst: float, best: float, exponent: float) -> Column:
    """The new rule's pounds over the old ones, from the worst to the best."""
    nine = np.linspace(worst, 0.68, FALL_FURTHEST)
    some = np.linspace(*LOSERS_BUT_NINE, N - FALL_FURTHEST - LEVEL_OR_GAIN)
    most = WINNERS_FROM + (best - WINNERS_FROM) * np.linspace(0, 1, LEVEL_OR_GAIN) ** exponent
    return np.concatenate([nine, some, most])


def paired(new: Column, a_head: Column, best: float, shuffle: int) -> Column | None:
    """Each partnership's gain, or None where this shuffle cannot have the published extremes.

    The least spent a head before stands with the largest gain, the most with the largest loss.
    """
    noise = stream(SEED, f"england, who gains {shuffle}").standard_normal(N)
    level = np.log(a_head)
    score = PAIRED * (level - level.mean()) / level.std() + noise
    winner = int(np.argmin(np.abs(a_head - LEAST_A_HEAD_GBP * best)))
    order = [each for each in np.argsort(score) if each != winner] + [winner]
    worst = a_head[order[0]] / MOST_A_HEAD_GBP

    def told(exponent: float) -> Column:
        gain = np.empty(N)
        gain[order] = gains(worst, best, exponent)
        return gain

    if not 0.5 < worst < 0.68:
        return None
    short = [(new / told(exponent)).sum() - new.sum() for exponent in (1, 20)]
    if not short[0] < 0 < short[1]:
        return None
    gain = told(brentq(lambda x: (new / told(x)).sum() - new.sum(), 1, 20))
    before = a_head / gain
    inside = (before > LEAST_A_HEAD_GBP - 2) & (before < MOST_A_HEAD_GBP + 2)
    return gain if inside.all() else None


def with_old_shares(baseline: Scenario, england: England) -> England:
    """The same, paid before as the published extremes have it; found by trying shuffles in order."""
    new = entitled(baseline, england)
    a_head = new / heads(baseline, england)
    best = LARGEST_GAIN
    for _ in range(6):
        gain = next(
            found
            for shuffle in range(20_000)
            if (found := paired(new, a_head, best, shuffle)) is not None
        )
        each = baseline.history.allocation_gbp
        old = scaled(new / gain / (each * england.size), england.size)
        england = replace(england, old=np.round(old, 5))
        pounds = phased_in(baseline, england)
        best *= LARGEST_GAIN / max(
            last / first for first, last in zip(pounds[0], pounds[3], strict=True)
        )
    return england


# Types


def features(baseline: Scenario, england: England) -> Column:
    """What partnerships behave alike by: standardised, so that each weighs as the standard deviations say."""
    pounds = np.array(phased_in(baseline, england), dtype=float)
    clients = heads(baseline, england)
    means = pounds[0] / (clients * england.cost)
    columns = (
        (2.0, np.log(pounds[3] / pounds[0])),
        (2.0, np.log(means)),
        (1.0, np.log(england.mix["other"] / england.mix["opiate"])),
        (0.7, np.log(england.mix["crack"])),
        (0.7, np.log(england.size)),
    )
    return np.column_stack([weight * (c - c.mean()) / c.std() for weight, c in columns])


def type_of(baseline: Scenario, england: England) -> NDArray[np.int64]:
    """The type of each, from 0, the one that loses most first: Ward's clusters, and the nine by themselves."""
    pounds = np.array(phased_in(baseline, england), dtype=float)
    ratio = pounds[3] / pounds[0]
    held = ratio < LEFT_TO_THEM + 0.001
    found = np.zeros(N, dtype=np.int64)
    tree = linkage(features(baseline, england)[~held], method="ward")
    found[~held] = fcluster(tree, MOST_TYPES - 1, criterion="maxclust")
    kinds = sorted(set(found.tolist()), key=lambda kind: ratio[found == kind].mean())
    return np.array([kinds.index(kind) for kind in found])


def as_types(baseline: Scenario, england: England) -> England:
    """At most 12 partnerships, each so many alike, with the totals of the 149."""
    kind = type_of(baseline, england)
    copies = np.bincount(kind)
    share = entitled(baseline, england) / england.cost

    def mean(column: Column, weights: Column) -> Column:
        return np.round(np.bincount(kind, weights * column) / np.bincount(kind, weights), 6)

    size = england.size
    return England(
        size=np.round(np.bincount(kind, size) / copies, 6),
        mix={group: mean(column, size) for group, column in england.mix.items()},
        need=mean(england.need, size),
        population=mean(england.population, size),
        cost=mean(england.cost, share),
        old=mean(england.old, size),
        copies=tuple(copies.tolist()),
    )


# Files

ENGLAND_HEAD = """\
# Made by `python -m studies.draw_england`, not by hand.
#
# THE 149 PARTNERSHIPS OF THIS FILE ARE MADE UP. None is a real place, and no line may be read as one. Figures of
# real, named partnerships stand apart, in published/ptb_by_area.csv.
#
# Drawn: quantiles of the distributions below, shuffled with a fixed seed; all are assumptions (grade: assumed).
#   size              lognormal, sigma 0.6 (0.4 to 0.8), sum 149: upper-tier councils, from a small unitary to a large
#                     shire; Hertfordshire had 1.9 times the mean pounds of 2007-08 (Hansard 7 July 2009)
#   mix, opiate       lognormal, sigma 0.15 (0.05 to 0.3), mean 1 over people
#   mix, crack        lognormal, sigma 0.5 (0.3 to 0.8): crack without opiates is used in few cities
#   mix, other        lognormal, sigma 0.35 (0.2 to 0.6): with it the share of PDUs moves from partnership to partnership
#   need_index        lognormal, sigma 0.25 (0.1 to 0.5), goes with opiates (0.5): deprivation
#   population_index  lognormal, sigma 0.3 (0.1 to 0.5), the lower the higher the need (-0.5)
#   area_cost_factor  33 of 149 dear (as many as London has), 0.92 to 1.0 and 1.06 to 1.25 before scaling so that the
#                     adjustment is neutral in total
#   old_share_weight  what was paid in 2007-08 for its size: chosen so that the rule of 2008-09 to 2010-11, by the model's
#                     own arithmetic on what is counted before day 0, gives what was published:
#                     nine fall to 70% of their level in three years and the largest winner gains 78%, 60% stay level or
#                     gain in 2008-09 (Hansard 7 July 2009: published); from £1,134 to £3,370 a head in 2007-08, which
#                     the transition of that year had made of £882 to £3,536 (Community Care 29 January 2007: published;
#                     a head is taken to be a client in effective treatment: assumed)
# Before day 0, people counted are 149 times the baseline's; on day 0 they are rounded for each partnership, so totals
# differ by a few. In the runs of 2008-09 contacts are 196,700 (149 times the baseline: 202,300; published: 210,815), in
# effective treatment 181,600 (185,900; 194,572), presentations 80,600 (87,800; 84,520): money is spread unevenly, so some
# partnerships are short at first while others cannot spend theirs (ten replications, seed 1).
#
# `treatment-sim run england_2008 --partnership "Area 001"` tells one of them; england_2008_types.yaml is quicker.

"""
TYPES_HEAD = """\
# Made by `python -m studies.draw_england`, not by hand.
#
# The 149 made-up partnerships of england_2008.yaml as {types} types: partnerships that are alike in money for each client,
# in what the rule gives or takes, in mix and in size (Ward's clusters on standardised features; those whom the floor
# holds for all three years are a type of their own). Each type is the mean of its members, so that totals of people,
# need, old shares and the rule's pounds are those of the 149. It is simulated once and counts `copies` times.

"""
EVIDENCE = """\
evidence:
  formula.rest.partnerships:
    grade: assumed
    range: null
    source: "Nobody beside those of this file shares the pot. No range: this is what the scenario is for"
  formula.floor_share:
    grade: derived
    range: [0.85, 1.0]
    source: "Nine partnerships were to fall to 70% of their level over three years (Hansard 7 July 2009): a tenth of 2007-08's pounds each year, 0.9 × 0.888889 × 0.875; afterwards a tenth of the last year's, as in baseline_2008"
"""
ENGLAND_WORDS = {
    "title": "England in 149 made-up partnerships",
    "question": "Who wins and who loses where unlike partnerships share one pot?",
    "description": "149 partnerships that are MADE UP, none a real place, share the whole pot. Sizes, mixes, need, "
    "costs and what each was paid before are drawn from distributions that are assumptions, so that totals are 149 "
    "times the baseline's and the rule of 2008-09 to 2010-11 gives the published extremes: nine fall to 70% of their "
    "level over three years, one gains 78%, 60% stay level or gain in 2008-09. All keep the baseline's plan.",
}
TYPES_WORDS = {
    "title": "England in {types} types of partnership",
    "question": "What happens nationally, quickly, where unlike partnerships share one pot?",
    "description": "The 149 made-up partnerships of england_2008 as {types} types, each the mean of those alike and "
    "counted so many times. Made up as they are; totals of people, need and pounds are theirs. National questions "
    "take a twelfth of the time; those about one partnership need the 149.",
}


def line_of(england: England, place: int) -> str:
    """One partnership as it stands in the file."""
    mix = ", ".join(f"{group}: {column[place]:.10g}" for group, column in england.mix.items())
    told = {
        "size": f"{england.size[place]:.10g}",
        "mix": f"{{{mix}}}",
        "need_index": f"{england.need[place]:.10g}",
        "population_index": f"{england.population[place]:.10g}",
        "area_cost_factor": f"{england.cost[place]:.10g}",
        "old_share_weight": f"{england.old[place]:.10g}",
    }
    if england.copies[place] > 1:
        told["copies"] = str(england.copies[place])
    inside = ", ".join(f"{name}: {number}" for name, number in told.items())
    return f"  {england.names[place]}: {{{inside}}}\n"


def text_of(england: England, head: str, words: Mapping[str, str]) -> str:
    """A whole scenario file."""
    how_many = {"types": str(len(england.size))}
    told = {name: text.format(**how_many) for name, text in words.items()}
    about = textwrap.fill(told["description"], 108, initial_indent="  ", subsequent_indent="  ")
    lines = "".join(line_of(england, place) for place in range(len(england.size)))
    return (
        f"{head.format(**how_many)}extends: baseline_2008\n"
        f"title: {told['title']}\nquestion: {told['question']}\ndescription: >\n{about}\n"
        f"formula:\n  floor_share: [{', '.join(map(str, FLOORS))}]\n  rest:\n    partnerships: 0\n"
        f"partnerships:\n{lines}{EVIDENCE}"
    )


def drawn(baseline: Scenario) -> dict[str, str]:
    """The text of both files, by the scenario's name."""
    england = with_old_shares(baseline, without_old_shares(baseline))
    return {
        ENGLAND: text_of(england, ENGLAND_HEAD, ENGLAND_WORDS),
        TYPES: text_of(as_types(baseline, england), TYPES_HEAD, TYPES_WORDS),
    }


def main() -> None:
    """Write both, and say how they meet what was published."""
    for name, text in drawn(scenarios.load("baseline_2008")).items():
        file = SCENARIOS / f"{name}.yaml"
        file.write_text(text, encoding="utf-8", newline="\n")
        print(file.relative_to(SCENARIOS.parent))


if __name__ == "__main__":
    main()
