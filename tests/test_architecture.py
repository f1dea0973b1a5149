"""The house: a room imports from lower floors alone, and some things live in one room only."""

from __future__ import annotations

import ast
import os
import re
import shlex
import subprocess
import sys
from functools import cache
from importlib.util import resolve_name
from pathlib import Path

import pytest

from simulator.scenario import load, load_formula
from simulator.scenario.formulas import is_formula
from simulator.study import check, is_study

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "simulator"
README = ROOT / "README.md"

FLOORS = (
    {"errors", "years"},
    {"beside", "csv_text", "distributions", "chance", "link", "papers", "wording", "workers"},
    {"cluster"},
    {"scenario", "journal"},
    {"funding", "money", "journey", "published"},
    {"stock", "places", "measures"},
    {"pathway"},
    {"partnership"},
    {"model"},
    {"crew"},
    {"observe", "replicate"},
    # Questions asked of the model.
    {"evidence", "explanation", "stream_means"},
    {"calibrate", "incentives", "jobs", "levers", "precision"},
    {"behaviour", "changeover", "flows", "local_area", "proposal"},
    {"formula_lab", "side_by_side", "study", "validate", "visit"},
    {"sweeps"},
    {"discovery", "optimisation", "sensitivity_analysis"},
    {"findings"},
    {"comparing", "own_formula"},
    # Answers to look at.
    {"charts", "outputs", "printing"},
    {"report"},
    {"demo", "exports"},
    # Doors.
    {"screens"},
    {"cli"},
    {"__main__"},
)
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
QUESTIONS, DOORS = FLOOR["evidence"], FLOOR["screens"]

ONLY_IN = {"simpy": {"pathway", "model"}, "streamlit": {"screens"}}
BANNED_NAMES = ("utils", "helpers", "common", "base", "manager")
FILES = sorted(PACKAGE.rglob("*.py"))


def shown(file):
    return file.relative_to(PACKAGE).as_posix()


def room_of(file):
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def tree_of(file):
    return ast.parse(file.read_text(encoding="utf-8"))


@cache
def imports(file):
    """Whole names of the modules that a file imports, wherever in it, type checking among it."""
    return tuple(imported(file, tree_of(file)))


def imported(file, tree):
    """Whole names of the modules that a part of a file imports."""
    around = ".".join(["simulator", *file.relative_to(PACKAGE).parent.parts])
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            whole = resolve_name(module, around) if node.level else module
            yield whole
            yield from (f"{whole}.{alias.name}" for alias in node.names)


def rooms_imported(file):
    for name in imports(file):
        top, *rest = name.split(".")
        if top == "simulator" and rest and rest[0] in FLOOR:
            yield rest[0]


def public_door(file):
    """The package's own front door, which hands out what lives in other rooms."""
    return file == PACKAGE / "__init__.py"


INSIDE = tuple(file for file in FILES if not public_door(file))


def broken(rule, files=tuple(FILES)):
    """What breaks a rule, by file: all of it is told at once."""
    found = {shown(file): rule(file) for file in files}
    return {name: what for name, what in found.items() if what}


def test_every_room_stands_on_a_floor():
    assert not {room_of(file) for file in INSIDE} - set(FLOOR)


def test_a_room_imports_from_lower_floors_alone():
    def from_above(file):
        room = room_of(file)
        others = {other for other in rooms_imported(file) if other != room}
        return {other for other in others if FLOOR[other] >= FLOOR[room]}

    assert broken(from_above, INSIDE) == {}


def test_a_room_imports_nothing_through_the_front_door():
    public = {f"simulator.{name}" for name in exported(PACKAGE / "__init__.py")}
    public -= {f"simulator.{room}" for room in FLOOR}
    below = [file for file in INSIDE if FLOOR[room_of(file)] < DOORS]
    assert broken(lambda file: public & set(imports(file)), below) == {}


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_stays_in_its_rooms(library):
    found = {
        room_of(file)
        for file in FILES
        if any(name.split(".")[0] == library for name in imports(file))
    }
    assert found <= ONLY_IN[library]


def test_simpy_runs_the_model():
    assert "simpy" in {name.split(".")[0] for name in imports(PACKAGE / "pathway.py")}


def at_module_level(tree):
    """The statements that run when a module is imported, but not what is for type checkers alone."""
    for node in tree.body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from node.orelse
        elif isinstance(node, ast.ClassDef):
            yield from at_module_level(node)
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_below_the_questions_no_room_needs_pandas_to_be_imported():
    def needs_pandas(file):
        needed = ast.Module([*at_module_level(tree_of(file))], type_ignores=[])
        return {name for name in imported(file, needed) if name.split(".")[0] == "pandas"}

    below = [file for file in FILES if public_door(file) or FLOOR[room_of(file)] < QUESTIONS]
    assert broken(needs_pandas, below) == {}


def test_a_run_needs_no_pandas_and_no_doors():
    """What a worker process loads: seen from outside, in a process of its own."""
    heavy = ("pandas", "streamlit", "altair", "typer", "rich")
    asks = f"import sys, simulator.replicate; print(*(set({heavy!r}) & set(sys.modules)))"
    told = subprocess.run(
        [sys.executable, "-W", "error", "-c", asks],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == []


def dotted(node):
    if isinstance(node, ast.Name):
        return node.id
    return f"{dotted(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else "?"


def test_random_numbers_come_from_chance_alone():
    def draws(file):
        names = {
            dotted(node) for node in ast.walk(tree_of(file)) if isinstance(node, ast.Attribute)
        }
        used = {name for name in names if re.match(r"(np|numpy)\.random\b", name)}
        return used | {
            name for name in imports(file) if re.match(r"(numpy\.)?random\b|secrets\b", name)
        }

    assert broken(draws, [file for file in FILES if room_of(file) != "chance"]) == {}


def test_chance_never_draws_from_a_shared_generator():
    tree = tree_of(PACKAGE / "chance.py")
    used = {dotted(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    of_numpy = {name for name in used if name.startswith("np.random.")}
    kinds = {"np.random.Generator", "np.random.PCG64DXSM", "np.random.RandomState"}
    assert of_numpy <= kinds


def exported(file):
    """Names in ``__all__``, or nothing where there is none."""
    for node in tree_of(file).body:
        if isinstance(node, ast.Assign) and dotted(node.targets[0]) == "__all__":
            return ast.literal_eval(node.value)
    return []


def order_of(name):
    """Constants first, then classes, then all else, as the linter sorts them."""
    return 0 if name.isupper() else 1 if name[0].isupper() else 2


def test_what_is_exported_is_sorted_and_named_once():
    def unsorted(file):
        names = exported(file)
        wanted = sorted(set(names), key=lambda name: (order_of(name), name))
        return names if names != wanted else []

    assert broken(unsorted) == {}


def test_everything_that_is_exported_is_there():
    import simulator

    for name in simulator.__all__:
        assert getattr(simulator, name) is not None
        assert name in dir(simulator)


def test_no_module_is_named_like_one_of_the_standard_library():
    names = {file.stem if file.stem != "__init__" else file.parent.name for file in FILES}
    assert names & sys.stdlib_module_names <= {"__main__"}


def test_every_module_is_named_after_what_it_holds():
    def banned(file):
        words = re.split(r"[_/.]", shown(file))
        return [word for word in words if word in BANNED_NAMES]

    assert broken(banned) == {}


def test_no_folder_of_pages_stands_beside_an_entry():
    assert not [
        folder for folder in ROOT.rglob("pages") if folder.is_dir() and ".git" not in folder.parts
    ]


def test_every_module_says_what_it_is():
    def says_nothing(file):
        tree = tree_of(file)
        return tree.body and not ast.get_docstring(tree)

    assert broken(says_nothing) == {}


def test_the_shipped_package_never_needs_the_studies_or_the_tests():
    used = {name.split(".")[0] for file in FILES for name in imports(file)}
    assert not used & {"studies", "tests", "tiny", "conftest", "pytest", "hypothesis"}


# The README's blocks


def blocks(*languages):
    if not README.is_file():
        return []
    fenced = re.findall(r"^```(\w+)\n(.*?)^```", README.read_text(encoding="utf-8"), re.M | re.S)
    return [text for language, text in fenced if language in languages]


def yaml_files(folder):
    """The README's YAML, each block in a file of the name that its first line tells."""
    for number, text in enumerate(blocks("yaml")):
        name = re.match(r"# (\S+\.yaml)\n", text)
        file = folder / (name[1] if name else f"block_{number}.yaml")
        file.write_text(text, encoding="utf-8")
        yield file


def test_the_yaml_of_the_readme_loads(tmp_path):
    files = list(yaml_files(tmp_path))
    assert {"ours.yaml", "unlike.yaml"} <= {file.name for file in files}
    for file in files:
        if is_study(str(file)):
            check(file)
        elif is_formula(str(file)):
            load_formula(file)
        else:
            load(file)


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """What the README runs writes its files here, and finds this checkout."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return tmp_path


@pytest.mark.slow
def test_the_python_of_the_readme_runs(elsewhere):
    told = blocks("python", "pycon")
    if not told:
        pytest.skip("there is no README with Python in it yet")
    for text in told:
        plain = re.sub(r"^(>>> |\.\.\. )", "", text, flags=re.M)
        file = elsewhere / "block.py"
        file.write_text(plain, encoding="utf-8")
        ran = subprocess.run(
            [sys.executable, file.name], cwd=elsewhere, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, f"{text}\n{ran.stderr}"


LONG = {
    "app",
    "behaviour",
    "calibrate",
    "demo",
    "discover",
    "optimise",
    "report",
    "sensitivity",
    "validate",
    "workshop",
}
"""Commands that stay open, take minutes, or need the optional parts."""

LONG_ABOUT_FORMULAS = {"compare", "search", "stress"}
LONG_SCENARIOS = {"england_2008", "eight_follow_the_money"}
"""A run of these takes most of a minute: 149 partnerships, and eight that choose what they do first."""


@pytest.mark.slow
def test_the_commands_of_the_readme_run(elsewhere):
    commands = [
        line.removeprefix("$ ").partition("  #")[0]
        for text in blocks("bash", "sh", "console")
        for line in text.replace("\\\n", " ").splitlines()
        if line.removeprefix("$ ").startswith("treatment-sim ")
    ]
    if not commands:
        pytest.skip("there is no README with commands in it yet")
    assert list(yaml_files(elsewhere))
    for command in dict.fromkeys(commands):
        _, verb, *others = shlex.split(command)
        if verb in LONG or (verb == "formula" and others[0] in LONG_ABOUT_FORMULAS):
            continue
        if verb == "run" and others[0] in LONG_SCENARIOS:
            continue
        few = verb in ("run", "compare", "explain", "incentive") and "--precision" not in others
        if few:  # few are enough to see that it runs
            others += ["--replications", "2"]
        ran = subprocess.run(
            [sys.executable, "-m", "simulator", verb, *others],
            cwd=elsewhere,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, f"{command}\n{ran.stderr}"


@pytest.mark.xdist_group("one")
@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="there is one runner alone")
def test_tests_of_a_group_go_to_one_runner(request):
    """Else all that is made once for many tests is made by each runner."""
    assert request.node.nodeid.endswith("@one")
