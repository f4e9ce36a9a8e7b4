"""The yardstick: a bare Table job with the job's source, sink and checkpoints, around a function that does nothing.

`BARE=1` in its environment leaves it Flink's own way of running (Python functions as threads of one process, the JVM's
own choice of compilers); without it, the job's way.
"""

import os
import threading
from typing import Any

from pyflink.table import DataTypes
from pyflink.table.udf import udf

from mailroom.contracts.topics import Topic
from mailroom.embedded.jars import flink_kafka_connector
from mailroom.settings import load_settings
from stream_processing import job, job_sql
from stream_processing.options import checkpoint_dir, clear_scratch

COPIES = "copies"


@udf(result_type=DataTypes.BYTES())  # type: ignore[untyped-decorator]
def same(value: Any) -> Any:
    """Give back what it is given."""
    return value


def main() -> None:
    """Copy `documents.raw` until killed."""
    if os.environ.get("BARE"):
        os.environ |= {"_python_worker_execution_mode": "loopback", "JVM_ARGS": "-Xmx1g"}
    settings = load_settings()
    checkpoint_dir(settings.stream.state_dir).mkdir(parents=True)
    clear_scratch(settings.stream.state_dir)
    tables = job.environment(settings, settings.stream.connector_jar or flink_kafka_connector())
    tables.create_temporary_system_function("same", same)
    tables.execute_sql(job_sql.source(settings.kafka, settings.stream))
    tables.execute_sql(job_sql.sink(settings.kafka, settings.stream, topics=(COPIES, Topic.TEXT)))
    tables.execute_sql(f"INSERT INTO routed SELECT '{COPIES}', k, same(v), headers FROM received")  # noqa: S608
    threading.Event().wait()


if __name__ == "__main__":
    main()
