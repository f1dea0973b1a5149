"""People who use the app without a browser: connections that speak Streamlit's own protocol.

Timed is what a person waits for the server: from a request until the message that its run has ended. A run that the
server begins again before it has ended counts as one.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

from simulator.visit import Visit

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    import numpy as np

    Send: TypeAlias = "Callable[[bytes], Any]"

LEVER = "slide plan.stretch_share 0"
ANSWER = "caseloads may be stretched: {:g}%"
"""How the answer's heading tells where the lever stands."""
PER_CENT = (0, 30)
"""From where to where the lever goes, in steps of 1: 31 plans, whose runs people share where their seed is the same."""
MOVES_AFTER_SECONDS = (8.0, 12.0)
PATIENCE_SECONDS = 60.0
KINDS = {
    "opened": "page opened (full run)",
    "moved": "lever moved (full run)",
    "asked": "page asks again by itself (fragment run)",
    "redrawn": "fragment run that has the page drawn as a whole",
}
BAND = "band"
"""From a lever's move until the first answer about its plan; at once where somebody else has had its runs."""
EARLY, FRAGMENT = ForwardMsg.FINISHED_EARLY_FOR_RERUN, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY


@dataclass
class Person:
    """One connection: what its browser would know, and how long the server took for each of its requests.

    Parameters
    ----------
    took
        Seconds from request to the end of its run, by what was asked for (`KINDS`).
    """

    send: Callable[[bytes], Any]
    clock: Callable[[], float] = time.perf_counter
    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    faults: list[str] = field(default_factory=list)
    sliders: dict[str, list[float]] = field(default_factory=dict)
    polls: dict[str, float] = field(default_factory=dict)
    moved: tuple[float, str] | None = None
    told: bool = False
    query: str = ""
    page: str = ""
    waits: dict[str, tuple[str, float]] = field(default_factory=dict)
    runs: dict[str, tuple[str, float]] = field(default_factory=dict)
    cached: dict[str, ForwardMsg] = field(default_factory=dict)

    async def ask(self, kind: str, fragment: str = "", **widgets: Any) -> None:
        """Have the page, or a fragment of it, run."""
        asked = BackMsg()
        run = asked.rerun_script
        run.query_string, run.page_script_hash, run.fragment_id = self.query, self.page, fragment
        run.page_name = "" if self.page else "explore"
        run.is_auto_rerun = bool(fragment)
        run.cached_message_hashes.extend(self.cached)
        for key, values in self.sliders.items():
            run.widget_states.widgets.add(id=key).double_array_value.data.extend(values)
        for key, given in widgets.items():
            setattr(run.widget_states.widgets.add(id=key), *given)
        self.waits.setdefault(fragment, (kind, self.clock()))
        await self.send(asked.SerializeToString())

    async def hear(self, raw: bytes) -> None:
        """Take in what the server sends."""
        message = ForwardMsg.FromString(raw)
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            message = self.cached[message.ref_hash]
            kind = message.WhichOneof("type")
        elif message.metadata.cacheable:
            self.cached[message.hash] = message
        if kind == "new_session":
            self._begins(message)
        elif kind == "script_finished":
            self._ends(message)
        elif kind == "navigation":
            self.page = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            await self._sees(message.delta.new_element)
        else:
            self._sets_clocks(message)

    def _sets_clocks(self, message: ForwardMsg) -> None:
        if message.HasField("auto_rerun"):
            self.polls[message.auto_rerun.fragment_id] = message.auto_rerun.interval
        for fragment in message.stop_auto_rerun.fragment_ids:
            self.polls.pop(fragment, None)

    def _begins(self, message: ForwardMsg) -> None:
        fragments = [*message.metadata.run.fragment_ids]
        for each in fragments:
            if each in self.waits:
                self.runs.setdefault(each, self.waits.pop(each))
        if fragments:
            return
        # The page as a whole replaces what its fragments were asked for, and their clocks.
        asked = [*self.runs.values(), *self.waits.values()]
        whole = [each for each in asked if each[0] in {"opened", "moved"}]
        first = min(
            whole or [("redrawn", at) for _, at in asked], key=lambda each: each[1], default=None
        )
        self.polls.clear()
        self.waits.clear()
        self.runs = {"": first} if first else {}

    def _ends(self, message: ForwardMsg) -> None:
        if message.script_finished == EARLY:
            return  # it begins again at once, and the person still waits
        if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            self.faults.append("the script could not be read")
        part = message.script_finished == FRAGMENT
        for each in message.metadata.run.fragment_ids if part else ("",):
            if each in self.runs:
                kind, since = self.runs.pop(each)
                self.took[kind].append(self.clock() - since)

    async def _sees(self, element: Any) -> None:
        kind = element.WhichOneof("type")
        if kind == "slider" and "-slide " in element.slider.id:
            self.sliders[element.slider.id] = [*(element.slider.value or element.slider.default)]
        elif kind == "heading" and element.heading.tag == "h3":
            self._reads(element.heading.body)
        elif kind == "exception":
            self.faults.append(element.exception.message)
        elif kind == "bidi_component" and not self.told:
            self.told = True
            remembered = json.dumps({"steps": "", "last": ""})
            value = json.dumps([{"event": "told", "value": remembered}])
            key = f"$$STREAMLIT_INTERNAL_KEY_{element.bidi_component.id}__events"
            await self.ask("opened", **{key: ("json_trigger_value", value)})

    def _reads(self, head: str) -> None:
        """The answer's heading says which plan it is about."""
        if self.moved is not None and self.moved[1] in head.replace("\\", ""):
            self.took[BAND].append(self.clock() - self.moved[0])
            self.moved = None

    @property
    def rests(self) -> bool:
        """Whether nothing that a person asked for is still to come."""
        return not any(
            kind in {"opened", "moved"} for kind, _ in (*self.waits.values(), *self.runs.values())
        )

    async def rested(self) -> None:
        """Until the page stands, or nobody would wait longer."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not (self.rests and self.took["opened"]) and time.monotonic() < end:
            await asyncio.sleep(0.05)

    async def move(self, per_cent: float) -> None:
        """Move the lever, as a hand does that lets go of it there."""
        key = next(each for each in self.sliders if each.endswith(LEVER))
        self.moved = (self.clock(), ANSWER.format(per_cent))
        self.sliders[key] = [per_cent]
        await self.ask("moved")


Met = TypeVar("Met", bound=Person)


async def _polls(person: Person) -> None:
    """Ask again as often as the page says: as a browser's clock, whether or not the last answer is there."""
    due: dict[str, float] = {}
    while True:
        now = time.perf_counter()
        due = {each: due.get(each, now + every) for each, every in person.polls.items()}
        for each, at in due.items():
            if at <= now:
                due[each] = max(at + person.polls.get(each, 0), now)
                await person.ask("asked", each)
        await asyncio.sleep(0.02)


async def _hears(person: Person, connection: Any) -> None:
    async for raw in connection:
        await person.hear(raw)


async def live(
    address: str, chance: np.random.Generator, seconds: float, luck: int | None
) -> Person:
    """One person's visit.

    Parameters
    ----------
    luck
        A seed of their own, so that nobody else has their runs; None leaves the page's.
    """

    def visits(person: Person) -> Coroutine[Any, Any, None]:
        return _visits(person, chance, time.monotonic() + seconds)

    link = "" if luck is None else f"s={Visit(seed=luck).link}"
    return await met(address, visits, partial(Person, query=link))


async def met(
    address: str,
    does: Callable[[Met], Coroutine[Any, Any, None]],
    make: Callable[[Send], Met] = Person,  # type: ignore[assignment]
) -> Met:
    """A person who connects and does something, and whose faults are told where the connection breaks."""
    where = f"{address.replace('http', 'ws')}/_stcore/stream"
    options: dict[str, Any] = {"max_size": None, "ping_interval": None}
    async with connect(where, subprotocols=["streamlit"], **options) as connection:
        person = make(connection.send)
        others = [
            asyncio.create_task(each) for each in (_hears(person, connection), _polls(person))
        ]
        visits = asyncio.create_task(does(person))
        # Whatever ends first: the visit, or a connection that broke, without which nothing is answered.
        await asyncio.wait({visits, *others}, return_when=asyncio.FIRST_COMPLETED)
        for each in (visits, *others):
            each.cancel()
        for broken in await asyncio.gather(visits, *others, return_exceptions=True):
            if isinstance(broken, Exception):
                person.faults.append(f"{type(broken).__name__}: {broken}")
        return person


async def _visits(person: Person, chance: np.random.Generator, end: float) -> None:
    await person.ask("opened")
    await person.rested()
    while (left := end - time.monotonic()) > 0:
        await asyncio.sleep(min(chance.uniform(*MOVES_AFTER_SECONDS), left))
        if person.rests and time.monotonic() < end:
            await person.move(float(chance.integers(*PER_CENT, endpoint=True)))
    await person.rested()
    if not person.rests:
        person.faults.append(f"no answer within {PATIENCE_SECONDS:g} seconds of the end")
