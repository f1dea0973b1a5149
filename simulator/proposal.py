"""A proposal: a scenario that somebody starts from, and what they would change in it.

It is what the app holds, what a link carries and what becomes a scenario file: one that extends the scenario started
from and says only what differs. So the app, the file and the command line run one and the same scenario.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, get_args

from .errors import BadInput, Fault
from .scenario import as_dict, load, load_text, names
from .scenario.loading import checked_dict
from .scenario.tree import at, dotted, instead
from .scenario.writing import as_yaml, extension_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .scenario import Scenario
    from .scenario.tree import Path

Acting = Literal["alone", "one_of_eight", "all_of_eight"]
ACTING: tuple[Acting, ...] = get_args(Acting)
ACTING_TOLD: dict[Acting, str] = {
    "alone": "yours alone; the rest of England goes on as it is",
    "one_of_eight": "one of eight that share a pot; the seven others do as in the comparison",
    "all_of_eight": "all of eight that share a pot",
}
EIGHT = 8
YOURS, OTHERS = "Your area", "Each of the seven others"
BASELINE = "baseline_2008"
OWN = "your_area"
"""The name of a scenario that is in no library: the one that an area's own figures were made into."""
OWN_PLAN = "my_plan"
"""The name of a proposal that has none yet."""
DECIDED = ("plan", "formula", "partnerships")
WORDS = ("name", "title", "question", "description", "evidence")
"""Parts of a scenario that a change never names: they follow from the proposal itself."""
LONGEST_NAME = 60
NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=64)
def of_library(name: str) -> Scenario:
    """A scenario of the library, read once: pages ask for it at each step.

    Raises
    ------
    BadInput
        If there is none of that name.
    """
    if name not in names():
        rule = "be a scenario of the library"
        raise BadInput([Fault("the proposal", "base", rule, name, "choose one of them")])
    return load(name)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed.

    Parameters
    ----------
    base
        The scenario that it starts from: a name of the library, or `OWN`.
    changes
        Whole values by dotted path, as in a scenario file.
    acting
        How many partnerships do it.
    title, reason
        What its author calls it, and why it is proposed.
    own_file
        The scenario file of an area, where it starts from one; it extends a scenario of the library or none.
    numbered
        Tells proposals apart whose titles make the same name, as "A+" and "A-" do: the second is 2.
    """

    base: str = BASELINE
    changes: tuple[tuple[str, Any], ...] = ()
    acting: Acting = "alone"
    title: str = ""
    reason: str = ""
    own_file: str = ""
    numbered: int = 1

    @property
    def is_changed(self) -> bool:
        """Whether it differs from the scenario that it starts from."""
        return bool(self.changes) or self.acting != "alone"

    @property
    def name(self) -> str:
        """The name of its scenario, which is that of its file."""
        if not self.is_changed and not self.title:
            return self.base
        slug = NOT_IN_NAMES.sub("_", self.title.lower()).strip("_")[:LONGEST_NAME]
        name = slug or OWN_PLAN
        name = f"{name}_plan" if name in (*names(), OWN) else name
        return name if self.numbered == 1 else f"{name}_{self.numbered}"

    @property
    def decisions(self) -> tuple[tuple[str, Any], ...]:
        """Changes that somebody decides about: the plan, the formula, who acts."""
        return tuple(each for each in self.changes if is_decision(each[0]))

    @property
    def assumptions(self) -> tuple[tuple[str, Any], ...]:
        """Changes to what the world is like, which are made to whatever this is compared with as well."""
        return tuple(each for each in self.changes if not is_decision(each[0]))

    def with_changes(self, changes: Mapping[str, Any]) -> Proposal:
        """The same with whole values at some paths; None takes a change back."""
        kept = {path: value for path, value in self.changes if path not in changes}
        kept |= {path: value for path, value in changes.items() if value is not None}
        return replace(self, changes=tuple(sorted(kept.items())))

    def started_from(self) -> Scenario:
        """The scenario that it starts from.

        Raises
        ------
        BadInput
            If there is none of that name, or the area's file has faults.
        """
        if self.base == OWN:
            return _of_an_area(self.own_file)
        return of_library(self.base)

    def scenario(self, others: Scenario | None = None) -> Scenario:
        """The scenario that runs.

        Parameters
        ----------
        others
            What the seven others do where one of eight acts; by default what it starts from.

        Raises
        ------
        BadInput
            With every fault of the changes.
        """
        start = self.started_from()
        if not self.is_changed and not self.title:
            return start
        alone = load_text(self._extension(start), self.name) if self.changes else self._named(start)
        if self.acting == "alone":
            return alone
        around = others or start
        return among_eight(alone, alone if self.acting == "all_of_eight" else around)

    def file_text(self, others: Scenario | None = None) -> str:
        """The scenario file: what differs from a scenario of the library, or the whole where that says too little."""
        start = self.started_from()
        if self.base != OWN and self.acting == "alone":
            return self._extension(start)
        return as_yaml(self.scenario(others))

    def _named(self, start: Scenario) -> Scenario:
        return start.model_copy(update={"name": self.name} | self._words(start))

    def _words(self, start: Scenario) -> dict[str, str]:
        told = self.reason.strip() or f"Proposed on the ground of “{start.title}”."
        return {
            "title": self.title.strip() or f"{start.title}, changed",
            "question": start.question,
            "description": told,
        }

    def _extension(self, start: Scenario) -> str:
        """A file that extends the scenario started from; the whole where that is an area's."""
        faults = [*self._path_faults(start)]
        if faults:
            raise BadInput(faults)
        differences: dict[Path, Any] = {
            tuple(path.split(".")): deepcopy(value) for path, value in self.changes
        }
        evidence = {path: self._evidence(start, path) for path, _ in self.changes if _has(path)}
        if self.base != OWN:
            return extension_yaml(self.base, self._words(start), differences, evidence)
        whole = as_dict(start) | self._words(start)
        whole["evidence"] = whole["evidence"] | evidence
        return as_yaml(checked_dict(_with(whole, differences), self.name))

    def _path_faults(self, start: Scenario) -> Iterator[Fault]:
        """What is wrong with where changes are made: parts that there are, each once, none inside another."""
        parts = [part for part in type(start).model_fields if part not in WORDS]
        paths = [tuple(path.split(".")) for path, _ in self.changes]
        for place, path in enumerate(paths):
            if path[0] not in parts:
                yield _misplaced(path, "be a part of a scenario", instead(path[0], parts))
            elif any(path[: len(each)] == each for each in (*paths[:place], *paths[place + 1 :])):
                rule, advice = "be changed once, and nothing in it again", "take one of them back"
                yield _misplaced(path, rule, advice)

    def _evidence(self, start: Scenario, path: str) -> dict[str, Any]:
        """Why a changed value is what it is: its author's reason."""
        before = start.evidence.get(path)
        return {
            "grade": "assumed",
            "range": list(before.range) if before and before.range else None,
            "source": f"Proposed: {self.reason.strip() or 'no reason given'}",
        }


@lru_cache(maxsize=16)
def _of_an_area(file: str) -> Scenario:
    return load_text(file, OWN)


def _misplaced(path: Sequence[str], rule: str, advice: str) -> Fault:
    return Fault("the proposal", dotted(tuple(path)), rule, "", advice)


def is_decision(path: str) -> bool:
    """Whether a change is something that is decided, by a partnership or by those who share out the pot."""
    return path.split(".", maxsplit=1)[0] in DECIDED


def _has(path: str) -> bool:
    """Whether a value is one that evidence is given for: no plan, and of a formula's terms what they weigh alone."""
    part, *steps = path.split(".")
    if (part, *steps[:1]) == ("formula", "terms"):
        return "weight" in steps[2:] or "group_weights" in steps[2:]
    return part not in ("plan", "partnerships")


def _with(whole: dict[str, Any], changed: Mapping[Path, Any]) -> dict[str, Any]:
    """A whole scenario with other values at some paths.

    Raises
    ------
    BadInput
        With every path that leads nowhere.
    """
    faults = []
    for path, value in changed.items():
        part = at(whole, path[:-1])
        if isinstance(part, dict):
            part[path[-1]] = value
        else:
            told = [str(step) for step in path]
            faults.append(_misplaced(told, "be a part of a scenario", "take it back"))
    if faults:
        raise BadInput(faults)
    if isinstance(whole["partnerships"], dict):
        named = whole["partnerships"].items()
        whole["partnerships"] = {name: _without_plan(own) for name, own in named}
    return whole


def _without_plan(own: Any) -> Any:
    """A partnership that has the plan of its scenario; what is none stays, to be told of where it is checked."""
    return (
        {key: each for key, each in own.items() if key != "plan"} if isinstance(own, dict) else own
    )


def among_eight(plan: Scenario, others: Scenario) -> Scenario:
    """Eight partnerships that share eight parts of the pot: one with a plan, and seven alike with another.

    The seven are simulated as one that stands for seven, so they share their luck.

    Raises
    ------
    BadInput
        If the scenario has more than one partnership itself.
    """
    if len(plan.partnerships) > 1:
        rule, advice = "have one partnership", "choose a scenario of one partnership"
        got = str(len(plan.partnerships))
        raise BadInput([Fault(plan.name, "partnerships", rule, got, advice)])
    whole = as_dict(plan)
    share = EIGHT / (1 + plan.formula.rest.partnerships)
    pot = whole["formula"]["pot_gbp"]
    listed = pot if isinstance(pot, list) else [pot] * plan.years
    whole["formula"]["pot_gbp"] = [round(each * share) for each in listed]
    whole["formula"]["rest"]["partnerships"] = 0
    own = {k: v for k, v in next(iter(whole["partnerships"].values())).items() if k != "plan"}
    whole["partnerships"] = {
        YOURS: own,
        OTHERS: own | {"copies": EIGHT - 1, "plan": as_dict(others)["plan"]},
    }
    return checked_dict(whole, plan.name)
