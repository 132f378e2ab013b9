"""Quality: what no shape can say of ontology, vocabulary, mappings and claims together."""
