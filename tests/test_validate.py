"""The validation page: each section, that a wrong theory is a miss, and that the page is not stale."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tiny import a_tenth_of

from simulator.calibrate.targets import read_targets
from simulator.errors import BadInput, MissingExtra
from simulator.report import validation as page
from simulator.validate import (
    backtest,
    checks,
    engine,
    facts,
    figures,
    fingerprint,
    fluid,
    theory,
    warm_up,
    whole,
)
from simulator.validate.checks import Check, Section
from simulator.validate.effort import LEAST, Effort
from simulator.validate.intervals import difference, estimate
from simulator.validate.queue_theory import erlang_a, erlang_c, waits_of_theory

ROOT = Path(__file__).parents[1]
FEW = Effort(share=0.1, workers=1)
"""As few replications as say anything."""


def verdicts(found):
    return [check.verdict for check in found]


# Intervals and verdicts


def test_an_interval_of_a_family_is_wider_and_holds_its_mean():
    told = np.array([1.0, 2.0, 3.0, 4.0])
    alone, together = estimate(told), estimate(told, family=10)
    assert together.low < alone.low < alone.mean == 2.5 < alone.high < together.high
    assert alone.high - alone.mean == pytest.approx(3.182446 * told.std(ddof=1) / 2)


def test_a_difference_of_means_has_the_degrees_of_freedom_of_welch():
    ours, theirs = np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0, 8.0])
    found = difference(ours, theirs)
    parts = ours.var(ddof=1) / 3, theirs.var(ddof=1) / 4
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / 2 + parts[1] ** 2 / 3)
    assert found.mean == -3.0
    from scipy.stats import t

    assert found.high + 3.0 == pytest.approx(t.ppf(0.975, freedom) * sum(parts) ** 0.5)


@pytest.mark.parametrize(
    ("gap", "verdict"),
    [(0.0, "pass"), (-0.05, "pass"), (0.051, "near"), (-0.1, "near"), (0.11, "miss")],
)
def test_a_verdict_follows_the_size_of_a_gap(gap, verdict):
    assert checks.within(gap, 0.05, 0.1) == verdict


def test_a_gap_that_is_unknown_is_a_miss():
    assert checks.within(float("nan"), 0.05, 0.1) == "miss"


@pytest.mark.parametrize(
    ("number", "unit", "text"),
    [
        (0.5, "%", "50.00%"),
        (2.5863, "days", "2.586 days"),
        (701.607, "people", "701.6 people"),
        (-1234.5, "", "−1,234"),
        (-0.000001, "", "0.0000"),
        (0.0, "a day", "0.000 a day"),
        (float("nan"), "days", "–"),
    ],
)
def test_figures_are_told_to_four_figures(number, unit, text):
    assert figures.plain(number, unit) == text


@pytest.mark.parametrize(("part", "text"), [(0.012, "+1.2%"), (-0.17, "−17%"), (0.0001, "0.0%")])
def test_a_relative_difference_has_its_sign(part, text):
    assert figures.signed_percent(part) == text


# Theory


@pytest.fixture
def short(monkeypatch):
    """Shorter queues, and more of them, so that a few seconds are enough."""
    monkeypatch.setattr(theory, "YEARS", 8)
    monkeypatch.setattr(theory, "PATIENT", ((5, 0.75), (5, 0.6)))
    monkeypatch.setattr(theory, "IMPATIENT", ((5, 0.9), (5, 1.2)))
    return Effort(share=0.3, workers=1)


def checked(found, law):
    """The same replications against another law, by place and load."""
    return [replace(figure, expected=law[row]).check(6).verdict for row, figure in enumerate(found)]


def test_waits_are_a_pass_and_with_one_more_place_in_theory_a_miss(short):
    found = list(theory.erlang_c_figures(short))
    assert verdicts(each.check(6) for each in found) == ["pass"] * 6
    wrong = [
        number
        for places, busy in theory.PATIENT
        for number in waits_of_theory(places + 1, busy * places)
    ]
    told = checked(found, wrong)
    assert [told[row] for row in (0, 1, 3, 4)] == ["miss"] * 4


@pytest.mark.slow
def test_impatience_is_a_pass_and_with_one_more_place_in_theory_a_miss(short):
    found = list(theory.erlang_a_figures(short))
    assert verdicts(each.check(6) for each in found) == ["pass"] * 6
    wrong = [
        number
        for places, busy in theory.IMPATIENT
        for number in erlang_a(places + 1, busy * places)
    ]
    assert checked(found, wrong) == ["miss"] * 6


def test_a_crowd_is_a_pass_and_one_that_varies_twice_as_much_a_miss():
    crowd = theory.crowds(Effort(share=0.2, workers=1))
    assert {figure.check(4).verdict for figure in theory.unlimited_figures(crowd)} == {"pass"}
    assert theory.spread_of_the_crowd(crowd, 4).verdict == "pass"
    mean = np.array(theory.expected_crowds())
    wild = mean + 2 * (crowd - mean)
    assert theory.spread_of_the_crowd(wild, 4).verdict == "miss"


def test_little_is_exact_and_a_part_in_a_million_off_is_a_miss():
    assert verdicts(theory.little_checks(FEW)) == ["pass", "pass"]
    assert theory._little("", 1.000001, 1.0).verdict == "miss"


def test_erlang_c_with_one_place_is_how_busy_it_is():
    assert erlang_c(1, 0.5) == pytest.approx(0.5)


# The fluid limit


def test_people_of_the_fluid_limit_are_those_who_came_less_those_who_left():
    rates = fluid.Rates(relapse=0.0, custody=0.0)
    untreated, waiting, treated, recovering, _, _, _, _, deaths = fluid.fluid_limit(rates)
    people = untreated + waiting + treated + recovering
    moved = rates.move * np.diff(np.append(0, np.cumsum(treated)))
    came = np.diff(np.append(rates.untreated + rates.in_treatment, people))
    left = rates.onset - deaths - came
    assert np.all(left > 0)
    assert np.all(moved <= left + rates.move * rates.places)


def test_the_limit_without_places_is_a_linear_world():
    rates = fluid.Rates(
        places=10_000, onset=0.0, seek=0.0, drop_out=1.0, custody=0.0, move=0.0, die=0.0
    )
    treated = fluid.fluid_limit(rates)[fluid.MEASURED.index("in_treatment")]
    assert treated == pytest.approx(10 * np.exp(-1.8 * np.arange(1, fluid.YEARS + 1)), rel=1e-6)


@pytest.mark.slow
def test_means_reach_the_fluid_limit_and_another_limit_is_a_miss(monkeypatch):
    monkeypatch.setattr(fluid, "SIZES", (1, 4))
    right = fluid.fluid_checks(FEW)
    assert set(verdicts(right)) == {"pass"}
    wrong = fluid.fluid_checks(FEW, replace(fluid.Rates(), finish=1.2, places=24))
    assert verdicts(wrong).count("miss") >= 5


# The independent engine


@pytest.mark.slow
def test_both_engines_agree_and_with_other_places_they_do_not():
    pytest.importorskip("ciw")
    agreed = engine.engine_checks(FEW)
    assert set(verdicts(agreed)) == {"pass"}
    apart = engine.engine_checks(FEW, engine.PLACES // 2)
    missed = {check.claim.partition(":")[0] for check in apart if check.verdict == "miss"}
    assert {"In treatment on 31 March", "New presentations"} <= missed


def test_ciw_gives_the_same_again():
    pytest.importorskip("ciw")
    first, second = (engine.ciw_replication(20, 1, 2) for _ in range(2))
    assert np.array_equal(first, second)
    assert first.shape == (len(engine.MEASURED), 5)


def test_the_measures_of_ciw_stand_in_the_order_of_ours():
    pytest.importorskip("ciw")
    from simulator.validate import ciw_network

    assert ciw_network.COUNTED == engine.MEASURED


def test_without_ciw_every_check_is_not_run_and_says_what_to_install(monkeypatch):
    monkeypatch.setattr(engine, "installed", lambda: False)
    found = engine.engine_checks(FEW)
    assert set(verdicts(found)) == {"not run"}
    assert len(found) == len(engine.MEASURED)
    assert "pip install 'treatment-funding-simulator[validate]'" in found[0].note


# Stylised facts


def direction(low, high, rises):
    first = np.zeros(40)
    second = np.linspace(low, high, 40)
    return facts.Direction("", "", rises, first, second, "", str, figures.plain).check().verdict


def test_a_direction_passes_only_on_the_right_side():
    assert direction(1, 2, rises=True) == "pass"
    assert direction(1, 2, rises=False) == "miss"
    assert direction(-9, 10, rises=True) == "near"
    assert direction(-9, 8, rises=True) == "miss"


@pytest.mark.slow
def test_facts_hold_in_a_tenth_of_a_partnership(monkeypatch):
    loaded = facts.load
    monkeypatch.setattr(facts, "load", lambda name: a_tenth_of(loaded(name)))
    monkeypatch.setattr(facts, "FULL", 60)
    monkeypatch.setattr(facts, "FULL_OF_EIGHT", 40)
    found = facts.fact_checks(FEW)
    assert {check.part for check in found} == {
        facts.WAITS,
        facts.AGEING,
        facts.MIX,
        facts.MONEY,
    }
    exact = {check.claim: check.verdict for check in found}
    assert exact[next(claim for claim in exact if "need alone" in claim)] == "pass"
    assert verdicts(found).count("pass") >= 7


# Warm-up


def level(first, later):
    by_year = np.full((8, 25), float(later))
    by_year[:, 0] = first
    return warm_up.Level("Something", by_year)


@pytest.mark.parametrize(
    ("first", "verdict"), [(101.9, "pass"), (97.0, "near"), (94.0, "miss"), (106.0, "miss")]
)
def test_a_first_year_that_differs_is_told(first, verdict):
    assert level(first, 100.0).check(warm_up.SETTLED).verdict == verdict


def test_a_world_that_stands_still_takes_in_as_many_as_leave(baseline):
    still = warm_up.standing_still(FEW, a_tenth_of(baseline))
    for name, group in still.world.groups.items():
        assert group.need.moves_in_per_year == 0
        tenth = baseline.world.groups[name].need.onset_per_year / 10
        assert group.need.onset_per_year > tenth / 3
    assert "activity" not in still.formula.terms


# Published years


@pytest.fixture(scope="module")
def england():
    return backtest.published(read_targets(backtest.TARGETS)[0])


def test_what_the_fit_saw_is_told_apart(england):
    seen = {each.year for each in england if each.seen_by_fit and each.measure == "in_contact"}
    assert seen == {"2008-09", "2009-10"}
    later = {each.measure for each in england if each.year == "2010-11" and each.seen_by_fit}
    assert later == {"planned_exits"}
    baseline = backtest.of_the_baseline(england)
    assert {each.year for each in baseline if each.seen_by_fit} == {"2008-09"}
    contacts = next(each for each in england if each.measure == "in_contact")
    assert contacts.value == pytest.approx(210_815 / 149, abs=0.5)


def figure_of(value, *, seen=False, uncertainty=0.0, grade="published"):
    return backtest.Published("in_contact", "2009-10", value, "", grade, uncertainty, seen)


def test_a_published_figure_that_is_far_off_is_a_miss(monkeypatch):
    loaded = backtest.load
    monkeypatch.setattr(backtest, "load", lambda name: a_tenth_of(loaded(name)))
    given = [
        figure_of(125.0),  # 7% off
        figure_of(200.0, grade="unverified"),
        figure_of(125.0, seen=True),
        figure_of(125.0, seen=True, uncertainty=20.0),
    ]
    unseen, far, seen, doubtful = backtest.backtest_checks(FEW, "baseline_2008", given)
    assert unseen.part.endswith(backtest.UNSEEN)
    assert seen.part.endswith(backtest.SEEN)
    assert (unseen.verdict, far.verdict) == ("pass", "miss")
    assert (seen.verdict, doubtful.verdict) == ("miss", "near")
    assert "unverified" in far.note
    assert "unverified" not in unseen.note


# The fingerprint


@pytest.fixture
def checkout(tmp_path):
    for name in ("pyproject.toml", "scenarios/a.yaml", "scenarios/targets/b.yaml"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name, encoding="utf-8")
    pinned = tmp_path / "tests" / "expected" / "c.csv"
    pinned.parent.mkdir(parents=True)
    pinned.write_text("1\n2\n", encoding="utf-8", newline="\n")
    return tmp_path


@pytest.mark.parametrize(
    "name", ["scenarios/a.yaml", "scenarios/targets/b.yaml", "tests/expected/c.csv"]
)
def test_a_changed_file_changes_the_fingerprint(checkout, name):
    before = fingerprint.fingerprint(checkout / "simulator")
    (checkout / name).write_text("changed", encoding="utf-8")
    assert fingerprint.fingerprint(checkout / "simulator").sha256 != before.sha256
    assert (before.scenarios, before.pinned) == (2, 1)


def test_a_new_scenario_changes_the_fingerprint_and_line_ends_do_not(checkout):
    before = fingerprint.fingerprint(checkout / "simulator")
    (checkout / "tests" / "expected" / "c.csv").write_bytes(b"1\r\n2\r\n")
    assert fingerprint.fingerprint(checkout / "simulator") == before
    (checkout / "scenarios" / "d.yaml").write_text("", encoding="utf-8")
    assert fingerprint.fingerprint(checkout / "simulator").sha256 != before.sha256


def test_a_study_does_not_change_the_fingerprint_since_no_validation_reads_one(checkout):
    before = fingerprint.fingerprint(checkout / "simulator")
    (checkout / "scenarios" / "studies").mkdir()
    (checkout / "scenarios" / "studies" / "e.yaml").write_text("points: 3", encoding="utf-8")
    assert fingerprint.fingerprint(checkout / "simulator") == before


@pytest.mark.parametrize("name", ["validation.md", "validation.html"])
def test_the_page_in_docs_is_not_stale(name):
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    (told,) = set(re.findall(r"\b[0-9a-f]{64}\b", text))
    assert told == fingerprint.fingerprint().sha256, (
        "scenarios, targets or pinned results have changed: run `treatment-sim validate`"
    )


# The page


def check(verdict, **values):
    told = {"part": "A heading", "claim": "One | two <three>", "expected": "1", "found": "2"}
    return Check(**told | values, verdict=verdict, source="A source")


@pytest.fixture
def validation():
    found = (check("pass"), check("near"), check("miss", note="A reason"), check("not run"))
    section = Section("some", "Some checks", "How they are reached.", found)
    return whole.Validation((section,), fingerprint.Fingerprint("a" * 64, 2, 1), 7, 1.0)


def test_the_page_tells_every_check_and_misses_first(validation):
    text = page.markdown_of(validation)
    assert "4 checks: 1 pass, 1 near, 1 miss, 1 not run." in text
    assert text.count(r"One \| two <three>") == 4 + 2
    assert text.index("## What did not pass") < text.index("## Some checks")
    assert text.index("✗ Miss |\n") < text.index("≈ Near |\n")
    assert "a" * 64 in text
    assert "A reason" in text


def test_the_html_is_whole_and_tells_verdicts_in_words(validation):
    html = page.html_of(validation)
    assert "One | two &lt;three&gt;" in html
    for mark in page.MARKS.values():
        assert f">{mark}</span>" in html
    assert not re.search(r"(src|href)=\"(?!#)", html)
    assert "http" not in html.replace("http-equiv", "")


def test_the_same_validation_gives_the_same_bytes(validation, tmp_path):
    for folder in ("a", "b"):
        page.write(validation, tmp_path / folder)
    for name in ("validation.md", "validation.html"):
        first, second = ((tmp_path / folder / name).read_bytes() for folder in ("a", "b"))
        assert first == second
        assert not re.search(rb"\b20\d\d-\d\d-\d\d\b|\d\d:\d\d:\d\d", first)


def test_a_quick_validation_says_so(validation):
    quick = replace(validation, share=0.2)
    for text in (page.markdown_of(quick), page.html_of(quick)):
        assert "A quick validation: 20% of the replications" in text
        assert "treatment-sim validate --quick" in text
    assert "A quick validation" not in page.markdown_of(validation)


def test_without_jinja_it_is_said_at_once(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "jinja2", None)
    with pytest.raises(MissingExtra, match="validate"):
        page.check_installed()


def test_the_verb_writes_the_page_and_prints_the_summary(monkeypatch, tmp_path):
    from typer.testing import CliRunner

    from simulator.cli import app

    section = Section("some", "Some checks", "How.", (check("pass"), check("miss")))
    monkeypatch.setattr(whole, "SECTIONS", {"some checks": lambda effort: section})
    ran = CliRunner().invoke(app, ["validate", "--quick", "--out", str(tmp_path)])
    assert ran.exit_code == 0
    assert "2 checks: 1 pass, 1 miss." in ran.stdout
    assert "1 of 1: some checks" in ran.stderr
    assert {file.name for file in tmp_path.iterdir()} == {"validation.md", "validation.html"}


def test_a_folder_that_cannot_be_written_is_told_before_anything_runs(monkeypatch, tmp_path):
    from typer.testing import CliRunner

    from simulator.cli import app

    monkeypatch.setattr(whole, "SECTIONS", {"never": lambda effort: pytest.fail("it ran")})
    (tmp_path / "file").write_text("", encoding="utf-8")
    ran = CliRunner().invoke(app, ["validate", "--out", str(tmp_path / "file" / "docs")])
    assert ran.exit_code == BadInput.exit_status
    assert "folder" in ran.stderr


def test_results_do_not_depend_on_the_number_of_workers():
    settings = [(1, 0.5)]
    alone, two = (
        Effort(share=0.1, workers=workers).arrays(theory.gave_up, settings, 5) for workers in (1, 2)
    )
    assert np.array_equal(alone[0], two[0])


def test_an_effort_takes_its_share_but_never_too_few():
    assert Effort().replications(50) == 50
    assert Effort(share=0.2).replications(50) == 10
    assert Effort(share=0.01).replications(50) == LEAST
    assert Effort(share=0.01).replications(2) == 2
