"""The HTTP door: uploads in, ids out; what became of each is told as long as its journal remembers."""
