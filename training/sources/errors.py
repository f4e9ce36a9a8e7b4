"""What Spark and the drivers below it say, in one line that says the mend."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from mailroom.contracts.errors import UsageError

LONGEST = 300
_NOISE = re.compile(r"^\w*AnalysisException:|\[[A-Z_.]+\]\s*|\s*SQLSTATE:.*$", re.DOTALL)

MENDS = {
    "password authentication failed|ORA-01017|Exception authenticating|AccessDenied|InvalidAccessKey"
    "|SignatureDoesNotMatch": "the user name or the password is wrong, or may not read this",
    "refused|timed? ?out|UnknownHost|could not establish|unreachable|ORA-12541|ORA-17820": (
        "it cannot be reached: is it running, and are host and port right?"
    ),
    "PATH_NOT_FOUND|does not exist|NoSuchBucket|ORA-00942": "no such place: mend the name in the configuration",
    "CANNOT_MERGE_SCHEMAS": "its files differ in their columns: make them alike",
    "not a Parquet file|CANNOT_READ_FILE_FOOTER": "it is no Parquet",
    "PARSE_SYNTAX_ERROR|UNRESOLVED_COLUMN": "mend `where` or the query",
}
"""What is recognised in a chain of causes, and what to do about it."""


@contextmanager
def explained(title: str) -> Iterator[None]:
    """Turn an error of Spark inside the block into a message about a source.

    Raises:
        UsageError: Spark, or what it asked, refused.
    """
    from py4j.protocol import Py4JError  # noqa: PLC0415 - where Spark runs, this is loaded already
    from pyspark.errors import PySparkException  # noqa: PLC0415

    try:
        yield
    except (PySparkException, Py4JError) as error:
        raise UsageError(f"{title}: {explain(_causes(error))}") from error


def explain(causes: Sequence[str]) -> str:
    """One line about an error: the mend of the innermost cause that has one, and what that cause said.

    Args:
        causes: Messages, outermost first.
    """
    for cause in reversed(causes):
        for pattern, mend in MENDS.items():
            if re.search(pattern, cause, re.IGNORECASE):
                return f"{mend} ({_shortened(cause)})"
    return _shortened(causes[-1])


def _shortened(cause: str) -> str:
    return " ".join(_NOISE.sub("", cause).split())[:LONGEST]


def _causes(error: BaseException) -> list[str]:
    thrown = getattr(error, "java_exception", None) or getattr(error, "_origin", None)
    if thrown is None:
        return [str(error)]
    messages = []
    while thrown is not None:
        messages.append(f"{thrown.getClass().getSimpleName()}: {thrown.getMessage() or ''}")
        thrown = thrown.getCause()
    return messages
