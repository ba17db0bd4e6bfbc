"""PPTX: slides are pages; titles are headings, notes stand below the slide, numbers and footers are boilerplate."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

import pptx
from pptx.enum.shapes import PP_PLACEHOLDER

from qa.corpus.formats.package import check_entities, open_package
from qa.corpus.formats.parsed import Draft, Parsed

_EDGES = frozenset((PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.HEADER))
_TITLES = frozenset((PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.VERTICAL_TITLE))
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"
_NO_TITLE = ("powerpoint presentation", "powerpoint-präsentation", "présentation powerpoint", "slide 1")


def parse_pptx(data: bytes) -> Parsed:
    """Raises ``Unreadable`` for a file that is encrypted or made to do harm; whatever python-pptx raises for damage."""
    with open_package(data) as package:
        check_entities(package)
    presentation = pptx.Presentation(io.BytesIO(data))
    draft = Draft()
    empty = []
    for number, slide in enumerate(presentation.slides, start=1):
        draft.start_page()
        before = draft.length
        _write_slide(slide, draft)
        if draft.length == before:
            empty.append(number)
    title = (presentation.core_properties.title or "").strip()
    return Parsed(
        draft.text,
        tuple(draft.blocks),
        title=title if title.lower() not in _NO_TITLE else None,
        pages=tuple(draft.pages),
        warnings=(f"no text on slides {', '.join(map(str, empty[:20]))}",) if empty else (),
    )


def _write_slide(slide: Any, draft: Draft) -> None:
    shapes = list(_shapes(slide.shapes))
    shapes.sort(key=lambda shape: _placeholder(shape) not in _TITLES)  # the title first, the rest as it is
    for shape in shapes:
        kind = _placeholder(shape)
        if kind in _EDGES:
            draft.add(shape.text_frame.text if shape.has_text_frame else "", "boilerplate")
        elif kind in _TITLES:
            draft.add(shape.text_frame.text, "heading", 1)
        else:
            for text in _texts(shape):
                draft.add(text)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        for paragraph in slide.notes_slide.notes_text_frame.paragraphs:
            draft.add(paragraph.text)


def _shapes(shapes: Iterable[Any]) -> Iterator[Any]:
    """Every shape, those in groups too."""
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        else:
            yield shape


def _placeholder(shape: Any) -> Any:
    return shape.placeholder_format.type if shape.is_placeholder else None


def _texts(shape: Any) -> Iterator[str]:
    if shape.has_text_frame:
        yield from (paragraph.text for paragraph in shape.text_frame.paragraphs)
    elif getattr(shape, "has_table", False):
        for row in shape.table.rows:
            yield " | ".join(text for cell in row.cells if (text := " ".join(cell.text.split())))
    elif getattr(shape, "has_chart", False):
        yield from _paragraphs(shape.chart._chartSpace)
    else:
        yield from _diagram(shape)


def _diagram(shape: Any) -> Iterator[str]:
    """The texts of a diagram (SmartArt), which lie in a part of their own."""
    for relations in shape._element.iter(_DIAGRAM):
        part = shape.part.related_part(relations.get(f"{_RELATIONS}dm"))
        yield from _paragraphs(pptx.oxml.parse_xml(part.blob))


def _paragraphs(element: Any) -> Iterator[str]:
    for paragraph in element.iter(f"{_A}p"):
        yield "".join(run.text or "" for run in paragraph.iter(f"{_A}t"))
