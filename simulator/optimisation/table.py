"""What a search found, as rows of a table and as a record."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .judging import held
from .question import SUGGESTED
from .words import in_own_sense, sentences

if TYPE_CHECKING:
    from .found import Found

DIGITS = 10
"""Significant digits of a value in a record."""


def rows(found: Found) -> list[dict[str, Any]]:
    """One row for each plan that was tried, in the order of the trials."""
    return [_row(found, number) for number in range(len(found.tried.plans))]


def _row(found: Found, number: int) -> dict[str, Any]:
    tried, confirmed = found.tried, found.confirmed
    lived_again = confirmed is not None and number in confirmed.places
    return {
        "plan": number,
        "own": number == 0,
        **_levers(found, number),
        "changed": tried.distance(number),
        "judged": bool(tried.judged[number]),
        **_objectives(found, number),
        **_limits(found, number),
        "holds_limits": bool(tried.feasible[number]),
        "on_frontier": bool(found.on_frontier[number]),
        "best_so_far": float(found.progress[number]),
        "confirmed": lived_again,
        **_confirmed(found, number),
        "standing": _standing(found, number),
    }


def _levers(found: Found, number: int) -> dict[str, Any]:
    told = {}
    for each, value in zip(found.question.levers.levers, found.tried.plans[number], strict=True):
        listed = each.listed
        missing = math.isnan(value)
        told[f"lever_{each.dimension.name}"] = (
            value if listed is None or missing else listed[round(value)]
        )
    return told


def _objectives(found: Found, number: int) -> dict[str, float]:
    values = found.shown(found.tried.scores)[number]
    return {
        each.outcome.key: float(value)
        for each, value in zip(found.question.objectives, values, strict=True)
    }


def _limits(found: Found, number: int) -> dict[str, Any]:
    told: dict[str, Any] = {}
    first = len(found.question.objectives)
    for place, each in enumerate(found.question.limits):
        by_world = found.tried.by_world[number, :, first + place]
        holds = held(by_world, each.limit)
        key = f"limit_{each.outcome.key}"
        told |= {
            key: float(by_world.mean()),
            f"{key}_worlds": int(holds.sum()),
            f"{key}_broken_share": max(float(found.tried.breaches[number, place]), 0.0),
        }
    return told


def _confirmed(found: Found, number: int) -> dict[str, Any]:
    told: dict[str, Any] = {}
    confirmed = found.confirmed
    place = confirmed.places.index(number) if confirmed and number in confirmed.places else None
    for at, each in enumerate(found.question.objectives):
        parts = (math.nan,) * 3
        if confirmed is not None and place is not None:
            known = in_own_sense(found, confirmed.score(place, at), at)
            parts = (known.mean, known.low, known.high)
        key = f"confirmed_{each.outcome.key}"
        told |= dict(zip((key, f"{key}_low", f"{key}_high"), parts, strict=True))
    here = confirmed is not None and place is not None
    told["confirmed_holds_limits"] = _verdict(found, place) if here else ""
    if len(found.question.objectives) > 1:
        stays = float(confirmed.stays[place]) if confirmed and place is not None else math.nan
        told["stays_on_frontier_share"] = stays
    return told


def _verdict(found: Found, place: int | None) -> str:
    """How a confirmed plan holds its limits: as the limit that it holds worst."""
    assert found.confirmed is not None  # noqa: S101 # only asked of plans that were confirmed
    assert place is not None  # noqa: S101 # as above
    verdicts = [kept.verdict for kept in found.confirmed.limits[place]]
    return next((each for each in ("broken", "too close to call") if each in verdicts), "held")


def _standing(found: Found, number: int) -> str:
    """What a plan is, after all."""
    if number == found.winner:
        return "best"
    if number in found.tied:
        return "cannot be told from the best"
    confirmed = found.confirmed
    if found.choice is None and confirmed is not None and number in confirmed.places:
        return confirmed.standings[confirmed.places.index(number)]
    return ""


def record(found: Found) -> dict[str, Any]:
    """All of it in plain values that JSON can hold; what is missing is null."""
    question = found.question
    worlds = [
        {each.name: _number(value) for each, value in zip(question.factors, row, strict=True)}
        for row in question.worlds.tolist()
    ]
    return {
        "status": SUGGESTED,
        "asked": question.asked.model_dump(mode="json"),
        "scenario": question.scenario_name,
        "seed": question.seed,
        "replications": question.replications,
        "method": found.tried.method,
        "worlds": worlds,
        "verdict": found.verdict,
        "winner": found.winner,
        "cannot_be_told_apart": list(found.tied) if found.winner is None else [],
        "suggested": list(found.suggested),
        "differences": _differences(found),
        "plans": [{name: _plain(value) for name, value in row.items()} for row in rows(found)],
        "sentences": sentences(found),
    }


def _differences(found: Found) -> list[dict[str, Any]]:
    """By how much the leader is better than each other plan that was compared."""
    choice, confirmed = found.choice, found.confirmed
    if choice is None or choice.leader is None or confirmed is None:
        return []
    return [
        {
            "leader": confirmed.places[choice.leader],
            "plan": confirmed.places[each.place],
            "better_by": _number(each.better.mean),
            "low": _number(each.better.low),
            "high": _number(each.better.high),
            "low_in_other_worlds": _number(each.other_worlds.low) if each.other_worlds else None,
            "high_in_other_worlds": _number(each.other_worlds.high) if each.other_worlds else None,
            "worlds_in_which_better": each.worlds,
            "within_noise": each.within_noise,
        }
        for each in choice.ahead
    ]


def _plain(value: Any) -> Any:
    return _number(value) if isinstance(value, float) else value


def _number(value: float) -> float | None:
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
