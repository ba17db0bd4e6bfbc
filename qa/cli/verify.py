"""``pincite verify``."""

from __future__ import annotations

import sys
from argparse import Namespace

from qa.cli.common import json_lines, open_pincite
from qa.cli.terminal import safe
from qa.errors import PinciteError
from qa.verify import current_documents, faults


def run_verify(args: Namespace) -> int:
    answers = citations = failed = 0
    pincite = open_pincite(args, build=False)  # a new index has none of the cited documents
    try:
        with current_documents(pincite) as current:
            for number, answer in json_lines(args.file):
                found = list(faults(answer, pincite, current))
                for fault in found:
                    print(f"line {number}: {safe(fault)}")
                answers += 1
                citations += len(checked) if isinstance(checked := answer.get("citations"), list) else 0
                failed += len(found)
    finally:
        pincite.close()
    if not answers:
        raise PinciteError("there is no answer to verify: give what `pincite ask --json` printed")
    print(f"{answers} answers, {citations} citations checked, {failed} faults", file=sys.stderr)
    return 1 if failed else 0
