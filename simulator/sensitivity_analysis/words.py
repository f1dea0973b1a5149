"""What was found, in sentences that numbers decide."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from ..incentives.estimate import if_few
from ..study.shown import shown_range, shown_value
from ..wording import (
    MISSING,
    NO_INTERVAL,
    TOO_CLOSE,
    counted,
    gbp,
    interval,
    sentence_case,
)
from .knowing import ALL, NEEDS_LUCK
from .question import failed, listed
from .switches import CLOSE, NONE, SWITCHES, decided_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ..incentives import Estimate
    from .ahead import Ahead
    from .knowing import Knowing
    from .luck import Origins
    from .morris import Effect
    from .question import Dimension, Outcome, Question, View
    from .sobol import VarianceShare
    from .switches import Switch
    from .tornado import Move
    from .whole import Sensitivity

MOST_NAMED = 3
"""Assumptions that a sentence names."""
LEAST_NAMED = 0.01
"""The least share of a variance that a sentence names."""
NO_SPREAD = "no interval from so few replications"
ASIDE = re.compile(r" \(null: [^)]*\)")
AT_LEAST_AS_MUCH = "at least as much as any of it, though by itself no value was seen in it"
BY_THEMSELVES = ("£", "%", "days")
"""Units that numbers show; others are written behind them."""


def plain(name: str) -> str:
    """A scenario's or a group's name as it is read."""
    return name.replace("_", " ")


def named(dimension: Dimension) -> str:
    """An assumption's title as it stands in a sentence, without what its field may hold."""
    return ASIDE.sub("", dimension.title)


def who(view: View) -> str:
    """Whose number is looked at: ``move on against park``."""
    against = f" against {plain(view.baseline)}" if view.is_difference else ""
    return f"{plain(view.scenario)}{against}"


def topic(view: View) -> str:
    """What a sentence is about: the outcome, and whose."""
    return f"{sentence_case(view.outcome.label)}, {who(view)}"


def with_interval(told: Estimate, show: Callable[[float], str]) -> str:
    """A number and its 95% interval."""
    if math.isnan(told.mean):
        return MISSING
    between = NO_INTERVAL if math.isnan(told.low) else interval(told.low, told.high, show)
    return f"{show(told.mean)} ({between})"


def size_of(outcome: Outcome) -> Callable[[float], str]:
    """How the size of a difference of an outcome is written, which has no sign."""
    return lambda amount: outcome.show_difference(amount).removeprefix("+")


def listing(names: Sequence[str]) -> str:
    """Names in a row: ``a, b and c``."""
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def views_told(question: Question, result: Sensitivity) -> tuple[View, ...]:
    """What sentences are about: the differences that decide, or each outcome where there is one scenario."""
    return decided_by(question, result.decision) or question.levels


# One at a time


def by_dimension(moves: Iterable[Move]) -> list[tuple[Dimension, list[Move]]]:
    """Moves of one number by assumption, that which moves it most first."""
    told: dict[str, tuple[Dimension, list[Move]]] = {}
    for move in moves:
        told.setdefault(move.dimension.name, (move.dimension, []))[1].append(move)
    return [*told.values()]


def tornado_sentence(view: View, moves: Sequence[Move]) -> str:
    """Which assumptions move a number most, each by itself."""
    told = by_dimension(moves)
    clear = [(each, own) for each, own in told if not all(move.verdict for move in own)]
    close = len(told) - len(clear)
    if not clear:
        return f"{topic(view)}: no assumption, moved by itself, does anything that can be told from chance."
    most = "; ".join(_moved(each, own) for each, own in clear[:MOST_NAMED])
    rest = f" {_nothing(close, len(told))}" if close else ""
    return f"{topic(view)}: most moved by {most}.{rest}"


def _moved(dimension: Dimension, moves: Sequence[Move]) -> str:
    ends = ", ".join(
        f"{with_interval(move.change, move.view.outcome.show_difference)} at {move.said}"
        for move in moves
        if not move.verdict
    )
    return f"{named(dimension)}: {ends}"


def _nothing(close: int, many: int) -> str:
    of = f"{close} of {many} assumptions" if close < many else "No assumption"
    does = "does" if close == 1 else "do"
    return f"{of} {does} nothing that can be told from chance."


# All at once


def morris_sentence(view: View, effects: Sequence[Effect]) -> str:
    """Which assumptions move a number most while all others are anywhere, and which hardly matter."""
    told = [each for each in effects if not math.isnan(each.mu_star)]
    if not told:
        return f"{topic(view)}: too few walks went through to say anything."
    strong = [each for each in told if each.verdict != TOO_CLOSE]
    size = size_of(view.outcome)
    most = "; ".join(
        f"{named(each.dimension)} {size(each.mu_star)} ({interval(each.low, each.high, size)})"
        for each in strong[:MOST_NAMED]
    )
    weak = [named(each.dimension) for each in told if each.verdict == TOO_CLOSE]
    mixed = [named(each.dimension) for each in strong if each.sigma > each.mu_star]
    parts = (
        f"moved across its whole range, an assumption changes it by: {most}." if most else "",
        f"How much {listing(mixed)} {_does(mixed)} hangs on all the others." if mixed else "",
        f"No more than luck could give: {listing(weak)}." if weak else "",
    )
    return f"{topic(view)}: {' '.join(part for part in parts if part)}"


def _does(names: Sequence[str]) -> str:
    return "does" if len(names) == 1 else "do"


def sobol_sentence(
    view: View, first: Sequence[VarianceShare], total: Sequence[VarianceShare]
) -> str:
    """Which assumptions make the variance of a number over all worlds."""
    there = [each for each in total if not math.isnan(each.share)]
    if not there:
        return f"{topic(view)}: nothing that is assumed moves it."
    alone = {each.dimension.name: each for each in first}
    most = "; ".join(
        f"{named(each.dimension)} {percent(each.share)} ({percents(each.low, each.high)}), by itself"
        f" {percent(alone[each.dimension.name].share)}"
        for each in there[:MOST_NAMED]
        if not each.verdict and each.share >= LEAST_NAMED
    )
    if not most:
        return f"{topic(view)}: too few samples, or too much luck, to say which assumption makes its variance."
    return f"{topic(view)}: of its variance over all worlds, with what goes through others: {most}."


def percent(part: float) -> str:
    """A share of a whole; an estimate that lies beyond none or all is cut there."""
    if math.isnan(part):
        return MISSING
    if 0 < part < LEAST_NAMED / 2:
        return "under 1%"
    return f"{100 * min(1.0, max(0.0, part)):.0f}%"


def percents(low: float, high: float) -> str:
    """From one share to another: ``75 to 88%``."""
    if math.isnan(low) or math.isnan(high):
        return MISSING
    first, last = (f"{100 * min(1.0, max(0.0, part)):.0f}" for part in (low, high))
    return f"{first} to {last}%"


def luck_sentence(origins: Origins) -> str:
    """How much of a number's variation is not known, and how much is luck."""
    known, luck, both = origins.shares
    if math.isnan(known.mean):
        return f"{topic(origins.view)}: too few worlds or replications to tell luck from what is not known."
    return (
        f"{topic(origins.view)}: of the variation of single runs, {_share(known)} comes from what is not known,"
        f" {_share(luck)} from luck, and {_share(both)} from luck that does something else in another world."
    )


def _share(told: Estimate) -> str:
    between = NO_SPREAD if math.isnan(told.low) else percents(told.low, told.high)
    return f"{percent(told.mean)} ({between})"


# The decision


def ahead_sentence(each: Ahead) -> str:
    """In how many worlds a scenario beats the first."""
    if not each.worlds:
        return f"{topic(each.view)}: no world was lived through."
    first, other = plain(each.view.scenario), plain(each.view.baseline)
    beats = "beats" if each.better else "is higher than"
    ahead, behind = ("ahead", "behind") if each.better else ("higher", "lower")
    alike = f", exactly alike in {each.alike:,}" if each.alike else ""
    return (
        f"{sentence_case(each.view.outcome.label)}: {first} {beats} {other} in {each.ahead:,} of"
        f" {counted(each.worlds, 'world')} ({percents(each.low, each.high)}): clearly {ahead} in"
        f" {each.clearly_ahead:,}, clearly {behind} in {each.clearly_behind:,}, too close to call in"
        f" {each.too_close:,}{alike}. With its luck, a single run has it {ahead} {percent(each.runs_share)} of the time."
    )


def switch_sentences(view: View, switches: Sequence[Switch]) -> Iterator[str]:
    """Where the decision changes along each assumption, and along which it never does; the topic is told once."""
    told = [*_switches([each for each in switches if each.view.places == view.places])]
    if told:
        yield f"{topic(view)}: {'. '.join([told[0], *map(sentence_case, told[1:])])}."


def _switches(mine: Sequence[Switch]) -> Iterator[str]:
    as_is = [each for each in mine if each.others == "as they are"]
    uncertain = [each for each in mine if each.others == "uncertain"]
    for each in as_is:
        if each.found == SWITCHES:
            also = [other for other in uncertain if other.dimension.name == each.dimension.name]
            yield f"{_switch(each)}{_also(also) if each.number <= 1 else ''}"
    close = list(dict.fromkeys(named(s.dimension) for s in as_is if s.found == CLOSE))
    if close:
        yield f"too close to call along {_along(close, as_is)}"
    none = [each for each in as_is if each.found == NONE]
    for leader in dict.fromkeys(each.ahead_below for each in none):
        names = _along([named(s.dimension) for s in none if s.ahead_below == leader], as_is)
        stays = f"{plain(leader)} stays ahead" if leader else "the two stay exactly alike"
        yield f"none in the range: {stays} all along {names}"


def _along(names: Sequence[str], switches: Sequence[Switch]) -> str:
    """Titles of assumptions; all of them in two words where they are many."""
    many = len({each.dimension.name for each in switches})
    return f"each of the {many} assumptions" if len(names) == many > MOST_NAMED else listing(names)


def _switch(switch: Switch) -> str:
    """One switch in words."""
    title, view = named(switch.dimension), switch.view
    if listed(switch.dimension):
        at = listing(switch.ahead_at)
        return f"{plain(view.scenario)} is ahead at {title} {at}, and nowhere else"
    above, below = plain(switch.ahead_above), plain(switch.ahead_below)
    where = f"{shown_value(switch.dimension, switch.value)} ({stretch(switch)})"
    return f"{below} is ahead below, and {above} above, {title} of {where}"


def stretch(switch: Switch) -> str:
    """The stretch in which a difference is too close to call, as far as the range tells."""
    ends = switch.low, switch.high
    dimension = switch.dimension
    if all(map(math.isfinite, ends)):
        return f"{TOO_CLOSE} from {shown_range(dimension, *ends)}"
    if math.isfinite(ends[0]):
        return f"{TOO_CLOSE} from {shown_value(dimension, ends[0])} on"
    if math.isfinite(ends[1]):
        return f"{TOO_CLOSE} up to {shown_value(dimension, ends[1])}"
    return f"{TOO_CLOSE} all along"


def _also(switches: Sequence[Switch]) -> str:
    """The same with everything else uncertain."""
    if not switches or listed(switches[0].dimension):
        return ""
    first = switches[0]
    if first.found not in (SWITCHES, CLOSE):
        leader = plain(first.ahead_below)
        ahead = f"{leader} is ahead on average all along" if leader else "it cannot be told"
        return f"; with everything else uncertain {ahead}"
    where = shown_value(first.dimension, first.value)
    return f"; with everything else uncertain, on average at {where} ({stretch(first)})"


def knowing_sentences(result: Sensitivity, outcome: Outcome) -> Iterator[str]:
    """What it would be worth to find things out before choosing."""
    knowing = result.knowing
    if knowing is None or not (told := knowing.of(outcome)):
        return
    best = next(each for each in knowing.best if each.outcome.key == outcome.key)
    label = sentence_case(outcome.label)
    first = f"{label}: as things are known, {plain(best.scenario)} is best on average."
    whole, parts = told[0], told[1:]
    seen = [each for each in parts if not each.verdict]
    unseen = [_known(result, each) for each in parts if each.verdict]
    if whole.verdict == NEEDS_LUCK:
        yield f"{first} What it would be worth to find something out first {NEEDS_LUCK}."
        return
    if whole.verdict and not seen:
        yield f"{first} No value was seen in finding anything out first ({worth(whole)} at most)."
        return
    everything = AT_LEAST_AS_MUCH if whole.verdict else worth(whole)
    said = [first, f"To know everything but luck before choosing would be worth {everything}."]
    if seen:
        most = "; ".join(f"{_known(result, each)} {worth(each)}" for each in seen[:MOST_NAMED])
        said.append(f"Worth finding out first: {most}.")
    if unseen:
        said.append(f"No value was seen in finding out {listing(unseen)}.")
    yield " ".join(said)


def _known(result: Sensitivity, each: Knowing) -> str:
    if each.what == "one assumption":
        return named(result.question.dimension(each.known))
    return ALL if each.known == ALL else f"{plain(each.known)} together"


def worth(each: Knowing) -> str:
    """A value of knowing, from the cautious to the corrected estimate; in pounds as well where it is in something else.

    Where no value was seen, the most that it may be.
    """
    size = size_of(each.outcome)
    unit = "" if each.outcome.unit in BY_THEMSELVES else f" {each.outcome.unit}"
    if each.verdict:
        return f"{size(each.value.high)}{unit}"
    told = f"{between(each, size)}{unit} ({interval(each.value.low, each.value.high, size)})"
    if each.outcome.unit == "£" or math.isnan(each.pounds):
        return told
    return f"{told}, which is {between(each, in_pounds(each))}"


def between(each: Knowing, show: Callable[[float], str]) -> str:
    """A value of knowing from the cautious to the corrected estimate; one number where both read alike."""
    first, last = map(show, each.between)
    return first if first == last else f"between {first} and {last}"


def in_pounds(each: Knowing) -> Callable[[float], str]:
    """How an amount of an outcome is written in pounds."""
    return lambda amount: gbp(each.pounds * amount)


def few_replications(result: Sensitivity) -> tuple[str, ...]:
    """What to say where there are few replications; nothing where there are enough."""
    made = [move.replications for move in result.tornado.moves] if result.tornado else []
    made += [each.replications for each in result.split.origins] if result.split else []
    return if_few(max(made)) if made else ()


def left_out_sentences(result: Sensitivity) -> Iterator[str]:
    """What failed and was left out."""
    worlds = int(failed(result.worlds.outcomes).sum()) if result.worlds else 0
    if worlds and not result.sobol:
        yield f"{counted(worlds, 'world')} {'was' if worlds == 1 else 'were'} left out, because a cell of it failed."
    for method, noun, rest in (
        (result.tornado, "point", " of the tornado"),
        (result.morris, "walk", ""),
        (result.sobol, "base sample", ""),
        (result.switches, "point", " along an assumption"),
    ):
        if method is not None and method.left_out:
            were = "was" if method.left_out == 1 else "were"
            told = counted(method.left_out, noun) + rest
            yield f"{told} {were} left out, because a cell of it failed."


def sentences(result: Sensitivity) -> list[str]:
    """All that was found, the decision first."""
    told: list[str] = []
    views = views_told(result.question, result)
    places = {view.places for view in views}
    if result.ahead:
        told += [ahead_sentence(e) for e in result.ahead.counts if e.view.places in places]
    if result.switches:
        for view in views:
            told += switch_sentences(view, result.switches.switches)
    for outcome in result.question.outcomes:
        told += knowing_sentences(result, outcome)
    if result.split:
        told += [luck_sentence(result.split.of(view)) for view in views]
    if result.tornado:
        told += [tornado_sentence(view, result.tornado.of(view)) for view in views]
    if result.morris:
        told += [morris_sentence(view, result.morris.of(view)) for view in views]
    if result.sobol:
        told += [
            sobol_sentence(view, result.sobol.of(view, "S1"), result.sobol.of(view))
            for view in views
        ]
    return [*told, *left_out_sentences(result), *few_replications(result)]
