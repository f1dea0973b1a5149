"""What a search found, in sentences that numbers decide."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..incentives.estimate import if_few
from ..study.shown import AS_IT_IS
from ..wording import NO_INTERVAL, TOO_CLOSE, counted, interval, sentence_case, too_close_to_call
from .asking import drawn_evenly
from .nearby import PART
from .own import DIFFERS
from .question import SUGGESTED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..incentives import Estimate
    from .choice import Ahead
    from .confirm import Confirmed, Kept
    from .found import Found
    from .question import Objective, Question

OWN = "the scenario's own plan"


def plan_name(number: int) -> str:
    """What a plan is called, by its trial: ``plan 17``; the first is the scenario's own."""
    return OWN if number == 0 else f"plan {number}"


def listed(texts: Sequence[str]) -> str:
    """Several things in a sentence: ``a, b and c``."""
    *others, last = texts
    return f"{', '.join(others)} and {last}" if others else last


def where(question: Question) -> str:
    """Over which worlds a number is told."""
    many = question.number_of_worlds
    if many == 1:
        return "in the one world" if question.factors else "in the scenario's own world"
    robust = question.asked.robust
    if robust == "mean":
        return f"on average over {many} worlds"
    if robust == "worst_tenth":
        return f"in the worst tenth of {many} worlds"
    return f"lost against the best plan of each world, in the worst tenth of {many} worlds"


def wanted(objective: Objective) -> str:
    """An objective in words: ``in recovery on 31 March 2013 (higher is better)``."""
    return f"{objective.outcome.label} ({objective.direction} is better)"


def shown(found: Found, objective: int) -> Callable[[float], str]:
    """How values of an objective are written; a regret is a difference."""
    outcome = found.question.objectives[objective].outcome
    return _size(outcome.show_difference) if _is_regret(found) else outcome.show


def _is_regret(found: Found) -> bool:
    return found.question.asked.robust == "regret"


def _size(show: Callable[[float], str]) -> Callable[[float], str]:
    """A difference as a size, without the sign of a gain."""
    return lambda amount: show(amount).removeprefix("+")


def with_interval(estimate: Estimate, show: Callable[[float], str]) -> str:
    """A number and its interval: ``120 (100 to 140)``."""
    return f"{show(estimate.mean)} ({between(estimate, show)})"


def between(estimate: Estimate, show: Callable[[float], str]) -> str:
    """An interval in words."""
    if math.isnan(estimate.low):
        return NO_INTERVAL
    return interval(estimate.low, estimate.high, show)


def in_own_sense(found: Found, estimate: Estimate, objective: int) -> Estimate:
    """A score as the outcome's own value."""
    turned = not _is_regret(found) and found.question.objectives[objective].sign < 0
    return estimate.turned if turned else estimate


def measured(found: Found, place: int, objective: int) -> str:
    """A confirmed plan's objective with its interval, by new luck."""
    assert found.confirmed is not None  # noqa: S101 # only asked of plans that were confirmed
    estimate = in_own_sense(found, found.confirmed.score(place, objective), objective)
    return with_interval(estimate, shown(found, objective))


def settings(found: Found, number: int) -> list[tuple[str, str, str]]:
    """Each lever of a plan: its title, its value, and the value of the scenario's own plan."""
    question = found.question
    titles = [each.dimension.title for each in question.levers.levers]
    told = question.told(found.tried.plans[number])
    return list(zip(titles, told, question.told(question.own), strict=True))


def changes(found: Found, number: int) -> str:
    """What a plan changes of the scenario's own, in a line."""
    told = [
        f"{title[:1].lower()}{title[1:]} {value}{_instead_of(before)}"
        for title, value, before in settings(found, number)
        if value != before
    ]
    return listed(told) if told else "nothing is changed"


def _instead_of(before: str) -> str:
    if before == AS_IT_IS:
        return ""
    if before.startswith(DIFFERS):
        return f" instead of what differs{before.removeprefix(DIFFERS)}"
    return f" instead of {before}"


def hold(number: int, tried: int) -> str:
    """How many of those tried hold the limits: ``1 of them holds``, ``none of them holds``."""
    if tried == 1:
        return "it holds" if number else "it does not hold"
    if number in (0, tried):
        return "all of them hold" if number else "none of them holds"
    return f"{number:,} of them {'holds' if number == 1 else 'hold'}"


def _were(number: int, noun: str) -> str:
    return f"{counted(number, noun)} {'was' if number == 1 else 'were'}"


def ahead_of(found: Found, each: Ahead) -> str:
    """By how much the leader is better than another, in a sentence without its subject."""
    assert found.confirmed is not None  # noqa: S101 # there is a leader only among the confirmed
    show = _size(found.question.objectives[0].outcome.show_difference)
    number = found.confirmed.places[each.place]
    many = found.question.number_of_worlds
    worlds = f", better in {each.worlds} of {many} worlds" if many > 1 else ""
    noise = f": {TOO_CLOSE}" if each.within_noise else ""
    return f"{plan_name(number)} by {with_interval(each.better, show)}{worlds}{noise}"


def sentences(found: Found) -> list[str]:
    """What was found, the most important first; nothing of it is decided."""
    return [*_headline(found), *_limits(found), *_how(found)]


def _headline(found: Found) -> Iterator[str]:
    confirmed = found.confirmed
    if confirmed is None or not confirmed.holding.any():
        yield from _nobody(found)
    elif found.choice is None:
        yield from _frontier(found, confirmed)
    else:
        yield from _best(found, confirmed)


def _nobody(found: Found) -> Iterator[str]:
    many = counted(len(found.tried.plans), "plan")
    if found.confirmed is not None:
        chosen = counted(len(found.confirmed.places), "plan")
        tried = _were(len(found.tried.plans), "plan")
        yield (
            f"None of the {chosen} that were confirmed holds the limits under new luck; {tried} tried."
            if len(found.confirmed.places) > 1
            else f"{sentence_case(OWN)} alone was confirmed and breaks the limits under new luck; {tried} tried."
        )
    elif found.least_broken is None:
        yield f"None of the {many} that were tried could be judged: runs failed, or nothing was there to measure."
        return
    else:
        yield f"No plan holds the limits, of the {many} that were tried."
    number = found.least_broken
    if number is not None:
        broken = [
            f"{each.told}: {each.outcome.show(float(value))}"
            for each, value, by in zip(
                found.question.limits,
                _limit_means(found, number),
                found.tried.breaches[number],
                strict=True,
            )
            if by > 0
        ]
        told = f" It misses: {'; '.join(broken)}." if broken else ""
        yield (
            f"{sentence_case(plan_name(number))} breaks them least, by the luck of the search:"
            f" {changes(found, number)}.{told}"
        )


def _limit_means(found: Found, number: int) -> list[float]:
    first = len(found.question.objectives)
    means: list[float] = found.tried.by_world[number, :, first:].mean(axis=0).tolist()
    return means


def _best(found: Found, confirmed: Confirmed) -> Iterator[str]:
    choice, objective = found.choice, found.question.objectives[0]
    assert choice is not None  # noqa: S101 # there is one objective
    assert choice.first is not None  # noqa: S101 # and a plan that holds the limits
    first, many = confirmed.places[choice.first], len(confirmed.places)
    value = f"{objective.outcome.label} {measured(found, choice.first, 0)} {where(found.question)}"
    if first == 0:
        yield f"Nothing that was tried is shown to beat {OWN}: {value}."
    elif found.winner is not None:
        yield (
            f"{SUGGESTED.capitalize()}: {plan_name(first)} is the best of the {many} that were confirmed:"
            f" {changes(found, first)}; {value}."
        )
    else:
        names = listed([plan_name(number) for number in found.tied])
        yield (
            f"{SUGGESTED.capitalize()}: no one plan is best. {sentence_case(names)} cannot be told apart; they beat"
            f" the others that were confirmed. {sentence_case(plan_name(first))} changes least:"
            f" {changes(found, first)}; {value}."
        )
    yield from _margins(found, confirmed)


def _margins(found: Found, confirmed: Confirmed) -> Iterator[str]:
    choice = found.choice
    if choice is None or choice.leader is None or not choice.ahead:
        return
    leader = sentence_case(plan_name(confirmed.places[choice.leader]))
    told = "; ".join(ahead_of(found, each) for each in choice.ahead)
    yield f"{leader} comes out best under new luck, ahead of {told}."
    if any(_may_turn(each) for each in choice.ahead):
        yield (
            "With other worlds drawn from the same assumptions the order might be another: over worlds and luck"
            " together the interval of some of these differences holds zero."
        )


def _may_turn(each: Ahead) -> bool:
    told = each.other_worlds
    return not each.within_noise and told is not None and not told.low > 0


def _frontier(found: Found, confirmed: Confirmed) -> Iterator[str]:
    tried, front = len(found.tried.plans), int(found.on_frontier.sum())
    limits = (
        f"{hold(int(found.tried.feasible.sum()), tried)} the limits; "
        if found.question.limits
        else ""
    )
    of_these = " of these" if limits else ""
    be = "is" if front == 1 else "are"
    suggested = f"{SUGGESTED.capitalize()}: " if found.suggested else ""
    chosen = len(confirmed.places)
    lived = (
        f"{chosen} plans were confirmed under new luck, {OWN} among them."
        if chosen > 1
        else f"{sentence_case(OWN)} alone was confirmed under new luck: no other was left to confirm."
    )
    yield (
        f"{suggested}{_were(tried, 'plan')} tried. {sentence_case(limits)}{front:,}{of_these} {be}"
        f" beaten by no other in everything, by the luck of the search. {lived} {_standings(confirmed)}".rstrip()
    )
    for place, number in enumerate(confirmed.places):
        if number in found.suggested:
            yield _on_frontier(found, confirmed, place)
    if len(confirmed.places) > 1:
        yield _beats_own(found, confirmed)


def _standings(confirmed: Confirmed) -> str:
    """Which of the confirmed plans are on the frontier, and which may be."""
    told = {
        kind: [
            plan_name(number)
            for number, standing in zip(confirmed.places, confirmed.standings, strict=True)
            if standing == kind
        ]
        for kind in ("on the frontier", TOO_CLOSE, "beaten")
    }
    if len(confirmed.places) == 1:
        return ""
    words = {
        "on the frontier": "beaten by no other",
        TOO_CLOSE: TOO_CLOSE,
        "beaten": "beaten in everything by another, or shown to break a limit",
    }
    return (
        "; ".join(
            f"{sentence_case(words[kind]) if not place else words[kind]}: {listed(names)}"
            for place, (kind, names) in enumerate(
                (kind, names) for kind, names in told.items() if names
            )
        )
        + "."
    )


def _on_frontier(found: Found, confirmed: Confirmed, place: int) -> str:
    number = confirmed.places[place]
    values = "; ".join(
        f"{each.outcome.label} {measured(found, place, at)}{_than_own(found, place, at)}"
        for at, each in enumerate(found.question.objectives)
    )
    return (
        f"{sentence_case(plan_name(number))} ({changes(found, number)}): {values}; it stays on the frontier in"
        f" {100 * float(confirmed.stays[place]):.0f}% of bootstraps of the luck."
    )


def from_own(found: Found, place: int, objective: int) -> Estimate:
    """How a confirmed plan differs from the scenario's own in an objective, paired; in the outcome's own sense."""
    assert found.confirmed is not None  # noqa: S101 # only asked of plans that were confirmed
    return in_own_sense(found, found.confirmed.worse(place, 0, objective), objective)


def difference_told(found: Found, place: int, objective: int) -> str:
    """The same in words: ``+97 (+95 to +99)``."""
    known = from_own(found, place, objective)
    show = found.question.objectives[objective].outcome.show_difference
    noise = f", {TOO_CLOSE}" if too_close_to_call(known.low, known.high) else ""
    return f"{with_interval(known, show)}{noise}"


def _than_own(found: Found, place: int, objective: int) -> str:
    assert found.confirmed is not None  # noqa: S101 # as above
    if not place or not found.confirmed.judged[0]:
        return ""
    return f", against {OWN} {difference_told(found, place, objective)}"


def _beats_own(found: Found, confirmed: Confirmed) -> str:
    many = range(len(found.question.objectives))
    if not confirmed.holding[0]:
        return f"{sentence_case(OWN)} breaks a limit or could not be judged."
    better = [
        plan_name(number)
        for place, number in enumerate(confirmed.places)
        if number in found.suggested
        and all(confirmed.worse(0, place, objective, len(many)).low > 0 for objective in many)
    ]
    return f"Shown to be better than {OWN} in everything that is asked: {listed(better or ['none of them'])}."


def _limits(found: Found) -> Iterator[str]:
    """Limits that are not sure to hold, of the scenario's own plan and of those suggested."""
    confirmed = found.confirmed
    if confirmed is None or not found.question.limits:
        return
    for number in (0, *found.suggested):
        place = confirmed.places.index(number)
        if not confirmed.judged[place]:
            yield f"{sentence_case(plan_name(number))} could not be judged: runs failed."
            continue
        for kept in confirmed.limits[place]:
            if kept.verdict != "held":
                yield f"{sentence_case(plan_name(number))}: {limit_told(found, kept)}."
    sound = [
        plan_name(number)
        for number in found.suggested
        if all(kept.verdict == "held" for kept in confirmed.limits[confirmed.places.index(number)])
    ]
    if sound:
        yield f"{sentence_case(listed(sound))} {'hold' if len(sound) > 1 else 'holds'} every limit under new luck."


def limit_told(found: Found, kept: Kept) -> str:
    """How a limit is kept, by new luck."""
    verdict = {
        "held": "holds",
        "broken": "is broken",
        TOO_CLOSE: "may or may not hold, too close to call",
    }[kept.verdict]
    many = found.question.number_of_worlds
    worlds = f", {kept.worlds} of {many} worlds" if many > 1 else ""
    value = with_interval(kept.value, kept.bound.outcome.show)
    return f"the limit {kept.bound.told}, {verdict}: {value}{worlds}"


def _how(found: Found) -> Iterator[str]:
    question, tried = found.question, found.tried
    every = ", which are all that may be tried" if tried.method == "all" else ""
    told_before = found.verdict == "a frontier"
    holding = sentence_case(hold(int(tried.feasible.sum()), len(tried.plans)))
    limits = f" {holding} the limits." if question.limits and not told_before else ""
    missing = int((~tried.judged).sum())
    failed = f" {missing:,} could not be judged." if missing else ""
    yield (
        f"{_were(len(tried.plans), 'plan')} tried{every}, each with {counted(question.replications, 'run')} in"
        f" {counted(question.number_of_worlds, 'world')}.{limits}{failed}{_alike(found)}"
    )
    if not is_steered(found):
        yield drawn_evenly_told(found)
    yield from _ends(found)
    yield from if_few(question.asked.confirm.replications)


def drawn_evenly_told(found: Found) -> str:
    """What to say where no plan was chosen by those tried before it."""
    near = ", the last of them near the best so far" if near_the_best(found) else ""
    return f"Plans were drawn evenly{near}: too few trials for a search."


def near_the_best(found: Found) -> bool:
    """Whether the last plans were drawn near the best."""
    tried, one = found.tried, len(found.question.objectives) == 1
    return tried.method == "tpe" and one and int(PART * len(tried.plans)) > 0


def is_steered(found: Found) -> bool:
    """Whether enough plans were tried for any to be chosen by what was tried before it."""
    tried = found.tried
    return len(tried.plans) > drawn_evenly(tried.method, found.question.asked.trials)


def _alike(found: Found) -> str:
    """How many of those tried are as good as the best, by the luck of the search."""
    if found.choice is None or not found.tried.feasible.any():
        return ""
    many = found.within_noise
    be = "is" if many == 1 else "are"
    return f" By the luck of the search alone, {counted(many, 'plan')} {be} within noise of the best of them."


def _ends(found: Found) -> Iterator[str]:
    """Levers of what is suggested that stand at an end of what was tried."""
    told = []
    for place, lever in enumerate(found.question.levers.levers):
        title = lever.dimension.title
        for end in dict.fromkeys((lever.tried[0], lever.tried[-1])):
            names = [
                plan_name(number)
                for number in found.suggested
                if found.tried.plans[number][place] == end
            ]
            if names and lever.listed is None and lever.tried[0] != lever.tried[-1]:
                told.append(
                    f"{title[:1].lower()}{title[1:]} at {lever.told(end)} ({listed(names)})"
                )
    if told:
        yield f"At an end of what was tried, so that plans beyond it might be better still: {'; '.join(told)}."
