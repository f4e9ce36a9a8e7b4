"""How large the classifier's image is, and how soon its door opens."""
