"""
The trained part of the second look: small networks over what ``features`` sees, and the file that keeps them.

A file is an ``npz`` without pickle: opening one runs nothing. What is in it is checked before it is believed.
"""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from msgspec import Struct

from chat.moderation.crisis import Bounds
from chat.moderation.features import BUCKETS, EMBEDDED, Buckets, Floats
from chat.moderation.model import ModelUnusable

FORMAT: Final = 1
LARGEST: Final = 32 << 20  # bytes; a file beyond it is none of ours
OUTPUTS: Final = ("abuse", "none", "topic", "other", "self")  # abuse stands alone; the others exclude each other


class Network(Struct, frozen=True):
    """One hidden layer: ``relu(x @ inward + hidden) @ outward + bias``."""

    inward: Floats
    hidden: Floats
    outward: Floats
    bias: Floats


class Heads(Struct, frozen=True):
    """Networks over the meaning, a linear layer over the spelling, and the bounds that were chosen with them."""

    networks: tuple[Network, ...]
    spelling: Floats  # BUCKETS × OUTPUTS
    bias: Floats
    bounds: Bounds


def logits(heads: Heads, embedded: Floats, spelled: Sequence[Buckets]) -> Floats:
    """Give a row a passage, a column an output: the mean of the networks, and the spelling beside it."""
    meaning = sum(
        (run(network, embedded) for network in heads.networks), np.zeros((len(embedded), len(OUTPUTS)), np.float32)
    )
    return meaning / np.float32(len(heads.networks)) + np.float32(heads.bounds.spelling) * spell(
        heads.spelling, heads.bias, spelled
    )


def run(network: Network, embedded: Floats) -> Floats:
    rows: Floats = np.maximum(embedded @ network.inward + network.hidden, 0) @ network.outward + network.bias
    return rows


def spell(weights: Floats, bias: Floats, spelled: Sequence[Buckets]) -> Floats:
    """Sum the weights of each passage's buckets, over the root of how many there are: a long text does not shout."""
    if not spelled:
        return np.zeros((0, len(OUTPUTS)), np.float32)
    sizes = np.array([len(buckets) for buckets in spelled])
    sums = np.add.reduceat(weights.take(np.concatenate(spelled), axis=0), np.cumsum(sizes) - sizes, axis=0)
    rows: Floats = (sums / np.sqrt(sizes)[:, None] + bias).astype(np.float32)
    return rows


def chances(rows: Floats) -> Floats:
    """Turn logits into likelihoods: abuse by itself, the four levels of distress beside each other."""
    abuse = 1 / (1 + np.exp(-rows[:, :1]))
    raised = np.exp(rows[:, 1:] - rows[:, 1:].max(axis=1, keepdims=True))
    return np.hstack([abuse, raised / raised.sum(axis=1, keepdims=True)]).astype(np.float32)


def dump(heads: Heads) -> bytes:
    """Write ``heads`` in half precision; the same heads give the same bytes."""
    arrays = {"spelling": heads.spelling, "bias": heads.bias}
    for at, network in enumerate(heads.networks):
        arrays |= {f"network{at}.{name}": getattr(network, name) for name in Network.__struct_fields__}
    about = msgspec.json.encode({"format": FORMAT, "networks": len(heads.networks), "bounds": heads.bounds})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        _put(archive, "about", np.frombuffer(about, np.uint8))
        for name, array in arrays.items():
            _put(archive, name, array.astype(np.float16))
    return out.getvalue()


def _put(archive: zipfile.ZipFile, name: str, array: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> None:
    # numpy's own savez writes the hour into the archive, and two trainings would never be the same file.
    body = io.BytesIO()
    np.lib.format.write_array(body, array, allow_pickle=False)
    entry = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, body.getvalue())


def save(path: Path, heads: Heads) -> None:
    """Put the file in place at once, readable by its owner alone."""
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(dump(heads))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def load(path: Path) -> Heads:
    """
    Read a file of heads.

    Raises:
        ModelUnusable: it is not there, not whole, or not what this version computes with.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise ModelUnusable(f"{path} is larger than any file of weights.")
        # Opened here: numpy leaves a file open that turns out to be no archive.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            return _checked(kept)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, msgspec.MsgspecError) as exc:
        raise ModelUnusable(f"{path} cannot be used: {exc}") from exc


class _About(Struct):
    format: int
    networks: int
    bounds: Bounds


def _checked(kept: np.lib.npyio.NpzFile) -> Heads:
    about = msgspec.json.decode(kept["about"].tobytes(), type=_About)
    if about.format != FORMAT or not 1 <= about.networks <= 16:
        raise ValueError(f"it has format {about.format}, and {FORMAT} is read here")
    width, outputs = int(kept["network0.hidden"].shape[0]), len(OUTPUTS)
    shapes = {"inward": (EMBEDDED, width), "hidden": (width,), "outward": (width, outputs), "bias": (outputs,)}
    networks = tuple(
        Network(**{name: _array(kept, f"network{at}.{name}", shape) for name, shape in shapes.items()})
        for at in range(about.networks)
    )
    return Heads(networks, _array(kept, "spelling", (BUCKETS, outputs)), _array(kept, "bias", (outputs,)), about.bounds)


def _array(kept: np.lib.npyio.NpzFile, name: str, shape: tuple[int, ...]) -> Floats:
    found = kept[name]
    if found.shape != shape or found.dtype != np.float16:
        raise ValueError(f"{name} is {found.dtype}{found.shape}, not float16{shape}")
    wide: Floats = found.astype(np.float32)
    if not np.isfinite(wide).all():
        raise ValueError(f"{name} has numbers that are none")
    return wide


def digest(path: Path) -> str:
    """Give the SHA-256 of a file, as the model card names it."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
