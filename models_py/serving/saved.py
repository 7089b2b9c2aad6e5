"""Fitted models in files: arrays in an npz, everything else in a JSON head within it; no code is ever loaded.

A file is named after what made the model, so a new one never takes the place of another that somebody still reads.
"""

import io
import json
import math
import mmap
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy
from scipy import sparse

from models_py.blends import fusion, members, reranked
from models_py.data import interactions
from models_py.errors import WarehouseError
from models_py.matrices import neighbours, projecting, weighting
from models_py.recommenders import fitted
from models_py.recommenders.fitted import FittedModel
from models_py.recommenders.registry import recommenders
from models_py.terminal.stopping import written_whole

# Of the form of the files; one of another version is refused.
VERSION = 2
HEAD = "head"
# Bytes that tell what an array is, which come first.
LONGEST_HEAD = 4096
# Bytes of what comes before a member's name in a zip file, and of the record of its sizes after it.
BEFORE_NAME, ZIP64_EXTRA = 30, 20
ALIGNMENT = 64
MODULES = (fitted, projecting, weighting, neighbours, interactions, members, fusion, reranked)


@dataclass(frozen=True)
class Label:
    """What a model is, which its file is named by and says.

    Attributes
    ----------
    item_type, model_name : str
    fingerprint : str
        Of the training rows of split 'full'.
    search_key : str
        Of its setting and code; `recommender.runs` has it.
    """

    item_type: str
    model_name: str
    fingerprint: str
    search_key: str

    @property
    def file_name(self) -> str:
        """Name of its file."""
        return f"{self.item_type}-{self.model_name}-{self.fingerprint[:8]}-{self.search_key}.npz"


def models_folder(published: Path) -> Path:
    """Folder of the saved models that go with a published warehouse."""
    return published.with_name(f"{published.name}.models")


def _parts_of(modules: Iterable[ModuleType]) -> dict[str, type]:
    return {
        name: kind
        for module in modules
        for name, kind in vars(module).items()
        if isinstance(kind, type) and is_dataclass(kind) and kind.__module__ == module.__name__
    }


# What a model may consist of. A file names its parts, and no other class is ever made.
PARTS = _parts_of(MODULES)


def save_model(folder: Path, label: Label, model: FittedModel) -> None:
    """Write what a model needs for others than it was fitted on into its file, whole or not at all.

    Raises
    ------
    OSError
        Where the disk is full or the folder takes no files.
    """
    arrays: dict[str, np.ndarray] = {}
    # one array in two places is kept once, such as the indices that two matrices share
    names: dict[int, str] = {}

    def keep(array: np.ndarray) -> str:
        if id(array) not in names:
            names[id(array)] = f"a{len(arrays)}"
            arrays[names[id(array)]] = array
        return names[id(array)]

    head = {"version": VERSION, **vars(label), "model": _described(model.for_others(), keep)}
    folder.mkdir(parents=True, exist_ok=True)
    with written_whole(folder / label.file_name) as part, part.open("wb") as file:
        _write(file, {HEAD: np.array(json.dumps(head)), **arrays})


def _write(file: BinaryIO, arrays: Mapping[str, np.ndarray]) -> None:
    """Write an npz file whose arrays begin where memory wants them: a reader need not copy them."""
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            info = zipfile.ZipInfo(f"{name}.npy")
            begins = file.tell() + BEFORE_NAME + len(info.filename) + ZIP64_EXTRA
            info.extra = bytes(-begins % ALIGNMENT)
            with archive.open(info, "w", force_zip64=True) as member:
                npy.write_array(member, np.asanyarray(array), allow_pickle=False)


def read_model(folder: Path, label: Label) -> FittedModel:
    """Read a model back.

    Raises
    ------
    WarehouseError
        Where its file is missing or damaged, of another version, or of another model than its name says.
    """
    path = folder / label.file_name
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            # pages are copied when they are written to, which a model seldom does
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
            take = cache(partial(_array, archive, content))
            head = json.loads(str(take(HEAD)))
            if {name: head[name] for name in vars(label)} != vars(label) or head["version"] != VERSION:
                raise WarehouseError(f"{path} holds another model than its name says: run `make fit` to make it anew.")
            model = _restored(head["model"], take)
            if not isinstance(model, FittedModel):
                raise ValueError("its head describes no model")
            return model
    except FileNotFoundError as error:
        raise WarehouseError(
            f"The model that serves {label.item_type}s is not saved beside the warehouse ({path}): run `make fit`."
        ) from error
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        EOFError,
        struct.error,
        zipfile.BadZipFile,
    ) as error:
        raise WarehouseError(f"{path} is damaged ({error}): remove it and run `make fit` to make it anew.") from error


def remove_models(folder: Path, kept: Iterable[Label]) -> None:
    """Remove every model's file but those kept; what else is in the folder stays."""
    names = {label.file_name for label in kept}
    for path in folder.glob("*.npz") if folder.is_dir() else ():
        if path.name not in names:
            path.unlink(missing_ok=True)


def _array(archive: zipfile.ZipFile, content: mmap.mmap, name: str) -> np.ndarray:
    """Show an array of an npz file where it lies: its checksum is looked at, as numpy does, but nothing is copied."""
    info = archive.getinfo(f"{name}.npy")
    lengths = struct.unpack("<HH", content[info.header_offset + BEFORE_NAME - 4 : info.header_offset + BEFORE_NAME])
    start = info.header_offset + BEFORE_NAME + sum(lengths)
    with memoryview(content) as whole, whole[start : start + info.file_size] as part:
        if info.compress_type != zipfile.ZIP_STORED or zlib.crc32(part) != info.CRC:
            raise ValueError(f"{name} has another checksum")
        head = io.BytesIO(part[:LONGEST_HEAD])
        version = npy.read_magic(head)
        shape, is_fortran, kind = (
            npy.read_array_header_1_0(head) if version == (1, 0) else npy.read_array_header_2_0(head)
        )
        if kind.hasobject:
            raise ValueError(f"{name} holds objects")
    flat = np.frombuffer(content, kind, math.prod(shape), start + head.tell())
    flat = flat if flat.flags.aligned else flat.copy()
    return flat.reshape(shape[::-1]).T if is_fortran else flat.reshape(shape)


def _described(value: Any, keep: Callable[[np.ndarray], str]) -> Any:
    """Turn a part into JSON that names its arrays."""
    if isinstance(value, np.ndarray):
        return {"array": keep(value)}
    if sparse.issparse(value):
        matrix = value.tocsr()
        return {"csr": [keep(part) for part in (matrix.data, matrix.indices, matrix.indptr)], "shape": matrix.shape}
    if is_dataclass(value):
        of_parts = {field.name: _described(getattr(value, field.name), keep) for field in fields(value)}
        if _part(type(value).__name__) is not type(value):
            raise TypeError(f"{type(value).__name__} is no part of models that are saved: add its module to MODULES")
        return {"part": type(value).__name__, "fields": of_parts}
    if isinstance(value, Mapping):
        return {"mapping": [[_described(part, keep) for part in pair] for pair in value.items()]}
    if isinstance(value, list | tuple):
        return {"list": [_described(part, keep) for part in value]}
    return value.item() if isinstance(value, np.generic) else value


def _part(name: str) -> type | None:
    """Find a class by its name: in the modules of all models, or beside a recommender that has a form of its own."""
    return PARTS.get(name) or _parts_of(sys.modules[one.__module__] for one in recommenders().values()).get(name)


def _restored(value: Any, take: Callable[[str], np.ndarray]) -> Any:
    if not isinstance(value, dict):
        return value
    if "array" in value:
        return take(value["array"])
    if "csr" in value:
        return sparse.csr_matrix(tuple(map(take, value["csr"])), shape=tuple(value["shape"]))
    if "mapping" in value:
        return dict(_pairs(value["mapping"], take))
    if "list" in value:
        return [_restored(part, take) for part in value["list"]]
    kind = _part(value["part"])
    if kind is None:
        raise ValueError(f"{value['part']} is no part of a model")
    return kind(**{name: _restored(part, take) for name, part in value["fields"].items()})


def _pairs(pairs: list[list[Any]], take: Callable[[str], np.ndarray]) -> Iterator[tuple[Any, Any]]:
    for key, value in pairs:
        yield _restored(key, take), _restored(value, take)
