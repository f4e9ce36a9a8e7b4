"""Your ways to learn: one class each."""
