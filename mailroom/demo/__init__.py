"""The finished demonstration: generated documents through the real system, and the books at its end."""
