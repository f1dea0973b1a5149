"""The wheel: what is installed is whole, works in any folder, and says which optional part is missing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

import pytest

from simulator.errors import MissingExtra

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETUPTOOLS = PYPROJECT["tool"]["setuptools"]
FOLDERS = {
    package: ROOT / SETUPTOOLS["package-dir"].get(package, package.replace(".", "/"))
    for package in SETUPTOOLS["packages"]
}
NOT_COPIED = shutil.ignore_patterns(
    ".*", "*.egg-info", "__pycache__", "build", "dist", "htmlcov", "results"
)
ELSEWHERE = {name: told for name, told in os.environ.items() if not name.startswith("PYTHON")} | {
    "PYTHONUTF8": "1"
}


def files_below(folder):
    """Files of a folder and those below it; what tools leave there does not count."""
    return {
        file
        for file in folder.rglob("*")
        if file.is_file()
        and not any(part.startswith((".", "__")) for part in file.relative_to(folder).parts[:-1])
        and not file.name.startswith(".")
    }


CODE = {file for file in files_below(ROOT / "simulator") if file.suffix == ".py"}
PAPERS = {
    file
    for pattern in SETUPTOOLS["package-data"]["simulator._docs"]
    for file in (ROOT / "docs").glob(pattern)
}
"""Documents that come with the program; others stay in the checkout."""
DATA = (files_below(ROOT / "simulator") | files_below(ROOT / "scenarios") | PAPERS) - CODE


def ran(*command, cwd, status=0):
    """What a command printed, once its exit status is seen to be the one expected."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=ELSEWHERE,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
    assert done.returncode == status, (
        f"{done.args}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    )
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel built from a copy of the checkout, in which nothing is left behind."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = shutil.copytree(ROOT, folder / "copy", ignore=NOT_COPIED)
    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps")
    ran(*pip, "--wheel-dir", folder, copy, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def treatment_sim(wheel, tmp_path_factory):
    """The program, installed from the wheel without its optional parts."""
    return installed(wheel, tmp_path_factory.mktemp("installed"))


def installed(what, folder):
    """The program in an environment that holds nothing else than what it asks for."""
    ran(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    pip = (sys.executable, "-m", "pip", "--python", folder, "install", "--quiet", "--no-compile")
    ran(*pip, "-c", ROOT / "constraints.txt", what, cwd=folder)
    return folder / ("Scripts" if os.name == "nt" else "bin") / "treatment-sim"


def test_every_folder_with_code_is_a_listed_package():
    found = {".".join(file.parent.relative_to(ROOT).parts) for file in CODE}
    assert found | {"simulator._docs", "simulator._scenarios"} == set(SETUPTOOLS["packages"])


def test_every_other_file_is_listed_as_data():
    listed = {
        file
        for package, patterns in SETUPTOOLS["package-data"].items()
        for pattern in patterns
        for file in FOLDERS[package].glob(pattern)
    }
    assert listed == DATA


@pytest.mark.slow
def test_wheel_holds_the_package_with_its_data_and_nothing_else(wheel):
    with ZipFile(wheel) as opened:
        held = {PurePosixPath(name) for name in opened.namelist()}
    about = {file for file in held if file.parts[0].endswith(".dist-info")}
    here = {PurePosixPath(file.relative_to(ROOT)) for file in CODE | DATA}
    elsewhere = {file for file in here if file.parts[0] in ("docs", "scenarios")}
    moved = {PurePosixPath(f"simulator/_{file.parts[0]}", *file.parts[1:]) for file in elsewhere}
    assert held - about == (here - elsewhere) | moved
    for needed in ("_scenarios/baseline_2008.yaml", "report/page.html"):
        assert PurePosixPath("simulator", needed) in held


@pytest.mark.slow
def test_installed_program_lists_and_checks_its_scenarios(treatment_sim, tmp_path):
    told = json.loads(ran(treatment_sim, "scenarios", "--json", cwd=tmp_path).stdout)
    assert {each["name"] for each in told} == {
        file.stem for file in (ROOT / "scenarios").glob("*.yaml")
    }
    assert "baseline_2008" in ran(treatment_sim, "scenarios", cwd=tmp_path).stdout
    checked = ran(treatment_sim, "check", "baseline_2008", cwd=tmp_path)
    assert checked.stdout.startswith("baseline_2008: OK")


@pytest.mark.slow
def test_installed_program_runs_in_two_processes_and_writes(treatment_sim, tmp_path):
    run = (treatment_sim, "run", "move_on", "-n", "2", "--workers", "2", "--out", "out")
    assert "Allocation" in ran(*run, cwd=tmp_path).stdout
    for name in ("measures.csv", "run.json", "summary.csv"):
        assert (tmp_path / "out" / name).stat().st_size > 0


@pytest.mark.slow
@pytest.mark.parametrize(("verb", "extra"), [("app", "app"), ("demo", "report")])
def test_verb_without_its_optional_part_says_how_to_install_it(
    treatment_sim, tmp_path, verb, extra
):
    told = ran(treatment_sim, verb, cwd=tmp_path, status=2)
    (message,) = told.stderr.splitlines()
    assert message.endswith(str(MissingExtra("", extra)))
    assert not told.stdout
    assert not list(tmp_path.iterdir())
