"""The stages in which people stand, finer than the model's states: who is ready, and how somebody went for good.

A client who is ready to leave and still in treatment stands in a stage of its own, for that is where a plan that
protects its numbers keeps people.
"""

from __future__ import annotations

from enum import IntEnum

from ..journal import MOVES, Happened, State


class Stage(IntEnum):
    """Where a person stands."""

    NOT_YET = 0
    UNTREATED = 1
    WAITING = 2
    IN_TREATMENT = 3
    READY = 4
    IN_RECOVERY = 5
    PRISON = 6
    STOPPED = 7
    MOVED_AWAY = 8
    DIED = 9


STAGES = tuple(Stage)
TREATED = (Stage.IN_TREATMENT, Stage.READY)
"""In treatment, ready to leave or not."""
GONE = (Stage.STOPPED, Stage.MOVED_AWAY, Stage.DIED)
"""What the model's state of being gone holds; nobody comes back from there."""

NAMES: dict[Stage, str] = {
    Stage.NOT_YET: "not yet in need",
    Stage.UNTREATED: "untreated",
    Stage.WAITING: "waiting",
    Stage.IN_TREATMENT: "in treatment, not ready",
    Stage.READY: "in treatment, ready to leave",
    Stage.IN_RECOVERY: "in recovery",
    Stage.PRISON: "in prison",
    Stage.STOPPED: "stopped without treatment",
    Stage.MOVED_AWAY: "moved away",
    Stage.DIED: "died",
}
"""Each stage in plain words, to stand after *is* or *has*."""

_OF_STATE = {
    State.NOT_YET: Stage.NOT_YET,
    State.UNTREATED: Stage.UNTREATED,
    State.WAITING: Stage.WAITING,
    State.IN_TREATMENT: Stage.IN_TREATMENT,
    State.IN_RECOVERY: Stage.IN_RECOVERY,
    State.PRISON: Stage.PRISON,
}
_GONE_BY = {Happened.STOPPED: Stage.STOPPED, Happened.MOVED_AWAY: Stage.MOVED_AWAY}

LEADS_TO: dict[Happened, Stage] = {
    what: _OF_STATE.get(target) or _GONE_BY.get(what, Stage.DIED)
    for what, (_, target) in MOVES.items()
} | {Happened.READY: Stage.READY}
"""The stage after each record that changes it; all others leave a person where they are."""


def state_of(stage: Stage) -> State:
    """The model's state that a stage is part of."""
    if stage in GONE:
        return State.GONE
    return State.IN_TREATMENT if stage in TREATED else State[stage.name]


# A judgement, and the only one that the count of who gains stands on: four rungs, told beside every result.
_RUNGS: dict[Stage, int] = {
    Stage.DIED: 0,
    Stage.UNTREATED: 1,
    Stage.WAITING: 1,
    Stage.PRISON: 1,
    Stage.IN_TREATMENT: 2,
    Stage.READY: 2,
    Stage.IN_RECOVERY: 3,
    Stage.STOPPED: 3,
}
RUNGS_IN_WORDS = (
    "Better means: in recovery or stopped without treatment, before in treatment, before untreated, waiting or in"
    " prison, before dead. Who moved away under either plan is not compared."
)


def rung(stage: int) -> int | None:
    """How well somebody stands, from 0 (died) to 3 (in recovery, or stopped); none where it is not known.

    Parameters
    ----------
    stage
        A `Stage` number. People who moved away, or do not need treatment yet, are on no rung.
    """
    return _RUNGS.get(Stage(stage))
