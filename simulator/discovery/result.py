"""What scenario discovery found: worlds, boxes, and how well the boxes do on worlds that they had not seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from .axes import is_words, word
from .boxes import Counts, counts, inside

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from ..study import Dimension, Outcome
    from .axes import Flags
    from .boxes import Ends
    from .peeling import Step
    from .section import Discovery
    from .worlds import Worlds

Verdict: TypeAlias = Literal["found", "no rule", "none fail", "all fail", "too few", "no worlds"]


@dataclass(frozen=True, slots=True)
class HeldOut:
    """How a way of searching does on worlds that it has not seen.

    The worlds are dealt into five parts; in each four fifths the whole search is done again, and its box is
    tried on the fifth that is left. The five are added up.

    Parameters
    ----------
    within
        Unseen worlds inside the boxes, and how many of them are of the kind that was looked for.
    among
        All unseen worlds that no earlier box held.
    """

    within: Counts
    among: Counts

    @property
    def density(self) -> float:
        """The share inside that is of the kind that was looked for."""
        return self.within.density

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval of that share."""
        return self.within.interval

    @property
    def coverage(self) -> float:
        """The share of all of that kind that lies inside."""
        return self.within.failing / self.among.failing if self.among.failing else float("nan")

    @property
    def is_better(self) -> bool:
        """Whether the box does clearly better than going by the rate of all."""
        return bool(self.within.worlds) and self.interval[0] > self.among.density


@dataclass(frozen=True, slots=True)
class Box:
    """A rule: limits on a few dimensions, and the worlds inside.

    Parameters
    ----------
    ends
        Its limits.
    chances
        The quasi-p-value of each.
    within
        Worlds inside that no earlier rule holds, and how many of them are of the kind that was looked for.
    among
        All worlds that no earlier rule holds.
    of_all
        All worlds.
    close
        In how many of the worlds inside it is too close to call whether they fail.
    held_out
        How the same search does on worlds that it has not seen.
    is_dense
        Whether it is as dense as was asked for.
    again
        What the searches on parts of the worlds found in its place.
    """

    ends: Ends
    chances: tuple[float, ...]
    within: Counts
    among: Counts
    of_all: Counts
    close: int
    held_out: HeldOut
    is_dense: bool
    again: tuple[Ends, ...]

    @property
    def density(self) -> float:
        """The share of the worlds inside that is of the kind that was looked for."""
        return self.within.density

    @property
    def coverage(self) -> float:
        """The share of all worlds of that kind that lies inside."""
        return self.within.failing / self.of_all.failing

    @property
    def mass(self) -> float:
        """The share of all worlds that lies inside."""
        return self.within.worlds / self.of_all.worlds

    @property
    def places(self) -> tuple[int, ...]:
        """The limited dimensions, that which matters most first."""
        order = np.argsort(self.chances, kind="stable")
        return tuple(dict.fromkeys(self.ends[at].place for at in order))

    def found_again(self, place: int) -> int:
        """In how many of the searches on parts of the worlds the same dimension is limited."""
        return sum(any(end.place == place for end in ends) for ends in self.again)


@dataclass(frozen=True, slots=True)
class Discovered:
    """What was found.

    Parameters
    ----------
    names
        What the scenarios are called in sentences.
    sought
        What was looked for: worlds that fail; or, where nearly all fail, those that hold.
    verdict
        Whether rules were found, and why not if not.
    boxes
        The rules, in the order in which they were found.
    refused
        A box that the search found and that did no better on unseen worlds than the rate of all.
    way
        Boxes from all worlds to the densest few, with limits on any dimension: density against coverage.
    seed
        What the worlds were dealt into parts by.
    """

    asked: Discovery
    dimensions: tuple[Dimension, ...] = field(repr=False)
    outcomes: Mapping[str, Outcome] = field(repr=False)
    names: Mapping[str, str] = field(repr=False)
    worlds: Worlds = field(repr=False)
    sought: Literal["fails", "holds"]
    verdict: Verdict
    boxes: tuple[Box, ...]
    refused: Box | None = field(default=None, repr=False)
    way: tuple[Step, ...] = field(default=(), repr=False)
    seed: int = 1

    @property
    def wanted(self) -> Flags:
        """Which worlds are of the kind that was looked for."""
        return self.worlds.fails if self.sought == "fails" else ~self.worlds.fails

    @property
    def box_of(self) -> tuple[int, ...]:
        """The rule that holds each world, counted from 1; 0 where none does."""
        number = np.zeros(len(self.worlds), dtype=int)
        for place, box in reversed([*enumerate(self.boxes, 1)]):
            number[inside(box.ends, self.worlds.points)] = place
        return tuple(int(each) for each in number)

    @property
    def outside(self) -> Counts:
        """Worlds that no rule holds, and how many of them are of the kind that was looked for."""
        return counts(np.array(self.box_of) == 0, self.wanted)

    def sentences(self) -> list[str]:
        """Whether the plan fails, under which assumptions, and how well that is known, in plain English."""
        from .words import sentences

        return sentences(self)

    @property
    def table(self) -> pd.DataFrame:
        """Each limit of each rule: dimension, lowest and highest value inside, quasi-p-values."""
        import pandas as pd

        return pd.DataFrame(self._limits(), columns=LIMIT_COLUMNS)

    def _limits(self) -> list[dict[str, Any]]:
        rows: dict[tuple[int, int], dict[str, Any]] = {}
        for number, box in enumerate(self.boxes, 1):
            for end, chance in zip(box.ends, box.chances, strict=True):
                dimension = self.dimensions[end.place]
                row = rows.setdefault((number, end.place), _no_limit(number, dimension))
                row |= {"found_again": box.found_again(end.place), "searches": len(box.again)}
                if end.side == "among":
                    row |= {"values": ", ".join(word(dimension, each) for each in end.words)}
                    row |= {"quasi_p_values": chance}
                else:
                    name = "at_least" if end.side == "from" else "at_most"
                    row |= {name: end.value, f"quasi_p_{name}": chance}
        return [*rows.values()]

    @property
    def summary(self) -> pd.DataFrame:
        """Each rule: how many worlds it holds, how many of them fail, and the same for unseen worlds."""
        import pandas as pd

        rows = [self._summed(number, box) for number, box in enumerate(self.boxes, 1)]
        return pd.DataFrame(rows, columns=SUMMARY_COLUMNS)

    def _summed(self, number: int, box: Box) -> dict[str, Any]:
        low, high = box.held_out.interval
        return {
            "box": number,
            "looked_for": self.sought,
            "worlds": box.within.worlds,
            "of_that_kind": box.within.failing,
            "too_close": box.close,
            "density": box.density,
            "coverage": box.coverage,
            "mass": box.mass,
            "limits": len(box.ends),
            "unseen_worlds": box.held_out.within.worlds,
            "unseen_of_that_kind": box.held_out.within.failing,
            "unseen_density": box.held_out.density,
            "unseen_low": low,
            "unseen_high": high,
            "unseen_coverage": box.held_out.coverage,
            "unseen_rate_of_all": box.held_out.among.density,
        }

    @property
    def worlds_table(self) -> pd.DataFrame:
        """Each world: its point, its means with intervals, whether it fails, and which rule holds it."""
        import pandas as pd

        worlds = self.worlds
        columns: dict[str, Any] = {"point": worlds.places}
        for place, dimension in enumerate(self.dimensions):
            column = worlds.points[:, place]
            told = [word(dimension, each) for each in column] if is_words(dimension) else column
            columns[dimension.name] = told
        for number in range(worlds.means.shape[1]):
            part = {"mean": worlds.means, "low": worlds.low, "high": worlds.high}
            columns |= {f"{name}_{number + 1}": each[:, number] for name, each in part.items()}
        verdicts = {"fails": worlds.fails, "too_close": worlds.close, "box": self.box_of}
        return pd.DataFrame(columns | verdicts)

    @property
    def way_table(self) -> pd.DataFrame:
        """Density against coverage, from all worlds to the densest few: for who wants another box."""
        import pandas as pd

        whole = int(self.wanted.sum())
        rows = [
            {
                "step": number,
                "limits": len(step.ends),
                "worlds": step.found.worlds,
                "density": step.found.density,
                "coverage": step.found.failing / whole,
                "mass": step.found.worlds / len(self.worlds),
            }
            for number, step in enumerate(self.way)
        ]
        return pd.DataFrame(rows, columns=WAY_COLUMNS)


WAY_COLUMNS = ["step", "limits", "worlds", "density", "coverage", "mass"]
LIMIT_COLUMNS = [
    "box",
    "dimension",
    "title",
    "unit",
    "grade",
    "at_least",
    "at_most",
    "values",
    "quasi_p_at_least",
    "quasi_p_at_most",
    "quasi_p_values",
    "found_again",
    "searches",
]
SUMMARY_COLUMNS = [
    "box",
    "looked_for",
    "worlds",
    "of_that_kind",
    "too_close",
    "density",
    "coverage",
    "mass",
    "limits",
    "unseen_worlds",
    "unseen_of_that_kind",
    "unseen_density",
    "unseen_low",
    "unseen_high",
    "unseen_coverage",
    "unseen_rate_of_all",
]


def _no_limit(number: int, dimension: Dimension) -> dict[str, Any]:
    nothing = float("nan")
    return {
        "box": number,
        "dimension": dimension.name,
        "title": dimension.title,
        "unit": dimension.unit,
        "grade": dimension.grade,
        "at_least": nothing,
        "at_most": nothing,
        "values": "",
        "quasi_p_at_least": nothing,
        "quasi_p_at_most": nothing,
        "quasi_p_values": nothing,
    }
