"""DOCX: paragraphs, headings by their styles, tables row by row; headers, footers and contents lists left out.

python-docx opens the package and its styles. The text is gathered from the XML itself, since what stands in text
boxes, content controls and tracked insertions is not among its paragraphs.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import docx
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml

from qa.corpus.formats.package import check_entities, open_package
from qa.corpus.formats.parsed import Draft, Parsed, folded

_P, _TBL, _TR = (qn(f"w:{name}") for name in ("p", "tbl", "tr"))
_TEXT, _BOX = qn("w:t"), qn("w:txbxContent")
_SPACES = frozenset(qn(f"w:{name}") for name in ("tab", "br", "cr", "ptab"))
_HYPHEN = qn("w:noBreakHyphen")
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_LEFT_OUT = frozenset((qn("w:del"), qn("w:moveFrom"), qn("w:pPr"), qn("w:rPr"), qn("w:sectPr"), _FALLBACK))
_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
_CONTENTS = re.compile(r"toc \d|table of figures", re.IGNORECASE)
_NOTES = ("/word/footnotes.xml", "/word/endnotes.xml")
_LONG_CELL = 200


def parse_docx(data: bytes) -> Parsed:
    """Raises ``Unreadable`` for a file that is encrypted or made to do harm; whatever python-docx raises for damage."""
    with open_package(data) as package:
        check_entities(package)
    document = docx.Document(io.BytesIO(data))
    styles = _styles(document)
    draft = Draft()
    _write(document.element.body, styles, draft)
    for part in document.part.package.iter_parts():
        if str(part.partname) in _NOTES:
            root = part.element if hasattr(part, "element") else parse_xml(part.blob)
            _write(root, styles, draft)
    title = document.core_properties.title
    return Parsed(draft.text, tuple(draft.blocks), title=title or None)


def _write(element: Any, styles: dict[str, int], draft: Draft) -> None:
    """The paragraphs and tables in ``element``, in order, at whatever depth."""
    for child in element.iterchildren():
        if child.tag == _P:
            _write_paragraph(child, styles, draft)
        elif child.tag == _TBL:
            for row in _rows(child):
                _write_row(row, styles, draft)
        elif child.tag not in _LEFT_OUT:
            _write(child, styles, draft)


def _write_paragraph(paragraph: Any, styles: dict[str, int], draft: Draft) -> None:
    level = _level(paragraph, styles)
    text = "".join(_texts(paragraph))
    if level < 0:
        draft.add(text, "boilerplate")
    else:
        draft.add(text, "heading" if level else "text", level)
    for box in paragraph.iter(_BOX):
        if not _is_copy(box):
            _write(box, styles, draft)


def _is_copy(element: Any) -> bool:
    """Whether it says once more, for old programs, what stands beside it."""
    return any(above.tag == _FALLBACK for above in element.iterancestors())


def _write_row(row: Any, styles: dict[str, int], draft: Draft) -> None:
    """A row is a line; where a table only lays out the page, its cells are text like any other."""
    cells = [cell for cell in row.iterchildren() if cell.tag not in _LEFT_OUT]
    texts = [folded(" ".join("".join(_texts(p)) for p in cell.iter(_P) if not _is_copy(p))) for cell in cells]
    if any(len(text) > _LONG_CELL for text in texts) or next(row.iter(_TBL), None) is not None:
        for cell in cells:
            _write(cell, styles, draft)
    else:
        draft.add(" | ".join(text for text in texts if text))


def _rows(table: Any) -> Iterator[Any]:
    """Its rows, not those of tables in its cells."""
    for child in table.iterchildren():
        if child.tag == _TR:
            yield child
        elif child.tag not in _LEFT_OUT:
            yield from _rows(child)


def _texts(element: Any) -> Iterator[str]:
    """What is written in a paragraph, text boxes in it left out."""
    for child in element.iterchildren():
        if child.tag == _TEXT:
            yield child.text or ""
        elif child.tag in _SPACES:
            yield " "
        elif child.tag == _HYPHEN:
            yield "-"
        elif child.tag not in _LEFT_OUT and child.tag != _BOX:
            yield from _texts(child)


def _level(paragraph: Any, styles: dict[str, int]) -> int:
    """1 to 6 for a heading, 0 for text, -1 for a line of a table of contents."""
    properties = paragraph.pPr
    if properties is None:
        return 0
    outline = properties.find(qn("w:outlineLvl"))
    if outline is not None:
        return _outline(outline)
    return styles.get(properties.style or "", 0)


def _styles(document: Any) -> dict[str, int]:
    """Id of a style -> level, as of ``_level``; a style is of the level of the one it is based on."""
    elements = {style.style_id: style.element for style in document.styles}
    levels: dict[str, int] = {}
    for id in elements:
        current, seen = id, set[str]()
        while current in elements and current not in seen:
            seen.add(current)
            level = _style_level(elements[current])
            if level is not None:
                levels[id] = level
                break
            based = elements[current].find(qn("w:basedOn"))
            current = based.get(qn("w:val")) if based is not None else ""
    return levels


def _style_level(style: Any) -> int | None:
    name = style.find(qn("w:name"))
    called = name.get(qn("w:val"), "") if name is not None else ""
    if match := _HEADING.fullmatch(called):
        return min(6, int(match[1]))
    if _CONTENTS.fullmatch(called):
        return -1
    if called.lower() in ("title", "subtitle"):
        return 1 if called.lower() == "title" else 2
    outline = style.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
    return _outline(outline) if outline is not None else None


def _outline(element: Any) -> int:
    value = element.get(qn("w:val"), "9")
    return min(6, int(value) + 1) if value.isdigit() and int(value) < 9 else 0
