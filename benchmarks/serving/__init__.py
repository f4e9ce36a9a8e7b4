"""The REST door beside what else would serve the same scikit-learn model."""
