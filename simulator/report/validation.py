"""The page that says how far the model can be trusted, in Markdown and in HTML.

It says nothing of when or where it was made, so the same inputs and versions give the same bytes.
"""

from __future__ import annotations

from importlib import metadata
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ..errors import MissingExtra
from ..outputs import model_version, versions
from ..validate.checks import VERDICTS, tally
from ..wording import counted
from .page import put
from .table import Cell, Row, Table, cells

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ..validate.checks import Check, Section, Verdict
    from ..validate.whole import Validation

TITLE = "How far to trust the model"
NAME = "validation"
MARKS: dict[Verdict, str] = {
    "pass": "✓ Pass",
    "near": "≈ Near",
    "miss": "✗ Miss",
    "not run": "– Not run",
}
MEANING = (
    (
        "A pass against theory, the limit or the other engine means that the program computes what its"
        " assumptions say. It does not mean that the assumptions are right."
    ),
    ("Stylised facts are directions. A model may have every direction right and every size wrong."),
    (
        "Only published years that the fit did not see test the assumptions, and they are few: of one"
        " country, a few years, an average partnership. No real place is tested here."
    ),
    (
        "An interval that holds the expected figure does not prove that both are the same; the note beside"
        " it says how large a gap would have shown. Misses stay on this page until the model or an"
        " assumption is better."
    ),
)


def check_installed() -> None:
    """Say at once, before a long run, if what writes the page is missing.

    Raises
    ------
    MissingExtra
        If it is.
    """
    _jinja2()


def write(validation: Validation, folder: Path) -> tuple[Path, Path]:
    """Write both pages, each beside its place and then renamed.

    Raises
    ------
    BadInput
        Where they cannot be written.
    """
    markdown, html = markdown_of(validation), html_of(validation)
    return (
        put(folder / f"{NAME}.md", markdown.encode()),
        put(folder / f"{NAME}.html", html.encode()),
    )


# What stands on the page


def verdict_in_brief(validation: Validation) -> str:
    """How many checks came to what."""
    told = [f"{number} {verdict}" for verdict, number in tally(validation.checks).items() if number]
    return f"{counted(len(validation.checks), 'check')}: {', '.join(told)}."


def how_much(validation: Validation) -> str:
    """Whether this was a full validation."""
    if validation.share >= 1:
        return "All replications of a full validation."
    part = f"{100 * validation.share:.0f}%"
    return (
        f"A quick validation: {part} of the replications of a full one. Intervals are wide, so that gaps are"
        " easily missed, and some verdicts may differ from those of a full one."
    )


def summary(validation: Validation) -> Table:
    """Verdicts by section."""
    rows = [(section.title, tally(section.checks)) for section in validation.sections]
    rows.append(("All", tally(validation.checks)))
    shown = tuple(
        Row(title, cells(*(str(counts[verdict]) for verdict in VERDICTS))) for title, counts in rows
    )
    return Table("Checks by verdict", ("Section", *MARKS.values()), shown)


def not_passed(validation: Validation) -> Table | None:
    """Every check that missed or was near, so that nobody must look for them."""
    rows = [
        Row(
            check.claim,
            (
                Cell(section.title, check.part),
                *cells(check.expected, check.found, MARKS[check.verdict]),
            ),
        )
        for verdict in ("miss", "near")
        for section in validation.sections
        for check in section.checks
        if check.verdict == verdict
    ]
    columns = ("Claim", "Section", "Expected", "Found", "Verdict")
    return Table("What did not pass", columns, tuple(rows), words=True) if rows else None


def checks_table(caption: str, checks: Sequence[Check]) -> Table:
    """The checks under a heading; the source stands beside each where it is not the same for all."""
    alike = len({check.source for check in checks}) == 1
    rows = [
        Row(
            check.claim,
            (
                Cell(check.expected),
                Cell(check.found),
                Cell(MARKS[check.verdict]),
                Cell(check.note if alike else check.source, "" if alike else check.note),
            ),
        )
        for check in checks
    ]
    columns = ("Claim", "Expected", "Found", "Verdict", "Note")
    return Table(caption, columns, tuple(rows), words=True)


def common_source(checks: Sequence[Check]) -> str:
    """The source of all checks under a heading, where they have one in common."""
    sources = {check.source for check in checks}
    return f"Source: {sources.pop()}." if len(sources) == 1 else ""


def made_from(validation: Validation) -> Table:
    """What a reader needs to make the page again, and to see that it is not stale."""
    whole = validation.made_from
    told = [
        ("Model", f"version {model_version()}"),
        ("Fingerprint", whole.sha256),
        ("Made over", whole.told),
        ("Seed", str(validation.seed)),
        ("Replications", how_much(validation)),
        ("Versions", ", ".join(f"{name} {version}" for name, version in _versions())),
    ]
    rows = tuple(Row(name, cells(text)) for name, text in told)
    return Table("What this page was made from", ("Part", "What"), rows, words=True)


def _versions() -> Iterator[tuple[str, str]]:
    yield from versions().items()
    try:
        yield "ciw", metadata.version("ciw")
    except metadata.PackageNotFoundError:
        yield "ciw", "not installed"


def command(validation: Validation) -> str:
    """The command that makes the page."""
    return "treatment-sim validate" + ("" if validation.share >= 1 else " --quick")


# Markdown


def markdown_of(validation: Validation) -> str:
    """The page as Markdown."""
    return "\n".join(_markdown(validation)) + "\n"


def _markdown(validation: Validation) -> Iterator[str]:
    yield f"# {TITLE}\n"
    yield f"Made by `{command(validation)}`, not by hand. {verdict_in_brief(validation)}\n"
    if validation.share < 1:
        yield f"**{how_much(validation)}**\n"
    yield from _markdown_table(summary(validation))
    yield "## What this does and does not mean\n"
    yield "\n".join(f"- {each}" for each in MEANING) + "\n"
    if table := not_passed(validation):
        yield "## What did not pass\n"
        yield from _markdown_table(table)
    for section in validation.sections:
        yield from _markdown_section(section)
    yield "## What this page was made from\n"
    yield from _markdown_table(made_from(validation))


def _markdown_section(section: Section) -> Iterator[str]:
    yield f"## {section.title}\n"
    yield f"{section.how}\n"
    for part in section.parts:
        yield f"### {part}\n"
        checks = section.under(part)
        if source := common_source(checks):
            yield f"{source}\n"
        yield from _markdown_table(checks_table(part, checks))


def _markdown_table(table: Table) -> Iterator[str]:
    yield _markdown_row(table.columns)
    ends = [":--" if table.words else "--:"] * (len(table.columns) - 1)
    yield f"|:--|{'|'.join(ends)}|"
    for row in table.rows:
        yield _markdown_row([row.head, *(_in_one(cell) for cell in row.cells)])
    yield ""


def _in_one(cell: Cell) -> str:
    return f"{cell.text}: {cell.below}" if cell.below else cell.text


def _markdown_row(texts: Sequence[str]) -> str:
    return "|" + "|".join(f" {text.replace('|', chr(92) + '|')} " for text in texts) + "|"


# HTML


def html_of(validation: Validation) -> str:
    """The page as one HTML text that needs nothing else.

    Raises
    ------
    MissingExtra
        Where the part that writes reports is not installed.
    """
    jinja2 = _jinja2()
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_text), autoescape=True, undefined=jinja2.StrictUndefined
    )
    html: str = environment.get_template("validation.html").render(
        title=TITLE,
        brief=verdict_in_brief(validation),
        quick="" if validation.share >= 1 else how_much(validation),
        command=command(validation),
        summary=summary(validation),
        meaning=MEANING,
        not_passed=not_passed(validation),
        sections=[(section, list(_parts(section))) for section in validation.sections],
        made_from=made_from(validation),
        css=_text("page.css") + _text("validation.css"),
        model=model_version(),
        classes={mark: verdict.replace(" ", "-") for verdict, mark in MARKS.items()},
    )
    return html


def _parts(section: Section) -> Iterator[tuple[str, str, Table]]:
    for part in section.parts:
        checks = section.under(part)
        yield part, common_source(checks), checks_table(part, checks)


def _jinja2() -> Any:
    try:
        import jinja2  # an optional part
    except ModuleNotFoundError as error:
        raise MissingExtra("writing the validation page", "validate") from error
    return jinja2


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
