"""The price of the perverse incentive: where following the money ends, against everybody putting clients first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

import numpy as np

from ..incentives import Estimate
from .lives import OUTCOMES, outcome

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from .equilibrium import FollowTheMoney

When: TypeAlias = Literal["last", "sum"]

TOLD: tuple[tuple[str, When], ...] = (
    ("in_recovery", "last"),
    ("unmet_need", "last"),
    ("in_treatment", "last"),
    ("deaths", "sum"),
    ("planned_exits", "sum"),
    ("early_exits", "sum"),
    ("successful_completions", "sum"),
    ("re_presentations", "sum"),
    ("allocation_gbp", "sum"),
    ("spent_gbp", "sum"),
    ("unspent_gbp", "sum"),
)
"""What the price is told in: on the last 31 March, or summed over the years."""


class Line(NamedTuple):
    """One line of the price.

    Parameters
    ----------
    money, clients
        Where all follow the money, and where all put clients first.
    difference
        The first less the second.
    """

    outcome: str
    when: When
    money: Estimate
    clients: Estimate
    difference: Estimate


@dataclass(frozen=True)
class Price:
    """What following the money costs, nationally and by type."""

    game: FollowTheMoney

    @property
    def partnerships(self) -> tuple[str, ...]:
        """The types, those that hold their plans among them."""
        return tuple(self.game.table.scenario.partnerships)

    def lines(self, partnership: str | None = None) -> tuple[Line, ...]:
        """The price of one type, for one of them; by default of all, copies counted."""
        return tuple(self.line(name, when, partnership) for name, when in TOLD)

    def line(self, name: str, when: When, partnership: str | None = None) -> Line:
        """One outcome."""
        game = self.game
        money, clients = (
            self._of(game.lived[profile], name, when, partnership)
            for profile in (game.end, game.clients.best)
        )
        difference = Estimate.of(money - clients)
        return Line(name, when, Estimate.of(money), Estimate.of(clients), difference)

    def _of(
        self, values: NDArray[np.float64], name: str, when: When, partnership: str | None
    ) -> NDArray[np.float64]:
        """By replication."""
        yearly = values[:, :, outcome(name)]
        told = yearly[..., -1] if when == "last" else yearly.sum(axis=-1)
        if partnership is not None:
            return np.asarray(told[:, self.partnerships.index(partnership)])
        copies = [own.copies for own in self.game.table.scenario.partnerships.values()]
        return np.asarray(told @ np.array(copies, dtype=np.float64))

    @property
    def table(self) -> pd.DataFrame:
        """One row for each type and all together, and each outcome."""
        import pandas as pd  # takes seconds, and only this needs it

        rows: list[dict[str, Any]] = []
        for name in (None, *self.partnerships):
            for line in self.lines(name):
                rows.append(_row(name or "all", line))  # noqa: PERF401 # plainer so
        return pd.DataFrame(rows)


def _row(partnership: str, line: Line) -> dict[str, Any]:
    return {
        "partnership": partnership,
        "outcome": line.outcome,
        "when": "last 31 March" if line.when == "last" else "sum of the years",
        "follow_the_money": line.money.mean,
        "clients_first": line.clients.mean,
        "difference": line.difference.mean,
        "low": line.difference.low,
        "high": line.difference.high,
    }


def price(game: FollowTheMoney) -> Price:
    """What following the money costs against everybody putting clients first."""
    return Price(game)


@dataclass(frozen=True)
class AloneAndTogether:
    """What one loses by putting clients first while others follow the money, and what all together lose.

    Parameters
    ----------
    partnership
        One of the type.
    others
        How many others share the pot.
    alone, together
        Change of its outcomes against where following the money ends: by replication, outcome and year.
    from_now
        The same for one alone against what is done now, the others doing that.
    """

    partnership: str
    others: int
    years: tuple[str, ...]
    alone: NDArray[np.float64] = field(repr=False)
    together: NDArray[np.float64] = field(repr=False)
    from_now: NDArray[np.float64] = field(repr=False)

    def of(self, which: Literal["alone", "together", "from_now"], name: str) -> NDArray[np.float64]:
        """Change of one outcome, by replication and year."""
        changed: NDArray[np.float64] = getattr(self, which)[:, OUTCOMES.index(name)]
        return changed


def alone_and_together(game: FollowTheMoney, player: int = 0) -> AloneAndTogether:
    """Side by side for one of a type: putting clients first alone, and all doing so."""
    table, best = game.table, game.clients.best[player]
    partnerships = table.scenario.partnerships
    place = list(partnerships).index(table.players[player])
    at_the_end, now = game.at_the_end[player], game.clients.alone[player]
    every = (
        sum(own.copies for own in partnerships.values()) + table.scenario.formula.rest.partnerships
    )
    end, everybody = game.lived[game.end], game.lived[game.clients.best]
    return AloneAndTogether(
        partnership=table.players[player],
        others=every - 1,
        years=at_the_end.years,
        alone=at_the_end.lived[best] - at_the_end.lived[at_the_end.present],
        together=everybody[:, place] - end[:, place],
        from_now=now.lived[best] - now.lived[now.present],
    )
