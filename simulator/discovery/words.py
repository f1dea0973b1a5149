"""What was discovered, in sentences that a commissioner can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..study.shown import with_unit
from ..wording import counted, interval, share
from .axes import is_words, listed, word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..study import Dimension
    from .boxes import Counts, End
    from .result import Box, Discovered
    from .section import Condition

COUNTED = ("people", "clients", "referrals", "journeys", "exits", "deaths")
"""Units of what there are fewer of, not less."""
FEW_UNSEEN = 20
"""So few unseen worlds inside say little of a rule."""


def sentences(found: Discovered) -> list[str]:
    """Whether the plan fails, under which assumptions, and how well that is known."""
    told = [*_left_out(found)]
    if found.verdict == "no worlds":
        return [*told, "There is no world to look at: none of the points has a result."]
    told += [how_many(found), *_close(found)]
    if found.verdict == "none fail":
        return [
            *told,
            "It does not fail in any world that was tried: there is nothing to look for.",
        ]
    if found.verdict == "all fail":
        return [*told, "It fails whatever is assumed within these ranges: no limits are needed."]
    if found.verdict == "too few":
        return [*told, _too_few(found)]
    if found.verdict == "no rule":
        return [*told, _no_rule(found)]
    told += [rule(found, box, number) for number, box in enumerate(found.boxes)]
    return [*told, _elsewhere(found), *_doubts(found)]


# How often it fails


def how_many(found: Discovered) -> str:
    """In how many worlds the plan fails, and what failing is."""
    failing, worlds = found.worlds.failing, len(found.worlds)
    return f"{_plan(found)} fails ({failing_when(found)}) in {failing:,} of {counted(worlds, 'world')}."


def _plan(found: Discovered) -> str:
    plans = dict.fromkeys(each.scenario for each in found.asked.fails_when)
    return " or ".join(f"“{found.names[each]}”" for each in plans)


def failing_when(found: Discovered) -> str:
    """What counts as failing: ``fewer in recovery on 31 March 2013 than under “Keep them”``."""
    told = [_condition(found, each) for each in found.asked.fails_when]
    joint = " or " if found.asked.joined_by == "any" else " and "
    return joint.join(told)


def _condition(found: Discovered, condition: Condition) -> str:
    outcome = found.outcomes[condition.outcome]
    side = "below" if condition.below is not None else "above"
    if condition.against is None:
        return f"{outcome.label} {side} {outcome.show(condition.limit)}"
    other = f"“{found.names[condition.against]}”"
    if condition.limit:
        limit = outcome.show_difference(condition.limit)
        return f"{outcome.label}: a difference {side} {limit} from {other}"
    if outcome.unit in COUNTED:
        return f"{'fewer' if side == 'below' else 'more'} {outcome.label} than under {other}"
    return f"{outcome.label}: {'lower' if side == 'below' else 'higher'} than under {other}"


def _left_out(found: Discovered) -> list[str]:
    missing = found.worlds.left_out
    if not missing:
        return []
    return [f"{counted(missing, 'point')} left out: no result, or an assumption left open."]


def _close(found: Discovered) -> list[str]:
    worlds = found.worlds
    if worlds.replications == 1:
        return ["Each world was run once, so luck is not taken out and no interval can be told."]
    near = int((worlds.close & worlds.fails).sum())
    others = int(worlds.close.sum()) - near
    if not near + others:
        return [f"In none of them is that too close to call ({worlds.replications} runs each)."]
    which = {
        (True, True): f"{near:,} of these, and {others:,} of those where it does not",
        (True, False): f"{near:,} of these",
        (False, True): f"{others:,} of those where it does not",
    }[near > 0, others > 0]
    one = near + others == 1
    return [
        (
            f"In {which}, it is too close to call, going by {worlds.replications} runs of each: the"
            f" 95% interval of {'its' if one else 'their'} mean holds the limit."
        )
    ]


def _too_few(found: Discovered) -> str:
    failing = found.worlds.failing
    fewer = min(failing, len(found.worlds) - failing)
    kind = "fails" if fewer == failing else "holds"
    return f"That it {kind} in {counted(fewer, 'world')} is too few to find a rule and try it."


# Rules


def rule(found: Discovered, box: Box, number: int = 0) -> str:
    """One rule, how much of failing it tells, and how it does on worlds that it has not seen.

    Parameters
    ----------
    number
        How many rules come before it.
    """
    where = limits(found.dimensions, box)
    kind = "fail" if found.sought == "fails" else "hold"
    begin = _beginning(found, box, number)
    others = " that no rule before it holds" if number else ""
    all_of = "failures" if found.sought == "fails" else "worlds in which it holds"
    return (
        f"{begin} where {where}: {share(box.density)} of the {counted(box.within.worlds, 'world')}"
        f" there{others} {kind}, and {share(box.coverage)} of all {all_of} lie there."
        f"{_in_box_close(box)} {_unseen(box, kind)}"
    )


def _beginning(found: Discovered, box: Box, number: int) -> str:
    verb = "fails" if found.sought == "fails" else "holds"
    if number:
        return f"It also {verb}"
    if box.is_dense:
        return f"It {verb} mostly"
    asked = share(found.asked.least_density)
    return f"No rule has {asked} of the worlds inside it; nearest to that, it {verb} more often"


def _in_box_close(box: Box) -> str:
    return f" {box.close:,} of these worlds are too close to call." if box.close > 1 else ""


def _not_again(found: Discovered, box: Box) -> list[str]:
    """Limits that the searches on parts of the worlds did not all find."""
    counted_again = {place: box.found_again(place) for place in box.places}
    return [
        f"The limit on “{found.dimensions[place].title}” was found again in {again} of {len(box.again)}"
        " searches on parts of the worlds, so it is not sure."
        for place, again in counted_again.items()
        if again < len(box.again) - 1
    ]


def _unseen(box: Box, kind: str) -> str:
    unseen = box.held_out
    low, high = unseen.interval
    expect = f": expect that, and not {share(box.density)}" if high < box.density else ""
    few = ", which is few" if unseen.within.worlds < FEW_UNSEEN else ""
    return (
        f"On worlds that were kept out of the search, {share(unseen.density)} inside such a rule"
        f" {kind} ({_between(low, high)}, {counted(unseen.within.worlds, 'world')}{few}){expect}."
    )


def _between(low: float, high: float) -> str:
    return (
        interval(low, high, share).replace("% to", " to") if high < 1 else interval(low, 1, share)
    )


def limits(dimensions: Sequence[Dimension], box: Box) -> str:
    """The limits of a rule, that which matters most first."""
    told = [
        limit(dimensions[place], [end for end in box.ends if end.place == place])
        for place in box.places
    ]
    return f"{', '.join(told[:-1])} and {told[-1]}" if len(told) > 1 else told[0]


def limit(dimension: Dimension, ends: Sequence[End]) -> str:
    """One dimension inside a rule: ``cost of a stable client is below £27 a week``."""
    return f"{inner(dimension.title)} is {inside_words(dimension, ends)}"


def inner(title: str) -> str:
    """A title as it stands inside a sentence."""
    return title if title[1:2].isupper() else f"{title[:1].lower()}{title[1:]}"


def inside_words(dimension: Dimension, ends: Sequence[End]) -> str:
    """What lies inside: ``£27 a week or less``, ``between 3 and 5 days``, ``need or activity``."""
    if is_words(dimension):
        return " or ".join(word(dimension, each) for end in ends for each in end.words)
    low = next((end.value for end in ends if end.side == "from"), None)
    high = next((end.value for end in ends if end.side == "to"), None)
    known_numbers = listed(dimension)
    if known_numbers is not None:  # what is left of a list may be one number
        left = [
            each
            for each in known_numbers
            if (low is None or each >= low) and (high is None or each <= high)
        ]
        if len(left) == 1:
            return amount(dimension, left[0])
    if low is None:
        return f"{amount(dimension, high or 0.0)} or less"
    if high is None:
        return f"{amount(dimension, low)} or more"
    return f"between {interval(low, high, lambda each: amount(dimension, each)).replace(' to ', ' and ')}"


def amount(dimension: Dimension, value: float) -> str:
    """A value of a dimension with its unit: ``£27 a week``, ``12.5%``, ``182 days``."""
    return with_unit(value, dimension.unit)


# What else must be known


def _no_rule(found: Discovered) -> str:
    base = f"the rate of all worlds ({share(_rate(found))})"
    if found.refused is None:
        return f"No simple rule was found: no limits tell these worlds apart better than {base}."
    unseen = found.refused.held_out
    where = limits(found.dimensions, found.refused)
    kind = "fail" if found.sought == "fails" else "hold"
    tried = (
        f"{share(unseen.density)} of {counted(unseen.within.worlds, 'world')} {kind}"
        f" ({_between(*unseen.interval)})"
        if unseen.within.worlds
        else "no world lies inside"
    )
    return (
        f"No simple rule was found. The best that the search could do was: {where}. There"
        f" {share(found.refused.density)} {kind}; but where the same search was tried on worlds that it had"
        f" not seen, {tried}, which is not clearly more than {base}."
    )


def _rate(found: Discovered) -> float:
    return float(found.wanted.mean())


def _elsewhere(found: Discovered) -> str:
    rest: Counts = found.outside
    if not rest.worlds:
        return "No world lies elsewhere."
    verb = "fails" if found.sought == "fails" else "holds"
    return f"Elsewhere it {verb} in {rest.failing:,} of {counted(rest.worlds, 'world')}."


def _doubts(found: Discovered) -> list[str]:
    told = []
    if found.refused is not None:
        told.append(
            "One more rule was found and is not told: on unseen worlds it did no better than the rate of"
            " all that were left."
        )
    told += [each for box in found.boxes for each in _not_again(found, box)]
    limited = {place for box in found.boxes for place in box.places}
    unverified = [
        f"“{each.title}”"
        for place, each in enumerate(found.dimensions)
        if place in limited and each.grade == "unverified"
    ]
    if unverified:
        one = len(unverified) == 1
        told.append(
            f"{', '.join(unverified)} {'is' if one else 'are'} unverified here: find out locally"
            f" before {'it is' if one else 'they are'} relied on."
        )
    return told
