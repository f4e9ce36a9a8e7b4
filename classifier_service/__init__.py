"""One core, two doors: labels for documents."""
