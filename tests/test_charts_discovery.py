"""Charts of where a plan fails: limits inside what was tried, worlds on two axes, and what is read out."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from planted_boxes import NAMES, SCENARIOS, Dimension, Outcome, asked, failing, uniform, values_of

from simulator.charts import discovery as charts
from simulator.charts.along import Along
from simulator.charts.look import altair, to_svg
from simulator.discovery import find, inside

DIMENSIONS = (
    Dimension("cost", "Cost of a stable client", "£ a week", 20.0, 50.0),
    Dimension("share", "Share that returns", "share", 0.1, 0.4),
    Dimension("rule", "Formula", values=("need_only", "activity_2008", "mixed")),
)


def points(worlds=150, seed=1):
    told = uniform(worlds, 3, seed)
    return np.column_stack(
        [20 + 30 * told[:, 0], 0.1 + 0.3 * told[:, 1], (3 * told[:, 2]).astype(int)]
    )


def found_where(fails, given, dimensions=DIMENSIONS, **others):
    return find(
        given, failing(fails), dimensions, SCENARIOS, [Outcome()], asked(**others), names=NAMES
    )


@pytest.fixture(scope="module")
def found():
    given = points()
    return found_where((given[:, 0] < 32) & (given[:, 2] != 1), given)


def texts(svg):
    return " ".join(" ".join(element.itertext()) for element in ET.fromstring(svg).iter())


def rows_of(chart, number):
    return chart.layer[number].data.values


def test_ranges_show_each_limit_in_all_that_was_tried(found):
    svg = to_svg(charts.rule_ranges(found))
    for told in ("Cost of a stable client", "£32 a week", "£50 a week", "activity 2008", "Rule 1:"):
        assert told in texts(svg)
    whole, within = (rows_of(charts.rule_ranges(found), number) for number in (0, 1))
    (bar,) = [row for row in within if row["from"] == 0 and row["to"] < 0.5 and len(whole) == 2]
    (end,) = [end for end in found.boxes[0].ends if end.place == 0]
    assert bar["to"] == pytest.approx((end.value - 20) / 30)
    assert len(within) == 3  # the cost, and two of three formulas


def test_worlds_stand_where_they_are_and_those_that_fail_are_marked(found):
    chart = charts.failures(found)
    rows = chart.layer[-1].data.values
    assert len(rows) == 150
    failed = [row for row in rows if row["kind"] == charts.FAILS]
    assert len(failed) == found.worlds.failing
    across, upwards = charts.most_limiting(found)
    assert {across, upwards} == {0, 2}
    column = "x" if across == 0 else "y"
    assert sorted(row[column] for row in rows) == pytest.approx(sorted(found.worlds.points[:, 0]))
    assert "Cost of a stable client (£ a week)" in texts(to_svg(chart))
    assert chart.description.startswith("Chart of points.")
    assert "fewer in recovery on 31 March 2013 than under" in " ".join(chart.title.subtitle)


def test_worlds_inside_a_rule_lie_in_its_frame(found):
    chart = charts.failures(found)
    frames = chart.layer[0].data.values
    worlds = chart.layer[-1].data.values
    held = [
        any(
            frame["x"] <= row["x"] <= frame["x2"] and frame["y"] <= row["y"] <= frame["y2"]
            for frame in frames
        )
        for row in worlds
    ]
    assert sum(held) == inside(found.boxes[0].ends, found.worlds.points).sum()
    assert len(frames) == 2  # one for each of the two formulas


def test_kinds_of_worlds_differ_by_shape_as_well_as_by_colour():
    for place in (0, 1):
        told = [kind[place] for kind in charts.KINDS.values()]
        assert len(set(told)) == len(charts.KINDS)


def test_what_is_too_close_to_call_is_drawn_apart():
    given = points(60)
    values = values_of(np.where(given[:, 0] < 30, -0.01, 5.0), spread=1.0)
    told = find(given, values, DIMENSIONS, SCENARIOS, [Outcome()], asked(), names=NAMES)
    rows = charts.failures(told).layer[-1].data.values
    kinds = [row["kind"] for row in rows]
    assert kinds.count(charts.CLOSE) == told.worlds.close.sum() == told.worlds.failing


def test_with_one_dimension_what_is_compared_stands_upwards():
    given = points()[:, :1]
    values = values_of(given[:, 0] - 30.0)
    told = find(given, values, DIMENSIONS[:1], SCENARIOS, [Outcome()], asked(), names=NAMES)
    chart = charts.failures(told)
    rows = chart.layer[-1].data.values
    assert all((row["y"] < 0) == (row["x"] < 30) for row in rows)
    assert "difference from" in texts(to_svg(chart))


def test_where_there_is_no_rule_both_charts_say_so():
    told = found_where(np.arange(150) % 3 == 0, points())
    assert not told.boxes
    assert "No simple rule" in texts(to_svg(charts.failures(told)))
    assert "No rule" in charts.rule_ranges(told).description
    assert "NaN" not in to_svg(charts.rule_ranges(told))


def test_where_nearly_all_fail_the_rule_is_where_it_holds():
    given = points()
    told = found_where(~((given[:, 0] < 32) & (given[:, 2] != 1)), given, least_density=0.6)
    assert charts.headline(told).startswith("It holds mostly where")
    assert "hold;" in texts(to_svg(charts.rule_ranges(told)))


@pytest.mark.parametrize("chart", [charts.rule_ranges, charts.failures])
def test_nothing_is_asked_of_the_network_and_one_text_stands_for_the_image(found, chart):
    svg = to_svg(chart(found))
    root = ET.fromstring(svg)
    assert root.get("role") == "img"
    assert "http" not in re.sub(r' xmlns(:xlink)?="[^"]*"', "", svg)


def test_an_axis_says_its_unit_and_its_words():
    cost, share, rule = (Along(each) for each in DIMENSIONS)
    assert cost.title == "Cost of a stable client (£ a week)"
    assert share.title == "Share that returns"
    assert [along.shown(value) for along, value in ((cost, 27.5), (share, 0.2), (rule, 1))] == [
        "£27.50 a week",
        "20%",
        "activity 2008",
    ]
    assert rule.number("mixed") == 2
    assert rule.domain == (-0.6, 2.6)
    listed = Along(Dimension("days", values=(182, 0, 91)))
    assert listed.number(91) == 91
    assert listed.axis(altair()).to_dict()["values"] == [0, 91, 182]
