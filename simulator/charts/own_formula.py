"""An edited formula: who gains and who loses, where it leads, and what a client is worth by it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..findings import Figure
from ..own_formula import RULE_ALONE
from ..wording import MINUS, TOO_CLOSE, count, gbp, gbp_exact, share, signed
from .bars import COLOURS, bar, bars, measured, plain_ticks, sign_of
from .look import FONT_SIZE, ILLUSTRATIVE, INK, WIDTH, Chart, Rows, altair, finished

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..incentives import Estimate
    from ..own_formula import ClientByFormula, Gain, Look, WhereItLeads
    from ..wording import Show

NAMED = 3
"""Of those that gain and of those that lose, so many are named: the ones who do most."""
ROW_PIXELS, MOST_PIXELS, LABEL_HEIGHT = 3, 12, 18
NAMES_SHARE = 0.36
"""Of the width, on either side of zero: what a name takes on a telephone."""
LEAST_SPAN = 0.01
"""An axis reaches at least this share, so that a change of pennies does not look like one of millions."""


def gains_and_losses(look: Look, formula: str, title: str = "") -> Chart:
    """Every partnership's change under an edited rule against the present one, ranked, the largest named.

    Parameters
    ----------
    formula
        What the edited rule is called.
    title
        The message; by default the look's own.
    """
    alt = altair()
    rows = _ranked(look)
    domain = _domain([row["change"] for row in rows])
    y = alt.Y("rank:Q", axis=None, scale=alt.Scale(domain=[0, len(rows)], reverse=True))
    x = alt.X(
        "change:Q",
        title=None,
        scale=alt.Scale(domain=domain, nice=False),
        axis=alt.Axis(labelExpr=_signed_percent(domain), tickCount=5),
    )
    colours = alt.Scale(domain=list(COLOURS), range=list(COLOURS.values()))
    base = alt.Chart(alt.InlineData(values=rows))
    height = ROW_PIXELS * max(len(rows), 2 * NAMED * LABEL_HEIGHT // ROW_PIXELS)
    thick = min(MOST_PIXELS, height / len(rows) - 1)
    drawn = base.mark_bar(size=thick).encode(
        x=x, x2="none:Q", y=y, color=alt.Color("kind:N", scale=colours, legend=None)
    )
    zero = alt.Chart(alt.InlineData(values=[{"change": 0.0}])).mark_rule(color=INK, strokeWidth=1.5)
    layers = [drawn, zero.encode(x=x), *_names(look, len(rows) / height, x, y)]
    when = (
        "fully phased in, without floor and ceiling"
        if look.when == RULE_ALONE
        else f"in {look.when}"
    )
    kinds = " kind" if any(gain.copies > 1 for gain in look.gains) else ""
    subtitle = (
        f"“{formula}” against the present rule, {when}: change of each partnership's pounds (%), one bar for each{kinds}. Pounds of"
        f" {look.price_year}; arithmetic, so there is no interval. {ILLUSTRATIVE}"
    )
    told = "; ".join(row["text"] for row in _named(look))
    message = title or look.message
    chart = alt.layer(*layers).properties(width=WIDTH, height=height)
    return finished(
        chart, message, subtitle, f"Ranked bar chart. {message}. {told or 'No change'}."
    )


def _ranked(look: Look) -> Rows:
    """One row for each entry, those that gain most on top."""
    return [
        {
            "rank": place + 0.5,
            "name": gain.name,
            "change": gain.change_share,
            "none": 0.0,
            "kind": sign_of(gain.change_gbp),
        }
        for place, gain in enumerate(reversed(look.gains))
    ]


def _domain(changes: Sequence[float]) -> list[float]:
    """Zero inside it, and on either side of it at least the room that names take."""
    low, high = min(0.0, *changes), max(0.0, *changes)
    short = max(0.0, LEAST_SPAN - (high - low)) / 2
    low, high = low - short, high + short
    part = NAMES_SHARE / (1 - NAMES_SHARE)
    return [min(low, -part * high), max(high, -part * low)]


def _named(look: Look) -> Rows:
    gains = look.gains
    most = [gain for gain in reversed(gains[-NAMED:]) if gain.change_gbp > 0]
    least = [gain for gain in reversed(gains[:NAMED]) if gain.change_gbp < 0]
    return [_name(gain, "more") for gain in most] + [_name(gain, "less") for gain in least]


def _name(gain: Gain, side: str) -> dict[str, Any]:
    size = signed(gain.change_share, _percent)
    return {"text": f"{gain.name} {size}", "change": gain.change_share, "side": side}


def _percent(part: float) -> str:
    """A share, with a decimal below ten percent and a true minus."""
    if not 0 < abs(part) < 0.0995:
        return share(part)
    return f"{part:.1%}".replace("-", MINUS)


def _names(look: Look, rank_a_pixel: float, x: Any, y: Any) -> list[Chart]:
    """Names across the zero line from their bars, where there is room whatever the width of the page."""
    alt = altair()
    places = len(look.gains)
    found = _named(look)
    layers = []
    for side, align, away in (("more", "right", -8), ("less", "left", 8)):
        rows = [row for row in found if row["side"] == side]
        step = LABEL_HEIGHT * rank_a_pixel
        first = 0.5 * step if side == "more" else places - (len(rows) - 0.5) * step
        told = [row | {"rank": first + at * step, "change": 0.0} for at, row in enumerate(rows)]
        text = alt.Chart(alt.InlineData(values=told)).mark_text(
            align=align, baseline="middle", dx=away, fontSize=FONT_SIZE, color=INK
        )
        layers.append(text.encode(x=x, y=y, text="text:N"))
    return layers


def _signed_percent(domain: Sequence[float]) -> str:
    decimals = 1 if domain[1] - domain[0] < 0.1 else 0
    number = f"replace(format(datum.value, '+.{decimals}%'), '-', '−')"
    return f"abs(datum.value) < 1e-9 ? '0%' : {number}"


# Where it leads


def alone_by_formula(leads: Sequence[WhereItLeads], title: str, chosen: str = "") -> Chart:
    """Pounds that one partnership gains or loses by putting clients first alone, under each formula.

    Parameters
    ----------
    title
        The message.
    chosen
        Title of the formula that is looked at, whose row says so.
    """
    rows = [_row(each, each.alone, gbp, sign_of(each.alone.mean), chosen) for each in leads]
    last = leads[0].asked.years[-1]
    subtitle = (
        f"Change of one partnership's allocation in {last} (£) when it alone puts clients first."
    )
    return _drawn(rows, leads, title, subtitle)


def recovery_by_rule(leads: Sequence[WhereItLeads], title: str, chosen: str = "") -> Chart:
    """People in recovery more or fewer where all follow the money than where all go on as now, under each formula.

    Parameters are those of `alone_by_formula`.
    """
    rows = [
        _row(each, each.against_now, count, sign_of(each.against_now.mean), chosen)
        for each in leads
    ]
    subtitle = "People in recovery on the last 31 March in all: where all follow the money, less where all go on as now."
    return _drawn(rows, leads, title, subtitle, plain_ticks)


def alone_and_together(leads: WhereItLeads, title: str = "") -> Chart:
    """What one partnership gains or loses by putting clients first alone, and when all do.

    Parameters
    ----------
    title
        The message; by default its own.
    """
    rows = [
        _measured("Alone", Figure("", leads.alone, gbp), "alone"),
        _measured("When all do", Figure("", leads.together, gbp), "together"),
    ]
    shown = [row for row in rows if not math.isnan(row["end"])]
    subtitle = (
        f"{leads.title}. Change of one partnership's allocation in {leads.asked.years[-1]} (£), pounds of"
        f" {leads.asked.price_year}."
    )
    return _drawn(shown, [leads], title or leads.message, subtitle)


def price_by_rule(leads: WhereItLeads, title: str) -> Chart:
    """People more or fewer where all follow the money than where all put clients first.

    Parameters
    ----------
    title
        The message.
    """
    figures = [figure for figure in leads.price_figures if figure.show is count]
    rows = [_measured(each.name, each, sign_of(each.estimate.mean)) for each in figures]
    years = leads.asked.years
    subtitle = (
        f"{leads.title}. All follow the money, less all put clients first: people on the last 31 March, or events summed"
        f" over {years[0]} to {years[-1]}, all partnerships together."
    )
    return _drawn(rows, [leads], title, subtitle, plain_ticks)


def _row(
    leads: WhereItLeads, estimate: Estimate, show: Show, kind: str, chosen: str
) -> dict[str, Any]:
    name = f"{leads.title} (chosen)" if leads.title == chosen else leads.title
    return _measured(name, Figure("", estimate, show), kind)


def _measured(name: str, figure: Figure, kind: str) -> dict[str, Any]:
    """A bar with its interval, whose text says so where its sign cannot be told."""
    row = measured(name, figure, kind)
    return row | {"text": TOO_CLOSE} if figure.sign == "open" else row


def _drawn(
    rows: Rows, leads: Sequence[WhereItLeads], title: str, subtitle: str, ticks: Any = None
) -> Chart:
    words = "; ".join(f"{row['name']}: {row['text']}" for row in rows)
    runs = sorted({each.asked.replications for each in leads})
    over = " or ".join(str(each) for each in runs)
    told = f"{subtitle} Rules are 95% intervals over {over} paired replications. {ILLUSTRATIVE}"
    drawn = bars(rows, **({"ticks": ticks} if ticks else {}))
    return finished(drawn, title, told, f"Bar chart. {title}. {words}.")


# What a client is worth


def meter_by_formula(client: ClientByFormula, formula: str, years: Sequence[str]) -> Chart:
    """What moving one ready client on loses of the allocation, by the formula's derivative, against what it saves.

    Parameters
    ----------
    formula
        What the formula is called.
    years
        The years of the run.

    Raises
    ------
    ValueError
        Where nobody is ever ready.
    """
    move = client.moved_on
    if move is None:
        raise ValueError(
            f"meter_by_formula: {client.group} must have clients who become ready, got none; draw only those that have"
        )
    lost, saved = 0.0 - move.allocation_gbp, 0.0 - move.cost_gbp
    rows = [
        bar("Allocation lost (below 0: gained)", 0.0, lost, gbp_exact(lost), "less"),
        bar("Own treatment saved", 0.0, saved, gbp_exact(saved), "more"),
        bar(
            "Left (below 0: it costs)",
            0.0,
            move.net_gbp,
            signed(move.net_gbp, gbp_exact),
            "in all",
        ),
    ]
    subtitle = (
        f"{formula}. Pounds for one client moved on, {years[0]} to {years[-1]}, by the derivative of the formula at what was"
        f" counted before the first day: nothing is simulated, so there is no interval. {ILLUSTRATIVE}"
    )
    told = "; ".join(f"{row['name']}: {row['text']}" for row in rows)
    return finished(bars(rows), client.message, subtitle, f"Meter. {client.message}. {told}.")
