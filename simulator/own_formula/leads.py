"""Where a formula leads: putting clients first alone and together, and everybody following the money.

The same answers come from the study that is shipped (`stored`) and from a run that is asked for (`followed`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from ..findings import Figure
from ..findings.figures import MONEY, PEOPLE, Words, amount
from ..incentives import Estimate
from ..incentives.estimate import MISSING, if_few
from ..wording import count, counted, gbp, gbp_exact, signed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from ..wording import Show

Source: TypeAlias = Literal["stored", "run"]
Verdict: TypeAlias = Literal["settles", "cycles", "spirals", "unfinished"]

_PRICED: dict[str, tuple[str, Show]] = {
    "in_recovery, last": ("In recovery at the end", count),
    "in_treatment, last": ("In treatment at the end", count),
    "unmet_need, last": ("Unmet need at the end", count),
    "deaths, sum": ("Deaths", count),
    "early_exits, sum": ("Pushed out early", count),
    "re_presentations, sum": ("Back within six months", count),
    "spent_gbp, sum": ("Spent", gbp),
}
_ENDS: dict[Verdict, str] = {
    "settles": "it settles {rounds}: {ends}",
    "cycles": "it never settles: what they do comes back in turn, last {ends}",
    "spirals": "it spirals to the limit {rounds}, and together they have no more for it: {ends}",
    "unfinished": "it has not settled {rounds}: last {ends}",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Of whom it was asked, and how often.

    Parameters
    ----------
    scenario
        What those that follow the money live in, in words.
    partnerships
        How many share the pot.
    one
        The partnership that acts alone.
    years
        Names of the years.
    price_year
        The year in whose prices the pounds are.
    replications
        Runs of each plan that was tried.
    types
        How many kinds of partnership choose.
    """

    scenario: str
    partnerships: int
    one: str
    years: tuple[str, ...]
    price_year: str
    replications: int
    seed: int
    types: int

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know about the numbers."""
        alike = (
            (
                "All partnerships are alike here, so that putting clients first together cannot move anybody's part of"
                " the pot, and who gains by being unlike the others is not told."
            ),
        )
        return (
            (
                f"{self.scenario}: {self.partnerships} made-up partnerships of {counted(self.types, 'kind')}, none a real"
                f" place; {self.replications} paired replications of each plan from seed {self.seed}. Intervals are 95% and"
                f" hold chance alone. Pounds are in prices of {self.price_year}."
            ),
            "Partnerships choose one plan for all years and know what it brings in. Nobody bargains, waits or copies.",
            *(alike if self.types == 1 else ()),
            *if_few(self.replications),
        )


@dataclass(frozen=True, slots=True)
class ClientWorth:
    """What the meter says of one client of a group who is moved on when ready.

    Attributes
    ----------
    net_gbp
        Over the run: treatment saved less allocation lost; below 0 where doing right costs the partnership money.
    gross_gbp_per_year, cost_gbp_per_year
        What a client who stays brings in by the formula of the last year, and costs once stable.
    """

    group: str
    says: str
    net_gbp: Estimate
    gross_gbp_per_year: Estimate
    cost_gbp_per_year: float


@dataclass(frozen=True, slots=True)
class WhereItLeads:
    """Where one formula leads.

    Attributes
    ----------
    name, title
        The formula's.
    source
        ``stored``: read off the study that is shipped; ``run``: run for this.
    alone, together
        Pounds more in one partnership's last allocation if it alone puts clients first, and if all do, against what
        all do now; ``together`` is missing where others share the pot who stand still.
    verdict, rounds, ends
        Whether following the money settles, after how many rounds of change, and what they do then.
    clients_first, best_for_clients
        What putting clients first means here, and the best plan for clients that was found.
    against_now, first_against_now
        People in recovery more at the end, in all, than if all go on as now: if all follow the money, and if all put
        clients first.
    price
        Where all follow the money, less where all put clients first, by outcome.
    unsteady_share
        By how much a partnership's part of the pot moves in a year while nobody changes anything.
    worth
        What the meter says, where it was asked.
    apart
        ``together`` less ``alone``, run by run; missing where either is, and of what is stored, which has no runs.
    """

    name: str
    title: str
    source: Source
    asked: Asked
    alone: Estimate
    together: Estimate
    verdict: Verdict
    rounds: int
    ends: str
    clients_first: str
    best_for_clients: str
    against_now: Estimate
    first_against_now: Estimate
    price: tuple[tuple[str, Estimate], ...]
    unsteady_share: Estimate
    worth: tuple[ClientWorth, ...] = ()
    apart: Estimate = MISSING

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All numbers by name, as they are read."""
        last = self.asked.years[-1]
        return (
            Figure(
                f"Clients first, alone: one partnership's allocation in {last}", self.alone, gbp
            ),
            Figure(
                f"Clients first, all together: one partnership's allocation in {last}",
                self.together,
                gbp,
            ),
            Figure(
                "In recovery at the end: all follow the money, against going on as now",
                self.against_now,
                count,
            ),
            Figure(
                "In recovery at the end: all put clients first, against going on as now",
                self.first_against_now,
                count,
            ),
            *self.price_figures,
            *self._apart_figure,
        )

    @property
    def _apart_figure(self) -> tuple[Figure, ...]:
        if math.isnan(self.apart.mean):
            return ()
        name = f"Clients first, all together less alone: one partnership's allocation in {self.asked.years[-1]}"
        return (Figure(name, self.apart, gbp),)

    @property
    def apart_sentence(self) -> str:
        """By how much one partnership is paid more or less if all put clients first than if it alone does."""
        if math.isnan(self.together.mean):
            return (
                "What comes of all doing it cannot be told: others share the pot who stand still."
            )
        if not self._apart_figure:
            means = signed(self.together.mean - self.alone.mean, gbp)
            return (
                f"All together less alone: {means}, as a mean. What is stored holds no single runs, so this difference has no"
                " interval; runs of your own, below, give one."
            )
        (figure,) = self._apart_figure
        return (
            f"If all do it, one of them is paid {_sized(figure, MONEY)} than if it does so alone."
        )

    @property
    def price_figures(self) -> tuple[Figure, ...]:
        """Where all follow the money, less where all put clients first."""
        return tuple(
            Figure(_PRICED[name][0], estimate, _PRICED[name][1]) for name, estimate in self.price
        )

    @property
    def sentences(self) -> tuple[str, ...]:
        """Alone and together; where following the money leads; what that costs clients."""
        return (self.alone_sentence, self.leads_sentence, self.price_sentence)

    @property
    def alone_sentence(self) -> str:
        """What putting clients first does to one partnership's money, alone and when all do it."""
        alone, together = (figure for figure in self.figures[:2])
        told = (
            f"If one of {self.asked.partnerships} alone puts clients first ({self.clients_first}), it is paid"
            f" {_sized(alone, MONEY)} in {self.asked.years[-1]}"
        )
        if math.isnan(self.together.mean):
            return f"{told}. What comes of all doing it cannot be told: others share the pot who stand still."
        return f"{told}; if all do, one of them is paid {_sized(together, MONEY)}."

    @property
    def leads_sentence(self) -> str:
        """Whether following the money settles, and what they do then."""
        moved = f"after {counted(self.rounds, 'round')}" if self.rounds else "at once"
        return (
            "If everybody follows the money, "
            f"{_ENDS[self.verdict].format(rounds=moved, ends=self.ends)}."
        )

    @property
    def price_sentence(self) -> str:
        """What following the money costs clients."""
        now, first = self.figures[2], self._priced("in_recovery, last")
        end = f"31 March {int(self.asked.years[-1][:4]) + 1}"
        return (
            f"On {end} there are then {_against(now, 'people in recovery', 'all go on as now')}, and"
            f" {_against(first, '', 'all put clients first')}.{self._harm}"
        )

    @property
    def _harm(self) -> str:
        """What more people in recovery hide, where some are pushed out before they are ready."""
        early = self._priced("early_exits, sum")
        if early.sign != "more":
            return ""
        back, deaths = self._priced("re_presentations, sum"), self._priced("deaths, sum")
        return (
            f" But {count(early.estimate.mean)} are pushed out before they are ready over the years, and count as in recovery"
            f" until they relapse: {_against(back, 'return within six months', 'all put clients first')}, and there are"
            f" {_against(deaths, 'deaths', 'all put clients first')}."
        )

    def _priced(self, name: str) -> Figure:
        return Figure(_PRICED[name][0], dict(self.price)[name], _PRICED[name][1])

    @property
    def message(self) -> str:
        """What it says, in a line that may stand over a chart."""
        alone, together = self.figures[0].sign, self.figures[1].sign
        return f"Alone, putting clients first {_ALONE[alone]}; {_ALL[together]}"

    @property
    def table(self) -> pd.DataFrame:
        """One row for each number, with its interval."""
        import pandas as pd  # takes seconds, and only this needs it

        return pd.DataFrame(
            {
                "formula": self.name,
                "quantity": figure.name,
                "mean": figure.estimate.mean,
                "low": figure.estimate.low,
                "high": figure.estimate.high,
                "reads": figure.text,
                "replications": self.asked.replications,
            }
            for figure in self.figures
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know about the numbers."""
        return self.asked.notes


_ALONE = {
    "less": "costs a partnership money",
    "more": "brings a partnership money",
    "same": "moves no money",
    "open": "has no clear effect on a partnership's money",
}
_ALL = {
    "less": "it costs money when all do it, too",
    "more": "it brings money when all do it",
    "same": "when all do it, it moves no money",
    "open": "when all do it, the effect is too close to call",
}


def _sized(figure: Figure, words: Words, noun: str = "") -> str:
    """How much more or less, with its interval where the sign is clear and there is one."""
    told = amount(figure, words, noun)
    estimate = figure.estimate
    if figure.sign not in ("more", "less") or figure.shows_nothing or math.isnan(estimate.low):
        return told
    ends = sorted((abs(estimate.low), abs(estimate.high)))
    return f"{told} ({figure.show(ends[0])} to {figure.show(ends[1])})"


def _against(figure: Figure, noun: str, other: str) -> str:
    """How many more or fewer than if something else is done, or as many as if it is."""
    joins = "as" if figure.sign == "same" or figure.shows_nothing else "than"
    return f"{_sized(figure, PEOPLE, noun)} {joins} if {other}"


def of_record(record: Mapping[str, Any], asked: Asked, source: Source) -> WhereItLeads:
    """Read one formula off the plain values that formulas side by side are told in."""
    game, worth = record["following_the_money"], record.get("meters", {})
    verdict: Verdict = next(each for each in get_args(Verdict) if each == game["verdict"])
    return WhereItLeads(
        name=record["name"],
        title=record["title"],
        source=source,
        asked=asked,
        alone=_estimate(record["clients_first_alone_gbp"]),
        together=_estimate(record["clients_first_all_gbp"]),
        verdict=verdict,
        rounds=game["rounds"],
        ends=game["ends"],
        clients_first=record["clients_first"],
        best_for_clients=game["best_found_for_clients"],
        against_now=_estimate(game["in_recovery_against_now"]),
        first_against_now=_estimate(record["clients_first_in_recovery_against_now"]),
        price=tuple((name, _estimate(record["price"][name])) for name in _PRICED),
        unsteady_share=_estimate(record["unsteadiness_share"]),
        worth=tuple(_worth(worth)),
    )


def _worth(meters: Mapping[str, Any]) -> Iterator[ClientWorth]:
    for group, told in meters.items():
        yield ClientWorth(
            group,
            told["says"],
            _estimate(told["net_gbp"]),
            _estimate(told["gross_gbp_per_year"]),
            told["cost_gbp_per_year"],
        )


def _estimate(told: Mapping[str, float | None]) -> Estimate:
    return Estimate(
        *(math.nan if (end := told[name]) is None else end for name in ("mean", "low", "high"))
    )


def worth_sentence(worth: ClientWorth) -> str:
    """What a client of a group brings in and costs, in a line."""
    return (
        f"A stable client ({worth.group}) who stays another year brings in {gbp_exact(worth.gross_gbp_per_year.mean)} by the"
        f" formula of the last year and costs {gbp_exact(worth.cost_gbp_per_year)}."
    )
