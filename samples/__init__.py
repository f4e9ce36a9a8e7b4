"""The generator of varied documents."""
