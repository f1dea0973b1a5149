"""Fits the baseline scenario's assumptions inside their ranges, and works out its day 0.

    python -m studies.fit_baseline            shows the fit
    python -m studies.fit_baseline --write    and writes it into scenarios/baseline_2008.yaml

Three steps. The assumptions that the evidence register marks as fitted move inside their ranges until a
partnership in balance (`studies.balance`) comes closest to a 149th of England in 2008-09. The stocks that
they hold in balance become day 0. The simulation then tells what the formula will count in the first window
that it sees; the rest of England is given the same, so that nothing moves money but what clients do.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from scipy.optimize import least_squares

from simulator import scenario as scenarios
from simulator.funding import window
from simulator.model import Run
from simulator.scenario import Scenario
from simulator.years import DAYS_PER_YEAR
from studies.balance import Balance

FILE = Path(__file__).parents[1] / "scenarios" / "baseline_2008.yaml"
SEED, REPLICATIONS = 2008, 200


@dataclass(frozen=True)
class Target:
    """A published or chosen figure, and how far off counts as one unit of misfit."""

    what: str
    aim: float
    unit_of_misfit: float


def _shared(*names: str) -> tuple[str, ...]:
    return tuple(f"world.groups.{name}" for name in names)


PDUS, OPIATE, CRACK, OTHER = (
    _shared("opiate", "crack"),
    _shared("opiate"),
    _shared("crack"),
    _shared("other"),
)
EVERYBODY = PDUS + OTHER

FITTED: tuple[tuple[tuple[str, ...], str, float], ...] = (
    (EVERYBODY, "need.seeks_again.shape", 1.0),
    (PDUS, "need.seeks_again.scale_days", 0.3),
    (OTHER, "need.seeks_again.scale_days", 0.0),
    (PDUS, "need.first_seeking_per_year", 1.0),
    (OTHER, "need.first_seeking_per_year", 1.0),
    (OPIATE, "need.stops_untreated_per_year", 1.0),
    (CRACK, "need.stops_untreated_per_year", 1.0),
    (OTHER, "need.stops_untreated_per_year", 1.0),
    (OPIATE, "treatment.drop_out.shape", 1.0),
    (OPIATE, "treatment.drop_out.scale_days", 1.0),
    (CRACK, "treatment.drop_out.scale_days", 0.6),
    (OTHER, "treatment.drop_out.scale_days", 1.0),
    (OPIATE, "treatment.ready.median_days", 1.0),
    (CRACK, "treatment.ready.median_days", 1.0),
    (OTHER, "treatment.ready.median_days", 1.0),
    (PDUS, "treatment.custody_per_year", 1.0),
    (PDUS, "treatment.moves_away_per_year", 0.7),
    (EVERYBODY, "after.relapse.shape", 0.5),
    (PDUS, "after.relapse.scale_days", 0.0),
    (OTHER, "after.relapse.scale_days", 0.0),
)
"""Which assumptions are fitted: groups that share the value, the name, the pull to the middle of its range."""

HELD = {"opiate": (180.0, 1000.0), "crack": (180.0, 1000.0), "other": (30.0, 120.0)}
STARTS = {"opiate": (300.0, 430.0), "crack": (20.0, 45.0), "other": (120.0, 205.0)}

TARGETS = (
    Target("in contact", 1415, 22),
    Target("PDUs of those in contact", 0.848, 0.006),
    Target("starts", 567, 12),
    Target("planned exits", 166, 5),
    Target("kept 12 weeks", 0.76, 0.02),
    Target("PDUs in treatment on a day", 830, 15),
    Target("crack of PDUs in treatment", 0.05, 0.005),
    Target("crack of PDUs who start", 0.08, 0.005),
    Target("PDUs in need", 2156, 80),
    Target("other drug users in need, untreated", 750, 100),
    Target("PDU onsets that balance, above those expected", 5, 8),
    Target("opiate, back 6 months after a planned exit", 0.18, 0.03),
    Target("opiate, back 12 months after a planned exit", 0.28, 0.06),
    Target("opiate, back 48 months after a planned exit", 0.45, 0.05),
    Target("opiate, back 6 months after an unplanned exit", 0.30, 0.03),
    Target("opiate, back 12 months after an unplanned exit", 0.45, 0.08),
    Target("opiate, back 48 months after an unplanned exit", 0.60, 0.05),
    Target("other, back 6 months after a planned exit", 0.05, 0.01),
    Target("other, back 12 months after a planned exit", 0.09, 0.015),
    Target("opiate, relapse within ten years of a planned exit", 0.75, 0.06),
    Target("other, relapse within ten years of a planned exit", 0.40, 0.08),
)
NEW_PDUS = 50.0
"""New heroin or crack users a year, a 149th of 5,000 to 8,000, in its upper half (Home Office, 2013)."""


def _leaf(data: dict[str, Any], path: str) -> Any:
    for key in path.split("."):
        data = data[key]
    return data


def _put(data: dict[str, Any], path: str, number: Any) -> None:
    *way, last = path.split(".")
    _leaf(data, ".".join(way))[last] = number


class Fit:
    """The numbers that move, as one vector, and what they imply."""

    def __init__(self, scenario: Scenario):
        self.data = scenarios.as_dict(scenario)
        self.names: list[tuple[str, ...]] = []
        bounds, start, self.pull = [], [], []
        for groups, name, pull in FITTED:
            paths = tuple(f"{group}.{name}" for group in groups)
            ranges = [scenario.evidence[path].range or (0.0, 0.0) for path in paths]
            self._add(
                paths, (max(low for low, _ in ranges), min(high for _, high in ranges)), bounds
            )
            start.append(_leaf(self.data, paths[0]))
            self.pull.append(pull)
        for keys, limits in ((("opiate", "crack"), HELD["opiate"]), (("other",), HELD["other"])):
            self._add(tuple(f"history.move_on_delay_days.{key}" for key in keys), limits, bounds)
            start.append(_leaf(self.data, self.names[-1][0]))
            self.pull.append(0.5)
        for name, limits in STARTS.items():
            self._add((f"starts.{name}",), limits, bounds)
            start.append(sum(limits) / 2)
            self.pull.append(0.0)
        self.data["starts"] = {}
        self.low, self.high = np.array(bounds).T
        inside = 1e-6 * (self.high - self.low)
        self.start = np.clip(start, self.low + inside, self.high - inside)

    def _add(self, paths: tuple[str, ...], limits: tuple[float, float], bounds: list[Any]) -> None:
        self.names.append(paths)
        bounds.append(limits)

    def put(self, numbers: np.ndarray) -> None:
        """Write the vector into the scenario's data."""
        for paths, number in zip(self.names, numbers, strict=True):
            for path in paths:
                _put(self.data, path, float(f"{number:.4g}"))

    def balances(self) -> dict[str, Balance]:
        """Each group in balance at the data's numbers."""
        from simulator.journey import clocks

        known = {key: part for key, part in self.data.items() if key != "starts"}
        scenario = Scenario.model_validate(known)
        prison = scenario.world.prison
        return {
            name: Balance(
                clocks(group, scenario.world),
                self.data["starts"][name],
                self.data["history"]["move_on_delay_days"][name],
                prison.picked_up_share,
                prison.mean_stay_days,
            )
            for name, group in scenario.world.groups.items()
        }

    def misfit(self, numbers: np.ndarray) -> list[float]:
        """Distance from each target, and the pull to the middle of each range."""
        self.put(numbers)
        found = figures(self.balances())
        off = [(found[t.what] - t.aim) / t.unit_of_misfit for t in TARGETS]
        middle, half = (self.low + self.high) / 2, (self.high - self.low) / 2
        return [*off, *(np.array(self.pull) * (numbers - middle) / half)]


def figures(balances: dict[str, Balance]) -> dict[str, float]:
    """What the balance says of each target."""
    flows = {name: balance.solve() for name, balance in balances.items()}
    contact = {name: _in_contact(balances[name], flows[name]) for name in balances}

    def total(key: str, *names: str) -> float:
        return sum(flows[name][key] for name in names or flows)

    def pdus(key: str) -> float:
        return total(key, "opiate", "crack")

    everybody = sum(contact.values())
    opiate, other = balances["opiate"], balances["other"]
    kept = sum(flow["starts"] * flow["kept_12_weeks"] for flow in flows.values())
    found = {
        "in contact": everybody,
        "PDUs of those in contact": (contact["opiate"] + contact["crack"]) / everybody,
        "starts": total("starts"),
        "planned exits": total("planned_exits"),
        "kept 12 weeks": kept / total("starts"),
        "PDUs in treatment on a day": pdus("in_treatment"),
        "crack of PDUs in treatment": flows["crack"]["in_treatment"] / pdus("in_treatment"),
        "crack of PDUs who start": flows["crack"]["starts"] / pdus("starts"),
        "PDUs in need": sum(
            pdus(key) for key in ("in_treatment", "never_treated", "treated_before", "waiting")
        ),
        "other drug users in need, untreated": total("never_treated", "other")
        + total("treated_before", "other"),
        "PDU onsets that balance, above those expected": pdus("onsets") - pdus("moved") - NEW_PDUS,
        "opiate, relapse within ten years of a planned exit": opiate.recovery.share(
            "relapse", 3650
        ),
        "other, relapse within ten years of a planned exit": other.recovery.share("relapse", 3650),
    }
    for months, days in ((6, 182), (12, 365), (48, 1460)):
        for way in ("planned", "unplanned"):
            found[
                f"opiate, back {months} months after a{'n' * (way == 'unplanned')} {way} exit"
            ] = opiate.returned(way, days)
    for months, days in ((6, 182), (12, 365)):
        found[f"other, back {months} months after a planned exit"] = other.returned("planned", days)
    return found


def _in_contact(balance: Balance, flows: dict[str, float]) -> float:
    """Persons in treatment on any day of a year: those there and those who start, each once."""
    again = flows["dropped_out"] * balance.returns("unplanned", 365).mean()
    again += flows["planned_exits"] * balance.returns("planned", 365).mean()
    return flows["in_treatment"] + flows["starts"] - float(again)


def day_0(balance: Balance) -> dict[str, Any]:
    """A group's history in balance."""
    flows = {key: float(number) for key, number in balance.solve().items()}
    again, recovery = balance.after_exit, balance.recovery
    return {
        "in_treatment": {
            "people": round(flows["in_treatment"]),
            "since": balance.treatment.since(),
        },
        "waiting": {"people": round(flows["waiting"]), "since": balance.waiting_since()},
        "never_treated": round(flows["never_treated"]),
        "treated_before": {"people": round(flows["treated_before"]), "since": again.since()},
        "in_recovery": {
            "people": round(flows["in_recovery"]),
            "since": recovery.since(until=3650),
        },
        "in_prison": round(flows["in_prison"]),
        "leavers_kept_12_weeks_share": round(flows["leavers_kept_12_weeks_share"], 3),
        "effective_leavers_for_good_per_year": round(flows["effective_leavers_for_good"], 1),
        "completions_per_year": round(flows["completions"], 1),
    }


COUNTED = {
    "effective": "effective_clients_per_year",
    "planned_exits": "planned_exits_per_year",
    "starts": "starts_per_year",
    "kept_12_weeks": "kept_12_weeks_per_year",
}
"""What a formula may count, and where the history keeps what was counted before."""


def first_window(scenario: Scenario) -> dict[str, dict[str, float]]:
    """What a formula counts by kind and group in the first window that it sees, on average."""
    name = next(iter(scenario.partnerships))
    counted: dict[str, list[tuple[float, ...]]] = {kind: [] for kind in COUNTED}
    for replication in range(REPLICATIONS):
        run = Run(scenario, SEED, replication)
        run.live_year()
        seen = run.partnerships[0].counts(1, kinds=tuple(COUNTED)[1:])
        for kind, numbers in counted.items():
            numbers.append(getattr(seen, kind))
    assert run.partnerships[0].name == name
    means = {kind: np.mean(numbers, axis=0) for kind, numbers in counted.items()}
    groups = scenario.world.groups
    return {
        kind: dict(zip(groups, _as_seen(scenario, kind, mean), strict=True))
        for kind, mean in means.items()
    }


def _as_seen(scenario: Scenario, kind: str, mean: Any) -> Any:
    """Flows at the pace that was seen: before day 0 the window holds what the history said until now."""
    if kind == "effective":
        return mean
    formula = scenario.formula
    begin, _ = window(1, formula.observation_delay_days, formula.lag_years)
    before = max(0, -begin) / DAYS_PER_YEAR
    past = [getattr(group, COUNTED[kind]) for group in scenario.history.groups.values()]
    return (mean - before * np.array(past)) / (1 - before)


def _flow_text(number: Any) -> str:
    return (
        yaml.safe_dump(number, default_flow_style=True, width=10_000)
        .removesuffix("\n...\n")
        .strip()
    )


def rewrite(text: str, numbers: dict[str, Any]) -> str:
    """The YAML text with the values at some paths replaced; comments and order stay."""
    edits = []
    for path, number in numbers.items():
        node = yaml.compose(text)
        for key in path.split("."):
            node = next(value for name, value in node.value if name.value == key)
        edits.append((node.start_mark.index, node.end_mark.index, _flow_text(number)))
    for begin, end, new in sorted(edits, reverse=True):
        text = text[:begin] + new + text[end:]
    return text


def settled_numbers(fit: Fit) -> dict[str, Any]:
    """Everything that the fit writes, by path, but what the formula counts."""
    numbers = {
        path: _leaf(fit.data, path)
        for paths in fit.names
        for path in paths
        if not path.startswith(("starts.", "history.move_on"))
    }
    held = fit.data["history"]["move_on_delay_days"]
    for part in ("history", "plan"):
        numbers |= {f"{part}.move_on_delay_days.{name}": round(days) for name, days in held.items()}
    for name, balance in fit.balances().items():
        numbers |= {f"history.groups.{name}.{key}": found for key, found in day_0(balance).items()}
        numbers[f"world.groups.{name}.need.moves_in_per_year"] = round(
            float(balance.solve()["moved"]), 1
        )
    flows = fit.balances()["other"].solve()
    numbers["world.groups.other.need.onset_per_year"] = round(
        float(flows["onsets"] - flows["moved"]), 1
    )
    return numbers


def main() -> None:
    """Fit, show, and write where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the fit into the scenario file")
    write = parser.parse_args().write
    scenario = scenarios.load(FILE)
    fit = Fit(scenario)
    found = least_squares(
        fit.misfit,
        fit.start,
        bounds=(fit.low, fit.high),
        x_scale=(fit.high - fit.low) / 4,
        diff_step=1e-3,
    )
    fit.put(found.x)
    print(f"{'assumption':62s} {'fitted':>10s}   range")
    for paths, number, low, high in zip(fit.names, found.x, fit.low, fit.high, strict=True):
        print(
            f"{' = '.join(p.removeprefix('world.groups.') for p in paths):62.62s} {number:10.4g}   {low:g} to {high:g}"
        )
    print(f"\n{'in balance':52s} {'model':>9s} {'aim':>9s}  off")
    reached = figures(fit.balances())
    for target in TARGETS:
        off = (reached[target.what] - target.aim) / target.unit_of_misfit
        print(f"{target.what:52s} {reached[target.what]:9.3f} {target.aim:9.3f} {off:+5.1f}")
    text = rewrite(FILE.read_text(encoding="utf-8"), settled_numbers(fit))
    if write:
        FILE.write_text(text, encoding="utf-8")
        update_what_is_counted(FILE)


def update_what_is_counted(file: Path) -> None:
    """Write what the formula counts at first into a scenario's history and its rest of England."""
    scenario = scenarios.load(file)
    growth = 1 + scenario.formula.rest.growth_per_year
    counted = {
        kind: {name: round(float(number) / growth, 1) for name, number in by_group.items()}
        for kind, by_group in first_window(scenario).items()
    }
    print("\ncounted by the formula at first:", counted)
    numbers: dict[str, Any] = {
        f"history.groups.{name}.{COUNTED[kind]}": number
        for kind, by_group in counted.items()
        for name, number in by_group.items()
    }
    numbers["formula.rest.reference_activity"] = counted["effective"]
    numbers["formula.rest.reference_completions"] = {
        name: past.completions_per_year for name, past in scenario.history.groups.items()
    }
    file.write_text(rewrite(file.read_text(encoding="utf-8"), numbers), encoding="utf-8")


if __name__ == "__main__":
    main()
