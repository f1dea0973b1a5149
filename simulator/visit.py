"""A visit to the app: what somebody proposes, what it is compared with, and the proposals that were put aside.

It is all that a page needs to show the same again, so it is what a link carries: whole, with what the library was when
it was made, so that an old link does not come to mean something else untold.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from .errors import BadInput, Fault
from .link import ASK, LARGEST_LINK, LARGEST_TEXT, WHERE, link_of, read_link
from .proposal import BASELINE, OWN, Acting, Proposal, of_library
from .scenario import as_dict, fingerprint, names, people_expected
from .scenario.size import too_large
from .workers import workers_by_default

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .scenario import Scenario

MOST_SAVED = 12
"""Proposals that may be put aside."""
MOST_REPLICATIONS = 500
CHOICES_OF_REPLICATIONS = (20, 50, 100, 200, 500)
REPLICATIONS = 100
LARGEST_SEED = 2**53 - 1
"""Whole numbers that every door can pass on."""
LONGEST_WORDS = 2000
LONGEST_FILES = 300_000
"""Characters of all areas' files together, which take seconds to read where they are long."""
MOST_WORK = 12
"""People times years of what is explored, against the baseline's: more would keep others waiting."""
MOST_NUMBERED = 99
LONGEST_NAME = 60
MARK = 8
"""Characters of a fingerprint that tell versions of a scenario apart."""
FILES, MADE_WITH = "files", "made_with"
"""Parts of a link beside those of a visit: areas' files, each once, and the marks of what its scenarios were."""
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
        """The same with the plan named and put aside; one of the same title is replaced.

        Raises
        ------
        BadInput
            If so many are put aside that there is no room.
        """
        title = title.strip()
        others = [each for each in self.saved if each.title != title]
        if len(others) >= MOST_SAVED:
            rule, advice = f"be at most {MOST_SAVED}", "take one out, or give this the title of one"
            raise BadInput([Fault("put aside", "proposals", rule, "one more", advice)])
        named = replace(self.plan, title=title, reason=reason.strip())
        named = replace(named, numbered=_number(named, others))
        return replace(self, plan=named, saved=(*others, named))

    def take_out(self, place: int) -> Visit:
        """The same without one of the proposals that were put aside."""
        return replace(self, saved=self.saved[:place] + self.saved[place + 1 :])

    @property
    def link(self) -> str:
        """The text that a link to it carries."""
        return link_of(plain(self))


def _number(plan: Proposal, others: Sequence[Proposal]) -> int:
    """The first number that gives a proposal a name that no other has."""
    taken = {each.name for each in others}
    return next(n for n in count(1) if replace(plan, numbered=n).name not in taken)


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
    """A visit as plain values: all of it, each area's file once, and the marks of the scenarios that it stands on."""
    whole: dict[str, Any] = json.loads(_ADAPTER.dump_json(visit))
    files = _files(visit)
    for each in (whole["plan"], *whole["saved"]):
        each["own_file"] = files.index(each["own_file"]) if each["own_file"] else ""
    return whole | {FILES: files, MADE_WITH: dict(_marks(visit))}


def _files(visit: Visit) -> list[str]:
    told = [each.own_file for each in (visit.plan, *visit.saved) if each.own_file]
    return list(dict.fromkeys(told))


def _marks(visit: Visit) -> Iterator[tuple[str, str]]:
    """Every scenario that somebody starts from or compares with, by name, and its mark."""
    files = _files(visit)
    against = Proposal(visit.against or visit.plan.base, own_file=visit.plan.own_file)
    for each in (visit.plan, against, *visit.saved):
        own = each.base == OWN and each.own_file in files
        name = f"{OWN} {files.index(each.own_file)}" if own else each.base
        yield name, _mark(each.base, each.own_file if own else "")[0]


@lru_cache(maxsize=64)
def _mark(base: str, own_file: str) -> tuple[str, str]:
    """The mark and the title of a scenario; nothing for one that cannot be had."""
    try:
        found = Proposal(base, own_file=own_file).started_from()
    except BadInput:
        return "", base
    return fingerprint(found)[:MARK], found.title


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link carries, and what its reader should know.

    Parameters
    ----------
    notices
        Sentences on what has become of the scenarios that it stands on since it was made.
    """

    visit: Visit
    notices: tuple[str, ...] = ()


def visit_of(link: str) -> Visit:
    """The visit that a link carries; parameters and errors are those of `opened`."""
    return opened(link).visit


def opened(link: str) -> Opened:
    """What a link carries, with notices.

    Raises
    ------
    BadInput
        If it cannot be read, or holds what no page could have put there.
    """
    told = read_link(link)
    made_with = told.pop(MADE_WITH, {})
    try:
        visit = _ADAPTER.validate_python(_with_files(told))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(str(step) for step in first["loc"]) or "it"
        raise BadInput([Fault(WHERE, name, "be as this version writes it", "", ASK)]) from error
    check(visit)
    try:
        for each in _scenarios(visit):
            check_size(each)
    except (RecursionError, OverflowError) as error:
        rule = "hold values that a scenario can have"
        raise BadInput([Fault(WHERE, "it", rule, "others", ASK)]) from error
    return Opened(visit, tuple(_notices(visit, made_with)))


def _with_files(told: dict[str, Any]) -> dict[str, Any]:
    """The parts of a visit, each proposal with its own area's file."""
    files = told.pop(FILES, [])
    if not isinstance(files, list):
        raise BadInput([Fault(WHERE, FILES, "be as this version writes it", "", ASK)])
    saved = told.get("saved", [])
    whole = told | {"plan": _with_file(told["plan"], files)} if "plan" in told else told
    if isinstance(saved, list) and saved:
        whole = whole | {"saved": [_with_file(each, files) for each in saved]}
    return whole


def _with_file(told: Any, files: list[Any]) -> Any:
    place = told.get("own_file") if isinstance(told, dict) else None
    if isinstance(place, int) and 0 <= place < len(files):
        return told | {"own_file": files[place]}
    return told


def _notices(visit: Visit, made_with: Any) -> Iterator[str]:
    """What the scenarios of a visit were when its link was made, where they are no more."""
    before = made_with if isinstance(made_with, dict) else {}
    now = dict(_marks(visit))
    titles = {OWN: _mark(OWN, visit.plan.own_file)[1]}
    for name, mark in now.items():
        if before.get(name, mark) != mark:
            title = titles.get(name.partition(" ")[0]) or _mark(name, "")[1]
            yield f"This was made with another version of “{title}”, so numbers may differ."


def _scenarios(visit: Visit) -> Iterator[Scenario]:
    """Every scenario that a page may make of a visit."""
    if visit.plan.own_file:
        yield Proposal(OWN, own_file=visit.plan.own_file).scenario()
    yield visit.plan.scenario()
    yield visit.baseline.scenario()
    for each in visit.saved:
        yield each.scenario()


def check(visit: Visit) -> None:
    """Refuse what no page offers, or what no link could carry; its scenarios are checked where they are made.

    Raises
    ------
    BadInput
        With every fault.
    """
    faults = [*_faults(visit)]
    if faults:
        raise BadInput(faults)
    told = plain(visit)
    if len(json.dumps(told)) > LARGEST_TEXT or len(link_of(told)) > LARGEST_LINK:
        rule = f"fit into a link of at most {LARGEST_LINK:,} characters"
        advice = "take out proposals that were put aside, or write less in your own file"
        raise BadInput([Fault("your visit", "all of it", rule, "", advice)])


def check_size(scenario: Scenario) -> None:
    """Refuse a scenario whose runs would keep everybody else waiting.

    Raises
    ------
    BadInput
        If it has partnerships that look for their own best answer, too many people and years, or needs more memory
        than there is for a run in each process.
    """
    if any(own.behaviour != "hold" for own in scenario.partnerships.values()):
        advice = "use the command line for partnerships that choose"
        raise BadInput([_fault(scenario, "behaviour", "be hold in every partnership", "", advice)])
    work, advice = _work(scenario) / _work(of_library(BASELINE)), "take fewer people or years"
    if work > MOST_WORK:
        rule = f"be at most {MOST_WORK} times the baseline's, to be looked at while it runs"
        raise BadInput([_fault(scenario, "people times years", rule, f"{work:,.1f}", advice)])
    needs = too_large(scenario, at_once=workers_by_default())
    if needs is not None:
        rule = "fit into the memory that there is"
        raise BadInput([_fault(scenario, "it", rule, needs, advice)])


def _fault(scenario: Scenario, name: str, rule: str, got: str, advice: str) -> Fault:
    return Fault(scenario.name, name, rule, got, advice)


def _work(scenario: Scenario) -> float:
    """People of all partnerships that are simulated, times years."""
    return people_expected(scenario) * scenario.years


def _faults(visit: Visit) -> Iterator[Fault]:
    if not 0 <= visit.seed <= LARGEST_SEED:
        rule = f"be from 0 to {LARGEST_SEED:,}"
        yield Fault(WHERE, "seed", rule, str(visit.seed), ASK)
    if not 1 <= visit.replications <= MOST_REPLICATIONS:
        rule = f"be from 1 to {MOST_REPLICATIONS}"
        yield Fault(WHERE, "replications", rule, str(visit.replications), ASK)
    if len(visit.saved) > MOST_SAVED:
        yield Fault(WHERE, "saved", f"be at most {MOST_SAVED}", str(len(visit.saved)), ASK)
    if len({each.name for each in visit.saved}) < len(visit.saved):
        yield Fault(WHERE, "saved", "have names of their own", "one twice", ASK)
    if sum(map(len, _files(visit))) > LONGEST_FILES:
        rule = f"be at most {LONGEST_FILES:,} characters long together"
        yield Fault(WHERE, "files of areas", rule, "more", ASK)
    for each in (visit.plan, *visit.saved):
        yield from _proposal_faults(each)
    if visit.against and visit.against not in (*explorable(), OWN):
        rule = "be a scenario of the library that can be explored"
        yield Fault(WHERE, "what it is compared with", rule, visit.against[:LONGEST_NAME], ASK)
    elif visit.against and visit.against not in comparable(visit.plan.base):
        rule = "be about the same people in the same world as what it starts from"
        yield Fault(WHERE, "what it is compared with", rule, visit.against, ASK)


def _proposal_faults(plan: Proposal) -> Iterator[Fault]:
    if max(len(plan.title), len(plan.reason)) > LONGEST_WORDS:
        rule = f"be at most {LONGEST_WORDS:,} characters long"
        yield Fault(WHERE, "title or reason", rule, "more", ASK)
    if plan.base not in (*explorable(), OWN):
        rule = "be a scenario of the library that can be explored"
        yield Fault(WHERE, "base", rule, plan.base[:LONGEST_NAME], ASK)
    if not 1 <= plan.numbered <= MOST_NUMBERED:
        yield Fault(WHERE, "numbered", f"be from 1 to {MOST_NUMBERED}", str(plan.numbered), ASK)


@lru_cache(maxsize=1)
def explorable() -> tuple[str, ...]:
    """Scenarios of the library that a page may run while somebody looks: of one partnership that holds its plan."""
    found = []
    for name in names():
        scenario = of_library(name)
        own = scenario.partnerships.values()
        if len(own) <= MOST_ALIKE and all(each.behaviour == "hold" for each in own):
            found.append(name)
    return tuple(found)


@lru_cache(maxsize=64)
def comparable(base: str) -> tuple[str, ...]:
    """Scenarios of the library in which the same people live in the same world as in another, the other first."""
    if base == OWN:
        return (OWN,)
    if base not in names():
        return (base,)
    alike = [name for name in explorable() if name != base and _world(name) == _world(base)]
    return (base, *alike)


def usual(base: str) -> str:
    """What a plan that starts from a scenario is compared with unless somebody chooses otherwise."""
    alike = comparable(base)
    return BASELINE if BASELINE in alike else alike[0]


@lru_cache(maxsize=64)
def _world(name: str) -> str:
    whole = as_dict(of_library(name))
    kept = {part: whole[part] for part in ("first_year", "years", "world", "history")}
    return json.dumps(kept, sort_keys=True)
