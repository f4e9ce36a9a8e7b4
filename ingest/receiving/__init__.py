"""Doors that stay open: what they share."""
