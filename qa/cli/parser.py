"""What can be typed, with help that teaches."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from qa import settings
from qa.cli import about
from qa.cli.arguments import model_name, percent, port, positive
from qa.corpus.formats import ARCHIVES, PARSERS
from qa.eval.cli import READER_HELP


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from qa import __version__

        print(f"pincite {__version__}")
        parser.exit()


def make_parser() -> argparse.ArgumentParser:
    """The parser; every command sets ``run`` to the function that does it."""
    parser = argparse.ArgumentParser(
        prog="pincite",
        description=about.PINCITE,
        epilog=about.PINCITE_END,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for add in (_index, _ask, _search, _sources, _verify, _eval, _calibrate, _serve, _mcp):
        add(commands)
    return parser


Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _command(commands: Commands, name: str, help: str, description: str) -> argparse.ArgumentParser:
    return commands.add_parser(
        name, help=help, description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def _index_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--index", type=Path, metavar="DIR", help=f"the index folder (default: {_shown(settings.index_dir())})"
    )


def _source_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--source", action="append", metavar="ID", help="look in this document only; repeat for several (default: all)"
    )


def _answer_options(parser: argparse.ArgumentParser) -> None:
    _reader_option(parser)
    parser.add_argument(
        "--accuracy",
        type=percent,
        metavar="PERCENT",
        help="how many of a hundred shown answers shall be right: the more, the more is refused (default: "
        f"{settings.Settings().accuracy * 100:.0f})",
    )


def _reader_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reader", type=model_name, metavar="NAME_OR_FOLDER", help=READER_HELP)


def _shown(path: Path) -> str:
    """A path as a person would type it."""
    for base, prefix in ((Path.cwd(), ""), (Path.home(), "~/")):
        if path.is_relative_to(base):
            return (prefix + path.relative_to(base).as_posix()).replace("%", "%%")
    return str(path).replace("%", "%%")


def _index(commands: Commands) -> None:
    parser = _command(
        commands,
        "index",
        "read documents and build or update the index",
        about.INDEX.format(formats=" ".join(sorted({*PARSERS, *ARCHIVES}))),
    )
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="a folder or a file")
    _index_option(parser)
    parser.add_argument(
        "--encoder",
        type=model_name,
        metavar="NAME_OR_FOLDER",
        help="a sentence-transformers model (default: as before)",
    )
    parser.add_argument("--watch", action="store_true", help="go on updating as files change, until Ctrl-C")
    parser.set_defaults(run=_lazily("qa.cli.library", "run_index"))


def _ask(commands: Commands) -> None:
    parser = _command(
        commands,
        "ask",
        "answer a question with quotes and citations",
        about.ASK,
    )
    asked = parser.add_mutually_exclusive_group()
    asked.add_argument("question", nargs="?", metavar="QUESTION", help="left out: one a line from standard input")
    asked.add_argument("--file", type=Path, metavar="FILE.jsonl", help="questions from a file, one JSON object a line")
    parser.add_argument(
        "--history", action="append", default=[], metavar="TEXT", help="an earlier question; repeat, oldest first"
    )
    parser.add_argument("--top-k", type=positive, default=10, metavar="N", help='passages in "hits" (default: 10)')
    _source_option(parser)
    _answer_options(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    _index_option(parser)
    parser.set_defaults(run=_lazily("qa.cli.ask", "run_ask"), usage_error=parser.error)


def _search(commands: Commands) -> None:
    parser = _command(
        commands,
        "search",
        "rank passages, answer nothing",
        about.SEARCH,
    )
    parser.add_argument("question", metavar="QUESTION", help="words are enough: it need not be a question")
    parser.add_argument("--top-k", type=positive, default=10, metavar="N", help="how many (default: 10)")
    _source_option(parser)
    parser.add_argument("--mode", choices=("hybrid", "dense", "lexical"), default="hybrid", help="(default: hybrid)")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    _index_option(parser)
    parser.set_defaults(run=_lazily("qa.cli.ask", "run_search"))


def _sources(commands: Commands) -> None:
    parser = _command(
        commands,
        "sources",
        "list, show, add or remove documents",
        about.SOURCES,
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument(
        "--health", action="store_true", help="failures, pages without text, duplicates, languages and more"
    )
    _index_option(parser)
    parser.set_defaults(run=_lazily("qa.cli.library", "run_sources"), action=None, usage_error=parser.error)
    # Given after the action, an option must not be reset to its default by the action's own parser.
    shared = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    shared.add_argument("--json", action="store_true", help="one JSON object a line")
    shared.add_argument("--index", type=Path, metavar="DIR", help="the index folder")
    actions = parser.add_subparsers(dest="action", metavar="ACTION")

    def action(name: str, help: str, description: str) -> argparse.ArgumentParser:
        formatter = argparse.RawDescriptionHelpFormatter
        return actions.add_parser(name, parents=[shared], help=help, description=description, formatter_class=formatter)

    action("list", "list the documents (the default)", "List the documents in the index; with --json, all of each.")
    show = action("show", "show one document", about.SHOW)
    show.add_argument("id", metavar="ID", help="as `pincite sources` prints it")
    show.add_argument("--text", action="store_true", help="its text, byte for byte, and nothing else")
    add = action("add", "add documents", about.ADD)
    add.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a folder or a file")
    remove = action("remove", "take documents out of the index", about.REMOVE)
    remove.add_argument("ids", nargs="+", metavar="ID", help="as `pincite sources` prints it")


def _verify(commands: Commands) -> None:
    parser = _command(
        commands,
        "verify",
        "check every citation against the sources",
        about.VERIFY,
    )
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE.jsonl", help="left out: standard input")
    _index_option(parser)
    parser.set_defaults(run=_lazily("qa.cli.verify", "run_verify"))


def _eval(commands: Commands) -> None:
    from qa.eval.cli import add_parser

    add_parser(commands)


def _calibrate(commands: Commands) -> None:
    parser = _command(
        commands,
        "calibrate",
        "fit the confidence to your own questions",
        about.CALIBRATE,
    )
    parser.add_argument("set", nargs="?", metavar="SET", help="a question set: a name, a folder or a .jsonl file")
    parser.add_argument(
        "--split", choices=("dev", "test", "all"), help="(default: dev where a question has that split, else all)"
    )
    parser.add_argument("--dry-run", action="store_true", help="write nothing")
    parser.add_argument("--reset", action="store_true", help="back to the confidence that ships")
    _reader_option(parser)
    _index_option(parser)
    parser.set_defaults(run=_lazily("qa.cli.calibrate", "run_calibrate"), usage_error=parser.error)


def _serve(commands: Commands) -> None:
    parser = _command(
        commands,
        "serve",
        "open the screen, the REST API and MCP",
        about.SERVE,
    )
    parser.add_argument("--host", default="127.0.0.1", help="(default: 127.0.0.1, reachable from this machine only)")
    parser.add_argument("--port", type=port, default=7860, help="(default: 7860; 0 = any free one)")
    parser.add_argument(
        "--token",
        help="what a visitor must know, 12 characters or more (default: the variable PINCITE_TOKEN, which others on "
        "this machine cannot see in the list of processes)",
    )
    parser.add_argument(
        "--questions",
        metavar="SET",
        help="where Correct and Wrong keep what they save: a folder, a .jsonl file or a set's name (default: mine)",
    )
    parser.add_argument("--open", action="store_true", help="open the screen in your browser")
    _answer_options(parser)
    _index_option(parser)
    parser.set_defaults(run=_lazily("qa.cli.serve", "run_serve"))


def _mcp(commands: Commands) -> None:
    parser = _command(
        commands,
        "mcp",
        "answer an MCP client, such as a desktop assistant",
        about.MCP,
    )
    _answer_options(parser)
    _index_option(parser)
    parser.set_defaults(run=_lazily("qa.cli.serve", "run_mcp"))


def _lazily(module: str, function: str) -> Callable[[argparse.Namespace], int]:
    """A command whose module is imported when it runs, so that `--help` is instant."""

    def run(args: argparse.Namespace) -> int:
        from importlib import import_module

        return int(getattr(import_module(module), function)(args))

    return run
