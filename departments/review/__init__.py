"""The review queue, and what people do with documents: `Reviews` is the door."""
