"""What came of following people: the flows, who gains and who loses, and one client under two plans."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from ..charts.flows import where_people_went, where_people_went_by_year
from ..charts.gains import who_gains
from ..charts.lives import two_lives
from ..flows import RUNGS_IN_WORDS, STOOD, TIME_IN, TREATED, Stage
from ..incentives import Estimate, band_told
from ..replicate import ALL
from ..wording import count, days, interval, sentence_case, signed, verdict
from . import choices, pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from ..charts import Chart
    from ..flows import Flow, Followed, Whereabouts
    from ..replicate import Sample

SIZES = """<style>
@media (max-width: 1200px) { [class*="st-key-beside-wide"] { display: none; } }
@media (min-width: 1201px) { [class*="st-key-beside-narrow"] { display: none; } }
@media (max-width: 720px) { [class*="st-key-alone-wide"] { display: none; } }
@media (min-width: 721px) { [class*="st-key-alone-narrow"] { display: none; } }
</style>"""
"""Each chart is there in two sizes, of which the page shows the one that fits."""
COLOURED: dict[str, tuple[Stage, ...]] = {
    "in treatment": TREATED,
    "untreated": (Stage.UNTREATED,),
    "in recovery": (Stage.IN_RECOVERY,),
    "not there yet: they came to need treatment later": (Stage.NOT_YET,),
}
WHOLE, BY_YEAR = "From the first day to the last", "Year by year"
TOLD_BY = {"substance group": "group", "where they stood on the first day": "stood"}
STANDING = {
    "in_recovery": "In recovery",
    "in_treatment": "In treatment",
    "waiting": "Waiting",
    "untreated": "Untreated",
}
LUCK = (
    "A single person's gain is in part luck, for who comes back to treatment has other luck there. What counts is how many"
    " more gain than lose."
)


def stand(without: Sample, with_plan: Sample) -> pd.DataFrame:
    """Where people stand on the last 31 March, under plan A and under plan B, from any runs."""
    import pandas as pd

    rows = []
    for measure, name in STANDING.items():
        a, b = (each.of(measure, each.partnerships[0])[:, -1] for each in (without, with_plan))
        rows.append(
            {
                "People": name,
                "Plan A": count(float(np.mean(a))),
                "Plan B": count(float(np.mean(b))),
                "Difference": difference(Estimate.of(b - a)),
            }
        )
    return pd.DataFrame(rows)


def difference(estimate: Estimate, show: Callable[[float], str] = count) -> str:
    """A difference with its interval, or why its sign cannot be told."""
    reach = interval(estimate.low, estimate.high, show)
    said = verdict(estimate.low, estimate.high)
    if said:
        return said if estimate.low == estimate.high else f"{said} ({reach})"
    return f"{signed(estimate.mean, show)} ({reach})"


def tell(found: Whereabouts, key: str, *, same: bool) -> None:
    """Draw all of it.

    Parameters
    ----------
    same
        Whether both plans are the same, so that one flow says all.
    """
    st.html(SIZES)
    if not same:
        st.header("What differs")
        st.markdown(
            "\n".join(
                f"- {pieces.safe(each)}"
                for each in _kept(f"sentences {key}", lambda: found.sentences)
            )
        )
        st.caption(f"{found.replications} pairs of runs. {pieces.chance_alone(found.replications)}")
    _flows(found, key, same=same)
    if not same:
        _gains(found, key)
    _client(found, key)


# Where people went


def _flows(found: Whereabouts, key: str, *, same: bool) -> None:
    st.header("Where people went")
    st.write(
        "Each ribbon is people: as high as there are many, from where they stood to where they stand. Those with colour are"
        " the ones you choose here."
    )
    first, second, third = st.columns(3)
    times, groups = (WHOLE, BY_YEAR, *found.a.years), (ALL, *found.a.groups)
    choices.remember("flow period", WHOLE, times)
    choices.remember("flow group", ALL, groups)
    choices.remember("flow coloured", next(iter(COLOURED)), COLOURED)
    period = first.selectbox("Which time", times, key="flow period")
    group = second.selectbox(
        "Which group",
        groups,
        format_func=lambda name: found.a.groups.get(name, "All groups"),
        key="flow group",
    )
    coloured = third.selectbox("Colour those who were", tuple(COLOURED), key="flow coloured")
    plans = [("A", found.a), ("B", found.b)][: 1 if same else 2]
    asked = (str(period), str(group), str(coloured))
    columns = st.columns(len(plans)) if period != BY_YEAR else [st.container()] * len(plans)
    for (name, flow), column in zip(plans, columns, strict=True):
        with column:
            st.subheader(f"Plan {name}" if not same else "Both plans")
            _flow(flow, name, asked, key)


def _flow(flow: Flow, name: str, asked: tuple[str, str, str], key: str) -> None:
    period, group, coloured = asked
    follow = COLOURED[coloured]
    there = flow.people(None if period in (WHOLE, BY_YEAR) else period, group)
    if not there[:, list(follow)].any():
        st.info("Nobody of this group stood there.")
        return
    place = f"flow {name} {key} {period} {group} {coloured}"
    if period == BY_YEAR:
        draw = partial(where_people_went_by_year, flow, group=group, follow=follow)
        with st.container(key=f"alone-wide-{place}"):
            _picture(place, draw)
        with st.container(key=f"alone-narrow-{place}"):
            st.info(
                "The picture year by year needs a wider screen. Choose one year, or read the numbers below."
            )
    else:
        year = None if period == WHOLE else period
        draw = partial(where_people_went, flow, year=year, group=group, follow=follow)
        two_sizes("beside", place, draw)
    told = f"Plan {name}: where people stood and where they went"

    def numbers_told() -> None:
        year = None if period in (WHOLE, BY_YEAR) else period
        numbers = _kept(f"numbers {place}", lambda: flow.table(year, group))
        read = _kept(f"read {place}", lambda: _pairs_of_stages(numbers, flow.replications))
        pieces.numbers_of(read, told, f"flow {name} {period} {group}", numbers)
        stocks = _kept(f"stocks {place}", lambda: flow.stock_table(group))
        about = f"Plan {name}: people in each stage by date"
        st.markdown(f"**{about}**")
        read = _kept(f"by date {place}", lambda: _by_date(stocks))
        pieces.numbers_of(read, about, f"stocks {name} {group}", stocks)

    pieces.drawer(f"{told}: in numbers", numbers_told, f"flow {name}")


def _pairs_of_stages(numbers: pd.DataFrame, replications: int) -> dict[str, list[str]]:
    seen = numbers[numbers["mean"] >= 0.5]
    begin, end = (str(numbers[column].iloc[0]) for column in ("from_date", "to_date"))
    return {
        begin: [sentence_case(str(each)) for each in seen["from"]],
        end: [sentence_case(str(each)) for each in seen["to"]],
        f"People, mean ({band_told(replications)})": _spread(seen),
    }


def _by_date(stocks: pd.DataFrame) -> pd.DataFrame:
    told = stocks.assign(people=_spread(stocks), Stage=stocks["stage"].map(sentence_case))
    dates = list(dict.fromkeys(stocks["date"]))
    wide = told.pivot_table(index="Stage", columns="date", values="people", aggfunc="first")
    return wide.loc[list(dict.fromkeys(told["Stage"])), dates].reset_index()


def _spread(numbers: pd.DataFrame) -> list[str]:
    rows = zip(numbers["mean"], numbers["low"], numbers["high"], strict=True)
    return [
        count(mean) if low == high else f"{count(mean)} ({interval(low, high)})"
        for mean, low, high in rows
    ]


# Who gains and who loses


def _gains(found: Whereabouts, key: str) -> None:
    st.header("Who gains and who loses")
    st.write(f"{RUNGS_IN_WORDS} {LUCK}")
    first, second = st.columns(2)
    choices.remember("gains by", next(iter(TOLD_BY)), TOLD_BY)
    by = first.selectbox("Tell people apart by", tuple(TOLD_BY), key="gains by")
    group = ALL
    if TOLD_BY[by] == "stood":
        groups = (ALL, *found.gains.groups)
        choices.remember("gains group", ALL, groups)
        group = second.selectbox(
            "Of which group",
            groups,
            format_func=lambda name: found.gains.groups.get(name, "All groups"),
            key="gains group",
        )
    place = f"gains {key} {by} {group}"
    two_sizes("alone", place, partial(who_gains, found.gains, by=TOLD_BY[by], group=group))
    told = "Who stands better at the end, and under which plan"

    def numbers_told() -> None:
        table = _kept(f"table {place}", lambda: _gains_told(found, TOLD_BY[by], group))
        numbers = _kept(f"gains {key}", lambda: found.gains.table)
        pieces.numbers_of(table, told, f"gains {by} {group}", numbers)
        about = "Days that a person spends in each place, more or fewer under plan B"
        st.markdown(f"**{about}**")
        table = _kept(f"days of {place}", lambda: _time_told(found, TOLD_BY[by], group))
        numbers = _kept(f"days {key}", lambda: found.gains.time_table)
        pieces.numbers_of(table, about, f"days {by} {group}", numbers)

    pieces.drawer(f"{told}: in numbers", numbers_told, "gains")


def _rows(found: Whereabouts, by: str, group: str) -> Sequence[tuple[str, str, str]]:
    """What each row is called, its group, and where its people stood."""
    gains = found.gains
    if by == "group":
        names = {**gains.groups, ALL: "All groups"}
        return [(label, name, ALL) for name, label in names.items()]
    return [
        ("Everybody" if stood == ALL else sentence_case(stood), group, stood)
        for stood in STOOD
        if gains.people(group, stood)[:, 0].any()
    ]


def _gains_told(found: Whereabouts, by: str, group: str) -> pd.DataFrame:
    import pandas as pd

    told = []
    for name, of, stood in _rows(found, by, group):
        people, a, b, alike, unknown = found.gains.people(of, stood).mean(axis=0)
        told.append(
            {
                "Who": name,
                "People": count(people),
                "Better under A": count(a),
                "Better under B": count(b),
                "Alike": count(alike),
                "Not compared": count(unknown),
                "More under B (95% interval)": difference(found.gains.net(of, stood)),
                "Deaths, more under B": difference(found.gains.deaths(of, stood)[2]),
            }
        )
    return pd.DataFrame(told)


def _time_told(found: Whereabouts, by: str, group: str) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "Who": name,
            **{
                sentence_case(kind): difference(found.gains.time(kind, of, stood), days)
                for kind in TIME_IN
            },
        }
        for name, of, stood in _rows(found, by, group)
    )


# One client


def _client(found: Whereabouts, key: str) -> None:
    st.header("Follow one client")
    st.write(
        "The same made-up person, with the same luck, under both plans. The first few were chosen by a rule that is told;"
        " the others are one in so many of everybody."
    )
    clients = (*found.followed, *found.others)
    if not clients:
        st.info("Nothing happens to anybody in these runs.")
        return
    choices.remember("client", 0, range(len(clients)))
    place = st.selectbox(
        "Which client",
        range(len(clients)),
        format_func=lambda each: clients[each].title,
        key="client",
    )
    chosen = clients[int(place or 0)]
    told = (chosen.why, chosen.began, chosen.sentence)
    st.write(pieces.safe(" ".join(each for each in told if each)))
    titles = (found.a.title, found.b.title)
    two_sizes("alone", f"life {key} {place}", partial(two_lives, chosen, titles))
    about = f"What happens to {chosen.client.name}"

    def months() -> None:
        if chosen.table.empty:
            st.write("Nothing happens to them in these years.")
        else:
            pieces.numbers_of(_life_told(chosen), about, f"life {place}", chosen.table)
        st.caption(pieces.safe(f"What finds the same person again: {chosen.client.identity}."))

    pieces.drawer(f"{about}, month by month", months, "life")


def _life_told(chosen: Followed) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        {
            "Plan": row["plan"],
            "Month": row["month"],
            "What happens": row["what_happened"],
            "Then they": row["then_they"],
            "The same under both": "yes" if row["same_under_both"] else "no",
        }
        for row in chosen.table.to_dict("records")
    )


# Charts


def two_sizes(kind: str, place: str, draw: Callable[..., Chart]) -> None:
    """A chart for a wide page and for a narrow one; the page shows the one that fits.

    Parameters
    ----------
    kind
        ``beside`` for one of two in a row, ``alone`` for one that has the page's width.
    """
    for size, narrow in (("wide", False), ("narrow", True)):
        with st.container(key=f"{kind}-{size}-{place}"):
            _picture(f"{place} {size}", partial(draw, narrow=narrow))


def _picture(place: str, draw: Callable[[], Chart]) -> None:
    """A chart in its own size, of which only the whole is read out."""
    spec = _kept(f"chart {place}", lambda: _written(draw()))
    st.vega_lite_chart(spec=spec, theme=None, width="content", key=f"chart {place}")


def _written(chart: Chart) -> dict[str, Any]:
    """A chart with its numbers where they are drawn, so that nothing is left to do when a page is drawn again."""
    spec: dict[str, Any] = chart.to_dict()
    named = spec.pop("datasets", {})
    _fill(spec, named)
    spec["autosize"] = {"type": "pad", "contains": "padding"}
    spec["config"]["mark"] = {"aria": False}
    return spec


def _fill(part: Any, named: dict[str, Any]) -> None:
    inside = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    for each in inside:
        _fill(each, named)
    if isinstance(part, dict) and isinstance(part.get("data"), dict):
        name = part["data"].get("name")
        if name in named:
            part["data"] = {"values": named[name]}


@st.cache_resource(show_spinner=False, max_entries=400)
def _kept(place: str, _make: Callable[[], Any]) -> Any:  # noqa: ARG001
    """What is made once for each place: a chart, or a table."""
    return _make()
