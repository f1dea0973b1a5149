"""One client under two plans: a lane of time for each, and the day on which they part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..flows import Stage
from ..flows.follow import STANDS
from ..years import DAYS_PER_YEAR
from .look import FONT_SIZE, INK, LINE_HEIGHT, Chart, Rows, altair, finished, wrapped
from .stages import COLOURS, ORDER, SHORT, TEXT_ON

if TYPE_CHECKING:
    from ..flows import Followed, Life

WIDTH, NARROW_WIDTH = 640, 318
LANE, BETWEEN, ABOVE = 44, 30, 24
PARTING_ROW = 18
THINNEST_PIXELS = 2.5
LETTER_PIXELS = 6.6
"""How wide a letter is, on average, at the size of the labels."""
SQUARE, KEY_ROW = 13, 20
LANES = ("A", "B")


def two_lives(
    followed: Followed,
    titles: tuple[str, str],
    title: str = "",
    *,
    narrow: bool = False,
) -> Chart:
    """One client's life under plan A, and below it under plan B.

    Parameters
    ----------
    titles
        What the two plans are called.
    title
        The message; by default where the two lives part.
    narrow
        Whether it is for a telephone.
    """
    alt = altair()
    drawn = _Lanes(alt, followed, titles, narrow=narrow)
    message = title or _message(followed)
    subtitle = (
        f"{followed.client.name}, 1 April {followed.first_year} to 31 March"
        f" {followed.first_year + followed.years}. The same person with the same luck under both plans;"
        " nobody real."
    )
    told = f"{_told('A', titles[0], followed.a, followed)} {_told('B', titles[1], followed.b, followed)}"
    return finished(
        drawn.whole(),
        message,
        subtitle,
        f"Two lanes of time. {message}. {followed.sentence} {told}",
        narrow=narrow,
    )


def _message(followed: Followed) -> str:
    if followed.parted is None:
        return "The same life under both plans"
    return f"The two lives part in {followed.month(followed.parted)}"


def _told(plan: str, title: str, life: Life, followed: Followed) -> str:
    spells = "; ".join(
        f"from {followed.month(begin)} they {STANDS[stage]}" for begin, _, stage in life.spells
    )
    return f"Plan {plan}, “{title}”: {spells}."


class _Lanes:
    """Where everything stands: days across, pixels down."""

    def __init__(self, alt: Any, followed: Followed, titles: tuple[str, str], *, narrow: bool):
        self.alt, self.followed, self.titles, self.narrow = alt, followed, titles, narrow
        self.width = NARROW_WIDTH if narrow else WIDTH
        self.lives = (followed.a, followed.b)
        self.until = followed.a.until
        self.texts = [
            wrapped(f"{name}: {title}", int(self.width / LETTER_PIXELS))
            for name, title in zip(LANES, titles, strict=True)
        ]
        self.tops = self._tops()
        self.bottom = self.tops[1] + LANE
        self.height = self.bottom + 26 + self._key_rows * KEY_ROW + 8

    def _tops(self) -> tuple[float, float]:
        first = ABOVE + LINE_HEIGHT * (len(self.texts[0]) - 1)
        parting = PARTING_ROW if self.followed.parted is not None else 0
        return first, first + LANE + BETWEEN + parting + LINE_HEIGHT * (len(self.texts[1]) - 1)

    @property
    def _shown(self) -> list[Stage]:
        there = {stage for life in self.lives for _, _, stage in life.spells}
        return [stage for stage in ORDER if stage in there]

    @property
    def _key_places(self) -> list[tuple[Stage, float, int]]:
        """Each stage of the key: how far across in pixels, and in which row."""
        places, across, row = [], 0.0, 0
        for stage in self._shown:
            wide = SQUARE + 8 + LETTER_PIXELS * len(_name(stage)) + 18
            if across and across + wide > self.width:
                across, row = 0.0, row + 1
            places.append((stage, across, row))
            across += wide
        return places

    @property
    def _key_rows(self) -> int:
        return self._key_places[-1][2] + 1

    def whole(self) -> Chart:
        """Lanes, their names, the years below, where the lives part, and what the colours mean."""
        layers = [*self._segments(), self._names(), *self._years(), *self._key()]
        if self.followed.parted is not None:
            layers += self._parting(self.followed.parted)
        return self.alt.layer(*layers).properties(width=self.width, height=self.height)

    def _x(self, name: str = "x") -> Any:
        scale = self.alt.Scale(domain=[0, self.until], nice=False, zero=False)
        return self.alt.X(f"{name}:Q", axis=None, scale=scale)

    def _y(self, name: str = "y") -> Any:
        scale = self.alt.Scale(domain=[self.height, 0], nice=False, zero=False)
        return self.alt.Y(f"{name}:Q", axis=None, scale=scale)

    def _of(self, rows: Rows) -> Chart:
        return self.alt.Chart(self.alt.InlineData(values=rows))

    def _segments(self) -> list[Chart]:
        rows: Rows = []
        for life, top in zip(self.lives, self.tops, strict=True):
            thinnest = THINNEST_PIXELS * self.until / self.width
            for begin, end, stage in sorted(life.spells, key=_longest_first):
                wide = (end - begin) / self.until * self.width
                rows.append(
                    {
                        "x": begin,
                        "x2": max(end, begin + thinnest),
                        "y": top,
                        "y2": top + LANE,
                        "middle_x": (begin + end) / 2,
                        "middle_y": top + LANE / 2,
                        "colour": COLOURS[stage],
                        "ink": TEXT_ON[stage],
                        "text": _fitting(stage, wide),
                    }
                )
        base = self._of(rows)
        bars = base.mark_rect(stroke="white", strokeWidth=0.5).encode(
            x=self._x(),
            x2="x2:Q",
            y=self._y(),
            y2="y2:Q",
            fill=self.alt.Fill("colour:N", scale=None),
        )
        text = base.mark_text(
            fontSize=FONT_SIZE - 1, lineBreak="\n", lineHeight=LINE_HEIGHT, baseline="middle"
        )
        words = text.encode(
            x=self._x("middle_x"),
            y=self._y("first_line"),
            text="text:N",
            color=self.alt.Color("ink:N", scale=None),
        ).transform_calculate(
            first_line=f"datum.middle_y - (split(datum.text, '\\n').length - 1) * {LINE_HEIGHT / 2}"
        )
        return [bars, words]

    def _names(self) -> Chart:
        rows = [
            {"x": 0, "y": top - 8 - LINE_HEIGHT * (len(text) - 1), "text": "\n".join(text)}
            for text, top in zip(self.texts, self.tops, strict=True)
        ]
        mark = self._of(rows).mark_text(
            align="left",
            baseline="bottom",
            fontWeight="bold",
            fontSize=FONT_SIZE,
            lineHeight=LINE_HEIGHT,
            lineBreak="\n",
            color=INK,
        )
        return mark.encode(x=self._x(), y=self._y(), text="text:N")

    def _years(self) -> list[Chart]:
        """A tick at each 1 April below the lanes, with its year."""
        first = self.followed.first_year
        rows = [
            {
                "x": DAYS_PER_YEAR * year,
                "y": self.bottom + 3,
                "y2": self.bottom + 9,
                "words": self.bottom + 19,
                "text": f"April {first + year}" if not (year or self.narrow) else str(first + year),
                "side": "left" if not year else "center",
            }
            for year in range(self.followed.years)
        ]
        ticks = self._of(rows).mark_rule(color=INK).encode(x=self._x(), y=self._y(), y2="y2:Q")
        words = [
            self._of([row for row in rows if row["side"] == side])
            .mark_text(align=side, baseline="middle", fontSize=FONT_SIZE, color=INK)
            .encode(x=self._x(), y=self._y("words"), text="text:N")
            for side in ("left", "center")
        ]
        return [ticks, *words]

    def _parting(self, day: float) -> list[Chart]:
        """A dashed line through both lanes on the day on which the lives part."""
        left = day > self.until / 2
        below = self.tops[0] + LANE
        lines = [
            {"x": day, "y": self.tops[0] - 2, "y2": below + PARTING_ROW},
            {"x": day, "y": self.tops[1] - 2, "y2": self.bottom + 3},  # not through the plan's name
        ]
        words = self._of([{"x": day, "y": below + 10, "text": "they part here"}])
        look = {
            "align": "right" if left else "left",
            "dx": -6 if left else 6,
            "baseline": "middle",
            "fontSize": FONT_SIZE - 1,
        }
        rule = self._of(lines).mark_rule(color=INK, strokeWidth=2, strokeDash=[5, 3])
        return [
            rule.encode(x=self._x(), y=self._y(), y2="y2:Q"),
            words.mark_text(color=INK, **look).encode(x=self._x(), y=self._y(), text="text:N"),
        ]

    def _key(self) -> list[Chart]:
        day = self.until / self.width
        rows = [
            {
                "x": across * day,
                "x2": (across + SQUARE) * day,
                "y": self.bottom + 34 + row * KEY_ROW,
                "y2": self.bottom + 34 + row * KEY_ROW + SQUARE,
                "words_x": (across + SQUARE + 6) * day,
                "words_y": self.bottom + 34 + row * KEY_ROW + SQUARE / 2 + 1,
                "colour": COLOURS[stage],
                "text": _name(stage),
            }
            for stage, across, row in self._key_places
        ]
        base = self._of(rows)
        squares = base.mark_rect().encode(
            x=self._x(),
            x2="x2:Q",
            y=self._y(),
            y2="y2:Q",
            fill=self.alt.Fill("colour:N", scale=None),
        )
        words = base.mark_text(align="left", baseline="middle", fontSize=FONT_SIZE, color=INK)
        return [squares, words.encode(x=self._x("words_x"), y=self._y("words_y"), text="text:N")]


def _longest_first(spell: tuple[float, float, Stage]) -> float:
    """So that a short stay is drawn over its neighbours."""
    begin, end, _ = spell
    return begin - end


def _name(stage: Stage) -> str:
    return "Not in need yet" if stage == Stage.NOT_YET else SHORT[stage]


def _fitting(stage: Stage, wide: float) -> str:
    """A stage's name in one line or in two, where it fits; nothing where it does not."""
    name = _name(stage)
    for lines in ([name], wrapped(name, max(len(name) // 2 + 2, len(max(name.split(), key=len))))):
        if len(lines) <= 2 and max(map(len, lines)) * LETTER_PIXELS + 8 <= wide:
            return "\n".join(lines)
    return ""
