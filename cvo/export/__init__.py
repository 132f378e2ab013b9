"""The claims and the vocabulary in the formats of others."""
