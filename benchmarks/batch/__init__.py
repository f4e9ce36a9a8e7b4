"""How time and memory of batch prediction grow with its documents, and how good its estimate of time left is."""
