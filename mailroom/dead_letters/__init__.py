"""Dead letters in the hands of an operator: listed, shown, and sent again once their cause is mended."""
