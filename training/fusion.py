"""Choose the fusion and the size of passages: success@1, MRR@10 and success@16 of the gold span, on public training
sets and on the questions that calibrate, of which many are in other words. BM25 is divided by what a passage with all
the question's words gets ("all"), or by the best passage's ("best").

python -m training.fusion --data DIR --chunk-tokens 128 200
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from qa.library import build
from qa.pipeline import Pincite
from qa.retriever import fuse
from qa.settings import Settings
from qa.types import Document, Passage, Span
from training.calibrate import Known, document, public
from training.questions import heading, read_items

SETS = ("squad2_eleven_articles", "squadshifts-wiki", "policyqa", "nq_open_oracle")
WAYS = [(by, share) for by in ("all", "best") for share in (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0)]
OTHERWISE = "calibration"
PER_SET = 400


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--chunk-tokens", type=int, nargs="+", default=[128, 200])
    args = parser.parse_args()
    for tokens in args.chunk_tokens:
        for name in (*SETS, OTHERWISE):
            documents, known = public(args.data) if name == OTHERWISE else public_questions(args.data, name)
            with tempfile.TemporaryDirectory() as folder:
                build(documents, Path(folder), Settings(chunk_tokens=tokens))
                ranks = list(_ranks(Pincite.open(Path(folder)), known))
            for number, (by, share) in enumerate(WAYS):
                own = [row[number] for row in ranks]
                success = sum(rank == 1 for rank in own) / len(own)
                reciprocal = sum(1 / rank for rank in own if rank and rank <= 10) / len(own)
                read = sum(1 <= rank <= Settings().read_passages for rank in own) / len(own)
                print(tokens, name, len(own), by, share, *(f"{x:.3f}" for x in (success, reciprocal, read)), sep="\t")


def public_questions(data: Path, name: str) -> tuple[list[Document], list[Known]]:
    """``PER_SET`` answerable questions of a set, chosen by hash, and the texts of these as documents."""
    items = [item for item in read_items(data / f"{name}.jsonl.gz") if item.spans]
    chosen = sorted(items, key=lambda item: hashlib.sha256(item.question.encode()).digest())[:PER_SET]
    ids = {item.context: f"{number:06d}" for number, item in enumerate(chosen)}
    documents = {ids[item.context]: document(ids[item.context], item.context, heading(item)) for item in chosen}
    known = [Known(i.question, i.group, tuple((ids[i.context], Span(*span)) for span in i.spans)) for i in chosen]
    return list(documents.values()), known


def _ranks(pincite: Pincite, known: Sequence[Known]) -> Iterator[list[int]]:
    """For each question the rank of the first passage that overlaps the gold in every way; 0 = not found."""
    pool = pincite.settings.pool
    for item in (item for item in known if item.gold):
        hits = pincite.search(item.question, top_k=2 * pool)
        parts = {
            name: {n: h.scores[name] for n, h in enumerate(hits) if name in h.scores} for name in ("dense", "lexical")
        }
        good = {n for n, hit in enumerate(hits) if _is_gold(hit.passage, item)}
        full = pincite.index.lexical.full_score(item.question)
        row = []
        for by, share in WAYS:
            fused = fuse(parts["dense"], parts["lexical"], share, full if by == "all" else 0.0)
            order = sorted(fused, key=lambda n: -fused[n])
            row.append(next((rank for rank, n in enumerate(order, start=1) if n in good), 0))
        yield row


def _is_gold(passage: Passage, item: Known) -> bool:
    return any(
        passage.document_id == id and passage.start < span.end and span.start < passage.end for id, span in item.gold
    )


if __name__ == "__main__":
    main()
