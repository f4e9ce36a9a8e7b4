"""The console over many documents, in a real browser and beside what the same server needs for no page at all."""
