"""Reasoning: what follows from a view of the claims, by which rules, from which facts."""
