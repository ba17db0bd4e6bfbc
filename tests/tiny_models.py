"""Tiny BERT models with a tokenizer, saved as a user would have them; what they answer can be known beforehand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

WORDS = (
    "the tower was built in 1904 by anna weber it leans to east old hall council met march voted for a new roof of "
    "copper stolen from bridge is closed until june when who where what why ##s ##ed un ##known wheat sown october "
    ". ? ! , - 7 12 2024 gold"
).split()
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
HIDDEN = 16
FIGURES = ("1904", "7", "12", "2024")


def tokenizer() -> transformers.PreTrainedTokenizerFast:
    vocabulary = {word: number for number, word in enumerate([*SPECIAL, *WORDS])}
    made = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.BertProcessing(("[SEP]", vocabulary["[SEP]"]), ("[CLS]", vocabulary["[CLS]"]))
    names = dict(zip("pad_token unk_token cls_token sep_token mask_token".split(), SPECIAL, strict=True))
    return transformers.PreTrainedTokenizerFast(tokenizer_object=made, **names)


def config(positions: int = 64, **more: Any) -> transformers.BertConfig:
    return transformers.BertConfig(
        vocab_size=len(SPECIAL) + len(WORDS),
        hidden_size=HIDDEN,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=HIDDEN,
        max_position_embeddings=positions,
        **more,
    )


def random_model(folder: Path, kind: str, seed: int = 0, positions: int = 64, **more: Any) -> Path:
    """A model with random weights, large enough that its scores differ."""
    torch.manual_seed(seed)
    model = getattr(transformers, f"AutoModelFor{kind}").from_config(config(positions, initializer_range=0.5, **more))
    return save(folder, model)


def figure_finder(folder: Path, positions: int = 64) -> Path:
    """Marks figures as answers, and says that there is none where a passage has none: as start and end, a figure
    scores higher than ``[CLS]``, and all else lower."""
    model = transformers.BertForQuestionAnswering(config(positions))
    words = _words_alone(model)
    words[:, 0] = -0.5
    words[[SPECIAL.index("[CLS]")], 0] = 1
    words[[len(SPECIAL) + WORDS.index(figure) for figure in FIGURES], 0] = 4
    with torch.no_grad():
        model.qa_outputs.weight.zero_()
        model.qa_outputs.weight[:, 0] = 1
        model.qa_outputs.bias.zero_()
    return save(folder, model)


def word_liker(folder: Path, word: str, positions: int = 64) -> Path:
    """A cross-encoder: the larger the share of ``word`` in question and text, the higher its score."""
    model = transformers.BertForSequenceClassification(config(positions, num_labels=1))
    words = _words_alone(model)
    words[:, 0] = -0.1
    words[len(SPECIAL) + WORDS.index(word), 0] = 8
    eye = torch.eye(HIDDEN)
    with torch.no_grad():
        attention = model.bert.encoder.layer[0].attention
        attention.self.value.weight.copy_(eye)  # queries and keys are 0: every piece attends to all alike
        attention.output.dense.weight.copy_(eye)
        model.bert.pooler.dense.weight.copy_(eye / 4)
        model.classifier.weight.zero_()
        model.classifier.weight[0, 0] = 4
        model.classifier.bias.zero_()
    return save(folder, model)


def save(folder: Path, model: Any) -> Path:
    model.save_pretrained(folder)
    tokenizer().save_pretrained(folder)
    return folder


def _words_alone(model: Any) -> torch.Tensor:
    """All weights but those of words and norms become 0; the words' table, each with some noise of its own."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "LayerNorm" not in name:
                parameter.zero_()
        words: torch.Tensor = model.get_input_embeddings().weight
        words.copy_(torch.randn(words.shape, generator=generator) * 0.3)
    words.requires_grad_(False)
    return words
