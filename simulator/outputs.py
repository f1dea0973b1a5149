"""Results as files: tidy tables, and the record from which they can be made again.

The same scenarios, seed and replications give the same bytes: no file says when or where it was made. The
record, ``run.json``, comes last; where it stands, the tables beside it are whole and belong to it.
"""

from __future__ import annotations

import hashlib
import json
import math
import platform
import tempfile
import tomllib
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import evidence
from .csv_text import DIGITS, as_csv
from .errors import BadInput, Fault
from .explanation import Explanation
from .incentives import Incentive
from .precision import attained_by
from .replicate import Comparison, Sample
from .scenario import as_dict, canonical_json
from .scenario.draws import recorded_draws

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from .scenario import Scenario
    from .scenario.draws import Draws

FORMAT = 1
"""The form of ``run.json``; it is raised when a reader must know."""
RECORD = "run.json"
TABLES = (
    "measures.csv",
    "summary.csv",
    "streams.csv",
    "differences.csv",
    "explanation.csv",
    "shapley.csv",
    "incentive.csv",
    "meters.csv",
)
VERSIONS_OF = ("numpy", "scipy", "pandas", "simpy")
DISTRIBUTION = "treatment-funding-simulator"
USUAL = {"seed": 1, "replications": 100}
LEAST = {"seed": 0, "replications": 1}

Result = Sample | Comparison | Explanation | Incentive


def model_version() -> str:
    """Version of the simulator, as installed or as the checkout says."""
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return _checkout_version()


def _checkout_version() -> str:
    project = Path(__file__).parents[1] / "pyproject.toml"
    if not project.is_file():
        return "unknown"
    told = tomllib.loads(project.read_text(encoding="utf-8"))
    return str(told["project"]["version"])


def versions() -> dict[str, str]:
    """Versions of the packages on which the digits of a result depend."""
    return {name: metadata.version(name) for name in VERSIONS_OF}


def verb_of(result: Result) -> str:
    """The verb of the command line that makes such a result."""
    if isinstance(result, Comparison):
        return "compare"
    if isinstance(result, Incentive):
        return "incentive"
    return "explain" if isinstance(result, Explanation) else "run"


@dataclass(frozen=True, slots=True)
class Made:
    """Of which scenarios a result was made, and how."""

    scenarios: tuple[Scenario, ...]
    seed: int
    replications: int
    holds: str
    draws: Draws | None


def made_of(result: Result) -> Made:
    """Of which scenarios a result was made, and how."""
    if isinstance(result, Incentive):
        scenarios = (result.scenario,)
        return Made(scenarios, result.seed, result.replications, result.holds, result.draws)
    samples = samples_of(result)
    first = samples[0]
    told = tuple(sample.scenario for sample in samples)
    return Made(told, first.seed, first.replications, first.holds, first.draws)


def samples_of(result: Sample | Comparison | Explanation) -> tuple[Sample, ...]:
    """The samples behind a result, in the order of its scenarios."""
    if isinstance(result, Comparison):
        return result.samples
    return (result.sample if isinstance(result, Explanation) else result,)


def record(result: Result) -> dict[str, Any]:
    """What is needed to make a result again, and a hash that identifies it."""
    made = made_of(result)
    return {
        "format": FORMAT,
        "verb": verb_of(result),
        "scenarios": [as_dict(scenario) for scenario in made.scenarios],
        "seed": made.seed,
        "replications": made.replications,
        "bands_hold": made.holds,
        **({"draws": made.draws.as_record()} if made.draws else {}),
        **precision_record(result),
        **_asked_of(result),
        "model": model_version(),
        "python": platform.python_version(),
        "versions": versions(),
        "hash": identity(made.scenarios, made.seed, made.replications, made.draws),
    }


def _asked_of(result: Result) -> dict[str, Any]:
    """What else the verb `incentive` was asked: of whom, and under which formulas."""
    if not isinstance(result, Incentive):
        return {}
    return {
        "formulas": [paid.name for paid in result.paid],
        "groups": [group.group for group in result.paid[0].groups],
        "partnership": result.partnership,
    }


def precision_record(result: Result) -> dict[str, Any]:
    """The precision that was wanted and that attained, or nothing where none was wanted."""
    attained = None if isinstance(result, Incentive) else attained_by(result)
    if attained is None:
        return {}
    told = {
        "wanted": attained.precision.share,
        "reached": attained.reached,
        "would_need": attained.would_need,
        "max_replications": attained.precision.max_replications,
        "partnership": attained.precision.partnership,
        "relative_to": attained.relative_to,
        "known": [asdict(each) | {"share": _finite(each.share)} for each in attained.known],
    }
    return {"precision": told}


def _finite(share: float) -> float | None:
    return float(f"{share:.{DIGITS}g}") if math.isfinite(share) else None


def identity(
    scenarios: Sequence[Scenario], seed: int, replications: int, draws: Draws | None = None
) -> str:
    """SHA-256 of all that decides a result: scenarios, seed, replications, draws, version of the model."""
    whole: dict[str, Any] = {
        "scenarios": [canonical_json(scenario) for scenario in scenarios],
        "seed": seed,
        "replications": replications,
        "model": model_version(),
    }
    if draws is not None:
        whole["draws"] = draws.as_record()
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def tables(result: Result) -> dict[str, pd.DataFrame]:
    """The tables of a result, by the name of their file."""
    if isinstance(result, Incentive):
        return {"incentive.csv": result.table, "meters.csv": result.meters}
    samples = samples_of(result)
    told = {
        "measures.csv": _stacked([sample.table for sample in samples]),
        "summary.csv": _stacked([sample.summary for sample in samples]),
        "streams.csv": _stacked([sample.streams for sample in samples]),
    }
    if isinstance(result, Comparison):
        told["differences.csv"] = result.differences
    if isinstance(result, Explanation):
        told["explanation.csv"] = result.table
        if result.checked:
            told["shapley.csv"] = result.shapley_table(result.checked)
    return told


def _stacked(frames: list[pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    return pd.concat(frames, ignore_index=True)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table in plain values that JSON can hold; what is missing is null."""
    return [
        {str(name): plain(str(name), value) for name, value in row.items()}
        for row in table.to_dict(orient="records")
    ]


def plain(name: str, value: Any) -> Any:
    """A value as JSON can hold it; what is missing is null."""
    if not isinstance(value, float):
        return value
    if math.isnan(value):
        return None
    return int(value) if name == "replications" else float(f"{value:.{DIGITS}g}")


def evidence_records(scenario: Scenario) -> list[dict[str, Any]]:
    """Every assumption and what supports it, in plain values, the least known first."""
    return evidence.records(scenario)


def check_writable(directory: str | Path) -> None:
    """Try before a long run whether its results could be written; nothing stays behind.

    Raises
    ------
    BadInput
        If they could not.
    """
    directory = Path(directory)
    above = (directory, *directory.parents)
    try:
        there = next((each for each in above if each.exists()), directory)
        with tempfile.TemporaryDirectory(dir=there, prefix=".part-"):
            pass
    except (OSError, ValueError) as error:
        raise _unwritable(directory, error) from error


def _unwritable(directory: Path, error: Exception) -> BadInput:
    got = getattr(error, "strerror", None) or str(error)
    rule, advice = (
        "be a folder that can be written",
        "name another folder, or check its permissions",
    )
    return BadInput([Fault(f"--out {directory}", "the folder", rule, got.lower(), advice)])


def files(result: Result) -> dict[str, bytes]:
    """What `write` writes of a result: its tables and, last, its record, by the name of the file."""
    texts = {name: as_csv(table) for name, table in tables(result).items()}
    texts[RECORD] = f"{json.dumps(record(result), indent=1, ensure_ascii=False, allow_nan=False)}\n"
    return {name: text.encode() for name, text in texts.items()}


def write(directory: str | Path, result: Result) -> tuple[Path, ...]:
    """Write a result's tables and its record into a folder, which is made where there is none.

    Files are written beside and renamed when all are whole. Tables of an earlier result go; whatever
    else is in the folder stays.

    Returns
    -------
    The files, the record last.

    Raises
    ------
    BadInput
        If the folder cannot be written.
    """
    directory = Path(directory)
    contents = files(result)
    try:
        return _written(directory, contents)
    except (OSError, ValueError) as error:
        raise _unwritable(directory, error) from error


def _written(directory: Path, contents: Mapping[str, bytes]) -> tuple[Path, ...]:
    made = _make(directory)
    try:
        with tempfile.TemporaryDirectory(dir=directory, prefix=".part-") as beside:
            for name, content in contents.items():
                (Path(beside) / name).write_bytes(content)
            (directory / RECORD).unlink(missing_ok=True)
            for name in TABLES:
                if name not in contents:
                    (directory / name).unlink(missing_ok=True)
            return tuple((Path(beside) / name).replace(directory / name) for name in contents)
    except BaseException:
        _remove_if_empty(made)
        raise


def _make(directory: Path) -> list[Path]:
    """Make a folder and those above it; say which were not there, the innermost first."""
    missing = [each for each in (directory, *directory.parents) if not each.exists()]
    directory.mkdir(parents=True, exist_ok=True)
    return missing


def _remove_if_empty(folders: list[Path]) -> None:
    for folder in folders:
        if any(folder.iterdir()):
            return
        folder.rmdir()


# Making a result again from its record


@dataclass(frozen=True, slots=True)
class Settings:
    """How many replications to run, from which seed, and in which worlds if not in one."""

    seed: int
    replications: int
    draws: Draws | None = None


def settings(
    scenarios: Sequence[object],
    seed: int | None = None,
    replications: int | None = None,
    *,
    draws_given: bool = False,
) -> Settings:
    """Seed and replications: those given, or those of the records among the scenarios, or the usual.

    Parameters
    ----------
    scenarios
        What scenarios have been read from: names, paths, scenarios. A path to a ``run.json`` is a record.
    draws_given
        Whether draws are given, so that those of records do not count.

    Raises
    ------
    BadInput
        If a record cannot be used, or records differ in what is not given.
    """
    told = recorded(scenarios)
    given = {"seed": seed, "replications": replications}
    wanted = [name for name, number in given.items() if number is None]
    faults = [*_faults_of_form(told), *_faults_of_numbers(told, wanted)]
    if faults:
        raise BadInput(faults)
    chosen = {name: number for name, number in given.items() if number is not None}
    found = {name: each[name] for each in told.values() for name in wanted if name in each}
    return Settings(
        **(USUAL | found | chosen), draws=None if draws_given else _recorded_draws(told)
    )


def _recorded_draws(told: Mapping[str, Mapping[str, Any]]) -> Draws | None:
    """The draws that the records among the scenarios were run with."""
    found = [
        recorded_draws(each["draws"], path) for path, each in told.items() if each.get("draws")
    ]
    if len({(draws.paths, draws.rows) for draws in found}) > 1 or 0 < len(found) < len(told):
        rule, advice = "be the same in all records", "give --draws"
        raise BadInput([Fault(", ".join(told), "draws", rule, "different ones", advice)])
    return found[0] if found else None


def recorded(scenarios: Sequence[object]) -> dict[str, dict[str, Any]]:
    """The records among what scenarios have been read from, by their path."""
    paths = [str(each) for each in scenarios if isinstance(each, str | Path)]
    return {
        path: json.loads(Path(path).read_text(encoding="utf-8"))
        for path in paths
        if path.lower().endswith(".json")
    }


def _faults_of_form(told: Mapping[str, Mapping[str, Any]]) -> Iterator[Fault]:
    for path, each in told.items():
        if (form := each.get("format", FORMAT)) != FORMAT:
            advice = "use a newer version of the simulator"
            yield Fault(path, "format", f"be {FORMAT}", json.dumps(form), advice)


def _faults_of_numbers(
    told: Mapping[str, Mapping[str, Any]], wanted: Sequence[str]
) -> Iterator[Fault]:
    for name in wanted:
        found = {path: each[name] for path, each in told.items() if name in each}
        rule, advice = f"be a whole number of at least {LEAST[name]}", f"give --{name}"
        wrong = [path for path, got in found.items() if type(got) is not int or got < LEAST[name]]
        for path in wrong:
            yield Fault(path, name, rule, json.dumps(found[path]), advice)
        if not wrong and len(set(found.values())) > 1:
            got = ", ".join(str(number) for number in found.values())
            yield Fault(", ".join(found), name, "be the same in all records", got, advice)


def differing_versions(told: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """What has another version now than when a record was made: then and now, by name."""
    then = {"model": told.get("model"), "python": told.get("python")}
    if isinstance(packages := told.get("versions"), dict):
        then |= packages
    now = {"model": model_version(), "python": platform.python_version()} | versions()
    return {
        name: (str(then[name]), version)
        for name, version in now.items()
        if then.get(name) not in (None, version)
    }
