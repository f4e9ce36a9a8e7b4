"""Buckets: objects of S3 or of what speaks its protocol."""
