"""The look-up door: labels and journeys over REST, and as they change as server-sent events."""
