"""Funding streams: what each may pay for, which of them paid for what, and what is left of each in the end.

A year of a stream: its income and what was carried in are spent on the uses that it may pay for; of what is
left, so much as its rule allows is carried to the next year, and the rest goes back.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple, get_args

from ..errors import ConservationError
from ..scenario.schema import FencedUse, PlanUse, Use
from .levers import in_year

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..scenario.schema import Stream

PLAN_USES: tuple[PlanUse, ...] = get_args(PlanUse)
"""Uses that the plan divides money between, in the order in which they are served."""

FENCED_USES: tuple[FencedUse, ...] = get_args(FencedUse)
"""Uses outside the plan, which take what streams ring-fenced to them hold, in the same sense."""

USES: tuple[Use, ...] = get_args(Use)
"""What money is spent on, in the order in which it is served."""

ACCOUNT_COLUMNS = (
    "income_gbp",
    "carried_in_gbp",
    *(f"{use}_gbp" for use in USES),
    "carried_out_gbp",
    "returned_gbp",
)
"""What `Account.row` tells of a stream's year."""


def part_of(pounds: int, share: float) -> int:
    """Whole pounds of a share, the share being the decimal that its reader sees."""
    return math.floor(pounds * Fraction(str(share)))


@dataclass(frozen=True, slots=True)
class Holding:
    """What a stream holds in a year, and the rules that it comes with.

    Parameters
    ----------
    income_gbp
        What comes in for the year: of the amount, what drug treatment has won.
    carried_in_gbp
        What was kept from the year before.
    carry_over_share
        Of the year's income, how much may be kept for the next year.
    """

    name: str
    income_gbp: int
    carried_in_gbp: int
    pays_for: frozenset[Use]
    carry_over_share: float = 0.0

    @property
    def gbp(self) -> int:
        """All that can be spent in the year."""
        return self.income_gbp + self.carried_in_gbp


def is_fenced(stream: Stream) -> bool:
    """Whether a stream pays for uses outside the plan, and so for none within it."""
    return set(stream.pays_for) <= set(FENCED_USES)


def holdings(
    streams: Mapping[str, Stream], year: int, allocation_gbp: int, carried: Mapping[str, int]
) -> tuple[Holding, ...]:
    """What streams hold in a year, in their order.

    Parameters
    ----------
    allocation_gbp
        What the formula pays.
    carried
        Pounds kept from the year before, by stream; none where it is not named.
    """
    return tuple(
        Holding(
            name,
            _income_gbp(stream, year, allocation_gbp),
            carried.get(name, 0),
            frozenset(stream.pays_for),
            stream.carry_over_share,
        )
        for name, stream in streams.items()
    )


def _income_gbp(stream: Stream, year: int, allocation_gbp: int) -> int:
    if stream.amount_gbp == "formula":
        return allocation_gbp
    return part_of(in_year(stream.amount_gbp, year), in_year(stream.won_share, year))


def payable(
    wanted: Mapping[Use, int], streams: Sequence[tuple[int, frozenset[Use]]]
) -> dict[Use, int]:
    """Pounds that each use can have, served in the order of `USES`, from streams that may pay for it.

    No use takes a pound that only an earlier one can have been given: for any set of uses the sum is at
    most the streams that may pay for one of them.

    Parameters
    ----------
    wanted
        By use; a use that is not named wants nothing and is left out.
    streams
        Each stream's pounds, and the uses that it may pay for.
    """
    paid: dict[Use, int] = {}
    for use in (each for each in USES if each in wanted):
        earlier = list(paid)
        rooms = [
            sum(gbp for gbp, pays_for in streams if pays_for & {use, *others})
            - sum(paid[other] for other in others)
            for size in range(len(earlier) + 1)
            for others in combinations(earlier, size)
        ]
        paid[use] = min(wanted[use], *rooms)
    return paid


# Which stream paid for what


class _Step(NamedTuple):
    """A stream pays more for one use, and less for another where it had none to spare."""

    stream: int
    use: Use
    instead_of: Use | None


class _Payments:
    """Payments under way: whole pounds from streams to uses, which may still be moved."""

    def __init__(self, spent: Mapping[Use, int], streams: Sequence[Holding]):
        self._streams = streams
        self._left = [stream.gbp for stream in streams]
        self.unpaid = {use: spent.get(use, 0) for use in USES}
        self.paid: list[dict[Use, int]] = [dict.fromkeys(USES, 0) for _ in streams]

    def spend(self, stream: int) -> None:
        """Spend all of a stream that can be; what earlier ones spend in all stays as it was."""
        while self._left[stream] and (way := self._way(stream)):
            self._move(way)

    def _way(self, first: int) -> list[_Step]:
        """The shortest way for a stream to pay for a use that is unpaid, through others if need be."""
        found = {step.use: step for step in self._steps(first, None)}
        todo = deque(found)
        while todo:
            use = todo.popleft()
            if self.unpaid[use]:
                return self._back(found, use)
            for stream, paid in enumerate(self.paid):
                for step in self._steps(stream, use) if paid[use] else ():
                    if step.use not in found:
                        found[step.use] = step
                        todo.append(step.use)
        return []

    def _steps(self, stream: int, instead_of: Use | None) -> Iterator[_Step]:
        pays_for = self._streams[stream].pays_for
        return (_Step(stream, use, instead_of) for use in USES if use in pays_for)

    @staticmethod
    def _back(found: Mapping[Use, _Step], use: Use) -> list[_Step]:
        way = [found[use]]
        while (before := way[-1].instead_of) is not None:
            way.append(found[before])
        return way

    def _move(self, way: Sequence[_Step]) -> None:
        """Move as many pounds along a way as there are: it ends with the stream that they come from."""
        last, first = way[0], way[-1]
        rooms = [self.paid[step.stream][step.instead_of] for step in way if step.instead_of]
        pounds = min(self.unpaid[last.use], self._left[first.stream], *rooms)
        for step in way:
            self.paid[step.stream][step.use] += pounds
            if step.instead_of:
                self.paid[step.stream][step.instead_of] -= pounds
        self.unpaid[last.use] -= pounds
        self._left[first.stream] -= pounds


def attributed(spent: Mapping[Use, int], streams: Sequence[Holding]) -> list[dict[Use, int]]:
    """Which stream paid for what: pounds by use, for each stream in turn.

    Streams are spent in their order: the first as far as it can be, then the second, and so on. A stream
    pays for another use instead where otherwise a use would go short.

    Raises
    ------
    ConservationError
        If more was spent on a use than streams may pay for.
    """
    payments = _Payments(spent, streams)
    for stream in range(len(streams)):
        payments.spend(stream)
    if short := {use: gbp for use, gbp in payments.unpaid.items() if gbp}:
        raise ConservationError(f"nobody may pay for {short}: it was spent, and is in no stream")
    return payments.paid


@dataclass(frozen=True, slots=True)
class Account:
    """A stream's year when it is over.

    Parameters
    ----------
    spent
        Pounds by use.
    returned_gbp
        What was neither spent nor may be kept: it goes back to whom it came from.
    """

    holding: Holding
    spent: Mapping[Use, int]
    carried_out_gbp: int
    returned_gbp: int

    @property
    def spent_gbp(self) -> int:
        """Pounds spent on all uses."""
        return sum(self.spent.values())

    def row(self) -> tuple[int, ...]:
        """The year as `ACCOUNT_COLUMNS` name it."""
        begin = (self.holding.income_gbp, self.holding.carried_in_gbp)
        uses = (self.spent.get(use, 0) for use in USES)
        return (*begin, *uses, self.carried_out_gbp, self.returned_gbp)


def settled(spent: Mapping[Use, int], streams: Sequence[Holding]) -> tuple[Account, ...]:
    """Close a year: who paid for what was spent, what is carried over, and what goes back.

    Raises
    ------
    ConservationError
        If a pound is lost or made: in a stream, or in a use.
    """
    paid = attributed(spent, streams)
    accounts = tuple(map(_closed, streams, paid))
    _check(spent, accounts)
    return accounts


def _closed(holding: Holding, paid: Mapping[Use, int]) -> Account:
    left = holding.gbp - sum(paid.values())
    carried_out = min(left, part_of(holding.income_gbp, holding.carry_over_share))
    return Account(holding, paid, carried_out, left - carried_out)


def _check(spent: Mapping[Use, int], accounts: Sequence[Account]) -> None:
    for account in accounts:
        in_gbp, carried_in, *out = account.row()
        if in_gbp + carried_in != sum(out) or min(out) < 0:
            raise ConservationError(f"{account.holding.name}: pounds in and out differ, {account}")
    for use, gbp in spent.items():
        if sum(account.spent[use] for account in accounts) != gbp:
            raise ConservationError(f"{gbp} pounds were spent on {use}, and streams paid otherwise")
