#!/bin/sh
# What this container is: `master`, `worker`, or else a verb of the command line (`train`, `evaluate`, …).
# Further arguments go to the program that it becomes.
set -eu
role=${1:---help}
case "$role" in
  master)
    shift
    exec spark-class org.apache.spark.deploy.master.Master --host "$(hostname)" --port 7077 --webui-port 8080 "$@" ;;
  worker) # followed by the master's address
    shift
    exec spark-class org.apache.spark.deploy.worker.Worker --webui-port 8080 --work-dir /tmp/spark "$@" ;;
  *)
    exec mailroom "$@" ;;
esac
