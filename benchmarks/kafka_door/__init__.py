"""Documents a second through the Kafka door, against the package's own batch prediction in memory."""
