"""A model package as a container: the service's image with the package in it."""
