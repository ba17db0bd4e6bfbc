"""``pincite eval``: the command, its arguments and its exit status. Heavy imports wait until it runs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qa.eval.engine import Engine
    from qa.eval.job import Job

DESCRIPTION = """\
Runs known questions and prints measures, each with n and a 95 % interval.

SET is a name under the folder of sets, a folder with questions.jsonl, or a .jsonl file. A line of it:

  {"id": "1", "question": "When did it open?", "answers": ["1904"],
   "gold": [{"document": "station.txt", "quote": "The station opened in 1904."}], "type": "fact"}

Empty "answers" and "gold": the sources do not answer, and a refusal is right. "history" may list the
earlier questions of a conversation, "split" may be dev or test. The quote must stand in the document
letter for letter.

  pincite eval check SET           names every line that is wrong; --write mends quotes of changed documents
  pincite eval draft SET           proposes questions from the documents of the index
  pincite eval accept SET ID...    counts drafts from now on, and
  pincite eval strike SET ID...    takes them out (ID: as listed by draft, or all)
"""


READER_HELP = (
    "another reader: a question-answering model or cross-encoder of transformers, a folder or its name on a model hub; "
    "or sentence, which is ours and uses no trained network (default: trained)"
)
MODE = "retrieval only, this way; answers: ask the reader, too, where the default would only retrieve"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command ``eval``; ``args.run(args)`` gives its exit status."""
    parser = subparsers.add_parser(
        "eval",
        help="run known questions and print measures",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("sets", nargs="*", metavar="SET", help="question sets (default: innovation)")
    public = parser.add_mutually_exclusive_group()
    public.add_argument("--beir", type=Path, metavar="DIR", help="a BEIR folder; retrieval only")
    public.add_argument("--spans", type=Path, metavar="DIR", help="documents and a .csv of spans; retrieval only")
    public.add_argument("--trec", type=Path, metavar="DIR", help="qrels, topics and documents; retrieval only")
    public.add_argument("--squad", type=Path, metavar="FILE", help="SQuAD JSON; every paragraph a document")
    parser.add_argument("--index", type=Path, metavar="DIR", help="the index to ask")
    parser.add_argument("--encoder", metavar="NAME", help="the encoder for --beir, --spans, --trec and --squad")
    parser.add_argument("--reader", metavar="NAME_OR_FOLDER", help=READER_HELP)
    parser.add_argument("--split", choices=("dev", "test", "all"), default="all", help="which questions")
    parser.add_argument("--limit", type=_count, metavar="N", help="the first N questions only")
    parser.add_argument("--mode", choices=("hybrid", "dense", "lexical", "answers"), help=MODE)
    parser.add_argument("--out", type=Path, metavar="DIR", help="write questions, summary, TREC files")
    parser.add_argument("--compare", type=Path, metavar="RUN", help="an earlier --out to compare with")
    parser.add_argument(
        "--vary",
        type=_variation,
        metavar="KEY=A,B",
        help="mode, encoder or a setting: each value, compared with the first",
    )
    parser.add_argument(
        "--sweep",
        action="append",
        type=_variation,
        metavar="KEY=A,B",
        help="every combination; the best on dev, on test",
    )
    parser.add_argument("--measure", type=_measure, metavar="NAME", help="what --sweep takes the best by")
    parser.add_argument("--json", action="store_true", help="one JSON object for each set")
    parser.add_argument("--write", action="store_true", help="with check: put in the quotes as they stand now")
    parser.add_argument("--markdown", action="store_true", help="tables for a pull request")
    parser.add_argument(
        "--fail-below", action="append", default=[], type=_floor, metavar="MEASURE=VALUE", help="else exit 1"
    )
    parser.add_argument("--fail-if-worse", action="store_true", help="exit 1 on a significant loss to RUN")
    parser.set_defaults(run=run, parser=parser)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def _variation(text: str) -> object:
    from qa.eval.variants import parse_variation

    try:
        return parse_variation(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _measure(text: str) -> str:
    from qa.measures.table import BY_NAME, MEASURES

    if text.lower() not in BY_NAME:
        raise argparse.ArgumentTypeError(f"{text!r} is none of: {', '.join(each.name for each in MEASURES)}")
    return BY_NAME[text.lower()].name


def _floor(text: str) -> object:
    from qa.eval.gates import parse_floor

    try:
        return parse_floor(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def run(args: argparse.Namespace, engine: Engine | None = None) -> int:
    """Exit status: 0 done, 1 a gate failed. Raises ``PinciteError`` for the edge to print."""
    _check_usage(args)
    from qa.eval.engine import PRODUCT
    from qa.eval.job import Job, shown_sweep
    from qa.eval.keep import VERBS

    if args.sets and (verb := VERBS.get(args.sets[0])):
        return verb(args, engine or PRODUCT, print)
    job = Job(args, engine or PRODUCT)
    try:
        if args.sweep:
            sys.stdout.write(shown_sweep(job.swept(), args))
            return 0
        return _run(job, args)
    except KeyboardInterrupt:
        print("pincite: stopped; what was answered is kept: the same command goes on from there", file=sys.stderr)
        return 130


def _run(job: Job, args: argparse.Namespace) -> int:
    from qa.eval.job import failures, shown

    failed: list[str] = []
    for report in job.varied() if args.vary else job.reports():
        sys.stdout.write(shown(report, args))
        sys.stdout.flush()
        failed += failures(report, args)
    for line in failed:
        print(line, file=sys.stderr)
    return 1 if failed else 0


def _check_usage(args: argparse.Namespace) -> None:
    """Exits with status 2 on arguments that do not go together."""
    public = args.beir or args.spans or args.trec or args.squad
    problems = {
        "name sets, or --beir, --spans, --trec or --squad: one of them": args.sets and public,
        "--index is for sets; --beir, --spans, --trec and --squad make their own": args.index and public,
        "--encoder is for --beir, --spans, --trec and --squad; an index has its own": args.encoder and not public,
        "--fail-if-worse needs --compare RUN or --vary": args.fail_if_worse and not (args.compare or args.vary),
        "--vary or --sweep: one of them": args.vary and args.sweep,
        "--vary and --sweep compare their own runs; leave out --compare": (args.vary or args.sweep) and args.compare,
        "--vary and --sweep are for one set": (args.vary or args.sweep) and len(args.sets) > 1,
        "--sweep takes each KEY once": len({each.key for each in args.sweep or ()}) < len(args.sweep or ()),
        "--sweep splits a set itself; leave out --split": args.sweep and args.split != "all",
        "--sweep has no gates": args.sweep and (args.fail_below or args.fail_if_worse),
        "--measure is for --sweep": args.measure and not args.sweep,
        "--write is for check": args.write and args.sets[:1] != ["check"],
        "--json or --markdown: one of them": args.json and args.markdown,
    }
    for problem, there in problems.items():
        if there:
            args.parser.error(problem)
