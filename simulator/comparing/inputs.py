"""What differs in the inputs of scenarios: plan, formula, funding, assumptions, in plain words with units."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeAlias

from ..scenario import as_dict
from ..scenario.outline import field_at, leaves, unit
from ..scenario.tree import Path, at, dotted
from ..study.shown import with_unit
from ..wording import counted, sentence_case
from ..years import year_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from ..scenario import Scenario

WORDS = ("name", "title", "question", "description", "evidence")
"""Parts of a scenario on which no number depends."""
PARTS = {
    "first_year": "Years",
    "years": "Years",
    "plan": "Plan",
    "partnerships": "Partnerships",
    "behaviour": "What partnerships may choose",
    "formula": "Formula",
    "funding": "Funding",
    "world": "Assumptions",
    "history": "What lies before day 0",
}
"""What each part of a scenario is called, in the order in which it is told."""
ITEMS: tuple[Path, ...] = (("funding", "streams"), ("formula", "terms"))
"""Mappings of which a scenario may have an item that another has not."""
ABSENT = object()
"""Stands where a scenario has no such value."""
NOT_THERE = "not there"
AS_ALL = "as in the plan"
"""What stands for a partnership that does as the common plan says."""
EACH = "Each partnership"
"""What stands for a partnership in a row that holds for all of them."""
_TOLD_OF_ITEM = {
    "amount_gbp": "{} a year",
    "pays_for": "pays for {}",
    "weight": "{} of the pot",
}
"""What is told of a stream or a term that another scenario has not."""
_IF_NULL = re.compile(r" \(null: ([^)]*)\)")

Values: TypeAlias = "dict[Path, Any]"


@dataclass(frozen=True, slots=True)
class Differing:
    """One input that is not the same in all scenarios.

    Parameters
    ----------
    path
        Its place in the scenario, dotted.
    part
        Which part of the scenario it belongs to: ``Plan``, ``Formula``.
    title
        What it is, for a commissioner.
    told
        What it is in each scenario, in words with its unit.
    """

    path: str
    part: str
    title: str
    told: tuple[str, ...]


@dataclass(frozen=True)
class Inputs:
    """All that differs in the inputs of some scenarios.

    Parameters
    ----------
    scenarios
        What they are called.
    rows
        Plan first, then partnerships, formula, funding, assumptions; empty where nothing differs.
    """

    scenarios: tuple[str, ...]
    rows: tuple[Differing, ...]

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each input: part, what differs, and a column for each scenario."""
        import pandas as pd

        columns = ["Part", "What differs", *self.scenarios]
        rows = [(each.part, each.title, *each.told) for each in self.rows]
        return pd.DataFrame(rows, columns=columns)

    @property
    def sentence(self) -> str:
        """How many inputs differ and in which parts, or that nothing does."""
        if not self.rows:
            return "Nothing differs in the inputs: the results are the same to the last digit."
        parts = [
            f"{part.lower()} {len([*own])}" for part, own in groupby(r.part for r in self.rows)
        ]
        verb = "differs" if len(self.rows) == 1 else "differ"
        return (
            f"{counted(len(self.rows), 'input')} {verb}: {', '.join(parts)}. All else is the same."
        )


def what_differs(scenarios: Sequence[Scenario], names: Sequence[str] = ()) -> Inputs:
    """What differs between scenarios, each value in plain words.

    Parameters
    ----------
    scenarios
        Two or more.
    names
        What they are called; by default their titles.
    """
    told = [*map(values_of, scenarios)]
    words = [*map(Words.of, scenarios)]
    known = dict.fromkeys(path for values in told for path in values)
    different = [path for path in known if not _alike([v.get(path, ABSENT) for v in told])]
    rows: dict[Path, Differing] = {}
    for path in different:
        whole = _missing_item(path, told)
        if whole not in rows:
            rows[whole] = _row(whole, told, words)
    order = [*dict.fromkeys(PARTS.values())]
    ordered = sorted(_together(rows, told), key=lambda row: order.index(row.part))
    return Inputs(tuple(names) or tuple(each.title for each in scenarios), tuple(ordered))


def _together(rows: Mapping[Path, Differing], told: Sequence[Values]) -> Iterator[Differing]:
    """The rows, those that are alike in each partnership as one."""
    own = {name for values in told for name in values["partnerships",]}
    alike: dict[tuple[Path, tuple[str, ...]], list[Path]] = {}
    for path, row in rows.items():
        if path[0] == "partnerships" and len(path) > 1:
            alike.setdefault((path[2:], row.told), []).append(path)
    for path, row in rows.items():
        same = alike.get((path[2:], row.told), [])
        if path not in same or len(same) < max(2, len(own)):
            yield row
        elif path == same[0]:
            title = row.title.replace(str(path[1]), EACH, 1)
            yield replace(row, path=dotted((path[0], "*", *path[2:])), title=title)


def _alike(values: Sequence[Any]) -> bool:
    return all(value is values[0] or value == values[0] for value in values)


def values_of(scenario: Scenario) -> Values:
    """Every value that decides something, by its path; of a partnership only what is its own."""
    whole = as_dict(scenario)
    partnerships = whole.pop("partnerships")
    told = dict(_flat({name: part for name, part in whole.items() if name not in WORDS}))
    told["partnerships",] = list(partnerships)
    for name, own in partnerships.items():
        plan = own.pop("plan")
        told |= dict(
            _flat(
                {key: value for key, value in own.items() if value not in (1, None, "hold")},
                ("partnerships", name),
            )
        )
        changed = {lever: value for lever, value in plan.items() if value != whole["plan"][lever]}
        told |= dict(_flat({"plan": changed}, ("partnerships", name)))
    return told


def _flat(inside: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Values one by one; a lever is one value, even where it is given by group."""
    if isinstance(inside, dict) and path[-2:-1] != ("plan",):
        for name, each in inside.items():
            yield from _flat(each, (*path, name))
    else:
        yield path, inside


def _missing_item(path: Path, told: Sequence[Values]) -> Path:
    """The stream or term that a value belongs to, where some scenario has no such one; else the value itself."""
    item = path[:3]
    if path[:2] in ITEMS and not all(any(p[:3] == item for p in values) for values in told):
        return item
    return path


def _row(path: Path, told: Sequence[Values], words: Sequence[Words]) -> Differing:
    having = next(
        each
        for each, values in zip(words, told, strict=True)
        if path in values or any(other[:3] == path for other in values)
    )
    shown = tuple(
        each.whole(path, values)
        if path[:2] in ITEMS and len(path) == 3
        else each.value(path, values)
        for each, values in zip(words, told, strict=True)
    )
    if len({*shown}) == 1:  # four figures do not tell them apart
        shown = tuple(
            _in_detail(text, values.get(path)) for text, values in zip(shown, told, strict=True)
        )
    return Differing(dotted(path), part_of(path), having.title(path), shown)


def _in_detail(text: str, value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{text} ({value:.10g})"
    return f"{text}, not the same in each"


def part_of(path: Path) -> str:
    """Which part of a scenario a value belongs to; what others do who share the pot is assumed."""
    return PARTS["world" if path[:2] == ("formula", "rest") else str(path[0])]


@dataclass(frozen=True)
class Words:
    """What the values of one scenario are called and how they are read.

    Parameters
    ----------
    data
        The scenario in plain values.
    years
        Names of its years.
    titles
        Title and unit of each assumption, by path.
    """

    data: Mapping[str, Any]
    years: tuple[str, ...]
    titles: Mapping[Path, tuple[str, str]]

    @classmethod
    def of(cls, scenario: Scenario) -> Words:
        """The words of a scenario."""
        data = as_dict(scenario)
        titles = {leaf.path: (leaf.title, leaf.unit) for leaf in leaves(data)}
        return cls(data, year_names(scenario.first_year, scenario.years), titles)

    def title(self, path: Path) -> str:
        """What a value is called, with the group, stream, term or partnership that it belongs to."""
        if path == ("partnerships",):
            return "Partnerships"
        if path[:2] in ITEMS and len(path) == 3:
            kind = "Funding stream" if path[0] == "funding" else "Term"
            return f"{kind}: {self._label(path)}"
        if path in self.titles:
            return sentence_case(_IF_NULL.sub("", self.titles[path][0]))
        field = field_at(_lever(path))
        own = str(field.title) if field and field.title else str(path[-1]).replace("_", " ")
        heads = [self._label(path[:2])] if path[0] == "partnerships" else []
        heads += [self._label(path[:3])] if path[:2] in (*ITEMS, ("world", "groups")) else []
        return ": ".join([*heads, sentence_case(_IF_NULL.sub("", own))])

    def _label(self, path: Path) -> str:
        item = at(self.data, path)
        label = item.get("label") if isinstance(item, dict) else None
        return str(label or path[-1] if path[0] == "partnerships" else label or _plain(path[-1]))

    def value(self, path: Path, values: Values) -> str:
        """A value in words, with its unit; by group or by year where it is so."""
        value = values.get(path, ABSENT)
        if value is ABSENT:
            if path[0] != "partnerships" or path[1] not in values["partnerships",]:
                return NOT_THERE
            return AS_ALL if "plan" in path else self._shown(path, at(self.data, path))
        if path == ("partnerships",):
            return f"{counted(len(value), 'partnership')}: {', '.join(value)}"
        return self._shown(path, value)

    def whole(self, path: Path, values: Values) -> str:
        """All of a stream or term in words."""
        inside = {other: value for other, value in values.items() if other[:3] == path}
        if not inside:
            return NOT_THERE
        told = [
            words.format(self._shown((*path, name), inside[*path, name]))
            for name, words in _TOLD_OF_ITEM.items()
            if (*path, name) in inside
        ]
        return "; ".join(told)

    def _shown(self, path: Path, value: Any) -> str:
        lever = _lever(path)
        field = field_at(lever)
        if value is None:
            title = (
                self.titles[path][0] if path in self.titles else str(field.title if field else "")
            )
            found = _IF_NULL.search(title)
            return found[1] if found else "none"
        told = self.titles.get(path)
        of = told[1] if told else unit(str(lever[-1]), field) if field else ""
        return self._in_unit(value, of)

    def _in_unit(self, value: Any, of: str) -> str:
        if isinstance(value, dict):
            return self._by_group(value, of)
        if isinstance(value, list):
            return self._listed(value, of)
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, int | float):
            return with_unit(value, of if of not in ("rank", "leavers", "year") else "")
        return "none" if value is None else _plain(value)

    def _by_group(self, value: Mapping[str, Any], of: str) -> str:
        """One value where all groups have the same, else one for each."""
        shown = {name: self._in_unit(each, of) for name, each in value.items()}
        if len({*shown.values()}) == 1:
            return next(iter(shown.values()))
        groups = at(self.data, ("world", "groups"))
        labels = {name: groups[name]["label"] if name in groups else _plain(name) for name in shown}
        return "; ".join(f"{labels[name]}: {text}" for name, text in shown.items())

    def _listed(self, value: Sequence[Any], of: str) -> str:
        """Bands in one word, a list by year with its years, any other list as a row of words."""
        if value and isinstance(value[0], dict):
            return counted(len(value), "band")
        if len(value) != len(self.years) or any(isinstance(each, str) for each in value):
            return ", ".join(self._in_unit(each, of) for each in value) or "none"
        return by_year(value, self.years, lambda each: self._in_unit(each, of))


def by_year(values: Sequence[Any], years: Sequence[str], show: Any) -> str:
    """A list by year in words, years that are alike together: ``8% in 2008-09, then 4%``."""
    runs = [
        (value, [year for _, year in together])
        for value, together in groupby(zip(values, years, strict=True), key=lambda each: each[0])
    ]
    if len(runs) == 1:
        return str(show(runs[0][0]))
    told = [
        f"{show(value)} in {own[0] if len(own) == 1 else f'{own[0]} to {own[-1]}'}"
        for value, own in runs[:-1]
    ]
    return f"{', '.join(told)}, then {show(runs[-1][0])}"


def _lever(path: Path) -> Path:
    """Where the schema says what a partnership's own lever is."""
    return path[path.index("plan") :] if "plan" in path else path


def _plain(value: Any) -> str:
    return str(value).replace("_", " ")
