"""Formulas side by side on two small areas: what is compared with what, and what the page says of it."""

from __future__ import annotations

import json
from contextlib import nullcontext

import numpy as np
import pytest
from tiny import a_tenth_of
from typer.testing import CliRunner

import simulator as sim
from simulator import cli
from simulator.behaviour import OUTCOMES
from simulator.report import formulas as told_of
from simulator.report.document import markdown
from simulator.side_by_side import Asked, as_records, side_by_side
from simulator.wording import TOO_CLOSE

NAMES = ("activity_2008", "young_people_index", "completions_only")
SEED = 3


@pytest.fixture(scope="module")
def areas():
    """Two kinds of area, a tenth of the average one, in a pot of their own; three years."""
    partnerships = (
        "partnerships={Big: {copies: 2, size: 1.4, old_share_weight: 1.2}, Small: {size: 0.8}}"
    )
    whole = sim.load(
        "baseline_2008",
        [
            "years=4",
            partnerships,
            "formula.rest.partnerships=0",
            "formula.phase_in_share=1.0",
            "formula.pot_gbp=9000000",
            "behaviour.choices.move_on_delay_days=[0.0, 1460.0]",
            "behaviour.horizon_years=3",
        ],
    )
    return a_tenth_of(whole)


@pytest.fixture(scope="module")
def told(areas, tmp_path_factory):
    one = a_tenth_of(
        sim.load(
            "baseline_2008", ["years=4", "formula.pot_gbp=373000000", "formula.phase_in_share=1.0"]
        )
    )
    return side_by_side(
        [sim.load_formula(name) for name in NAMES],
        Asked(one, areas, areas, ("opiate",)),
        replications=3,
        seed=SEED,
        workers=1,
        folder=tmp_path_factory.mktemp("runs"),
        watch=lambda _: nullcontext(lambda done, of: None),
    )


@pytest.fixture(scope="module")
def sides(told):
    return {side.preset.name: side for side in told.sides}


@pytest.mark.slow
def test_putting_clients_first_is_the_same_plan_under_every_formula(told):
    plans = {
        tuple(
            (option.of_levers["move_on_delay_days"], option.of_levers["early_exit_rate_per_year"])
            for option in (side.game.option(player, side.first) for player in range(2))
        )
        for side in told.sides
    }
    assert plans == {((0.0, 0.0), (0.0, 0.0))}


@pytest.mark.slow
def test_need_alone_moves_no_allocation_and_nobody_moves(sides):
    need = sides["young_people_index"]
    for change in (need.alone, need.together):
        assert (change.mean, change.low, change.high) == (0, 0, 0)
    assert need.game.end == need.now
    assert (need.against_now.mean, need.unsteady.mean) == (0, pytest.approx(0, abs=1e-6))


@pytest.mark.slow
def test_what_is_told_is_what_was_lived(sides):
    side = sides["activity_2008"]
    recovery = OUTCOMES.index("in_recovery")
    first, now = (side._lived(each)[:, :, recovery, -1] for each in (side.first, side.now))
    by_hand = ((first - now) @ np.array([2.0, 1.0])).mean()
    assert side.first_against_now.mean == pytest.approx(by_hand)
    price = side.price("in_recovery", "last").mean
    assert price == pytest.approx(side.against_now.mean - by_hand)


@pytest.mark.slow
def test_alone_others_stay_and_together_they_do_not(sides):
    """Together nobody outside shares the pot, so what all gain and lose sums to nothing."""
    side = sides["activity_2008"]
    pounds = OUTCOMES.index("allocation_gbp")
    moved = (side._lived(side.first) - side._lived(side.now))[:, :, pounds]
    assert np.abs(np.einsum("rpy,p->ry", moved, [2.0, 1.0])).max() <= 2
    assert side.shown == "Big"
    assert side.others == 2


@pytest.mark.slow
def test_the_verdict_counts_every_partnership_once(sides):
    words = sides["activity_2008"].chosen(sides["activity_2008"].now)
    assert words.startswith("all ")


@pytest.mark.slow
def test_the_page_says_nothing_against_its_numbers(told):
    page = markdown(told_of.document(told, "treatment-sim formula compare", drawn=False))
    for side in told.sides:
        assert f"**{side.preset.title}** (`{side.preset.name}`)" in page
    assert "£-" not in page
    assert "−£233,971" in page
    headline = told_of._price_told(told)
    fewer = sum(side.against_now.high < 0 for side in told.sides)
    assert headline.startswith(f"Under {fewer} of 3 formulas")


@pytest.mark.slow
def test_every_cell_has_the_sign_of_its_number(told):
    for side in told.sides:
        cell = told_of._cell(side.alone, told_of.gbp)
        if side.alone.low <= 0 <= side.alone.high:
            assert cell.text in (TOO_CLOSE, "nothing")
        else:
            assert cell.text[0] == ("+" if side.alone.mean > 0 else "−")


@pytest.mark.slow
def test_records_hold_every_answer(told):
    rows = as_records(told)
    assert [row["name"] for row in rows] == list(NAMES)
    assert json.loads(json.dumps(rows, allow_nan=False)) == rows
    assert {"in_recovery, last", "deaths, sum", "spent_gbp, sum"} <= set(rows[0]["price"])
    assert rows[1]["clients_first_alone_gbp"]["mean"] == 0


@pytest.mark.slow
def test_the_charts_are_drawn_with_their_words(told):
    page = told_of.document(told, "treatment-sim formula compare", drawn=True)
    drawings = [piece for piece in page.first if hasattr(piece, "svg")]
    assert len(drawings) == 2
    assert all("Bar chart" in drawing.svg for drawing in drawings)


def test_every_fault_of_what_is_asked_is_told_before_anything_runs(tmp_path):
    told = CliRunner().invoke(
        cli.app,
        [
            "formula",
            "compare",
            "activity_208",
            "nobodys.yaml",
            "--types",
            "england",
            "--group",
            "x",
            "--out",
            str(tmp_path),
        ],
    )
    assert told.exit_code == 2
    assert told.stdout == ""
    for words in ("did you mean activity_2008?", "nobodys.yaml", "'england'"):
        assert words in told.stderr
    assert not list(tmp_path.iterdir())


def test_a_formula_named_twice_is_refused():
    with pytest.raises(sim.BadInput, match="each of its own name, got activity_2008"):
        sim.compare_formulas(
            ["activity_2008", "activity_2008"], types="eight_park", areas="eight_park"
        )
