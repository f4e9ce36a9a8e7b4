"""How a document of several pages is best judged by its words."""
