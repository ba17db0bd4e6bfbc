"""``pincite index`` and ``pincite sources``."""

from __future__ import annotations

import sys
from argparse import Namespace
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from qa.cli.common import index_dir, known, open_pincite, print_json, report
from qa.cli.terminal import ProgressBars, Terminal, safe
from qa.index.store import SourceEntry
from qa.library import IndexReport, add, index_paths, remove


def run_index(args: Namespace) -> int:
    try:
        with ProgressBars() as progress:
            result = index_paths(args.paths, index_dir(args), encoder=args.encoder, progress=progress)
    except KeyboardInterrupt:
        print("pincite: stopped; the index is as it was, and what was embedded is kept: run it again", file=sys.stderr)
        return 130
    _say(result, index_dir(args))
    return _watch(index_dir(args)) if args.watch else 0


def _watch(folder: Path) -> int:
    from qa.watch import watch

    def say(result: IndexReport) -> None:
        print(f"{datetime.now():%H:%M:%S} ", end="")
        _say(result, folder)
        sys.stdout.flush()

    def complain(message: str) -> None:
        print(f"pincite: {datetime.now():%H:%M:%S} {' '.join(safe(message).split())}", file=sys.stderr)

    print("pincite: watching for changes; Ctrl-C ends it", file=sys.stderr)
    sys.stdout.flush()
    try:
        watch(folder, on_report=say, on_error=complain)
    except KeyboardInterrupt:
        print("pincite: no longer watching; the index is as it was last written", file=sys.stderr)
    return 0


def run_sources(args: Namespace) -> int:
    if args.health:
        if args.action is not None:
            args.usage_error(f"--health is about all documents: leave out {args.action!r}")
        from qa.cli.health import run_health

        return run_health(args)
    action = {"list": _list, "show": _show, "add": _add, "remove": _remove}[args.action or "list"]
    return action(args)


def _list(args: Namespace) -> int:
    terminal = Terminal(sys.stdout)
    pincite = open_pincite(args)
    try:
        for entry in pincite.sources():
            if args.json:
                print_json(_row(entry))
            else:
                _print_entry(entry, terminal)
        for failure in pincite.failures():
            print(f"pincite: not read: {safe(failure.path)}: {safe(failure.reason)}", file=sys.stderr)
    finally:
        pincite.close()
    return 0


def _show(args: Namespace) -> int:
    pincite = open_pincite(args)
    try:
        (id,) = known(pincite, [args.id])
        if args.text and not args.json:
            # Bytes, since the text must come out as it is: print() would change line ends on some systems.
            sys.stdout.flush()
            sys.stdout.buffer.write(pincite.document(id).text.encode("utf-8"))
            sys.stdout.buffer.flush()
            return 0
        entry = next(entry for entry in pincite.sources() if entry.source.id == id)
        if args.json:
            print_json(_row(entry) | ({"text": pincite.document(id).text} if args.text else {}))
        else:
            _print_entry(entry, Terminal(sys.stdout))
    finally:
        pincite.close()
    return 0


def _add(args: Namespace) -> int:
    with ProgressBars() as progress:
        result = add(args.paths, index_dir(args), progress=progress)
    _say(result, index_dir(args), json=args.json)
    return 0


def _remove(args: Namespace) -> int:
    with ProgressBars() as progress:
        result = remove(args.ids, index_dir(args), progress=progress)
    _say(result, index_dir(args), json=args.json)
    return 0


def _say(result: IndexReport, folder: Path, *, json: bool = False) -> None:
    report(result)
    if json:
        print_json({**asdict(result), "index": str(folder)})
        return
    print(
        f"{result.documents} documents, {result.passages} passages ({result.embedded} embedded) "
        f"in {result.seconds:.1f} s: {safe(str(folder))}"
    )


def _row(entry: SourceEntry) -> dict[str, object]:
    return {**asdict(entry.source), "passages": entry.passages, "characters": entry.characters}


def _print_entry(entry: SourceEntry, terminal: Terminal) -> None:
    source = entry.source
    terminal.line(terminal.style(safe(source.id), "bold"))
    terminal.line("  " + " · ".join(safe(part) for part in (source.title, source.publisher, source.published) if part))
    terminal.line(f"  {source.kind}, {source.size:,} bytes, {entry.passages} passages")
    terminal.line(terminal.style(f"  {safe(source.url or source.path)}", "dim"))
