"""Batch prediction: documents of any number from files to a table of labels."""
