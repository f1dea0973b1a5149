"""Plans held against each other: what differs in them, what that does, and whether it holds in other worlds."""
