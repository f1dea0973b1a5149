"""The door to what partnerships choose: tables, files, faults, and runs that do what is chosen."""

from __future__ import annotations

import json

import pytest
from test_behaviour import files, two
from typer.testing import CliRunner

import simulator as sim
from simulator import charts, cli
from simulator.behaviour import follow_the_money, price
from simulator.findings import all_findings, alone_or_together, where_it_ends
from simulator.incentives.estimate import FEW_REPLICATIONS
from simulator.report.behaviour import document, price_table
from simulator.report.document import markdown, page
from simulator.scenario import load

FEW = ("-n", "2", "-w", "1")


def treatment_sim(*arguments):
    """The command line in this process."""
    return CliRunner().invoke(cli.app, [str(each) for each in arguments])


@pytest.fixture(scope="module")
def racing(tmp_path_factory):
    """Two that are paid for completions, one of which follows the money."""
    file = tmp_path_factory.mktemp("scenarios") / "racing.yaml"
    changed = two("completions", "{Ash: {behaviour: follow_the_money}, Oak: {}}")
    sim.write_scenario(changed, file)
    return file


@pytest.fixture(scope="module")
def game():
    return follow_the_money(two("completions", "{Ash: {copies: 3}, Oak: {}}"), replications=2)


@pytest.fixture(scope="module")
def standing():
    """Two that share the pot with a rest that stands still; one of them chooses."""
    return follow_the_money(
        two("activity", "{Ash: {}, Oak: {}}", "formula.rest.partnerships=148"),
        only=["Ash"],
        replications=2,
    )


def test_it_prints_what_each_would_do_where_it_ends_and_what_it_costs(racing):
    told = treatment_sim("behaviour", racing, "--everybody", *FEW)
    assert told.exit_code == 0, told.output
    for words in (
        "Move on at once (chosen)",
        "Keep 100,000 days (now)",
        "Following the money spirals to the limit",
        "The price of the perverse incentive, all partnerships together",
        "change of the allocation of 2011-12 against all following the money",
    ):
        assert words in told.stdout


def test_by_itself_it_asks_those_that_follow_the_money(racing):
    told = treatment_sim("behaviour", racing, "--json", *FEW)
    whole = json.loads(told.stdout)
    assert whole["end"] == {"Ash": "move on at once"}
    assert whole["verdict"] == "settles"
    assert [row["gain_gbp"] for row in whole["rounds"]] == [500_000, 0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "end"),
    [
        (("--everybody",), {"Ash": "move on at once", "Oak": "move on at once"}),
        (("--only", "Oak"), {"Oak": "move on at once"}),
        (("--everybody", "--formula", "need_only_2006"), dict.fromkeys(("Ash", "Oak"), "keep 100,000 days")),
        (("--everybody", "--set", "formula.pot_gbp=2000"), dict.fromkeys(("Ash", "Oak"), "keep 100,000 days")),
        (("--everybody", "--horizon", "1"), dict.fromkeys(("Ash", "Oak"), "move on at once")),
        (("--everybody", "--order", "in_turn"), dict.fromkeys(("Ash", "Oak"), "move on at once")),
        (("--everybody", "--aim", "balance"), dict.fromkeys(("Ash", "Oak"), "move on at once")),
    ],
)  # fmt: skip
def test_each_option_reaches_the_game(racing, options, end):
    told = treatment_sim("behaviour", racing, "--json", *options, *FEW)
    assert told.exit_code == 0, told.output
    whole = json.loads(told.stdout)
    assert whole["end"] == end
    assert set(options) <= {*whole["command"].split()}


@pytest.mark.slow
def test_it_writes_tables_a_record_and_a_page_the_same_each_time(racing, tmp_path):
    runs = [tmp_path / "once", tmp_path / "again"]
    for folder in runs:
        told = treatment_sim("behaviour", racing, "--everybody", "--out", folder, *FEW)
        assert told.exit_code == 0, told.output
    names = {"behaviour.html", "behaviour.json", "outcomes.csv", "price.csv", "responses.csv", "rounds.csv"}  # fmt: skip
    assert {file.name for file in runs[0].iterdir()} == names | {"runs"}
    assert files(runs[0] / "runs") == files(runs[1] / "runs")
    for name in names:
        once, again = ((folder / name).read_text().replace(str(folder), "DIR") for folder in runs)
        assert once == again
    treatment_sim("behaviour", racing, "--everybody", "--out", runs[0], *FEW)
    assert (runs[0] / "price.csv").read_bytes() == (runs[1] / "price.csv").read_bytes()


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (("--only", "Elm"), "partnership must be one of the scenario's, got 'Elm'"),
        (("--everybody", "--only", "Ash"), "must not stand beside --everybody"),
        (("--formula", "nothing"), "must be a formula of the library"),
        (("--set", "behaviour.choices.move_on_delay_days=[]"), "give values for a lever"),
        (("--set", "formula.lag_years=9"), "years must be more than the formula's lag"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_message(racing, options, fault):
    told = treatment_sim("behaviour", racing, *options, *FEW)
    assert told.exit_code == 2
    assert told.stdout == ""
    assert fault in told.stderr
    assert "Traceback" not in told.stderr


def test_faults_of_scenario_and_formula_are_told_together(racing):
    told = treatment_sim("behaviour", racing, "--formula", "x", "--set", "behaviour.aim=fame", *FEW)
    assert len(told.stderr.splitlines()) == 2


def test_the_help_says_that_a_formula_may_be_a_file():
    told = " ".join(treatment_sim("behaviour", "--help").stdout.replace("│", " ").split())
    assert "Share the pot by a formula of the library or a .yaml file." in told


# Others that stand still


def test_where_one_chooses_beside_a_rest_it_is_not_asked_what_happens_when_all_do(standing):
    finding = alone_or_together(standing)
    assert finding.title == "Putting clients first costs money when one does it alone"
    assert finding.sentence.endswith(
        "The 149 others stand still, so what happens when all do it cannot be asked here."
    )
    assert "If all" not in finding.sentence
    assert not any("ogether" in each.name or "all do it" in each.name for each in finding.figures)
    told = markdown(document(standing, "again", drawings=False))
    assert "when all do it |" not in told
    assert "all follow the money" not in told.lower()
    assert page(document(standing, "again", drawings=True)).count("<svg") == 2


def test_the_price_of_one_alone_is_not_that_of_all_partnerships(game):
    one = follow_the_money(two("activity", "{Ash: {}}"), replications=2)
    assert price_table(price(one)).caption.startswith("The price of the perverse incentive, Ash:")
    assert "all partnerships together" in price_table(price(game)).caption


def test_where_one_chooses_the_other_one_stands_still():
    only = follow_the_money(two(), only=["Ash"], replications=2)
    told = alone_or_together(only).sentence
    assert "While it is alone, the other one gains £500,000." in told
    assert told.endswith(
        "The other one stands still, so what happens when all do it cannot be asked here."
    )


def test_all_that_choose_are_asked_together_where_nobody_else_shares_the_pot(game):
    finding = alone_or_together(game)
    assert "when all do it" in finding.title
    assert "If all put clients first" in finding.sentence
    assert "stand still" not in finding.sentence


def test_few_replications_are_said_to_be_few(racing, game):
    few = treatment_sim("behaviour", racing, *FEW)
    assert FEW_REPLICATIONS in few.stdout
    assert FEW_REPLICATIONS in markdown(document(game, "again", drawings=False))


# Runs


def test_a_run_says_what_was_chosen_and_records_it(racing, tmp_path):
    told = treatment_sim("run", racing, "--out", tmp_path, *FEW)
    assert told.exit_code == 0, told.output
    assert "racing: Ash follows the money: move on at once" in told.stderr
    ran = load(tmp_path / "run.json")
    assert {name: own.behaviour for name, own in ran.partnerships.items()} == {
        "Ash": "hold",
        "Oak": "hold",
    }
    assert ran.partnerships["Ash"].plan.move_on_delay_days == 0
    again = treatment_sim("run", tmp_path / "run.json", "-w", "1", "--json")
    assert "follows the money" not in again.stderr


@pytest.mark.parametrize("verb", ["compare", "explain"])
def test_other_verbs_that_run_do_what_is_chosen(racing, verb):
    others = (racing.with_name("held.yaml"),) if verb == "compare" else ()
    for other in others:
        sim.write_scenario(two("completions"), other)
    told = treatment_sim(verb, *others, racing, *FEW)
    assert told.exit_code == 0, told.output
    assert "Ash follows the money: move on at once" in told.stderr


# Pages and charts


def test_the_page_tells_every_finding(game):
    told = markdown(document(game, "treatment-sim behaviour x", drawings=False))
    for finding in all_findings(game):
        assert finding.sentence in told
    assert "treatment-sim behaviour x" in told


def test_the_page_draws_what_it_tells(game):
    told = page(document(game, "treatment-sim behaviour x", drawings=True))
    assert told.count("<svg") == 4
    assert "http:" not in told


def test_a_chart_says_in_words_what_each_does_in_each_round(game):
    drawn = charts.choices_by_round(game, where_it_ends(game).title)
    assert "Ash (× 3), start: keep 100,000 days" in drawn.description
    assert "Oak, round 1: move on at once" in drawn.description
    svg = charts.to_svg(drawn)
    assert svg.count("move on at once") >= 2


def test_a_chart_of_the_price_has_a_bar_for_each_thing_that_people_live(game):
    drawn = charts.price_of_following(price(game), "Price")
    assert "People in recovery: 0" in drawn.description
    assert "95% intervals over 2 paired replications" in " ".join(
        drawn.to_dict()["title"]["subtitle"]
    )
