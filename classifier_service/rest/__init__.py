"""The REST door: HTTP in, labels out."""
