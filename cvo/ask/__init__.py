"""Asking: a question over files, a store or an endpoint, and its answer as card, matrix, map or citation."""
