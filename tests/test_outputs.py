"""Results as files: whole or not at all, the same bytes for the same run, and runs that can be made again."""

import csv
import hashlib
import json
import math
import platform
from importlib import metadata
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simulator import outputs
from simulator.errors import BadInput
from simulator.explanation import explain
from simulator.measures import MEASURES
from simulator.replicate import compare, run
from simulator.scenario import as_dict, canonical_json, load, load_all, write

COMPLETE = Path(__file__).parent / "broken" / "complete.yaml"
PUSHED = ("plan.early_exit_rate_per_year=1",)


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory):
    """The complete one, and the same with clients pushed out, under a name of its own."""
    file = tmp_path_factory.mktemp("scenarios") / "pushed.yaml"
    write(load(COMPLETE, PUSHED), file)
    return load(COMPLETE), load(file)


@pytest.fixture(scope="module")
def comparison(scenarios):
    return compare(scenarios, 2, 5, 1)


@pytest.fixture(scope="module")
def sample(comparison):
    return comparison.baseline


@pytest.fixture(scope="module")
def explanation(sample):
    return explain(sample)


@pytest.fixture
def results(sample, comparison, explanation):
    return {"run": sample, "compare": comparison, "explain": explanation}


def rows(file):
    with file.open(newline="", encoding="utf-8") as lines:
        return [*csv.DictReader(lines)]


def names_in(folder):
    return sorted(each.name for each in folder.iterdir())


def faults_of(function, *arguments):
    with pytest.raises(BadInput) as refused:
        function(*arguments)
    return [str(fault) for fault in refused.value.faults]


def recorded(folder, **values):
    """A record in a file, such as a user might have changed."""
    folder.mkdir(exist_ok=True)
    file = folder / "run.json"
    file.write_text(json.dumps({"scenarios": [], **values}))
    return file


# What is written


@pytest.mark.parametrize(
    ("verb", "files"),
    [
        ("run", ["measures.csv", "run.json", "streams.csv", "summary.csv"]),
        ("compare", ["differences.csv", "measures.csv", "run.json", "streams.csv", "summary.csv"]),
        ("explain", ["explanation.csv", "measures.csv", "run.json", "streams.csv", "summary.csv"]),
    ],
)
def test_each_verb_writes_its_tables_and_the_record_last(results, verb, files, tmp_path):
    written = outputs.write(tmp_path / "out", results[verb])
    assert names_in(tmp_path / "out") == files
    assert sorted(file.name for file in written) == files
    assert written[-1].name == "run.json"
    assert json.loads(written[-1].read_text())["verb"] == verb


def test_columns_are_those_of_the_house(comparison, explanation, tmp_path):
    outputs.write(tmp_path, comparison)
    outputs.write(tmp_path / "why", explanation)
    heads = {
        file.name: file.read_text(encoding="utf-8").partition("\n")[0]
        for file in (*tmp_path.glob("*.csv"), *tmp_path.glob("why/e*.csv"))
    }
    assert heads == {
        "measures.csv": "scenario,partnership,replication,year,group,measure,value",
        "summary.csv": "scenario,partnership,year,group,measure,mean,median,low,high,mc_error,replications",
        "streams.csv": "scenario,partnership,replication,year,stream,income_gbp,carried_in_gbp,overhead_gbp,"
        "treatment_gbp,reintegration_gbp,outreach_gbp,detox_gbp,young_people_gbp,carried_out_gbp,"
        "returned_gbp,detox_beds,detox_episodes",
        "differences.csv": "scenario,baseline,partnership,year,group,measure,difference,low,high,mc_error,"
        "replications",
        "explanation.csv": "scenario,partnership,year,step,gbp,low,high,mc_error,replications",
    }


def test_measures_hold_every_value_once_to_ten_digits(sample, tmp_path):
    outputs.write(tmp_path, sample)
    told = rows(tmp_path / "measures.csv")
    keys = {(*row.values(),)[:-1] for row in told}
    assert len(keys) == len(told)
    assert {row["measure"] for row in told} == set(MEASURES)
    for row in told:
        year = sample.years.index(row["year"])
        value = sample.of(row["measure"], row["partnership"], row["group"])[
            int(row["replication"]), year
        ]
        assert row["value"] == ("" if math.isnan(value) else f"{value:.10g}")
    assert any("." in row["value"] for row in told)
    assert any(not row["value"] for row in told)


def test_comparison_writes_the_measures_of_every_scenario(comparison, tmp_path):
    outputs.write(tmp_path, comparison)
    assert [*dict.fromkeys(row["scenario"] for row in rows(tmp_path / "measures.csv"))] == [
        "complete",
        "pushed",
    ]
    pairs = {(row["scenario"], row["baseline"]) for row in rows(tmp_path / "differences.csv")}
    assert pairs == {("pushed", "complete")}


def test_record_holds_the_whole_scenarios_and_what_made_the_result(comparison, scenarios, tmp_path):
    outputs.write(tmp_path, comparison)
    record = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    packages = ("numpy", "scipy", "pandas", "simpy")
    assert record == {
        "format": 1,
        "verb": "compare",
        "scenarios": [as_dict(scenario) for scenario in scenarios],
        "seed": 5,
        "replications": 2,
        "bands_hold": "chance alone",
        "model": outputs.model_version(),
        "python": platform.python_version(),
        "versions": {name: metadata.version(name) for name in packages},
        "hash": outputs.identity(scenarios, 5, 2),
    }
    assert load_all(tmp_path / "run.json") == scenarios


def test_hash_is_sha256_over_all_that_decides_a_result(scenarios):
    whole = {
        "scenarios": [canonical_json(scenario) for scenario in scenarios],
        "seed": 5,
        "replications": 2,
        "model": outputs.model_version(),
    }
    text = json.dumps(whole, sort_keys=True)
    assert outputs.identity(scenarios, 5, 2) == hashlib.sha256(text.encode()).hexdigest()


def test_hash_differs_with_anything_that_decides_a_result(scenarios, monkeypatch):
    one, other = scenarios
    told = [
        outputs.identity(given, seed, replications)
        for given, seed, replications in (
            ([one], 5, 2),
            ([one], 6, 2),
            ([one], 5, 3),
            ([other], 5, 2),
            ([one, other], 5, 2),
            ([other, one], 5, 2),
        )
    ]
    monkeypatch.setattr(outputs, "model_version", lambda: "another")
    told.append(outputs.identity([one], 5, 2))
    assert len(set(told)) == len(told)


def test_files_say_nothing_of_when_or_where_they_were_made(comparison, tmp_path):
    for place in ("here", "there"):
        outputs.write(tmp_path / place, comparison)
    for file in (tmp_path / "here").iterdir():
        assert file.read_bytes() == (tmp_path / "there" / file.name).read_bytes()
        assert str(tmp_path) not in file.read_text(encoding="utf-8")


def test_lines_end_alike_on_every_system(sample, tmp_path):
    for file in outputs.write(tmp_path, sample):
        assert b"\r" not in file.read_bytes()
        assert file.read_bytes().endswith(b"\n")


@pytest.mark.parametrize("workers", [1, 2])
def test_bytes_do_not_depend_on_the_number_of_workers(scenarios, workers, tmp_path):
    expected = run(scenarios[:1], 6, 3, 1)[0]
    outputs.write(tmp_path / "expected", expected)
    outputs.write(tmp_path / "found", run(scenarios[:1], 6, 3, workers)[0])
    for file in (tmp_path / "expected").iterdir():
        assert (tmp_path / "found" / file.name).read_bytes() == file.read_bytes()


# Whole or not at all


def test_other_files_of_the_folder_are_left_alone(sample, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "sub").mkdir()
    outputs.write(tmp_path, sample)
    assert names_in(tmp_path) == [
        "measures.csv",
        "notes.txt",
        "run.json",
        "streams.csv",
        "sub",
        "summary.csv",
    ]
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_tables_of_an_earlier_result_do_not_stay_beside_another_record(
    sample, comparison, tmp_path
):
    outputs.write(tmp_path, comparison)
    outputs.write(tmp_path, sample)
    assert names_in(tmp_path) == ["measures.csv", "run.json", "streams.csv", "summary.csv"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_what_goes_wrong_while_writing_leaves_the_earlier_result_whole(
    error, sample, comparison, tmp_path, monkeypatch
):
    out = tmp_path / "out"
    outputs.write(out, sample)
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    _fail_at_the_second_file(monkeypatch, error)
    with pytest.raises((KeyboardInterrupt, BadInput)):
        outputs.write(out, comparison)
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_what_goes_wrong_while_writing_leaves_no_new_folder(error, sample, tmp_path, monkeypatch):
    _fail_at_the_second_file(monkeypatch, error)
    with pytest.raises((KeyboardInterrupt, BadInput)):
        outputs.write(tmp_path / "new" / "out", sample)
    assert names_in(tmp_path) == []


def _fail_at_the_second_file(monkeypatch, error):
    written = []
    write_bytes = Path.write_bytes

    def fail_at_the_second(path, content):
        written.append(path)
        if len(written) == 2:
            write_bytes(path, content[:100])
            raise error
        return write_bytes(path, content)

    monkeypatch.setattr(Path, "write_bytes", fail_at_the_second)


def test_record_stands_only_beside_the_tables_that_belong_to_it(
    sample, comparison, tmp_path, monkeypatch
):
    outputs.write(tmp_path, sample)
    replace = Path.replace

    def fail_at_differences(path, target):
        if path.name == "differences.csv":
            raise OSError(5, "Input/output error")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", fail_at_differences)
    with pytest.raises(BadInput):
        outputs.write(tmp_path, comparison)
    assert "run.json" not in names_in(tmp_path)


@pytest.mark.parametrize("there", ["a file", "a file above", "nothing that can be made"])
def test_folder_that_cannot_be_written_is_refused_in_plain_words(there, sample, tmp_path):
    (tmp_path / "file").write_text("mine")
    out = {
        "a file": tmp_path / "file",
        "a file above": tmp_path / "file" / "out",
        "nothing that can be made": tmp_path / ("x" * 300),
    }[there]
    for refuse in (lambda: outputs.check_writable(out), lambda: outputs.write(out, sample)):
        (fault,) = faults_of(refuse)
        assert fault.startswith(
            f"--out {out}: the folder must be a folder that can be written, got "
        )
        assert fault.endswith("; name another folder, or check its permissions")
    assert names_in(tmp_path) == ["file"]


def test_trying_whether_a_folder_can_be_written_leaves_nothing(tmp_path):
    outputs.check_writable(tmp_path)
    outputs.check_writable(tmp_path / "new" / "out")
    assert names_in(tmp_path) == []


# What JSON holds


def test_records_are_plain_values_and_what_is_missing_is_null():
    table = pd.DataFrame(
        {"year": ["2008-09", "2009-10"], "mean": [1 / 3, np.nan], "replications": [2.0, 0.0]}
    )
    assert outputs.records(table) == [
        {"year": "2008-09", "mean": 0.3333333333, "replications": 2},
        {"year": "2009-10", "mean": None, "replications": 0},
    ]
    assert '"mean": null, "replications": 0}' in json.dumps(outputs.records(table), allow_nan=False)


def test_evidence_is_told_worst_grade_first_with_what_lies_outside_its_range():
    told = outputs.evidence_records(load(COMPLETE, ["world.prison.mean_stay_days=500"]))
    grades = [each["grade"] for each in told]
    order = ("unverified", "assumed", "derived", "published")
    assert grades == sorted(grades, key=order.index)
    assert len(set(grades)) > 1
    stay = next(each for each in told if each["path"] == "world.prison.mean_stay_days")
    wanted = {
        "path": "world.prison.mean_stay_days",
        "title": "Time in prison, on average",
        "value": 500,
        "unit": "days",
        "grade": "assumed",
        "low": 60,
        "high": 200,
        "outside_range": True,
        "source": "Modelling assumption",
        "fitted_to": None,
    }
    assert stay | wanted == stay
    assert [each["path"] for each in told if each["outside_range"]] == [stay["path"]]


# Making a result again


def test_usual_settings_hold_where_nothing_is_given():
    assert outputs.settings(["baseline_2008", COMPLETE]) == outputs.Settings(1, 100)


def test_record_gives_its_settings_unless_others_are_given(tmp_path):
    file = recorded(tmp_path, seed=0, replications=7)
    assert outputs.settings([file]) == outputs.Settings(0, 7)
    assert outputs.settings([str(file)], seed=3) == outputs.Settings(3, 7)
    assert outputs.settings([str(file)], replications=2) == outputs.Settings(0, 2)
    assert outputs.settings([str(recorded(tmp_path))]) == outputs.Settings(1, 100)


def test_record_that_cannot_be_used_is_refused_with_every_fault(tmp_path):
    file = str(recorded(tmp_path, format=2, seed=-1, replications=True))
    assert faults_of(outputs.settings, [file]) == [
        f"{file}: format must be 1, got 2; use a newer version of the simulator",
        f"{file}: seed must be a whole number of at least 0, got -1; give --seed",
        f"{file}: replications must be a whole number of at least 1, got true; give --replications",
    ]


def test_fault_of_a_setting_that_is_given_anew_does_not_matter(tmp_path):
    file = str(recorded(tmp_path, seed="one", replications=2.5))
    assert outputs.settings([file], seed=1, replications=2) == outputs.Settings(1, 2)


def test_records_that_differ_need_a_choice(tmp_path):
    files = [
        str(recorded(tmp_path / "one", seed=1, replications=2)),
        str(recorded(tmp_path / "two", seed=2, replications=2)),
    ]
    assert faults_of(outputs.settings, files) == [
        f"{', '.join(files)}: seed must be the same in all records, got 1, 2; give --seed"
    ]
    assert outputs.settings(files, seed=2) == outputs.Settings(2, 2)


@pytest.mark.parametrize("verb", ["run", "compare", "explain"])
def test_record_makes_the_same_bytes_again(results, verb, tmp_path):
    first, again = tmp_path / "first", tmp_path / "again"
    outputs.write(first, results[verb])
    file = first / "run.json"
    chosen = outputs.settings([file])
    scenarios = load_all(file)
    samples = run(scenarios, chosen.replications, chosen.seed, 1)
    made = {
        "run": lambda: samples[0],
        "compare": lambda: compare(scenarios, chosen.replications, chosen.seed, 1),
        "explain": lambda: explain(samples[0]),
    }[verb]()
    outputs.write(again, made)
    assert names_in(again) == names_in(first)
    for file in first.iterdir():
        assert (again / file.name).read_bytes() == file.read_bytes(), file.name


def test_versions_that_differ_are_told():
    now = {"model": outputs.model_version(), "python": platform.python_version()}
    same = {**now, "versions": outputs.versions()}
    assert outputs.differing_versions(same) == {}
    assert outputs.differing_versions({}) == {}
    then = {**same, "model": "0.0.9", "versions": outputs.versions() | {"numpy": "1.0"}}
    assert outputs.differing_versions(then) == {
        "model": ("0.0.9", now["model"]),
        "numpy": ("1.0", metadata.version("numpy")),
    }


def test_version_of_a_checkout_is_that_of_its_project(monkeypatch, tmp_path):
    def not_installed(_):
        raise metadata.PackageNotFoundError

    monkeypatch.setattr(outputs.metadata, "version", not_installed)
    project = Path(__file__).parents[1] / "pyproject.toml"
    assert f'\nversion = "{outputs.model_version()}"\n' in project.read_text(encoding="utf-8")
    monkeypatch.setattr(outputs, "__file__", str(tmp_path / "simulator" / "outputs.py"))
    assert outputs.model_version() == "unknown"
