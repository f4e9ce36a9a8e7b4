"""How well a kernel labels documents from sources it has not seen, beside plain TF-IDF."""
