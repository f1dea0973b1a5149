"""Proposals: the app, the file and the command line run one and the same scenario."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest

from simulator.errors import BadInput
from simulator.proposal import (
    OTHERS,
    OWN,
    YOURS,
    Proposal,
)
from simulator.scenario import fingerprint, load, load_text

DELAY = {"plan.move_on_delay_days": {"opiate": 90.0, "crack": 90.0, "other": 30.0}}
PLAN = Proposal().with_changes(DELAY)
SUPPORT = {"world.support.cost_gbp_per_week": 30.0}


def test_a_proposal_of_nothing_is_the_scenario_itself():
    assert Proposal("move_on").scenario() == load("move_on")


@pytest.mark.parametrize(
    "plan",
    [
        PLAN,
        replace(PLAN, title="Move on: sooner!", reason="To see = what happens\nthen"),
        PLAN.with_changes(SUPPORT),
        Proposal("park").with_changes({"plan.stretch_share": [0.0, 0.1, 0.1, 0.1, 0.1]}),
        Proposal().with_changes({"formula.floor_share": 0.95}),
        replace(PLAN, acting="one_of_eight"),
        replace(PLAN, acting="all_of_eight"),
    ],
    ids=["lever", "words", "assumption", "by year", "formula", "one of eight", "all of eight"],
)
def test_its_file_is_the_same_scenario(plan, tmp_path):
    file = tmp_path / f"{plan.name}.yaml"
    file.write_text(plan.file_text(), encoding="utf-8")
    assert fingerprint(load(file)) == fingerprint(plan.scenario())


def test_its_file_says_only_what_differs():
    assert PLAN.file_text().startswith("extends: baseline_2008\n")
    assert len(PLAN.file_text().splitlines()) < 12


def test_its_name_is_never_one_of_the_library():
    assert replace(PLAN, title="Move on").name == "move_on_plan"
    assert replace(PLAN, title="../../etc/passwd").name == "etc_passwd"
    assert replace(PLAN, title="!?").name == "my_plan"
    assert PLAN.name == "my_plan"


def test_a_reason_is_written_beside_what_is_assumed():
    plan = replace(PLAN.with_changes(SUPPORT), reason="The new contract")
    found = plan.scenario().evidence["world.support.cost_gbp_per_week"]
    assert found.grade == "assumed"
    assert found.source == "Proposed: The new contract"
    assert found.range == load("baseline_2008").evidence["world.support.cost_gbp_per_week"].range


def test_decisions_and_assumptions_are_apart():
    plan = PLAN.with_changes(SUPPORT)
    assert dict(plan.decisions) == DELAY
    assert dict(plan.assumptions) == SUPPORT


def test_taking_a_change_back_leaves_the_scenario_that_it_starts_from():
    assert PLAN.with_changes({"plan.move_on_delay_days": None}) == Proposal()


def test_faults_are_told_all_at_once():
    wrong = Proposal().with_changes({"plan.stretch_share": 7, "plan.support_weeks": -1.0})
    with pytest.raises(BadInput) as told:
        wrong.scenario()
    names = {fault.name for fault in told.value.faults}
    assert names == {"plan.stretch_share", "plan.support_weeks"}


@pytest.mark.parametrize("base", ["/etc/passwd", "../secrets.yaml", "nothing", "run.json", ""])
def test_it_starts_from_no_file_of_the_server(base):
    with pytest.raises(BadInput, match="be a scenario of the library"):
        Proposal(base).scenario()


def test_a_text_may_extend_the_library_and_no_file():
    with pytest.raises(BadInput, match="be the name of a scenario of the library"):
        load_text("extends: /etc/passwd.yaml\ntitle: x\nquestion: y\ndescription: z\n", "mine")
    with pytest.raises(BadInput, match="be the name of a scenario of the library"):
        load_text("extends: ./other.yaml\ntitle: x\nquestion: y\ndescription: z\n", "mine")


def test_an_area_is_started_from_by_its_file(tmp_path):
    area = Proposal(OWN, own_file=PLAN.file_text())
    assert area.scenario().name == OWN
    changed = area.with_changes({"plan.stretch_share": 0.1})
    assert changed.scenario().plan.stretch_share == 0.1
    assert (
        changed.scenario().plan.move_on_delay_days
        == load_text(PLAN.file_text(), "x").plan.move_on_delay_days
    )
    file = tmp_path / f"{changed.name}.yaml"
    file.write_text(changed.file_text(), encoding="utf-8")
    assert fingerprint(load(file)) == fingerprint(changed.scenario())


def test_a_reason_stands_beside_what_is_assumed_of_an_area_too():
    area = Proposal(OWN, own_file=PLAN.file_text(), reason="The new contract").with_changes(SUPPORT)
    (path,) = SUPPORT
    found, before = area.scenario().evidence[path], area.started_from().evidence[path]
    assert found.source == "Proposed: The new contract"
    assert before.source != found.source
    assert (found.grade, found.range) == ("assumed", before.range)


def test_making_a_scenario_leaves_the_proposal_as_it_was():
    term = {"counts": "need_index", "weight": 1.0}
    for base, file in (("baseline_2008", ""), (OWN, PLAN.file_text())):
        plan = Proposal(base, (("formula.terms", {"need": dict(term)}),), own_file=file)
        with suppress(BadInput):
            plan.scenario()
        assert plan.changes == (("formula.terms", {"need": term}),)


def test_one_of_eight_has_the_plan_and_seven_do_as_in_the_comparison():
    found = replace(PLAN, acting="one_of_eight").scenario(load("park"))
    assert list(found.partnerships) == [YOURS, OTHERS]
    assert found.partnerships[OTHERS].copies == 7
    assert found.partnerships[OTHERS].plan == load("park").plan
    assert found.partnerships[YOURS].plan.move_on_delay_days == DELAY["plan.move_on_delay_days"]
    assert found.formula.rest.partnerships == 0
    assert found.formula.pot_gbp[0] == round(373_000_000 * 8 / 149)


def test_all_of_eight_have_the_plan():
    found = replace(PLAN, acting="all_of_eight").scenario(load("park"))
    plans = [own.plan for own in found.partnerships.values()]
    assert plans[0] == plans[1]


def test_eight_are_made_of_one_only():
    with pytest.raises(BadInput, match="have one partnership"):
        Proposal("eight_park", acting="one_of_eight").scenario()
