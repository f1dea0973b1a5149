"""What stands beside the room of a local area: what the baseline counts, and the figures of an area that is made up.

    python -m studies.local_area

writes ``simulator/local_area/reference.csv`` (what an area is compared with, so that its scenario is there without a
run) and ``scenarios/areas/illustrative_area.csv`` (the template filled in, for "try it with an example", and for tests).

The made-up area is the model itself in another world: other sizes of its groups, earlier drop-out, ready clients kept
for longer. One replication of it is counted as an area would count: whole numbers, quarters of planned exits, what is
under 5 suppressed. So what a fit should find is known, and stands in `TRUTH`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from simulator import scenario as scenarios
from simulator.local_area import reference
from simulator.local_area.kinds import KINDS, Unit
from simulator.local_area.sheet import COLUMNS
from simulator.local_area.size import MEASURES
from simulator.local_area.template import EXAMPLE_FILE, as_csv
from simulator.observe import ALL, Figure, names, observed
from simulator.scenario.draws import with_values
from simulator.years import year_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.scenario import Scenario

ROOT = Path(__file__).parents[1]
BASE = "baseline_2008"
SEED, REPLICATION = 149, 0
NAME = "Marlbridge (made up)"
SOURCE = "Illustrative: made with the simulator"
REMARK = "# Illustrative: a made-up area. No figure is of a real partnership."
SIZES = {"opiate": 0.62, "crack": 0.45, "other": 0.8}
MONEY = 0.62
TRUTH = {
    "world.groups.opiate.treatment.drop_out.scale_days": 0.8,
    "world.groups.crack.treatment.drop_out.scale_days": 0.8,
}
"""How many times the baseline's these assumptions are."""
KEPT_DAYS = 700.0
"""How long ready opiate and crack users are kept, in days."""
YEARS = (0, 1, 2)
SUPPRESSED_UNDER = 5
TOLD = (
    *((measure, ALL) for measure in ("in_contact", "in_effective_treatment", "in_treatment")),
    *(("in_contact", group) for group in SIZES),
    *(("new_presentations", group) for group in (ALL, *SIZES)),
    *(("planned_exits", group) for group in (ALL, "opiate")),
    ("unplanned_exits", ALL),
    ("re_presentations", "other"),
    ("kept_12_weeks_share", ALL),
    ("waited_3_weeks_or_less_share", ALL),
    ("in_treatment_over_2_years_share", "opiate"),
    ("allocation_gbp", ALL),
)
BY_QUARTER = ("planned_exits", ALL, 2)
"""Told by quarter: measure, group and year."""
_QUARTERS = (0.24, 0.26, 0.23)


def made_up() -> Scenario:
    """The world of the made-up area."""
    base = scenarios.load(BASE)
    whole = scenarios.as_dict(base)
    values: dict[str, float] = {}
    for group, size in SIZES.items():
        values |= _people(whole, group, size)
    for path, times in TRUTH.items():
        values[path] = times * _at(whole, path)
    for part in ("plan", "history"):
        values |= {f"{part}.move_on_delay_days.{group}": KEPT_DAYS for group in ("opiate", "crack")}
    overhead = whole["world"]["fixed_overhead_gbp"]
    values["world.fixed_overhead_gbp"] = round(MONEY * overhead)
    for name, stream in whole["funding"]["streams"].items():
        if isinstance(stream["amount_gbp"], int):
            values[f"funding.streams.{name}.amount_gbp"] = round(MONEY * stream["amount_gbp"])
    (partnership,) = whole["partnerships"]
    place = ("need_index", "old_share_weight")
    values |= {f"partnerships.{partnership}.{name}": MONEY for name in place}
    return with_values(base, values)


def _people(whole: dict[str, object], group: str, size: float) -> dict[str, float]:
    history = (
        "in_treatment.people",
        "waiting.people",
        "never_treated",
        "treated_before.people",
        "in_recovery.people",
        "in_prison",
        "effective_clients_per_year",
        "effective_leavers_for_good_per_year",
        "completions_per_year",
        "planned_exits_per_year",
        "starts_per_year",
        "kept_12_weeks_per_year",
    )
    need = ("onset_per_year", "moves_in_per_year")
    paths = [f"history.groups.{group}.{path}" for path in history]
    paths += [f"world.groups.{group}.need.{path}" for path in need]
    return {path: size * _at(whole, path) for path in paths}


def _at(whole: object, path: str) -> float:
    for step in path.split("."):
        whole = whole[step]  # type: ignore[index]
    return float(whole)  # type: ignore[arg-type]


def example() -> str:
    """The made-up area's file."""
    rows = as_csv([COLUMNS, *_rows(made_up())])
    return f"{REMARK}\r\n{rows}"


def _rows(scenario: Scenario) -> Iterator[tuple[str, ...]]:
    wanted = [Figure(measure, group, year) for year in YEARS for measure, group in TOLD]
    (counted,) = observed(scenario, wanted, SEED, [REPLICATION])
    for figure, number in zip(wanted, counted, strict=True):
        period = year_name(scenario.first_year + figure.year)
        for told, value in _periods(figure, float(number), period):
            yield NAME, told, figure.measure, figure.group, value, SOURCE


def _periods(figure: Figure, number: float, period: str) -> Iterator[tuple[str, str]]:
    if (figure.measure, figure.group, figure.year) != BY_QUARTER:
        yield period, _written(figure.measure, number)
        return
    parts = [round(part * number) for part in _QUARTERS]
    for quarter, part in enumerate((*parts, round(number) - sum(parts)), 1):
        yield f"{period} Q{quarter}", _written(figure.measure, part)


def _written(measure: str, number: float) -> str:
    unit = KINDS[measure].unit
    if unit is Unit.SHARE:
        return f"{number:.0%}"
    if unit is Unit.POUNDS:
        return f"£{number:,.0f}"
    return f"<{SUPPRESSED_UNDER}" if 0 < number < SUPPRESSED_UNDER else f"{number:,.0f}"


def counted() -> str:
    """What the baseline counts, as its file."""
    base = scenarios.load(BASE)
    wanted = [
        Figure(measure, group, year)
        for measure in MEASURES
        if measure in names()
        for group in (*base.world.groups, ALL)
        for year in range(base.years)
    ]
    return reference.as_text(base, wanted)


def main() -> None:
    """Write both files."""
    text = f"\ufeff{example()}"  # with a mark, so that Excel reads £ as £
    (ROOT / "scenarios" / "areas" / EXAMPLE_FILE).write_text(text, encoding="utf-8", newline="")
    (ROOT / "simulator" / "local_area" / "reference.csv").write_text(
        counted(), encoding="utf-8", newline="\n"
    )


if __name__ == "__main__":
    main()
