"""The local runtime: starts the other parts as processes of one command."""
