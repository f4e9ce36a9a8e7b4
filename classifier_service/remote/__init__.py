"""A model behind HTTP in place of a package: anybody's container that speaks the Open Inference Protocol."""
