"""The formats of RDF beside Turtle and its kin: how they are read, and where in the text each triple stands."""
