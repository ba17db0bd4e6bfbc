"""PDF: pages of paragraphs in reading order, read with PDFium, and with pypdf where that cannot.

The text is ours to lay out: paragraphs on lines of their own, words hyphenated at line ends whole again. Running heads
and page numbers are boilerplate. A paragraph that goes on over a page break is one; its page is that of each offset.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

import pypdfium2
import pypdfium2.raw as pdfium

from qa.corpus.formats.parsed import Draft, Parsed, Unreadable
from qa.corpus.formats.pdf_lines import lines_of
from qa.corpus.formats.pdf_paragraphs import Book, Page, Paragraph, goes_on, paragraphs_of, up_to
from qa.corpus.formats.pdf_segments import turn_of
from qa.corpus.layout import blocks_of

_NO_TITLE = ("untitled", "microsoft word - ", "microsoft powerpoint - ", "slide 1", "unknown")
_ENCRYPTED = "it is encrypted: save it without a password"


def parse_pdf(data: bytes) -> Parsed:
    """Raises ``Unreadable`` for a file that is encrypted, damaged, or without any text, as scans are."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise Unreadable(_ENCRYPTED) from error
        return _with_pypdf(data, str(error))
    try:
        return _parsed(document)
    finally:
        document.close()


def _parsed(document: pypdfium2.PdfDocument) -> Parsed:
    pages: list[Page] = []
    warnings: list[str] = []
    scans: list[int] = []
    for number in range(len(document)):
        try:
            page = document[number]
        except pypdfium2.PdfiumError as error:
            warnings.append(f"page {number + 1} cannot be read ({error})")
            pages.append(Page(0.0, 1.0, ()))
            continue
        pages.append(_page(page))
        if not pages[-1].lines and _has_image(page):
            scans.append(number + 1)
        page.close()
    if not any(page.lines for page in pages):
        raise Unreadable(_no_text(len(pages), bool(scans)))
    empty = [number for number, page in enumerate(pages, start=1) if not page.lines]
    warnings += _about_pages(empty, scans)
    draft = _laid_out(*paragraphs_of(pages))
    text = draft.text
    if lost := text.count("\ufffd"):
        warnings.append(f"{lost:,} characters could not be decoded")
    title = document.get_metadata_value("Title")
    return Parsed(text, tuple(draft.blocks), title=_title(title), pages=tuple(draft.pages), warnings=tuple(warnings))


def _page(page: pypdfium2.PdfPage) -> Page:
    textpage = page.get_textpage()
    try:
        lines = lines_of(textpage.raw)
        left, bottom, right, top = page.get_bbox()
        tall = (-top, -bottom), (-right, -left), (bottom, top), (left, right)
        return Page(*tall[turn_of(textpage.raw)], tuple(lines))
    finally:
        textpage.close()


def _laid_out(pages: Sequence[Sequence[Paragraph]], book: Book) -> Draft:
    """The document; what is set apart on a page stands where it breaks no paragraph that goes on."""
    draft = Draft()
    pending = ""  # the beginning of a paragraph that goes on
    for number, page in enumerate(pages):
        body = [each for each in page if each.kind != "boilerplate"]
        edges = [each for each in page if each.kind == "boilerplate"]
        following = (
            [each for each in pages[number + 1] if each.kind != "boilerplate"] if number + 1 < len(pages) else []
        )
        draft.pages.append(draft.length + len(pending))
        if not pending:
            _add(draft, edges)
        for place, each in enumerate(body):
            went_on, text = bool(pending), pending + each.text
            pending = ""
            last = place == len(body) - 1 and following and not (went_on and edges)
            if last and goes_on(each, following[0]):
                pending = up_to(text, following[0].text, book)
            else:
                draft.add(text, each.kind, each.level)
            if went_on and not pending:
                _add(draft, edges)
    return draft


def _add(draft: Draft, edges: Sequence[Paragraph]) -> None:
    for each in edges:
        draft.add(each.text, "boilerplate")


def _has_image(page: pypdfium2.PdfPage) -> bool:
    return next(iter(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3)), None) is not None


def _no_text(pages: int, scanned: bool) -> str:
    if scanned:
        return (
            f"it has no text on its {pages} pages, only pictures: it looks scanned, and pictures are not read (no OCR)"
        )
    return f"there is no text on its {pages} pages"


def _about_pages(empty: Sequence[int], scans: Sequence[int]) -> Iterator[str]:
    if scans:
        yield f"no text but pictures on {_listed(scans)}: scanned, perhaps, and not read (no OCR)"
    if blank := [page for page in empty if page not in scans]:
        yield f"no text on {_listed(blank)}"


def _listed(pages: Sequence[int]) -> str:
    """Numbers of pages in words, many of them shortened."""
    shown = ", ".join(map(str, pages[:20])) + (f" and {len(pages) - 20} more" if len(pages) > 20 else "")
    return f"page {shown}" if len(pages) == 1 else f"pages {shown}"


def _title(title: str) -> str | None:
    """The title the file states, unless a program made it up from a file name."""
    made_up = title.lower().startswith(_NO_TITLE) or title.lower().endswith((".doc", ".docx", ".indd", ".tex", ".qxd"))
    return None if made_up else title.strip() or None


def _with_pypdf(data: bytes, why: str) -> Parsed:
    import pypdf

    reader = pypdf.PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable(_ENCRYPTED)
    draft = Draft()
    for page in reader.pages:
        draft.start_page()
        text = page.extract_text()
        draft.append(Parsed(text, tuple(blocks_of(text))))
        draft.write("\n\n")
    if not draft.blocks:
        raise Unreadable(_no_text(len(draft.pages), scanned=False))
    warning = f"it is damaged ({why}); what could be read of it was, in the order of the file"
    return Parsed(draft.text, tuple(draft.blocks), pages=tuple(draft.pages), warnings=(warning,))
