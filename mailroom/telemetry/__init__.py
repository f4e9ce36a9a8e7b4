"""What a running part tells of itself: metrics, logs and traces; never a document's text."""
