"""The page that lays formulas side by side, in Markdown and in HTML.

It says nothing of when or where it was made, so the same inputs and versions give the same bytes.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..changeover import YEARS
from ..charts import lost_alone, recovery_by_formula
from ..csv_text import as_csv
from ..outputs import model_version
from ..published import UNKNOWN, beside_the_rule
from ..side_by_side import WORTH_TIMES
from ..wording import (
    MISSING,
    TOO_CLOSE,
    count,
    counted_name,
    gbp,
    gbp_exact,
    interval,
    share,
    signed,
    verdict,
)
from . import drawings
from .document import Bullets, Chapter, Command, Document, Drawing, markdown, page
from .page import put
from .table import Cell, Row, Table, cells

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ..incentives import Estimate
    from ..side_by_side import Side, SideBySide, When
    from ..wording import Show
    from .document import Piece

NAME = "formulas"
TITLE = "Formulas side by side"
AREA = "Hertfordshire"
BANNER = (
    "Illustrative: the partnerships are made up. No row is a real place, and several weights are assumed or recalled;"
    " each formula's sources stand at the end."
)
FIRST = (
    (
        "Each formula shares out the same pot, among the same people with the same luck. For each the same questions are"
        " asked: what is one client worth to a partnership; what does it lose by putting clients first, alone and when all"
        " do; where does it lead when everybody follows the money; what does that cost clients; who loses when the formula"
        " comes into force; and how steady is what it pays."
    ),
    (
        "A need-only formula pays for nothing that a partnership does, so it has no incentive in the allocation. What"
        " a client costs remains: a client who leaves is a client who need not be paid for."
    ),
)
READING = (
    (
        "A loss or gain is a mean over paired runs with its 95% interval. Where the interval holds zero it is too close to"
        " call."
    ),
    (
        "“Alone” is one partnership that changes while all others do as now; “all” is everybody changing at once. What one"
        " loses alone, others gain: the pot is fixed."
    ),
    (
        "“Putting clients first” is the same plan under every formula: ready clients are moved on at once and nobody is"
        " pushed out early."
    ),
    (
        "“Follows the money” means: every kind of partnership chooses, among the plans listed below, the one that brings in"
        " most over the run, until nobody gains by changing."
    ),
    (
        "“The price” is the difference between where that ends and everybody putting clients first. Where a formula gives"
        " no reason to change, following the money ends at what is done now: then the price is what going on as now leaves"
        " undone, and no incentive's doing. So both stand side by side."
    ),
    (
        "More people in recovery is not always better: whoever is pushed out early counts as in recovery until they relapse."
        " Early exits, returns within six months, unmet need and deaths stand beside it."
    ),
)


def check_installed() -> None:
    """Say at once, before a long run, if what draws the charts is missing.

    Raises
    ------
    MissingExtra
        If it is.
    """
    drawings.check_installed()


def write(told: SideBySide, folder: Path, command: str) -> tuple[Path, ...]:
    """Write both pages and the table, each beside its place and then renamed.

    Raises
    ------
    BadInput
        Where they cannot be written.
    """
    return (
        put(folder / f"{NAME}.md", markdown(document(told, command, drawn=False)).encode()),
        put(folder / f"{NAME}.html", page(document(told, command, drawn=True)).encode()),
        put(folder / f"{NAME}.csv", as_csv(told.table).encode()),
    )


def document(told: SideBySide, command: str, *, drawn: bool) -> Document:
    """The page.

    Parameters
    ----------
    command
        What makes it again.
    drawn
        Whether charts stand in it, which Markdown cannot hold.
    """
    return Document(
        TITLE,
        (*FIRST, Bullets(READING), *summary(told), *_drawn(told, drawn)),
        (
            Chapter("What one client is worth", tuple(_worth(told))),
            Chapter("Alone and together", tuple(_together(told))),
            Chapter("Where following the money leads", tuple(_game(told))),
            Chapter("The price of the incentive", tuple(_price(told))),
            Chapter(
                "Who gains and who loses when a formula comes into force", tuple(_change(told))
            ),
            Chapter("How steady what it pays is", tuple(_steady(told))),
            Chapter("Hertfordshire, beside what the rule gives", tuple(_hertfordshire())),
            Chapter("The formulas and their sources", tuple(_formulas(told))),
            Chapter("How sure, and what is left out", (Bullets(tuple(_sure(told))),)),
            Chapter("How to make this again", (Command(command), f"Model {model_version()}.")),
        ),
        BANNER,
    )


def _drawn(told: SideBySide, drawn: bool) -> Iterator[Drawing]:
    if drawn:
        yield Drawing(drawings.inline(lost_alone(told, _lost_told(told))), "")
        yield Drawing(drawings.inline(recovery_by_formula(told, _price_told(told))), "")


def _lost_told(told: SideBySide) -> str:
    """What doing right costs, decided by the numbers."""
    loses = sum(side.alone.high < 0 for side in told.sides)
    gains = sum(side.alone.low > 0 for side in told.sides)
    return (
        f"Under {loses} of {len(told.sides)} formulas a partnership that alone puts clients first loses money, under"
        f" {gains} it gains"
    )


def _price_told(told: SideBySide) -> str:
    """What following the money does to people, against going on as now."""
    fewer = sum(side.against_now.high < 0 for side in told.sides)
    more = sum(side.against_now.low > 0 for side in told.sides)
    return (
        f"Under {fewer} of {len(told.sides)} formulas following the money leaves fewer people in recovery than going on"
        f" as now, under {more} more"
    )


# Numbers as they are read


def _cell(estimate: Estimate, show: Show) -> Cell:
    """A difference with its interval; what is too close to call says so."""
    if math.isnan(estimate.mean):
        return Cell(MISSING)
    called = verdict(estimate.low, estimate.high)
    between = interval(estimate.low, estimate.high, lambda each: signed(each, show))
    if called == TOO_CLOSE:
        return Cell(called, between)
    if estimate.low == estimate.high == 0:
        return Cell("nothing")
    return Cell(signed(estimate.mean, show), "" if math.isnan(estimate.low) else between)


# In one table


def summary(told: SideBySide) -> tuple[Table, ...]:
    """Every formula in three short tables: one partnership's money, where it leads, and its coming into force."""
    group, last = told.sides[0].paid.groups[0].label, told.years[-1]
    about = f"{told.types.title}; pounds of {told.types.funding.price_year}"
    return (
        Table(
            f"What doing right does to one partnership's money. {about}",
            (
                "Formula",
                f"A client of “{group}” who stays another year brings in, by the formula of {last}",
                "…and costs, once stable",
                f"Putting clients first, alone: allocation in {last}",
                "…when all do",
            ),
            tuple(Row(side.preset.title, _money_cells(side)) for side in told.sides),
        ),
        Table(
            f"Where it leads when everybody follows the money. {told.types.title}; people in all",
            (
                "Formula",
                "They end by",
                "People in recovery, against going on as now",
                "…against putting clients first: the price",
                "Deaths, against putting clients first",
            ),
            tuple(Row(side.preset.title, _lead_cells(side)) for side in told.sides),
        ),
        Table(
            f"When it comes into force, and after. {told.areas.title}",
            (
                "Formula",
                "Lose at change-over",
                "Pot that moves",
                "Part of the pot that moves in a year, nobody changing",
            ),
            tuple(Row(side.preset.title, _force_cells(side)) for side in told.sides),
        ),
    )


def _money_cells(side: Side) -> tuple[Cell, ...]:
    meter = side.paid.groups[0].meter
    return (
        _cell(meter.gross_gbp_per_year, gbp_exact) if meter else Cell(MISSING),
        Cell(gbp_exact(meter.cost_gbp_per_year)) if meter else Cell(MISSING),
        _cell(side.alone, gbp),
        _cell(side.together, gbp),
    )


def _lead_cells(side: Side) -> tuple[Cell, ...]:
    return (
        Cell(side.chosen(side.game.end), f"it {side.game.verdict}"),
        _cell(side.against_now, count),
        _cell(side.price("in_recovery", "last"), count),
        _cell(side.price("deaths", "sum"), count),
    )


def _force_cells(side: Side) -> tuple[Cell, ...]:
    change = side.changeover
    worst = f"worst {_percent(change.worst.change_share)}"
    return (
        Cell(f"{change.losers} of {change.partnerships}", worst),
        Cell(share(change.moved_share)),
        Cell(f"{100 * side.unsteady.mean:.1f}%"),
    )


def _percent(part: float) -> str:
    return f"{100 * part:+.0f}%".replace("-", "−")


# Chapters


def _worth(told: SideBySide) -> Iterator[Piece]:
    name = next(iter(told.one.partnerships))
    yield (
        f"One client more or less of “{name}” ({told.one.title}), over the {told.one.years} years of the run, by paired"
        f" simulation of {WORTH_TIMES * told.replications} replications: what the allocation gains or loses, with refill, returns,"
        " floor and ceiling; less the client's own treatment at standard prices."
    )
    for side in told.sides:
        yield Table(
            f"{side.preset.title}: for each client moved, over the run",
            ("Group and move", "Allocation", "Own treatment costs", "Net"),
            tuple(_worth_rows(side)),
            label=side.preset.name,
        )


def _worth_rows(side: Side) -> Iterator[Row]:
    for group in side.paid.groups:
        for worth in group.worth:
            if math.isnan(worth.total["allocation_gbp"].mean):
                continue
            names = ("allocation_gbp", "own_cost_gbp", "net_gbp")
            each = tuple(_cell(worth.total[name], gbp_exact) for name in names)
            yield Row(f"{group.label}: {worth.title}", each)


def _together(told: SideBySide) -> Iterator[Piece]:
    first, last = told.sides[0], told.years[-1]
    yield (
        f"What one partnership of the most usual kind ({first.shown}) gains or loses in {last} by putting clients first"
        f" instead of doing what it does now: alone among {first.others} others, and when all do."
    )
    yield Table(
        f"Change of one partnership's allocation in {last}",
        ("Formula", "Alone", "When all do"),
        tuple(
            Row(side.preset.title, (_cell(side.alone, gbp), _cell(side.together, gbp)))
            for side in told.sides
        ),
    )


def _game(told: SideBySide) -> Iterator[Piece]:
    game = told.sides[0].game
    names = [option.name for option in game.table.options[0]]
    yield f"Every kind may choose among {len(names)} plans: {'; '.join(names)}."
    yield Table(
        "What they choose, and whether it settles",
        ("Formula", "It", "After so many rounds", "They choose", "Best found for clients"),
        tuple(
            Row(
                side.preset.title,
                cells(
                    side.game.verdict,
                    str(len(side.game.main.path) - 1),
                    side.chosen(side.game.end),
                    side.chosen(side.game.clients.best),
                ),
            )
            for side in told.sides
        ),
        words=True,
    )


_PRICED: tuple[tuple[str, When, str, Show], ...] = (
    ("in_recovery", "last", "In recovery at the end", count),
    ("in_treatment", "last", "In treatment at the end", count),
    ("unmet_need", "last", "Unmet need at the end", count),
    ("deaths", "sum", "Deaths", count),
    ("early_exits", "sum", "Pushed out early", count),
    ("re_presentations", "sum", "Back within six months", count),
    ("spent_gbp", "sum", "Spent", gbp),
)


def _price(told: SideBySide) -> Iterator[Piece]:
    yield (
        "Where following the money ends, less everybody putting clients first: people in all, and pounds spent. Below zero"
        " means that following the money leaves fewer."
    )
    yield Table(
        f"The price over {told.types.years} years",
        ("Formula", *(title for _, _, title, _ in _PRICED)),
        tuple(
            Row(
                side.preset.title,
                tuple(_cell(side.price(name, when), show) for name, when, _, show in _PRICED),
            )
            for side in told.sides
        ),
    )
    yield Table(
        "People in recovery at the end, against everybody going on as now",
        ("Formula", "All follow the money", "All put clients first"),
        tuple(
            Row(
                side.preset.title,
                (_cell(side.against_now, count), _cell(side.first_against_now, count)),
            )
            for side in told.sides
        ),
    )


def _change(told: SideBySide) -> Iterator[Piece]:
    yield (
        f"With what was counted before the first day, the same every year, and the pot of the year before: what"
        f" {told.sides[0].changeover.partnerships} made-up partnerships are paid after {YEARS} years, against the year before."
        " “The rule alone” leaves phase-in, floor and ceiling away."
    )
    yield Table(
        f"Change-over within {YEARS} years",
        (
            "Formula",
            "Gain",
            "Lose",
            "Pot that moves",
            "Largest gain",
            "Largest loss",
            "…by the rule alone",
        ),
        tuple(_change_row(side) for side in told.sides),
    )


def _change_row(side: Side) -> Row:
    change = side.changeover
    alone = min(place.settled_share for place in change.places)
    return Row(
        side.preset.title,
        cells(
            str(change.winners),
            str(change.losers),
            f"{100 * change.moved_share:.1f}%",
            _percent(change.best.change_share),
            _percent(change.worst.change_share),
            _percent(alone),
        ),
    )


def _steady(told: SideBySide) -> Iterator[Piece]:
    yield (
        "While nobody changes anything, by how much a partnership's part of the pot moves from one year to the next, up or"
        f" down, after the first {YEARS} years: chance, drift, and what the rule makes of them. Small numbers make it move:"
        " a formula that counts few people is unsteady."
    )
    yield Table(
        "Mean change of a partnership's part of the pot in a year",
        ("Formula", "Change"),
        tuple(
            Row(
                side.preset.title,
                (
                    Cell(
                        f"{100 * side.unsteady.mean:.2f}%",
                        interval(
                            max(0.0, side.unsteady.low),
                            side.unsteady.high,
                            lambda each: f"{100 * each:.2f}%",
                        ),
                    ),
                ),
            )
            for side in told.sides
        ),
    )


def _hertfordshire() -> Iterator[Piece]:
    rows = beside_the_rule(AREA)
    yield (
        f"A real area, apart from everything simulated here. What {AREA} was paid in 2008-09 implies what the new rule"
        " alone gave it; the years that follow are worked out from that, if its share of what is counted stayed as it was."
    )
    yield Table(
        f"{AREA}, Pooled Treatment Budget: published, and by the rule of 2008-09 to 2010-11",
        ("Year", "Published", "Phased in", "By the rule", "Published less the rule"),
        tuple(
            Row(
                f"{row.year}{' (projected)' if row.kind == 'projected' else ''}",
                cells(
                    f"£{row.published_gbp:,}",
                    share(float(row.phase_in)),
                    f"£{row.by_rule_gbp:,}",
                    signed(row.difference_gbp, gbp_exact),
                ),
            )
            for row in rows
        ),
    )
    yield "What is unknown, and may make the difference:"
    yield Bullets(UNKNOWN)


def _formulas(told: SideBySide) -> Iterator[Piece]:
    for side in told.sides:
        preset = side.preset
        yield f"**{preset.title}** (`{preset.name}`). {preset.description.strip()}"
        yield Table(
            f"Terms of: {preset.title}",
            ("Term", "Weight", "Counts", "How well the weight is known", "Source"),
            tuple(_term_rows(side)),
            words=True,
        )


def _term_rows(side: Side) -> Iterator[Row]:
    for name, term in side.preset.formula.terms.items():
        known = side.preset.evidence[f"formula.terms.{name}.weight"]
        yield Row(
            name.replace("_", " ").capitalize(),
            cells(share(term.weight), counted_name(term.counts), known.grade, known.source),
        )


def _sure(told: SideBySide) -> Sequence[str]:
    return (
        (
            f"{told.replications} replications from seed {told.seed} of every plan that is tried, and"
            f" {WORTH_TIMES * told.replications} for what one client is worth. Intervals hold chance alone: the assumptions are"
            " held fixed."
        ),
        "Where many differences are looked at, about one in twenty that is really nothing looks clear by chance.",
        "Partnerships choose one plan for all years and know what it brings in. Nobody bargains, waits or copies a neighbour.",
        "Kinds of partnership stand for many; those of one kind do the same.",
        (
            f"All formulas share the pot of {told.years[0]} to {told.years[-1]} among people of that time; none is judged in the"
            " world it came from."
        ),
        (
            "Floors are each formula's own: the made-up England alone has the steps of 2008-09 to 2010-11 by which nine"
            " partnerships fell to 70%."
        ),
    )
