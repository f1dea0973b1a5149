"""What pages say and hand out: tables as they stand, files of numbers, words without code, no change that is lost."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd
import pytest
from here import box, here, page_of, words

from simulator.levers import levers
from simulator.proposal import Proposal
from simulator.screens import explore, pieces, state
from simulator.screens.tidy import COLUMNS
from simulator.visit import Visit

__all__ = ["here"]

pytestmark = [pytest.mark.filterwarnings("default"), pytest.mark.usefixtures("here")]

PICTURE = "![x](https://evil.example/a.png)"


def page(room, changes=(), **visit):
    plan = Proposal(title=visit.pop("title", ""), reason=visit.pop("reason", ""))
    at = page_of(room, Visit(plan=plan.with_changes(dict(changes)), replications=4, **visit).link)
    assert not at.exception
    return at


def told(at):
    return words(at).replace("\\", "")


@pytest.fixture
def files(monkeypatch):
    """Tables that pages hand out, as they are written when somebody asks for one."""
    found = []
    asked = pieces.st.download_button

    def kept(label, data, **more):
        if isinstance(data, partial) and data.func is pieces.as_csv:
            found.append(*data.args)
            assert data().count("\n") > 1
        return asked(label, data, **more)

    monkeypatch.setattr(pieces.st, "download_button", kept)
    return found


# Tables as they stand


def test_no_cell_of_a_table_is_a_picture():
    changes = {"world.support.cost_gbp_per_week": 33.0}
    at = page_of("method", Visit(plan=Proposal(reason=PICTURE).with_changes(changes)).link)
    at.radio(key="part").set_value("Assumptions").run()
    at.text_input(key="search").set_value("evil.example").run()
    assert not at.exception
    (table,) = at.table
    cells = [*table.value.to_numpy().ravel(), *table.value.index]
    assert any("evil" in str(each) for each in cells)
    assert not any("![x](" in str(each) for each in cells)


def test_no_head_of_a_table_is_a_picture():
    def drawn():
        import pandas as pd

        from simulator.screens import pieces as room

        room.read(pd.DataFrame({"![a](b)": ["![c](d)"], "![e](f)": [1.5]}), "A table")

    from streamlit.testing.v1 import AppTest

    table = AppTest.from_function(drawn).run().table[0].value
    assert not any("![" in str(each) for each in (table.index.name, *table.columns, *table.index))
    assert table.iloc[0, 0] == 1.5


# Files of numbers


@pytest.mark.parametrize("room", ["explore", "money"])
def test_every_file_has_numbers_with_all_that_a_reader_must_know(files, room):
    page(room, {"plan.move_on_delay_days": 0.0}, seed=7)
    told = [
        table
        for table in files
        if "one_client" not in table.columns and "move" not in table.columns
    ]
    assert len(told) >= 2
    for table in told:
        assert set(COLUMNS) <= {*table.columns}
        for name in ("mean", "low", "high"):
            assert pd.api.types.is_numeric_dtype(table[name])
        assert set(table["seed"]) == {7}
        assert set(table["replications"]) == {4}
        assert set(table[table["unit"] == "£"]["price_year"]) <= {"2008-09"}
        assert table["note"].str.startswith("Illustrative").all()
        assert table["year"].str.fullmatch(r"\d{4}-\d\d").all()


def test_a_file_of_levels_tells_the_sides_apart(files):
    page("explore", {"world.support.cost_gbp_per_week": 33.0, "plan.stretch_share": 0.2})
    assert set(files[0]["side"]) == {"Comparison", "Your plan"}
    assert len(set(files[0]["scenario"])) == 2


# What is said


def test_few_runs_are_not_called_nine_in_ten():
    at = page("explore", {"plan.move_on_delay_days": 0.0})
    assert "9 runs in 10" not in told(at)
    assert "Lowest to highest of 4 runs" in told(at)
    assert "lowest to highest of 4 runs" in " ".join(at.table[0].value.columns)


def test_pounds_say_their_prices():
    assert "Pounds are in prices of 2008-09." in told(page("explore"))


def test_what_is_compared_with_keeps_its_title_and_its_side():
    changes = {"world.support.cost_gbp_per_week": 33.0, "plan.move_on_delay_days": 0.0}
    at = page("explore", changes)
    title = Proposal().scenario().title
    assert f"Against “{title}, under your assumptions”" in told(at)
    columns = " ".join(at.table[0].value.columns).replace("\\", "")
    assert "Comparison: mean" in columns
    assert "Your plan: mean" in columns


def test_a_formula_is_told_in_words_and_without_code():
    at = page("explore", {"formula.phase_in_share": 1.0, "formula.lag_years": 2})
    said = at.subheader[-1].value.replace("\\", "")
    assert "The formula is " in said
    assert "lag 2 years" in said
    assert "share is" not in said


def test_an_assumption_is_told_by_its_title_and_unit():
    at = page("explore", {"world.fixed_overhead_gbp": 250_000})
    said = at.subheader[-1].value.replace("\\", "").lower()
    assert "gbp" not in said
    assert "£250,000" in said
    assert "overhead" in said


def test_nothing_on_the_page_speaks_of_files():
    at = page("explore", {"formula.floor_share": 0.5})
    assert "null" not in told(at)
    assert not any("null" in each.label for each in at.button)


# Changes that are not lost, levers beyond eight


def test_two_years_typed_before_the_page_is_drawn_again_are_both_kept():
    at = page("explore")
    box(at, "type plan.move_on_delay_days 0 1").set_value(30.0)
    box(at, "type plan.move_on_delay_days 0 3").set_value(60.0)
    at.run()
    assert not at.exception
    plan = at.session_state[state.VISIT].plan.scenario().plan
    delays = plan.move_on_delay_days
    listed = next(iter(delays.values())) if isinstance(delays, dict) else delays
    assert (listed[1], listed[3]) == (30.0, 60.0)


def test_levers_beyond_eight_wait_behind_a_word(monkeypatch):
    more = replace(
        next(each for each in levers() if each.path == "plan.reintegration_share"),
        path="plan.outreach_share",
        question="How much for outreach?",
        title="Share for outreach",
        order=98,
    )
    monkeypatch.setattr(explore, "levers", lambda **_: (*levers(), more))
    at = page("explore")
    (behind,) = (each for each in at.expander if each.label == "More levers")
    assert [each.key for each in behind.slider] == ["slide plan.outreach_share 0"]
    at.slider(key="slide plan.outreach_share 0").set_value(10.0).run()
    assert not at.exception
    assert at.session_state[state.VISIT].plan.scenario().plan.outreach_share == 0.1


def test_eight_levers_need_no_word_for_more():
    assert not [each for each in page("explore").expander if each.label == "More levers"]
