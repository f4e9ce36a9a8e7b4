"""Which OCR engine reads business pages better, how fast, and in how much memory."""
