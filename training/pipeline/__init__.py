"""A training run from configuration to registered package; `run.py` is where to begin."""
