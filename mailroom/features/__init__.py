"""What a kernel sees in a text."""
