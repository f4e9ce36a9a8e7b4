"""Mailboxes: mails from IMAP servers."""
