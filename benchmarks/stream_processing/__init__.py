"""Documents a second of the Flink job, against a bare job that only copies."""
