"""Whole documents read by OCR: in this process (`reader.py`), or by a pool of others that may die of it (`pool.py`)."""
