"""From labelled documents to a model package."""
