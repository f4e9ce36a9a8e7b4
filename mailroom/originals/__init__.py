"""Keeping the object store: what nothing in the log refers to any more is removed."""
