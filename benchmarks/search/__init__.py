"""The search on Spark beside scikit-learn's grid search, on the same grid with the same scores."""
