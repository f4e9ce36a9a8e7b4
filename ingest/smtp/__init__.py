"""Mails that are brought: the door for scanners and programs that can mail."""
