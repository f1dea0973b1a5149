"""The report of scenario discovery: where a plan fails, how well that is known, and how it was searched."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..charts.discovery import failures, rule_ranges
from ..charts.look import to_png
from ..discovery import sentences
from ..discovery.axes import ends, is_words
from ..discovery.boxes import MATTERS
from ..discovery.covering import FEWEST, PARTS
from ..discovery.peeling import PEELED
from ..discovery.searching import MOST_LIMITED
from ..discovery.words import amount, failing_when, inside_words, limits
from ..evidence import register
from ..outputs import model_version
from ..wording import MISSING, counted, interval, sentence_case, share
from .document import Bullets, Chapter, Command, Document, Drawing
from .drawings import inline
from .table import Cell, Row, Table, cells

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..charts import Chart
    from ..discovery import Box, Discovered
    from ..study import Checked, Dimension
    from .document import Piece

MOST_NAMED = 12
STEPS_TOLD = 12
"""Boxes on the way from all worlds to the densest that are told; the file has all."""
LEAST_TOLD = 0.0001
READING = (
    (
        "A share of worlds is no probability: it is of the worlds that were tried, which are spread over what is"
        " plausible. How likely each of them is, the ranges do not say."
    ),
    (
        "A rule says where failing is found, not why. What goes along with the true reason can stand in its place."
    ),
    (
        "All worlds share their luck, which makes two plans and two worlds comparable; so worlds near the limit of"
        " failing may all move to one side together."
    ),
    "Partnerships are synthetic; none is a real place. Read directions and sizes, not forecasts.",
)


def discovery_document(
    found: Discovered, checked: Checked, command: str, *, draw: bool
) -> Document:
    """The report of scenario discovery.

    Parameters
    ----------
    checked
        The study.
    command
        What makes it again.
    draw
        Whether to draw charts, which needs an optional part.
    """
    drawn = [Drawing(inline(each), each.description) for each in charts(found)] if draw else []
    chapters = (
        ("The rules", _rules(found, checked)),
        ("What counts as failing", iter((Bullets(tuple(_failing(found))),))),
        ("What was tried", iter((_tried(found, checked),))),
        ("How sure it is", iter((Bullets((*_how_sure(found), *READING)),))),
        ("Other boxes", _other_boxes(found)),
        ("How it was searched", iter((Bullets(tuple(_searched(found))),))),
        ("What is not verified", _unverified(checked)),
        ("Make it again", iter((Command(command), _made_by(checked, found)))),
    )
    told = [(title, tuple(pieces)) for title, pieces in chapters]
    return Document(
        f"Where it fails: {checked.title}",
        (" ".join(checked.study.description.split()), Bullets(tuple(sentences(found))), *drawn),
        tuple(Chapter(title, pieces) for title, pieces in told if pieces),
        banner="Illustrative: no forecast of any real partnership.",
    )


# Charts


def charts(found: Discovered) -> list[Chart]:
    """Limits inside what was tried, and worlds on the two axes that matter most."""
    if not len(found.worlds):
        return []
    return [*([rule_ranges(found)] if found.boxes else []), failures(found)]


def pictures(found: Discovered) -> dict[str, bytes]:
    """The charts as PNG, by file name."""
    names = ("rules.png", "worlds.png") if found.boxes else ("worlds.png",)
    return {name: to_png(chart) for name, chart in zip(names, charts(found), strict=False)}


# Rules


def rules_table(found: Discovered) -> Table:
    """Each rule: where, how many worlds, how many of them fail, and the same for unseen worlds."""
    kind = "fail" if found.sought == "fails" else "hold"
    return Table(
        f"Rules, in the order in which they were found; a world in two of them counts in the first ({kind}: share"
        " of the worlds inside)",
        ("Rule", "Where", f"Inside: {kind}", f"Unseen: {kind}", f"Of all that {kind}", "Too close"),
        tuple(Row(f"Rule {n}", _rule(found, box)) for n, box in enumerate(found.boxes, 1)),
        words=True,
    )


def _rule(found: Discovered, box: Box) -> tuple[Cell, ...]:
    unseen = box.held_out
    return (
        Cell(sentence_case(limits(found.dimensions, box))),
        Cell(share(box.density), f"{box.within.failing:,} of {box.within.worlds:,}"),
        Cell(
            share(unseen.density),
            f"{interval(*unseen.interval, share)}; {unseen.within.failing:,} of"
            f" {unseen.within.worlds:,}",
        ),
        Cell(share(box.coverage), f"unseen: {share(unseen.coverage)}"),
        Cell(f"{box.close:,}"),
    )


def limits_table(found: Discovered, checked: Checked) -> Table:
    """Each limit of each rule, how much it matters, and how well the assumption is known."""
    by_name = {each.name: each for each in checked.dimensions}
    rows = []
    for number, box in enumerate(found.boxes, 1):
        for place in box.places:
            own = [at for at, end in enumerate(box.ends) if end.place == place]
            dimension = found.dimensions[place]
            chances = "; ".join(_chance(box.chances[at]) for at in own)
            again = f"{box.found_again(place)} of {len(box.again)}"
            inside = sentence_case(inside_words(dimension, [box.ends[at] for at in own]))
            source = by_name[dimension.name].source
            rows.append(
                Row(
                    f"{number}: {dimension.title}",
                    (
                        Cell(inside, f"tried: {_range(dimension)}"),
                        Cell(chances),
                        Cell(again),
                        Cell(_grade(dimension), source),
                    ),
                )
            )
    return Table(
        "Limits; by chance alone: how likely so many failures inside were, if this limit kept nothing out",
        ("Rule", "Inside", "By chance alone", "Found again", "How well it is known"),
        tuple(rows),
        words=True,
    )


def _chance(chance: float) -> str:
    return f"below {LEAST_TOLD}" if chance < LEAST_TOLD else f"{chance:.2g}"


def _grade(dimension: Dimension) -> str:
    return "decided" if dimension.is_lever else dimension.grade or MISSING


def _rules(found: Discovered, checked: Checked) -> Iterator[Piece]:
    if found.boxes:
        yield rules_table(found)
        yield limits_table(found, checked)


# What was asked and tried


def _failing(found: Discovered) -> Iterator[str]:
    asked, worlds = found.asked, found.worlds
    yield f"{sentence_case(failing_when(found))}, in the mean of the runs of a world."
    yield (
        f"{counted(len(worlds), 'world')} with up to {counted(worlds.replications, 'run')} each;"
        f" {worlds.failing:,} fail, {int(worlds.close.sum()):,} are too close to call on either side;"
        f" {worlds.left_out:,} of the points have no result, or leave an assumption open."
    )
    yield (
        f"A rule should have {share(asked.least_density)} of its worlds failing, and hold"
        f" {share(asked.least_mass)} of all worlds or more, at least {FEWEST}; at most"
        f" {counted(asked.most_boxes, 'rule')}."
    )
    if found.sought == "holds":
        yield "Nearly all worlds fail, so rules were looked for that tell where it does not."


def _tried(found: Discovered, checked: Checked) -> Table:
    by_name = {each.name: each for each in checked.dimensions}
    rows = tuple(
        Row(
            each.title,
            (
                Cell(_range(each), _base(by_name[each.name])),
                Cell(_grade(each)),
                Cell(by_name[each.name].source or MISSING),
            ),
        )
        for each in found.dimensions
    )
    heads = ("What varied", "Values", "How well it is known", "Source")
    return Table("What varied from world to world", heads, rows, words=True)


def _range(dimension: Dimension) -> str:
    if dimension.values is not None:
        known = dimension.values
        texts = [str(each).replace("_", " ") for each in known]
        return ", ".join(
            texts if is_words(dimension) else [amount(dimension, float(each)) for each in known]
        )
    return interval(*ends(dimension), lambda each: amount(dimension, each))


def _base(dimension: Dimension) -> str:
    if dimension.base is None or dimension.values is not None or dimension.change != "set":
        return ""
    return f"in the first scenario {amount(dimension, dimension.base)}"


# How sure, how searched


def _how_sure(found: Discovered) -> Iterator[str]:
    yield (
        "Such a search finds something in any worlds, so each rule was tried on worlds that were kept out of it:"
        f" worlds were dealt into {PARTS} parts, the whole search was done on all but one and its rule tried on"
        " that one, and the parts were added up. A rule is told only if the 95% interval of that share lies above"
        " the rate of all worlds. Searches on parts see fewer worlds, so the figure is, if anything, low."
    )
    for box in found.boxes:
        if not box.is_dense:
            yield f"The first rule has fewer than {share(found.asked.least_density)} of its worlds failing."
    if found.refused is not None:
        yield (
            f"Refused: {limits(found.dimensions, found.refused)}. {share(found.refused.density)} inside, but"
            f" {share(found.refused.held_out.density)} on unseen worlds."
        )


def _searched(found: Discovered) -> Iterator[str]:
    yield (
        f"Patient rule induction (Friedman and Fisher, 1999): slices of {share(PEELED)} of the worlds are cut off one"
        " after another, each time that which leaves the largest share of failing worlds for each world lost. It was"
        f" done on all that varied, and on up to {MOST_LIMITED} things at a time, since what does not matter leads it"
        " astray."
    )
    yield (
        "Of all boxes on the way that one is taken which tells failing worlds from others best (by the likelihood of"
        " one rate inside and one outside), among those that are as dense as was asked for, if there are any. Its"
        " ends are then moved to where they tell best."
    )
    yield (
        f"A limit is dropped where it may be chance: where its quasi-p-value is above {MATTERS:g} (Bryant and Lempert,"
        " 2010). Limits are rounded before worlds are counted, so that what is read is what was counted."
    )
    yield f"Seed {found.seed}: it deals worlds into parts; rules do not depend on it."


def _other_boxes(found: Discovered) -> Iterator[Piece]:
    if len(found.way) < 2:
        return
    table = found.way_table
    last = len(table) - 1
    places = sorted({round(last * step / (STEPS_TOLD - 1)) for step in range(STEPS_TOLD)})
    rows = tuple(
        Row(
            f"{int(row['worlds']):,}",
            cells(
                share(row["density"]),
                share(row["coverage"]),
                share(row["mass"]),
                f"{row['limits']:.0f}",
            ),
        )
        for row in table.iloc[places].to_dict(orient="records")
    )
    kind = "fail" if found.sought == "fails" else "hold"
    yield (
        "Who wants a smaller and surer box, or a larger one, can see what that costs: boxes on the way with all"
        " limits, before any was dropped, as counted on the worlds that they were found in."
    )
    heads = ("Worlds inside", f"That {kind}", f"Of all that {kind}", "Of all worlds", "Limits")
    yield Table("From all worlds to the densest few", heads, rows)


def _unverified(checked: Checked) -> Iterator[Piece]:
    varied = {path for each in checked.dimensions for path in each.paths}
    own = [each.title for each in checked.dimensions if each.grade == "unverified"]
    if own:
        yield f"Varied here, and not verified: {'; '.join(own)}."
    others = [
        each.title
        for each in register(checked.scenarios[0])
        if each.grade == "unverified" and each.path not in varied
    ]
    if others:
        many = counted(len(others), "assumption")
        yield f"{many} that nobody has verified did not vary, so no rule can name them:"
        more = len(others) - MOST_NAMED
        named = others[:MOST_NAMED]
        yield Bullets((*named, *([f"and {more:,} more"] if more > 0 else [])))


def _made_by(checked: Checked, found: Discovered) -> str:
    names = ", ".join(f"{each.title} ({each.name})" for each in checked.scenarios)
    size = checked.study.replications or found.worlds.replications
    runs = counted(size, "run") if not math.isnan(size) else MISSING
    return (
        f"Scenarios: {names}. Design: {checked.design.kind.replace('_', ' ')},"
        f" {counted(len(found.worlds) + found.worlds.left_out, 'point')}, {runs} of each scenario at each. Model"
        f" {model_version()}, seed {checked.seed}."
    )
