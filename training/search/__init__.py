"""The search: which kernel with which parameters does best on sources that it has not seen."""
