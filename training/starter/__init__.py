"""A repository for a data scientist to start from."""
