"""The contracts between the parts: records, topics, headers, codec and errors. Standard library and msgspec only."""
