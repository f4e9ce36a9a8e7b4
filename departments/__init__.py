"""The other end of the stream: desks, look-up, review and delivery of what was labelled."""
