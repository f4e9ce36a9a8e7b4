"""Source, Sink and Clock: Kafka and in-memory."""
