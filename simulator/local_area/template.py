"""The file that a commissioner fills in, what its columns mean, and an example that is filled in."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from ..beside import beside
from ..csv_text import exact_csv
from ..errors import BadInput, Fault
from ..scenario.library import as_shown, shipped
from ..scenario.tree import shown
from ..wording import sentence_case
from .kinds import KINDS, Quarters, Unit
from .reading import EXAMPLE, SIZES, usual_groups
from .sheet import COLUMNS, MOST_LINES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

ENDING = ".csv"
GUIDE_ENDING = "_columns.txt"
EXAMPLE_FILE = "illustrative_area.csv"
TAKE_OUT = "Examples: take these lines out"
EXAMPLES = (
    (EXAMPLE, "2012-13", "in_contact", "all", "1,415", TAKE_OUT),
    (EXAMPLE, "2012-13 Q1", "planned_exits", "opiate", "31", TAKE_OUT),
    (EXAMPLE, "2012-13", "re_presentations", "crack", "<5", TAKE_OUT),
)

_COLUMNS = {
    "partnership": "Name of the partnership, the same in all lines. May be left empty.",
    "period": (
        "A financial year, such as 2012-13, or a quarter of one, such as 2012-13 Q1 (April to June)."
        " A spreadsheet may turn 2008-09 into Sep-08: that is understood."
    ),
    "measure": "What is counted: a name of the list below, written as it stands there at the left.",
    "group": "all (or empty), {groups}, or pdu: opiate and crack users together, beside all or other.",
    "value": (
        "The number. £ and commas for thousands are understood, and % for shares. Where it is suppressed"
        " write * or <5. Leave the line out where it is not known: an empty value is not 0."
    ),
    "source": "Title and year of the source. May be left empty, but then nobody can look it up.",
}
_WHAT_IS_NEEDED = """\
What is needed
  At least one whole year of one of {sizes}:
  they say how large the area is. The more groups and years, the better. Money that is given is used as it is;
  money that is not given is in proportion to the clients.

Quarters
  All four are needed where they add up: with three of four the year is left out, and you are told.

What to begin with
  Figures that most areas have: in_contact, in_treatment, new_presentations, planned_exits and unplanned_exits, for
  all and for each group, two or three years of each; then kept_12_weeks_share, re_presentations and allocation_gbp.
  No single person can be told from them, and none should be: give counts, never a list of clients.

Saving
  In Excel choose Save As, and there the kind of file that is called CSV UTF-8; a workbook (.xlsx) cannot be read. Lines
  that begin with # are skipped. At most {lines:,} lines. Then give the file on the page Your area. Whoever works with
  commands instead writes:
    treatment-sim check FILE.csv
    treatment-sim calibrate baseline_2008 FILE.csv --out DIR
"""


_UNITS = {
    Unit.PEOPLE: "number",
    Unit.POUNDS: "£",
    Unit.SHARE: "%, or 0 to 1",
    Unit.DAYS: "days",
    Unit.RATIO: "number",
}
WIDTH = 118


def as_csv(rows: Iterable[Sequence[str]]) -> str:
    """Rows as text that spreadsheets read, and in which no cell is taken for a formula."""
    heads, *others = rows
    return exact_csv(heads, others, ending="\r\n")


def template() -> str:
    """The file to fill in: the columns, and examples that are refused until they are taken out."""
    return as_csv([COLUMNS, *EXAMPLES])


def filled_in() -> bytes:
    """The template as an area might fill it in: a made-up area, labelled as illustrative.

    Raises
    ------
    BadInput
        Where the file did not come with the program.
    """
    for folder in shipped("areas"):
        if (file := folder.joinpath(EXAMPLE_FILE)).is_file():
            return file.read_bytes()
    rule, advice = "come with the program", "install it again"
    raise BadInput([Fault(EXAMPLE_FILE, "the example", rule, "no such file", advice)])


def guide() -> str:
    """What the columns of the template mean, in plain words."""
    groups = ", ".join(usual_groups())
    lines = ["Your own figures, one in each line", ""]
    for name, text in _COLUMNS.items():
        lines += _wrapped(name, text.format(groups=groups), 13)
    lines += ["", _WHAT_IS_NEEDED.format(sizes=", ".join(SIZES), lines=MOST_LINES), "Measures"]
    return "\n".join([*lines, *(line for how in Quarters for line in _measures(how))]) + "\n"


def _measures(how: Quarters) -> Iterable[str]:
    yield f"\n  {how.value[0].upper()}{how.value[1:]}"
    for name, kind in KINDS.items():
        if kind.quarters is how:
            told = f"{sentence_case(kind.title)} ({_UNITS[kind.unit]})"
            yield from _wrapped(f"  {name}", told, 40)


def _wrapped(name: str, text: str, column: int) -> list[str]:
    """A name, and beside it what it means."""
    head, beneath = f"  {name:{column}}", " " * (column + 2)
    return textwrap.wrap(f"{text}", WIDTH, initial_indent=head, subsequent_indent=beneath)


def write_template(file: Path) -> tuple[Path, Path]:
    """Write the template and, beside it, what its columns mean; files that are there are left alone.

    Raises
    ------
    BadInput
        Where the file does not end in .csv, is there already or cannot be written.
    """
    columns = file.with_name(f"{file.stem}{GUIDE_ENDING}")
    if file.suffix.lower() != ENDING:
        raise _refused(file, f"end in {ENDING}", shown(file.name), f"add {ENDING}")
    for each in (file, columns):
        if each.exists():
            raise _refused(each, "be a new file", "one that is there", "name another file")
    # With a mark at the beginning, so that Excel reads £ as £.
    _put(columns, guide())
    _put(file, f"\ufeff{template()}")
    return file, columns


def _put(file: Path, text: str) -> None:
    """Write a file beside, then rename it."""
    try:
        with beside(file) as part:
            part.write_text(text, encoding="utf-8", newline="")
    except (OSError, ValueError) as error:
        got = (getattr(error, "strerror", None) or str(error)).lower()
        raise _refused(file, "be a file that can be written", got, "name another file") from error


def _refused(file: Path, rule: str, got: str, advice: str) -> BadInput:
    return BadInput([Fault(f"--out {as_shown(str(file))}", "the file", rule, got, advice)])
