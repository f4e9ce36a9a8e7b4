"""How the time and the memory of a training run grow with its documents."""
