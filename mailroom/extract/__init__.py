"""Media types, and the text of each."""
