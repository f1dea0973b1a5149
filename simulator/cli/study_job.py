"""What a verb that runs a study was asked to do, checked whole before anything runs."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import BadInput, Fault
from ..printing import PROGRAM
from .door import noted, tell

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..cluster import Cluster
    from ..study import Checked, Written
    from ..sweeps import Bench
    from ..workers import Progress

RESULTS = Path("results")
P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class StudyJob:
    """What a verb that runs a study was asked to do."""

    verb: str
    study: str
    changes: Sequence[str] = ()
    replications: int | None = None
    seed: int | None = None
    workers: int | None = None
    out: Path | None = None
    cells: Path | None = None
    scheduler: str | None = None
    tls_ca: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None

    @property
    def folder(self) -> Path:
        """Where results go."""
        return self.out or RESULTS / Path(self.study).stem

    def checked(self, part: Callable[[Checked], P]) -> tuple[Checked, P]:
        """The study, and a part of it that the verb reads itself; or every fault of all that was asked for."""
        from ..outputs import check_writable
        from ..study import check
        from ..sweeps import check_apart, store_folder

        faults: list[Fault] = []
        found: list[tuple[Checked, P]] = []
        with noted(faults):
            _ = self.cluster
        with noted(faults):
            checked = check(self._given(), changes=self.changes)
            found.append((checked, part(checked)))
        with noted(faults):
            check_apart(self.folder, self.cells)
        for folder in dict.fromkeys((self.folder, store_folder(self.folder, self.cells))):
            with noted(faults):
                check_writable(folder)
        if faults:
            raise BadInput(faults)
        return found[0]

    def _given(self) -> Written:
        """The study with the seed and replications that the options name."""
        from ..study import read_study

        written = read_study(self.study)
        own: dict[str, Any] = {}
        if self.seed is not None:
            own["seed"] = self.seed
        if self.replications is not None:
            own |= {"replications": self.replications, "precision": None}
        return replace(written, study=written.study.model_copy(update=own)) if own else written

    @property
    def cluster(self) -> Cluster | None:
        """The cluster to run on, where one is named.

        Raises
        ------
        BadInput
            If files for TLS are given without one, or are not there.
        """
        from ..cluster import Cluster, check_installed

        tls = {"--tls-ca": self.tls_ca, "--tls-cert": self.tls_cert, "--tls-key": self.tls_key}
        faults = []
        for option, file in tls.items():
            if file is not None and self.scheduler is None:
                rule, advice = "go with --scheduler", "give the address of a scheduler"
                faults.append(Fault(option, "the file", rule, str(file), advice))
            elif file is not None and not file.is_file():
                advice = "name a file that exists"
                faults.append(Fault(option, "the file", "be there", str(file), advice))
        if faults:
            raise BadInput(faults)
        if self.scheduler is None:
            return None
        check_installed()
        ca, cert, key = (None if file is None else str(file) for file in tls.values())
        return Cluster(self.scheduler, ca, cert, key)

    def bench(self, checked: Checked, progress: Progress | None) -> Bench:
        """What runs the study's cells."""
        from ..sweeps import bench_of
        from ..workers import workers_by_default

        bench = bench_of(
            checked,
            out=self.folder,
            cells=self.cells,
            workers=self.workers or workers_by_default(),
            cluster=self.cluster,
            progress=progress,
        )
        for path in bench.store.unreadable:
            tell(f"{path}: no file of cells, or damaged; what it held is run again")
        return bench

    def command(self, *options: str) -> str:
        """What makes the result again."""
        told = [PROGRAM, self.verb, self.study]
        for change in self.changes:
            told += ["--set", change]
        numbers = {"--replications": self.replications, "--seed": self.seed, "--out": self.out}
        for name, value in numbers.items():
            told += [] if value is None else [name, str(value)]
        return shlex.join([*told, *options])

    def tell_files(self, files: Sequence[str]) -> None:
        """Say what was written."""
        tell(f"Wrote {', '.join(files[:-1])} and {files[-1]} to {self.folder}")
