"""Scenarios: read from files and names, extended, changed, written, and told apart."""

import json
import math
from pathlib import Path
from typing import get_args

import jsonschema
import pytest
from pydantic import BaseModel

from simulator import scenario as rooms
from simulator.errors import BadInput
from simulator.scenario import (
    as_dict,
    canonical_json,
    fingerprint,
    json_schema,
    library,
    load,
    load_all,
    names,
    people_expected,
    size,
    write,
)
from simulator.scenario.outline import leaves, members
from simulator.scenario.reading import compose, plain
from simulator.scenario.schema import Plan, Scenario

COMPLETE = Path(__file__).parent / "broken" / "complete.yaml"
OWN_WORDS = "title: Another\nquestion: What then?\ndescription: Something else.\n"


def child(folder, differences="", parent=COMPLETE, name="child"):
    file = folder / f"{name}.yaml"
    file.write_text(f"extends: {parent}\n{OWN_WORDS}{differences}")
    return file


@pytest.fixture
def complete():
    return load(COMPLETE)


@pytest.fixture
def record(tmp_path):
    """Writes the record of a run that had these scenarios."""

    def written(*scenarios):
        file = tmp_path / "run.json"
        whole = [as_dict(each) for each in scenarios]
        file.write_text(json.dumps({"scenarios": whole, "seed": 1, "replications": 20}))
        return file

    return written


# What words mean


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("010", 10),
        ("1_000", 1000),
        ("37_300_000", 37_300_000),
        ("1_00", "1_00"),
        ("1234_567.5", "1234_567.5"),
        ("1_234.5", 1234.5),
        ("-3", -3),
        ("1e3", 1000.0),
        ("1.5E-3", 0.0015),
        (".5", 0.5),
        ("5.", 5.0),
        ("-.inf", -math.inf),
        ("true", True),
        ("FALSE", False),
        ("yes", "yes"),
        ("No", "No"),
        ("on", "on"),
        ("off", "off"),
        ("null", None),
        ("~", None),
        ("1:30", "1:30"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("2008-09", "2008-09"),
        ("2008-04-01", "2008-04-01"),
        ("1,000", "1,000"),
        ("£35", "£35"),
        ("٣", "٣"),
    ],
)
def test_plain_word_means_what_people_expect(word, meaning):
    read = plain(word)
    assert read == meaning
    assert type(read) is type(meaning)


def test_minus_nothing_is_nothing():
    assert math.copysign(1, plain("-0.0")) == 1


def test_quoted_words_are_text():
    assert compose("a: '1e3'\nb: \"true\"\n").data == {"a": "1e3", "b": "true"}


def test_every_path_keeps_its_line():
    lines = compose("a: 1\nb:\n  - 2\n  - c: 3\n    d: {e: 4}\n").lines
    assert lines == {
        (): 1,
        ("a",): 1,
        ("b",): 2,
        ("b", 0): 3,
        ("b", 1): 4,
        ("b", 1, "c"): 4,
        ("b", 1, "d"): 5,
        ("b", 1, "d", "e"): 5,
    }


# Files that extend others


def test_child_differs_from_its_parent_in_what_it_says(tmp_path, complete):
    varied = load(child(tmp_path, "world:\n  prison: {picked_up_share: 0.75}\n"))
    assert varied.world.prison.picked_up_share == 0.75
    assert varied.world.prison.mean_stay_days == complete.world.prison.mean_stay_days
    assert varied.formula == complete.formula
    assert (varied.name, varied.title) == ("child", "Another")


def test_list_replaces_a_list(tmp_path):
    varied = load(child(tmp_path, "formula:\n  pot_gbp: [1, 2, 3]\n"))
    assert varied.formula.pot_gbp == (1, 2, 3)


def test_file_that_names_all_streams_says_their_order(tmp_path):
    every = child(tmp_path, "funding:\n  streams:\n    council: {}\n    ptb: {}\n")
    assert list(load(every).funding.streams) == ["council", "ptb"]
    assert load(every).funding.streams["council"] == load(COMPLETE).funding.streams["council"]
    one = child(tmp_path, "funding:\n  streams:\n    council: {amount_gbp: 5}\n", name="one")
    assert list(load(one).funding.streams) == ["ptb", "council"]


def test_partnerships_are_replaced_whole(tmp_path):
    varied = load(child(tmp_path, "partnerships:\n  Elsewhere:\n"))
    assert list(varied.partnerships) == ["Elsewhere"]


def test_evidence_of_a_value_is_replaced_whole(tmp_path):
    mine = "{grade: assumed, source: Ours, range: [0, 9]}"
    varied = load(child(tmp_path, f"evidence:\n  history.move_on_delay_days: {mine}\n"))
    assert varied.evidence["history.move_on_delay_days"].fitted_to is None
    assert "world.prison.mean_stay_days" in varied.evidence


def test_evidence_by_group_outlives_a_value_for_all(tmp_path):
    mine = "{grade: assumed, source: Ours, range: [0, 9]}"
    first = child(tmp_path, f"evidence:\n  history.move_on_delay_days.opiate: {mine}\n")
    second = child(tmp_path, "history:\n  move_on_delay_days: 0\n", first.name, "second")
    assert load(second).history.move_on_delay_days == 0


def test_grandchild_extends_by_path(tmp_path):
    (tmp_path / "below").mkdir()
    child(tmp_path, "plan: {stretch_share: 0.1, support_weeks: 13}\n")
    file = child(tmp_path / "below", "plan: {support_weeks: 39}\n", "../child.yaml", "grandchild")
    plan = load(file).plan
    assert (plan.stretch_share, plan.support_weeks) == (0.1, 39)


def test_child_of_the_library_extends_by_name(tmp_path):
    varied = load(child(tmp_path, "plan: {stretch_share: 0.123}\n", "baseline_2008"))
    assert varied.plan.stretch_share == 0.123
    assert varied.world == load("baseline_2008").world


# Partnerships


def test_partnership_without_changes_has_the_common_plan(complete):
    assert complete.partnerships["Area 1"].plan == complete.plan


def test_partnership_changes_one_group_of_a_lever(complete):
    own = complete.partnerships["Area 2"].plan
    assert own.move_on_delay_days == {"opiate": 90, "other": 60}
    assert own.stretch_share == complete.plan.stretch_share


def test_partnership_changes_one_group_of_a_lever_that_is_one_value_for_all(tmp_path):
    varied = load(child(tmp_path, "plan: {move_on_delay_days: 30}\n"))
    assert varied.plan.move_on_delay_days == 30
    assert varied.partnerships["Area 2"].plan.move_on_delay_days == {"opiate": 90, "other": 30}


# Changes


def test_change_of_the_plan_leaves_a_partnership_its_own():
    varied = load(COMPLETE, ["plan.move_on_delay_days.opiate=0"])
    assert varied.plan.move_on_delay_days == {"opiate": 0, "other": 60}
    assert varied.partnerships["Area 1"].plan.move_on_delay_days == {"opiate": 0, "other": 60}
    assert varied.partnerships["Area 2"].plan.move_on_delay_days == {"opiate": 90, "other": 60}


def test_change_reaches_into_a_partnership_whose_name_has_spaces():
    varied = load(COMPLETE, ["partnerships.Area 1.plan.support_weeks=[1, 2, 3]"])
    assert varied.partnerships["Area 1"].plan.support_weeks == (1, 2, 3)
    assert varied.plan.support_weeks == 26


def test_change_reaches_into_a_partnership_whose_name_has_dots(tmp_path):
    file = child(tmp_path, "partnerships:\n  St. Helens: {need_index: 2}\n  St:\n")
    varied = load(file, ["partnerships.St. Helens.need_index=3"])
    assert [each.need_index for each in varied.partnerships.values()] == [3, 1]


@pytest.mark.parametrize("where", ["plan", "partnerships.Area 1.plan"])
def test_change_for_one_group_leaves_the_others_what_they_had(where):
    changes = ["plan.early_exit_rate_per_year=0.2", f"{where}.early_exit_rate_per_year.other=0.1"]
    varied = load(COMPLETE, changes)
    expected = {"opiate": 0.2, "other": 0.1}
    assert varied.partnerships["Area 1"].plan.early_exit_rate_per_year == expected


def test_change_for_one_year():
    assert load(COMPLETE, ["formula.pot_gbp.1=5"]).formula.pot_gbp == (37_300_000, 5, 38_100_000)


def test_change_for_one_year_of_a_partnership_leaves_the_others_what_they_had():
    levers = ("treatment_share", "reintegration_share")
    changes = [f"partnerships.Area 1.plan.{lever}.2=0.5" for lever in levers]
    varied = load(COMPLETE, changes)
    assert varied.partnerships["Area 1"].plan.treatment_share == (1, 0.9, 0.5)
    assert varied.plan.treatment_share == (1, 0.9, 0.9)


def test_change_by_mapping_merges():
    varied = load(COMPLETE, ["formula.terms.activity.group_weights={other: 1.5}"])
    assert varied.formula.terms["activity"].group_weights == {"opiate": 2, "other": 1.5}


def test_later_change_wins():
    changes = ["plan.stretch_share=0.1", " plan.stretch_share = 0.2 "]
    assert load(COMPLETE, changes).plan.stretch_share == 0.2


def test_change_of_the_partnerships_replaces_them():
    assert list(load(COMPLETE, ["partnerships={Elsewhere: null}"]).partnerships) == ["Elsewhere"]


def test_changes_leave_no_trace(complete):
    load(COMPLETE, ["plan.move_on_delay_days.opiate=0", "formula.pot_gbp.1=5"])
    assert load(COMPLETE) == complete


def test_change_that_changes_nothing_gives_the_same_scenario(complete):
    assert fingerprint(load(COMPLETE, ["plan.stretch_share=0.05"])) == fingerprint(complete)


# The library


def test_baseline_is_in_the_library_and_first():
    assert names()[0] == "baseline_2008"
    assert list(names()[1:]) == sorted(names()[1:])


@pytest.mark.parametrize("name", names())
def test_every_scenario_of_the_library_loads(name):
    assert load(name).name == name


def test_package_is_searched_before_the_checkout(tmp_path, monkeypatch):
    package, checkout = tmp_path / "simulator", tmp_path / "scenarios"
    for folder in (package / "_scenarios", checkout):
        folder.mkdir(parents=True)
        child(folder, name="both")
    child(checkout, name="checkout_only")
    monkeypatch.setattr(library, "_PACKAGE", package)
    assert names() == ("both",)
    (tmp_path / "pyproject.toml").touch()
    assert names() == ("both", "checkout_only")
    assert Path(str(library.find("both", "", "").file)).parent == package / "_scenarios"


# Records of runs


def test_record_of_a_run_gives_back_its_scenario(record, complete):
    assert fingerprint(load(record(complete))) == fingerprint(complete)


def test_byte_order_mark_in_a_record_is_no_fault(record, complete):
    file = record(complete)
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert load(file) == complete


def test_record_gives_back_all_its_scenarios(record, complete):
    baseline = load("baseline_2008")
    assert load_all(record(complete, baseline)) == (complete, baseline)


def test_floats_come_back_from_a_record_to_the_last_bit(record):
    scenario = load(COMPLETE, ["plan.stretch_share=0.1", f"world.prison.mean_stay_days={1 / 3!r}"])
    again = load(record(scenario))
    assert again.world.prison.mean_stay_days == 1 / 3
    assert again == scenario


def test_change_of_the_plan_reaches_the_partnerships_of_a_record(record, complete):
    varied = load(record(complete), ["plan.support_weeks=13"])
    assert {each.plan.support_weeks for each in varied.partnerships.values()} == {13}


def test_one_scenario_is_also_all_of_them(complete):
    assert load_all(COMPLETE) == (complete,)


# Writing


def test_written_scenario_loads_back_the_same(tmp_path, complete):
    write(complete, tmp_path / "complete.yaml")
    again = load(tmp_path / "complete.yaml")
    assert again == complete
    assert canonical_json(again) == canonical_json(complete)


def test_written_scenario_has_the_name_of_its_file(tmp_path, complete):
    write(complete, tmp_path / "mine.yaml")
    assert load(tmp_path / "mine.yaml") == complete.model_copy(update={"name": "mine"})


def test_written_partnership_says_only_what_is_its_own(tmp_path, complete):
    write(complete, tmp_path / "mine.yaml")
    written = compose((tmp_path / "mine.yaml").read_text()).data["partnerships"]
    assert "plan" not in written["Area 1"]
    assert list(written["Area 2"]["plan"]) == ["move_on_delay_days"]


@pytest.mark.parametrize(
    "text", ["1e3", "010", "yes", "null", "1:30", "- a", "a: b", " ", "\x85", "\x85\u2028é\n\n x\t"]
)
def test_text_that_looks_like_something_else_is_written_as_text(tmp_path, complete, text):
    write(complete.model_copy(update={"title": text}), tmp_path / "mine.yaml")
    assert load(tmp_path / "mine.yaml").title == text


def test_writing_leaves_nothing_else_behind(tmp_path, complete):
    write(complete, tmp_path / "mine.yaml")
    write(complete, tmp_path / "mine.yaml")
    assert [file.name for file in tmp_path.iterdir()] == ["mine.yaml"]


@pytest.mark.parametrize("name", ["mine.txt", "no_folder/mine.yaml"])
def test_file_that_cannot_be_written_is_refused(tmp_path, complete, name):
    with pytest.raises(BadInput, match=r"must (end in|be writable)"):
        write(complete, tmp_path / name)
    assert not list(tmp_path.iterdir())


# Telling scenarios apart


def test_plain_values_are_whole_and_fit_into_json(complete):
    whole = json.loads(json.dumps(as_dict(complete), allow_nan=False))
    assert Scenario.model_validate(whole) == complete


def test_canonical_json_depends_on_what_is_said_alone(tmp_path, complete):
    lines = COMPLETE.read_text().replace("{opiate: 540, other: 60}", "{other: 60.0, opiate: 5.4e2}")
    (tmp_path / "complete.yaml").write_text(lines)
    assert canonical_json(load(tmp_path / "complete.yaml")) == canonical_json(complete)


def test_fingerprint_knows_the_order_in_which_streams_are_spent(complete):
    streams = dict(reversed(complete.funding.streams.items()))
    funding = complete.funding.model_copy(update={"streams": streams})
    assert fingerprint(complete.model_copy(update={"funding": funding})) != fingerprint(complete)


def test_fingerprint_knows_the_smallest_change(complete):
    share = math.nextafter(0.05, 1)
    assert fingerprint(load(COMPLETE, [f"plan.stretch_share={share!r}"])) != fingerprint(complete)


# Size


def test_people_expected_are_those_there_and_those_to_come(complete):
    there = (80 + 3 + 40 + 60 + 30 + 2) + (9 + 1 + 60 + 15 + 20 + 0)
    to_come = (8 + 4) + (20 + 3)
    assert people_expected(complete) == pytest.approx(2 * (there + to_come * 3.5), rel=1e-3)


def test_memory_is_what_the_machine_tells(monkeypatch):
    monkeypatch.setattr(size.os, "sysconf", {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 10**6}.get)
    assert size.allowed_bytes() == int(0.6 * 4096 * 10**6)


@pytest.mark.parametrize("error", [AttributeError, OSError, ValueError])
def test_memory_is_4_gb_where_the_machine_does_not_tell(monkeypatch, error):
    def refuse(_):
        raise error

    monkeypatch.setattr(size.os, "sysconf", refuse)
    assert size.allowed_bytes() == 4 * 10**9


@pytest.mark.parametrize(
    ("n_bytes", "words"),
    [
        (12, "12 bytes"),
        (1500, "1.5 kB"),
        (3.5e6, "3.5 MB"),
        (2**33, "8.6 GB"),
        (1e15, "1,000.0 TB"),
    ],
)
def test_memory_in_words(n_bytes, words):
    assert size.in_words(n_bytes) == words


# The schema


def models(model=Scenario):
    yield model
    for info in model.model_fields.values():
        for inside in inner(info.annotation):
            if isinstance(inside, type) and issubclass(inside, BaseModel):
                yield from models(inside)


def inner(annotation):
    for member in members(annotation):
        yield member
        for argument in get_args(member):
            if argument is not ...:
                yield from inner(argument)


FIELDS = {
    (model.__name__, name): info for model in models() for name, info in model.model_fields.items()
}


@pytest.mark.parametrize("place", FIELDS, ids=".".join)
def test_every_field_has_a_title(place):
    title = FIELDS[place].title
    assert title
    assert "_" not in title
    assert len(title) < 100


@pytest.mark.parametrize("lever", Plan.model_fields)
def test_every_lever_has_a_description_a_unit_and_a_range_or_choices(lever):
    info = Plan.model_fields[lever]
    extra = info.json_schema_extra
    assert info.description.endswith(".")
    assert extra["unit"]
    if "choices" not in extra:
        low, high = extra["range"]
        assert low < high


def test_every_assumption_has_a_unit(complete):
    assert [leaf.path for leaf in leaves(as_dict(complete)) if not leaf.unit] == []


def test_json_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(json_schema())


def violations(text):
    return list(jsonschema.Draft202012Validator(json_schema()).iter_errors(compose(text).data))


@pytest.mark.parametrize(
    "file", [COMPLETE, Path(__file__).parents[1] / "scenarios" / "baseline_2008.yaml"]
)
def test_json_schema_accepts_complete_files(file):
    assert violations(file.read_text()) == []


@pytest.mark.parametrize(
    "differences",
    [
        "",
        "world: {prison: {mean_stay_days: 60}}",
        "plan: {move_on_delay_days: {opiate: [1, 2, 3]}}",
        "partnerships: {Area 1: null, Area 2: {plan: {stretch_share: 0}}}",
        "funding: {streams: {council: {amount_gbp: [1, 2, 3]}}}",
    ],
)
def test_json_schema_accepts_differences(differences):
    assert violations(f"extends: baseline_2008\n{OWN_WORDS}{differences}") == []


@pytest.mark.parametrize(
    "text",
    [
        OWN_WORDS,
        "extends: baseline_2008\n",
        f"extends: baseline_2008\n{OWN_WORDS}name: mine\n",
        f"extends: baseline_2008\n{OWN_WORDS}plan: {{stretch: 0.1}}\n",
        f"extends: baseline_2008\n{OWN_WORDS}plan: {{stretch_share: 5%}}\n",
        f"extends: baseline_2008\n{OWN_WORDS}history: {{groups: {{opiate: {{waiting: {{since: [{{share: 1}}]}}}}}}}}\n",
        f"extends: baseline_2008\n{OWN_WORDS}evidence: {{formula.lag_years: {{grade: assumed}}}}\n",
    ],
)
def test_json_schema_refuses_what_the_reader_refuses(text):
    assert violations(text)


def test_names_of_the_room_are_sorted():
    assert rooms.__all__ == sorted(rooms.__all__)
    assert all(hasattr(rooms, name) for name in rooms.__all__)
