"""Cleansing by media type: documents a second against the library that is known for reading that type, used bare."""
