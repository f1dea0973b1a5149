"""The study of formulas side by side, as a small file that the package reads at once.

    python -m studies.stored_formulas

``make study-formulas`` writes docs/formulas.csv (every number) and docs/formulas.md (whether it settles, and at what).
This puts both into simulator/own_formula/stored.json, with a hash of each rule and each scenario as they are now. It
takes seconds and runs nothing. To be run after that study only: a test compares the file with the study's own.
"""

from __future__ import annotations

import csv
import json
import re
import shlex
from collections import defaultdict
from itertools import pairwise, takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.behaviour import options_of
from simulator.incentives import Estimate
from simulator.incentives.meter import verdict_of
from simulator.own_formula.stored import FILE, rule_hash, scenario_hash
from simulator.scenario import load, load_formula
from simulator.side_by_side import soonest
from simulator.years import year_names

if TYPE_CHECKING:
    from simulator.scenario.schema import Scenario

ROOT = Path(__file__).parents[1]
NUMBERS, PAGE = ROOT / "docs" / "formulas.csv", ROOT / "docs" / "formulas.md"
TARGET = ROOT / "simulator" / "own_formula" / FILE
CHOICES = "**What they choose, and whether it settles**"
MODEL = re.compile(r"^Model (\S+)\.$", re.M)
COMMAND = re.compile(r"^treatment-sim formula compare .*$", re.M)


def numbers() -> dict[str, dict[str, Any]]:
    """By formula and quantity: an estimate where there is an interval, else a number."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    with NUMBERS.open(encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            mean, low, high = (
                float(row[end]) if row[end] else None for end in ("mean", "low", "high")
            )
            told = mean if low is None else {"mean": mean, "low": low, "high": high}
            found[row["formula"]][row["quantity"]] = told
    return dict(found)


def choices(page: str) -> dict[str, list[str]]:
    """By title of the formula: whether it settles, after how many rounds, at what, and the best for clients."""
    _, _, after = page.partition(CHOICES)
    lines = takewhile(lambda line: line.startswith("|"), after.strip().splitlines())
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0]: row[1:] for row in rows[2:]}


def record(name: str, told: dict[str, Any], chosen: list[str], first: str) -> dict[str, Any]:
    """One formula, as formulas side by side tell it, but for change-over, which is worked out at once."""
    verdict, rounds, ends, best = chosen
    price = {key.removeprefix("price: "): told[key] for key in told if key.startswith("price: ")}
    return {
        "name": name,
        "title": load_formula(name).title,
        "meters": dict(_meters(told)),
        "clients_first_alone_gbp": told["clients_first_alone_gbp"],
        "clients_first_all_gbp": told["clients_first_all_gbp"],
        "following_the_money": {
            "verdict": verdict,
            "rounds": int(rounds),
            "ends": ends,
            "best_found_for_clients": best,
            "in_recovery_against_now": told["following_the_money: in_recovery_against_now"],
        },
        "clients_first": first,
        "clients_first_in_recovery_against_now": told["clients_first_in_recovery_against_now"],
        "price": price,
        "unsteadiness_share": told["unsteadiness_share"],
    }


def _meters(told: dict[str, Any]) -> list[tuple[str, Any]]:
    groups = dict.fromkeys(key.split(": ")[1] for key in told if key.startswith("meters: "))
    found = []
    for group in groups:
        head = f"meters: {group}: "
        parts = {key.removeprefix(head): told[key] for key in told if key.startswith(head)}
        net = parts["net_gbp"]
        says = verdict_of(Estimate(net["mean"], net["low"], net["high"]))
        kept = ("net_gbp", "gross_gbp_per_year", "cost_gbp_per_year")
        found.append((group, {"says": says} | {name: parts[name] for name in kept}))
    return found


def asked(types: Scenario, told: dict[str, str]) -> dict[str, Any]:
    """Of whom it was asked."""
    copies = {name: own.copies for name, own in types.partnerships.items()}
    return {
        "scenario": types.title,
        "partnerships": sum(copies.values()),
        "one": max(copies, key=lambda name: copies[name]),
        "years": list(year_names(types.first_year, types.years)),
        "price_year": types.funding.price_year,
        "replications": int(told["replications"]),
        "seed": int(told["seed"]),
        "types": len(copies),
    }


def settings(command: str) -> dict[str, str]:
    """Options of the command that made the study, by name."""
    parts = shlex.split(command)
    return {
        name.removeprefix("--"): value for name, value in pairwise(parts) if name.startswith("--")
    }


def made() -> dict[str, Any]:
    """The whole file."""
    page = PAGE.read_text(encoding="utf-8")
    command, model = COMMAND.search(page), MODEL.search(page)
    assert command, "docs/formulas.md must say how it was made"
    assert model, "docs/formulas.md must say by which model it was made"
    options = settings(command[0])
    types = load(options["types"])
    options_there = options_of(types, next(iter(types.partnerships)))
    first = f"all {options_there[soonest(options_there)].name}"
    found, words = numbers(), choices(page)
    return {
        "command": command[0],
        "model": model[1],
        "asked": asked(types, options),
        "made_with": {
            "formulas": {name: rule_hash(load_formula(name).formula) for name in found},
            "scenarios": {
                options[role]: scenario_hash(load(options[role])) for role in ("one", "types")
            },
        },
        "formulas": [
            record(name, told, words[load_formula(name).title], first)
            for name, told in found.items()
        ],
    }


def text() -> str:
    """The file's text: the same for the same study."""
    return json.dumps(made(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8", newline="\n")
