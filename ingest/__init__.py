"""The doors that turn files into documents.raw."""
