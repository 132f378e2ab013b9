"""Contributing: from a document to the draft of its claims, and whether every passage and sentence is accounted for."""
