"""The one set of text rules, versioned, that Flink, training and serving share."""
