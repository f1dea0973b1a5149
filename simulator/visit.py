"""A visit to the app: what somebody proposes, what it is compared with, and the proposals that were put aside.

It is all that a page needs to show the same again, so it is what a link carries.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from .errors import BadInput, Fault
from .link import ASK, WHERE, link_of, read_link
from .proposal import BASELINE, OWN, Acting, Proposal
from .scenario import as_dict, load, names

MOST_SAVED = 12
"""Proposals that may be put aside."""
MOST_REPLICATIONS = 500
CHOICES_OF_REPLICATIONS = (20, 50, 100, 200, 500)
REPLICATIONS = 100
LARGEST_SEED = 2**53 - 1
"""Whole numbers that every door can pass on."""
LONGEST_WORDS = 2000
MOST_ALIKE = 1
"""Partnerships of a scenario that is explored: more take too long to be looked at while they run."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What a visitor has before them.

    Parameters
    ----------
    plan
        What is proposed.
    against
        The scenario of the library that it is compared with; empty for the one that it starts from.
    seed, replications
        Where chance begins, and how many runs are wanted in the end.
    saved
        Proposals that were put aside, each with a title of its own.
    """

    plan: Proposal = field(default_factory=Proposal)
    against: str = BASELINE
    seed: int = 1
    replications: int = REPLICATIONS
    saved: tuple[Proposal, ...] = ()

    __pydantic_config__ = ConfigDict(extra="forbid")

    @property
    def baseline(self) -> Proposal:
        """What the plan is compared with: another scenario, in the world that the plan assumes.

        Where eight share a pot and one of them acts or all do, none of them does here.
        """
        return without(self.plan, self.against or self.plan.base)

    def save(self, title: str, reason: str) -> Visit:
        """The same with the plan named and put aside; one of the same title is replaced."""
        named = replace(self.plan, title=title.strip(), reason=reason.strip())
        kept = [each for each in self.saved if each.name != named.name]
        return replace(self, plan=named, saved=(*kept, named)[-MOST_SAVED:])

    @property
    def link(self) -> str:
        """The text that a link to it carries."""
        return link_of(plain(self))


def without(plan: Proposal, base: str) -> Proposal:
    """The scenario that a plan is compared with, under the plan's assumptions and among as many others.

    It keeps its own title, with what was changed in it for the comparison's sake.
    """
    own = plan.own_file if base == OWN else ""
    acting: Acting = "alone" if plan.acting == "alone" else "all_of_eight"
    bare = Proposal(base, plan.assumptions, acting, "", "", own)
    if not bare.is_changed:
        return bare
    return replace(bare, title=_called(replace(bare, changes=(), acting="alone"), plan))


def _called(base: Proposal, plan: Proposal) -> str:
    """The title of what is compared with; that of the plan stays the plan's."""
    try:
        title = base.started_from().title
    except BadInput:  # told where the scenario is made
        title = base.base
    told = [
        title,
        *(["under your assumptions"] if plan.assumptions else []),
        *(["all of eight"] if plan.acting != "alone" else []),
    ]
    called = ", ".join(told)
    same = replace(base, title=called).name == replace(plan, base=base.base).name
    return f"Comparison: {called}" if same else called


_ADAPTER = TypeAdapter(Visit)


def plain(visit: Visit) -> dict[str, Any]:
    """A visit as plain values, without what is as it always is."""
    whole: dict[str, Any] = json.loads(_ADAPTER.dump_json(visit, exclude_defaults=True))
    return whole


def visit_of(link: str) -> Visit:
    """The visit that a link carries.

    Raises
    ------
    BadInput
        If it cannot be read, or holds what no page could have put there.
    """
    told = read_link(link)
    try:
        visit = _ADAPTER.validate_python(told)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(str(step) for step in first["loc"]) or "it"
        raise BadInput([Fault(WHERE, name, "be as this version writes it", "", ASK)]) from error
    faults = [*_faults(visit)]
    if faults:
        raise BadInput(faults)
    visit.plan.scenario()
    visit.baseline.scenario()
    return visit


def _faults(visit: Visit) -> list[Fault]:
    found = []
    if not 0 <= visit.seed <= LARGEST_SEED:
        rule = f"be from 0 to {LARGEST_SEED:,}"
        found.append(Fault(WHERE, "seed", rule, str(visit.seed), ASK))
    if not 1 <= visit.replications <= MOST_REPLICATIONS:
        rule = f"be from 1 to {MOST_REPLICATIONS}"
        found.append(Fault(WHERE, "replications", rule, str(visit.replications), ASK))
    if len(visit.saved) > MOST_SAVED:
        found.append(Fault(WHERE, "saved", f"be at most {MOST_SAVED}", str(len(visit.saved)), ASK))
    if visit.against and visit.against not in (*names(), OWN):
        rule = "be a scenario of the library"
        found.append(Fault(WHERE, "what it is compared with", rule, visit.against, ASK))
    for each in (visit.plan, *visit.saved):
        if max(len(each.title), len(each.reason)) > LONGEST_WORDS:
            rule = f"be at most {LONGEST_WORDS:,} characters long"
            found.append(Fault(WHERE, "title or reason", rule, "more", ASK))
    return found


def explorable() -> tuple[str, ...]:
    """Scenarios of the library that a page may run while somebody looks: of one partnership that holds its plan."""
    found = []
    for name in names():
        scenario = load(name)
        own = scenario.partnerships.values()
        if len(own) <= MOST_ALIKE and all(each.behaviour == "hold" for each in own):
            found.append(name)
    return tuple(found)


def comparable(base: str) -> tuple[str, ...]:
    """Scenarios of the library in which the same people live in the same world as in another, the other first."""
    if base == OWN:
        return (OWN,)
    alike = [name for name in explorable() if name != base and _world(name) == _world(base)]
    return (base, *alike)


def usual(base: str) -> str:
    """What a plan that starts from a scenario is compared with unless somebody chooses otherwise."""
    alike = comparable(base)
    return BASELINE if BASELINE in alike else alike[0]


def _world(name: str) -> str:
    whole = as_dict(load(name))
    kept = {part: whole[part] for part in ("first_year", "years", "world", "history")}
    return json.dumps(kept, sort_keys=True)
