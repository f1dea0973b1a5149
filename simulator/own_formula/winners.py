"""Who gains and who loses under an edited formula, at once: nobody is simulated.

Every partnership's pounds are worked out with what was counted of it before the first day, under the present rule and
under the edited one, from the same pots. In the first year these are the pounds that a run pays, for a run counts the
same; later years hold the counts still, so that nothing but the rule moves an allocation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .. import funding
from ..errors import BadInput, Fault
from ..model import rest_of_england, rule
from ..money import in_year
from ..partnership import member_before
from ..scenario.tree import instead, shown
from ..wording import counted, gbp, gbp_exact, share, signed
from ..years import year_names

if TYPE_CHECKING:
    import pandas as pd

    from ..funding import Allocation, Member
    from ..scenario import Scenario
    from .edited import EditedFormula

RULE_ALONE = "the rule alone"
"""Fully phased in, without floor and ceiling, from the first year's pot."""
MUCH = 0.01
"""A change of at least this share of a partnership's pounds is told as one that is felt."""
LEAST_SHOWN = 0.001
MADE_UP = "Illustrative: the partnerships are made up, and none is a real place."
NO_SIMULATION = (
    "Worked out with what was counted before the first day, the same every year: nothing but the rule moves an"
    " allocation, and nobody has changed what they do. So the lag and the observation delay, which decide when what"
    " people do is paid for, move nothing here. It is arithmetic: no chance is in it, and so no interval."
)


@dataclass(frozen=True, slots=True)
class Area:
    """One partnership, or so many alike, under both rules.

    Parameters
    ----------
    copies
        How many partnerships it stands for.
    before_gbp
        Pounds of the year before the first, of one of them.
    present_gbp, edited_gbp
        Pounds of all of them together under the present rule and the edited one, by look (`Winners.looks`).
    """

    name: str
    copies: int
    before_gbp: int
    present_gbp: tuple[int, ...]
    edited_gbp: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Gain:
    """What the edited rule does to one partnership in one look.

    Parameters
    ----------
    present_gbp, edited_gbp
        Pounds a year of one partnership under each rule; of several alike, their mean.
    """

    name: str
    copies: int
    before_gbp: int
    present_gbp: float
    edited_gbp: float

    @property
    def change_gbp(self) -> float:
        """Pounds a year more under the edited rule; below 0: fewer."""
        return self.edited_gbp - self.present_gbp

    @property
    def change_share(self) -> float:
        """The same as a share of what the present rule pays; 0 where that is nothing."""
        return self.change_gbp / self.present_gbp if self.present_gbp else 0.0


@dataclass(frozen=True, slots=True)
class Look:
    """Who gains and who loses in one year, or by the rule alone.

    Parameters
    ----------
    when
        A year's name, or `RULE_ALONE`.
    pot_gbp
        The pot that both rules share.
    price_year
        The year in whose prices the pounds are.
    gains
        One for each partnership, the largest loss against the present rule first.
    """

    when: str
    pot_gbp: int
    price_year: str
    gains: tuple[Gain, ...]

    @property
    def partnerships(self) -> int:
        """How many there are."""
        return sum(gain.copies for gain in self.gains)

    @property
    def winners(self) -> int:
        """How many are paid more."""
        return sum(gain.copies for gain in self.gains if gain.change_gbp > 0)

    @property
    def losers(self) -> int:
        """How many are paid less."""
        return sum(gain.copies for gain in self.gains if gain.change_gbp < 0)

    def by_much(self, way: int) -> int:
        """How many gain (1) or lose (-1) at least `MUCH` of what the present rule pays them."""
        return sum(gain.copies for gain in self.gains if way * gain.change_share >= MUCH)

    @property
    def moved_gbp(self) -> float:
        """Pounds a year that change hands: what all that lose lose together."""
        return sum(gain.copies * max(0.0, -gain.change_gbp) for gain in self.gains)

    @property
    def moved_share(self) -> float:
        """The same as a share of the pot."""
        return self.moved_gbp / self.pot_gbp if self.pot_gbp else 0.0

    @property
    def worst(self) -> Gain:
        """Who loses most, as a share of what the present rule pays."""
        return self.gains[0]

    @property
    def best(self) -> Gain:
        """Who gains most."""
        return self.gains[-1]

    @property
    def message(self) -> str:
        """What it says, in a line that may stand over a chart."""
        if not self.moved_gbp:
            return f"Nobody gains or loses: all {self.partnerships} are paid the same"
        worst = f"the largest loss is {_percent(-self.worst.change_share)}"
        return f"{self.winners} of {self.partnerships} gain, {self.losers} lose; {worst}"

    @property
    def sentence(self) -> str:
        """Who gains, who loses, by how much, and in which pounds."""
        period = (
            "By the rule alone, fully phased in and without floor or ceiling"
            if self.when == RULE_ALONE
            else f"In {self.when}"
        )
        prices = f"Pounds a year, in prices of {self.price_year}."
        if not self.moved_gbp:
            return f"{period}, the edited rule pays all {self.partnerships} what the present rule pays them. {prices}"
        same = self.partnerships - self.winners - self.losers
        alike = f", and {same} are paid the same" if same else ""
        return (
            f"{period}, {self.winners} of {counted(self.partnerships, 'partnership')} gain and {self.losers} lose against"
            f" the present rule{alike}: {gbp(self.moved_gbp)} of {gbp(self.pot_gbp)} changes hands ({_percent(self.moved_share)})."
            f" {self.by_much(1)} gain and {self.by_much(-1)} lose {share(MUCH)} or more."
            f" {_told(self.worst, 'loses')}; {_told(self.best, 'gains')}. {prices}"
        )

    @property
    def table(self) -> pd.DataFrame:
        """One row for each partnership, the largest loss first; pounds a year of one of them."""
        import pandas as pd  # takes seconds, and only this needs it

        return pd.DataFrame(
            {
                "partnership": gain.name,
                "copies": gain.copies,
                "year_before_gbp": gain.before_gbp,
                "present_rule_gbp": gain.present_gbp,
                "edited_rule_gbp": gain.edited_gbp,
                "change_gbp": gain.change_gbp,
                "change_share": gain.change_share,
                "period": self.when,
                "price_year": self.price_year,
            }
            for gain in self.gains
        )


def _told(gain: Gain, verb: str) -> str:
    size = "nothing" if not gain.change_gbp else _percent(abs(gain.change_share))
    pounds = f" ({signed(gain.change_gbp, gbp_exact)} a year)" if gain.change_gbp else ""
    return f"{gain.name} {verb} most, {size}{pounds}"


def _percent(part: float) -> str:
    """A share; with a decimal below ten percent."""
    if 0 < part < LEAST_SHOWN:
        return f"less than {LEAST_SHOWN:.1%}"
    return f"{part:.1%}" if 0 < part < 0.0995 else share(part)


@dataclass(frozen=True, slots=True)
class Winners:
    """Every partnership under the present rule and the edited one.

    Attributes
    ----------
    title
        What the edited rule is called.
    scenario
        What the scenario is called.
    looks
        The years, then `RULE_ALONE`.
    pots_gbp
        The pot of each.
    """

    title: str
    scenario: str
    price_year: str
    looks: tuple[str, ...]
    pots_gbp: tuple[int, ...]
    areas: tuple[Area, ...]

    def look(self, when: str) -> Look:
        """One year, by its name, or `RULE_ALONE`.

        Raises
        ------
        BadInput
            Where there is no such year.
        """
        if when not in self.looks:
            rule_, advice = "be a year of the run, or the rule alone", instead(when, [*self.looks])
            raise BadInput([Fault("winners", "when", rule_, shown(when), advice)])
        at = self.looks.index(when)
        gains = [
            Gain(
                area.name,
                area.copies,
                area.before_gbp,
                area.present_gbp[at] / area.copies,
                area.edited_gbp[at] / area.copies,
            )
            for area in self.areas
        ]
        ranked = sorted(gains, key=lambda gain: (gain.change_share, gain.name))
        return Look(when, self.pots_gbp[at], self.price_year, tuple(ranked))

    @property
    def first_year(self) -> Look:
        """The year in which the rule comes into force."""
        return self.look(self.looks[0])

    @property
    def rule_alone(self) -> Look:
        """Fully phased in, without floor and ceiling."""
        return self.look(RULE_ALONE)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know about the numbers."""
        return (MADE_UP, NO_SIMULATION)


@dataclass(frozen=True, slots=True)
class Present:
    """What a scenario pays by its own rule: worked out once, and held against any number of edited rules.

    Attributes
    ----------
    members
        All that share the pot, as the formula sees them on the first day.
    paid
        Allocations by look.
    """

    scenario: Scenario
    members: tuple[Member, ...]
    paid: tuple[Allocation, ...]


def present(scenario: Scenario) -> Present:
    """What a scenario pays by its own rule."""
    members = members_before(scenario)
    return Present(scenario, members, _paid(scenario, members))


def winners(scenario: Scenario | Present, edited: EditedFormula) -> Winners:
    """Who gains and who loses where a scenario's pot is shared by an edited formula instead of its own.

    Both rules share the same pot. Each year's floor and ceiling stand on the pounds that the rule paid the year before.
    Where the rest of England shares the pot, its partnerships are told as one that stands for them all.

    Parameters
    ----------
    scenario
        Or, where many formulas are held against it, what it pays now (`present`).

    Raises
    ------
    BadInput
        Where the formula cannot share this scenario's pot, with every fault.
    """
    now = scenario if isinstance(scenario, Present) else present(scenario)
    scenario, members = now.scenario, now.members
    new = _paid(_laid_over(scenario, edited), members)
    years = range(scenario.years)
    pots = tuple(in_year(scenario.formula.pot_gbp, year) for year in years)
    return Winners(
        title=edited.title,
        scenario=scenario.title,
        price_year=scenario.funding.price_year,
        looks=(*year_names(scenario.first_year, scenario.years), RULE_ALONE),
        pots_gbp=(*pots, pots[0]),
        areas=tuple(
            Area(
                member.name,
                member.copies,
                member.last_gbp,
                tuple(sum(each.pounds[member.name]) for each in now.paid),
                tuple(sum(each.pounds[member.name]) for each in new),
            )
            for member in members
        ),
    )


def _laid_over(scenario: Scenario, edited: EditedFormula) -> Scenario:
    """The scenario under the edited rule, which is checked beside one partnership and not beside all: they stay as they are."""
    first = dict([next(iter(scenario.partnerships.items()))])
    checked = edited.laid_over(scenario.model_copy(update={"partnerships": first}))
    return scenario.model_copy(update={"formula": checked.formula})


def members_before(scenario: Scenario) -> tuple[Member, ...]:
    """All that share the pot, as the formula sees them on the first day; everything that any rule may count is there."""
    kinds = tuple(
        name for name in funding.PEOPLE_COUNTED if name not in ("effective_clients", "completions")
    )
    rest = rest_of_england(scenario, 0, scenario.history.allocation_gbp, kinds)
    return (*(member_before(scenario, name) for name in scenario.partnerships), *rest)


def _paid(scenario: Scenario, members: tuple[Member, ...]) -> tuple[Allocation, ...]:
    """Allocations of each year, and of the rule alone."""
    paid: list[Allocation] = []
    now = members
    for year in range(scenario.years):
        pot = in_year(scenario.formula.pot_gbp, year)
        paid.append(funding.allocate(pot, now, rule(scenario, year)))
        now = tuple(replace(each, last_gbp=paid[-1].least(each.name)) for each in now)
    alone = replace(rule(scenario, 0), phase_in=1, floor=None, ceiling=None)
    return (*paid, funding.allocate(in_year(scenario.formula.pot_gbp, 0), members, alone))
