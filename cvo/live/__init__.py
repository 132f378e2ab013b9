"""A published site, tested from outside as linked data should behave."""
