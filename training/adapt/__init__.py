"""From a few corrected documents to a better package, in seconds."""
