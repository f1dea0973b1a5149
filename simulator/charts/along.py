"""An axis of a study as an axis of a chart: numbers with their unit, words one after another."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..discovery.axes import ends, is_words, listed, word
from ..discovery.words import amount
from ..study.shown import axis_title
from ..wording import sentence_case
from .look import FONT_SIZE, wrapped

if TYPE_CHECKING:
    from ..study import Dimension

ROOM = 0.03
"""Of the range that was tried, what is left free on either side."""
WORD_CHARACTERS = 16
"""How long a line of a word may be below an axis."""
TITLE_CHARACTERS = 62
NUMBER = "replace(format({of}, ',.4~g'), '-', '−')"


@dataclass(frozen=True, slots=True)
class Along:
    """A dimension of a study as the axis of a chart."""

    dimension: Dimension

    @property
    def is_words(self) -> bool:
        """Whether it has words, which stand one after another."""
        return is_words(self.dimension)

    @property
    def title(self) -> str:
        """What it is called, with its unit."""
        return sentence_case(axis_title(self.dimension))

    @property
    def domain(self) -> tuple[float, float]:
        """From end to end, with some room."""
        low, high = ends(self.dimension)
        if self.is_words:
            return low - 0.6, high + 0.6
        room = ROOM * (high - low) or 1.0
        return low - room, high + room

    def shown(self, number: float) -> str:
        """A value with its unit: of words, the word itself."""
        return word(self.dimension, number) if self.is_words else amount(self.dimension, number)

    def number(self, value: Any) -> float:
        """Where a value of a table stands: a number where it is, a word at its place."""
        if not self.is_words:
            return float(value)
        known = [str(each) for each in self.dimension.values or ()]
        return float(known.index(str(value)))

    def scale(self, alt: Any, *, reverse: bool = False) -> Any:
        """From end to end."""
        low, high = self.domain
        return alt.Scale(domain=[high, low] if reverse else [low, high], nice=False, zero=False)

    def axis(self, alt: Any, **others: Any) -> Any:
        """Ticks: of a range some, of a list its values, of words the words."""
        told: dict[str, Any] = {
            "tickCount": 5,
            "titleFontSize": FONT_SIZE,
            "titleFontWeight": "normal",
            "titleLineHeight": FONT_SIZE + 3,
            "grid": False,
            "labelOverlap": True,
        }
        known = listed(self.dimension)
        if self.is_words:
            words = self.dimension.values or ()
            told |= {"values": [*range(len(words))], "labelExpr": self._words()}
        else:
            told["labelExpr"] = self._number()
            if known is not None and len(known) <= MOST_TICKS:
                told["values"] = [float(each) for each in known]
        return alt.Axis(**told | others)

    def titled(self) -> list[str]:
        """The title in lines."""
        return wrapped(self.title, TITLE_CHARACTERS)

    def _words(self) -> str:
        words = [wrapped(self.shown(at), WORD_CHARACTERS) for at in range(self._many)]
        return f"{json.dumps(words, ensure_ascii=False)}[datum.value]"

    @property
    def _many(self) -> int:
        return len(self.dimension.values or ())

    def _number(self) -> str:
        unit = self.dimension.unit
        if unit in ("share", "%"):
            return NUMBER.format(of="100 * datum.value") + " + '%'"
        plain = NUMBER.format(of="datum.value")
        if not unit.startswith("£"):
            return plain
        return "(datum.value < 0 ? '−£' : '£') + " + NUMBER.format(of="abs(datum.value)")


MOST_TICKS = 9
"""Of so many listed numbers each has its tick."""
