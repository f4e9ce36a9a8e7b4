"""The only door between training and serving."""
