"""``pincite ask`` and ``pincite search``."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qa.cli.common import json_lines, known, open_pincite, print_json, tell
from qa.cli.terminal import Terminal, counted, safe
from qa.corpus import archive_of
from qa.errors import PinciteError, QuestionError
from qa.pipeline import Pincite
from qa.place import place
from qa.types import Answer, Citation, Hit, hits_to_json
from qa.verify import changed

_NO_TIME = {"retrieve": 0.0, "read": 0.0, "total": 0.0}
_NO_QUESTIONS = 'write {"question": "..."}, or give plain lines on standard input: pincite ask < FILE'
_STRENGTHS = ((0.8, "strong"), (0.65, "good"), (0.0, "fair"))


@dataclass(frozen=True, slots=True)
class _Asked:
    question: str
    history: list[str] = field(default_factory=list)
    id: Any = None


def run_ask(args: Namespace) -> int:
    """Answer one question, or many; a single one that cannot be asked is an error, one of many only costs itself."""
    if args.file is not None and (args.history or args.question is not None):
        args.usage_error("--file has its own questions and histories: leave out QUESTION and --history")
    terminal = Terminal(sys.stdout)
    pincite = open_pincite(args)
    tell(pincite)
    looked_at: set[str] = set()
    anew = "pincite index" if args.index is None else f"pincite index --index {args.index}"

    def show(answer: Answer, id: Any = None) -> None:
        _show(answer, id, args, terminal)
        sys.stdout.flush()
        _tell_changes(answer, looked_at, anew)

    try:
        only = _only(pincite, args)
        if args.question is not None:
            show(pincite.ask(args.question, args.history, top_k=args.top_k, only=only))
            return 0
        if args.file is not None:
            return _ask_all(pincite, list(_from_file(args)), only, args, show)
        return max((_ask_all(pincite, [asked], only, args, show) for asked in _from_stdin(args)), default=0)
    finally:
        pincite.close()


def run_search(args: Namespace) -> int:
    terminal = Terminal(sys.stdout)
    pincite = open_pincite(args)
    try:
        hits = pincite.search(args.question, top_k=args.top_k, mode=args.mode, only=_only(pincite, args))
        if args.json:
            for row in hits_to_json(hits):
                print_json(row)
        else:
            _show_hits(hits, terminal)
    finally:
        pincite.close()
    return 0


def _only(pincite: Pincite, args: Namespace) -> list[str] | None:
    """The documents that ``--source`` names; None = all."""
    return None if args.source is None else known(pincite, args.source)


def _ask_all(
    pincite: Pincite,
    questions: list[_Asked],
    only: list[str] | None,
    args: Namespace,
    show: Callable[[Answer, Any], None],
) -> int:
    """Show the answers as they come, in order; one that cannot be asked costs only itself."""
    status = 0
    pairs = [(each.question, each.history) for each in questions]
    answers: Iterable[Answer | QuestionError] = pincite.ask_many(pairs, top_k=args.top_k, only=only)
    if args.file is not None:
        answers = counted(answers, len(questions), "Answering", " questions")
    for asked, answer in zip(questions, answers, strict=True):
        if isinstance(answer, QuestionError):
            status = 1
            print(f"pincite: {safe(asked.question[:60])!r}: {answer}", file=sys.stderr)
            answer = Answer(asked.question, tuple(asked.history), (), (), (), 0.0, str(answer), _NO_TIME)
        show(answer, asked.id)
    return status


def _tell_changes(answer: Answer, looked_at: set[str], anew: str) -> None:
    """Say which cited documents are no longer what was indexed, each once."""
    for citation in answer.citations:
        if citation.source.id not in looked_at:
            looked_at.add(citation.source.id)
            if why := changed(citation.source):
                print(f"pincite: {safe(why)}: run `{anew}`", file=sys.stderr)


def _from_file(args: Namespace) -> Iterator[_Asked]:
    for number, row in json_lines(args.file, otherwise=_NO_QUESTIONS):
        question, history = row.get("question"), row.get("history", [])
        if (
            not isinstance(question, str)
            or not isinstance(history, list)
            or not all(isinstance(h, str) for h in history)
        ):
            raise PinciteError(f'{args.file}, line {number}: "question" must be text and "history" a list of texts')
        yield _Asked(question, history, row.get("id"))


def _from_stdin(args: Namespace) -> Iterator[_Asked]:
    """One question a line; a person at the keyboard has a conversation, a file has separate questions."""
    person = sys.stdin.isatty()
    history = list(args.history)
    if person:
        print("Ask a question; an empty line ends.", file=sys.stderr)
    while True:
        if person:
            print("? ", end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line or (person and not line.strip()):
            return
        if line.strip():
            yield _Asked(line.strip(), list(history))
            if person:
                history.append(line.strip())


def _show(answer: Answer, id: Any, args: Namespace, terminal: Terminal) -> None:
    if args.json:
        print_json(answer.to_json(id))
    elif answer.answers:
        for citation, found in zip(answer.citations, answer.answers, strict=True):
            _show_citation(citation, found.confidence, terminal)
    else:
        _show_refusal(answer, terminal)


def _show_citation(citation: Citation, confidence: float, terminal: Terminal) -> None:
    start = citation.start
    before, span, after = (
        safe(citation.quote[a - start : b - start])
        for a, b in (
            (start, citation.span_start),
            (citation.span_start, citation.span_end),
            (citation.span_end, citation.end),
        )
    )
    terminal.line(f"{before}{terminal.style(span, 'mark')}{after}")
    source = citation.source
    strength = next(word for least, word in _STRENGTHS if confidence >= least)
    about = [
        source.title,
        source.publisher,
        source.published,
        place(source, citation.page, citation.line, citation.headings),
        f"{strength} ({confidence:.0%})",
        _in_archive(Path(source.path)),
    ]
    terminal.line(f"  [{citation.number}] " + " · ".join(safe(part) for part in about if part))
    terminal.line(terminal.style(f"      {safe(citation.link)}", "dim"))
    terminal.line()


def _in_archive(path: Path) -> str:
    """What to look for in the archive that a link leads to; empty for a file of its own."""
    archive = archive_of(path)
    return f"{path.relative_to(archive)} in {archive.name}" if archive else ""


def _show_refusal(answer: Answer, terminal: Terminal) -> None:
    terminal.line(terminal.style("The sources do not answer this question.", "bold") + f" {safe(answer.reason or '')}")
    if answer.hits:
        terminal.line("Closest passages (none surely answers it):")
        _show_hits(answer.hits[:3], terminal)
    terminal.line()


def _show_hits(hits: tuple[Hit, ...], terminal: Terminal) -> None:
    for hit in hits:
        scores = ", ".join(f"{name} {value:.2f}" for name, value in hit.scores.items())
        place = f"{safe(hit.passage.document_id)} {hit.passage.start}-{hit.passage.end}"
        terminal.line(f"{hit.rank:3}. {place}  {hit.score:.3f} ({scores})")
        terminal.line(terminal.folded(hit.passage.text, "     "))
