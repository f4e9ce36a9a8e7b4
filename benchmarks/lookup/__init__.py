"""Look-ups of labels at the departments' door."""
