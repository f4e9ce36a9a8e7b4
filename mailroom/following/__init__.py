"""Following documents: what came in, what became of it, and whether anything is missing."""
