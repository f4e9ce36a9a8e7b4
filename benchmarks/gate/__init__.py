"""How long the gate takes to decide."""
