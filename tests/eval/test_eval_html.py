"""The report as a page: whole, closed to the network, and unmoved by hostile text."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from qa.eval.charts import types_plot
from qa.eval.html import html
from qa.eval.plan import Plan
from qa.eval.report import Report
from qa.eval.service import run_plan
from qa.measures.table import Estimate

HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)">\'"&\u202e\x1b[2J$\\frac{'
VOID = {"meta", "br", "img", "link", "input", "hr"}
PLOTS = {"Where questions were lost", "Risk and coverage", "Reliability", "By type of question", "Time"}


class Page(HTMLParser):
    """Every start tag and its attributes, the text, and whether each tag that opens closes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def line(id: str, question: str, **more: Any) -> dict[str, Any]:
    gold = [{"document": "station.txt", "quote": "The station opened in 1904."}]
    return {"id": id, "question": question, "answers": ["1904"], "gold": gold, "type": "date", **more}


@pytest.fixture
def report(fake: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Report:
    """A run with every stage of loss but one, and hostile text in every field a file can bring."""
    monkeypatch.setenv("PINCITE_HOME", str(tmp_path / "home"))
    lines = [
        line("right", "When did the station open, opened in which year?"),
        line(HOSTILE, f"What opened after a fire? {HOSTILE}", answers=[HOSTILE], type=HOSTILE, history=[HOSTILE]),
        line("refused", "Where are tickets?", answers=["x"], gold=[{"document": "station.txt", "quote": "Tickets"}]),
        line("not refused", "Who opened the bridge?", answers=[], gold=[], type="none"),
        line("lost", "Who paints?"),
    ]
    path = tmp_path / "hostile.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    return run_plan(Plan(str(path), index_dir=tmp_path / "town"), fake.engine, out=tmp_path / "out")


def test_the_page_is_whole_and_needs_nothing_else(report: Report, tmp_path: Path) -> None:
    page = Page((tmp_path / "out" / "report.html").read_text(encoding="utf-8"))
    assert page.open == []
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "embed", "image", "form", "base"}
    for tag, attributes in page.tags:
        assert not any(name.startswith("on") for name in attributes), tag
        for name in ("href", "xlink:href", "src"):
            assert (attributes.get(name) or "#").startswith("#"), tag
    assert any("default-src 'none'" in (attributes.get("content") or "") for _, attributes in page.tags)
    assert {text for text in PLOTS if text in page.text} == PLOTS
    for fact in ("answer-in-text@1", "0123456789abcdef", "dense_share", "words", report.about.key):
        assert fact in page.text


def test_hostile_text_is_text(report: Report) -> None:
    page = html(report)
    assert "<script" not in page and "<img" not in page
    assert "\u202e" not in page and "\x1b" not in page
    parsed = Page(page)
    shown = HOSTILE.replace("\u202e", "\ufffd").replace("\x1b", "\ufffd")
    assert f"What opened after a fire? {shown}" in parsed.text
    assert "$\\frac{" in parsed.text


def test_lost_questions_are_shown_with_what_was_expected_and_what_came(report: Report) -> None:
    text = " ".join(Page(html(report)).text.split())
    assert "Wrong answer: 1" in text and "Not retrieved: 1" in text and "Not refused: 1" in text
    assert "…The station opened in 1904. The bridge opened in 1931" in text
    assert "station.txt, characters 28 to 67" in text
    assert "Nothing is close." in text


def test_ids_in_the_page_are_unique_and_every_reference_leads_to_one(report: Report) -> None:
    page = Page(html(report))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    used = re.findall(r"url\(#([^)]+)\)", html(report))
    used += [attributes["xlink:href"] or "" for _, attributes in page.tags if "xlink:href" in attributes]
    assert {name.lstrip("#") for name in used} <= set(ids)


def test_colours_are_the_pages_own(report: Report) -> None:
    drawn = re.findall(r"<svg.*?</svg>", html(report), flags=re.DOTALL)
    assert drawn
    for plot in drawn:
        assert not re.search(r"#[0-9a-f]{6}", plot.split("<defs>", 1)[1])
        assert "var(--ink)" in plot


def test_the_same_report_is_the_same_page(report: Report) -> None:
    assert html(report) == html(report)


def test_retrieval_alone_has_the_plots_it_can_have(fake: Any, tmp_path: Path, report: Report) -> None:
    plan = Plan(str(tmp_path / "hostile.jsonl"), index_dir=tmp_path / "town", mode="dense")
    page = html(run_plan(plan, fake.engine))
    assert "Risk and coverage" not in page and "Reliability" not in page
    assert "Where questions were lost" in page


def test_a_type_with_no_name_or_a_long_one_can_be_drawn() -> None:
    estimate = Estimate("F1", 3, 0.5, 0.2, 0.9)
    drawn = types_plot({"": [estimate], "x" * 500: [estimate], "_hidden $": [estimate]}, "F1")
    assert drawn is not None
    assert "(none) (3)" in drawn and "_hidden $ (3)" in drawn
    assert "x" * 40 not in drawn


def test_nothing_heavy_is_imported_before_a_report_is_written() -> None:
    code = "import sys; import qa.eval.html; print({'matplotlib', 'jinja2'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
