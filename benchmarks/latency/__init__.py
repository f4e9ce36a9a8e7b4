"""From a document's sending to its committed result, at a steady pace."""
