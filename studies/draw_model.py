"""Draws the model: where people go, where the money goes, and how the one becomes the other.

    python -m studies.draw_model    writes docs/pictures/model.svg

People are blue boxes, money is orange, and what the plan decides is a purple diamond. Colour never stands
alone: flows of people are solid lines, money is dashed, counting is dotted.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

from simulator.charts.look import FONT, INK, PALETTE

FILE = Path(__file__).parents[1] / "docs" / "pictures" / "model.svg"
WIDTH, HEIGHT = 1280, 850
PEOPLE, MONEY, DECIDED = PALETTE[0], "#B04A12", PALETTE[2]
PALE_PEOPLE, PALE_MONEY, PALE_GREY = "#E4EBF3", "#FCE9DF", "#F3F2F1"
LINE_HEIGHT = 18
TITLE = "How people and money move in the model"
TOLD = (
    "People fall into need, are referred, wait, and are treated in three phases of cost. They leave as "
    "planned into recovery, drop out, go to prison, move away or die, and may come back. Each 1 April the "
    "people counted in effective treatment decide, with need, a partnership's share of the pot. The share and "
    "local money go through the plan into treatment places, support places and outreach."
)

Point = tuple[int, int]


def words(
    x: int,
    y: int,
    *lines: str,
    colour: str = INK,
    size: int = 15,
    anchor: str = "middle",
    bold: int = 0,
) -> str:
    """Lines of text, so many of them bold."""
    look = [' font-weight="bold"'] * bold + [""] * len(lines)
    spans = "".join(
        f'<tspan x="{x}" dy="{LINE_HEIGHT if number else 0}"{look[number]}>{escape(line)}</tspan>'
        for number, line in enumerate(lines)
    )
    return f'<text x="{x}" y="{y}" fill="{colour}" font-size="{size}" text-anchor="{anchor}">{spans}</text>'


def box(x: int, y: int, width: int, height: int, *lines: str, colour: str, fill: str) -> str:
    """A box with its name and what stands in it."""
    top = y + (height - LINE_HEIGHT * (len(lines) - 1)) // 2 + 5
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="8" fill="{fill}" '
        f'stroke="{colour}" stroke-width="2"/>' + words(x + width // 2, top, *lines, bold=1)
    )


def arrow(*points: Point, colour: str = PEOPLE, dashes: str = "") -> str:
    """A line from the first point to the last, with a head."""
    way = "M" + " L".join(f"{x} {y}" for x, y in points)
    head = {PEOPLE: "people", MONEY: "money", INK: "ink"}[colour]
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<path d="{way}" fill="none" stroke="{colour}" stroke-width="2.5" stroke-linejoin="round"'
        f'{dashed} marker-end="url(#{head})"/>'
    )


def pounds(*points: Point) -> str:
    """A flow of money."""
    return arrow(*points, colour=MONEY, dashes="9 4")


def decision(x: int, y: int, *lines: str, anchor: str = "start") -> str:
    """What the plan decides: a diamond and its words."""
    diamond = f'<path d="M{x} {y - 8} L{x + 8} {y} L{x} {y + 8} L{x - 8} {y} Z" fill="{DECIDED}"/>'
    aside = {"start": 13, "end": -13, "middle": 0}[anchor]
    return diamond + words(x + aside, y + 5, *lines, colour=DECIDED, size=14, anchor=anchor)


def heads() -> str:
    """The heads of arrows, one for each colour."""
    return "".join(
        f'<marker id="{name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
        f'orient="auto"><path d="M0 0 L10 5 L0 10 Z" fill="{colour}"/></marker>'
        for name, colour in (("people", PEOPLE), ("money", MONEY), ("ink", INK))
    )


def money_boxes() -> str:
    """The pot and the way of the money, from right to left."""
    look = {"colour": MONEY, "fill": PALE_MONEY}
    return "".join(
        (
            box(1085, 90, 165, 80, "The pot", "shared by all", "partnerships", **look),
            box(
                800,
                90,
                225,
                80,
                "The formula, 1 April",
                "activity, need, completions",
                "phase-in, floor, ceiling",
                **look,
            ),
            box(
                540,
                90,
                200,
                80,
                "A partnership's year",
                "its allocation",
                "and local money",
                **look,
            ),
            box(
                150,
                90,
                330,
                80,
                "The plan",
                "overhead first; then shares for",
                "outreach, treatment, support",
                **look,
            ),
            pounds((1085, 130), (1029, 130)),
            pounds((800, 130), (744, 130)),
            pounds((540, 130), (484, 130)),
            pounds((350, 170), (350, 405)),
            pounds((420, 170), (420, 290), (590, 290), (590, 405)),
            pounds((460, 170), (460, 225), (1018, 225), (1018, 405)),
        )
    )


def money_words() -> str:
    """What the money buys."""
    return "".join(
        (
            words(344, 268, "outreach:", "more referrals", colour=MONEY, size=14, anchor="end"),
            words(
                452, 311, "pounds a week", "for treatment", colour=MONEY, size=14, anchor="start"
            ),
            words(640, 215, "support places", colour=MONEY, size=14),
            words(
                890,
                268,
                "counted: people in",
                "effective treatment,",
                "completions",
                size=14,
                anchor="end",
            ),
        )
    )


def people_boxes() -> str:
    """The states of people."""
    look = {"colour": PEOPLE, "fill": PALE_PEOPLE}
    phases = (
        (652, "first", "12 weeks", "dearest"),
        (747, "settled", "", "cheaper"),
        (842, "ready", "to leave", "cheapest"),
    )
    cells = "".join(
        f'<rect x="{x}" y="430" width="88" height="78" rx="5" fill="white" stroke="{PEOPLE}"/>'
        + words(x + 44, 453, *(part for part in lines if part), size=14)
        for x, *lines in phases
    )
    return "".join(
        (
            box(150, 400, 155, 120, "Untreated", "in need, not", "in treatment", **look),
            box(395, 400, 155, 120, "Waiting", "assessment,", "then the list", **look),
            f'<rect x="640" y="390" width="302" height="140" rx="8" fill="{PALE_PEOPLE}" stroke="{PEOPLE}" stroke-width="2"/>',
            words(791, 416, "In treatment", bold=1),
            cells,
            box(1095, 400, 155, 120, "In recovery", "with a support", "place, or without", **look),
            box(720, 680, 160, 56, "Prison", **look),
        )
    )


def ways_on() -> str:
    """From need to recovery."""
    return "".join(
        (
            arrow((40, 435), (147, 435)),
            words(95, 405, "new need,", "moves in", size=14),
            arrow((305, 430), (392, 430)),
            words(349, 452, "referral", size=14),
            arrow((550, 430), (637, 430)),
            words(594, 452, "start", size=14),
            arrow((942, 430), (1092, 430)),
            words(1018, 452, "planned exit", size=14),
        )
    )


def ways_back() -> str:
    """Back to need, the longest way lowest."""
    return "".join(
        (
            arrow((430, 520), (430, 585), (275, 585), (275, 523)),
            words(352, 578, "gives up", size=14),
            arrow((665, 530), (665, 635), (240, 635), (240, 523)),
            words(500, 628, "drops out", size=14),
            arrow((800, 530), (800, 677)),
            words(808, 650, "custody", size=14, anchor="start"),
            arrow((720, 708), (205, 708), (205, 523)),
            words(470, 701, "release: some are referred at once", size=14),
            arrow((1172, 520), (1172, 775), (170, 775), (170, 523)),
            words(660, 768, "relapse", size=14),
        )
    )


def ways_out() -> str:
    """Where people leave the model."""
    return "".join(
        (
            arrow((150, 485), (43, 485)),
            words(95, 508, "stops, dies", size=14),
            arrow((515, 520), (515, 572)),
            words(515, 592, "dies", size=14),
            arrow((915, 530), (915, 582)),
            words(915, 602, "dies, moves away", size=14),
            arrow((1225, 520), (1225, 572)),
            words(1225, 592, "dies", size=14),
        )
    )


def decisions() -> str:
    """What the plan decides about people."""
    return "".join(
        (
            decision(570, 355, "order of the list,", "how far to stretch", anchor="end"),
            decision(882, 350, "who is recorded as a PDU", anchor="end"),
            decision(960, 500, "how long ready", "clients are kept"),
            decision(935, 350, "early", "exits"),
            decision(1040, 350, "who may have", "support, how long"),
        )
    )


def legend() -> str:
    """What lines and shapes mean."""
    y = 818
    return "".join(
        (
            arrow((150, y), (195, y)),
            words(205, y + 5, "people", size=14, anchor="start"),
            pounds((290, y), (335, y)),
            words(345, y + 5, "money", size=14, anchor="start"),
            arrow((425, y), (470, y), colour=INK, dashes="2 4"),
            words(480, y + 5, "what the formula counts", size=14, anchor="start"),
            decision(680, y, "decided by the plan; everything else is an assumption"),
        )
    )


def drawing() -> str:
    """The whole picture as SVG."""
    counted = arrow((900, 390), (900, 173), colour=INK, dashes="2 4")
    parts = (
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        words(150, 45, TITLE, size=24, anchor="start", bold=1),
        money_boxes(),
        money_words(),
        counted,
        people_boxes(),
        ways_on(),
        ways_back(),
        ways_out(),
        decisions(),
        legend(),
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" font-family="{FONT}" role="img" aria-labelledby="title told">\n'
        f'<title id="title">{escape(TITLE)}</title>\n<desc id="told">{escape(TOLD)}</desc>\n'
        f"<defs>{heads()}</defs>\n" + "\n".join(parts) + "\n</svg>\n"
    )


def main() -> None:
    """Write the picture."""
    FILE.write_text(drawing(), encoding="utf-8")
    print(FILE.relative_to(FILE.parents[2]))


if __name__ == "__main__":
    main()
