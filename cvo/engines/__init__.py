"""The engines: each asks one library and returns plain frozen values; they do not know one another."""
