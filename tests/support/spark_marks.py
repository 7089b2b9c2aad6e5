"""What a test needs that starts Spark."""

import os
import shutil
from importlib.util import find_spec

import pytest

NEEDS_SPARK = [
    pytest.mark.slow,
    pytest.mark.skipif(not find_spec("pyspark"), reason="pyspark is not installed: make test-spark"),
    pytest.mark.skipif(not shutil.which("java") and "JAVA_HOME" not in os.environ, reason="there is no Java"),
]
