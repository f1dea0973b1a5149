"""An area for a page: its scenario without a run, and a fit small enough to wait for, from the made-up area."""

import pickle

import numpy as np
import pytest

from simulator import charts, observe
from simulator.calibrate.emulator import train
from simulator.calibrate.result import Effort
from simulator.calibrate.runs import Runs
from simulator.errors import BadInput, MissingExtra
from simulator.evidence import gaps
from simulator.local_area import (
    quick_effort,
    quick_fit,
    read_upload,
    reference,
    starting_area,
    template,
)
from simulator.local_area.fitted_area import FITTED_NAME
from simulator.scenario import fingerprint, load
from studies import local_area as study

LITTLE = Effort(
    points=24,
    replications=2,
    final_replications=6,
    draws=20,
    level_replications=6,
    predicted_sets=4,
    chain_steps=120,
)
FEW_FIGURES = b"""period,measure,group,value
2008-09,in_contact,all,879
2008-09,new_presentations,all,408
2008-09,planned_exits,all,115
2008-09,re_presentations,other,<5
2008-09,allocation_gbp,all,1557313
2009-10,in_contact,all,99999
"""


def loaded(text, folder, name):
    file = folder / f"{name}.yaml"
    file.write_text(text, encoding="utf-8")
    return load(file)


# The made-up area


@pytest.fixture(scope="module")
def made_up():
    return read_upload(template.filled_in(), template.EXAMPLE_FILE)


def test_the_made_up_area_says_so_in_each_line(made_up):
    assert "(made up)" in made_up.partnership
    assert all(each.source.startswith("Illustrative") for each in made_up.figures)
    first, *_ = template.filled_in().decode("utf-8-sig").splitlines()
    assert first.startswith("# Illustrative: a made-up area.")
    assert not made_up.notes


def test_the_made_up_area_shows_what_the_template_may_hold(made_up):
    text = template.filled_in().decode("utf-8-sig")
    assert all(sign in text for sign in ("<5", "%", "£", " Q4,"))
    assert len(made_up.years) == 3
    assert {each.of.group for each in made_up.figures} == {"all", "opiate", "crack", "other"}


def test_the_made_up_area_is_what_its_study_makes():
    assert template.filled_in().decode("utf-8-sig") == study.example()


# Its scenario at once


def test_what_is_kept_of_the_baseline_is_what_it_counts_now(baseline):
    (kept,) = reference.stored().values()
    assert reference.numbers(baseline) in reference.stored()
    wanted = list(kept)
    counted = observe.observed(
        baseline, wanted, reference.SEED, range(reference.REPLICATIONS)
    ).mean(axis=0)
    assert [kept[each] for each in wanted] == pytest.approx(counted, rel=1e-9)
    backwards = wanted[::-1]
    assert reference.means(baseline, backwards) == [kept[each] for each in backwards]


def test_an_area_in_the_years_of_the_baseline_has_a_scenario_without_a_run(
    monkeypatch, made_up, tmp_path
):
    monkeypatch.setattr(reference, "observed", None)
    start = starting_area(made_up)
    again = loaded(start.file_text, tmp_path, start.scenario.name)
    assert fingerprint(again) == fingerprint(start.scenario)
    assert start.sentences[0].startswith("As large against baseline_2008")
    assert pickle.loads(pickle.dumps(start)) == start


def test_a_base_that_is_not_kept_is_run(monkeypatch, made_up, baseline):
    monkeypatch.setattr(reference, "REPLICATIONS", 1)
    other = load("baseline_2008", ["world.groups.opiate.need.onset_per_year=1"])
    assert starting_area(made_up, other) != starting_area(made_up, baseline)


# The fit


@pytest.fixture(scope="module")
def steps():
    return []


@pytest.fixture(scope="module")
def fitted(steps):
    figures = read_upload(FEW_FIGURES, "ours.csv")
    return quick_fit.work(lambda *step: steps.append(step), figures, effort=LITTLE, workers=1)


@pytest.mark.slow
def test_the_file_of_a_fitted_area_loads_back_as_the_same_scenario(fitted, tmp_path):
    again = loaded(fitted.file_text, tmp_path, FITTED_NAME)
    assert fingerprint(again) == fingerprint(fitted.scenario)
    assert not list(gaps(again))
    moved = [path for each in fitted.assumptions for path in each.found.fitted.paths]
    told = {path: again.evidence[path].fitted_to for path in moved if not path.startswith("plan.")}
    assert told
    assert all("nine in ten of the sets" in text for text in told.values())


@pytest.mark.slow
def test_a_fit_is_small_and_the_same_wherever_it_is_sent(fitted):
    sent = pickle.dumps(fitted)
    assert len(sent) < 500_000
    assert pickle.loads(sent).sentences == fitted.sentences


@pytest.mark.slow
def test_a_fit_does_not_depend_on_its_workers(fitted):
    figures = read_upload(FEW_FIGURES, "ours.csv")
    again = quick_fit.work(lambda *_: None, figures, effort=LITTLE, workers=2)
    assert again.file_text == fitted.file_text
    assert again.as_rows().equals(fitted.as_rows())


@pytest.mark.slow
def test_progress_only_grows_to_the_whole_and_is_told_often(fitted, steps):
    assert fitted
    done, of = zip(*steps, strict=True)
    assert list(done) == sorted(done)
    assert set(of) == {of[0]}
    assert done[0] == 0
    assert done[-1] == of[0]
    assert len({*done}) > 40
    assert max(np.diff(done[:-1])) <= LITTLE.level_replications


@pytest.mark.slow
def test_a_figure_that_cannot_be_is_out_of_reach_and_said_to_be(fitted):
    (impossible,) = fitted.out_of_reach
    assert (impossible.measure, impossible.found.target.value) == ("in_contact", 99999)
    assert any("comes near: In contact in the year, 2009-10" in told for told in fitted.sentences)
    table = fitted.figures_table().set_index("Figure")
    assert table.loc["In contact in the year, 2009-10", "Verdict"] == "missed, out of reach"
    assert (
        table.loc["Re-presentations within six months, other drugs, 2008-09", "Recorded"]
        == "below 5"
    )
    assert table.loc["Allocation, 2008-09", "Use"] == "kept to test"


@pytest.mark.slow
def test_what_is_said_of_a_fit_adds_up(fitted):
    use = [each.found.target.use for each in fitted.figures]
    assert f"Of {use.count('fit')} figures of ours" in fitted.sentences[0]
    rows = fitted.as_rows()
    assert len(rows) == len(fitted.figures) == 6
    assert (rows["runs_low"] <= rows["runs_high"]).all()
    assert len(fitted.assumptions_table()) == len(fitted.assumptions)
    assert fitted.sentences[-1].startswith("This is a quick fit:")
    assert str(fitted.sets_run) in fitted.sentences[-1]


@pytest.mark.slow
def test_the_values_before_are_those_of_the_scenario_it_began_from(fitted):
    start = starting_area(read_upload(FEW_FIGURES, "ours.csv")).scenario
    stock = next(each for each in fitted.assumptions if "day 0" in each.found.fitted.name)
    assert stock.before == start.history.groups["opiate"].in_treatment.people
    after = fitted.scenario.history.groups["opiate"].in_treatment.people
    assert after == round(stock.found.best)


@pytest.mark.slow
def test_the_charts_show_every_figure_with_its_numbers(fitted):
    pytest.importorskip("altair")
    chart = charts.fit_shown(fitted)
    whole = chart.to_dict()
    assert len(whole["vconcat"]) == len({each.panel for each in fitted.figures}) == 5
    assert all(each.name in chart.description for each in fitted.figures)
    assert "misses 1 of 5 figures" in " ".join(whole["title"]["text"])
    one = charts.fit_shown(fitted, ["planned_exits"])
    assert len(one.to_dict()["vconcat"]) == 1
    titles = [panel["title"]["text"] for panel in whole["vconcat"]]
    assert "Allocation (£)" in titles
    assert "Re-presentations within six months, other drugs (number)" in titles
    assert charts.assumptions_shown(fitted).description.startswith("Chart of intervals.")


class EndedError(Exception):
    """What a page raises where a fit is to end."""


def test_a_fit_ends_where_its_progress_raises():
    figures = read_upload(FEW_FIGURES, "ours.csv")

    def progress(done, _):
        if done >= 4:
            raise EndedError

    with pytest.raises(EndedError):
        quick_fit.work(progress, figures, effort=LITTLE, workers=1)


def test_a_missing_part_is_told_before_anything_runs(monkeypatch, made_up):
    monkeypatch.setattr("simulator.calibrate.find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match="calibrate"):
        quick_fit.work(lambda *_: None, made_up)


def test_a_base_of_several_partnerships_is_refused(made_up):
    with pytest.raises(BadInput, match="must have one partnership"):
        quick_fit.work(lambda *_: None, made_up, "eight_park")


def test_a_larger_area_is_fitted_with_fewer_sets(made_up):
    scenario = starting_area(made_up).scenario
    by_size = []
    for times in (0.2, 1, 3):
        groups = {
            name: group.model_copy(
                update={
                    "in_treatment": group.in_treatment.model_copy(
                        update={"people": round(times * group.in_treatment.people)}
                    ),
                    "never_treated": round(times * group.never_treated),
                }
            )
            for name, group in scenario.history.groups.items()
        }
        history = scenario.history.model_copy(update={"groups": groups})
        by_size.append(quick_effort(scenario.model_copy(update={"history": history})).points)
    assert by_size == sorted(by_size, reverse=True)
    assert by_size[0] == quick_fit.MOST_POINTS
    assert by_size[0] > by_size[-1] >= quick_fit.FEWEST_POINTS


# What the fit was given for it


def test_all_figures_at_once_are_what_each_is_by_itself():
    rng = np.random.default_rng(7)
    points, slopes = rng.random((18, 4)), rng.random((4, 6))
    figures = np.sin(3 * points @ slopes) + 0.02 * rng.random((18, 6))
    figures[2, 3] = np.nan
    figures[:, 1] = 5.0
    emulator = train(points, figures, np.full(6, 1e-3), range(6))
    for places in (range(6), (4, 1), (3,), ()):
        where = rng.random((9, 4))
        together = emulator(where, places)
        alone = emulator._one_by_one(where, places)
        np.testing.assert_array_equal(together[0], alone[0])
        np.testing.assert_array_equal(together[1], alone[1])


@pytest.mark.parametrize(("points", "workers"), [(1, 1), (1, 2), (1, 3), (2, 3), (5, 2), (1, 99)])
def test_the_runs_of_a_point_are_shared_whole_and_in_order(points, workers):
    runs = Runs(None, None, (), 1, range(10, 17), workers)
    parts = runs._parts(points)
    assert [number for part in parts for number in part] == list(range(10, 17))
    assert all(len(part) for part in parts)
    assert len(parts) == 1 or points < workers
