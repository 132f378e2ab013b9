"""Serving: linked data and a read-only SPARQL endpoint over HTTP."""
