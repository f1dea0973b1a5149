"""Broken scenarios: each is refused with every fault, the right line and a way out, and no traceback."""

import errno
import json
from pathlib import Path

import pytest

from simulator.errors import BadInput
from simulator.scenario import as_dict, load, load_all, loading
from simulator.scenario.faults import _ADVICE, _NUMBERS, _RULES, advice_on_text
from simulator.scenario.reading import LARGEST_FILE_BYTES, MOST_REMARKS

BROKEN = Path(__file__).parent / "broken"
COMPLETE = BROKEN / "complete.yaml"
FILES = sorted(file for file in BROKEN.glob("*.yaml") if file != COMPLETE)
OWN_WORDS = "title: A broken one\nquestion: Is it refused?\ndescription: It should be.\n"


def faults_of(scenario, changes=()):
    with pytest.raises(BadInput) as refused:
        load(scenario, changes)
    return refused.value.faults


def told(scenario, changes=()):
    return [str(fault).removeprefix(f"{BROKEN}/") for fault in faults_of(scenario, changes)]


def written(folder, text, name="written.yaml"):
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    """Files are then named by their whole path, wherever the tests are started."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_broken_file_is_refused_with_the_faults_it_expects(file):
    expected = [
        line.removeprefix("# expect: ")
        for line in file.read_text().splitlines()
        if line.startswith("# expect: ")
    ]
    faults = told(file)
    assert expected
    assert len(faults) == len(expected), faults
    for fault, part in zip(faults, expected, strict=True):
        assert part in fault


def test_many_broken_files_are_tried():
    assert len(FILES) >= 45


def test_complete_file_is_not_broken():
    assert load(COMPLETE).title == "Two small partnerships"


def test_faults_come_in_the_order_of_the_lines():
    lines = [
        int(fault.where.rpartition(":")[2]) for fault in faults_of(BROKEN / "several_at_once.yaml")
    ]
    assert lines == sorted(lines)
    assert len(lines) == 6


def test_fault_reads_where_name_rule_got_and_advice(tmp_path):
    file = written(
        tmp_path, f"extends: {COMPLETE}\n{OWN_WORDS}plan:\n  stretch_share: -1\n", "short.yaml"
    )
    assert told(file) == [
        "short.yaml:6: plan.stretch_share must be a number of at least 0, got -1; write a larger number"
    ]


def test_missing_file_is_refused(tmp_path):
    assert told(tmp_path / "not_there.yaml") == [
        "not_there.yaml: the file must exist, got no such file; check the name and the folder"
    ]


def test_folder_is_refused(tmp_path):
    (tmp_path / "folder.yaml").mkdir()
    assert told("folder.yaml") == [
        "folder.yaml: the file must be a file, got a folder; name a file in it"
    ]


@pytest.mark.parametrize(
    ("error", "part"),
    [
        (PermissionError(errno.EACCES, "Permission denied"), "no permission"),
        (OSError(errno.EIO, "Input/output error"), "Input/output error"),
    ],
    ids=["no permission", "broken disk"],
)
def test_file_that_cannot_be_read_is_refused(tmp_path, monkeypatch, error, part):
    file = written(tmp_path, "title: x\n")

    def refuse(*_, **__):
        raise error

    monkeypatch.setattr(Path, "open", refuse)
    [fault] = faults_of(file)
    assert (fault.rule, fault.got) == ("be readable", part)


def test_file_that_is_not_utf_8_is_refused_at_its_line(tmp_path):
    file = written(tmp_path, b"title: x\nquestion: caf\xe9\n")
    assert told(file) == [
        "written.yaml:2: the file must be text in UTF-8, got byte 0xe9; save it as UTF-8"
    ]


def test_utf_16_is_refused(tmp_path):
    file = written(tmp_path, "title: x\n".encode("utf-16"))
    assert "UTF-8" in told(file)[0]


def test_byte_order_mark_is_no_fault(tmp_path):
    file = written(tmp_path, b"\xef\xbb\xbf" + COMPLETE.read_bytes())
    assert load(file).years == 3


def test_large_file_is_refused(tmp_path):
    file = written(tmp_path, "#" * (LARGEST_FILE_BYTES + 1))
    assert "at most 1,048,576 bytes" in told(file)[0]


def test_file_of_the_largest_size_is_read(tmp_path):
    text = COMPLETE.read_text()
    file = written(tmp_path, text + "#" * (LARGEST_FILE_BYTES - len(text.encode())))
    assert load(file).years == 3


def test_alias_bomb_does_not_go_off(tmp_path):
    levels = "".join(f"a{i + 1}: &a{i + 1} [{', '.join([f'*a{i}'] * 9)}]\n" for i in range(30))
    faults = told(written(tmp_path, f"a0: &a0 [x]\n{levels}"))
    assert len(faults) == MOST_REMARKS
    assert all("have no a" in fault for fault in faults)


def test_scenario_that_does_not_fit_the_schema_is_never_taken(monkeypatch):
    monkeypatch.setattr(loading, "faults_of", lambda *_: [])
    assert [fault.rule for fault in faults_of(BROKEN / "negative.yaml")] == ["be valid"]


def test_circle_through_a_folder_and_back_is_refused(tmp_path):
    (tmp_path / "below").mkdir()
    written(tmp_path, f"extends: below/child.yaml\n{OWN_WORDS}", "parent.yaml")
    written(tmp_path / "below", f"extends: ../parent.yaml\n{OWN_WORDS}", "child.yaml")
    [fault] = told("parent.yaml")
    assert fault.startswith("below/child.yaml:1: extends must lead to a complete scenario")
    assert "parent → child → parent" in fault


@pytest.mark.parametrize(
    "scenario", ["", "baseline_1066", "folder/scenario", "notes.txt", "a\0.yaml", "\ud800.yaml"]
)
def test_argument_that_means_no_scenario_is_refused(scenario):
    [fault] = told(scenario)
    fault.encode()


def test_unknown_name_gets_the_nearest():
    assert "did you mean baseline_2008?" in told("baselin_2008")[0]


def test_name_of_a_file_here_gets_its_ending(tmp_path):
    written(tmp_path, "title: x\n", "mine.yaml")
    assert told("mine")[0].endswith("for the file here write mine.yaml")


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ("plan.move_on_dely_days=90", "did you mean move_on_delay_days?"),
        ("plans.stretch_share=0", "did you mean plan?"),
        ("partnerships.Area 9.need_index=2", "did you mean Area 2?"),
        ("world.groups.opiat.is_pdu=true", "did you mean opiate?"),
        ("world.prison.mean_stay_days.x=2", "world.prison.mean_stay_days has no parts"),
        ("formula.pot_gbp.7=2", "known here: 0, 1, 2"),
        ("extends=baseline_2008", "must be a known name"),
        ("name=another", "must be a known name"),
        ("plan.stretch_share", "must be written name=value"),
        ("=3", "must be written name=value"),
        ("", "must be written name=value"),
        ("plan.stretch_share=", "must be written name=value"),
        ("plan.stretch_share=[1", "must be valid YAML"),
        ("plan.stretch_share=!!float 1", "must have no tag"),
        ("plan.stretch_share=&a 1", "must have no anchor"),
        ("plan.stretch_share=*a", "must have no alias"),
        ("plan.stretch_share=\ud800", "must be valid YAML"),
        ("plan.stretch_share=5%", "write 5% as 0.05"),
        ("partnerships.Area 1.plan.support_weeks=-1", "must be a number above 0"),
        ("plan=3", "must be a mapping of names to values"),
        ("\udc80\x1b[2J=3", "must be a known name"),
    ],
)
def test_change_that_cannot_be_made_is_refused(change, part):
    [fault] = told(COMPLETE, [change])
    assert fault.startswith("--set")
    assert part in fault
    assert fault.isprintable()


def test_faults_of_changes_and_of_the_file_are_told_together():
    faults = told(BROKEN / "negative.yaml", ["plan.stretch_share=2", "plan.strech_share=0", "x"])
    assert len(faults) == 4


@pytest.mark.parametrize("change", ["plan.reintegration_share", "plan.treatment_share.1"])
def test_sum_broken_by_a_change_is_told_where_the_change_was_made(change):
    [fault] = told(COMPLETE, [f"{change}=0.3"])
    assert fault.startswith(f"--set {change}: plan must have treatment_share, ")


def test_scenario_too_large_for_the_memory_is_refused_with_an_estimate():
    with pytest.raises(BadInput) as refused:
        load(COMPLETE, memory_limit_bytes=1_000_000)
    [fault] = refused.value.faults
    assert fault.rule == "need at most 1.0 MB of memory"
    assert fault.got == "about 3.5 MB for 885 people in 2 partnerships over 3 years"


def test_nobody_can_ask_for_more_people_than_any_machine_holds():
    [fault] = told(COMPLETE, ["history.groups.opiate.never_treated=9" + "0" * 30])
    assert "of memory" in fault


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "be valid JSON"),
        ("[1", "be valid JSON"),
        ("{}", "hold a list of scenarios"),
        ('{"scenarios": []}', "hold a list of scenarios"),
        ('{"scenarios": [3]}', "give each scenario with its name"),
        ('{"scenarios": [{"name": 3}]}', "give each scenario with its name"),
        ('{"a": 1, "a": 2}', "give each name once, got 'a'"),
        ("[" * 100_000, "be nested less than 20 deep"),
        ("[" * 30 + "]" * 30, "be nested less than 20 deep"),
        ('{"scenarios": [{"name": "\\ud800"}]}', "be text that can be written"),
        ("9" * 5000, "hold a list of scenarios"),
    ],
)
def test_broken_record_of_a_run_is_refused(tmp_path, text, part):
    [fault] = told(written(tmp_path, text, "run.json"))
    assert fault.startswith("run.json")
    assert part in fault


def test_faults_of_a_record_name_their_place_in_it(tmp_path):
    whole = as_dict(load(COMPLETE))
    whole["partnerships"]["Area 1"]["plan"]["support_weeks"] = -1
    whole["plan"]["stretch_share"] = float("nan")
    assert told(written(tmp_path, json.dumps({"scenarios": [whole]}), "run.json")) == [
        "run.json: scenarios.0.plan.stretch_share must be a finite number, got NaN; write a number",
        "run.json: scenarios.0.partnerships.Area 1.plan.support_weeks must be a number above 0, got -1; write a larger number",
    ]


def test_record_of_several_scenarios_is_refused_where_one_is_wanted(tmp_path):
    whole = as_dict(load(COMPLETE))
    file = written(tmp_path, json.dumps({"scenarios": [whole, whole]}), "run.json")
    assert "hold one scenario, got complete, complete" in told(file)[0]
    assert len(load_all(file)) == 2


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("75%", "write 75% as 0.75"),
        ("2.5 per cent", "write 2.5 per cent as 0.025"),
        ("540 days", "write the number alone, 540: its unit is in the name"),
        ("£35", "write the number alone, 35: its unit is in the name"),
        ("£1,250.50 a week", "write the number alone, 1250.5: its unit is in the name"),
        ("£398m", "write the number alone, 398000000: its unit is in the name"),
        ("1,000", "write the number alone, 1000: its unit is in the name"),
        ("26", "write 26 without quotes"),
        ("1 in 10", "write a number"),
        ("ten", "write a number"),
        ("9" * 100 + "%", "write a number"),
    ],
)
def test_text_for_a_number_gets_advice(text, advice):
    assert advice_on_text(text) == advice


def test_every_kind_of_fault_has_a_rule_and_advice():
    """What pydantic can say of the types that the schema uses."""
    without_advice = {"missing", "extra_forbidden", "house_rule"}
    assert _RULES.keys() - _ADVICE.keys() == without_advice
    assert _RULES.keys() >= _NUMBERS
