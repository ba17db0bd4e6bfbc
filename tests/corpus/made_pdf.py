"""PDFs for tests, made with reportlab: the text of every page is known beforehand."""

from __future__ import annotations

import io
from collections.abc import Sequence

from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageBreak, PageTemplate, Paragraph

WIDTH, HEIGHT = A4
Placed = tuple[float, float, str]
"""Points from the left and from the top, and a line of text."""


def placed(pages: Sequence[Sequence[Placed]], size: float = 10, turn: int = 0) -> bytes:
    """Pages with each line just where it is said; ``turn``: of the pages, in degrees."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4)
    for lines in pages:
        canvas.setPageRotation(turn)
        canvas.setFont("Helvetica", size)
        for left, top, text in lines:
            canvas.drawString(left, HEIGHT - top, text)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def report(
    pages: Sequence[Sequence[str]], columns: int = 1, head: str = "", title: str = "", password: str = ""
) -> bytes:
    """Set by reportlab: paragraphs of each page (``# `` before a heading), a running head, page numbers below."""
    file = io.BytesIO()
    locked = StandardEncryption(password) if password else None
    document = BaseDocTemplate(file, pagesize=A4, title=title, encrypt=locked)
    width = (WIDTH - 144 - 20 * (columns - 1)) / columns
    frames = [Frame(72 + n * (width + 20), 72, width, HEIGHT - 150, 0, 0, 0, 0) for n in range(columns)]

    def edges(canvas: Canvas, _: object) -> None:
        if head:
            canvas.drawString(72, HEIGHT - 40, head)
            canvas.drawCentredString(WIDTH / 2, 30, f"Page {canvas.getPageNumber()}")

    document.addPageTemplates(PageTemplate(frames=frames, onPage=edges))
    styles = getSampleStyleSheet()
    story = []
    for page in pages:
        for text in page:
            heading = text.startswith("# ")
            story.append(Paragraph(text.removeprefix("# "), styles["Heading1" if heading else "BodyText"]))
        story.append(PageBreak())
    document.build(story)
    return file.getvalue()


def picture() -> bytes:
    """One page with a picture and no text, as a scanner makes it."""
    from PIL import Image

    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4)
    canvas.drawImage(ImageReader(Image.new("L", (60, 80), 200)), 0, 0, WIDTH, HEIGHT)
    canvas.save()
    return file.getvalue()
