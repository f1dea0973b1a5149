"""How well the means are to be known, checked whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import BadInput, Fault
from ..measures import MEASURES
from ..scenario.tree import instead, shown
from ..wording import counted
from .stopping import MOST, PILOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ANY_SHARE = 0.5
HEADLINES = ("allocation_gbp", "in_effective_treatment", "planned_exits", "in_recovery")
"""The measures that must be known where none is named."""


@dataclass(frozen=True, slots=True)
class Precision:
    """How well the means of some measures are to be known.

    Parameters
    ----------
    share
        Half the 95% interval of the mean, as a share of the mean in the same year; for a difference, as a
        share of the larger of the two means. Between 0 and 1: 0.02 for ±2%.
    measures
        One measure or several, each in every year.
    max_replications
        Where to stop although they are not known so well.
    partnership
        Whose measures; None for all partnerships together.

    Raises
    ------
    BadInput
        With every fault of these.
    """

    share: float
    measures: str | Sequence[str] = HEADLINES
    max_replications: int = MOST
    partnership: str | None = None

    def __post_init__(self) -> None:
        several = (self.measures,) if isinstance(self.measures, str) else tuple(self.measures)
        object.__setattr__(self, "measures", tuple(dict.fromkeys(several)))
        if faults := [*self._faults()]:
            raise BadInput(faults)

    def _faults(self) -> Iterator[Fault]:
        if not _is_number(self.share) or not 0 < self.share < 1:
            rule, advice = "be above 0 and below 1", "give 0.02 for ±2%"
            yield Fault("run", "precision", rule, shown(self.share), advice)
        if not self.measures:
            yield Fault("run", "measure", "name one measure or more", "none", "name one")
        for name in self.measures:
            if name not in MEASURES:
                advice = instead(str(name), MEASURES)
                yield Fault("run", "measure", "be one that is reported", shown(name), advice)
        if type(self.max_replications) is not int or self.max_replications < PILOT:
            rule = f"be a whole number of at least {PILOT}"
            got, advice = shown(self.max_replications), f"give {PILOT} or more"
            yield Fault("run", "max_replications", rule, got, advice)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def asked(
    share: float | None,
    measures: Sequence[str] = (),
    max_replications: int | None = None,
    partnership: str | None = None,
    replications: int | None = None,
) -> Precision | None:
    """The precision that was asked for, or None where none was.

    Raises
    ------
    BadInput
        With every fault of it; if there is a number of replications beside it; if there is none, but a measure
        or a maximum for it.
    """
    faults = [*_faults_together(share, measures, max_replications, replications)]
    most = MOST if max_replications is None else max_replications
    tried = ANY_SHARE if share is None else share  # so that the rest is checked without one
    try:
        wanted = Precision(tried, measures or HEADLINES, most, partnership)
    except BadInput as wrong:
        raise BadInput([*faults, *wrong.faults]) from wrong
    if faults:
        raise BadInput(faults)
    return None if share is None else wanted


def _faults_together(
    share: float | None,
    measures: Sequence[str],
    max_replications: int | None,
    replications: int | None,
) -> Iterator[Fault]:
    if share is not None:
        if replications is not None:
            yield _not_both(share, replications)
        return
    given = {"measure": ", ".join(measures) or None, "max_replications": max_replications}
    for name, value in given.items():
        if value is not None:
            rule, advice = "go with a precision", "give a precision, such as 0.02 for ±2%"
            yield Fault("run", name, rule, str(value), advice)


def _not_both(share: float, replications: int) -> Fault:
    rule = "go without a number of replications, which it chooses"
    got = f"{share} and {counted(replications, 'replication')}"
    return Fault("run", "precision", rule, got, "give one of the two")


def instead_of(replications: int | None, precision: float | Precision) -> Precision:
    """A precision that is wanted instead of a number of replications.

    Raises
    ------
    BadInput
        If both are wanted, or with every fault of the precision.
    """
    if not isinstance(precision, Precision):
        faults = [] if replications is None else [_not_both(precision, replications)]
        try:
            precision = Precision(precision)
        except BadInput as wrong:
            raise BadInput([*faults, *wrong.faults]) from wrong
    if replications is not None:
        raise BadInput([_not_both(precision.share, replications)])
    return precision
