"""What failed on Spark, without the stacks of two languages."""

import re

# of a Java error, all but what it says
STACK = re.compile(r"\s+at [\w$.]+[/.][\w$.]+\(|JVM stacktrace:|== SQL ")
# how a Python error in a worker begins, and what it says, in the last line
IN_A_WORKER = re.compile(r"Traceback \(most recent call last\):.*\n(?P<said>\w[^\n]*)", re.DOTALL)


def said_by(error: Exception) -> str:
    """Take of an error what it says, in one line."""
    text = STACK.split(str(error))[0].strip()
    in_a_worker = IN_A_WORKER.search(text)
    return " ".join((in_a_worker["said"] if in_a_worker else text).split())
