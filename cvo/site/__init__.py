"""The site: static pages, dumps and descriptions of the data."""
