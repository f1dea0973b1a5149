"""Charts and the report of a sweep: what they draw is what came out."""

from __future__ import annotations

import numpy as np
import pytest
from counted import COST, counting
from tiny import a_tenth_of

import simulator as sim
from simulator.charts import sweep as charts
from simulator.charts.heat_map import EITHER_WAY, RISING, heat_map, luminance, mixed
from simulator.charts.look import to_png, to_svg
from simulator.report.document import markdown, page
from simulator.report.sweep import document
from simulator.scenario import load
from simulator.sweeps import Lived

SHARE = "plan.reintegration_share"


def leaning(cell):
    """What a ready client costs counts for the plan that moves people on, and against the one that keeps them."""
    told = counting(cell)
    moves_on = cell.scenario.plan.move_on_delay_days == 0
    cost = cell.scenario.world.groups["opiate"].treatment.cost_ready_gbp_per_week
    values = told.values + (2 * (cost - 35) if moves_on else 0.0)
    return Lived(told.partnerships, told.years, told.groups, values)


def too_dear(cell):
    """The same, but that it fails where a ready client costs more than £40 a week."""
    if cell.scenario.world.groups["opiate"].treatment.cost_ready_gbp_per_week > 40:
        raise RuntimeError("too dear")
    return leaning(cell)


@pytest.fixture(scope="module")
def plans():
    return [a_tenth_of(load(name)) for name in ("park", "move_on")]


def swept(plans, factors, **parts):
    study = {
        "title": "A sweep",
        "scenarios": ["park", "move_on"],
        "factors": factors,
        "replications": 3,
        "measures": ["in_recovery", "allocation_gbp@last"],
    }
    return sim.sweep(study | parts, scenarios=plans, model=leaning)


@pytest.fixture(scope="module")
def grid(plans):
    cost = {"path": COST, "values": [25, 35, 45]}
    support = {"path": SHARE, "values": [0.0, 0.1], "takes_from": "plan.treatment_share"}
    return swept(plans, {"cost": cost, "support": support})


def rows_of(chart):
    return chart.to_dict()["data"]["values"]


def tiles_of(chart):
    return chart.layer[0].data.values


def numbers_of(chart):
    return [row["text"] for row in chart.layer[-1].data.values]


def test_a_heat_map_has_a_tile_for_each_pair_with_its_mean(grid):
    outcome, (cost, support) = grid.outcomes[0], grid.dimensions
    chart = heat_map(grid, outcome, cost, support)
    rows = tiles_of(chart)
    assert [(row["x"], row["y"]) for row in rows] == [(x, y) for x in range(3) for y in range(2)]
    assert [row["mean"] for row in rows] == [26, 26, 36, 36, 46, 46]  # runs 0, 1 and 2
    assert numbers_of(chart)[::2] == ["26", "36", "46"]
    assert "10%, £45 a week: 46" in chart.description
    assert not any(row["close"] for row in rows)


def test_a_heat_map_of_differences_hatches_what_is_too_close(grid):
    outcome, (cost, support) = grid.outcomes[0], grid.dimensions
    chart = heat_map(grid, outcome, cost, support, 1, 0)
    assert numbers_of(chart)[::2] == ["−20", "0", "+20"]
    assert [row["close"] for row in tiles_of(chart)][::2] == [False, True, False]
    boxes, hatch, *_ = chart.layer
    assert boxes.encoding.x2.shorthand == hatch.encoding.x2.shorthand == "x2:Q"
    for line in hatch.data.values:
        assert 1 <= line["x"] <= line["x2"] <= 2
        assert 0 <= line["y2"] <= 2
        assert 0 <= line["y"] <= 2
    assert "Hatched: too close to call." in " ".join(chart.title.subtitle)
    assert "£35 a week: 0 (too close to call)" in chart.description


def test_numbers_are_left_out_where_they_do_not_fit(plans):
    cost = {"path": COST, "range": [20, 49], "levels": 30}
    support = {"path": SHARE, "values": [0.0, 0.1], "takes_from": "plan.treatment_share"}
    wide = swept(plans, {"cost": cost, "support": support}, design={"kind": "grid"})
    chart = heat_map(wide, wide.outcomes[0], *wide.dimensions, 1, 0)
    assert len(tiles_of(chart)) == 60
    assert all(len(text) <= 2 for text in numbers_of(chart))
    assert to_svg(chart).count("too close") >= 1  # said below it


def test_a_tile_that_failed_is_empty(plans):
    cost = {"path": COST, "values": [25, 35, 45]}
    support = {"path": SHARE, "values": [0.0, 0.1], "takes_from": "plan.treatment_share"}
    study = {"title": "A sweep", "scenarios": ["park", "move_on"], "replications": 3}
    given = study | {"factors": {"cost": cost, "support": support}, "measures": ["in_recovery"]}
    told = sim.sweep(given, scenarios=plans, model=too_dear)
    chart = heat_map(told, told.outcomes[0], *told.dimensions)
    assert [row["mean"] for row in tiles_of(chart)] == [26, 26, 36, 36, None, None]
    assert numbers_of(chart)[-1] == "–"
    assert "Empty: it failed." in " ".join(chart.title.subtitle)
    assert "NaN" not in to_svg(chart)


def test_colours_of_differences_go_either_way_from_zero_and_grow_darker(grid):
    outcome, (cost, support) = grid.outcomes[0], grid.dimensions
    scale = heat_map(grid, outcome, cost, support, 1, 0).to_dict()["layer"][0]["encoding"]["color"]
    domain = scale["condition"]["scale"]["domain"]
    assert domain == [-20, -10, 0, 10, 20]
    lights = [luminance(each) for each in EITHER_WAY]
    assert lights == [*sorted(lights[:3]), *sorted(lights[3:], reverse=True)]
    assert [luminance(each) for each in RISING] == sorted(map(luminance, RISING), reverse=True)
    assert mixed("#000000", "#ffffff", 0.5) == "#808080"


def test_a_curve_tells_each_listed_value_of_each_scenario(grid):
    park, move_on = charts.along(grid, grid.outcomes[0], grid.dimensions[0])
    assert park.at == move_on.at == (0.0, 1.0, 2.0)
    assert park.mean == (26.0, 36.0, 46.0)
    assert move_on.mean == (6.0, 36.0, 66.0)
    band = np.quantile([25.0, 26.0, 27.0] * 2, [0.05, 0.95])  # at both shares
    assert (park.low[0], park.high[0]) == pytest.approx(tuple(band))


@pytest.mark.parametrize(("runs", "ends"), [(19, (0.0, 18.0)), (20, (0.95, 18.05))])
def test_a_band_of_a_curve_holds_all_of_few_runs(runs, ends):
    _, mean, low, high, *_ = charts._part(1.0, np.arange(float(runs))[np.newaxis])
    assert mean == pytest.approx((runs - 1) / 2)
    assert (low, high) == pytest.approx(ends)


def test_a_curve_tells_parts_of_a_range_where_points_lie_anywhere(plans):
    study = swept(
        plans,
        {"cost": {"path": COST, "range": [20, 50]}},
        design={"kind": "latin_hypercube", "points": 64},
    )
    park, _ = charts.along(study, study.outcomes[0], study.dimensions[0])
    assert len(park.at) == charts.BINS
    assert np.array(park.mean) - park.at == pytest.approx(np.ones(charts.BINS))
    assert all(
        low < mean < high
        for low, mean, high in zip(park.sure_low, park.mean, park.sure_high, strict=True)
    )


@pytest.mark.slow
@pytest.mark.parametrize("which", ["heat map", "differences", "curve", "trajectories"])
def test_each_chart_can_be_drawn_and_read_out(which, grid):
    outcome, (cost, support) = grid.outcomes[1], grid.dimensions
    chart = {
        "heat map": lambda: heat_map(grid, outcome, cost, support),
        "differences": lambda: heat_map(grid, outcome, cost, support, 1, 0),
        "curve": lambda: charts.curve(grid, outcome, cost),
        "trajectories": lambda: charts.trajectories(grid, outcome),
    }[which]()
    svg = to_svg(chart)
    assert 'role="img"' in svg
    assert chart.description.partition(".")[0] in svg
    assert to_png(chart).startswith(b"\x89PNG")
    assert "£" in chart.description


@pytest.mark.slow
def test_the_report_says_what_varied_and_what_came_out(grid):
    told = markdown(document(grid, "treatment-sim sweep x.yaml", draw=True))
    assert "treatment-sim sweep x.yaml" in told
    assert "12 cells: 6 points of 2 things that vary" in told
    assert (
        "| In recovery on 31 March, 2012-13: Ready clients are moved on at once | −20 | 0 | +20 | 2 | 2 | 2 |"
        in told
    )
    assert "Cost of a client who is ready to leave" in told
    assert "assumed" in told
    assert "not verified" in told.casefold()
    assert "failed" not in told
    html = page(document(grid, "x", draw=True))
    assert html.count("<svg") >= 4


def noisy(cell):
    """Cells whose runs differ by more than what varies, each by luck of its own."""
    told = leaning(cell)
    many = np.arange(cell.first, cell.first + cell.size)
    return Lived(
        told.partnerships,
        told.years,
        told.groups,
        told.values + (10 * (-1.0) ** many).reshape(-1, 1, 1, 1, 1),
    )


def layers_of(chart):
    return chart.to_dict()["layer"]


def marks_of(chart):
    return [each["mark"]["type"] for each in layers_of(chart)]


def domain_of(chart):
    (domain,) = {
        tuple(each["encoding"]["y"]["scale"]["domain"])
        for each in layers_of(chart)
        if "scale" in each["encoding"]["y"]
    }
    return domain


@pytest.mark.parametrize(("runs", "drawn"), [(1, False), (2, False), (3, False), (20, True)])
def test_an_interval_of_few_runs_is_not_drawn_and_the_chart_says_so(plans, runs, drawn):
    study = {
        "title": "A sweep",
        "scenarios": ["park", "move_on"],
        "factors": {"cost": {"path": COST, "values": [25, 45]}},
        "replications": runs,
        "measures": ["in_recovery"],
    }
    result = sim.sweep(study, scenarios=plans, model=noisy)
    chart = charts.curve(result, result.outcomes[0], result.dimensions[0])
    rows = [row for each in layers_of(chart) for row in each["data"]["values"] if "low" in row]
    assert all((row["sure_low"] is not None) == drawn for row in rows)
    subtitle = " ".join(chart.to_dict()["title"]["subtitle"])
    assert ("Dashed outline: 95% interval" in subtitle) == drawn
    assert ("not drawn" in subtitle or "no band or interval" in subtitle) == (not drawn)


def test_intervals_and_bands_stay_in_the_plot(plans):
    """Five runs, of which the interval is wider than nine in ten of them: it is drawn, and the axis holds it."""
    study = {
        "title": "A sweep",
        "scenarios": ["park", "move_on"],
        "factors": {"cost": {"path": COST, "values": [25, 45]}},
        "replications": 5,
        "measures": ["in_recovery"],
    }
    result = sim.sweep(study, scenarios=plans, model=noisy)
    outcome, cost = result.outcomes[0], result.dimensions[0]
    found = charts.along(result, outcome, cost)
    low, high = domain_of(charts.curve(result, outcome, cost))
    assert min(x for each in found for x in each.sure_low) < min(
        x for each in found for x in each.low
    )
    assert low <= min(x for each in found for x in each.sure_low)
    assert high >= max(x for each in found for x in each.sure_high)


def test_an_interval_wider_than_three_bands_is_cut_off(grid):
    outcome, cost = grid.outcomes[0], grid.dimensions[0]
    wide = charts.Along(0, (0.0, 1.0), (5, 5), (0, 0), (10, 10), (-900, -900), (910, 910), (9, 9))
    drawing = charts._Curves(grid, outcome, cost, [wide], is_difference=False)
    low, high = drawing._ends
    assert (low, high) == pytest.approx((-10 - 1.5, 20 + 1.5))
    lines = [each for each in drawing.whole().to_dict()["layer"] if each["mark"]["type"] != "text"]
    assert all(each["mark"]["clip"] for each in lines)


def test_where_other_things_vary_points_are_not_joined(plans, grid):
    study = swept(
        plans,
        {
            "cost": {"path": COST, "range": [20, 50]},
            "support": {"path": SHARE, "range": [0, 0.1], "takes_from": "plan.treatment_share"},
        },
        design={"kind": "latin_hypercube", "points": 16},
    )
    chart = charts.curve(study, study.outcomes[0], study.dimensions[0])
    assert not {"line", "area"} & set(marks_of(chart))
    assert "Other things vary too." in " ".join(chart.to_dict()["title"]["subtitle"])
    joined = charts.curve(grid, grid.outcomes[0], grid.dimensions[0])
    assert {"line", "area"} <= set(marks_of(joined))


def test_a_curve_of_differences_is_paired(grid):
    outcome, cost = grid.outcomes[0], grid.dimensions[0]
    (difference,) = charts.along(grid, outcome, cost, 0)
    assert difference.scenario == 1
    assert difference.mean == (-20.0, 0.0, 20.0)
    assert difference.low == difference.high == difference.mean  # the same luck in both
    assert "+20 at £45 a week" in charts.curve(grid, outcome, cost, 0).description


def test_scenarios_that_what_varies_makes_alike_are_said_to_be_the_same(plans):
    delay = {"path": "plan.move_on_delay_days", "values": [0, 182]}
    result = swept(plans, {"delay": delay, "cost": {"path": COST, "values": [25, 45]}})
    told = markdown(document(result, "x", draw=True))
    assert "are the same in every cell: what varies sets all that told them apart." in told
    assert "too close" not in told
    assert "against:" not in told


def test_a_report_of_few_runs_says_so_and_of_many_does_not(plans, grid):
    few = "Few replications: intervals are rough, and bands cannot be read."
    assert few in markdown(document(grid, "x", draw=False))  # of 3
    many = swept(plans, {"cost": {"path": COST, "values": [25, 45]}}, replications=5)
    assert few not in markdown(document(many, "x", draw=False))


def test_a_study_that_is_not_described_has_no_sentence_of_it(plans, grid):
    assert "A study." not in markdown(document(grid, "x", draw=False))
    factors = {"cost": {"path": COST, "values": [25, 35.5]}}
    told = markdown(document(swept(plans, factors, description="Of costs."), "x", draw=False))
    assert "\n\nOf costs.\n\n" in told
    assert "£25, £35.50 a week" in told


def failing(cell):
    if cell.scenario.world.groups["opiate"].treatment.cost_ready_gbp_per_week == 45:
        raise RuntimeError("no more")
    return counting(cell)


@pytest.mark.slow
def test_the_report_says_what_failed_and_is_drawn_without_it(plans):
    study = {
        "title": "A sweep",
        "scenarios": ["park", "move_on"],
        "factors": {"cost": {"path": COST, "values": [25, 45]}},
        "replications": 2,
    }
    result = sim.sweep(study, scenarios=plans, model=failing)
    told = markdown(document(result, "x", draw=True))
    assert "2 cells failed" in told
    assert "point 1, park: RuntimeError: no more" in told


def test_a_report_without_charts_has_all_else(grid):
    told = markdown(document(grid, "x", draw=False))
    assert "## Charts" not in told
    assert "## What varied" in told


def test_a_sweep_of_nothing_that_varies_has_a_report(plans):
    result = swept(plans, {})
    told = markdown(document(result, "x", draw=True))
    assert "2 cells: 1 point of 0 things that vary" in told


def test_a_chart_drawn_twice_has_the_same_bytes(grid):
    """Vega counts clips on from chart to chart; ours are named by the chart."""
    chart = charts.curve(grid, grid.outcomes[0], grid.dimensions[0])
    first, second = to_svg(chart), to_svg(chart)
    assert first == second
    assert "clip-path" in first
