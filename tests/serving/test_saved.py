"""Saved models: what is read back is what was written, and nothing else is read."""

import json
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from made_matrices import interactions_of, random_plays

from models_py.blends import BLENDS
from models_py.blends.members import Known
from models_py.data.interactions import Interactions
from models_py.errors import WarehouseError
from models_py.recommenders.fitted import FittedModel, SameForAll
from models_py.recommenders.registry import recommenders
from models_py.serving.saved import VERSION, Label, read_model, remove_models, save_model

LABEL = Label("artist", "ease", "f" * 32, "k" * 32)


@pytest.fixture(scope="module")
def interactions() -> Interactions:
    return interactions_of(random_plays(30, 25, 0.3))


def popular() -> FittedModel:
    return SameForAll(np.arange(4.0))


@pytest.mark.parametrize("blend", BLENDS, ids=lambda blend: blend.name)
def test_a_blend_is_read_back_with_all_its_members(blend: type, interactions: Interactions, tmp_path: Path) -> None:
    among = blend.over(Known({name: recommenders()[name]() for name in ("item_knn", "ease", "als")}))
    learnt = {"coefficients": (("rank in item_knn", -1.0), ("rank in als", -0.5))} if blend.name == "reranked" else {}
    model = among(**learnt).fit(interactions, 1)
    save_model(tmp_path, LABEL, model)
    read = read_model(tmp_path, LABEL)
    others = interactions.counts[::7]
    np.testing.assert_array_equal(read.fold_in(others), model.fold_in(others))
    items = np.array([0, 3])
    added, of_read = (one.contributions(others[0], items).toarray() for one in (model, read))
    np.testing.assert_array_equal(added, of_read)


def test_arrays_are_used_where_they_lie_and_the_file_stays_as_it_was(tmp_path: Path) -> None:
    save_model(tmp_path, LABEL, SameForAll(np.arange(1000.0)))
    before = (tmp_path / LABEL.file_name).read_bytes()
    read = read_model(tmp_path, LABEL)
    scores = read.item_scores
    assert not scores.flags.owndata
    assert scores.flags.aligned
    scores[:] = -1
    assert read.scores(np.array([0])).max() == -1
    assert (tmp_path / LABEL.file_name).read_bytes() == before
    assert read_model(tmp_path, LABEL).item_scores.tolist() == list(range(1000))


def test_numpy_reads_the_file_too(tmp_path: Path) -> None:
    save_model(tmp_path, LABEL, SameForAll(np.arange(1000.0)))
    with np.load(tmp_path / LABEL.file_name) as arrays:
        assert arrays["a0"].tolist() == list(range(1000))


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    @dataclass(frozen=True)
    class Stranger(SameForAll):
        pass

    with pytest.raises(TypeError, match="Stranger is no part"):
        save_model(tmp_path, LABEL, Stranger(np.arange(4.0)))
    assert list(tmp_path.iterdir()) == []


def test_a_missing_model_is_said_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="not saved beside the warehouse.*make fit"):
        read_model(tmp_path, LABEL)


@pytest.mark.parametrize("kept", [0, 20, 200])
def test_a_damaged_file_is_said(tmp_path: Path, kept: int) -> None:
    save_model(tmp_path, LABEL, popular())
    path = tmp_path / LABEL.file_name
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(WarehouseError, match="is damaged"):
        read_model(tmp_path, LABEL)


def test_a_changed_byte_is_found(tmp_path: Path) -> None:
    save_model(tmp_path, LABEL, SameForAll(np.arange(1000.0)))
    path = tmp_path / LABEL.file_name
    content = bytearray(path.read_bytes())
    place = content.index(np.float64(500).tobytes())
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(WarehouseError, match="is damaged"):
        read_model(tmp_path, LABEL)


@pytest.mark.parametrize("changed", [{"fingerprint": "0" * 32}, {"model_name": "slim"}, {"search_key": "0" * 32}])
def test_another_model_under_the_name_is_refused(tmp_path: Path, changed: dict[str, str]) -> None:
    other = replace(LABEL, **changed)
    save_model(tmp_path, LABEL, popular())
    (tmp_path / LABEL.file_name).rename(tmp_path / other.file_name)
    with pytest.raises(WarehouseError, match="another model than its name says"):
        read_model(tmp_path, other)


@pytest.mark.parametrize(
    "part", [{"part": "Path", "fields": {}}, {"array": "a9"}, {"csr": ["a0"], "shape": [1, 1]}, {}]
)
def test_a_head_that_no_model_has_makes_nothing(tmp_path: Path, part: object) -> None:
    head = {"version": VERSION, **vars(LABEL), "model": part}
    with (tmp_path / LABEL.file_name).open("wb") as file:
        np.savez(file, head=np.array(json.dumps(head)), a0=np.arange(3))
    with pytest.raises(WarehouseError, match="is damaged"):
        read_model(tmp_path, LABEL)


def test_objects_are_never_unpickled(tmp_path: Path) -> None:
    with (tmp_path / LABEL.file_name).open("wb") as file:
        np.savez(file, head=np.array([{"an": "object"}], dtype=object))
    with pytest.raises(WarehouseError, match="is damaged"):
        read_model(tmp_path, LABEL)


def test_a_file_holds_arrays_and_a_head_of_json(tmp_path: Path) -> None:
    save_model(tmp_path, LABEL, popular())
    with zipfile.ZipFile(tmp_path / LABEL.file_name) as archive:
        assert sorted(archive.namelist()) == ["a0.npy", "head.npy"]
    with np.load(tmp_path / LABEL.file_name) as stored:
        head = json.loads(str(stored["head"]))
    assert head["model"] == {"part": "SameForAll", "fields": {"item_scores": {"array": "a0"}}}


def test_models_that_serve_no_more_are_removed_and_other_files_stay(tmp_path: Path) -> None:
    old = replace(LABEL, search_key="o" * 32)
    for label in (LABEL, old):
        save_model(tmp_path, label, popular())
    (tmp_path / "notes.txt").write_text("mine")
    remove_models(tmp_path, [LABEL])
    assert {path.name for path in tmp_path.iterdir()} == {LABEL.file_name, "notes.txt"}
    remove_models(tmp_path / "none", [LABEL])
