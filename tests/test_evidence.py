"""Evidence: what supports each assumption, what is missing, and what lies outside its range."""

from pathlib import Path

import pytest

from simulator.evidence import (
    NO_SOURCE,
    WORST_FIRST,
    assumptions,
    missing_evidence,
    outside_range,
    register,
)
from simulator.scenario import load, names

COMPLETE = Path(__file__).parent / "broken" / "complete.yaml"


def by_path(scenario):
    return {each.path: each for each in assumptions(scenario)}


@pytest.fixture
def complete():
    return by_path(load(COMPLETE))


def test_every_number_of_the_world_is_an_assumption(complete):
    assert complete["world.prison.mean_stay_days"].value == 120
    assert complete["world.groups.opiate.treatment.drop_out.shape"].value == 0.6
    assert complete["history.allocation_gbp"].value == 250_000
    assert complete["formula.weights.activity"].value == 0.75
    assert complete["funding.streams.council.amount_gbp"].value == 20_000


def test_names_kinds_and_decisions_are_none(complete):
    tails = {path.rpartition(".")[2] for path in complete}
    assert not tails & {"label", "is_pdu", "pays_for", "price_year"}
    assert not [path for path in complete if path.startswith(("plan", "partnerships", "evidence"))]
    assert "funding.streams.ptb.amount_gbp" not in complete


def test_bands_and_lists_by_year_are_one_assumption_each(complete):
    assert len(complete["history.groups.opiate.in_treatment.since"].value) == 2
    assert complete["formula.phase_in_share"].value == [0.333, 0.667, 1]


def test_value_by_group_is_an_assumption_for_each(complete):
    assert complete["formula.group_weights.opiate"].value == 2
    assert complete["history.move_on_delay_days.other"].value == 60
    assert (
        by_path(load(COMPLETE, ["history.move_on_delay_days=7"]))[
            "history.move_on_delay_days"
        ].value
        == 7
    )


@pytest.mark.parametrize(
    ("path", "title", "unit"),
    [
        ("world.prison.mean_stay_days", "Time in prison, on average", "days"),
        (
            "world.groups.opiate.treatment.drop_out.scale_days",
            "Opiate users: Time from the start until a client drops out: days by which 63% have done so (null: never)",
            "days",
        ),
        (
            "history.groups.other.in_recovery.people",
            "Other drug users: In recovery: people on day 0",
            "people",
        ),
        ("funding.streams.council.amount_gbp", "Council money: Amount a year", "£"),
        (
            "formula.group_weights.other",
            "Other drug users: What a client of the group counts for",
            "ratio",
        ),
        ("world.groups.opiate.treatment.cost_ready_gbp_per_week", None, "£ a week"),
        ("world.groups.opiate.need.deaths_untreated_per_year", None, "a year"),
        ("world.groups.opiate.need.onset_per_year", None, "people a year"),
        ("world.prison.picked_up_share", None, "share"),
        ("world.support.relapse_hazard_ratio_afterwards", None, "ratio"),
        ("formula.lag_years", None, "years"),
    ],
)
def test_assumption_has_a_title_and_a_unit(complete, path, title, unit):
    assert complete[path].unit == unit
    assert title in (None, complete[path].title)


def test_evidence_belongs_to_its_value(complete):
    assert complete["world.prison.mean_stay_days"].range == (60, 200)
    assert complete["world.prison.mean_stay_days"].grade == "assumed"


def test_evidence_for_all_groups_belongs_to_each(complete):
    for group in ("opiate", "other"):
        assert complete[f"history.move_on_delay_days.{group}"].range == (30, 1000)


def test_assumption_without_evidence_is_unverified(complete):
    alone = complete["world.support.cost_gbp_per_week"]
    assert (alone.evidence, alone.grade, alone.source) == (None, "unverified", NO_SOURCE)
    missing = missing_evidence(load(COMPLETE))
    assert alone in missing
    assert complete["world.prison.mean_stay_days"] not in missing


def test_register_tells_the_least_known_first():
    rows = register(load(COMPLETE))
    assert len(rows) == len(assumptions(load(COMPLETE)))
    assert rows == sorted(rows, key=lambda row: (WORST_FIRST.index(row.grade), row.path))
    assert rows[0].grade == "unverified"
    assert rows[-1].grade == "published"


def test_value_outside_its_range_is_found():
    assert outside_range(load(COMPLETE)) == []
    far = load(COMPLETE, ["world.prison.mean_stay_days=201", "history.move_on_delay_days.other=29"])
    assert [each.path for each in outside_range(far)] == [
        "world.prison.mean_stay_days",
        "history.move_on_delay_days.other",
    ]


def test_one_year_outside_the_range_is_enough():
    evidence = (
        "evidence={formula.phase_in_share: {grade: published, source: Hansard, range: [0.5, 1]}}"
    )
    assert [each.path for each in outside_range(load(COMPLETE, [evidence]))] == [
        "formula.phase_in_share"
    ]


def test_null_lies_in_every_range():
    evidence = "evidence={formula.ceiling_share: {grade: derived, source: Hansard, range: [1, 2]}}"
    assert outside_range(load(COMPLETE, [evidence])) == []


def test_baseline_gives_evidence_for_every_assumption():
    assert [each.path for each in missing_evidence(load("baseline_2008"))] == []


@pytest.mark.parametrize("name", names())
def test_no_shipped_assumption_lies_outside_its_own_range(name):
    assert [each.path for each in outside_range(load(name))] == []
