"""Runs and models in MLflow; `runs.py` is where to begin. Nothing is imported here: help must stay quick."""
