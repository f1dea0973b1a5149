"""Charts of plans in many worlds: what they say, and that they can be drawn."""

from __future__ import annotations

import pytest
from planted import Axis
from planted_worlds import contest, cost, flat
from tiny import a_tenth_of

from simulator.charts.contest import (
    along_assumption,
    differences_by_world,
    four_lines,
    worlds_won,
)
from simulator.charts.look import to_svg
from simulator.comparing.flips import movers
from simulator.comparing.four import four_of, four_scenarios
from simulator.comparing.leads import lead, leads
from simulator.replicate import run
from simulator.scenario import load

AXES = (cost(), Axis("b"))


@pytest.fixture(scope="module")
def one():
    return contest(AXES, flat, lambda p: 41.0 - p[:, 0], luck=2.0)


def title(chart):
    return " ".join(chart.title.text)


def mark(layer):
    return getattr(layer.mark, "type", layer.mark)


def test_differences_by_world_say_who_wins_and_what_is_luck(one):
    chart = differences_by_world(one, lead(one, 1, 0, 0))
    assert title(chart).startswith("People in recovery: “Move on” beats “Park” in ")
    svg = to_svg(chart)
    assert "worlds" in svg
    assert "Higher in" in svg
    assert "Luck alone moves a world by" in " ".join(chart.title.subtitle)


def test_nobody_is_said_to_win_by_luck():
    told = contest(AXES, flat, flat, luck=1.0)
    assert "too close to call" in title(differences_by_world(told, lead(told, 1, 0, 0)))


def test_an_assumption_that_flips_the_lead_is_drawn_with_its_stretch(one):
    chart = along_assumption(one, movers(one)[0])
    assert "“Move on” is ahead below £4" in title(chart)
    assert "grey: too close to call" in " ".join(chart.title.subtitle)
    marks = [mark(layer) for layer in chart.layer]
    assert marks.count("rect") == 1
    assert to_svg(chart).startswith("<svg")
    calm = along_assumption(one, movers(one)[-1])
    assert "does not flip it" in title(calm)
    assert "rect" not in [mark(layer) for layer in calm.layer]


def test_bars_of_worlds_hold_the_whole(one):
    chart = worlds_won(one, leads(one))
    bars = next(layer for layer in chart.layer if mark(layer) == "bar")
    assert max(row["end"] for row in bars.data.values) == pytest.approx(1.0)
    assert "(higher is better)" in chart.description


def test_four_lines_are_named():
    base = a_tenth_of(load("park"))
    changes = [
        ("plan.move_on_delay_days", 0.0),
        ("world.groups.opiate.after.relapse.scale_days", 100.0),
    ]
    told = four_of(run(four_scenarios(base, changes, "Move on"), 2, 1, 1))
    svg = to_svg(four_lines(told, "in_recovery"))
    for name in ("As it is", "With “Move on”", "Changed assumptions"):
        assert name in svg
