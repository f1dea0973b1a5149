"""How far the model can be trusted: checks against theory, another engine, and published years."""
