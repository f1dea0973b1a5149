"""A scenario before it is checked: each partnership's plan is complete, and faults find their line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import Fault
from .outline import may_be_by_group
from .tree import SPOILT, Origin, Path, Tree, at, dotted, laid_over

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Draft:
    """Plain values that may become a scenario.

    Parameters
    ----------
    tree
        What was given, with its origins.
    data
        The same, with its name and with each partnership's plan laid over the common one.
    prefix
        Where the scenario stands in its file, for a file that holds several.
    """

    tree: Tree
    data: dict[str, Any]
    prefix: Path = ()

    @property
    def groups(self) -> list[str] | None:
        """Names of the substance groups, where they can be read."""
        return self.names(("world", "groups"))

    @property
    def years(self) -> int | None:
        """Number of years, where it can be read."""
        years = self.data.get("years")
        return years if type(years) is int and 1 <= years <= 30 else None

    def value(self, path: Path) -> Any:
        """The value at a path, or None."""
        return at(self.data, path)

    def names(self, path: Path) -> list[str] | None:
        """Names in the mapping at a path, where there is one."""
        mapping = at(self.data, path)
        return list(mapping) if isinstance(mapping, dict) else None

    def plans(self) -> list[Path]:
        """Paths of the common plan and of every partnership's."""
        partnerships = self.names(("partnerships",)) or []
        return [("plan",), *(("partnerships", name, "plan") for name in partnerships)]

    def own(self, path: Path) -> bool:
        """Whether a value was given here, and not taken over from the common plan."""
        return not _in_own_plan(path) or path in self.tree.origins

    def origin(self, path: Path) -> Origin:
        """Where the value at a path came from."""
        return self.tree.origin(path if self.own(path) else ("plan", *path[3:]))

    def fault(
        self, path: Path, rule: str, advice: str, got: str = "", inputs: Iterable[Path] = ()
    ) -> Fault:
        """A fault at a path. Where several inputs cause it, the one given last shows the line."""
        origins = [self.origin(each) for each in inputs] or [self.origin(path)]
        where = max(origins, key=lambda origin: (origin.rank, origin.line))
        return Fault(str(where), dotted(self.prefix + path) or "the scenario", rule, got, advice)

    def spoilt(self, path: Path) -> bool:
        """Whether a value could not be read, which has been told already."""
        return any(self.value(path[:end]) is SPOILT for end in range(len(path) + 1))


def _in_own_plan(path: Path) -> bool:
    return len(path) > 2 and path[0] == "partnerships" and path[2] == "plan"


def draft(tree: Tree, name: str, prefix: Path = ()) -> Draft:
    """Make what was read into the draft of a scenario of this name."""
    data = tree.data | {"name": name}
    partnerships = data.get("partnerships")
    if isinstance(partnerships, dict):
        plan = _CommonPlan(data.get("plan"), _names(at(data, ("world", "groups"))))
        data["partnerships"] = {each: plan.within(own) for each, own in partnerships.items()}
    return Draft(tree, data, prefix)


def _names(mapping: Any) -> list[str]:
    return list(mapping) if isinstance(mapping, dict) else []


@dataclass(frozen=True, slots=True)
class _CommonPlan:
    """The plan that partnerships share, but for their own changes.

    Parameters
    ----------
    levers
        The levers, or anything else where the plan is at fault.
    groups
        Names of the substance groups.
    """

    levers: Any
    groups: list[str]

    def within(self, partnership: Any) -> Any:
        """A partnership with its whole plan."""
        own = {} if partnership is None else partnership
        if not isinstance(own, dict):
            return own
        return own | {"plan": self._changed_by(own.get("plan"))}

    def _changed_by(self, changes: Any) -> Any:
        if not isinstance(self.levers, dict):
            return SPOILT
        if not isinstance(changes, dict):
            return self.levers if changes is None else changes
        return laid_over(self.levers | self._spread(changes), changes)

    def _spread(self, changes: dict[str, Any]) -> dict[str, Any]:
        """Levers with one value for all groups that are changed for some: one value for each."""
        return {
            lever: dict.fromkeys(self.groups, self.levers[lever])
            for lever, change in changes.items()
            if isinstance(change, dict)
            and lever in self.levers
            and not isinstance(self.levers[lever], dict)
            and may_be_by_group(("plan", lever))
        }


def own_changes(data: dict[str, Any]) -> dict[str, Any]:
    """Plain values in which each partnership's plan keeps only what differs from the common one."""
    partnerships, plan = data.get("partnerships"), data.get("plan")
    if not isinstance(partnerships, dict) or not isinstance(plan, dict):
        return data
    return data | {
        "partnerships": {name: _without(plan, each) for name, each in partnerships.items()}
    }


def _without(plan: dict[str, Any], partnership: Any) -> Any:
    if not isinstance(partnership, dict) or not isinstance(partnership.get("plan"), dict):
        return partnership
    own = partnership["plan"].items()
    changes = {lever: value for lever, value in own if (lever, value) not in plan.items()}
    kept = {name: value for name, value in partnership.items() if name != "plan"}
    return kept | {"plan": changes} if changes else kept
