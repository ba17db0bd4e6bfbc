"""Keeping a set in order from the command line: ``check``, ``draft``, ``accept`` and ``strike``."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from qa.errors import QuestionSetError
from qa.eval.anchor import Anchors, reanchor
from qa.eval.check import problems
from qa.eval.draft import drafts
from qa.eval.edit import accept, add_questions, strike, struck
from qa.eval.engine import Engine, Subject
from qa.eval.fields import json_lines, printable
from qa.eval.sets import TextOf, find_set, not_bundled, set_file
from qa.settings import Settings, eval_sets_dir, index_dir

_PROPOSED = 20
"""Questions that ``draft`` proposes at a time."""
_REMEMBERED = 512
Say = Callable[[str], None]


def check(args: argparse.Namespace, engine: Engine, say: Say) -> int:
    """Say what is wrong in the sets named, and where quotes of changed documents stand now; 1 if anything is wrong."""
    found = 0
    with _opened(args, engine) as (subject, text_of):
        for name in args.sets[1:] or ["innovation"]:
            path = find_set(name, eval_sets_dir())
            if args.write:
                path = not_bundled(path, eval_sets_dir())
            moved = _moved(path, Anchors(text_of, subject.document_ids()), args.write)
            wrong = list(problems(path, text_of))
            for line in (*moved, *wrong):
                say(printable(line))
            mendable = any(" now reads " in line for line in moved) and not args.write
            if mendable:
                say("`pincite eval check --write` puts the quotes in as they stand now: look at each first")
            found += len(wrong)
    if not found:
        say("nothing is wrong")
    return 1 if found else 0


def _moved(path: Path, anchors: Anchors, write: bool) -> list[str]:
    try:
        return list(reanchor(path, anchors, write))
    except QuestionSetError:
        return []  # a line that cannot be read is among the problems, and is mended first


def draft(args: argparse.Namespace, engine: Engine, say: Say) -> int:
    """Propose questions from the index's documents into a set, and say all its drafts."""
    path = _one_set(args)
    known = [str(line.get("question")) for line in _lines(path)] + struck(path)
    with _opened(args, engine) as (subject, _):
        passages = (passage for id in subject.document_ids() for passage in subject.passages(id))
        proposed = drafts(passages, args.limit or _PROPOSED, known)
    if proposed:
        add_questions(path, proposed)
    for line in _lines(path):
        if line.get("draft") is True:
            answers = "; ".join(map(str, line.get("answers") or ())) or "no answer"
            documents = ", ".join(str(place.get("document")) for place in line.get("gold") or ())
            say(printable(f"{line.get('id')}  {line.get('question')}  ->  {answers}  ({documents or 'no document'})"))
    name = args.sets[1]
    say(f"{len(proposed)} proposed in {path}; they count when accepted: `pincite eval accept {name} ID...` (or `all`),")
    say(f'`pincite eval strike {name} ID...`, or edit the file and leave out "draft"')
    return 0


def decide(args: argparse.Namespace, engine: Engine, say: Say) -> int:
    """``accept`` or ``strike`` the drafts named, or all."""
    path = _one_set(args, more=True)
    ids = None if args.sets[2:] == ["all"] else args.sets[2:]
    done = (accept if args.sets[0] == "accept" else strike)(path, ids)
    say(f"{len(done)} {'accepted' if args.sets[0] == 'accept' else 'struck'} in {path}")
    return 0


VERBS: Mapping[str, Callable[[argparse.Namespace, Engine, Say], int]] = {
    "check": check,
    "draft": draft,
    "accept": decide,
    "strike": decide,
}
"""The words that may stand in a set's place, and what each does; its exit status."""


def _one_set(args: argparse.Namespace, more: bool = False) -> Path:
    words = args.sets[1:]
    if not words or (len(words) > 1) != more:
        args.parser.error(f"`{args.sets[0]}` needs a set{' and the ids of drafts, or `all`' if more else ''}")
    return set_file(words[0], eval_sets_dir())


def _lines(path: Path) -> list[Mapping[str, Any]]:
    return [line for _, line in json_lines(path)] if path.exists() else []


@contextmanager
def _opened(args: argparse.Namespace, engine: Engine) -> Iterator[tuple[Subject, TextOf]]:
    with closing(engine.open(args.index or index_dir(), Settings())) as subject:
        yield subject, lru_cache(_REMEMBERED)(lambda id: subject.document(id).text)
