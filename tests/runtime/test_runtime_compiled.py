"""The light form of the networks: as exact as the reference, the same whatever else is asked, mended when damaged."""

from __future__ import annotations

import random
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from making import four_threads

from qa import library
from qa.encoder import load_encoder, packaged
from qa.encoder.packaged import PackagedEncoder
from qa.encoder.sentence_transformer import SentenceTransformerEncoder
from qa.reader import neural_light
from qa.reader.neural import WEIGHTS, SpanModel, readings
from qa.reader.neural_pieces import windows
from qa.runtime import compiled, eight_bits, network
from qa.runtime.minilm import SHA256, verified_dir

pytestmark = pytest.mark.skipif(not compiled.available(), reason="OpenVINO is not there")

WORDS = (
    "the hub in Zürich opened 2014 by Ana Müller cost 3.5 million francs € 北京 研发 naïve café R&D, “quoted” (twice); "
    "state-of-the-art systems' share rose 12.7% while wheat, sown in October, fell… Łódź 🙂 <b> 1,200 yuan"
).split()


def text(seed: int, length: int) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=length))


TEXTS = ["", " ", "?", "a" * 300, "word " * 600, *(text(seed, 1 + seed * seed // 3) for seed in range(24))]
ASKED = [
    ("Who opened the hub?", "Reports > The hub", "The hub was opened in 2014 by Ana Müller. It cost 3.5 million."),
    ("", "", ""),
    ("?", "", "7 " * 300),
    *((text(seed, 4 + seed), text(seed + 1, seed % 5), text(seed + 2, 5 * seed + 1)) for seed in range(0, 24, 2)),
]


@pytest.fixture(scope="module")
def reference() -> np.ndarray:
    return SentenceTransformerEncoder("reference", verified_dir(), SHA256).encode(TEXTS, lambda _: None)


@pytest.mark.parametrize(("precision", "least"), [("f32", 0.999999), ("i8", 0.997), (None, None)])
def test_vectors_are_those_of_sentence_transformers(
    reference: np.ndarray, precision: compiled.Precision | None, least: float | None
) -> None:
    least = least or {"bf16": 0.9999, "f32": 0.999999, "i8": 0.997}[compiled.fast_precision()]
    found = PackagedEncoder("packaged", verified_dir(), precision).encode(TEXTS)
    cosines = (found * reference).sum(axis=1) / np.linalg.norm(reference, axis=1)
    assert cosines.min() >= least, TEXTS[int(cosines.argmin())]
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.skipif(not WEIGHTS.exists(), reason="the reader's weights are not there")
@pytest.mark.parametrize(("precision", "most"), [("f32", 2e-3), (None, 0.5), ("i8", 0.5)])
def test_readings_are_those_of_torch(precision: compiled.Precision | None, most: float) -> None:
    from qa.reader.neural_model import load_net, score_windows

    net = load_net(WEIGHTS)
    cut = [windows(question, [(context, passage)])[0] for question, context, passage in ASKED]
    expected = readings(lambda flat: score_windows(net, flat), cut)
    found = SpanModel.load(precision=precision).read_each(ASKED)
    for one, other in zip(found, expected, strict=True):
        assert one.answer_logit == pytest.approx(other.answer_logit, abs=most)
        assert one.null_score == pytest.approx(other.null_score, abs=most)
        assert bool(one.spans) == bool(other.spans)
        if one.spans:
            assert one.spans[0].score == pytest.approx(other.spans[0].score, abs=most)
    if precision == "f32":
        assert [[(s.start, s.end) for s in one.spans[:1]] for one in found] == [
            [(s.start, s.end) for s in one.spans[:1]] for one in expected
        ]


def test_nothing_depends_on_what_else_is_asked_or_on_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """To the last bit, in the form that is used by default."""
    encoder, model = PackagedEncoder("packaged", verified_dir()), SpanModel.load()
    vectors, read = encoder.encode(TEXTS), model.read_each(ASKED)
    monkeypatch.setattr(compiled, "_streams", lambda: 3)
    encoder, model = PackagedEncoder("packaged", verified_dir()), SpanModel.load()
    for one, vector in zip(reversed(TEXTS), vectors[::-1], strict=True):
        assert np.array_equal(encoder.encode([one])[0], vector)
    assert model.read_each(ASKED[::-1]) == read[::-1]
    assert [one for asked in ASKED for one in SpanModel.load().read_each([asked])] == read
    monkeypatch.setattr(network, "_TOGETHER", 1)
    assert np.array_equal(encoder.encode(TEXTS), vectors)


@pytest.mark.parametrize(("count", "streams", "most"), [(0, 2, 1), (1, 2, 1), (6, 2, 3), (12, 16, 1), (90, 2, 4)])
def test_texts_of_one_length_are_computed_together(count: int, streams: int, most: int) -> None:
    lengths = [random.Random(number).choice((32, 64, 96)) for number in range(count)]
    groups = network._groups(lengths, streams)
    assert sorted(number for group in groups for number in group) == list(range(count))
    assert max(map(len, groups), default=1) <= most
    found = [{lengths[number] for number in group} for group in groups]
    assert all(len(one) == 1 for one in found)
    assert [max(one) for one in found] == sorted((max(one) for one in found), reverse=True)


def test_both_networks_are_compiled_when_an_index_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (packaged, neural_light):
        monkeypatch.setattr(module, "cache_dir", lambda: tmp_path / "cache")
    monkeypatch.setattr(library, "load_encoder", load_encoder)  # tests of commands leave theirs there
    (tmp_path / "note.txt").write_text("The hub was opened in 2014.")
    kept = []
    for folder in ("index", "other"):
        library.index_paths([tmp_path / "note.txt"], tmp_path / folder)
        kept.append({path.name.partition("-")[0]: path.stat().st_mtime_ns for path in (tmp_path / "cache").iterdir()})
    assert kept[0].keys() == {"encoder", "reader"}
    assert kept[1] == kept[0]  # once is enough


@pytest.mark.parametrize(
    ("can", "precision"),
    [
        (["WINOGRAD", "FP32", "INT8", "BF16"], "bf16"),
        (["WINOGRAD", "FP32", "INT8"], "i8"),  # AVX-512
        (["FP32", "INT8"], "f32"),
        (["FP32", "FP16", "INT8"], "f32"),  # Arm
    ],
)
def test_what_a_processor_computes_in(
    monkeypatch: pytest.MonkeyPatch, can: list[str], precision: compiled.Precision
) -> None:
    class Core:
        def get_property(self, device: str, name: str) -> list[str]:
            return can

    monkeypatch.setattr(compiled, "_core", Core)
    assert compiled.fast_precision() == precision


@pytest.mark.parametrize("wrong", ["other numbers", "nothing"])
def test_eight_bits_that_go_wrong_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    """Simulated, as a processor might that nobody tried: a network that sums up something else, or gives nothing."""

    def broken(model: Any) -> Any:
        from openvino import opset13 as op

        value = model.outputs[0].get_node().input_value(0)
        turned = op.multiply(value, op.constant(np.float32(-1)))
        none = op.gather(value, op.constant(np.zeros(0, np.int64)), op.constant(np.array(1)))
        model.outputs[0].get_node().input(0).replace_source_output(
            (turned if wrong == "other numbers" else none).output(0)
        )
        return model

    monkeypatch.setattr(compiled, "round_products", broken)
    kept = Kept()
    for _ in range(2):
        assert total(compiled.load(kept.recipe(), tmp_path, "i8"), 5) == [10.0] * 4
    assert kept.made == 1  # what is kept is good, and not made again


def test_large_matrices_are_rounded_to_eight_bits() -> None:
    import openvino
    from openvino import opset13 as op

    chance = np.random.default_rng(0)
    large = chance.standard_normal((400, 128), dtype=np.float32) * np.arange(400, dtype=np.float32)[:, None]
    large[:, 64:] *= 100
    small = chance.standard_normal((5, 400), dtype=np.float32)
    given = op.parameter([1, 128], np.float32)
    between = op.matmul(given, op.constant(large), False, True)
    model = openvino.Model([op.matmul(between, op.constant(small), False, True), between], [given], "two")
    constants = [node.data for node in eight_bits.round_products(model).get_ops() if node.get_type_name() == "Constant"]
    assert any(np.array_equal(one, small) for one in constants)
    (rounded,) = (np.asarray(one) for one in constants if one.dtype == np.int8)
    assert rounded.shape == (400, 2, 64)
    assert np.abs(rounded).max(axis=2).tolist() == [[0, 0]] + [[127, 127]] * 399  # every group to steps of its own
    request = openvino.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"}).create_infer_request()
    value = chance.standard_normal((1, 128), dtype=np.float32)
    _, found = (np.array(request.infer([value])[number]) for number in range(2))
    step = np.abs(large.reshape(400, 2, 64)).max(axis=2) / 127
    most = (step / 2) @ np.abs(value.reshape(2, 64)).sum(axis=1)  # half a step for each number
    assert (np.abs(found - value @ large.T) <= most + 1e-2).all()
    assert not np.allclose(found, value @ large.T, rtol=1e-6)


def test_several_threads_get_what_one_gets() -> None:
    encoder = PackagedEncoder("packaged", verified_dir())
    expected = encoder.encode(TEXTS)
    assert four_threads(lambda _: np.array_equal(encoder.encode(TEXTS), expected)) == [True] * 4


class Kept:
    """A network with one addition in it, so that making it is quick; counts how often it is made."""

    def __init__(self) -> None:
        self.made = 0

    def recipe(self, weights: str = "w") -> compiled.Recipe:
        return compiled.Recipe("tiny", weights, self.build, step=4)

    def build(self):  # type: ignore[no-untyped-def]
        import openvino
        from openvino import opset13 as op

        self.made += 1
        embedded, real = op.parameter([-1, -1, 4], np.float32), op.parameter([-1, -1], np.float32)
        total = op.reduce_sum(embedded, op.constant(np.array([1])))
        count = op.unsqueeze(op.reduce_sum(real, op.constant(np.array([1]))), op.constant(np.array([1])))
        return openvino.Model([op.add(total, count)], [embedded, real], "tiny")


def total(kept: network.Network, rows: int) -> list[float]:
    [[found]] = kept.run([np.ones((rows, 4), np.float32)])
    return found[0].tolist()


def test_it_is_compiled_once(tmp_path: Path) -> None:
    kept = Kept()
    for _ in range(2):
        assert total(compiled.load(kept.recipe(), tmp_path / "new"), 5) == [10.0] * 4
    assert kept.made == 1
    compiled.load(kept.recipe("other weights"), tmp_path / "new")
    compiled.load(kept.recipe(), tmp_path / "new", "f32" if compiled.fast_precision() == "bf16" else "bf16")
    assert kept.made == 3
    assert {path.suffix for path in (tmp_path / "new").iterdir()} == {".blob"}


@pytest.mark.parametrize("damage", ["cut", "empty", "changed", "foreign", "folder"])
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: str) -> None:
    kept = Kept()
    compiled.load(kept.recipe(), tmp_path)
    [path] = tmp_path.iterdir()
    content = path.read_bytes()
    if damage == "folder":
        path.unlink()
        path.mkdir()
    else:
        foreign = b"whole, but of another program" * 9
        path.write_bytes(
            {
                "cut": content[: len(content) // 2],
                "empty": b"",
                "changed": bytes([content[0] ^ 1]) + content[1:],
                "foreign": foreign + zlib.crc32(foreign).to_bytes(4),
            }[damage]
        )
    assert total(compiled.load(kept.recipe(), tmp_path), 3) == [6.0] * 4
    assert kept.made == 2
    compiled.load(kept.recipe(), tmp_path)
    assert kept.made == (3 if damage == "folder" else 2)


def test_a_folder_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    kept = Kept()
    assert total(compiled.load(kept.recipe(), tmp_path / "file" / "below"), 16) == [32.0] * 4


def test_an_error_in_between_leaves_the_network_usable(tmp_path: Path) -> None:
    kept = compiled.load(Kept().recipe(), tmp_path)

    def broken():  # type: ignore[no-untyped-def]
        for _ in range(4):
            yield np.ones((2, 4), np.float32)
        raise KeyError("in between")

    for _ in range(8):  # more often than there are requests to lose
        with pytest.raises(KeyError, match="in between"):
            kept.run(broken())
    assert total(kept, 2) == [4.0] * 4
