"""Tensors read from a safetensors file, held to the format's own library."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from qa.runtime.minilm import base_dir
from qa.runtime.weights import file_sha256, read_tensors


def test_the_packaged_weights_read_as_the_library_reads_them() -> None:
    path = base_dir() / "model.safetensors"
    found, expected = read_tensors(path), load_file(path)
    floats = {name for name, tensor in expected.items() if tensor.dtype == np.float32}
    assert set(found) == floats and floats
    for name in floats:
        assert found[name].dtype == np.float32 and np.array_equal(found[name], expected[name])


def test_halves_are_widened(tmp_path: Path) -> None:
    halves = np.array([[1.5, -2.25], [65504, 6e-8]], dtype=np.float16)
    save_file({"a": halves, "whole": np.arange(3)}, tmp_path / "x.safetensors", metadata={"format": "pt"})
    found = read_tensors(tmp_path / "x.safetensors")
    assert list(found) == ["a"] and found["a"].dtype == np.float32
    assert np.array_equal(found["a"], halves.astype(np.float32))


def test_bfloat16_is_the_upper_half_of_float32(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from safetensors.torch import save_file as save_torch

    values = torch.tensor([1.0, -3.140625, 1e30, 0.0], dtype=torch.bfloat16)
    save_torch({"b": values}, tmp_path / "x.safetensors")
    assert read_tensors(tmp_path / "x.safetensors")["b"].tolist() == values.float().tolist()


@pytest.mark.parametrize("cut", [0, 4, 60, -1])
def test_what_is_cut_short_is_refused(tmp_path: Path, cut: int) -> None:
    save_file({"a": np.ones((40, 40), np.float32)}, tmp_path / "x.safetensors")
    whole = (tmp_path / "x.safetensors").read_bytes()
    (tmp_path / "x.safetensors").write_bytes(whole[:cut])
    with pytest.raises(ValueError, match="is no whole safetensors file"):
        read_tensors(tmp_path / "x.safetensors")


@pytest.mark.parametrize("content", [b"\x02\0\0\0\0\0\0\0[]" + bytes(9), b"\xff" * 64, b"PK\x03\x04" * 20])
def test_what_is_no_such_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.safetensors").write_bytes(content)
    with pytest.raises(ValueError, match="is no whole safetensors file"):
        read_tensors(tmp_path / "x.safetensors")


def test_a_changed_file_has_another_hash(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"one")
    assert file_sha256(path) == "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
    path.write_bytes(b"other")
    assert file_sha256(path) == "d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa"
