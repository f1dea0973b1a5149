"""A plain document of headings, paragraphs, lists, tables and drawings, as Markdown and as one HTML page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .table import Cell, Table


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of points."""

    points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Command:
    """What somebody may type."""

    text: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart as SVG for the page, and in words for the text."""

    svg: str
    words: str


Piece: TypeAlias = "str | Bullets | Command | Drawing | Table"


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading and what stands below it."""

    title: str
    pieces: tuple[Piece, ...]

    @property
    def anchor(self) -> str:
        """What links to it end with."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.casefold()).strip("-")


@dataclass(frozen=True, slots=True)
class Document:
    """A title, what a reader must know first, and chapters."""

    title: str
    first: tuple[Piece, ...]
    chapters: tuple[Chapter, ...]
    banner: str = ""


def markdown(document: Document) -> str:
    """The document as Markdown."""
    blocks = [f"# {document.title}"]
    if document.banner:
        blocks.append(f"> {document.banner}")
    blocks += [_marked(piece) for piece in document.first]
    for chapter in document.chapters:
        blocks += [f"## {chapter.title}", *(_marked(piece) for piece in chapter.pieces)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _marked(piece: Piece) -> str:
    if isinstance(piece, str):
        return piece
    if isinstance(piece, Bullets):
        return "\n".join(f"- {point}" for point in piece.points)
    if isinstance(piece, Command):
        return f"```\n{piece.text}\n```"
    if isinstance(piece, Drawing):
        return piece.words
    return _marked_table(piece)


def _marked_table(table: Table) -> str:
    align = "---" if table.words else "---:"
    lines = [
        f"**{table.caption}**\n",
        _line(table.columns),
        _line(("---", *[align] * (len(table.columns) - 1))),
        *(_line((row.head, *map(_marked_cell, row.cells))) for row in table.rows),
    ]
    return "\n".join(lines)


def _line(texts: tuple[str, ...]) -> str:
    safe = [text.replace("|", "\\|") for text in texts]
    return f"| {' | '.join(safe)} |"


def _marked_cell(cell: Cell) -> str:
    return f"{cell.text} ({cell.below})" if cell.below else cell.text


def page(document: Document) -> str:
    """The document as one HTML page that needs nothing else."""
    css = files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    title = escape(document.title)
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            f"<title>{title}</title>\n<style>{css}</style>\n</head>\n<body>",
            '<a class="skip" href="#main">Skip to main content</a>',
            '<header><div class="width"><p class="where">Treatment Funding Simulator</p>',
            f"<h1>{title}</h1>{_banner(document)}</div></header>",
            _contents(document),
            '<main id="main" class="width" tabindex="-1">',
            *(_shown(piece) for piece in document.first),
            *_chapters(document),
            "</main>\n</body>\n</html>\n",
        ]
    )


def _banner(document: Document) -> str:
    return f'<p class="banner">{_text(document.banner)}</p>' if document.banner else ""


def _contents(document: Document) -> str:
    links = "".join(
        f'<li><a href="#{chapter.anchor}">{_text(chapter.title)}</a></li>'
        for chapter in document.chapters
    )
    return (
        '<nav class="width" aria-labelledby="contents"><h2 id="contents">Contents</h2>'
        f"<ol>{links}</ol></nav>"
    )


def _chapters(document: Document) -> Iterator[str]:
    for chapter in document.chapters:
        yield f'<section aria-labelledby="{chapter.anchor}">'
        yield f'<h2 id="{chapter.anchor}">{_text(chapter.title)}</h2>'
        yield from (_shown(piece) for piece in chapter.pieces)
        yield "</section>"


def _shown(piece: Piece) -> str:
    if isinstance(piece, str):
        return f"<p>{_text(piece)}</p>"
    if isinstance(piece, Bullets):
        return f"<ul>{''.join(f'<li>{_text(point)}</li>' for point in piece.points)}</ul>"
    if isinstance(piece, Command):
        return f"<pre>{escape(piece.text)}</pre>"
    if isinstance(piece, Drawing):
        return (
            '<figure class="scroll" role="group" tabindex="0" aria-label="Chart">'
            f"{piece.svg}</figure>"
        )
    return _shown_table(piece)


def _text(text: str) -> str:
    """Plain text with `code` and **strong** words."""
    told = escape(text, quote=False)
    told = re.sub(r"`([^`]+)`", r"<code>\1</code>", told)
    return re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", told)


def _shown_table(table: Table) -> str:
    heads = "".join(f'<th scope="col">{_text(column)}</th>' for column in table.columns)
    rows = "\n".join(
        f'<tr><th scope="row">{_text(row.head)}</th>{"".join(map(_shown_cell, row.cells))}</tr>'
        for row in table.rows
    )
    words = ' class="words even"' if table.words else ""
    label = escape(table.label or table.caption)
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{label}"><table{words}>'
        f"<caption>{_text(table.caption)}</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>\n{rows}\n</tbody></table></div>"
    )


def _shown_cell(cell: Cell) -> str:
    below = f'<span class="below">{_text(cell.below)}</span>' if cell.below else ""
    return f"<td>{_text(cell.text)}{below}</td>"
