"""Networks made ready for this processor, in the numbers it multiplies fastest, and kept on disk."""

from __future__ import annotations

import hashlib
import io
import os
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from qa.runtime.cores import cores
from qa.runtime.eight_bits import GROUP, round_products
from qa.runtime.network import Network, padded_inputs
from qa.runtime.weights import FloatArray

if TYPE_CHECKING:
    import openvino

Precision = Literal["f32", "bf16", "i8"]

_CHECK = 4  # bytes of the CRC-32 behind a compiled network, against accidents
_FORMAT = 3  # raise it when ``bert`` builds another graph from the same weights
_MOST_STREAMS = 16
_AVX_512 = "WINOGRAD"  # so called by OpenVINO, which has that kind of convolution for these processors alone
_ALIKE = 0.99
_KEPT_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a network is made of. ``weights``: the SHA-256 of its weights; ``build``: makes its graph of them; lengths
    are rounded up to a multiple of ``step``: a small one wastes less, and has more shapes that must be made ready."""

    name: str
    weights: str
    build: Callable[[], openvino.Model]
    step: int


def available() -> bool:
    """Whether OpenVINO can be used here."""
    return _core() is not None


def fast_precision() -> Precision:
    """``bf16`` where the processor multiplies in it, accumulating in float32; else ``i8`` on processors with AVX-512,
    where it was tried, and ``f32`` on all others."""
    core = _core()
    assert core is not None
    can = core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    if "BF16" in can:
        return "bf16"
    return "i8" if _AVX_512 in can else "f32"


def load(recipe: Recipe, cache_dir: Path, precision: Precision | None = None) -> Network:
    """The network, compiled; from ``cache_dir`` if it was compiled before, whole and for this very processor.

    A file there that is damaged is made again; a folder that cannot be written is done without. Where eight-bit numbers
    do not come to what float32 does, which no processor is known for, float32 is kept in their place.
    """
    core = _core()
    assert core is not None, "ask available() first"
    streams, precision = _streams(), precision or fast_precision()
    options = {
        "INFERENCE_PRECISION_HINT": "f32" if precision == "i8" else precision,
        "DYNAMIC_QUANTIZATION_GROUP_SIZE": GROUP if precision == "i8" else 0,
        "NUM_STREAMS": streams,
        "INFERENCE_NUM_THREADS": streams,
        "ENABLE_CPU_PINNING": False,
    }
    path = _path(core, recipe, cache_dir, precision)
    if network := _from_disk(core, path, recipe.step, options, streams):
        return network
    model = recipe.build()
    compiled = core.compile_model(model, "CPU", {**options, "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0})
    if precision == "i8":
        rounded = core.compile_model(round_products(model), "CPU", options)
        compiled = rounded if _alike(rounded, compiled, recipe.step) else compiled
    exported = compiled.export_model()
    _write(path, exported.getvalue() if isinstance(exported, io.BytesIO) else bytes(exported))
    del exported  # read back, it takes half the memory
    return _from_disk(core, path, recipe.step, options, streams) or Network(compiled, recipe.step, streams)


def _alike(one: openvino.CompiledModel, other: openvino.CompiledModel, length: int) -> bool:
    """Whether two networks give much the same for a text of that many pieces: cosines of all outputs are checked."""
    hidden = one.inputs[0].get_partial_shape()[2].get_length()
    text = np.random.default_rng(0).standard_normal((length, hidden), dtype=np.float32)
    try:
        outputs = zip(_outputs(one, text), _outputs(other, text), strict=True)
        return all(
            len(a) == len(b) and float(a @ b) >= _ALIKE * float(np.linalg.norm(a) * np.linalg.norm(b))
            for a, b in outputs
        )
    except RuntimeError:
        return False


def _outputs(compiled: openvino.CompiledModel, text: FloatArray) -> list[FloatArray]:
    """The numbers of each output for one text."""
    request = compiled.create_infer_request()
    request.infer(padded_inputs([text], len(text)))
    return [np.array(request.get_output_tensor(n).data).ravel() for n in range(len(compiled.outputs))]


def compile_ahead(recipe: Recipe, cache_dir: Path) -> None:
    """Compile the network into ``cache_dir`` if it is not there; whether that is whole is seen when it is loaded."""
    if not _path(_core(), recipe, cache_dir, fast_precision()).is_file():
        load(recipe, cache_dir)


def _path(core: Any, recipe: Recipe, cache_dir: Path, precision: Precision) -> Path:
    """Where the network is kept."""
    return cache_dir / f"{recipe.name}-{_key(core, recipe, precision)}.blob"


@cache
def _core() -> Any:
    """OpenVINO's entry point, or None where it is missing, broken or without its part for processors."""
    try:
        core = _openvino().Core()
        core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        return core
    except (ImportError, OSError, RuntimeError):
        return None


def _openvino() -> Any:
    """The module, imported without its tools for converting models, which take longer than all the rest of it and
    bring a client that can report use over the network."""
    tools = "openvino.tools.ovc"
    without = tools not in sys.modules
    if without:
        sys.modules[tools] = None  # type: ignore[assignment]  # as import knows: there is none
    try:
        return import_module("openvino")
    finally:
        if without:
            del sys.modules[tools]


def _streams() -> int:
    """How many texts are computed side by side: one a core."""
    return min(cores(), _MOST_STREAMS)


def _key(core: Any, recipe: Recipe, precision: str) -> str:
    import openvino

    device = [core.get_property("CPU", name) for name in ("FULL_DEVICE_NAME", "OPTIMIZATION_CAPABILITIES")]
    parts = (_FORMAT, recipe.weights, precision, openvino.get_version(), *device)
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:24]


def _from_disk(core: Any, path: Path, step: int, options: Mapping[str, Any], streams: int) -> Network | None:
    """The network that was written there; None if there is none, it is not whole, or not for this processor."""
    try:
        content: Any = np.memmap(path, dtype=np.uint8, mode="c")  # the runtime takes only what could be written to
    except (OSError, ValueError):  # there is none, or it is empty
        return None
    blob, check = content[:-_CHECK], content[-_CHECK:]
    if not len(blob) or zlib.crc32(blob).to_bytes(_CHECK) != check.tobytes():
        return None
    try:
        tensor = import_module("openvino").Tensor(blob, shared_memory=True)
        return Network(core.import_model(tensor, "CPU", options), step, streams, content)
    except RuntimeError:
        return None


def _write(path: Path, blob: bytes) -> None:
    """Put it there in one step, its CRC behind it, and take away what was not made anew for a month."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".new")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(blob + zlib.crc32(blob).to_bytes(_CHECK))
            Path(draft).replace(path)
        finally:
            Path(draft).unlink(missing_ok=True)
        for other in path.parent.glob("*.blob"):
            if other.stat().st_mtime < time.time() - _KEPT_SECONDS:
                other.unlink()
