#!/bin/bash
# What this container is: `jobmanager`, which also submits the job, or `taskmanager`. Further arguments are options of Flink's,
# as `-Dname=value`.
set -euo pipefail
role=$1; shift
manager=${MAILROOM_JOBMANAGER:-jobmanager} # the JobManager's host name, as all see it
common=(
  "-Djobmanager.rpc.address=$manager"
  "-Dmetrics.reporters=prom"
  "-Dmetrics.reporter.prom.factory.class=org.apache.flink.metrics.prometheus.PrometheusReporterFactory"
  "-Dmetrics.reporter.prom.port=9249"
)
mkdir -p "$FLINK_LOG_DIR"
case $role in
  jobmanager)
    # It goes on from the newest checkpoint, whenever and wherever it is started: see `stream_processing/options.py`.
    exec standalone-job.sh start-foreground "${common[@]}" \
      -Djobmanager.bind-host=0.0.0.0 -Drest.address=0.0.0.0 -Drest.bind-address=0.0.0.0 -Drest.port=8081 \
      "-Djobmanager.memory.process.size=${MAILROOM_JOBMANAGER_MEMORY:-1g}" \
      "-Dpython.client.executable=$(command -v python)" "$@" \
      --job-classname org.apache.flink.client.python.PythonDriver --pyModule stream_processing ;;
  taskmanager)
    exec taskmanager.sh start-foreground "${common[@]}" \
      "-Dtaskmanager.host=$(hostname -i)" -Dtaskmanager.bind-host=0.0.0.0 -Dtaskmanager.rpc.port=6122 \
      "-Dtaskmanager.numberOfTaskSlots=${MAILROOM_STREAM__PARALLELISM:-2}" \
      "-Dtaskmanager.memory.process.size=${MAILROOM_TASKMANAGER_MEMORY:-1728m}" "$@" ;;
  *)
    echo "mailroom: this container is a jobmanager or a taskmanager, not $role" >&2
    exit 2 ;;
esac
