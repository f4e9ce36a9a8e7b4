"""The one command line, `mailroom`."""
