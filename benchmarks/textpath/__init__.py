"""Batch prediction of the default text package beside the library pipeline that it came from."""
