"""The door of a folder: every file dropped into it is sent once."""
