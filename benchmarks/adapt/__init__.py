"""What a few corrected documents of each new source are worth."""
