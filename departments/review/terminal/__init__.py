"""The review queue in a terminal: `app.py` is the screen, `bench.py` does what its keys ask for."""
