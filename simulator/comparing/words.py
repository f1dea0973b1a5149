"""What was found between plans, in sentences that numbers decide."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..sensitivity_analysis.words import named, percents
from ..study.shown import shown_range, shown_value
from ..wording import MISSING, TOO_CLOSE, counted, interval, sentence_case, verdict
from .flips import movers, rounded
from .leads import AHEAD, ALIKE, BEHIND, WITHIN_LUCK, leads

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..incentives import Estimate
    from ..sensitivity_analysis.question import Outcome
    from .flips import Flip, Mover
    from .leads import Lead
    from .worlds import Contest

MOST_FLIPS = 3
"""Flips that a sentence tells."""
_COMPARED = {"£": ("more", "less"), "%": ("higher", "lower"), "days": ("longer", "shorter")}


def quoted(title: str) -> str:
    """What a scenario is called, as it stands in a sentence."""
    return f"“{title}”"


def amount_in_words(outcome: Outcome, difference: float) -> str:
    """How much more or less, without a sign: ``£453,000 less``, ``535 more``, ``1.2 points higher``."""
    if math.isnan(difference):
        return MISSING
    more, less = _COMPARED.get(outcome.unit, ("more", "fewer"))
    size = outcome.show_difference(abs(difference)).removeprefix("+")
    return f"{size} {less if difference < 0 else more}"


def ends_in_words(outcome: Outcome, low: float, high: float) -> str:
    """From the lowest to the highest; with words on both where they go opposite ways."""
    if math.isnan(low) or math.isnan(high):
        return MISSING
    if low < 0 < high:
        return f"{amount_in_words(outcome, low)} to {amount_in_words(outcome, high)}"
    near, far = sorted((abs(low), abs(high)))
    return interval(near, far, lambda size: outcome.show_difference(size).removeprefix("+"))


def difference_in_words(outcome: Outcome, told: Estimate) -> str:
    """A difference with its interval: ``535 more (531 to 539)``, or that it is too close to call."""
    why_not = verdict(told.low, told.high)
    ends = ends_in_words(outcome, told.low, told.high)
    if why_not == TOO_CLOSE:
        return f"{TOO_CLOSE} ({ends})"
    if why_not:
        return f"{amount_in_words(outcome, told.mean)} ({why_not})"
    return f"{amount_in_words(outcome, told.mean)} ({ends})"


# In many worlds


def lead_sentence(contest: Contest, lead: Lead) -> str:
    """In how many worlds a plan beats another, how sure that is, and by how much."""
    outcome = lead.view.outcome
    label = sentence_case(outcome.label)
    if not lead.worlds:
        return f"{label}: no world was lived through."
    first, other = _both(contest, lead)
    if lead.count(ALIKE) == lead.worlds:
        return f"{label}: {first} and {other} are exactly alike in all {lead.worlds:,} worlds."
    if not lead.count(AHEAD) + lead.count(BEHIND):
        within = counted(lead.worlds, "world")
        return (
            f"{label}: {TOO_CLOSE} between {first} and {other}: in none of {within} do they differ beyond luck."
            f" On average {difference_in_words(outcome, lead.average)}."
        )
    loses = lead.behind > lead.ahead
    share = lead.share_behind if loses else lead.share
    surely, not_so = (lead.count(kind) for kind in ((BEHIND, AHEAD) if loses else (AHEAD, BEHIND)))
    rest = [f"the other way beyond luck in {not_so:,}"] if not_so else []
    rest += [f"within luck in {lead.count(WITHIN_LUCK):,}"] if lead.count(WITHIN_LUCK) else []
    rest += [f"exactly alike in {lead.count(ALIKE):,}"] if lead.count(ALIKE) else []
    return (
        f"{_worlds_won(contest, lead)} ({percents(*share)}), beyond luck in {', '.join([f'{surely:,}', *rest])}."
        f" On average {_average(lead, first)}."
    )


def _both(contest: Contest, lead: Lead) -> tuple[str, str]:
    """The two that are held against each other, as they stand in a sentence."""
    first, other = (lead.view.scenario, lead.view.baseline)
    return quoted(contest.title(first)), quoted(contest.title(other))


def _worlds_won(contest: Contest, lead: Lead) -> str:
    """Who beats whom in how many worlds, in what."""
    loses = lead.behind > lead.ahead
    beats = _beats(lead, *_both(contest, lead), loses=loses)
    won = lead.behind if loses else lead.ahead
    label = sentence_case(lead.view.outcome.label)
    return f"{label}: {beats} in {won:,} of {counted(lead.worlds, 'world')}"


def _average(lead: Lead, first: str) -> str:
    average, outcome = lead.average, lead.view.outcome
    close = verdict(average.low, average.high) == TOO_CLOSE
    return f"{'' if close else f'under {first} '}{difference_in_words(outcome, average)}"


def _beats(lead: Lead, first: str, other: str, *, loses: bool) -> str:
    """Who beats whom, or where nobody may say what is better, which is higher."""
    if lead.better:
        return f"{other} beats {first}" if loses else f"{first} beats {other}"
    return f"{first} is {'lower' if loses else 'higher'} than {other}"


def flip_sentence(contest: Contest, found: Sequence[Mover]) -> str:
    """Which assumption turns the lead around and where, or what comes nearest to it."""
    told = [flip for mover in found for flip in mover.flips]
    if told:
        return " ".join(_flip(contest, flip) for flip in told[:MOST_FLIPS])
    clear = [each for each in found if each.is_clear]
    if not found:
        return "Too few worlds to say what it hangs on."
    if not clear:
        return "No assumption is seen to move it beyond chance."
    first = clear[0]
    low, high = (
        f"{amount_in_words(first.view.outcome, float(first.curve.mean[place]))} at"
        f" {shown_value(first.dimension, float(first.curve.tried[place]))}"
        for place in (0, -1)
    )
    return (
        f"No single assumption flips it beyond chance; it hangs most on “{named(first.dimension)}”:"
        f" {low}, {high}."
    )


def _flip(contest: Contest, flip: Flip) -> str:
    above, below = (quoted(contest.title(n)) for n in (flip.ahead_above, flip.ahead_below))
    plan = quoted(contest.title(flip.view.scenario))
    where = rounded(flip)
    won, of = flip.won_below
    won_above, of_above = flip.won_above
    ahead = "ahead" if contest.better[flip.view.places[2]] else "higher"
    return (
        f"It flips if “{named(flip.dimension)}” passes {shown_value(flip.dimension, where[0])}"
        f" ({_stretch(flip)}): below, {below} is {ahead}, above, {above}."
        f" {plan} came out {ahead} in {won} of {counted(of, 'world')} below and in {won_above} of {of_above} above."
    )


def _stretch(flip: Flip) -> str:
    _, low, high = rounded(flip)
    return f"{TOO_CLOSE} from {shown_range(flip.dimension, low, high)}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of one number.

    Parameters
    ----------
    in_short
        Who beats whom in how many worlds, and what flips it.
    flips
        What flips it: ``“Relapse” is above 34%``; empty where nothing does.
    whole
        The same with how sure it is, by how much, and what was counted on either side of a flip.
    """

    lead: Lead
    in_short: str
    flips: str
    whole: str


def answers(contest: Contest, scenario: int = 1, baseline: int = 0) -> Iterator[Answer]:
    """For each number in how many worlds a plan beats another, and what flips it."""
    for outcome, lead in enumerate(leads(contest, scenario, baseline)):
        whole = lead_sentence(contest, lead)
        if not lead.count(AHEAD) + lead.count(BEHIND):
            yield Answer(lead, whole, "", whole)
            continue
        found = movers(contest, scenario, baseline, outcome)
        turned = _turned(lead, found)
        flips = f"; it flips if {turned}" if turned else "; no single assumption flips it"
        short = f"{_worlds_won(contest, lead)}{flips if found else ''}."
        yield Answer(lead, short, turned, f"{whole} {flip_sentence(contest, found)}")


def _turned(lead: Lead, found: Sequence[Mover]) -> str:
    """On which side of which values the one that is mostly ahead is so no more."""
    view = lead.view
    leads_now = view.baseline if lead.behind > lead.ahead else view.scenario
    told = [flip for mover in found for flip in mover.flips]
    return " or ".join(
        f"“{named(flip.dimension)}” is {'above' if flip.ahead_below == leads_now else 'below'}"
        f" {shown_value(flip.dimension, rounded(flip)[0])}"
        for flip in told[:MOST_FLIPS]
    )


def in_short(contest: Contest, scenario: int = 1, baseline: int = 0) -> str:
    """The answer in a line: who beats whom in how many worlds in the first number, and what flips it."""
    return next(answers(contest, scenario, baseline)).whole


def sentences(contest: Contest, scenario: int = 1, baseline: int = 0) -> Iterator[str]:
    """For each number in how many worlds a plan beats another, and what flips it."""
    return (each.whole for each in answers(contest, scenario, baseline))


def how_drawn(contest: Contest) -> str:
    """What the worlds are, and what was left out, in words."""
    assumed = counted(len(contest.dimensions), "assumption")
    told = (
        f"{counted(contest.worlds, 'world')}: {assumed} drawn together, each evenly within the range of its evidence,"
        f" and lived under every plan with the same luck ({counted(contest.runs, 'run')} in all). Luck differs from"
        f" world to world; what it does was measured in worlds that were lived twice."
    )
    left = len(contest.points) - contest.worlds
    if not left:
        return told
    why = f" ({contest.failures[0]})" if contest.failures else ""
    return f"{told} {counted(left, 'world')} could not be lived in and {_was(left)} left out{why}."


def _was(many: int) -> str:
    return "was" if many == 1 else "were"
