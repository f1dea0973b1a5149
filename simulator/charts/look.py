"""How all charts look, and how they leave the room: as one picture, as SVG, as PNG."""

from __future__ import annotations

import hashlib
import html
import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from ..errors import MissingExtra
from ..wording import unit_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Chart: TypeAlias = Any
"""An Altair chart, of whichever kind."""
Rows: TypeAlias = list[dict[str, Any]]

PALETTE = ("#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1")
DASHES = ([1, 0], [9, 4], [2, 3], [9, 3, 2, 3], [14, 4], [4, 2])
INK = "#0b0c0c"
FONT = "Arial, Liberation Sans, Helvetica, sans-serif"
WIDTH, HEIGHT = 470, 280
FONT_SIZE, LINE_HEIGHT = 13, 15
TITLE_SIZE, SUBTITLE_SIZE = 17, 13
TITLE_CHARACTERS, SUBTITLE_CHARACTERS = 68, 96
NARROW_TITLE_CHARACTERS, NARROW_SUBTITLE_CHARACTERS = 36, 52
"""What fits on a telephone that is 360 pixels wide."""
PICTURE_SIZES = {"fontSize": 26, "subtitleFontSize": 15, "offset": 24}
PICTURE_TITLE_CHARACTERS, PICTURE_SUBTITLE_CHARACTERS = 92, 172
ILLUSTRATIVE = "Illustrative: no forecast of any real partnership."


def altair() -> Any:
    """The library that charts are defined in.

    Raises
    ------
    MissingExtra
        Where it is not installed.
    """
    try:
        import altair as alt  # an optional part, and slow to import
    except ModuleNotFoundError as error:
        raise MissingExtra("drawing charts", "report") from error
    return alt


def vl_convert() -> Any:
    """The library that turns charts into SVG and PNG without a browser.

    Raises
    ------
    MissingExtra
        Where it is not installed.
    """
    try:
        import vl_convert  # an optional part, and slow to import
    except ModuleNotFoundError as error:
        raise MissingExtra("saving charts", "report") from error
    return vl_convert


def finished(
    chart: Chart, title: str, subtitle: str, alt_text: str, *, narrow: bool = False
) -> Chart:
    """A chart with its message, its unit and period, and its text alternative.

    Parameters
    ----------
    narrow
        Whether it is for a telephone, with shorter lines.
    """
    title_width, subtitle_width = (
        (NARROW_TITLE_CHARACTERS, NARROW_SUBTITLE_CHARACTERS)
        if narrow
        else (TITLE_CHARACTERS, SUBTITLE_CHARACTERS)
    )
    heading = _heading(title, title_width, subtitle, subtitle_width)
    return _dressed(chart.properties(title=heading, description=alt_text))


@dataclass(frozen=True, slots=True)
class Spec:
    """A chart as a page sets it: its words are the page's own, which wrap, and the rest is Vega-Lite.

    Parameters
    ----------
    message, beneath
        Its title, and what stands beneath it.
    alt
        Its text alternative.
    vega
        The chart without words above it. A single one keeps its height and takes the width that there is; several in
        one keep their own.
    """

    message: str
    beneath: str
    alt: str
    vega: dict[str, Any]


def spec_of(build: Callable[[], Chart]) -> Spec:
    """Build a chart for a page, without the checks of its library, which take most of the time.

    The same charts are checked whenever they are drawn for a report.
    """
    alt = altair()
    with alt.utils.schemapi.debug_mode(False):
        chart = build()
        heading = chart.title
        lines = [getattr(heading, part, None) for part in ("text", "subtitle")]
        message, beneath = (" ".join(each) if isinstance(each, list) else "" for each in lines)
        bare = chart.copy(deep=False)
        bare.title = alt.Undefined
        several = any(hasattr(chart, part) for part in ("hconcat", "vconcat", "concat", "spec"))
        kind = "pad" if several else "fit-x"
        sized = bare.properties(autosize={"type": kind, "contains": "padding"})
        vega: dict[str, Any] = sized.to_dict(validate=False)
    return Spec(message, beneath, str(vega.pop("description", "")), vega)


def filled(outline: Any, numbers: Mapping[str, Any]) -> Any:
    """A copy of an outline's Vega-Lite with what belongs into its slots: texts that stand for something else."""
    if isinstance(outline, dict):
        return {name: filled(part, numbers) for name, part in outline.items()}
    if isinstance(outline, list):
        return [filled(part, numbers) for part in outline]
    return numbers.get(outline, outline) if isinstance(outline, str) else outline


def inlined(vega: dict[str, Any]) -> Any:
    """The same chart with its data where they are drawn, which a page sends as they stand."""
    data = vega.get("datasets", {})

    def each(part: Any) -> Any:
        if isinstance(part, dict):
            if part.keys() == {"name"} and part["name"] in data:
                return {"values": data[part["name"]]}
            return {name: each(inner) for name, inner in part.items() if inner is not data}
        return [each(inner) for inner in part] if isinstance(part, list) else part

    return each(vega)


def picture(charts: Sequence[Chart], title: str, subtitle: str, *, columns: int = 2) -> Chart:
    """Several charts as one, in rows under a title; each keeps its own."""
    told = " ".join(chart.description for chart in charts)
    whole = (
        altair()
        .concat(*[_bare(chart) for chart in charts], columns=columns, spacing=40)
        .resolve_scale(color="independent", strokeDash="independent")
    )
    heading = _heading(
        title, PICTURE_TITLE_CHARACTERS, subtitle, PICTURE_SUBTITLE_CHARACTERS, **PICTURE_SIZES
    )
    return _dressed(whole.properties(title=heading, description=f"{title}. {told}"))


def _heading(title: str, width: int, subtitle: str, subtitle_width: int, **sizes: int) -> Any:
    look: dict[str, Any] = {
        "fontSize": TITLE_SIZE,
        "subtitleFontSize": SUBTITLE_SIZE,
        "offset": 16,
        "subtitleLineHeight": sizes.get("subtitleFontSize", SUBTITLE_SIZE) + 3,
    }
    return altair().TitleParams(
        wrapped(title, width),
        subtitle=wrapped(subtitle, subtitle_width),
        anchor="start",
        frame="bounds",
        subtitlePadding=6,
        color=INK,
        subtitleColor=INK,
        font=FONT,
        subtitleFont=FONT,
        **look | sizes,
    )


def _dressed(chart: Chart) -> Chart:
    return (
        chart.properties(background="white", padding={"left": 8, "right": 8, "top": 8, "bottom": 8})
        .configure(font=FONT)
        .configure_axis(
            labelColor=INK,
            tickColor=INK,
            domainColor=INK,
            gridColor="#d9d9d9",
            labelFontSize=FONT_SIZE,
            labelFont=FONT,
        )
        .configure_view(stroke=None)
    )


def _bare(chart: Chart) -> Chart:
    """A chart without what only a whole one may have."""
    nothing = altair().Undefined
    plain = chart.copy()
    plain.config = plain.background = plain.padding = nothing
    plain.title.frame = "group"  # titles stand above their plots, one below the other
    return plain


def wrapped(text: str, characters: int) -> list[str]:
    """A text in lines of at most so many characters."""
    return textwrap.wrap(text, characters) or [""]


def tick(measure: str, domain: Sequence[float]) -> str:
    """How Vega writes the ticks of a measure's axis: shares in percent, the rest as numbers."""
    return tick_of(unit_of(measure), domain)


def tick_of(unit: str, domain: Sequence[float]) -> str:
    """How Vega writes the ticks of an axis in some unit."""
    if unit == "£":
        return tick_gbp(domain)
    if unit == "%":
        return f"replace(format(datum.value, '.{_decimals(domain)}%'), '-', '−')"
    return "replace(format(datum.value, ',.3~f'), '-', '−')"


def _decimals(domain: Sequence[float]) -> int:
    """Decimals of a percentage where all of an axis lies within a few points."""
    return 1 if max(domain) - min(domain) < 0.05 else 0


def tick_gbp(domain: Sequence[float]) -> str:
    """How Vega writes the ticks of pounds: in millions, in thousands, or whole."""
    largest = max(abs(end) for end in domain)
    size, letters = (1e6, "m") if largest >= 1e6 else (1e3, ",000") if largest >= 2e4 else (1, "")
    number = f"format(abs(datum.value) / {size:g}, ',.3~f')"
    return f"datum.value == 0 ? '£0' : (datum.value < 0 ? '−£' : '£') + {number} + '{letters}'"


def to_svg(chart: Chart) -> str:
    """The chart as SVG with its text alternative, made without a browser or a network."""
    svg: str = vl_convert().vegalite_to_svg(chart.to_dict(), vl_version=_version())
    # one image with one text: what Vega says of each mark would be read out a hundred times
    silent = re.sub(r' (?:role|aria-[a-z]+)="[^"]*"', "", svg)
    told = html.escape(chart.description)
    return _with_own_clips(silent).replace("<svg ", f'<svg role="img" aria-label="{told}" ', 1)


def _with_own_clips(svg: str) -> str:
    """The same with names of clips that depend on the chart alone: Vega counts them on from chart to chart."""
    names = list(dict.fromkeys(re.findall(r'id="(clip\w+)"', svg)))
    plain = svg
    for place, name in enumerate(names):
        plain = re.sub(rf"\b{name}\b", f"\0{place}", plain)
    own = hashlib.sha256(plain.encode()).hexdigest()[:8]
    return plain.replace("\0", f"clip_{own}_") if names else svg


def to_png(chart: Chart, scale: float = 2) -> bytes:
    """The chart as PNG, at so many times its size in pixels."""
    png: bytes = vl_convert().vegalite_to_png(chart.to_dict(), vl_version=_version(), scale=scale)
    return png


def _version() -> str:
    """The version of Vega-Lite that the charts are written in: 6.1 of v6.1.0."""
    known: list[str] = vl_convert().get_vegalite_versions()
    wanted = ".".join(altair().SCHEMA_VERSION.lstrip("v").split(".")[:2])
    return wanted if wanted in known else known[-1]
