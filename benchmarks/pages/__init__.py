"""Page images: what OCR text, pixels and both together say of sources that they have not seen."""
