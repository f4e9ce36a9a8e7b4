"""The gate: may this package replace the champion? `judging.py` is where to begin."""
