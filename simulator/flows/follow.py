"""One client under two plans: the same made-up person with the same luck, and where the two lives part.

A person is told by seed, replication, partnership, group and number, so whoever has these finds the same life again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..journal import Happened
from ..years import DAYS_PER_YEAR, first_day, month_name, year_names
from .stages import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from .lives import Lives

HAPPENED: dict[Happened, str] = {
    Happened.ONSET: "come to need treatment",
    Happened.REFERRAL: "are referred to treatment",
    Happened.GAVE_UP: "give up waiting",
    Happened.START: "start treatment",
    Happened.SETTLED: "have been in treatment for 12 weeks",
    Happened.READY: "are ready to leave",
    Happened.PLANNED_EXIT: "leave treatment as planned",
    Happened.EARLY_EXIT: "leave as planned, before they are ready",
    Happened.DROPPED_OUT: "drop out of treatment",
    Happened.CUSTODY: "go to prison",
    Happened.MOVED_AWAY: "move away",
    Happened.DIED_IN_TREATMENT: "die, in treatment",
    Happened.RELAPSE: "relapse",
    Happened.RELEASE: "are released from prison",
    Happened.STOPPED: "stop without treatment",
    Happened.DIED_UNTREATED: "die, untreated",
    Happened.DIED_WAITING: "die, waiting for treatment",
    Happened.DIED_IN_RECOVERY: "die, in recovery",
    Happened.SUPPORTED_EXIT: "get a support place on leaving",
    Happened.SUPPORTED_LATER: "get a support place",
    Happened.SUPPORT_ENDED: "give their support place back",
}
"""What happened, to follow *they*."""
STANDS: dict[Stage, str] = {
    Stage.NOT_YET: "do not need treatment yet",
    Stage.UNTREATED: "are untreated",
    Stage.WAITING: "are waiting for treatment",
    Stage.IN_TREATMENT: "are in treatment",
    Stage.READY: "are in treatment, ready to leave",
    Stage.IN_RECOVERY: "are in recovery",
    Stage.PRISON: "are in prison",
    Stage.STOPPED: "have stopped without treatment",
    Stage.MOVED_AWAY: "have moved away",
    Stage.DIED: "have died",
}
"""Where somebody stands, to follow *they*."""
_BEGAN = {
    Stage.WAITING: "referred in {month}",
    Stage.IN_TREATMENT: "started in {month}",
    Stage.READY: "started in {month}",
    Stage.IN_RECOVERY: "left treatment in {month}",
    Stage.PRISON: "since {month}",
}


CHOSEN_FOR = {
    "most": "the months differ most",
    "better_a": "better off at the end under plan A",
    "better_b": "better off at the end under plan B",
    "same": "nothing differs",
    "": "one of everybody",
}


@dataclass(frozen=True, slots=True)
class Client:
    """Who is followed: somebody made up, told by what finds them again.

    Parameters
    ----------
    group, label
        The substance group, and what it is called.
    number
        The person's number in the group, from 1.
    """

    seed: int
    replication: int
    partnership: str
    group: str
    label: str
    number: int

    @property
    def name(self) -> str:
        """How the client is told: ``Client 214 (opiates; made up)``."""
        return f"Client {self.number} ({self.label[:1].lower()}{self.label[1:]}; made up)"

    @property
    def identity(self) -> str:
        """What finds the same person again."""
        return (
            f"seed {self.seed}, run {self.replication}, {self.partnership}, {self.group},"
            f" number {self.number}"
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: when (a day from 1 April of the first year), what, and where it left the client."""

    day: float
    what: Happened
    stage: Stage

    @property
    def words(self) -> str:
        """What happened, to follow *they*."""
        return HAPPENED[self.what]


@dataclass(frozen=True, slots=True)
class Life:
    """What happened to one client under one plan, from day 0 to the last 31 March."""

    stood: Stage
    since: float
    entries: tuple[Entry, ...]
    until: float

    @property
    def ends(self) -> Stage:
        """Where the client stands at the end."""
        return self.entries[-1].stage if self.entries else self.stood

    @property
    def spells(self) -> Iterator[tuple[float, float, Stage]]:
        """Each stretch of time in one stage: from when, until when, where."""
        begin, stage = 0.0, self.stood
        for entry in self.entries:
            if entry.stage != stage:
                if entry.day > begin:
                    yield begin, entry.day, stage
                begin, stage = entry.day, entry.stage
        yield begin, self.until, stage

    def at(self, day: float) -> Stage:
        """Where the client stands when a day begins."""
        past = [entry.stage for entry in self.entries if entry.day < day]
        return past[-1] if past else self.stood


def life(lives: Lives, person: int, years: int) -> Life:
    """One person's life, as far as the run is told."""
    until = float(first_day(years))
    rows = lives.rows_of(person)
    told = zip(
        lives.day[rows].tolist(), lives.what[rows].tolist(), lives.stage[rows].tolist(), strict=True
    )
    entries = tuple(
        Entry(day, Happened(what), Stage(stage)) for day, what, stage in told if day < until
    )
    return Life(Stage(int(lives.on_day_0[person])), float(lives.since[person]), entries, until)


@dataclass(frozen=True, slots=True)
class Followed:
    """One client under plan A and under plan B.

    Parameters
    ----------
    why
        Why this client was chosen, and how usual that is: one sentence.
    first_year
        The calendar year in which the run begins.
    kind
        What it was chosen for, as `choosing.KINDS` name it; empty for one of everybody.
    """

    client: Client
    why: str
    a: Life
    b: Life
    first_year: int
    years: int
    kind: str = ""

    @property
    def alike(self) -> int:
        """How many of the first things that happen are the same under both plans."""
        pairs = zip(self.a.entries, self.b.entries, strict=False)
        return next((i for i, (a, b) in enumerate(pairs) if a != b), self._shorter)

    @property
    def _shorter(self) -> int:
        return min(len(self.a.entries), len(self.b.entries))

    @property
    def parted(self) -> float | None:
        """The day on which the two lives part; none where they are the same."""
        rest = [life.entries[self.alike :] for life in (self.a, self.b)]
        days = [entries[0].day for entries in rest if entries]
        return min(days) if days else None

    @property
    def title(self) -> str:
        """The client, and what it was chosen for in a few words."""
        return f"{self.client.name}: {CHOSEN_FOR[self.kind]}"

    def month(self, day: float) -> str:
        """The month of a day, such as ``June 2010``."""
        return month_name(day, self.first_year)

    @property
    def began(self) -> str:
        """Where the client stood on day 0, in words, or when they come to need treatment."""
        if self.a.stood == Stage.NOT_YET:
            return f"They come to need treatment in {self.month(self.a.since)}."
        since = _BEGAN.get(self.a.stood, "")
        told = f" ({since.format(month=self.month(self.a.since))})" if since else ""
        return f"On 1 April {self.first_year} they {STANDS[self.a.stood]}{told}."

    @property
    def sentence(self) -> str:
        """Where the two lives part, and what comes of it."""
        end = f"31 March {self.first_year + self.years}"
        if self.parted is None:
            return (
                f"{self.client.name} lives the same life under both plans: on {end} they"
                f" {STANDS[self.a.ends]}."
            )
        ways = self._parts(self.parted)
        if self.a.ends == self.b.ends:
            last = f"On {end} they {STANDS[self.a.ends]} under both."
        else:
            last = f"On {end} they {STANDS[self.a.ends]} under plan A and {STANDS[self.b.ends]} under plan B."
        return f"{self.client.name}: the two lives part in {self.month(self.parted)}. {ways} {last}"

    def _parts(self, day: float) -> str:
        """What happens under each plan where they part, the plan first under which something happens first."""
        told = {"A": self._next(self.a), "B": self._next(self.b)}
        stood = self.a.entries[self.alike - 1].stage if self.alike else self.a.stood
        order = sorted(told, key=lambda plan: told[plan][0].day if told[plan] else float("inf"))
        first, second = order
        sooner = told[first]
        begun = f"Under plan {first} they then {' and '.join(e.words for e in sooner)};"
        later = told[second]
        if not later:
            return f"{begun} under plan {second} nothing more happens, and they {STANDS[stood]}."
        when = self.month(later[0].day)
        if when == self.month(day):
            return f"{begun} under plan {second} they {later[0].words}."
        if later[0].what == sooner[0].what:
            return f"{begun} under plan {second} they do so in {when}."
        return f"{begun} under plan {second} they still {STANDS[stood]} and {later[0].words} in {when}."

    def _next(self, life: Life) -> list[Entry]:
        """The next thing that happens where the lives part, and what happens at the same moment."""
        rest = life.entries[self.alike :]
        return [entry for entry in rest if entry.day == rest[0].day]

    @property
    def table(self) -> pd.DataFrame:
        """What happened under each plan, in order, with the month and where it left the client."""
        import pandas as pd

        return pd.DataFrame([*self._rows("A", self.a), *self._rows("B", self.b)])

    def _rows(self, plan: str, life: Life) -> Iterator[dict[str, object]]:
        names = year_names(self.first_year, self.years)
        for place, entry in enumerate(life.entries):
            yield {
                "plan": plan,
                "month": self.month(entry.day),
                "year": names[int(entry.day // DAYS_PER_YEAR)],
                "what_happened": f"They {entry.words}",
                "then_they": STANDS[entry.stage],
                "same_under_both": place < self.alike,
            }
