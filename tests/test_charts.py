"""Charts: what stands in them, what is read out, and that nothing is cut off or asked of the network."""

from __future__ import annotations

import math
import re
import sys
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import a_tenth_of

from simulator import charts, replicate
from simulator.charts.lines import Series, _Plot, differences, means, spread_out
from simulator.charts.look import DASHES, PALETTE, inlined, spec_of, tick_gbp, wrapped
from simulator.errors import MissingExtra
from simulator.explanation import explain
from simulator.findings import Figure, Together
from simulator.incentives import MOVES, Estimate, GroupWorth, Meter, Worth, client_kept
from simulator.incentives.paired import CHANGES
from simulator.replicate import MEASURES, Comparison
from simulator.scenario import load
from simulator.wording import gbp

NAMES = {"park": "Keep them", "move_on": "Move them on", "reintegration": "Move on & support"}


@pytest.fixture(scope="module")
def comparison(seed):
    scenarios = [a_tenth_of(load(name)) for name in NAMES]
    first, *others = replicate.run(scenarios, 3, seed, workers=1)
    return Comparison(first, tuple(others))


def together(low=-400.0):
    def figure(mean, low, high):
        return Figure("A", Estimate(mean, low, high), gbp)

    alone, all_do = figure(-300.0, low, -200.0), figure(10.0, -20.0, 40.0)
    years = ("2011-12", "2012-13")
    return Together("Area 1", years, (alone, alone), (all_do, all_do), all_do, all_do)


def moves(lost=900.0, saved=1000.0, move="moved_on"):
    """The four moves and the meter, of round numbers."""

    def around(mean):
        return Estimate(mean, mean - 100, mean + 100)

    amounts = {name: around(-lost) for name in (*CHANGES, "net_gbp")}
    worth = tuple(Worth(move, 10.0, around(1), (around(0),), amounts, None) for move in MOVES)
    meter = Meter(
        move=move,
        lost_gbp=around(lost),
        saved_gbp=around(saved),
        net_gbp=around(saved - lost),
        lost_per_client_year_gbp=around(lost),
        net_per_client_year_gbp=around(saved - lost),
        gross_gbp_per_year=around(1600),
        cost_gbp_per_year=1825.0,
        left_gbp_per_year=around(225),
        weight=0.75,
        break_even_weight=0.84,
        support_gbp_per_week=20.0,
    )
    return GroupWorth("opiate", "Opiates", worth, meter)


@pytest.mark.parametrize(("width", "all_fit"), [(470, True), (260, False)])
def test_names_of_years_are_left_out_where_they_would_stand_in_each_other(
    comparison, width, all_fit
):
    chart = charts.lines_by_year(comparison.samples, "in_treatment", "A", names=NAMES)
    root = ET.fromstring(charts.to_svg(chart.properties(width=width)))
    years = {
        name: each.get("opacity") == "1"
        for each in root.iter("{http://www.w3.org/2000/svg}text")
        for name in comparison.baseline.years
        if name in each.itertext()
    }
    assert len(years) == 5
    assert all(years.values()) == all_fit
    assert sum(years.values()) >= 3


def drawn(comparison):
    """Every kind of chart."""
    kept = client_kept(comparison.baseline, "opiate")
    lines = charts.lines_by_year(comparison.samples, "in_treatment", "Lines", names=NAMES)
    return {
        "Lines": lines,
        "Differences": charts.differences_by_year(
            comparison, "allocation_gbp", "Differences", names=NAMES
        ),
        "Steps": charts.waterfall(explain(comparison.others[0]), "Average partnership", "Steps"),
        "Alone": charts.alone_against_together(together(), "Alone", replications=3),
        "Worth": charts.client_worth(kept, "Worth"),
        "Meter": charts.meter(moves(), "A rule", "Meter", replications=3),
        "Moves": charts.four_moves(moves(), "A rule", "Moves", replications=3),
        "Picture": charts.picture([lines, charts.client_worth(kept, "Worth")], "Picture", "below"),
    }


@pytest.fixture(scope="module")
def svgs(comparison):
    return {title: charts.to_svg(chart) for title, chart in drawn(comparison).items()}


def texts(svg):
    return " ".join(" ".join(element.itertext()) for element in ET.fromstring(svg).iter())


KINDS = ("Lines", "Differences", "Steps", "Alone", "Worth", "Picture")


@pytest.mark.parametrize("kind", KINDS)
def test_each_chart_is_one_image_with_a_text_alternative(svgs, kind):
    root = ET.fromstring(svgs[kind])
    assert root.get("role") == "img"
    assert kind in root.get("aria-label")
    assert len(root.get("aria-label")) > 60
    inner = [element for element in root.iter() if element is not root]
    assert not [e for e in inner if any(name.startswith("aria") for name in e.attrib)]


@pytest.mark.parametrize("kind", KINDS)
def test_each_chart_has_its_message_in_its_title(svgs, kind):
    assert kind in texts(svgs[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_no_chart_asks_for_anything_outside(svgs, kind):
    without_name_space = re.sub(r' xmlns(:xlink)?="[^"]*"', "", svgs[kind])
    assert "http" not in without_name_space
    assert "<image" not in svgs[kind]
    assert "<script" not in svgs[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_cut_off_at_the_edges(svgs, kind):
    """Every text begins and ends within the image, by an estimate of its width."""
    root = ET.fromstring(svgs[kind])
    width = float(root.get("width"))
    for left, text, size, anchor in _placed(root, 0.0):
        reach = 0.45 * size * len(text)
        begin = left - reach * {"start": 0, "middle": 0.5, "end": 1}[anchor]
        assert begin > -30, text
        assert begin + reach < width + 30, text


def _placed(element, left):
    """Each text with the place where it stands, how large it is, and at which end it is held."""
    moved = re.match(r"translate\(([-\d.e]+)", element.get("transform") or "")
    left += float(moved.group(1)) if moved else 0.0
    if element.tag.endswith("}text"):
        lines = [each for each in element if each.tag.endswith("tspan")] or [element]
        size = float(element.get("font-size").removesuffix("px"))
        for line in lines:
            yield left, line.text or "", size, element.get("text-anchor") or "start"
        return
    for inside in element:
        yield from _placed(inside, left)


def test_lines_are_named_at_their_ends_without_a_legend(svgs):
    for name in NAMES.values():
        assert name in texts(svgs["Lines"])
    assert "legend" not in svgs["Lines"]


def with_gaps(sample, measure):
    """The same, with a measure that nobody knows in the first year, and one run does not in the second."""
    values = sample.values.copy()
    known = values[:, :, MEASURES.index(measure)]
    known[:, :, 0] = known[0, :, 1] = math.nan
    return replace(sample, values=values)


@pytest.mark.parametrize("many", [1, 2, 3])
@pytest.mark.parametrize(
    "measure",
    ["allocation_gbp", "in_treatment", "waited_3_weeks_or_less_share", "support_places_used_share"],
)
def test_lines_of_a_page_are_those_of_a_report(comparison, measure, many):
    for gaps in (False, True):
        samples = comparison.samples[:many]
        samples = [with_gaps(each, measure) for each in samples] if gaps else samples
        (place,) = samples[0].partnerships
        for partnership in (None, place):
            page = charts.lines_for_page(samples, measure, "Lines of both", partnership=partnership)
            whole = spec_of(
                lambda at=partnership, drawn=samples: charts.lines_by_year(
                    drawn, measure, "Lines of both", partnership=at
                )
            )
            assert page.message == whole.message == "Lines of both"
            assert page.beneath == whole.beneath
            assert page.alt == whole.alt
            assert page.vega == inlined(whole.vega)
            assert "slot: " not in str(page.vega)


def test_lines_of_a_page_are_filled_with_their_own_numbers(comparison):
    """The outline is made once, and keeps nothing of what it was first made for."""
    one, two, _ = comparison.samples
    same = [
        replace(each, scenario=each.scenario.model_copy(update={"name": "x", "title": "X"}))
        for each in (one, two)
    ]
    first, second, again = (
        charts.lines_for_page([each], "in_treatment", "Lines") for each in (*same, same[0])
    )
    assert first.vega != second.vega
    assert first == again


def test_lines_differ_by_dash_as_well_as_by_colour(comparison):
    chart = charts.lines_by_year(comparison.samples, "in_treatment", "Lines").to_dict()
    scales = [
        layer["encoding"]["strokeDash"]["scale"]
        for layer in chart["layer"]
        if "strokeDash" in layer["encoding"]
    ]
    assert scales
    assert all(scale["range"] == [list(each) for each in DASHES[:3]] for scale in scales)


def test_a_scenario_keeps_its_colour_where_others_have_no_value(comparison):
    chart = charts.lines_by_year(comparison.samples, "support_places_used_share", "Support")
    (scale,) = {
        str(layer["encoding"]["color"]["scale"])
        for layer in chart.to_dict()["layer"]
        if "color" in layer["encoding"]
    }
    assert PALETTE[2] in scale
    assert PALETTE[0] not in scale


def test_lines_are_means_with_bands_that_hold_nine_runs_in_ten(comparison):
    many = [replace(each, values=np.concatenate([each.values] * 20)) for each in comparison.samples]
    series = means(many, "in_treatment", NAMES)[1]
    told = many[1].of("in_treatment")
    assert series.name == "Move them on"
    assert series.middle == pytest.approx(told.mean(axis=0))
    assert series.low == pytest.approx(np.quantile(told, 0.05, axis=0))
    assert series.high == pytest.approx(np.quantile(told, 0.95, axis=0))
    assert "bands hold 9 runs in 10" in below(charts.lines_by_year(many, "in_treatment", "Lines"))


def test_bands_of_few_runs_are_all_of_them(comparison):
    series = means(comparison.samples, "in_treatment", NAMES)[1]
    told = comparison.others[0].of("in_treatment")
    assert series.low == pytest.approx(told.min(axis=0))
    assert series.high == pytest.approx(told.max(axis=0))
    chart = charts.lines_by_year(comparison.samples, "in_treatment", "Lines")
    assert f"bands are the lowest to highest of {len(told)} runs" in below(chart)


def test_differences_are_paired_and_keep_the_colour_of_their_scenario(comparison):
    series = differences(comparison, "allocation_gbp", NAMES)
    by_hand = comparison.others[1].of("allocation_gbp") - comparison.baseline.of("allocation_gbp")
    assert series[1].middle == pytest.approx(by_hand.mean(axis=0))
    assert [each.style for each in series] == [1, 2]


def test_what_is_too_close_to_call_is_an_open_circle_and_no_difference_is_not(comparison):
    unclear = Series("A", 1, (0.0, 5.0, 5.0), (0.0, -1.0, 4.0), (0.0, 11.0, 6.0))
    plot = _Plot(("a", "b", "c"), "in_treatment", (unclear,), with_zero=True)
    rows = plot.points(may_be_open=True).data.values
    assert [row["open"] for row in rows] == [False, True, False]


def below(chart):
    """What stands below a chart's title."""
    return " ".join(chart.title.subtitle)


def test_differences_show_zero_and_lines_say_where_the_scale_begins(comparison, svgs):
    assert "£0" in texts(svgs["Differences"])
    assert "does not begin at 0" in texts(svgs["Lines"])
    from_zero = charts.lines_by_year(comparison.samples, "planned_exits", "Exits")
    assert "does not begin at 0" not in below(from_zero)


def test_a_measure_that_is_missing_everywhere_still_makes_a_chart(comparison):
    park = (comparison.baseline,)
    svg = charts.to_svg(charts.lines_by_year(park, "support_places_used_share", "Nothing"))
    assert "Nothing" in texts(svg)
    assert "NaN" not in svg


def test_two_scenarios_of_one_title_are_told_apart(comparison):
    twice = (comparison.baseline, comparison.baseline)
    told = texts(
        charts.to_svg(charts.lines_by_year(twice, "in_treatment", "Twice", names={"park": "Same"}))
    )
    assert "Same (1)" in told
    assert "Same (2)" in told


def test_the_year_of_transition_is_marked(svgs):
    assert "transition" in texts(svgs["Lines"])


def test_a_waterfall_falls_step_by_step_to_the_whole_change(comparison):
    told = explain(comparison.others[0])
    chart = charts.waterfall(told, "Average partnership", "Why")
    rows = chart.layer[0].data.values
    for before, after in pairwise(rows[:-1]):
        assert after["begin"] == pytest.approx(before["end"])
    assert rows[-1]["name"] == "In all"
    assert (rows[-1]["begin"], rows[-1]["end"]) == (0, pytest.approx(rows[-2]["end"]))
    paid = comparison.others[0].of("allocation_gbp").mean(axis=0)
    assert rows[-1]["end"] == pytest.approx(paid[-1] - paid[0])


def test_bars_have_their_intervals_where_there_are_any(svgs):
    assert "Area 1 alone" in texts(svgs["Alone"])
    assert "−£300" in texts(svgs["Alone"])
    without = charts.alone_against_together(together(low=math.nan), "Alone", replications=1)
    assert "NaN" not in charts.to_svg(without)


def test_what_a_scenario_says_cannot_break_out_of_the_image(comparison):
    hostile = {"park": "<script>alert(1)</script> \"&' -->"}
    svg = charts.to_svg(
        charts.lines_by_year(comparison.samples, "in_treatment", "</svg><b>", names=hostile)
    )
    assert "<script" not in svg
    assert "<b>" not in svg
    assert "<script>alert(1)</script>" in ET.fromstring(svg).get("aria-label")


def test_png_is_png_and_the_same_chart_gives_the_same_bytes(comparison, svgs):
    chart = charts.client_worth(client_kept(comparison.baseline, "opiate"), "Worth")
    assert charts.to_png(chart, scale=1).startswith(b"\x89PNG")
    assert charts.to_svg(chart) == svgs["Worth"]


def test_a_missing_part_is_named_with_what_to_install(comparison, monkeypatch):
    chart = charts.alone_against_together(together(), "Alone", replications=3)
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(MissingExtra, match=r"treatment-funding-simulator\[report\]"):
        charts.to_svg(chart)
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(MissingExtra, match=r"treatment-funding-simulator\[report\]"):
        charts.lines_by_year(comparison.samples, "in_treatment", "Lines")


@pytest.mark.parametrize(
    ("domain", "part"),
    [((0, 2.5e6), "'m'"), ((-4e5, 1e5), "',000'"), ((0, 3000), "''")],
)
def test_pounds_are_in_millions_thousands_or_whole(domain, part):
    assert part in tick_gbp(domain)


def test_text_is_wrapped_and_never_vanishes():
    assert wrapped("one two three", 7) == ["one two", "three"]
    assert wrapped("", 7) == [""]


labels = st.lists(st.tuples(st.floats(-50, 400), st.floats(5, 60)), min_size=1, max_size=8)


@given(labels)
def test_labels_never_cover_each_other(given_labels):
    wanted, heights = zip(*given_labels, strict=True)
    placed = spread_out(wanted, heights, 280)
    edges = sorted((p - h / 2, p + h / 2) for p, h in zip(placed, heights, strict=True))
    assert edges[0][0] >= -1e-9
    assert edges[-1][1] <= max(280, sum(heights)) + 1e-9
    for (_, end), (begin, _) in pairwise(edges):
        assert begin >= end - 1e-6


@given(labels)
def test_labels_keep_the_order_of_their_lines(given_labels):
    wanted, heights = zip(*given_labels, strict=True)
    placed = spread_out(wanted, heights, 280)
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    assert [placed[i] for i in order] == sorted(placed)


def test_labels_with_room_stay_where_they_belong():
    assert spread_out([50, 100, 200], [20, 20, 20], 280) == [50, 100, 200]


def test_the_meter_has_its_break_even_where_what_is_lost_equals_what_is_saved():
    told = charts.meter(moves(), "A rule", "Does it cost?", replications=3).to_dict()
    marks = [values for data in _values(told) for values in data if "even" in values]
    assert marks == [{"even": 1000.0}] * len(marks)
    assert "£900" in charts.meter(moves(), "A rule", "Does it cost?", replications=3).description


def test_a_meter_read_off_those_kept_speaks_of_keeping():
    chart = charts.meter(moves(move="kept"), "A rule", "Does it pay?", replications=3)
    texts = charts.to_svg(chart)
    assert "Pounds for each client kept another year" in texts
    assert "Allocation gained (below 0: lost): £900" in chart.description
    assert "Brought in (below 0: it costs): −£100" in chart.description


def test_the_label_of_break_even_stands_where_there_is_room():
    def side(saved):
        svg = charts.to_svg(charts.meter(moves(5000.0, saved), "A", "B", replications=3))
        return re.search(r'text-anchor="(\w+)"[^>]*>breaks even', svg)[1]

    assert side(4900.0) == "end"
    assert side(-100.0) == "start"


def test_four_moves_have_three_bars_each():
    told = charts.four_moves(moves(), "A rule", "Moves", replications=3)
    assert told.description.count("net: ") == 4
    assert told.description.count(": allocation: ") == 4


def _values(node):
    """All data that stands in a chart."""
    if isinstance(node, dict):
        if isinstance(node.get("values"), list):
            yield node["values"]
        for each in node.values():
            yield from _values(each)
    elif isinstance(node, list):
        for each in node:
            yield from _values(each)
