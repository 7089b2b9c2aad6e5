"""What Java's process of this process's session has used, which the operating system does not count as Python's."""

import os
from pathlib import Path

from pyspark.sql import SparkSession

from models_py.resources import high_water_mb

MEBIBYTE = 1024**2


def java_used() -> dict[str, float]:
    """Tell what Spark has used since it started; Linux alone says so.

    Returns
    -------
    dict
        cpu_seconds; peak_memory_mb, the largest resident memory (MiB); shuffled_mb, what tasks wrote for other
        tasks to read (MiB).
    """
    context = SparkSession.builder.getOrCreate().sparkContext
    process = Path("/proc", str(context._gateway.proc.pid))
    executors = context._jsc.sc().statusStore().executorList(True)
    # the name of the program, which may hold blanks, ends the second field
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    return {
        "cpu_seconds": (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"),
        "peak_memory_mb": high_water_mb(process / "status"),
        "shuffled_mb": sum(executors.apply(one).totalShuffleWrite() for one in range(executors.size())) / MEBIBYTE,
    }
