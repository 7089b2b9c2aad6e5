"""A recommender's code is read before it runs: what could open a warehouse, a file or a connection is refused."""

import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from models_py.errors import RecommenderError
from models_py.reach import check_reach
from models_py.recommenders import registry

REFUSED = {
    "import duckdb": "planted.model imports duckdb,",
    "import duckdb as np": "planted.model imports duckdb,",
    "from models_py.warehouse import Warehouse": "planted.model imports models_py.warehouse,",
    "from models_py import warehouse": "planted.model imports models_py.warehouse,",
    "import models_py": "planted.model imports models_py,",
    "from models_py.data.training import read_training_data": "planted.model imports models_py.data.training,",
    "from models_py.jobs.runs import fitted": "planted.model imports models_py.jobs.runs,",
    "from models_py.recommenders import registry": (
        "planted.model imports models_py.recommenders.registry, which imports importlib,"
    ),
    "def fit():\n    import os": "planted.model imports os,",
    "from pathlib import Path": "planted.model imports pathlib.Path,",
    "import io, math": "planted.model imports io,",
    "import sqlite3": "planted.model imports sqlite3,",
    "from subprocess import run": "planted.model imports subprocess.run,",
    "import pandas as pd": "planted.model imports pandas,",
    "import scipy": "planted.model imports scipy,",
    "from scipy import io": "planted.model imports scipy.io,",
    "from sklearn import datasets": "planted.model imports sklearn.datasets,",
    "rows = open('warehouse/lastfm.duckdb')": "planted.model uses open,",
    "reader = open": "planted.model uses open,",
    "eval('1')": "planted.model uses eval,",
    "import numpy as np\ngetattr(np, 'load')('test.npy')": "planted.model uses getattr,",
    "import numpy as np\nnp.__dict__['load']('test.npy')": "planted.model uses np.__dict__,",
    "__import__('duckdb')": "planted.model uses __import__,",
    "import numpy as np\nnp.load('test.npy')": "planted.model uses np.load,",
    "from numpy import genfromtxt as count": "planted.model uses numpy.genfromtxt,",
    "import warnings\nwarnings.sys.modules['duckdb']": "planted.model uses warnings.sys",
    "from .helper import nothing": "planted.model imports planted.helper, which imports duckdb.connect,",
    "from . import helper": "planted.model imports planted.helper, which imports duckdb.connect,",
    "from planted.deep.inner import nothing": (
        "planted.model imports planted.deep.inner, which imports planted.helper, which imports duckdb.connect,"
    ),
    "from planted.missing import nothing": "A recommender imports planted.missing.nothing, which is not there",
}

ALLOWED = """
import math
from collections.abc import Mapping
from dataclasses import dataclass
import numpy as np
from numba import njit
from scipy import sparse
from scipy.sparse import csr_matrix
from sklearn.decomposition import NMF
from models_py.data.interactions import Interactions
from models_py.recommenders.base import TASKS
from models_py.recommenders import neighbours
from planted.clean import *
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Write a package with a module that opens DuckDB, one that imports it from deeper down, and a clean one."""
    folder = tmp_path / "planted"
    (folder / "deep").mkdir(parents=True)
    for init in (folder, folder / "deep"):
        (init / "__init__.py").touch()
    (folder / "helper.py").write_text("from duckdb import connect\nnothing = 0\n")
    (folder / "clean.py").write_text("from models_py.matrices.weighting import row_norms\n")
    (folder / "deep" / "inner.py").write_text("from ..helper import nothing\n")
    return folder


@pytest.mark.parametrize("code", REFUSED)
def test_what_could_read_test_cells_is_refused(package, code):
    (package / "model.py").write_text(code + "\n")
    with pytest.raises(RecommenderError, match="^" + re.escape(REFUSED[code])):
        check_reach("planted.model", package.parent)


def test_arithmetic_and_what_is_given_are_allowed(package):
    (package / "model.py").write_text(ALLOWED)
    check_reach("planted.model", package.parent)


def test_every_recommender_of_this_project_is_allowed():
    registry.check_recommenders()


def test_the_registry_runs_nothing_of_what_it_refuses(package, monkeypatch):
    monkeypatch.syspath_prepend(str(package.parent))
    monkeypatch.setattr(registry, "package", SimpleNamespace(__name__="planted", __path__=[str(package)]))
    (package / "helper.py").write_text("raise AssertionError('it ran')\nimport os\n")
    with pytest.raises(RecommenderError, match="planted.helper imports os, by which a recommender could read"):
        registry.recommenders.__wrapped__()
    assert not [name for name in sys.modules if name.startswith("planted")]
