"""What training minimises."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor
from torch.nn import functional

from qa.reader.neural_model import LOWEST
from training.batches import Batch

Scores = tuple[Tensor, Tensor, Tensor, Tensor, Tensor]


KINDS = ("joint", "sigmoid")
KEEPING = 3.0
"""How much a window counts that is to be read as another network reads it, beside one with gold spans: less is lost
there from one step to the next, so it pulls less."""


def loss(scores: Scores, batch: Batch, kind: str = "joint") -> tuple[Tensor, Tensor]:
    """Mean loss of the spans and of "answers at all"; for ``sigmoid`` the spans' is that of ``each_alone``.

    Spans: minus the log of the probability of the gold spans together, among all spans and the null; on
    passages that answer, half of the same for starts and for ends alone. Several gold spans share: any is right.
    Where a question comes with rivals, also ``among_rivals``.
    """
    starts, ends, spans, null, answer = scores
    gold_start, gold_end, gold_span = (torch.zeros_like(s, dtype=torch.bool) for s in (starts, ends, spans))
    for i, gold in enumerate(batch.spans):
        for first, last in gold:
            gold_start[i, first] = gold_end[i, last] = gold_span[i, first, last - first] = True
    answers = torch.tensor([bool(gold) for gold in batch.spans], device=null.device)
    answered = functional.binary_cross_entropy_with_logits(answer, answers.float())
    if kind == "sigmoid":
        return each_alone(spans.flatten(1) - null[:, None], gold_span.flatten(1)), answered
    everything = torch.cat([null[:, None], spans.flatten(1)], dim=1)
    right = torch.cat([~answers[:, None], gold_span.flatten(1)], dim=1)
    joint = -_log_share(everything, right).mean()
    alone = -(_log_share(starts, gold_start) + _log_share(ends, gold_end))[answers].sum() / len(answers)
    rivals = among_rivals(spans.flatten(1) - null[:, None], gold_span.flatten(1), batch.rows)
    return joint + 0.5 * alone + rivals, answered


def with_kept(scores: Scores, taught: Scores, batch: Batch, kind: str = "joint") -> tuple[Tensor, Tensor]:
    """Mean of ``loss`` and, for the windows that are kept, ``KEEPING`` times that of ``keeping``."""
    share = batch.kept.float().mean().item()
    told = ~batch.kept
    spans = [gold for gold, kept in zip(batch.spans, batch.kept.tolist(), strict=True) if not kept]
    parts = []
    if share < 1:
        rest = replace(batch, spans=spans, rows=batch.rows[told])
        parts.append((1 - share, loss(_chosen(scores, told), rest, kind)))
    if share > 0:
        parts.append((KEEPING * share, keeping(_chosen(scores, batch.kept), _chosen(taught, batch.kept))))
    span, answer = (sum(weight * part[n] for weight, part in parts) for n in range(2))
    return torch.as_tensor(span), torch.as_tensor(answer)


def keeping(scores: Scores, taught: Scores) -> tuple[Tensor, Tensor]:
    """How far the scores are from another network's: the Kullback-Leibler divergence over all spans and the null, and
    that of "answers at all"; a window's mean (Li and Hoiem 2017, "Learning without Forgetting")."""

    def logs(scores: Scores) -> tuple[Tensor, Tensor]:
        _, _, spans, null, answer = scores
        everything = torch.cat([null[:, None], spans.flatten(1)], dim=1).log_softmax(1)
        return everything, torch.stack([functional.logsigmoid(answer), functional.logsigmoid(-answer)], dim=1)

    span, answer = (
        functional.kl_div(ours, theirs, reduction="batchmean", log_target=True)
        for ours, theirs in zip(logs(scores), logs(taught), strict=True)
    )
    return span, answer


def _chosen(scores: Scores, windows: Tensor) -> Scores:
    starts, ends, spans, null, answer = (part[windows] for part in scores)
    return starts, ends, spans, null, answer


def each_alone(odds: Tensor, right: Tensor) -> Tensor:
    """Each span is right or not, whatever the others are: the sum of their cross entropies, a window's mean.

    ``odds``, ``right`` [windows, spans]; spans that cannot be are far below all others and cost nothing.
    """
    return functional.binary_cross_entropy_with_logits(odds, right.float(), reduction="none").sum(1).mean()


def among_rivals(odds: Tensor, right: Tensor, rows: Tensor) -> Tensor:
    """Minus the log of the gold spans' share of all spans in all passages of their question, each against its own
    null, since that is how passages are compared when a question is answered; the sum over questions with rivals by
    the number of windows.

    ``odds``, ``right`` [windows, spans]; ``rows`` [windows]: which question a window is of. Normalised over several
    passages as in Clark and Gardner 2018, "Simple and Effective Multi-Paragraph Reading Comprehension".
    """
    whole = odds.logsumexp(1)
    gold = odds.masked_fill(~right, 2 * LOWEST).logsumexp(1)
    asked = [rows == number for number in sorted(set(rows.tolist()))]
    lost = [whole[of].logsumexp(0) - gold[of].logsumexp(0) for of in asked if of.sum() > 1]
    return torch.stack(lost).sum() / len(rows) if lost else odds.new_zeros(())


def _log_share(scores: Tensor, right: Tensor) -> Tensor:
    """Log of the probability that falls on ``right`` in each row."""
    return scores.masked_fill(~right, 2 * LOWEST).logsumexp(1) - scores.logsumexp(1)
