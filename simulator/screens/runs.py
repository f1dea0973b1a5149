"""Runs that a page shows: they are asked for, and the page is drawn anew whenever enough more of them are there."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import streamlit as st

from ..jobs import mark_of
from . import pieces, state
from .desk import desk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..jobs import Look
    from ..replicate import Sample
    from ..scenario import Scenario

STEPS = (4, 10, 20, 50, 100, 200, 300, 400, 500)
"""Runs of each after which the results are drawn again: a page that changes all the time cannot be read."""
SOON_SECONDS, LATER_SECONDS = 0.25, 1.0
"""How often a page looks: for its first results, and for better ones; less often where many people look."""
SOON_EACH_SECONDS, LATER_EACH_SECONDS = 0.05, 0.1
"""What each visitor whose runs are under way adds to that, beyond the first few: looking takes time from all."""

Looks: TypeAlias = "tuple[Look, ...]"


class Said(NamedTuple):
    """How far runs are, in a page's own words.

    Parameters
    ----------
    moving, stopped, ended
        What is said while more are on their way, where the visitor stopped them, and when all are there.
    stop, may_stop
        What the button says that stops them, and whether it may be used yet.
    """

    done: int
    of: int
    moving: str
    stopped: str
    ended: str
    stop: str = "Stop"
    may_stop: bool = True

    @classmethod
    def counted(cls, done: int, of: int, what: str, ended: str) -> Said:
        """The usual words: how many there are of something, such as "pairs of runs"."""
        told = f"{done} of {of} {what}"
        return cls(done, of, told, f"Stopped at {told}.", ended)


def follow(
    name: str,
    wanted: Sequence[Scenario],
    say: Callable[[Looks], Said],
    parts: Sequence[slice] = (slice(None),),
    beneath: Callable[[Looks], None] = lambda _: None,
) -> Looks:
    """Have scenarios run, and draw how far they are; whoever calls draws what has come of them.

    Only how far they are is drawn again and again, with what stands beneath it. The page as a whole is drawn anew when some part has reached the
    next step, or when nothing moves any more.

    Parameters
    ----------
    name
        What the page calls this, for its keys.
    parts
        Scenarios that are shown together, each as soon as all of them are there.
    beneath
        Draws what is to be seen before the page as a whole is drawn anew, and costs little.

    Returns
    -------
    What was seen when the page was drawn.
    """
    looks = look(name, wanted)
    moves = any(each.moves for each in looks)
    soon = not all(reached(looks[part]) for part in parts if looks[part])
    seconds = _every(soon=soon) if moves else None
    st.session_state[_drawn(name)] = None  # so that this first look leads nowhere
    looks = pieces.polled(partial(_progress, name, wanted, say, parts, beneath), seconds)
    st.session_state[_drawn(name)] = _stand(looks, parts)
    return looks


def _every(*, soon: bool) -> float:
    """Seconds between two looks."""
    many = desk().lookers
    if soon:
        return max(SOON_SECONDS, SOON_EACH_SECONDS * many)
    return max(LATER_SECONDS, LATER_EACH_SECONDS * many)


def look(name: str, wanted: Sequence[Scenario]) -> Looks:
    """How far the runs are; more are asked for, unless the visitor stopped them."""
    now = state.visit()
    if st.session_state.get(_stopped(name)) == _key(wanted):
        return desk().see(wanted, now.seed, now.replications)
    return desk().look_at(wanted, now.seed, now.replications, state.who())


def reached(looks: Looks) -> int:
    """How many runs there are of each, in steps."""
    done = min((each.done for each in looks), default=0)
    most = looks[0].wanted if looks else 0
    return max((each for each in (*STEPS, most) if each <= done), default=0)


def told_apart(*samples: Sample) -> tuple[str, ...]:
    """What tells runs, under the names that they have on a page, from all others."""
    return tuple(
        f"{mark_of(each.scenario)} {each.seed} {each.replications} {each.scenario.name} {each.scenario.title}"
        for each in samples
    )


def _drawn(name: str) -> str:
    return f"{name} drawn"


def _stopped(name: str) -> str:
    return f"{name} stopped"


def _key(wanted: Sequence[Scenario]) -> tuple[object, ...]:
    now = state.visit()
    return (*map(mark_of, wanted), now.seed, now.replications)


def _stand(looks: Looks, parts: Sequence[slice]) -> tuple[object, ...]:
    return (any(each.moves for each in looks), *(reached(looks[part]) for part in parts))


def _progress(
    name: str,
    wanted: Sequence[Scenario],
    say: Callable[[Looks], Said],
    parts: Sequence[slice],
    beneath: Callable[[Looks], None],
) -> Looks:
    looks = look(name, wanted)
    _say(name, wanted, looks, say(looks))
    beneath(looks)
    drawn = st.session_state.get(_drawn(name))
    if drawn is not None and drawn != _stand(looks, parts):
        st.rerun()
    return looks


def _say(name: str, wanted: Sequence[Scenario], looks: Looks, said: Said) -> None:
    for told in dict.fromkeys(each.told for each in looks if each.told):
        st.error(pieces.safe(told))
    if said.done >= said.of:
        st.caption(said.ended)
        return
    bar, button = st.columns([4, 1], vertical_alignment="bottom")
    if any(each.moves for each in looks):
        bar.progress(said.done / said.of, text=said.moving)
        button.button(
            said.stop,
            key=f"{name} stop",
            on_click=partial(_stop, name, wanted),
            disabled=not said.may_stop,
        )
    else:
        bar.write(said.stopped)
        button.button("Go on", key=f"{name} go on", on_click=partial(_again, name, wanted))


def _stop(name: str, wanted: Sequence[Scenario]) -> None:
    st.session_state[_stopped(name)] = _key(wanted)
    desk().leave(state.who())


def _again(name: str, wanted: Sequence[Scenario]) -> None:
    st.session_state.pop(_stopped(name), None)
    desk().again(wanted, state.visit().seed)
